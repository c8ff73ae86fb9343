// Package probe is five tiny environments, one skill each, that a right trainer
// solves in seconds. A trainer that fails one of them shows which part of it is
// broken:
//
//	bandit    credit      the goal names one of the buttons
//	corridor  exploration walk to the end that the lamp means; only the end pays
//	recall    memory      a word is shown, and asked for some turns later
//	noisy     variance    as bandit, but the right button pays four times in five
//	cliff     safety      a short way that mostly fails, and a long one that never does
//
// Everything is done by pressing buttons. Each file has one scenario with its
// rules, what a random agent reaches and the best that can be reached (the
// ceiling). Start with bandit.go: it is the template for a scenario in Go, as
// this file is the template for a family. Most new scenarios are better
// written in Lua (package scenarios); Go is for worlds that Lua cannot hold.
package probe

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
)

// Family opens probes. It has nothing to configure and nothing to share.
type Family struct{}

var _ gym.Family = Family{}

// kind is one scenario: what is said about it, and how an episode starts.
type kind struct {
	info  gym.Scenario
	start func(rng *rand.Rand, level int) rules
}

// rules are a probe's own: it is seen as buttons and acted on by pressing them.
type rules interface {
	goal() string
	hints() []string // from abstract to concrete
	see() (text string, buttons []string)
	press(button string) (over bool)
	outcome() float64  // 0 to 1, as things stand
	progress() float64 // 0 to 1, a potential: how near the outcome is
	expert() string    // the button that the oracle presses now
}

// kinds are the scenarios, in the order of the list.
func kinds() []world.Scenario {
	var list []world.Scenario
	for _, k := range []kind{bandit, corridor, recall, noisy, cliff} {
		k.info.Oracle = true
		list = append(list, world.Scenario{Scenario: k.info, Start: func(_ context.Context, t gym.Task, rng *rand.Rand) (world.World, error) {
			return &board{k.start(rng, t.Level)}, nil
		}})
	}
	return list
}

// Scenarios are the five probes.
func (Family) Scenarios() []gym.Scenario { return world.Infos(kinds()) }

// Open opens an environment that plays any of them.
func (Family) Open(ctx context.Context) (gym.Env, error) {
	return world.New("probe", kinds()), ctx.Err()
}

// Close has nothing to close.
func (Family) Close() error { return nil }

// press is the only verb.
var press = gym.Verb{Name: "click", Doc: "Click an element.", Params: []gym.Param{
	{Name: "element", Doc: "the element's id", Kind: gym.Ref, Roles: []string{"button"}}}}

// board is a world of buttons.
type board struct{ rules }

func (b *board) Goal() string      { return b.goal() }
func (b *board) Hints() []string   { return b.hints() }
func (b *board) Outcome() float64  { return b.outcome() }
func (b *board) Progress() float64 { return b.progress() }

// See shows the buttons; their ids are their places.
func (b *board) See() gym.Observation {
	text, buttons := b.see()
	o := gym.Observation{Text: text, Verbs: []gym.Verb{press}}
	for i, name := range buttons {
		o.Elements = append(o.Elements, gym.Element{ID: strconv.Itoa(i + 1), Role: "button", Name: name})
	}
	return o
}

// Do presses a button.
func (b *board) Do(_ context.Context, a gym.Action) (bool, error) {
	_, buttons := b.see()
	i, err := strconv.Atoi(a.Args[0].Text)
	if err != nil {
		return false, err
	}
	return b.press(buttons[i-1]), nil
}

// Expert presses what the expert would.
func (b *board) Expert(context.Context) (gym.Action, error) {
	_, buttons := b.see()
	want := b.expert()
	i := slices.Index(buttons, want)
	if i < 0 {
		return gym.Action{}, fmt.Errorf("the expert presses %q, and there is no such button", want)
	}
	return gym.Action{Verb: press.Name, Args: []gym.Value{{Kind: gym.Ref, Text: strconv.Itoa(i + 1)}}}, nil
}

// words are what the buttons and treasures are called.
var words = []string{"ruby", "opal", "jade", "onyx", "amber", "pearl", "topaz", "agate"}

// pick takes n different words.
func pick(rng *rand.Rand, n int) []string {
	list := make([]string, n)
	for i, j := range rng.Perm(len(words))[:n] {
		list[i] = words[j]
	}
	return list
}

// choices is how many buttons there are to choose from at a level.
func choices(level int) int { return 2 * level }
