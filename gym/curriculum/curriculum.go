// Package curriculum says which tasks come next, and hears what came of them.
//
// A [Picker] chooses among the arms, the scenarios with their levels: uniformly,
// by a ramp, near the edge of competence, or as a bandit. A [Plan] takes its
// tasks and may add more to a step: rounds for groups that say nothing yet,
// hints for groups that all fail, restarts from the middle of earlier episodes.
// These are separate decisions and can be combined. A [Study] chooses what is
// demonstrated.
//
// All that a picker or plan has learnt is in its exported fields, so that its
// JSON is its checkpoint. What it draws comes from the generator that it is
// given, which the caller makes anew from the run's seed for every step.
//
// Start with [Plan] and [All].
package curriculum

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// Ground is a scenario and the levels of it that are trained on.
type Ground struct {
	Scenario string
	Levels   []int
}

// Arm is one level of one scenario.
type Arm struct {
	Scenario string
	Level    int
}

func (a Arm) String() string { return fmt.Sprintf("%s-%d", a.Scenario, a.Level) }

// task is a new task of the arm.
func (a Arm) task(rng *rand.Rand) gym.Task {
	return gym.Task{Scenario: a.Scenario, Level: a.Level, Seed: rng.Uint64()}
}

func armOf(t gym.Task) Arm { return Arm{t.Scenario, t.Level} }

func arms(grounds []Ground) []Arm {
	var list []Arm
	for _, g := range grounds {
		for _, l := range g.Levels {
			list = append(list, Arm{g.Scenario, l})
		}
	}
	return list
}

// Group is the episodes of one task; hints do not make it another one.
type Group struct {
	Task     gym.Task
	Episodes []*gym.Episode
}

// Groups puts episodes together by task, in order of first appearance.
func Groups(episodes []*gym.Episode) []Group {
	var list []Group
	at := map[gym.Task]int{}
	for _, ep := range episodes {
		key := ep.Task
		key.Hint = 0
		i, ok := at[key]
		if !ok {
			i = len(list)
			at[key] = i
			list = append(list, Group{Task: key})
		}
		list[i].Episodes = append(list[i].Episodes, ep)
	}
	return list
}

// rate is the mean outcome of the episodes that had no hint, and how many
// those are: what the policy can do by itself.
func (g *Group) rate() (mean float64, n int) {
	for _, ep := range g.Episodes {
		if ep.Task.Hint == 0 {
			mean += ep.Outcome()
			n++
		}
	}
	return mean / float64(max(1, n)), n
}

// variance is that of the outcomes.
func (g *Group) variance() float64 {
	mean, n := g.rate()
	sum := 0.0
	for _, ep := range g.Episodes {
		if ep.Task.Hint == 0 {
			sum += (ep.Outcome() - mean) * (ep.Outcome() - mean)
		}
	}
	return sum / float64(max(1, n))
}

// advantages are the absolute values of the normalised group advantages,
// |R - mean| / std (as algo.Group computes them, for the outcome alone).
func (g *Group) advantages() []float64 {
	mean, _ := g.rate()
	std := math.Sqrt(g.variance()) + 1e-4
	var list []float64
	for _, ep := range g.Episodes {
		if ep.Task.Hint == 0 {
			list = append(list, math.Abs(ep.Outcome()-mean)/std)
		}
	}
	return list
}

// Picker chooses the tasks of a step.
type Picker interface {
	// Pick gives n tasks.
	Pick(rng *rand.Rand, n int) []gym.Task
	// Hear takes the groups of a step. Those that began in the middle of an
	// episode are not among them.
	Hear(groups []Group)
}

// All are the pickers that can be chosen.
func All() *catalog.Catalog[func([]Ground) Picker] {
	entry := func(name, doc, from string, f func([]Ground) Picker) catalog.Entry[func([]Ground) Picker] {
		return catalog.Entry[func([]Ground) Picker]{Name: name, Doc: doc, From: from, New: func() func([]Ground) Picker { return f }}
	}
	return catalog.Must("curriculum",
		entry("uniform", "every scenario and level alike", "", func(g []Ground) Picker { return &Uniform{Grounds: g} }),
		entry("ramp", "a level at a time, up on success", "", func(g []Ground) Picker { return NewRamp(g) }),
		entry("band", "levels near half success first", "Bae et al. 2025", func(g []Ground) Picker { return NewBand(g) }),
		entry("dump", "UCB on the mean absolute advantage of each level", "Wang et al. 2025", func(g []Ground) Picker { return NewDUMP(g) }),
		entry("bots", "a Bayesian difficulty of each task, Thompson sampling near one half", "Shen et al. 2025", func(g []Ground) Picker { return NewBOTS(g) }),
	)
}

// Uniform draws a scenario, then one of its levels.
type Uniform struct{ Grounds []Ground }

// Pick draws n tasks.
func (u *Uniform) Pick(rng *rand.Rand, n int) []gym.Task {
	tasks := make([]gym.Task, n)
	for i := range tasks {
		g := u.Grounds[rng.IntN(len(u.Grounds))]
		tasks[i] = Arm{g.Scenario, g.Levels[rng.IntN(len(g.Levels))]}.task(rng)
	}
	return tasks
}

// Hear does nothing.
func (u *Uniform) Hear([]Group) {}
