package main

import (
	"os"
	"os/exec"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/turngym/turngym/envs/web/browser"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"gym": main}) }

// The scripts in testdata are what a person types and sees.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Condition: func(name string) (bool, error) {
			switch name {
			case "chrome":
				_, err := browser.FindChrome("")
				return err == nil, nil
			case "root":
				return os.Geteuid() == 0, nil
			}
			return false, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"smalldisk": smallDisk},
	})
}

// smallDisk mounts a disk of so many bytes on a folder, or skips the script.
func smallDisk(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+args[1], "tmpfs", dir).CombinedOutput(); err != nil {
		ts.Logf("%s", out)
		ts.Exec("false")
		return
	}
	ts.Defer(func() { exec.Command("umount", dir).Run() })
}
