package tools_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turngym/turngym/envs/probe"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
	"github.com/turngym/turngym/tools"
)

// odd is a tool that does what a test asks of it.
type odd struct {
	name   string
	do     func(ctx context.Context, text string) (tools.Result, error)
	resets int
	closes int
	broken error // of Reset
}

func (o *odd) Verb() gym.Verb {
	return gym.Verb{Name: o.name, Doc: "Do something.", Params: []gym.Param{{Name: "text", Doc: "a text", Kind: gym.Str}}}
}

func (o *odd) Call(ctx context.Context, args []gym.Value) (tools.Result, error) {
	return o.do(ctx, args[0].Text)
}
func (o *odd) Reset(context.Context) error { o.resets++; return o.broken }
func (o *odd) Close() error                { o.closes++; return nil }

func echo(_ context.Context, text string) (tools.Result, error) {
	return tools.Result{Text: text}, nil
}

func call(name, text string) gym.Action {
	return gym.Action{Verb: name, Args: []gym.Value{{Kind: gym.Str, Text: text}}}
}

var task = gym.Task{Scenario: "bandit", Level: 1, Seed: 1}

// attach is a probe with tools, in an episode.
func attach(t *testing.T, uses ...tools.Use) (gym.Env, gym.Observation) {
	t.Helper()
	below, err := probe.Family{}.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	env := tools.Attach(below, uses...)
	t.Cleanup(func() { env.Close() })
	o, err := env.Reset(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	return env, o
}

func step(t *testing.T, env gym.Env, a gym.Action) gym.Outcome {
	t.Helper()
	out, err := env.Step(t.Context(), a)
	if err != nil {
		t.Fatalf("%s: %v", a, err)
	}
	return out
}

func has(o gym.Observation, verb string) bool {
	for _, v := range o.Verbs {
		if v.Name == verb {
			return true
		}
	}
	return false
}

func TestAToolIsOfferedUntilItsCallsAreUsedUp(t *testing.T) {
	env, o := attach(t, tools.Use{Tool: &odd{name: "echo", do: echo}, Calls: 2, Cost: 0.5})
	if !has(o, "echo") || !has(o, "click") {
		t.Fatalf("the verbs are %v", o.Verbs)
	}
	elements := len(o.Elements)
	out := step(t, env, call("echo", "a\nb"))
	if n := len(out.Observation.Elements); n != elements+2 || out.Observation.Elements[n-1].Name != "b" {
		t.Errorf("a result of two lines shows %v", out.Observation.Elements[elements:])
	}
	if v, _ := out.Signals.Value(tools.SignalCost); v != 0.5 {
		t.Errorf("a call gave the signals %v, want a cost of 0.5", out.Signals)
	}
	if out = step(t, env, call("echo", "c")); has(out.Observation, "echo") {
		t.Error("the verb is offered after its last call")
	}
	out = step(t, env, call("echo", "d"))
	if v, _ := out.Signals.Value(gym.SignalFormat); v != 1 || out.Observation.Note == "" {
		t.Errorf("a call too many gave the signals %v and the note %q", out.Signals, out.Observation.Note)
	}
	if o, err := env.Reset(t.Context(), task); err != nil || !has(o, "echo") {
		t.Errorf("the next episode has the verbs %v, %v", o.Verbs, err)
	}
}

func TestAnUnknownVerbIsAnsweredWithTheToolsNames(t *testing.T) {
	env, _ := attach(t, tools.Uses(tools.Calculator{})...)
	out := step(t, env, call("calculat", "1"))
	if note := out.Observation.Note; !strings.Contains(note, "calculate") || !strings.Contains(note, "click") {
		t.Errorf("the note is %q", note)
	}
}

func TestWrongArgumentsOfAToolAreAMistake(t *testing.T) {
	env, _ := attach(t, tools.Uses(tools.Calculator{})...)
	out := step(t, env, gym.Action{Verb: "calculate"})
	if v, _ := out.Signals.Value(gym.SignalFormat); v != 1 || out.Observation.Note == "" {
		t.Errorf("a call without arguments gave the signals %v and the note %q", out.Signals, out.Observation.Note)
	}
	if out := step(t, env, call("calculate", "1 + 1")); out.Observation.Note != "" {
		t.Errorf("the note of a mistake stays: %q", out.Observation.Note)
	}
}

// The action is a valid one, so that what is wrong with it is an answer.
func TestWhatAToolFindsWrongIsItsResult(t *testing.T) {
	env, _ := attach(t, tools.Uses(tools.Calculator{})...)
	out := step(t, env, call("calculate", "1 / 0"))
	if v, _ := out.Signals.Value(tools.SignalError); v != 1 || lastLine(out) != `error: at character 3, "/ 0": this divides by zero` {
		t.Errorf("it gave the signals %v and showed %q", out.Signals, lastLine(out))
	}
	if _, ok := out.Signals.Value(gym.SignalFormat); ok || out.Observation.Note != "" {
		t.Errorf("it counts as a mistake: %v, %q", out.Signals, out.Observation.Note)
	}
}

func lastLine(out gym.Outcome) string {
	return out.Observation.Elements[len(out.Observation.Elements)-1].Name
}

func TestAToolThatWaitsForeverIsAMistake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		env, _ := attach(t, tools.Uses(&odd{name: "wait", do: func(ctx context.Context, _ string) (tools.Result, error) {
			<-ctx.Done()
			return tools.Result{}, ctx.Err()
		}})...)
		out := step(t, env, call("wait", "x"))
		if !strings.Contains(lastLine(out), "stopped after 5s") || !has(out.Observation, "wait") {
			t.Errorf("it shows %q, the verbs are %v", lastLine(out), out.Observation.Verbs)
		}
	})
}

// A tool that cannot be stopped is not waited for, and not used while it works.
func TestAToolThatIgnoresItsContextIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		deaf := &odd{name: "deaf", do: func(context.Context, string) (tools.Result, error) {
			<-release
			return tools.Result{}, nil
		}}
		env, _ := attach(t, tools.Uses(deaf)...)
		out := step(t, env, call("deaf", "x"))
		if !strings.Contains(lastLine(out), "stopped") || has(out.Observation, "deaf") {
			t.Errorf("it shows %q, the verbs are %v", lastLine(out), out.Observation.Verbs)
		}
		var fault *gym.Fault
		if _, err := env.Reset(t.Context(), task); !errors.As(err, &fault) {
			t.Errorf("the next episode begins with the error %v, want a fault", err)
		}
		if err := env.Close(); err != nil || deaf.closes != 0 {
			t.Errorf("it was closed %d times at work (%v)", deaf.closes, err)
		}
		close(release)
		synctest.Wait()
		if deaf.closes != 1 {
			t.Errorf("it was closed %d times when it was done", deaf.closes)
		}
	})
}

func TestAnEndedContextEndsACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		env, _ := attach(t, tools.Uses(&odd{name: "wait", do: func(ctx context.Context, _ string) (tools.Result, error) {
			cancel()
			<-ctx.Done()
			return tools.Result{}, errors.New("anything")
		}})...)
		if _, err := env.Step(ctx, call("wait", "x")); !errors.Is(err, context.Canceled) {
			t.Errorf("got the error %v", err)
		}
	})
}

func TestLongOutputIsCutAndSaysSo(t *testing.T) {
	env, _ := attach(t, tools.Use{Tool: &odd{name: "echo", do: echo}, Output: 5})
	out := step(t, env, call("echo", "äääää\xff"))
	list := out.Observation.Elements
	if got := list[len(list)-2].Name + "|" + list[len(list)-1].Name; got != "ää|[cut: 6 bytes more]" {
		t.Errorf("it shows %q", got)
	}
}

func TestABrokenToolIsAFault(t *testing.T) {
	for name, do := range map[string]func(context.Context, string) (tools.Result, error){
		"error":       func(context.Context, string) (tools.Result, error) { return tools.Result{}, errors.New("broken") },
		"panic":       func(context.Context, string) (tools.Result, error) { panic("broken") },
		"other fault": func(context.Context, string) (tools.Result, error) { return tools.Result{}, gym.Faultf("x", "broken") },
	} {
		env, _ := attach(t, tools.Uses(&odd{name: "break", do: do})...)
		var fault *gym.Fault
		if _, err := env.Step(t.Context(), call("break", "x")); !errors.As(err, &fault) || !strings.Contains(err.Error(), "broken") {
			t.Errorf("%s: got the error %v, want a fault", name, err)
		}
		if _, err := env.Step(t.Context(), call("break", "x")); err == nil || errors.As(err, &fault) {
			t.Errorf("%s: the step after the fault gives the error %v, want the caller's", name, err)
		}
		if _, err := env.Reset(t.Context(), task); err != nil {
			t.Errorf("%s: the next episode does not begin: %v", name, err)
		}
	}
}

func TestAToolThatCannotForgetIsAFault(t *testing.T) {
	o := &odd{name: "echo", do: echo}
	env, _ := attach(t, tools.Uses(o)...)
	o.broken = errors.New("stays")
	var fault *gym.Fault
	if _, err := env.Reset(t.Context(), task); !errors.As(err, &fault) {
		t.Errorf("got the error %v", err)
	}
	if _, err := env.Step(t.Context(), call("echo", "x")); err == nil {
		t.Error("the episode goes on")
	}
}

func TestTakenNamesAreTheCallersError(t *testing.T) {
	for _, uses := range [][]tools.Use{
		tools.Uses(&odd{name: "click", do: echo}),
		tools.Uses(&odd{name: "echo", do: echo}, &odd{name: "echo", do: echo}),
	} {
		below, _ := probe.Family{}.Open(t.Context())
		env := tools.Attach(below, uses...)
		defer env.Close()
		var fault *gym.Fault
		if _, err := env.Reset(t.Context(), task); err == nil || errors.As(err, &fault) || !strings.Contains(err.Error(), uses[0].Tool.Verb().Name) {
			t.Errorf("got the error %v", err)
		}
	}
}

func TestAnEpisodeWithToolsIsSavedWithWhatTheyKeep(t *testing.T) {
	notes := func() []tools.Use { return tools.Uses(append(tools.Notes(), tools.Calculator{})...) }
	env, _ := attach(t, notes()...)
	step(t, env, gym.Action{Verb: "note", Args: []gym.Value{{Kind: gym.Str, Text: "k"}, {Kind: gym.Str, Text: "kept"}}})
	want := step(t, env, call("calculate", "1 +")).Observation
	fork, _ := gym.As[gym.Forker](env)
	state, err := fork.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	step(t, env, gym.Action{Verb: "click", Args: []gym.Value{{Kind: gym.Ref, Text: "1"}}})
	other, _ := attach(t, notes()...)
	for _, e := range []gym.Env{env, other} {
		fork, _ := gym.As[gym.Forker](e)
		o, err := fork.Restore(t.Context(), state)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(o) != fmt.Sprint(want) {
			t.Errorf("restored it shows\n%v\nit was\n%v", o, want)
		}
		if out := step(t, e, gym.Action{Verb: "recall"}); !strings.Contains(out.Observation.String(), "kept") {
			t.Errorf("what was noted is gone: %s", &out.Observation)
		}
	}
	bare, _ := attach(t)
	fork, _ = gym.As[gym.Forker](bare)
	if _, err := fork.Restore(t.Context(), state); err == nil || !strings.Contains(err.Error(), "note") {
		t.Errorf("without its tools an episode is restored: %v", err)
	}
}

func TestAnEpisodeThatReachesOutsideIsNotSaved(t *testing.T) {
	web, err := tools.NewHTTP()
	if err != nil {
		t.Fatal(err)
	}
	env, _ := attach(t, tools.Uses(web)...)
	fork, _ := gym.As[gym.Forker](env)
	if _, err := fork.Snapshot(t.Context()); err == nil || !strings.Contains(err.Error(), "http_get") {
		t.Errorf("got the error %v", err)
	}
}

func TestToolsAreClosedOnce(t *testing.T) {
	o := &odd{name: "echo", do: echo}
	env, _ := attach(t, tools.Uses(o)...)
	if err := errors.Join(env.Close(), env.Close()); err != nil || o.closes != 1 {
		t.Errorf("closed %d times, %v", o.closes, err)
	}
	if _, err := env.Step(t.Context(), call("echo", "x")); !errors.Is(err, gym.ErrClosed) {
		t.Errorf("after Close a call gives the error %v", err)
	}
}

// slow is an environment whose opening fails.
type slow struct{ gym.Family }

func (slow) Open(context.Context) (gym.Env, error) { return nil, errors.New("no") }

func TestToolsOfAnEnvironmentThatDoesNotOpenAreClosed(t *testing.T) {
	o := &odd{name: "echo", do: echo}
	f := tools.Family{Family: slow{probe.Family{}}, Tools: func(context.Context) ([]tools.Use, error) { return tools.Uses(o), nil }}
	if _, err := f.Open(t.Context()); err == nil || o.closes != 1 {
		t.Errorf("closed %d times, %v", o.closes, err)
	}
}

// What holds for a family holds for it with tools.
func TestFamilyWithTools(t *testing.T) {
	open := func(testing.TB) gym.Family {
		return tools.Family{Family: probe.Family{}, Calls: 5, Tools: func(context.Context) ([]tools.Use, error) {
			return tools.Uses(append(tools.Notes(), tools.Calculator{}, tools.Units{})...), nil
		}}
	}
	s := gymtest.Suite{Name: "probe", Open: open, Parallel: true, Seeds: 20, Episodes: 20}
	if os.Getenv("GYM_LONG") != "" {
		s.Seeds, s.Episodes = 0, 0
	}
	s.Run(t)
}

func BenchmarkCall(b *testing.B) {
	u := tools.Use{Tool: &odd{name: "echo", do: echo}, Time: time.Minute}
	args := call("echo", "x").Args
	for b.Loop() {
		if _, err := u.Call(b.Context(), args); err != nil {
			b.Fatal(err)
		}
	}
}
