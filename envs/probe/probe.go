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
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// Family opens probes. It has nothing to configure and nothing to share.
type Family struct{}

// kind is one scenario: what is said about it, and how an episode starts.
type kind struct {
	info  gym.Scenario
	start func(rng *rand.Rand, level int) world
}

// kinds are the scenarios, in the order of the list.
func kinds() []kind {
	return []kind{bandit, corridor, recall, noisy, cliff}
}

// world is one episode of a scenario: its state and its rules.
type world interface {
	goal() string
	hints() []string // from abstract to concrete
	see() (text string, buttons []string)
	press(button string) (over bool)
	outcome() float64  // 0 to 1, as things stand
	progress() float64 // 0 to 1, a potential: how near the outcome is
	expert() string    // the button that the oracle presses now
}

// Scenarios are the five probes.
func (Family) Scenarios() []gym.Scenario {
	var list []gym.Scenario
	for _, k := range kinds() {
		k.info.Oracle = true
		list = append(list, k.info)
	}
	return list
}

// Open opens an environment that plays any of them.
func (Family) Open(ctx context.Context) (gym.Env, error) { return &env{}, ctx.Err() }

// Close has nothing to close.
func (Family) Close() error { return nil }

// env is the episode being played. It holds nothing over to the next one, so
// that the same task is always the same bytes.
type env struct {
	world  world
	info   gym.Scenario
	obs    gym.Observation
	turns  int
	over   bool
	closed bool
}

var (
	_ gym.Family = Family{}
	_ gym.Env    = (*env)(nil)
	_ gym.Oracle = (*env)(nil)
)

// errNoEpisode is the caller's: there is no episode to go on with.
var errNoEpisode = errors.New("there is no episode, or it is over; reset first")

// press is the only verb.
var press = gym.Verb{Name: "click", Doc: "Click an element.", Params: []gym.Param{
	{Name: "element", Doc: "the element's id", Kind: gym.Ref, Roles: []string{"button"}}}}

// Reset starts a task's episode.
func (e *env) Reset(ctx context.Context, t gym.Task) (gym.Observation, error) {
	if err := e.usable(ctx); err != nil {
		return gym.Observation{}, err
	}
	k, err := find(t.Scenario)
	if err != nil {
		return gym.Observation{}, err
	}
	if t.Level < 1 || t.Level > k.info.Levels {
		return gym.Observation{}, fmt.Errorf("probe/%s has levels 1 to %d, not %d", t.Scenario, k.info.Levels, t.Level)
	}
	w := k.start(t.Rand(), t.Level)
	hints := w.hints()
	hint := strings.Join(hints[:min(max(t.Hint, 0), len(hints))], " ")
	*e = env{world: w, info: k.info, obs: gym.Observation{Goal: w.goal(), Hint: hint}}
	e.look()
	return e.obs, nil
}

func find(name string) (kind, error) {
	var names []string
	for _, k := range kinds() {
		if k.info.Name == name {
			return k, nil
		}
		names = append(names, k.info.Name)
	}
	return kind{}, catalog.Unknown("probe scenario", name, names)
}

// Step presses a button. A mistake takes a turn and changes nothing else.
func (e *env) Step(ctx context.Context, a gym.Action) (gym.Outcome, error) {
	if err := e.usable(ctx); err != nil {
		return gym.Outcome{}, err
	}
	if e.world == nil || e.over {
		return gym.Outcome{}, errNoEpisode
	}
	e.turns++
	var out gym.Outcome
	mistake := e.obs.Validate(a)
	if mistake != nil {
		e.obs.Note = mistake.Error()
	} else {
		out.Terminated = e.world.press(e.obs.Element(a.Args[0].Text).Name)
		e.look()
	}
	out.Truncated = !out.Terminated && e.turns >= e.info.Turns
	e.over = out.Terminated || out.Truncated

	out.Observation = e.obs
	out.Signals = gym.Signals{{Name: gym.SignalProgress, Value: e.world.progress()}}
	if mistake != nil {
		out.Signals = append(out.Signals, gym.Signal{Name: gym.SignalFormat, Value: 1})
	}
	if e.over {
		out.Signals = append(out.Signals, gym.Signal{Name: gym.SignalOutcome, Value: e.world.outcome()})
	}
	return out, nil
}

// look makes the observation anew: the one before belongs to the caller.
func (e *env) look() {
	text, buttons := e.world.see()
	e.obs.Text, e.obs.Note, e.obs.Elements = text, "", nil
	for i, b := range buttons {
		e.obs.Elements = append(e.obs.Elements, gym.Element{ID: strconv.Itoa(i + 1), Role: "button", Name: b})
	}
	e.obs.Verbs = []gym.Verb{press}
}

// Demonstrate presses what the world's expert would.
func (e *env) Demonstrate(ctx context.Context) (gym.Action, error) {
	if err := e.usable(ctx); err != nil {
		return gym.Action{}, err
	}
	if e.world == nil || e.over {
		return gym.Action{}, errNoEpisode
	}
	want := e.world.expert()
	for _, b := range e.obs.Elements {
		if b.Name == want {
			return gym.Action{Verb: press.Name, Args: []gym.Value{{Kind: gym.Ref, Text: b.ID}}}, nil
		}
	}
	return gym.Action{}, gym.Faultf("probe/"+e.info.Name, "the expert presses %q, and there is no such button", want)
}

// Close ends the environment. It may be called twice.
func (e *env) Close() error {
	e.closed = true
	return nil
}

func (e *env) usable(ctx context.Context) error {
	if e.closed {
		return gym.ErrClosed
	}
	return ctx.Err()
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

// yes is 1 for true.
func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
