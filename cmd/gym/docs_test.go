package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/turngym/turngym/envs/web"
	"github.com/turngym/turngym/gym/check"
)

// blocks are the fenced listings of a kind in the README and in docs.
func blocks(t *testing.T, kind string) map[string][]string {
	t.Helper()
	files, _ := filepath.Glob("../../docs/*.md")
	out := map[string][]string{}
	for _, file := range append(files, "../../README.md", "../../ARCHITECTURE.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("(?ms)^```"+kind+"\n(.*?)^```").FindAllStringSubmatch(string(text), -1) {
			out[filepath.Base(file)] = append(out[filepath.Base(file)], m[1])
		}
	}
	return out
}

// Every Lua listing in the docs is a sound scenario.
func TestListingsOfScenariosAreSound(t *testing.T) {
	found := 0
	for file, list := range blocks(t, "lua") {
		for _, text := range list {
			found++
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "listing.lua"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			f := &web.Family{Driver: "static", Lua: os.DirFS(dir)}
			if err := f.Load(); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			report, err := check.Scenario(t.Context(), f, f.Scenarios()[0], check.Options{})
			if err = errors.Join(err, report.Err()); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	if found == 0 {
		t.Error("no listing found")
	}
}

// Every command in the docs has the verbs and flags that it uses.
func TestListingsOfCommandsExist(t *testing.T) {
	found := 0
	for file, list := range blocks(t, "sh") {
		for line := range strings.Lines(strings.Join(list, "")) {
			args, ok := strings.CutPrefix(strings.TrimSpace(strings.Split(line, "#")[0]), "bin/gym ")
			if !ok {
				continue
			}
			found++
			a := &app{env: func(string) string { return "" }}
			cmd, rest, err := a.command().Find(strings.Fields(args))
			if err == nil {
				err = cmd.ParseFlags(rest)
			}
			if err == nil {
				err = cmd.ValidateArgs(cmd.Flags().Args())
			}
			if err != nil {
				t.Errorf("%s: %s%v", file, line, err)
			}
		}
	}
	if found == 0 {
		t.Error("no command found")
	}
}
