package tools_test

import (
	"testing"

	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/shellbox"
	"github.com/turngym/turngym/tools/toolstest"
)

func TestShell(t *testing.T) {
	toolstest.Run(t, func() tools.Tool { return &tools.Shell{} }, `shell("echo hi > a; cat a; x=1")`, `shell("cat a; echo $x; ls nothing")`, `shell("rm a; cd /; pwd")`)
}

func TestShellStartsFromItsFiles(t *testing.T) {
	f := shellbox.NewFS()
	if err := f.WriteFile("/note", []byte("read me\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	toolstest.Run(t, func() tools.Tool { return &tools.Shell{Files: f.Freeze(), Home: "/work"} }, `shell("cat /note; rm /note; pwd")`)
}
