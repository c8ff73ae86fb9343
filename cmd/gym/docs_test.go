package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/turngym/turngym/envs/web"
	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/envs/web/sites"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/check"
	"github.com/turngym/turngym/scenarios"
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
			path := filepath.Join(t.TempDir(), "listing.lua")
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			f, sc, err := openScenario(path, "static")
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			report, err := check.Scenario(t.Context(), f, sc, check.Options{})
			if err = errors.Join(err, report.Err()); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	if found < 3 {
		t.Errorf("%d listings found", found)
	}
}

// The listing of a reward is one.
func TestListingsOfRewardsPay(t *testing.T) {
	found := 0
	for file, list := range blocks(t, "lua reward") {
		for _, text := range list {
			found++
			r, err := scenarios.LoadReward(fstest.MapFS{"r.lua": {Data: []byte(text)}}, "r.lua")
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			paid := make([]float32, 2)
			ep := &gym.Episode{Turns: []gym.Turn{{}, {Signals: gym.Signals{{Name: gym.SignalOutcome, Value: 1}}}}}
			if err := r.Add(ep, paid); err != nil || !slices.Equal(paid, []float32{-0.01, 1}) {
				t.Errorf("%s: paid %v, %v", file, paid, err)
			}
		}
	}
	if found == 0 {
		t.Error("no listing found")
	}
}

// The table of keys in docs/scenarios.md is that of the program.
func TestEveryKeyIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range scenarios.Keys() {
		need := ""
		if k.Need {
			need = "needed"
		}
		if k.Env != "" {
			need = strings.TrimSpace(need + " (" + k.Env + ")")
		}
		if row := fmt.Sprintf("| `%s` | %s | %s |", k.Form, need, strings.ReplaceAll(k.Doc, "|", `\|`)); !strings.Contains(string(text), row) {
			t.Errorf("docs/scenarios.md has no line %s", row)
		}
	}
}

// docs/web.md names every verb, every way to see and every site, as its list has it.
func TestPagesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/web.md")
	if err != nil {
		t.Fatal(err)
	}
	words := slices.Clone(web.Modes)
	for _, v := range browser.Verbs() {
		words = append(words, v.Name)
	}
	for _, e := range sites.All().Entries() {
		words = append(words, e.Name+"` | "+e.Doc+" |")
	}
	for _, w := range words {
		if !strings.Contains(string(text), "`"+strings.TrimSuffix(w, "`")) {
			t.Errorf("docs/web.md does not name %s", w)
		}
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
