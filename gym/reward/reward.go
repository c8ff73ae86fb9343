// Package reward turns an episode's signals into numbers for its turns.
package reward

import (
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// Reward adds to perTurn, one number for each turn of ep.
type Reward interface {
	Add(ep *gym.Episode, perTurn []float32)
}

// Outcome is the outcome signal, on the turn that brought it.
type Outcome struct{ Weight float64 }

// Add adds Weight times the signal.
func (r Outcome) Add(ep *gym.Episode, perTurn []float32) {
	add(ep, perTurn, gym.SignalOutcome, r.Weight)
}

// Mistakes takes Penalty off for every action that was not valid.
type Mistakes struct{ Penalty float64 }

// Add subtracts Penalty times the format signal.
func (r Mistakes) Add(ep *gym.Episode, perTurn []float32) {
	add(ep, perTurn, gym.SignalFormat, -r.Penalty)
}

func add(ep *gym.Episode, perTurn []float32, signal string, weight float64) {
	for i := range ep.Turns {
		if v, ok := ep.Turns[i].Signals.Value(signal); ok {
			perTurn[i] += float32(weight * v)
		}
	}
}

// Turns takes Penalty off for every turn.
type Turns struct{ Penalty float64 }

// Add subtracts Penalty from every turn.
func (r Turns) Add(_ *gym.Episode, perTurn []float32) {
	for i := range perTurn {
		perTurn[i] -= float32(r.Penalty)
	}
}

// Progress is potential-based shaping: Weight*(Gamma*phi(s') - phi(s)), with
// the progress signal as phi, 0 before the first turn and 0 after the end of
// the episode, so that the optimal policy stays the same (Ng, Harada, Russell
// 1999, theorem 1). It says early what was good and takes back at the end what
// it gave.
type Progress struct{ Weight, Gamma float64 }

// Add adds the shaping reward.
func (r Progress) Add(ep *gym.Episode, perTurn []float32) {
	before := 0.0
	for i := range ep.Turns {
		after, ok := ep.Turns[i].Signals.Value(gym.SignalProgress)
		if !ok {
			after = before
		}
		if i == len(ep.Turns)-1 {
			after = 0
		}
		perTurn[i] += float32(r.Weight * (r.Gamma*after - before))
		before = after
	}
}

// All are the rewards that can be chosen.
func All() *catalog.Catalog[Reward] {
	return catalog.Must("reward",
		catalog.Entry[Reward]{Name: "outcome", Doc: "was the goal reached", New: func() Reward { return Outcome{1} }},
		catalog.Entry[Reward]{Name: "progress", Doc: "shaping by the scenario's potential", From: "Ng, Harada, Russell 1999", New: func() Reward { return Progress{1, 1} }},
		catalog.Entry[Reward]{Name: "mistakes", Doc: "a penalty for invalid actions", New: func() Reward { return Mistakes{0.1} }},
		catalog.Entry[Reward]{Name: "turns", Doc: "a penalty for every turn", New: func() Reward { return Turns{0.01} }},
	)
}
