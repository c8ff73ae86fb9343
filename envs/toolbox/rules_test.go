package toolbox

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

// drawn draws tasks of a service's levels with a user.
func drawn(t *testing.T, n int, visit func(e *episode, rng *rand.Rand)) {
	t.Helper()
	all := domains()
	for at := range all {
		for level, s := range serviceLevels {
			for seed := range uint64(n) {
				rng := rand.New(rand.NewPCG(seed, uint64(level)))
				w, err := start(drawing{all: all, at: at, setting: s, manners: all[at].manners(s), rng: rng}, nil)
				if err != nil {
					t.Fatal(err)
				}
				visit(w.(*episode), rng)
			}
		}
	}
}

// try does a call as an agent that knows all would, and says whether the API did it.
func (e *episode) try(c call) bool {
	for i := range e.now {
		e.now[i].known = true
	}
	e.call(c.fn, e.now.action(c, "any"))
	return !strings.HasPrefix(e.log[len(e.log)-1].text, "error:")
}

// everyEnd is the best outcome that ends give now.
func (e *episode) everyEnd() float64 {
	best := 0.0
	for _, end := range []gym.Action{e.last(), {Verb: doneVerb}, {Verb: humanVerb},
		{Verb: refuseVerb, Args: []gym.Value{{Kind: gym.Enum, Text: e.told}}}} {
		e.end(end)
		best = max(best, e.Outcome())
	}
	return best
}

// TestWhatARuleForbidsIsWorthNothing: who does what is to be refused can end as they like.
func TestWhatARuleForbidsIsWorthNothing(t *testing.T) {
	refused := map[string]int{}
	drawn(t, 200, func(e *episode, _ *rand.Rand) {
		if e.task.end != endRefuse {
			return
		}
		refused[e.name+" "+e.told]++
		if !e.try(e.wishes[0].call) {
			t.Fatalf("%s: the API itself refuses: %s", e.goal, e.log[0].text)
		}
		if e.marks.violation != 1 {
			t.Errorf("%s: the forbidden call is no violation", e.goal)
		}
		if got := e.everyEnd(); got != 0 {
			t.Errorf("%s: done though forbidden, the outcome is %v", e.goal, got)
		}
	})
	for _, d := range domains() {
		for _, reason := range d.reasons() {
			if refused[d.name+" "+reason] == 0 {
				t.Errorf("nothing was to be refused in %s for %s", d.name, reason)
			}
		}
	}
}

// TestAnythingMoreThanWasAskedForIsWrong: one change too many, and there is no outcome.
func TestAnythingMoreThanWasAskedForIsWrong(t *testing.T) {
	seen := 0
	drawn(t, 60, func(e *episode, rng *rand.Rand) {
		if e.task.end != endDone {
			return
		}
		e.yes = true
		for _, w := range e.wishes {
			if !e.try(w.call) {
				t.Fatalf("%s: %s", e.goal, e.log[len(e.log)-1].text)
			}
		}
		e.end(gym.Action{Verb: doneVerb})
		if e.Outcome() != 1 || e.Progress() != 1 {
			t.Fatalf("%s: all done, and the outcome is %v, the progress %v", e.goal, e.Outcome(), e.Progress())
		}
		// Drawn as one more request, it is another change.
		d := drawing{all: domains(), setting: e.setting, rng: rng}
		before := e.Progress()
		if _, c, _, ok := d.call(e.task); ok && e.try(c) {
			if needed, right, wrong := e.now.difference(e.begin, e.want); needed == right && wrong == 0 {
				return // it was set to what it was
			}
			seen++
			if got := e.everyEnd(); got != 0 || e.Progress() >= before {
				t.Errorf("%s: with %s beside it the outcome is %v, the progress %v after %v", e.goal, c.fn.name, got, e.Progress(), before)
			}
		}
	})
	if seen == 0 {
		t.Error("no change was ever too many")
	}
}

// TestCallsAreMarkedByTheirParts as ToolRL does.
func TestCallsAreMarkedByTheirParts(t *testing.T) {
	seen := map[string]bool{}
	drawn(t, 60, func(e *episode, _ *rand.Rand) {
		c := e.wishes[0].call
		if e.task.end != endDone || len(c.args) < 2 {
			return
		}
		n := float64(len(c.args))
		wrong := call{c.fn, append([]arg{}, c.args...)}
		wrong.args[len(c.args)-1] = arg{text: "other", at: -1}
		if m := e.compare(wrong); m.tool != 1 || m.params != 1 || m.values != (n-1)/n {
			t.Errorf("%s with one of %v values wrong: %+v", c.fn.name, n, m)
		}
		if len(c.fn.params) > len(c.args) {
			seen["more"] = true
			more := call{c.fn, append(append([]arg{}, c.args...), arg{text: "low", at: -1})}
			if m := e.compare(more); m.params != n/(n+1) || m.values != 1 {
				t.Errorf("%s with a parameter too many: %+v", c.fn.name, m)
			}
		}
		for i := range e.tools {
			if fn := e.tools[i].fn; e.verb(fn) != "" && !e.plans(fn) {
				seen["unplanned"] = true
				if m := e.compare(call{fn: fn}); m != (marks{}) {
					t.Errorf("%s is not needed, and marked %+v", fn.name, m)
				}
			}
		}
	})
	if !seen["more"] || !seen["unplanned"] {
		t.Errorf("not every case came: %v", seen)
	}
}

func (e *episode) plans(fn *function) bool {
	for i := range e.plan {
		if e.plan[i].call.fn == fn {
			return true
		}
	}
	return false
}

// TestNoTwoFunctionsCanHaveOneName, whatever is drawn, in all services together; and every word list has its variants.
func TestNoTwoFunctionsCanHaveOneName(t *testing.T) {
	owner := map[string]string{}
	for _, d := range domains() {
		for i := range d.functions {
			f := &d.functions[i]
			if len(f.act.names) != testName+1 || len(f.object.names) != testName+1 || len(f.act.says) != docs || len(f.object.says) != docs {
				t.Errorf("%s %s: want %d names and %d docs of each part", d.name, f.name, testName+1, docs)
			}
			for _, a := range f.act.names {
				for _, o := range f.object.names {
					name := a + "_" + o
					if other := owner[name]; other != "" {
						t.Errorf("%s may be %s and %s", name, other, d.name+"/"+f.name)
					}
					owner[name] = d.name + "/" + f.name
				}
			}
			names := map[string]bool{}
			for _, p := range f.params {
				if len(p.names) != testName+1 {
					t.Errorf("%s: %v: want %d names", f.name, p.names, testName+1)
				}
				for _, n := range p.names {
					if names[n] {
						t.Errorf("%s: two parameters may be called %s", f.name, n)
					}
					names[n] = true
				}
			}
		}
		for _, q := range d.requests {
			d.function(q.fn) // panics where there is none
		}
		for _, tab := range d.tables {
			d.function(tab.find)
		}
		for _, r := range d.rules {
			for _, fn := range r.fns {
				d.function(fn)
			}
		}
	}
}

// TestTheScriptAnswersWhatItIsAsked in an agent's own words.
func TestTheScriptAnswersWhatItIsAsked(t *testing.T) {
	day := param{tell: "On %s.", words: []string{"day", "when"}}
	hour := param{tell: "At %s.", words: []string{"hour", "time", "when"}}
	u := &task{hidden: []slot{{&day, "friday"}, {&hour, "9"}}}
	wavering := &task{wavering: []slot{{&day, "sunday"}}}
	for _, c := range []struct {
		user    *task
		said    string
		wavered bool
		want    string
	}{
		{u, "Which day?", false, "On friday."},
		{u, "When would you like it?", false, "On friday. At 9."},
		{u, "I can do that. Could you tell me the time, please?", false, "At 9."},
		{u, "Shall I do it?", false, "Yes, please."},
		{u, "I will move the meeting with Ada. Do you confirm?", false, "Yes, please."},
		{u, "Should I go ahead? And at what hour?", false, "At 9."},
		{u, "Hello!", false, "I have said all that I know of that."},
		{u, "", false, "I have said all that I know of that."},
		{wavering, "Shall I do it?", false, "Sorry, I have another mind. On sunday."},
		{wavering, "Shall I do it?", true, "Yes, please."},
	} {
		if got := c.user.reply(c.said, c.wavered); got != c.want {
			t.Errorf("asked %q, the user says %q, want %q", c.said, got, c.want)
		}
	}
}

// TestAnAnswerTellsTheValueAndNoOther.
func TestAnAnswerTellsTheValueAndNoOther(t *testing.T) {
	u := &task{told: "friday", others: []string{"monday", "sunday"}}
	for answer, want := range map[string]bool{"friday": true, "Your meeting is on Friday.": true, "sunday": false, "monday or friday": false, "": false, "fridays": false} {
		if got := u.tells(answer); got != want {
			t.Errorf("%q: %v", answer, got)
		}
	}
}
