package curriculum

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/turngym/turngym/gym"
)

// BOTS keeps a Beta posterior of the success rate of every task of a fixed pool
// and plays those whose sampled rate is nearest to Target (Thompson sampling).
// After each step, for all tasks,
//
//	a = (1-Lambda) a + Lambda + (1-Rho) s + Rho s~,  b likewise with failures
//
// with s the successes of a task that was played, s~ the evidence from others
// (Shen et al. 2025, arXiv 2510.26374, and its code). The paper predicts s~ from
// the pass rates of two reference models; here the arm's own pass rate does it.
// The defaults are those of the code; with the paper's 0.1 the evidence of tasks
// that come back after many steps is too old to help the simulated learner.
type BOTS struct {
	Arms        []Arm
	Size        int // of the pool
	Lambda, Rho float64
	Target      float64
	Group       int // episodes that count as one task's evidence

	Pool  []gym.Task // drawn at the first Pick
	A, B  []float64
	Rates []Rate // of the arms
}

// NewBOTS is a pool yet to be drawn.
func NewBOTS(grounds []Ground) *BOTS {
	list := arms(grounds)
	return &BOTS{Arms: list, Size: 512, Lambda: 0.2, Rho: 0.2, Target: 0.5, Group: 8, Rates: make([]Rate, len(list))}
}

// Pick gives the n tasks of the pool whose sampled success rate is nearest to
// the target; more than the pool holds come again.
func (t *BOTS) Pick(rng *rand.Rand, n int) []gym.Task {
	for i := len(t.Pool); i < t.Size; i++ {
		t.Pool = append(t.Pool, t.Arms[i%len(t.Arms)].task(rng))
		t.A, t.B = append(t.A, 1), append(t.B, 1)
	}
	type scored struct {
		i     int
		score float64
	}
	list := make([]scored, len(t.Pool))
	for i := range list {
		list[i] = scored{i, math.Abs(beta(rng, t.A[i], t.B[i]) - t.Target)}
	}
	slices.SortStableFunc(list, func(a, b scored) int {
		if a.score < b.score {
			return -1
		}
		return 1
	})
	tasks := make([]gym.Task, n)
	for i := range tasks {
		tasks[i] = t.Pool[list[i%len(list)].i]
	}
	return tasks
}

// Hear updates the posteriors.
func (t *BOTS) Hear(groups []Group) {
	for j, arm := range t.Arms {
		if sum, n := pool(groups, arm); n > 0 {
			t.Rates[j].Add(sum/float64(n), n, 0.8)
		}
	}
	played := map[gym.Task]*Group{}
	for i := range groups {
		played[groups[i].Task] = &groups[i]
	}
	for i, task := range t.Pool {
		m := float64(t.Group)
		p := t.Rates[slices.Index(t.Arms, armOf(task))].Mean()
		s, f, s2, f2 := 0.0, 0.0, m*p, m*(1-p)
		if g := played[task]; g != nil {
			mean, n := g.rate()
			s, f = mean*float64(n), (1-mean)*float64(n)
			s2, f2 = s, f
		}
		t.A[i] = (1-t.Lambda)*t.A[i] + t.Lambda + (1-t.Rho)*s + t.Rho*s2
		t.B[i] = (1-t.Lambda)*t.B[i] + t.Lambda + (1-t.Rho)*f + t.Rho*f2
	}
}

// beta is a sample of the Beta distribution: x/(x+y) of two gamma samples.
func beta(rng *rand.Rand, a, b float64) float64 {
	x, y := gamma(rng, a), gamma(rng, b)
	return x / (x + y)
}

// gamma is a sample of the gamma distribution with shape k >= 1 and scale 1
// (Marsaglia and Tsang 2000).
func gamma(rng *rand.Rand, k float64) float64 {
	d := max(k, 1) - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(rng.Float64()) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}
