package terminal_test

import (
	"math/rand/v2"
	"testing"

	"github.com/turngym/turngym/envs/terminal"
	"github.com/turngym/turngym/gym"
)

// BenchmarkStep plays all kinds of tasks at their first level, as the oracle
// does or at random; an operation is a step, resets included.
func BenchmarkStep(b *testing.B) {
	list := terminal.Family{}.Scenarios()
	play := func(b *testing.B, next func(env gym.Env, o *gym.Observation) gym.Action) {
		env, err := terminal.Family{}.Open(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		defer env.Close()
		b.ReportAllocs()
		var o gym.Observation
		over, seed := true, uint64(0)
		for b.Loop() {
			if over {
				if o, err = env.Reset(b.Context(), gym.Task{Scenario: list[seed%uint64(len(list))].Name, Level: 1, Seed: seed}); err != nil {
					b.Fatal(err)
				}
				seed++
			}
			out, err := env.Step(b.Context(), next(env, &o))
			if err != nil {
				b.Fatal(err)
			}
			o, over = out.Observation, out.Terminated || out.Truncated
		}
	}
	b.Run("oracle", func(b *testing.B) {
		play(b, func(env gym.Env, _ *gym.Observation) gym.Action {
			a, err := env.(gym.Oracle).Demonstrate(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			return a
		})
	})
	b.Run("random", func(b *testing.B) {
		rng := rand.New(rand.NewPCG(1, 2))
		play(b, func(_ gym.Env, o *gym.Observation) gym.Action { return gym.RandomAction(rng, o) })
	})
}
