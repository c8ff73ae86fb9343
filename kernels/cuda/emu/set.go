//go:build linux && (amd64 || arm64) && !nocuda

package emu

import (
	"os"
	"syscall"
	"testing"

	"github.com/ebitengine/purego"
)

// works says whether a library can be loaded here.
const works = true

// Set changes one of the emulator's settings (src/device.cpp lists them) for the
// rest of the test.
func (l Libs) Set(t testing.TB, name, value string) {
	t.Helper()
	if l.Path == "" {
		t.Skip("only the emulator has settings")
	}
	lib, err := purego.Dlopen(l.Path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		t.Fatal(err)
	}
	var set func(name, value string)
	purego.RegisterLibFunc(&set, lib, "emuSet")
	set(name, value)
	t.Cleanup(func() { set(name, "") })
}

// lock keeps two tests from building at once.
func lock(path string) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
