package curriculum

import (
	"math/rand/v2"

	"github.com/turngym/turngym/gym"
)

// Ramp begins every scenario at its lowest level and goes up when the last
// Window episodes of the highest level reached had a mean outcome of at least
// Up. A share Review of the tasks is of the levels below, so that they are not
// forgotten.
type Ramp struct {
	Grounds []Ground
	Up      float64
	Review  float64
	Window  int
	At      []int       // index of the highest level reached, of each scenario
	Recent  [][]float64 // its last outcomes
}

// NewRamp is a ramp at its beginning.
func NewRamp(grounds []Ground) *Ramp {
	return &Ramp{Grounds: grounds, Up: 0.8, Review: 0.25, Window: 64, At: make([]int, len(grounds)), Recent: make([][]float64, len(grounds))}
}

// Pick draws n tasks: a scenario, then its highest level or one below.
func (r *Ramp) Pick(rng *rand.Rand, n int) []gym.Task {
	tasks := make([]gym.Task, n)
	for i := range tasks {
		k := rng.IntN(len(r.Grounds))
		level := r.At[k]
		if level > 0 && rng.Float64() < r.Review {
			level = rng.IntN(level)
		}
		tasks[i] = Arm{r.Grounds[k].Scenario, r.Grounds[k].Levels[level]}.task(rng)
	}
	return tasks
}

// Hear takes the outcomes at the highest levels.
func (r *Ramp) Hear(groups []Group) {
	for k, g := range r.Grounds {
		for _, group := range groups {
			if group.Task.Scenario != g.Scenario || group.Task.Level != g.Levels[r.At[k]] {
				continue
			}
			for _, ep := range group.Episodes {
				if ep.Task.Hint == 0 {
					r.Recent[k] = append(r.Recent[k], ep.Outcome())
				}
			}
		}
		if n := len(r.Recent[k]); n > r.Window {
			r.Recent[k] = r.Recent[k][n-r.Window:]
		}
		sum := 0.0
		for _, o := range r.Recent[k] {
			sum += o
		}
		if n := len(r.Recent[k]); n >= r.Window && sum/float64(n) >= r.Up && r.At[k]+1 < len(g.Levels) {
			r.At[k]++
			r.Recent[k] = nil
		}
	}
}
