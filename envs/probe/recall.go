package probe

import (
	"fmt"
	"math/rand/v2"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
)

// recall tests memory: does the policy use what only an earlier turn showed? A
// word is shown at first; after some turns of waiting it is asked for.
//
// Levels have 2, 4 and 6 words to choose from, after 1, 2 and 3 presses of
// next. A random agent reaches 1/2, 1/4 and 1/6, and so does a policy without
// memory; the ceiling is 1.
var recall = kind{
	info: gym.Scenario{
		Name: "recall", Doc: "memory: a word is shown, and asked for later",
		Levels: 3, Turns: 6, Floor: 0.5,
	},
	start: func(rng *rand.Rand, level int) rules {
		list := pick(rng, choices(level))
		return &recallWorld{list: list, word: list[rng.IntN(len(list))], waits: level}
	},
}

type recallWorld struct {
	list   []string
	word   string
	waits  int // presses of next before the question
	turn   int
	answer string
}

func (r *recallWorld) asked() bool { return r.turn >= r.waits }

func (r *recallWorld) goal() string { return "Remember the word." }

func (r *recallWorld) hints() []string {
	return []string{"The word is shown only once.", fmt.Sprintf("It is %s.", r.word)}
}

func (r *recallWorld) see() (string, []string) {
	switch {
	case r.turn == 0:
		return fmt.Sprintf("The word is %s", r.word), []string{"next"}
	case r.asked():
		return "Which word was it", r.list
	}
	return "Wait", []string{"next"}
}

func (r *recallWorld) press(button string) bool {
	if !r.asked() {
		r.turn++
		return false
	}
	r.answer = button
	return true
}

func (r *recallWorld) outcome() float64 { return world.Yes(r.answer == r.word) }

// progress is that of the answer alone: waiting is nobody's merit.
func (r *recallWorld) progress() float64 { return r.outcome() }

func (r *recallWorld) expert() string {
	if !r.asked() {
		return "next"
	}
	return r.word
}
