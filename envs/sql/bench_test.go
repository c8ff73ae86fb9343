package sql_test

import (
	"fmt"
	"testing"

	"github.com/turngym/turngym/envs/sql"
	"github.com/turngym/turngym/gym"
)

// BenchmarkReset is the start of a task; the first ones fill the shelf.
func BenchmarkReset(b *testing.B) {
	f := &sql.Family{}
	defer f.Close()
	for _, name := range []string{"filter", "sets", "chain"} {
		for level := 1; level <= 3; level++ {
			b.Run(fmt.Sprintf("%s/%d", name, level), func(b *testing.B) {
				env, err := f.Open(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				defer env.Close()
				seed := uint64(0)
				for b.Loop() {
					seed++
					if _, err := env.Reset(b.Context(), gym.Task{Scenario: name, Level: level, Seed: seed % 2000}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkStep is a query of level 1, a new one or the same again, as one
// environment after another runs it.
func BenchmarkStep(b *testing.B) {
	f := &sql.Family{}
	defer f.Close()
	b.RunParallel(func(pb *testing.PB) {
		env, err := f.Open(b.Context())
		if err != nil {
			b.Error(err)
			return
		}
		defer env.Close()
		oracle, _ := gym.As[gym.Oracle](env)
		var a gym.Action
		turn := 0
		for pb.Next() {
			if turn%6 == 0 {
				if _, err = env.Reset(b.Context(), gym.Task{Scenario: "filter", Level: 1, Seed: uint64(turn / 6)}); err == nil {
					a, err = oracle.Demonstrate(b.Context())
				}
			}
			turn++
			if err == nil {
				a.Args[0].Text += " " // no two of an episode are the same
				_, err = env.Step(b.Context(), a)
			}
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}
