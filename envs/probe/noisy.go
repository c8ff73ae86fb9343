package probe

import (
	"fmt"
	"math/rand/v2"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
)

// noisy tests variance: is the better choice learnt although it does not
// always pay? It is bandit with luck: the button that the goal names pays in
// four tasks of five, and in the fifth every other button pays instead. Luck
// is drawn from the task's seed, so that the same task pays the same again.
//
// Levels have 2, 4 and 6 buttons. A random agent reaches 0.5, 0.35 and 0.3.
// The ceiling is 0.8: nothing that is shown tells the luck. The oracle knows
// it, and so reaches 1; what it demonstrates is the named button four times in
// five.
var noisy = kind{
	info: gym.Scenario{
		Name: "noisy", Doc: "variance: the named button pays four times in five",
		Levels: 3, Turns: 3, Floor: 0.5,
	},
	start: func(rng *rand.Rand, level int) rules {
		buttons := pick(rng, choices(level))
		named := rng.IntN(len(buttons))
		n := &noisyWorld{buttons: buttons, named: buttons[named], lucky: rng.Float64() < 0.8}
		n.other = buttons[(named+1+rng.IntN(len(buttons)-1))%len(buttons)]
		return n
	},
}

type noisyWorld struct {
	buttons []string
	named   string // by the goal
	other   string // one of the others: what the oracle presses without luck
	lucky   bool   // the named button pays; else all others do
	pressed string
}

func (n *noisyWorld) goal() string { return fmt.Sprintf("Try %s.", n.named) }

func (n *noisyWorld) hints() []string {
	return []string{"No button always pays.", fmt.Sprintf("Most often it is %s.", n.named)}
}

func (n *noisyWorld) see() (string, []string) { return "", n.buttons }

func (n *noisyWorld) press(button string) bool {
	n.pressed = button
	return true
}

func (n *noisyWorld) outcome() float64 {
	return world.Yes(n.pressed != "" && (n.pressed == n.named) == n.lucky)
}

func (n *noisyWorld) progress() float64 { return n.outcome() }

func (n *noisyWorld) expert() string {
	if n.lucky {
		return n.named
	}
	return n.other
}
