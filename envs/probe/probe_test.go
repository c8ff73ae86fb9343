package probe_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/envs/probe"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

func TestFamily(t *testing.T) {
	gymtest.Run(t, "probe", func(testing.TB) gym.Family { return probe.Family{} }, "../../testdata/playthroughs")
}

// mean is the mean outcome of an agent that chooses by what it has seen.
func mean(t *testing.T, scenario string, level int, choose func(rng *rand.Rand, seen []gym.Observation) gym.Action) float64 {
	t.Helper()
	const n = 2000
	env, err := probe.Family{}.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	rng := rand.New(rand.NewPCG(1, 2))
	sum := 0.0
	for seed := range uint64(n) {
		o, err := env.Reset(t.Context(), gym.Task{Scenario: scenario, Seed: seed, Level: level})
		if err != nil {
			t.Fatal(err)
		}
		seen, over := []gym.Observation{o}, false
		for !over {
			out, err := env.Step(t.Context(), choose(rng, seen))
			if err != nil {
				t.Fatal(err)
			}
			seen, over = append(seen, out.Observation), out.Terminated || out.Truncated
			outcome, _ := out.Signals.Value(gym.SignalOutcome)
			sum += outcome
		}
	}
	return sum / n
}

func click(o gym.Observation, want func(name string) bool) gym.Action {
	for _, e := range o.Elements {
		if want(e.Name) {
			return gym.Action{Verb: "click", Args: []gym.Value{{Kind: gym.Ref, Text: e.ID}}}
		}
	}
	return gym.Action{}
}

// TestScoresAreAsDocumented: what the files say of a random agent and of the
// ceiling is what learning tests compare a policy with.
func TestScoresAreAsDocumented(t *testing.T) {
	random := func(rng *rand.Rand, seen []gym.Observation) gym.Action {
		return gym.RandomAction(rng, &seen[len(seen)-1])
	}
	// named presses what the first words that were seen name.
	named := func(_ *rand.Rand, seen []gym.Observation) gym.Action {
		said := seen[0].Goal + " " + seen[0].Text + " "
		return click(seen[len(seen)-1], func(name string) bool { return name == "next" || contains(said, name) })
	}
	lamp := func(_ *rand.Rand, seen []gym.Observation) gym.Action {
		return click(seen[0], func(name string) bool { return (name == "left") == contains(seen[0].Text, "red") })
	}
	always := func(name string) func(*rand.Rand, []gym.Observation) gym.Action {
		return func(_ *rand.Rand, seen []gym.Observation) gym.Action {
			return click(seen[0], func(n string) bool { return n == name })
		}
	}
	for _, c := range []struct {
		name, scenario string
		choose         func(*rand.Rand, []gym.Observation) gym.Action
		want           [3]float64
	}{
		{"random", "bandit", random, [3]float64{1. / 2, 1. / 4, 1. / 6}},
		{"random", "corridor", random, [3]float64{0.5, 0.47, 0.18}},
		{"random", "recall", random, [3]float64{1. / 2, 1. / 4, 1. / 6}},
		{"random", "noisy", random, [3]float64{0.5, 0.35, 0.3}},
		{"random", "cliff", random, [3]float64{0.48, 0.39, 0.32}},
		{"the best", "bandit", named, [3]float64{1, 1, 1}},
		{"the best", "corridor", lamp, [3]float64{1, 1, 1}},
		{"the best", "recall", named, [3]float64{1, 1, 1}},
		{"the best", "noisy", named, [3]float64{0.8, 0.8, 0.8}},
		{"the best", "cliff", always("walk"), [3]float64{1, 1, 1}},
		{"the tempted", "cliff", always("jump"), [3]float64{0.3, 0.3, 0.3}},
	} {
		for i, want := range c.want {
			if got := mean(t, c.scenario, i+1, c.choose); math.Abs(got-want) > 0.04 {
				t.Errorf("%s in %s, level %d: the mean outcome is %.3f, want %.2f", c.name, c.scenario, i+1, got, want)
			}
		}
	}
}

func contains(text, word string) bool {
	return slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" .,", r) }), word)
}
