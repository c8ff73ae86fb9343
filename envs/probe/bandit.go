package probe

import (
	"fmt"
	"math/rand/v2"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
)

// This file is the template for a scenario. It has three parts: what is said
// about the scenario, the state of one episode with the function that makes
// it, and the rules. Copy it, rename, and add a line to kinds in probe.go; the
// test then plays it, and go test -update writes its playthroughs.

// bandit tests credit: does what was rewarded become more likely? The goal
// names one of the buttons, and the first press ends the episode.
//
// Levels have 2, 4 and 6 buttons. A random agent reaches 1/2, 1/4 and 1/6; the
// ceiling is 1.
var bandit = kind{
	info: gym.Scenario{
		Name:   "bandit",
		Doc:    "credit: press the button that the goal names",
		Levels: 3,
		Turns:  3,   // one press; the others are for mistakes
		Floor:  0.5, // what a random agent reaches at the easiest level
	},
	start: newBanditWorld,
}

// banditWorld is the state of one episode. The same rng and level always make
// the same one: rng is the only source of chance.
type banditWorld struct {
	buttons []string
	right   string // the button that the goal names
	pressed string // "" before the press
}

func newBanditWorld(rng *rand.Rand, level int) rules {
	buttons := pick(rng, choices(level))
	return &banditWorld{buttons: buttons, right: buttons[rng.IntN(len(buttons))]}
}

// goal stays the same during an episode.
func (b *banditWorld) goal() string { return fmt.Sprintf("Press %s.", b.right) }

// hints go from abstract to concrete; a task says how many are shown.
func (b *banditWorld) hints() []string {
	return []string{"One button is the right one.", fmt.Sprintf("It is called %s.", b.right)}
}

// see is what the agent is shown: a text, and the buttons in order.
func (b *banditWorld) see() (string, []string) { return "", b.buttons }

// press changes the state, and says whether the episode is over.
func (b *banditWorld) press(button string) bool {
	b.pressed = button
	return true
}

// outcome is asked for when the episode is over, also when its turns ran out.
func (b *banditWorld) outcome() float64 { return world.Yes(b.pressed == b.right) }

// progress is a potential of the state, asked for after every step.
func (b *banditWorld) progress() float64 { return b.outcome() }

// expert knows the state, and solves every level.
func (b *banditWorld) expert() string { return b.right }
