package gym

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// Split keeps what is trained on apart from what is tested on: the same seed
// in the other split is another task.
type Split uint8

const (
	Train Split = iota
	Test
)

// String is "train" or "test".
func (s Split) String() string {
	if s == Test {
		return "test"
	}
	return "train"
}

// ParseSplit reads "train" or "test".
func ParseSplit(s string) (Split, error) {
	switch s {
	case "train":
		return Train, nil
	case "test":
		return Test, nil
	}
	return 0, fmt.Errorf("split %q: want train or test", s)
}

// Task names one episode's problem completely: the same task gives the same
// bytes in every process and after any other episodes.
type Task struct {
	Scenario string
	Seed     uint64
	Level    int // 1 is the easiest
	Hint     int // how many hints are shown, from abstract to concrete; 0 is none. Hints change what is shown, never the problem
	Split    Split

	// Start is the actions, a written line each, that are taken before the agent's
	// first turn: the episode begins in the middle. Environments need not know;
	// who plays takes them. "" is the beginning.
	Start string
}

// Rand is the task's only source of chance. It depends on the scenario, split,
// level and seed, not on the hint.
func (t Task) Rand() *rand.Rand { return rand.New(t.Source()) }

// Source is what Rand draws from, for those who keep and restore its state.
func (t Task) Source() *rand.PCG {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%d/%d", t.Scenario, t.Split, t.Level)
	return rand.NewPCG(t.Seed, h.Sum64())
}

// String is "click-button level 2 seed 7 (test)".
func (t Task) String() string {
	s := fmt.Sprintf("%s level %d seed %d (%s)", t.Scenario, t.Level, t.Seed, t.Split)
	if t.Start != "" {
		s += fmt.Sprintf(" after %d actions", 1+strings.Count(t.Start, "\n"))
	}
	return s
}
