package toolbox_test

import (
	"testing"

	"github.com/turngym/turngym/envs/toolbox"
	"github.com/turngym/turngym/gym"
)

// BenchmarkSteps plays the oracle's episodes of every scenario and level, starts
// included, on all cores.
func BenchmarkSteps(b *testing.B) {
	f := toolbox.Family{}
	type played struct {
		task    gym.Task
		actions []gym.Action
	}
	var episodes []played
	env, _ := f.Open(b.Context())
	oracle, _ := gym.As[gym.Oracle](env)
	for _, sc := range f.Scenarios() {
		for level := 1; level <= sc.Levels; level++ {
			for seed := range uint64(5) {
				p := played{task: gym.Task{Scenario: sc.Name, Level: level, Seed: seed}}
				if _, err := env.Reset(b.Context(), p.task); err != nil {
					b.Fatal(err)
				}
				for over := false; !over; {
					a, err := oracle.Demonstrate(b.Context())
					if err != nil {
						b.Fatal(err)
					}
					out, err := env.Step(b.Context(), a)
					if err != nil {
						b.Fatal(err)
					}
					p.actions, over = append(p.actions, a), out.Terminated
				}
				episodes = append(episodes, p)
			}
		}
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		env, _ := f.Open(b.Context())
		at, turn := 0, 0
		for pb.Next() { // one step, after a reset where the last episode is over
			p := &episodes[at]
			if turn == 0 {
				env.Reset(b.Context(), p.task)
			}
			if _, err := env.Step(b.Context(), p.actions[turn]); err != nil {
				b.Fatal(err)
			}
			if turn++; turn == len(p.actions) {
				at, turn = (at+1)%len(episodes), 0
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}
