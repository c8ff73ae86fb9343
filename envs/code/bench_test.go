package code_test

import (
	"testing"

	"github.com/turngym/turngym/envs/code"
	"github.com/turngym/turngym/gym"
)

// BenchmarkSteps plays the oracle's episodes, resets and all.
func BenchmarkSteps(b *testing.B) {
	for _, sc := range (code.Family{}).Scenarios() {
		b.Run(sc.Name, func(b *testing.B) {
			env, err := code.Family{}.Open(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			defer env.Close()
			oracle, _ := gym.As[gym.Oracle](env)
			steps, seed := 0, uint64(0)
			for b.Loop() {
				seed++
				if _, err := env.Reset(b.Context(), gym.Task{Scenario: sc.Name, Seed: seed, Level: 1 + int(seed%4)}); err != nil {
					b.Fatal(err)
				}
				for over := false; !over; steps++ {
					a, err := oracle.Demonstrate(b.Context())
					if err != nil {
						b.Fatal(err)
					}
					out, err := env.Step(b.Context(), a)
					if err != nil {
						b.Fatal(err)
					}
					over = out.Terminated || out.Truncated
				}
			}
			b.ReportMetric(float64(steps)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}
