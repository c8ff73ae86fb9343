package gym_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

// TestElementIsShownAsPythonShowsText: the expected texts are Python 3's repr.
func TestElementIsShownAsPythonShowsText(t *testing.T) {
	for text, want := range map[string]string{
		`Save`:       `'Save'`,
		`it's`:       `"it's"`,
		`say "hi"`:   `'say "hi"'`,
		`it's "so"`:  `'it\'s "so"'`,
		`a\b`:        `'a\\b'`,
		`\"`:         `'\\"'`,
		"two\nlines": `'two\nlines'`,
		"é ☃":        `'é ☃'`,
	} {
		if got := (gym.Element{Role: "text", Name: text}).String(); got != "text "+want {
			t.Errorf("got %s, want text %s", got, want)
		}
	}
}

func TestObservationIsShownInOneLineAnElement(t *testing.T) {
	o := page()
	o.Note, o.Text = "there is no element 9", "A page"
	want := `! there is no element 9
A page
heading "It's a page"
[1] button 'Save'
[2] button 'Delete', disabled
[a,b] button 'Odd id'
[3] textbox 'Name' value='old value'
[4] combobox 'Size' options='S'|'M'|'M'|'L "large"'
[5] combobox 'Empty'
`
	if got := o.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if e := o.Element("3"); e == nil || e.Name != "Name" {
		t.Errorf("element 3 is %v", e)
	}
	if e := o.Element(""); e != nil {
		t.Errorf("text without an id is found as %v", e)
	}
}

func TestChanceDependsOnTheProblemAndNotOnTheHint(t *testing.T) {
	base := gym.Task{Scenario: "a", Seed: 1, Level: 1}
	draw := func(task gym.Task) string { r := task.Rand(); return fmt.Sprint(r.Uint64(), r.Uint64(), r.IntN(1000)) }
	hinted := base
	hinted.Hint = 2
	if draw(base) != draw(base) || draw(base) != draw(hinted) {
		t.Error("the same problem draws other numbers")
	}
	for name, other := range map[string]gym.Task{
		"scenario": {Scenario: "b", Seed: 1, Level: 1},
		"seed":     {Scenario: "a", Seed: 2, Level: 1},
		"level":    {Scenario: "a", Seed: 1, Level: 2},
		"split":    {Scenario: "a", Seed: 1, Level: 1, Split: gym.Test},
	} {
		if draw(other) == draw(base) {
			t.Errorf("another %s draws the same numbers", name)
		}
	}
}

// TestNeighbouringSeedsAreIndependent: each seed's first draw is what a
// scenario is made of, so they must be spread out over the seeds.
func TestNeighbouringSeedsAreIndependent(t *testing.T) {
	const n = 4000
	var count [4]int
	var same, apart int
	for seed := range uint64(n) {
		a := gym.Task{Scenario: "a", Seed: seed, Level: 1}.Rand().IntN(4)
		count[a]++
		if a == (gym.Task{Scenario: "a", Seed: seed + 1, Level: 1}).Rand().IntN(4) {
			same++
		}
		if a == (gym.Task{Scenario: "a", Seed: seed, Level: 1, Split: gym.Test}).Rand().IntN(4) {
			apart++
		}
	}
	for _, c := range append(count[:], same, apart) {
		if c < n/4-120 || c > n/4+120 { // four standard deviations and more
			t.Errorf("first draws %v, equal to the next seed's %d, to the other split's %d; want about %d each", count, same, apart, n/4)
		}
	}
}

func TestSplitsAreReadAsWritten(t *testing.T) {
	for _, s := range []gym.Split{gym.Train, gym.Test} {
		if got, err := gym.ParseSplit(s.String()); err != nil || got != s {
			t.Errorf("%s is read as %v, %v", s, got, err)
		}
	}
	if _, err := gym.ParseSplit("Test"); err == nil || !strings.Contains(err.Error(), "want train or test") {
		t.Errorf("Test: %v", err)
	}
	if got := (gym.Task{Scenario: "log-in", Level: 2, Seed: 7, Split: gym.Test}).String(); got != "log-in level 2 seed 7 (test)" {
		t.Error(got)
	}
}

type bare struct{ gym.Env }

type able struct{ bare }

func (able) Demonstrate(context.Context) (gym.Action, error) { return act("stop"), nil }

type wrapper struct {
	gym.Env
	inner gym.Env
}

func (w wrapper) Unwrap() gym.Env { return w.inner }

func TestAbilitiesAreFoundThroughWrappers(t *testing.T) {
	var inner gym.Env = able{}
	for name, env := range map[string]gym.Env{"bare": inner, "wrapped": wrapper{inner: inner}, "twice": wrapper{inner: wrapper{inner: inner}}} {
		o, ok := gym.As[gym.Oracle](env)
		if !ok {
			t.Errorf("%s: the oracle is not found", name)
			continue
		}
		if a, _ := o.Demonstrate(t.Context()); a.Verb != "stop" {
			t.Errorf("%s: %s", name, a)
		}
	}
	for name, env := range map[string]gym.Env{"nil": nil, "without": bare{}, "around one without": wrapper{inner: bare{}}, "around nothing": wrapper{}} {
		if _, ok := gym.As[gym.Oracle](env); ok {
			t.Errorf("%s: an oracle is found", name)
		}
	}
}

func TestFaultAndMistakeAreToldApart(t *testing.T) {
	err := fmt.Errorf("episode 3: %w", gym.Faultf("reset web/login", "page: %w", context.DeadlineExceeded))
	var f *gym.Fault
	if !errors.As(err, &f) || f.Op != "reset web/login" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v is not read as a fault of its deadline", err)
	}
	var m *gym.Mistake
	if errors.As(err, &m) {
		t.Error("a fault is read as a mistake")
	}
	if got := err.Error(); got != "episode 3: reset web/login: page: context deadline exceeded" {
		t.Error(got)
	}
}

func TestOutcomeOfAnEpisodeIsItsLast(t *testing.T) {
	ep := &gym.Episode{Turns: []gym.Turn{
		{Signals: gym.Signals{{Name: gym.SignalProgress, Value: 0.5}}},
		{Signals: gym.Signals{{Name: gym.SignalProgress, Value: 1}, {Name: gym.SignalOutcome, Value: 0.75}}},
	}}
	if got := ep.Outcome(); got != 0.75 {
		t.Error(got)
	}
	if got := (&gym.Episode{}).Outcome(); got != 0 {
		t.Error(got)
	}
}

func TestTokenColumnsStayEquallyLong(t *testing.T) {
	var a gym.Tokens
	a.Read([]int32{1, 2, 3}, make([]uint8, 3))
	a.Append(gym.Tokens{IDs: []int32{4}, Sampled: []bool{true}, LogProb: []float32{-1}, Version: []uint32{7}, Allow: [][]int32{{4, 5}}})
	a.Read([]int32{6}, make([]uint8, 1))
	if len(a.IDs) != 5 || len(a.Sampled) != 5 || len(a.LogProb) != 5 || len(a.Version) != 5 || len(a.Allow) != 5 {
		t.Fatalf("%+v", a)
	}
	if !a.Sampled[3] || a.Sampled[4] || a.Version[3] != 7 {
		t.Errorf("%+v", a)
	}
}
