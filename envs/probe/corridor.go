package probe

import (
	"fmt"
	"math/rand/v2"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
)

// corridor tests exploration: is something found that is rewarded only after
// a row of right steps? The agent stands in the middle of a corridor, and one
// end has the treasure. A red lamp means the left end, a blue one the right;
// nothing says so, and the outcome comes only at an end.
//
// Levels have the ends 1, 2 and 4 steps away. A random agent reaches 1/2, 0.47
// and 0.18 within the eight turns; the ceiling is 1.
var corridor = kind{
	info: gym.Scenario{
		Name: "corridor", Doc: "exploration: walk to the end that the lamp means",
		Levels: 3, Turns: 8, Floor: 0.5,
	},
	start: func(rng *rand.Rand, level int) rules {
		c := &corridorWorld{half: 1 << (level - 1), side: 1, treasure: words[rng.IntN(len(words))]}
		if rng.IntN(2) == 0 {
			c.side = -1
		}
		return c
	},
}

type corridorWorld struct {
	half     int // steps from the middle to an end
	side     int // where the treasure is: -1 left, 1 right
	at       int // -half to half
	treasure string
}

func (c *corridorWorld) lamp() string { return c.way("red", "blue") }

func (c *corridorWorld) way(left, right string) string {
	if c.side < 0 {
		return left
	}
	return right
}

func (c *corridorWorld) goal() string { return fmt.Sprintf("Find the %s.", c.treasure) }

func (c *corridorWorld) hints() []string {
	return []string{"The lamp means one of the ends.", fmt.Sprintf("Walk %s to the end.", c.expert())}
}

func (c *corridorWorld) see() (string, []string) {
	return fmt.Sprintf("The lamp is %s, door %d of %d", c.lamp(), c.at+c.half+1, 2*c.half+1), []string{"left", "right"}
}

func (c *corridorWorld) press(button string) bool {
	if button == "left" {
		c.at--
	} else {
		c.at++
	}
	return c.at == -c.half || c.at == c.half
}

func (c *corridorWorld) outcome() float64 { return world.Yes(c.at == c.side*c.half) }

// progress is the part of the way to the treasure; the wrong half is none.
func (c *corridorWorld) progress() float64 {
	return max(0, float64(c.at*c.side)/float64(c.half))
}

func (c *corridorWorld) expert() string { return c.way("left", "right") }
