package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/turngym/turngym/gym"
)

// script is a scenario whose goal function has this body.
func script(t *testing.T, goal string) *Script {
	t.Helper()
	s, err := load(`return { doc = "d", levels = 2, setup = function(rng, level) return { n = rng(1, 1000000), rng = rng } end,
		goal = function(s) ` + goal + ` end, pages = function() return "" end, check = function(s) return 0 end }`)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func load(text string) (*Script, error) {
	return Load(fstest.MapFS{"x.lua": {Data: []byte(text)}}, "x.lua")
}

func goal(t *testing.T, s *Script, task gym.Task) (string, error) {
	t.Helper()
	p, err := s.Start(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	return p.Goal(t.Context())
}

var task = gym.Task{Scenario: "x", Level: 1, Seed: 1}

func TestNothingLeadsOutOfTheSandbox(t *testing.T) {
	for _, name := range []string{"io", "os", "debug", "package", "coroutine", "load", "loadstring", "loadfile", "dofile", "module", "getfenv",
		"setfenv", "collectgarbage", "print", "newproxy", "string.dump"} {
		if got, err := goal(t, script(t, "return type("+name+")"), task); err != nil || got != "nil" {
			t.Errorf("%s is a %s (%v)", name, got, err)
		}
	}
	for body, want := range map[string]string{
		`return require "os"`: `x.lua:2: require "os": want "gym", or a file in a folder beside`, `return require "../secret"`: "want",
		`return require "lib/none"`: "lib/none", `return math.random(3)`: "x.lua:2: math.random is not here: draw from the rng",
	} {
		if _, err := goal(t, script(t, body), task); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v does not say %q", body, err, want)
		}
	}
	if got, err := goal(t, script(t, "return tostring({}) .. tostring(function() end)"), task); err != nil || got != "tablefunction" {
		t.Errorf("an address is seen: %q %v", got, err)
	}
}

// A scenario that asks for too much ends its own episode with a typed error.
func TestLimitsEndTheEpisode(t *testing.T) {
	for what, body := range map[string]string{
		"instructions":            "while true do end",
		"caught loop":             "while true do pcall(function() while true do end end) end",
		"recursion":               "local function f() return 1 + f() end return f()",
		"memory":                  `local x = "0123456789abcdef" while true do x = x .. x end`,
		"tables":                  "local t = {} while true do t[#t + 1] = {} end",
		"rep":                     `return string.rep("x", 1e9)`,
		"pattern":                 `return string.find(string.rep("a", 100000), string.rep("a-", 40) .. "b") or "none"`,
		"concat":                  `local t = {} local x = string.rep("x", 1e6) for i = 1, 5000 do t[i] = x end return table.concat(t)`,
		"gsub":                    `return (string.rep("x", 1e5):gsub("x", string.rep("y", 1e5)))`,
		"gsub by function":        `local y = string.rep("y", 1e5) return (string.rep("x", 1e5):gsub("x", function() return y end))`,
		"a far index":             `local t = {} for i = 1, 1e7 do t[i * 6e4] = {} end return "x"`,
		"recursion through pcall": "local function f() return pcall(f) end return tostring(f())",
	} {
		s := script(t, body)
		s.limit = Limits{Instructions: 2_000_000, Memory: 64 << 20, Time: 5 * time.Second}
		begun := time.Now()
		got, err := goal(t, s, task)
		var f *gym.Fault
		if err == nil && what != "recursion through pcall" || err != nil && !errors.As(err, &f) {
			t.Errorf("%s: %q %v is not a fault", what, got, err)
		}
		if time.Since(begun) > 20*time.Second {
			t.Errorf("%s: it ran for %v", what, time.Since(begun))
		}
		if _, err := goal(t, script(t, "return 'fine'"), task); err != nil {
			t.Errorf("after %s a neighbour has %v", what, err)
		}
	}
}

func TestAnEndedContextEndsACall(t *testing.T) {
	s := script(t, "while true do end")
	s.limit.Instructions = 1 << 40
	p, err := s.Start(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Goal(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v is not the context's error", err)
	}
}

func TestTheSeedAloneDecides(t *testing.T) {
	s := script(t, `return s.n .. " " .. table.concat(s.rng:sample({ 1, 2, 3, 4, 5 }, 3), ",") .. " " .. table.concat(s.rng:shuffle({ 1, 2, 3 }), ",") .. " " .. s.rng:pick({ "a", "b" })`)
	a, err := goal(t, s, task)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := goal(t, s, task); a != b {
		t.Errorf("the same task gives %q and %q", a, b)
	}
	other := task
	other.Split = gym.Test
	if b, _ := goal(t, s, other); a == b {
		t.Errorf("the test split gives the same %q", b)
	}
}

// An assignment reads all values before it writes any, in every kind of block.
func TestAssignmentsReadBeforeTheyWrite(t *testing.T) {
	for body, want := range map[string]string{
		"local a, b = 1, 2 a, b = b, a return a .. b":                                                        "21",
		"local a, b = 0, 0 a, b = a + 1, a + b return a .. b":                                                "10",
		"local x, y = 7, 9 x, y = math.floor(x / 2), math.floor(y / 2) return x .. y":                        "34",
		"local t = { 1, 2 } t[1], t[2] = t[2], t[1] return t[1] .. t[2]":                                     "21",
		"local i, t = 1, {} i, t[i] = i + 1, 20 return i .. t[1]":                                            "220",
		"local i, t = 1, {} t[i], i = 20, i + 1 return i .. t[1]":                                            "220",
		"local a, b, c = 1, 2, 3 a, b, c = c, a, b return a .. b .. c":                                       "312",
		"local a, b = 1, 2 local function f() a, b = b, a end f() return a .. b":                             "21",
		"local a, b = 1, 2 for i = 1, 3 do if i > 0 then a, b = b, a + b end end return a .. ' ' .. b":       "5 8",
		"local function two() return 1, 2 end local a, b, c = 0, 0, 0 a, b, c = 9, two() return a .. b .. c": "912",
		"local a, b = 1 a, b = 2, a, 7 return a .. b":                                                        "21",
		"local s = { x = 1 } local y = 5 s.x, y = y, s.x return s.x .. y":                                    "51",
	} {
		if got, err := goal(t, script(t, body), task); err != nil || got != want {
			t.Errorf("%s gives %q, want %q (%v)", body, got, want, err)
		}
	}
}

func TestFaultsOfAFileAreReportedTogether(t *testing.T) {
	_, err := load("return { doc = 1, levls = 2, floor = 3, setup = function() end }")
	for _, want := range []string{"x.lua: doc must be a string", `unknown key "levls"; did you mean "levels"?`, "the key goal is missing", "floor is 3; want a number from 0 to 1"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if _, err := load("return 1"); err == nil || err.Error() != "x.lua: it must return a table, not a number" {
		t.Error(err)
	}
	if _, err := goal(t, script(t, "\n\nreturn s.x.y"), task); err == nil || !strings.Contains(err.Error(), "x.lua:4:") {
		t.Errorf("%v does not name the line", err)
	}
}

// Whatever a file says, loading and playing it ends, and without a panic.
func FuzzLoad(f *testing.F) {
	for _, s := range []string{"", "return {}", "return { doc = 'x', setup = function(r) return {} end }", "while true do end", "return setmetatable({}, {__index = error})",
		"local t = {} t.t = t return t", "goto x ::x::", "return (('x'):rep(9)):gsub('.', '%0%0')", "local a, b = 1, 2 a, b = b, a, ... return a",
		`return { doc = 'd', setup = function(rng) return { rng = rng } end, goal = 'g', verbs = { a = { 'A.', 'n:1..3', 'w:x|y' } },
		step = function(s, v, n, w) return w, n > 2 end, check = function() return 0.5 end, observe = function(s) return tostring(s.rng(1, 2)) end,
		progress = function() return 0 end, hints = { 'h' }, rubric = function() return { r = 1 } end, draw = function() return { '#_' } end }`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := load(text)
		if err != nil {
			return
		}
		s.limit = Limits{Instructions: 10_000, Memory: 32 << 20, Time: time.Second}
		p, err := s.Start(t.Context(), task)
		if err != nil {
			return
		}
		defer p.Close()
		p.Goal(t.Context())
		p.Hint(t.Context(), 9)
		p.Check(t.Context())
		p.Progress(t.Context())
		p.Rubric(t.Context())
		p.Picture(t.Context())
		p.Secrets(t.Context())
		p.Observe(t.Context())
		if verbs, err := p.Verbs(t.Context()); err == nil {
			p.Demonstrate(t.Context(), verbs)
			a := gym.Action{Verb: verbs[0].Name}
			for _, param := range verbs[0].Params {
				a.Args = append(a.Args, gym.Value{Kind: param.Kind, Num: param.Min, Text: strings.Join(param.Enum, "")})
			}
			p.Step(t.Context(), a)
		}
		if saved, err := p.Save(); err == nil {
			if q, err := s.Resume(t.Context(), saved); err == nil {
				q.Close()
			}
		}
	})
}

// A Lua state is used again, and nothing of an episode is left in it.
func TestNothingLeaksIntoTheNextEpisode(t *testing.T) {
	s := script(t, `
		local gym = require "gym"
		local was = tostring(left) .. tostring(string.left) .. tostring(math.left) .. tostring(rawget(gym, "left")) .. ("x"):rep(2)
			.. gym.words[1] .. tostring(getmetatable(string)) .. tostring(pairs == error)
		left, string.left, math.left, gym.left, string.rep, gym.words[1], pairs = 1, 2, 3, 4, nil, "stained", error
		setmetatable(string, { __index = function() return "odd" end })
		table.insert(math, "x")
		return was .. #math`)
	first, err := goal(t, s, task)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if again, err := goal(t, s, task); err != nil || again != first {
			t.Fatalf("%q, then %q (%v)", first, again, err)
		}
	}
}

// state is a state with all that may be in one.
const state = `local s = { rng = rng, level = level, list = { 1, nil, 3, "four", true }, far = { [100000] = "x", [-2] = "y", [0.5] = "z", [true] = "t" } }
	s.self, s.list.owner = s, s.far
	return s`

func saveable(t testing.TB) *Script {
	s, err := load(`return { doc = "d", setup = function(rng, level) ` + state + ` end, verbs = { go = "Go." },
		goal = function(s) return "g" end, check = function() return 0 end,
		step = function(s, verb)
			local keys = {}
			for k, v in pairs(s.far) do keys[#keys + 1] = tostring(k) .. tostring(v) end
			s.list[#s.list + 1] = s.rng(1, 1000)
			return table.concat(keys, " ") .. " " .. #s.list .. " " .. tostring(s.list[#s.list]) .. tostring(s.self == s) .. tostring(s.list.owner == s.far)
		end }`)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What follows a restored state is what followed the saved one, and equal
// states are equal bytes.
func TestAStateComesBackWhole(t *testing.T) {
	s := saveable(t)
	p, err := s.Start(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	step := func(p *Play) string {
		said, _, err := p.Step(t.Context(), gym.Action{Verb: "go"})
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	step(p)
	saved, err := p.Save()
	if err != nil {
		t.Fatal(err)
	}
	q, err := s.Resume(t.Context(), saved)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	if again, err := q.Save(); err != nil || string(again) != string(saved) {
		t.Errorf("the restored state is saved as other bytes (%v)", err)
	}
	for range 3 {
		if a, b := step(p), step(q); a != b {
			t.Errorf("%q after the saved state, %q after the restored one", a, b)
		}
	}
}

// Whatever the bytes are, restoring them ends, and without a panic.
func FuzzResume(f *testing.F) {
	s := saveable(f)
	p, err := s.Start(f.Context(), task)
	if err != nil {
		f.Fatal(err)
	}
	saved, err := p.Save()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(saved)
	f.Add(saved[:len(saved)/2])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, saved []byte) {
		if p, err := s.Resume(t.Context(), saved); err == nil {
			p.Step(t.Context(), gym.Action{Verb: "go"})
			p.Save()
			p.Close()
		}
	})
}

func TestRewardsInLua(t *testing.T) {
	ep := &gym.Episode{Task: gym.Task{Level: 3}, Turns: []gym.Turn{
		{Observation: gym.Observation{Text: "dark"}, Move: gym.Move{Action: gym.Action{Verb: "go"}}, Signals: gym.Signals{{Name: "progress", Value: 0.25}}},
		{Signals: gym.Signals{{Name: "outcome", Value: 1}}}}}
	for text, want := range map[string]string{
		"return function(turns, task) return task.level end":                                     "[0 3]",
		"return function(turns) return { turns[1].signals.progress, #turns } end":                "[0.25 2]",
		"return function(turns) return { #turns[1].text, turns[1].verb == 'go' and 7 or 0 } end": "[4 7]",
		"return function(turns) return { 1 } end":                                                "x.lua: it gave 1 numbers for 2 turns",
		"return function(turns) return turns[1].text end":                                        "x.lua: the reward of turn 2 is dark, want a finite number",
		"return function(turns) return 0 / 0 end":                                                "want a finite number",
		"return function(turns) return turns[2].signals.progress + 1 end":                        "x.lua:1: ",
		"return 5": "x.lua: it must return a function of the episode's turns",
		"return function() while true do end end": "it needs too much", // work, or on a busy machine time
	} {
		got, paid := "", make([]float32, 2)
		r, err := LoadReward(fstest.MapFS{"x.lua": {Data: []byte(text)}}, "x.lua")
		if err == nil {
			err = r.Add(ep, paid)
		}
		if got = fmt.Sprint(paid); err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
