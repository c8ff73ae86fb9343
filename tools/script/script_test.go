package script_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/script"
	"github.com/turngym/turngym/tools/toolstest"
)

func load(text string) (*script.Script, error) {
	return script.Load(fstest.MapFS{"lib/twice.lua": {Data: []byte(`return function(s) return s .. s end`)}, "word_tool.lua": {Data: []byte(text)}}, "word_tool.lua")
}

func tool(t testing.TB, text string) tools.Tool {
	t.Helper()
	s, err := load(text)
	if err != nil {
		t.Fatal(err)
	}
	return s.Tool()
}

func call(t testing.TB, x tools.Tool, written string) (string, error) {
	t.Helper()
	a, err := (&gym.Observation{Verbs: []gym.Verb{x.Verb()}}).Parse(written)
	if err != nil {
		t.Fatal(err)
	}
	r, err := tools.Use{Tool: x, Time: time.Minute}.Call(t.Context(), a.Args)
	return r.Text, err
}

const shout = `
local twice, said = require "lib/twice", 0
return {
  name = "shout", doc = "Say it loud.",
  params = { { "text:string", "what to say" }, { "times:1..3", "how often", optional = true }, { "end:?|!", optional = true } },
  call = function(args)
    said = said + 1
    if args.text == "" then return nil, "give a text" end
    if args.text == "list" then return { "a", 2 } end
    return twice(args.text:upper()) .. (args["end"] or ".") .. (args.times or 0) .. said
  end,
}`

func TestLuaTools(t *testing.T) {
	toolstest.Run(t, func() tools.Tool { return tool(t, shout) }, `shout("a")`, `shout("b", 2, "!")`)
	x := tool(t, shout)
	if v := x.Verb(); v.String() != "shout(text:string, times:1..3?, end:?|!?)  Say it loud." || v.Params[0].Doc != "what to say" {
		t.Errorf("the verb is %s", v)
	}
	for _, c := range []struct{ call, want string }{{`shout("a")`, "AA.01"}, {`shout("b", 2, "!")`, "BB!22"}, {`shout("list")`, "a\n2"}} {
		if got, err := call(t, x, c.call); got != c.want || err != nil {
			t.Errorf("%s: got %q, %v", c.call, got, err)
		}
	}
	var mistake *gym.Mistake
	if _, err := call(t, x, `shout("")`); !errors.As(err, &mistake) || mistake.Text != "give a text" {
		t.Errorf("got the error %v", err)
	}
	if err := x.(tools.Resetter).Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := call(t, x, `shout("a")`); got != "AA.01" {
		t.Errorf("after Reset it says %q: a variable is left", got)
	}
}

func TestAWrongFileIsTheCallersError(t *testing.T) {
	for text, want := range map[string]string{
		"return 3":                "word_tool.lua: it must return a table, not a number",
		"return {":                "the text ends too early",
		`return { doc = "x" }`:    "word_tool.lua: call must be a function",
		`return { call = print }`: "word_tool.lua: doc must be a line",
		`return { dox = "x" }`:    `word_tool.lua: unknown key "dox"; did you mean "doc"?`,
		`return { name = "a b", doc = "x", call = tostring }`:                                           `name is "a b"; want a plain one`,
		`return { doc = "x", params = 3, call = tostring }`:                                             "params must be a list, not a number",
		`return { doc = "x", params = { "a" }, call = tostring }`:                                       `parameter "a": want name:type`,
		`return { doc = "x", params = { {"a:string", optional = true}, "b:string" }, call = tostring }`: "parameter b follows one that is optional",
	} {
		if _, err := load(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestWhatTheFileDoesWrongIsAFault(t *testing.T) {
	for body, want := range map[string]string{
		"error('no')":           "no",
		"return true":           "it must return a text",
		"return nil":            "it must return a text",
		"return { {} }":         "it must return a text",
		"while true do end":     "it needs too much",
		"return ('x'):rep(1e9)": "",
		"local function f() return 1 + f() end return f()": "it needs too much depth",
	} {
		x := tool(t, `return { doc = "x", call = function() `+body+` end }`)
		_, err := call(t, x, "word_tool()")
		var fault *gym.Fault
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got the error %v", body, err)
		}
	}
}

func TestALuaToolEndsWithItsTime(t *testing.T) {
	x := tool(t, `return { doc = "x", call = function() for i = 1, 1e7 do local s = tostring(i) end return "done" end }`)
	_, err := tools.Use{Tool: x, Time: time.Millisecond}.Call(t.Context(), nil)
	var mistake *gym.Mistake
	if !errors.As(err, &mistake) || !strings.Contains(mistake.Text, "stopped after") {
		t.Errorf("got the error %v", err)
	}
}

// What would reach the machine is not there.
func TestTheSandboxHasNoWayOut(t *testing.T) {
	for _, name := range []string{"io", "os", "debug", "load", "loadstring", "loadfile", "dofile", "package", "coroutine", "collectgarbage", "newproxy", "getfenv", "setfenv", "print", "sites"} {
		x := tool(t, `return { doc = "x", call = function() return tostring(`+name+`) end }`)
		if got, err := call(t, x, "word_tool()"); got != "nil" || err != nil {
			t.Errorf("%s is %s, %v", name, got, err)
		}
	}
	for _, file := range []string{"../secret", "/etc/passwd", "lib/../../x", "word_tool"} {
		if _, err := load(`return require "` + file + `"`); err == nil {
			t.Errorf("%s can be required", file)
		}
	}
}

func FuzzTool(f *testing.F) {
	f.Add(shout, "a")
	f.Add(`return { doc = "x", params = { "a:string" }, call = function(args) return args.a:gsub("(.-)+", "%1") end }`, "aaa")
	f.Fuzz(func(t *testing.T, text, arg string) {
		s, err := load(text)
		if err != nil {
			return
		}
		x := s.Tool()
		args := make([]gym.Value, len(x.Verb().Params))
		for i, p := range x.Verb().Params {
			args[i] = gym.Value{Kind: p.Kind, Text: arg}
		}
		tools.Use{Tool: x, Time: time.Second}.Call(context.Background(), args)
		x.(tools.Closer).Close()
	})
}
