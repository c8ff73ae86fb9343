package reward

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
)

// Schedule is a weight over the training: From at step 0, a straight line to To
// at step Steps, To from there on.
type Schedule struct {
	From, To float64
	Steps    int
}

// ParseSchedule reads "0.5", or "1..0:200": from 1 to 0 in 200 steps.
func ParseSchedule(s string) (Schedule, error) {
	wrong := fmt.Errorf("weight %q: want a number, or from..to:steps as 1..0:200", s)
	values, steps, timed := strings.Cut(strings.TrimSpace(s), ":")
	from, to, isRange := strings.Cut(values, "..")
	if timed != isRange {
		return Schedule{}, wrong
	}
	if !isRange {
		to, steps = from, "0"
	}
	a, err1 := strconv.ParseFloat(from, 64)
	b, err2 := strconv.ParseFloat(to, 64)
	n, err3 := strconv.Atoi(steps)
	if err1 != nil || err2 != nil || err3 != nil || n < 0 || isRange && n == 0 || math.IsNaN(a+b) || math.IsInf(a+b, 0) {
		return Schedule{}, wrong
	}
	return Schedule{a, b, n}, nil
}

// At is the weight at a step.
func (s Schedule) At(step int) float64 {
	if step >= s.Steps {
		return s.To
	}
	return s.From + (s.To-s.From)*float64(step)/float64(s.Steps)
}

// Zero says whether the weight is always 0.
func (s Schedule) Zero() bool { return s.From == 0 && s.To == 0 }

// Term is one reward of a mix.
type Term struct {
	Name   string
	Weight Schedule
	Reward Reward
}

// Mix is what a policy is paid: the weighted sum of its terms.
type Mix struct {
	Terms     []Term
	Clip      float64 // a turn is paid at most so much, and at least minus that; 0: no bound
	Normalize bool    // divide by the standard deviation of the batch's sums
}

// Of is a mix of one reward with weight 1.
func Of(name string, r Reward) Mix { return Mix{Terms: []Term{{name, Schedule{1, 1, 0}, r}}} }

// Paid is what a batch was paid.
type Paid struct {
	PerTurn [][]float32 // of each episode, a number for each turn
	Parts   gym.Signals // mean over the episodes of each term's weighted sum, before Clip and Normalize
}

// Pay works out the rewards of a step's episodes.
func (m *Mix) Pay(step int, episodes []*gym.Episode) (Paid, error) {
	p := Paid{PerTurn: make([][]float32, len(episodes)), Parts: make(gym.Signals, len(m.Terms))}
	for k, t := range m.Terms {
		p.Parts[k].Name = t.Name
	}
	for i, ep := range episodes {
		p.PerTurn[i] = make([]float32, len(ep.Turns))
		err := m.each(step, ep, func(term, turn int, r float32) {
			p.PerTurn[i][turn] += r
			p.Parts[term].Value += float64(r) / float64(len(episodes))
		})
		if err != nil {
			return p, err
		}
		for j, r := range p.PerTurn[i] {
			p.PerTurn[i][j] = m.clip(r)
		}
	}
	if m.Normalize {
		normalize(p.PerTurn)
	}
	return p, nil
}

// Split is what each term pays each turn of an episode, and "clip" what the
// bound takes back: a turn's parts add up to its reward before Normalize.
func (m *Mix) Split(step int, ep *gym.Episode) ([]gym.Signals, error) {
	turns := make([]gym.Signals, len(ep.Turns))
	err := m.each(step, ep, func(term, turn int, r float32) {
		turns[turn] = append(turns[turn], gym.Signal{Name: m.Terms[term].Name, Value: float64(r)})
	})
	for i, parts := range turns {
		sum := float32(0)
		for _, p := range parts {
			sum += float32(p.Value)
		}
		if c := m.clip(sum); c != sum {
			turns[i] = append(parts, gym.Signal{Name: "clip", Value: float64(c - sum)})
		}
	}
	return turns, err
}

// each gives the weighted reward of every term for every turn.
func (m *Mix) each(step int, ep *gym.Episode, f func(term, turn int, r float32)) error {
	one := make([]float32, len(ep.Turns))
	for k, t := range m.Terms {
		clear(one)
		if err := t.Reward.Add(ep, one); err != nil {
			return fmt.Errorf("reward %s of %s: %w", t.Name, ep.Task, err)
		}
		w := float32(t.Weight.At(step))
		for j, r := range one {
			f(k, j, w*r)
		}
	}
	return nil
}

func (m *Mix) clip(r float32) float32 {
	if c := float32(m.Clip); c > 0 {
		return max(-c, min(c, r))
	}
	return r
}

// normalize divides by the standard deviation of the episodes' sums; where all
// are the same it changes nothing.
func normalize(perTurn [][]float32) {
	sums := make([]float64, len(perTurn))
	for i, turns := range perTurn {
		for _, r := range turns {
			sums[i] += float64(r)
		}
	}
	_, std := moments(sums)
	if std < 1e-8 {
		return
	}
	for _, turns := range perTurn {
		for j := range turns {
			turns[j] /= float32(std)
		}
	}
}

// Watch looks out for reward hacking: what is paid beside the outcome rises,
// and the outcome does not.
type Watch struct {
	Window         int // steps that are compared with the Window before them; 0 is 20
	paid, outcomes []float64
}

// risen is by how much, in standard deviations of the earlier window, what is
// paid must have risen.
const risen = 2

// See takes a step's means and says whether it looks like hacking: over the
// last Window steps the pay beside the outcome is clearly above that of the
// Window before, and the outcome is not above its own.
func (w *Watch) See(paid, outcome float64) bool {
	if w.Window == 0 {
		w.Window = 20
	}
	w.paid, w.outcomes = append(w.paid, paid-outcome), append(w.outcomes, outcome)
	n := len(w.paid)
	if n < 2*w.Window {
		return false
	}
	before, std := moments(w.paid[n-2*w.Window : n-w.Window])
	now, _ := moments(w.paid[n-w.Window:])
	was, spread := moments(w.outcomes[n-2*w.Window : n-w.Window])
	is, _ := moments(w.outcomes[n-w.Window:])
	return now > before+max(risen*std, 0.02) && is <= was+spread/2
}

func moments(x []float64) (mean, std float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		std += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, math.Sqrt(std)
}
