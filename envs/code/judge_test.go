package code_test

import (
	"strings"
	"testing"

	"github.com/turngym/turngym/envs/code"
	"github.com/turngym/turngym/gym"
)

// player is an environment with the last that was seen of it.
type player struct {
	t   testing.TB
	env gym.Env
	o   gym.Observation
	out gym.Outcome
}

func start(t testing.TB, task gym.Task) *player {
	t.Helper()
	env, err := code.Family{}.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { env.Close() })
	o, err := env.Reset(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	return &player{t: t, env: env, o: o}
}

func (p *player) do(a gym.Action) {
	p.t.Helper()
	out, err := p.env.Step(p.t.Context(), a)
	if err != nil {
		p.t.Fatalf("%s: %v", a, err)
	}
	p.o, p.out = out.Observation, out
}

func (p *player) text(verb string, texts ...string) {
	p.t.Helper()
	a := gym.Action{Verb: verb}
	for _, s := range texts {
		a.Args = append(a.Args, gym.Value{Kind: gym.Str, Text: s})
	}
	p.do(a)
}

func (p *player) signal(name string) float64 {
	v, _ := p.out.Signals.Value(name)
	return v
}

// expert does what the oracle does, so many times, or to the end.
func (p *player) expert(steps int) {
	p.t.Helper()
	oracle, _ := gym.As[gym.Oracle](p.env)
	for ; steps != 0 && !p.out.Terminated; steps-- {
		a, err := oracle.Demonstrate(p.t.Context())
		if err != nil {
			p.t.Fatal(err)
		}
		p.do(a)
	}
}

func (p *player) results() (list []string) {
	for _, e := range p.o.Elements {
		if e.Role == "test" {
			list = append(list, e.Value)
		}
	}
	return list
}

// written finds a task of writing a program that adds a number, in a language.
func written(t testing.TB, lang string) (p *player, k string) {
	for seed := range uint64(200) {
		p := start(t, gym.Task{Scenario: "write", Seed: seed, Level: 1})
		if _, k, ok := strings.Cut(p.o.Goal, "print n plus "); ok && strings.Contains(p.o.Goal, lang) {
			return p, k[:1]
		}
	}
	t.Fatal("no such task in 200")
	return nil, ""
}

func TestAnyProgramThatDoesWhatIsAskedIsRight(t *testing.T) {
	for lang, source := range map[string]string{
		"Lua":        "local function add(a, b)\n  return a + b\nend\nio.write(add(tonumber(io.read()), K), '\\n')",
		"JavaScript": "const add = (a, b) => a + b;\nlet line;\nwhile ((line = readline()) !== null) {\n  console.log(add(parseInt(line), K));\n}",
	} {
		p, k := written(t, lang)
		p.text("write", strings.ReplaceAll(source, "K", k))
		p.text("run")
		for _, r := range p.results() {
			if r != "passes" {
				t.Errorf("%s: a test %s", lang, r)
			}
		}
		p.text("submit")
		if got := p.signal(gym.SignalOutcome); got != 1 {
			t.Errorf("%s: the outcome is %v, want 1", lang, got)
		}
	}
}

func TestWhatIsWrongWithAProgramIsShown(t *testing.T) {
	for _, c := range []struct{ lang, source, want string }{
		{"Lua", "print(1 + nil)", "an error: program:1: cannot perform add"},
		{"Lua", "while true do end", "does not end"},
		{"Lua", "x = 1", "gives nothing"},
		{"JavaScript", "print(missing)", "an error: ReferenceError: missing is not defined"},
		{"JavaScript", "while (true) {}", "does not end"},
		{"JavaScript", "print(-1)", "gives -1"},
	} {
		p, _ := written(t, c.lang)
		p.text("write", c.source)
		if p.results()[0] != "" {
			t.Errorf("a test has a result before it was run: %q", p.results()[0])
		}
		p.text("run")
		if got := p.results()[0]; !strings.Contains(got, c.want) {
			t.Errorf("%s: the test %q, want %q", c.source, got, c.want)
		}
		p.text("submit")
		if got := p.signal(gym.SignalOutcome); got != 0 || !p.out.Terminated {
			t.Errorf("%s: the outcome is %v", c.source, got)
		}
	}
}

// TestKnowingTheTestsIsNotEnough: a program that only knows the visible tests
// fails the hidden ones.
func TestKnowingTheTestsIsNotEnough(t *testing.T) {
	p, _ := written(t, "Lua")
	var source strings.Builder
	source.WriteString("n = io.read()\n")
	for _, e := range p.o.Elements {
		in, want, ok := strings.Cut(strings.TrimPrefix(e.Name, "input "), " gives ")
		if ok {
			source.WriteString("if n == '" + in + "' then print(" + want + ") end\n")
		}
	}
	p.text("write", source.String())
	if got := p.signal(gym.SignalProgress); got <= 0 || got >= 1 {
		t.Errorf("the progress is %v, want some", got)
	}
	p.text("submit")
	if got := p.signal(gym.SignalOutcome); got != 0 {
		t.Errorf("the outcome is %v, want 0", got)
	}
}

func TestOneFixIsRight(t *testing.T) {
	for seed := range uint64(10) {
		right := 0
		for _, e := range start(t, gym.Task{Scenario: "repair", Seed: seed, Level: 1}).o.Elements {
			if e.Role != "fix" {
				continue
			}
			p := start(t, gym.Task{Scenario: "repair", Seed: seed, Level: 1})
			p.do(gym.Action{Verb: "apply", Args: []gym.Value{{Kind: gym.Ref, Text: e.ID}}})
			p.text("submit")
			right += int(p.signal(gym.SignalOutcome))
		}
		if right != 1 {
			t.Errorf("seed %d: %d fixes are right, want 1", seed, right)
		}
	}
}

func TestAnExpertFindsBackFromAMistake(t *testing.T) {
	for seed := range uint64(5) {
		p := start(t, gym.Task{Scenario: "repair", Seed: seed, Level: 3})
		p.do(gym.Action{Verb: "replace", Args: []gym.Value{{Kind: gym.Ref, Text: "1"}, {Kind: gym.Str, Text: "print(1)"}}})
		p.expert(-1)
		if got := p.signal(gym.SignalOutcome); got != 1 {
			t.Errorf("seed %d: the outcome is %v, want 1", seed, got)
		}
		p = start(t, gym.Task{Scenario: "write", Seed: seed, Level: 3})
		p.expert(1)
		p.text("line", "x = 1")
		p.expert(-1)
		if got := p.signal(gym.SignalOutcome); got != 1 {
			t.Errorf("seed %d: the outcome of writing is %v, want 1", seed, got)
		}
	}
}

func TestAWrongAnswerCostsItsShare(t *testing.T) {
	p := start(t, gym.Task{Scenario: "trace", Seed: 1, Level: 1})
	oracle, _ := gym.As[gym.Oracle](p.env)
	a, err := oracle.Demonstrate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a.Args[0].Num = 20 - a.Args[0].Num
	p.do(a)
	p.expert(-1)
	if got := p.signal(gym.SignalOutcome); got != 0.5 {
		t.Errorf("with one of two answers wrong the outcome is %v", got)
	}
	p = start(t, gym.Task{Scenario: "output", Seed: 1, Level: 3})
	p.text("done")
	if got := p.signal(gym.SignalOutcome); got != 0 || !p.out.Terminated {
		t.Errorf("done at once gives %v", got)
	}
}

// FuzzWrite: no program that is handed in is the environment's fault.
func FuzzWrite(f *testing.F) {
	f.Add("print(io.read())", uint64(1))
	f.Add("print(readline())", uint64(2))
	f.Add("string.rep('x', 1e9)", uint64(3))
	f.Fuzz(func(t *testing.T, source string, seed uint64) {
		p := start(t, gym.Task{Scenario: "write", Seed: seed % 50, Level: 1 + int(seed%4)})
		p.text("write", source)
		p.text("run")
		p.text("submit")
	})
}
