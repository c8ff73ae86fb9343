package curriculum

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/turngym/turngym/gym"
)

// Study chooses what is demonstrated. A share Focus of the tasks goes to arms in
// proportion to how surprised the policy was by their demonstrations lately, the
// rest to all alike: the proportional form of Prioritized Level Replay (Jiang,
// Grefenstette and Rocktäschel 2021, section 3), with new tasks of a level instead
// of old ones, the surprise where theirs is the value's error, and the uniform
// share where theirs is for what was long not played.
//
// Demonstrations may be made ahead of the trainer: a round's shares are what was
// heard before the round before it. Pick and Hear may be called at once.
type Study struct {
	Grounds  []Ground
	Focus    float64
	Round    int       // steps; a step may be picked once the one Round before it was heard
	Keep     float64   // of the running mean, for each episode
	Surprise []float64 // of each arm: nats per written token, a running mean; below 0 where none was heard
	Shares   []Shares  // the last ones that hold, and those of rounds to come

	mu   sync.Mutex
	arms []Arm
}

// Shares are the arms' shares of the focused tasks from a step on.
type Shares struct {
	From int
	P    []float64 // nil: all tasks are uniform
}

// NewStudy is a study at its beginning.
func NewStudy(grounds []Ground, focus float64) *Study {
	list := arms(grounds)
	return &Study{Grounds: grounds, Focus: focus, Round: 20, Keep: 0.95, Surprise: slices.Repeat([]float64{-1}, len(list)), arms: list}
}

// Pick draws a step's n tasks.
func (s *Study) Pick(rng *rand.Rand, step, n int) []gym.Task {
	s.mu.Lock()
	defer s.mu.Unlock()
	var p []float64
	for _, at := range s.Shares {
		if at.From <= step {
			p = at.P
		}
	}
	tasks := (&Uniform{s.Grounds}).Pick(rng, n)
	for i := range tasks {
		if p != nil && rng.Float64() < s.Focus {
			tasks[i] = s.arms[draw(rng, p)].task(rng)
		}
	}
	return tasks
}

// Hear takes a step's demonstrations and the policy's surprise by each, NaN where
// it is not known. Steps are heard in their order.
func (s *Study) Hear(step int, episodes []*gym.Episode, surprise []float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, ep := range episodes {
		j := slices.Index(s.arms, armOf(ep.Task))
		switch x := surprise[i]; {
		case j < 0 || math.IsNaN(x) || math.IsInf(x, 0):
		case s.Surprise[j] < 0:
			s.Surprise[j] = x
		default:
			s.Surprise[j] = s.Keep*s.Surprise[j] + (1-s.Keep)*x
		}
	}
	if next := step + 1; next%s.Round == 0 {
		for len(s.Shares) > 1 && s.Shares[1].From <= next {
			s.Shares = s.Shares[1:]
		}
		s.Shares = append(s.Shares, Shares{next + s.Round, s.shares()})
	}
}

// shares are proportional to the surprise; arms that were never heard count as
// the most surprising one. nil: nothing
// surprises.
func (s *Study) shares() []float64 {
	p, most, sum := slices.Clone(s.Surprise), slices.Max(s.Surprise), 0.0
	for i, x := range p {
		if x < 0 {
			p[i] = max(0, most)
		}
		sum += p[i]
	}
	if sum == 0 {
		return nil
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// Save is the study's state.
func (s *Study) Save() (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(s)
}

// Load takes over a state that a study of the same arms has saved.
func (s *Study) Load(state json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := json.Unmarshal(state, s); err != nil {
		return err
	}
	if n := len(s.Surprise); n != len(s.arms) {
		return fmt.Errorf("it has %d levels, the scenarios have %d now", n, len(s.arms))
	}
	return nil
}
