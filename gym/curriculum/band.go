package curriculum

import (
	"math"
	"math/rand/v2"

	"github.com/turngym/turngym/gym"
)

// Rate is a pass rate that forgets: Pos of Total outcomes, both multiplied by a
// factor below 1 before new ones are added, with the prior Beta(1, 1) (the
// tracker of Xiong et al. 2025, Reinforce-Ada-Est).
type Rate struct{ Pos, Total float64 }

// Add takes n outcomes whose mean is given.
func (r *Rate) Add(mean float64, n int, forget float64) {
	r.Pos, r.Total = forget*r.Pos+mean*float64(n), forget*r.Total+float64(n)
}

// Mean is the estimate, one half where nothing was heard.
func (r *Rate) Mean() float64 { return (r.Pos + 1) / (r.Total + 2) }

// Band trains where the policy succeeds sometimes: on arms whose pass rate is
// between Low and High, where the variance of the outcome, p(1-p), and so the
// gradient is largest (Bae et al. 2025, balanced filtering; learnability:
// Rutherford et al. 2024). Arms that were never played count as one half. Where
// none is in the band, the one nearest to one half is taken. A share Explore of
// the tasks is uniform, so that no estimate grows stale.
type Band struct {
	Arms      []Arm
	Low, High float64
	Explore   float64
	Forget    float64
	Rates     []Rate
}

// NewBand is a band that has heard nothing.
func NewBand(grounds []Ground) *Band {
	list := arms(grounds)
	return &Band{Arms: list, Low: 0.2, High: 0.8, Explore: 0.1, Forget: 0.8, Rates: make([]Rate, len(list))}
}

// Pick draws n tasks.
func (b *Band) Pick(rng *rand.Rand, n int) []gym.Task {
	var inside []int
	nearest := 0
	for i := range b.Rates {
		p := b.Rates[i].Mean()
		if p >= b.Low && p <= b.High {
			inside = append(inside, i)
		}
		if math.Abs(p-0.5) < math.Abs(b.Rates[nearest].Mean()-0.5) {
			nearest = i
		}
	}
	if inside == nil {
		inside = []int{nearest}
	}
	tasks := make([]gym.Task, n)
	for i := range tasks {
		arm := inside[rng.IntN(len(inside))]
		if rng.Float64() < b.Explore {
			arm = rng.IntN(len(b.Arms))
		}
		tasks[i] = b.Arms[arm].task(rng)
	}
	return tasks
}

// Hear takes the pass rates.
func (b *Band) Hear(groups []Group) {
	for i, arm := range b.Arms {
		sum, n := pool(groups, arm)
		if n > 0 {
			b.Rates[i].Add(sum/float64(n), n, b.Forget)
		}
	}
}

// pool is the sum of the outcomes of an arm and their number.
func pool(groups []Group, arm Arm) (sum float64, n int) {
	for _, g := range groups {
		if armOf(g.Task) == arm {
			mean, k := g.rate()
			sum, n = sum+mean*float64(k), n+k
		}
	}
	return sum, n
}
