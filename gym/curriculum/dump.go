package curriculum

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/turngym/turngym/gym"
)

// DUMP draws arms by the softmax of an upper confidence bound on their
// learnability, the mean absolute advantage of the last Keep episodes:
//
//	UCB(j) = mean |A| of W_j + sqrt(2 ln(n+1) / (n_j+1)),  P(j) ~ exp(UCB(j)/Tau)
//
// n_j tasks of the arm were drawn so far, n of all (Wang et al. 2025, eq. 3 and
// algorithm 1). An arm without episodes has the mean 0, so that its bonus alone
// brings it in.
type DUMP struct {
	Arms   []Arm
	Keep   int
	Tau    float64
	Counts []int
	Recent [][]float64 // W_j
}

// NewDUMP has the paper's settings: the last 300 advantages, temperature 0.1.
func NewDUMP(grounds []Ground) *DUMP {
	list := arms(grounds)
	return &DUMP{Arms: list, Keep: 300, Tau: 0.1, Counts: make([]int, len(list)), Recent: make([][]float64, len(list))}
}

// Probabilities are P of each arm.
func (d *DUMP) Probabilities() []float64 {
	total := 0
	for _, n := range d.Counts {
		total += n
	}
	p := make([]float64, len(d.Arms))
	for j := range p {
		mean := 0.0
		for _, a := range d.Recent[j] {
			mean += a / float64(len(d.Recent[j]))
		}
		p[j] = (mean + math.Sqrt(2*math.Log(float64(total+1))/float64(d.Counts[j]+1))) / d.Tau
	}
	return softmax(p)
}

// softmax makes probabilities of x, in place.
func softmax(x []float64) []float64 {
	most, sum := slices.Max(x), 0.0
	for i := range x {
		x[i] = math.Exp(x[i] - most)
		sum += x[i]
	}
	for i := range x {
		x[i] /= sum
	}
	return x
}

// Pick draws n tasks.
func (d *DUMP) Pick(rng *rand.Rand, n int) []gym.Task {
	p := d.Probabilities()
	tasks := make([]gym.Task, n)
	for i := range tasks {
		tasks[i] = d.Arms[draw(rng, p)].task(rng)
	}
	return tasks
}

// draw is an index, with the given probabilities.
func draw(rng *rand.Rand, p []float64) int {
	at := rng.Float64()
	for j, x := range p {
		if at -= x; at < 0 {
			return j
		}
	}
	return len(p) - 1
}

// Hear takes the advantages.
func (d *DUMP) Hear(groups []Group) {
	for j, arm := range d.Arms {
		for _, g := range groups {
			if armOf(g.Task) == arm {
				d.Counts[j]++
				d.Recent[j] = append(d.Recent[j], g.advantages()...)
			}
		}
		if n := len(d.Recent[j]); n > d.Keep {
			d.Recent[j] = d.Recent[j][n-d.Keep:]
		}
	}
}
