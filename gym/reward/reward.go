// Package reward turns an episode's signals into numbers for its turns.
//
// A [Reward] looks at one thing; a [Mix] weighs several, by schedules over the
// training, and keeps them apart in its report, so that a reward which rises
// while the outcome does not is seen. Start with [Mix].
package reward

import (
	"strings"

	"github.com/turngym/turngym/gym"
)

// Reward adds to perTurn, one number for each turn of ep. The error is the
// caller's: a reward function of theirs that fails.
type Reward interface {
	Add(ep *gym.Episode, perTurn []float32) error
}

// Outcome is the outcome signal, on the turn that brought it.
type Outcome struct{}

// Add adds the signal.
func (Outcome) Add(ep *gym.Episode, perTurn []float32) error {
	each(ep, gym.SignalOutcome, func(turn int, v float64) { perTurn[turn] += float32(v) })
	return nil
}

func each(ep *gym.Episode, signal string, f func(turn int, v float64)) {
	for i := range ep.Turns {
		if v, ok := ep.Turns[i].Signals.Value(signal); ok {
			f(i, v)
		}
	}
}

// Progress is potential-based shaping: Gamma*phi(s') - phi(s), with the
// progress signal as phi, 0 before the first turn and 0 after the end of the
// episode, whatever ended it, so that the optimal policy stays the same (Ng,
// Harada, Russell 1999, theorem 1; the end: Grzes 2017). It says early what was
// good and takes back at the end what it gave. Where an episode is paid as a
// whole and Gamma is 1 (group advantages) it comes to nothing: it needs an
// estimator that looks at turns.
type Progress struct{ Gamma float64 }

// Add adds the shaping reward.
func (r Progress) Add(ep *gym.Episode, perTurn []float32) error {
	before := 0.0
	for i := range ep.Turns {
		after, ok := ep.Turns[i].Signals.Value(gym.SignalProgress)
		if !ok {
			after = before
		}
		if i == len(ep.Turns)-1 {
			after = 0
		}
		perTurn[i] += float32(r.Gamma*after - before)
		before = after
	}
	return nil
}

// Partial pays, at the end of an episode that did not reach its goal, for how
// near it came: the last progress, less what the outcome paid. It is no shaping:
// it changes what is best where being near is easier than arriving.
type Partial struct{}

// Add adds it to the last turn.
func (Partial) Add(ep *gym.Episode, perTurn []float32) error {
	last := len(ep.Turns) - 1
	if last < 0 {
		return nil
	}
	v, _ := ep.Turns[last].Signals.Value(gym.SignalProgress)
	perTurn[last] += float32(max(0, v-ep.Outcome()))
	return nil
}

// Format is -1 for every action that was not valid.
type Format struct{}

// Add subtracts the format signal.
func (Format) Add(ep *gym.Episode, perTurn []float32) error {
	each(ep, gym.SignalFormat, func(turn int, v float64) { perTurn[turn] -= float32(v) })
	return nil
}

// Turns is -1 for every turn.
type Turns struct{}

// Add subtracts one from every turn.
func (Turns) Add(_ *gym.Episode, perTurn []float32) error {
	for i := range perTurn {
		perTurn[i]--
	}
	return nil
}

// Tokens is -1 for every token that was sampled.
type Tokens struct{}

// Add subtracts each turn's tokens.
func (Tokens) Add(ep *gym.Episode, perTurn []float32) error {
	for i := range ep.Turns {
		perTurn[i] -= float32(sampled(&ep.Turns[i]))
	}
	return nil
}

func sampled(t *gym.Turn) (n int) {
	for _, s := range t.Move.Tokens.Sampled {
		if s {
			n++
		}
	}
	return n
}

// Length is the soft punishment of episodes that write more than Max-Soft
// tokens: from 0 there down to -1 at Max and beyond, on the last turn (Yu et al.
// 2025, DAPO, eq. 13).
type Length struct{ Max, Soft int }

// Add subtracts it.
func (r Length) Add(ep *gym.Episode, perTurn []float32) error {
	n := 0
	for i := range ep.Turns {
		n += sampled(&ep.Turns[i])
	}
	if last := len(perTurn) - 1; last >= 0 && n > r.Max-r.Soft {
		perTurn[last] -= float32(min(1, float64(n-r.Max+r.Soft)/float64(max(1, r.Soft))))
	}
	return nil
}

// Rubric is the mean of the scenario's criteria, on the last turn.
type Rubric struct{}

// Add adds it.
func (Rubric) Add(ep *gym.Episode, perTurn []float32) error {
	for i := range ep.Turns {
		sum, n := 0.0, 0
		for _, s := range ep.Turns[i].Signals {
			if strings.HasPrefix(s.Name, gym.SignalRubric) {
				sum, n = sum+s.Value, n+1
			}
		}
		if n > 0 {
			perTurn[i] += float32(sum / float64(n))
		}
	}
	return nil
}

// Signal is any signal that an environment gives, on the turns that it gives it:
// "redundant" of a search, "violation" of a rule, "cost" of a tool.
type Signal struct{ Name string }

// Add adds the signal.
func (r Signal) Add(ep *gym.Episode, perTurn []float32) error {
	each(ep, r.Name, func(turn int, v float64) { perTurn[turn] += float32(v) })
	return nil
}
