// Package world is what every environment in Go has in common: tasks, turns,
// mistakes, signals, snapshots. What differs is a [World], one episode's state
// and rules, and a [Scenario], which starts one.
//
// A family is a list of scenarios and a call of [New]; envs/probe is the
// smallest. Worlds that Lua can hold are better written in Lua (package
// scenarios).
package world

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// World is one episode: its state and its rules. It draws from nothing but the
// generator that it was started with, and does the same after the same actions.
type World interface {
	Goal() string
	// See is what is shown now: Text, Elements, Images and Verbs. It belongs to the caller.
	See() gym.Observation
	// Do does an action that is valid in what was seen. A [*gym.Mistake] changes
	// nothing and becomes the note of the next observation; any other error but the
	// context's is a fault.
	Do(ctx context.Context, a gym.Action) (over bool, err error)
	Outcome() float64  // 0 to 1, as things stand
	Progress() float64 // 0 to 1, a potential: how near the outcome is
}

// Abilities of a world beside those.
type (
	// Expert knows the action that an oracle does now.
	Expert interface {
		Expert(ctx context.Context) (gym.Action, error)
	}
	// Hinter has hints, from abstract to concrete.
	Hinter interface{ Hints() []string }
	// Signaller has more signals: of the action just done, and of the whole
	// episode once it is over. Their names and order do not change.
	Signaller interface{ Signals(over bool) gym.Signals }
	// Secretive has texts that nothing shown may contain before the end.
	Secretive interface{ Secrets() []string }
	// Closer holds something that must be let go.
	Closer interface{ Close() error }
)

// Scenario is what is said about a scenario, and how an episode of a task starts.
// Nothing but the level and the split of the task may decide what rng does not.
// The error of Start is a fault.
type Scenario struct {
	gym.Scenario
	Start func(ctx context.Context, t gym.Task, rng *rand.Rand) (World, error)
}

// Infos are what a family says of its scenarios.
func Infos(list []Scenario) []gym.Scenario {
	infos := make([]gym.Scenario, len(list))
	for i, s := range list {
		infos[i] = s.Scenario
	}
	return infos
}

// New is an environment of the named family that plays any of the scenarios,
// which it does not change. It can be saved and restored: a saved episode is
// its task and its actions, which are done again.
func New(family string, list []Scenario) gym.Env { return &env{family: family, list: list} }

// env is the episode being played. It holds nothing over to the next one, so
// that the same task is always the same bytes.
type env struct {
	family string
	list   []Scenario
	closed bool
	play
}

// play is all that belongs to an episode.
type play struct {
	world World
	info  gym.Scenario
	task  gym.Task
	obs   gym.Observation
	done  []gym.Action
	over  bool
}

var (
	_ gym.Env    = (*env)(nil)
	_ gym.Oracle = (*env)(nil)
	_ gym.Forker = (*env)(nil)
)

// errNoEpisode is the caller's: there is no episode to go on with.
var errNoEpisode = errors.New("there is no episode, or it is over; reset first")

// Reset starts a task's episode.
func (e *env) Reset(ctx context.Context, t gym.Task) (gym.Observation, error) {
	if err := e.usable(ctx); err != nil {
		return gym.Observation{}, err
	}
	p, err := e.start(ctx, t)
	if err != nil {
		return gym.Observation{}, err
	}
	return e.put(p), nil
}

// start starts an episode beside the one that is played.
func (e *env) start(ctx context.Context, t gym.Task) (play, error) {
	s, err := e.find(t.Scenario)
	if err != nil {
		return play{}, err
	}
	if t.Level < 1 || t.Level > s.Levels {
		return play{}, fmt.Errorf("%s/%s has levels 1 to %d, not %d", e.family, t.Scenario, s.Levels, t.Level)
	}
	w, err := s.Start(ctx, t, t.Rand())
	if err != nil {
		return play{}, e.fault(ctx, s.Name, err)
	}
	hint := ""
	if h, ok := w.(Hinter); ok {
		list := h.Hints()
		hint = strings.Join(list[:min(max(t.Hint, 0), len(list))], " ")
	}
	p := play{world: w, info: s.Scenario, task: t, obs: gym.Observation{Goal: w.Goal(), Hint: hint}}
	p.look()
	return p, nil
}

// put makes p the episode.
func (e *env) put(p play) gym.Observation {
	e.drop()
	e.play = p
	return e.obs
}

func (e *env) drop() {
	if c, ok := e.world.(Closer); ok {
		c.Close()
	}
	e.play = play{}
}

func (e *env) find(name string) (*Scenario, error) {
	var names []string
	for i := range e.list {
		if e.list[i].Name == name {
			return &e.list[i], nil
		}
	}
	for _, s := range e.list {
		names = append(names, s.Name)
	}
	return nil, catalog.Unknown(e.family+" scenario", name, names)
}

// look makes the observation anew: the one before belongs to the caller. When
// the episode is over nothing can be done.
func (p *play) look() {
	o := p.world.See()
	o.Goal, o.Hint, o.Note = p.obs.Goal, p.obs.Hint, ""
	if p.over {
		o.Verbs = nil
	}
	p.obs = o
}

// Step does an action. A mistake takes a turn and changes nothing else.
func (e *env) Step(ctx context.Context, a gym.Action) (gym.Outcome, error) {
	if err := e.playing(ctx); err != nil {
		return gym.Outcome{}, err
	}
	var out gym.Outcome
	err := e.obs.Validate(a)
	if err == nil {
		out.Terminated, err = e.world.Do(ctx, a)
	}
	var mistake *gym.Mistake
	if err != nil && !errors.As(err, &mistake) {
		e.over = true
		return gym.Outcome{}, e.fault(ctx, e.info.Name, err)
	}
	e.done = append(e.done, a)
	out.Truncated = !out.Terminated && len(e.done) >= e.info.Turns
	e.over = out.Terminated || out.Truncated
	if mistake == nil {
		e.look()
	} else if e.obs.Note = mistake.Error(); e.over {
		e.obs.Verbs = nil
	}
	out.Observation = e.obs
	out.Signals = e.judge(mistake != nil)
	return out, nil
}

func (p *play) judge(mistake bool) gym.Signals {
	s := make(gym.Signals, 0, 4)
	s = append(s, gym.Signal{Name: gym.SignalProgress, Value: p.world.Progress()})
	if mistake {
		s = append(s, gym.Signal{Name: gym.SignalFormat, Value: 1})
	}
	if more, ok := p.world.(Signaller); ok && (!mistake || p.over) {
		s = append(s, more.Signals(p.over)...)
	}
	if p.over {
		s = append(s, gym.Signal{Name: gym.SignalOutcome, Value: p.world.Outcome()})
	}
	return s
}

// Demonstrate does what the world's expert would.
func (e *env) Demonstrate(ctx context.Context) (gym.Action, error) {
	if err := e.playing(ctx); err != nil {
		return gym.Action{}, err
	}
	x, ok := e.world.(Expert)
	if !ok {
		return gym.Action{}, fmt.Errorf("%s/%s has no oracle", e.family, e.info.Name)
	}
	a, err := x.Expert(ctx)
	if err != nil {
		return a, e.fault(ctx, e.info.Name, fmt.Errorf("the oracle: %w", err))
	}
	return a, nil
}

// saved is a snapshot.
type saved struct {
	Task gym.Task
	Done []gym.Action
}

// Snapshot saves the episode.
func (e *env) Snapshot(ctx context.Context) (gym.State, error) {
	if err := e.playing(ctx); err != nil {
		return nil, err
	}
	return msgpack.Marshal(saved{e.task, e.done})
}

// Restore goes on with a saved episode.
func (e *env) Restore(ctx context.Context, state gym.State) (gym.Observation, error) {
	if err := e.usable(ctx); err != nil {
		return gym.Observation{}, err
	}
	var s saved
	if err := msgpack.Unmarshal(state, &s); err != nil {
		return gym.Observation{}, fmt.Errorf("restore: the snapshot cannot be read: %w", err)
	}
	again := &env{family: e.family, list: e.list}
	if _, err := again.Reset(ctx, s.Task); err != nil {
		return gym.Observation{}, fmt.Errorf("restore: %w", err)
	}
	for _, a := range s.Done {
		if _, err := again.Step(ctx, a); err != nil {
			again.Close()
			return gym.Observation{}, fmt.Errorf("restore: %w", err)
		}
	}
	return e.put(again.play), nil
}

// Secrets are the texts that nothing shown may contain before the end.
func (e *env) Secrets(ctx context.Context) ([]string, error) {
	if err := e.playing(ctx); err != nil {
		return nil, err
	}
	if s, ok := e.world.(Secretive); ok {
		return s.Secrets(), nil
	}
	return nil, nil
}

// Close ends the environment. It may be called twice.
func (e *env) Close() error {
	e.drop()
	e.closed = true
	return nil
}

// fault is an error of the world's; the context's stays what it is.
func (e *env) fault(ctx context.Context, scenario string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return gym.Faultf(e.family+"/"+scenario, "%w", err)
}

func (e *env) usable(ctx context.Context) error {
	if e.closed {
		return gym.ErrClosed
	}
	return ctx.Err()
}

func (e *env) playing(ctx context.Context) error {
	if err := e.usable(ctx); err != nil {
		return err
	}
	if e.world == nil || e.over {
		return errNoEpisode
	}
	return nil
}

// Yes is 1 for true.
func Yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
