package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/turngym/turngym/envs/web/browser"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gym": main, "mcp-greeter": greeter})
}

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
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"smalldisk": smallDisk, "waitlines": waitLines, "cut": cut, "endpoint": endpoint},
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

// waitLines waits until a file has so many lines.
func waitLines(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	for range 4000 {
		if text, _ := os.ReadFile(ts.MkAbs(args[0])); bytes.Count(text, []byte("\n")) >= want {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	ts.Fatalf("%s has not %d lines after 20 s", args[0], want)
}

// cut takes so many bytes off the end of a folder's last file.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	files, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*"))
	ts.Check(err)
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	last := files[len(files)-1]
	info, err := os.Stat(last)
	ts.Check(err)
	ts.Check(os.Truncate(last, info.Size()-int64(n)))
}
