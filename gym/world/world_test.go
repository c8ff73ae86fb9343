package world_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
	"github.com/turngym/turngym/gym/world"
)

// counter is a world of one number that is to become another. It can refuse,
// break and be closed.
type counter struct {
	now, want int
	closed    *int
}

func (c *counter) Goal() string { return fmt.Sprintf("Count to %d.", c.want) }
func (c *counter) See() gym.Observation {
	o := gym.Observation{Text: fmt.Sprint("It is ", c.now), Verbs: []gym.Verb{{Name: "stop", Doc: "Stop."}}}
	if left := c.want - c.now; left > 1 {
		o.Verbs = append(o.Verbs, gym.Verb{Name: "add", Doc: "Add.", Params: []gym.Param{{Name: "n", Doc: "how much", Kind: gym.Int, Min: 1, Max: float64(min(9, left))}}})
	}
	return o
}
func (c *counter) Do(_ context.Context, a gym.Action) (bool, error) {
	if a.Verb == "stop" {
		return true, nil
	}
	n := int(a.Args[0].Num)
	switch {
	case n == 9 && c.want == 100:
		return false, errors.New("nine breaks it")
	case n == 3 && c.want == 100:
		return false, gym.Mistakef("not three")
	}
	c.now += n
	return false, nil
}
func (c *counter) Outcome() float64  { return world.Yes(c.now == c.want) }
func (c *counter) Progress() float64 { return float64(c.now) / float64(c.want) }
func (c *counter) Hints() []string   { return []string{"Add.", "Then stop."} }
func (c *counter) Secrets() []string { return []string{"xyzzy"} }
func (c *counter) Expert(context.Context) (gym.Action, error) {
	if c.now == c.want {
		return gym.Action{Verb: "stop"}, nil
	}
	if left := c.want - c.now; left > 6 {
		return add(5), nil
	} else if left > 3 {
		return add(left - 2), nil // never leaves one, which cannot be added
	} else {
		return add(left), nil
	}
}
func (c *counter) Signals(over bool) gym.Signals {
	if !over {
		return nil
	}
	return gym.Signals{{Name: gym.SignalRubric + "even", Value: world.Yes(c.now%2 == 0)}}
}
func (c *counter) Close() error { *c.closed++; return nil }

func add(n int) gym.Action {
	return gym.Action{Verb: "add", Args: []gym.Value{{Kind: gym.Int, Num: float64(n)}}}
}

func list(closed *int) []world.Scenario {
	return []world.Scenario{{
		Scenario: gym.Scenario{Name: "count", Doc: "count", Levels: 2, Turns: 12, Floor: 0.1, Oracle: true},
		Start: func(_ context.Context, t gym.Task, rng *rand.Rand) (world.World, error) {
			return &counter{want: 10*t.Level + rng.IntN(20), closed: closed}, nil
		},
	}, {
		Scenario: gym.Scenario{Name: "broken", Doc: "breaks", Levels: 1, Turns: 3},
		Start: func(_ context.Context, t gym.Task, _ *rand.Rand) (world.World, error) {
			if t.Seed == 7 {
				return nil, errors.New("seven cannot start")
			}
			return &counter{want: 100, closed: closed}, nil
		},
	}}
}

type family struct{}

func (family) Scenarios() []gym.Scenario { return world.Infos(list(nil)[:1]) }
func (family) Open(ctx context.Context) (gym.Env, error) {
	return world.New("test", list(new(int))), ctx.Err()
}
func (family) Close() error { return nil }

func TestFamily(t *testing.T) {
	gymtest.Run(t, "test", func() (gym.Family, error) { return family{}, nil }, "")
}

func TestAMistakeOfTheWorldTakesATurnAndChangesNothing(t *testing.T) {
	env := world.New("test", list(new(int)))
	if _, err := env.Reset(t.Context(), gym.Task{Scenario: "broken", Level: 1}); err != nil {
		t.Fatal(err)
	}
	for turn, n := range []int{8, 3, 3} {
		out, err := env.Step(t.Context(), add(n))
		if err != nil {
			t.Fatal(err)
		}
		format, _ := out.Signals.Value(gym.SignalFormat)
		if n == 3 && (format != 1 || out.Observation.Note != "not three") || out.Observation.Text != "It is 8" {
			t.Errorf("turn %d: %+v", turn, out)
		}
		if out.Truncated != (turn == 2) || out.Terminated || (out.Observation.Verbs == nil) != out.Truncated {
			t.Errorf("turn %d: %+v", turn, out)
		}
	}
}

func TestAnErrorOfTheWorldIsAFault(t *testing.T) {
	env := world.New("test", list(new(int)))
	var f *gym.Fault
	if _, err := env.Reset(t.Context(), gym.Task{Scenario: "broken", Level: 1, Seed: 7}); !errors.As(err, &f) || err.Error() != "test/broken: seven cannot start" {
		t.Errorf("got %v", err)
	}
	env.Reset(t.Context(), gym.Task{Scenario: "broken", Level: 1})
	if _, err := env.Step(t.Context(), add(9)); !errors.As(err, &f) || !strings.Contains(err.Error(), "nine breaks it") {
		t.Errorf("got %v", err)
	}
	if _, err := env.Step(t.Context(), add(1)); err == nil || errors.As(err, &f) {
		t.Errorf("after a fault the episode is over; got %v", err)
	}
}

func TestEveryWorldIsClosedOnce(t *testing.T) {
	closed := 0
	env := world.New("test", list(&closed))
	task := gym.Task{Scenario: "count", Level: 1, Seed: 1}
	for range 3 {
		env.Reset(t.Context(), task)
	}
	env.Step(t.Context(), add(2))
	f := env.(gym.Forker)
	state, err := f.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	env.Step(t.Context(), add(2))
	if o, err := f.Restore(t.Context(), state); err != nil || o.Text != "It is 2" {
		t.Errorf("restored to %q (%v)", o.Text, err)
	}
	if _, err := f.Restore(t.Context(), state[:3]); err == nil {
		t.Error("half a snapshot was restored")
	}
	env.Close()
	env.Close()
	if closed != 4 {
		t.Errorf("%d of 4 worlds were closed", closed)
	}
}
