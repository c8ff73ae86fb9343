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
	var set func(name, value string)
	l.function(t, &set, "emuSet")
	set(name, value)
	t.Cleanup(func() { set(name, "") })
}

// Calls is how often functions of the driver whose names begin so were called,
// by whoever it was in this process.
func (l Libs) Calls(t testing.TB, prefix string) int {
	t.Helper()
	var calls func(prefix string) int
	l.function(t, &calls, "emuCalls")
	return calls(prefix)
}

// function is one that the emulator has for tests.
func (l Libs) function(t testing.TB, f any, name string) {
	t.Helper()
	if l.Path == "" {
		t.Skip("only the emulator can be set and asked")
	}
	lib, err := purego.Dlopen(l.Path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		t.Fatal(err)
	}
	purego.RegisterLibFunc(f, lib, name)
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
