package toolbox_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/envs/toolbox"
	"github.com/turngym/turngym/gym"
)

// chooser says what to do next, having seen o.
type chooser func(env gym.Env, o *gym.Observation) gym.Action

func demonstrate(t testing.TB) chooser {
	return func(env gym.Env, _ *gym.Observation) gym.Action {
		oracle, _ := gym.As[gym.Oracle](env)
		a, err := oracle.Demonstrate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
}

// played is an episode that was played.
type played struct {
	seen    []gym.Observation
	actions []gym.Action
	steps   []gym.Outcome
}

func (p *played) outcome() float64 {
	v, _ := p.steps[len(p.steps)-1].Signals.Value(gym.SignalOutcome)
	return v
}

func (p *played) last() gym.Action { return p.actions[len(p.actions)-1] }

func play(t testing.TB, env gym.Env, task gym.Task, choose chooser) *played {
	t.Helper()
	o, err := env.Reset(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	p := &played{seen: []gym.Observation{o}}
	for over := false; !over; {
		a := choose(env, &p.seen[len(p.seen)-1])
		out, err := env.Step(t.Context(), a)
		if err != nil {
			t.Fatalf("%s: %s: %v", task, a, err)
		}
		p.seen, p.actions, p.steps = append(p.seen, out.Observation), append(p.actions, a), append(p.steps, out)
		over = out.Terminated || out.Truncated
	}
	return p
}

// script plays actions, and after them ends by what is left.
func script(actions []gym.Action) chooser {
	i := 0
	return func(gym.Env, *gym.Observation) gym.Action {
		i++
		if i > len(actions) {
			return gym.Action{Verb: "done"}
		}
		return actions[i-1]
	}
}

func open(t testing.TB, f toolbox.Family) gym.Env {
	t.Helper()
	env, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { env.Close() })
	return env
}

// tasks visits so many tasks of every level of the scenarios with that ending.
func tasks(n int, suffix string, visit func(gym.Task)) {
	for _, sc := range (toolbox.Family{}).Scenarios() {
		for level := 1; level <= sc.Levels; level++ {
			for i := range n {
				if strings.HasSuffix(sc.Name, suffix) {
					visit(gym.Task{Scenario: sc.Name, Level: level, Seed: uint64(i / 2), Split: gym.Split(i % 2)})
				}
			}
		}
	}
}

func many(short, long int) int {
	if os.Getenv("GYM_LONG") != "" {
		return long
	}
	return short
}

func call(verb string, texts ...string) gym.Action {
	a := gym.Action{Verb: verb}
	for _, s := range texts {
		a.Args = append(a.Args, gym.Value{Kind: gym.Str, Text: s})
	}
	return a
}

func isConfirmation(a gym.Action) bool {
	return a.Verb == "say" && a.Args[0].Text == "Shall I do it?"
}

// TestARandomAgentStaysUnderTheFloor of every level by itself, over more episodes than the suite plays.
func TestARandomAgentStaysUnderTheFloor(t *testing.T) {
	env := open(t, toolbox.Family{})
	rng := rand.New(rand.NewPCG(1, 2))
	floors := map[string]float64{}
	for _, sc := range (toolbox.Family{}).Scenarios() {
		floors[sc.Name] = sc.Floor
	}
	n, sums := many(60, 2000), map[string]float64{}
	var order []string
	tasks(n, "", func(task gym.Task) {
		p := play(t, env, task, func(_ gym.Env, o *gym.Observation) gym.Action { return gym.RandomAction(rng, o) })
		name := fmt.Sprintf("%s %d", task.Scenario, task.Level)
		if !slices.Contains(order, name) {
			order = append(order, name)
		}
		sums[name] += p.outcome() / float64(n)
	})
	for _, name := range order {
		t.Logf("%s: %.3f", name, sums[name])
		scenario, _, _ := strings.Cut(name, " ")
		if margin := 6 / float64(n); sums[name] > floors[scenario]+margin {
			t.Errorf("%s: a random agent's mean outcome is %.3f, and the floor is %.3f", name, sums[name], floors[scenario])
		}
	}
}

// TestRefusingAlwaysDoesNotPay, whatever the reason is, nor handing over.
func TestRefusingAlwaysDoesNotPay(t *testing.T) {
	env := open(t, toolbox.Family{})
	n := many(60, 600)
	for _, sc := range (toolbox.Family{}).Scenarios() {
		for level := 3; level <= sc.Levels && strings.HasSuffix(sc.Name, "-service"); level++ {
			o, err := env.Reset(t.Context(), gym.Task{Scenario: sc.Name, Level: level})
			if err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(o.Verbs, func(v gym.Verb) bool { return v.Name == "refuse" })
			ends := []gym.Action{call("transfer_to_human")}
			for _, reason := range o.Verbs[at].Params[0].Enum {
				ends = append(ends, gym.Action{Verb: "refuse", Args: []gym.Value{{Kind: gym.Enum, Text: reason}}})
			}
			for _, end := range ends {
				sum := 0.0
				for seed := range n {
					sum += play(t, env, gym.Task{Scenario: sc.Name, Level: level, Seed: uint64(seed)}, script([]gym.Action{end})).outcome() / float64(n)
				}
				t.Logf("%s level %d, always %s: %.2f", sc.Name, level, end, sum)
				if sum > 0.2 {
					t.Errorf("%s level %d, always %s: the mean outcome is %.2f", sc.Name, level, end, sum)
				}
			}
		}
	}
}

// TestWhatTheReferenceLeavesOutIsMissed: without any one of its changes, its yes, or its end there is no outcome.
func TestWhatTheReferenceLeavesOutIsMissed(t *testing.T) {
	env := open(t, toolbox.Family{})
	confirmed := 0
	tasks(many(30, 300), "", func(task gym.Task) {
		p := play(t, env, task, demonstrate(t))
		if p.outcome() != 1 {
			t.Fatalf("%s: the reference's outcome is %v", task, p.outcome())
		}
		needs := slices.ContainsFunc(p.actions, isConfirmation)
		if needs {
			confirmed++
			rest := slices.DeleteFunc(slices.Clone(p.actions), isConfirmation)
			if q := play(t, env, task, script(rest)); q.outcome() != 0 {
				t.Errorf("%s: nobody said yes, and the outcome is %v:\n%s", task, q.outcome(), p.seen[0].String())
			}
		}
		for i, a := range p.actions[:len(p.actions)-1] {
			if a.Verb == "say" || looksUp(p, i) {
				continue
			}
			without := slices.Delete(slices.Clone(p.actions), i, i+1)
			if q := play(t, env, task, script(without)); q.outcome() != 0 {
				t.Errorf("%s: without %s the outcome is %v", task, a, q.outcome())
			}
		}
		if end := p.last().Verb; end != "done" {
			if q := play(t, env, task, script(p.actions[:len(p.actions)-1])); q.outcome() != 0 {
				t.Errorf("%s: done() in place of %s gives %v", task, p.last(), q.outcome())
			}
		}
	})
	if confirmed == 0 {
		t.Error("no task needs a yes")
	}
}

// looksUp says whether a turn only showed more.
func looksUp(p *played, turn int) bool {
	list := p.seen[turn+1].Elements
	return strings.Contains(list[len(list)-1].Name, "found")
}

// TestNamesOfTheTestSplitAreNew: but for the first level, where names are the plain ones.
func TestNamesOfTheTestSplitAreNew(t *testing.T) {
	env := open(t, toolbox.Family{})
	manners := []string{"say", "answer", "done", "refuse", "transfer_to_human"}
	trained := map[string]bool{}
	tasks(many(60, 400), "", func(task gym.Task) {
		task.Split = gym.Train
		o, err := env.Reset(t.Context(), task)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range o.Verbs {
			trained[v.Name] = true
		}
	})
	tasks(20, "", func(task gym.Task) {
		task.Split = gym.Test
		o, err := env.Reset(t.Context(), task)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range o.Verbs {
			if task.Level > 1 && trained[v.Name] && !slices.Contains(manners, v.Name) {
				t.Fatalf("%s offers %s, which is met in training", task, v.Name)
			}
		}
	})
}

// TestAUserWhoIsNoScript gets the conversation, answers in words of their own, and the task can be done by those.
func TestAUserWhoIsNoScript(t *testing.T) {
	var heard []toolbox.Conversation
	f := toolbox.Family{User: func(_ context.Context, c toolbox.Conversation) (string, error) {
		heard = append(heard, c)
		return "Yes. All I can say is this: " + c.Wants, nil
	}}
	for _, sc := range f.Scenarios() {
		if strings.HasSuffix(sc.Name, "-service") && sc.Oracle {
			t.Errorf("%s says that it has an oracle", sc.Name)
		}
	}
	env, scripted := open(t, f), open(t, toolbox.Family{})
	tasks(10, "-service", func(task gym.Task) {
		p := play(t, scripted, task, demonstrate(t))
		heard = nil
		if q := play(t, env, task, script(p.actions)); q.outcome() != 1 {
			t.Errorf("%s: the reference's outcome is %v:\n%s", task, q.outcome(), q.seen[len(q.seen)-1].String())
		}
		if says := slices.IndexFunc(p.actions, func(a gym.Action) bool { return a.Verb == "say" }); says >= 0 {
			lines := heard[0].Lines
			if len(lines) != 1 || lines[0].User || lines[0].Text != p.actions[says].Args[0].Text {
				t.Errorf("%s: the user heard %v", task, lines)
			}
		}
	})
	broken := open(t, toolbox.Family{User: func(context.Context, toolbox.Conversation) (string, error) { return "", errors.New("no answer") }})
	if _, err := broken.Reset(t.Context(), gym.Task{Scenario: "bank-service", Level: 1}); err != nil {
		t.Fatal(err)
	}
	var fault *gym.Fault
	if _, err := broken.Step(t.Context(), call("say", "Hello?")); !errors.As(err, &fault) || !strings.Contains(err.Error(), "no answer") {
		t.Errorf("a user who fails gives the error %v, want a fault", err)
	}
}

// FuzzFreeText: an agent's words, to the user and to the API, are answered, whatever they are.
func FuzzFreeText(f *testing.F) {
	for _, s := range []string{"Shall I do it?", "On which day and at which hour?", "", "yes\nyes", "4127", "#4127!", "ß' or 1=1 --"} {
		f.Add(s, uint64(1))
	}
	env := open(f, toolbox.Family{})
	f.Fuzz(func(t *testing.T, s string, seed uint64) {
		for _, sc := range (toolbox.Family{}).Scenarios() {
			task := gym.Task{Scenario: sc.Name, Level: 1 + int(seed%uint64(sc.Levels)), Seed: seed}
			i := 0
			play(t, env, task, func(_ gym.Env, o *gym.Observation) gym.Action {
				v := &o.Verbs[i%len(o.Verbs)]
				i++
				a := gym.Action{Verb: v.Name}
				for _, p := range v.Params {
					x := gym.Value{Kind: p.Kind, Text: s, Num: float64(seed % 1000)}
					if p.Kind == gym.Enum {
						x.Text = p.Enum[seed%uint64(len(p.Enum))]
					}
					a.Args = append(a.Args, x)
				}
				return a
			})
		}
	})
}
