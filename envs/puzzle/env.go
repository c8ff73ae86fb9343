package puzzle

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
	"github.com/turngym/turngym/scenarios"
)

// env is the episode being played.
type env struct {
	family *Family
	script *scenarios.Script
	play   *scenarios.Play
	task   gym.Task
	obs    gym.Observation
	turns  int
	over   bool
	closed bool

	progress bool // the scenario has one
}

var (
	_ gym.Env      = (*env)(nil)
	_ gym.Oracle   = (*env)(nil)
	_ gym.Forker   = (*env)(nil)
	_ gym.Renderer = (*env)(nil)
	_ gym.Family   = (*Family)(nil)
)

// errNoEpisode is the caller's: there is no episode to go on with.
var errNoEpisode = errors.New("there is no episode, or it is over; reset first")

// Reset starts a task's episode.
func (e *env) Reset(ctx context.Context, t gym.Task) (gym.Observation, error) {
	if err := e.usable(ctx); err != nil {
		return gym.Observation{}, err
	}
	script, err := e.find(t)
	if err != nil {
		return gym.Observation{}, err
	}
	play, err := script.Start(ctx, t)
	if err != nil {
		return gym.Observation{}, err
	}
	goal, err := play.Goal(ctx)
	hint := ""
	if err == nil && t.Hint > 0 {
		hint, err = play.Hint(ctx, t.Hint)
	}
	if err != nil {
		play.Close()
		return gym.Observation{}, err
	}
	e.put(script, play, t)
	e.obs = gym.Observation{Goal: goal, Hint: hint}
	return e.obs, e.look(ctx, "", false)
}

// find is the script of a task that there is.
func (e *env) find(t gym.Task) (*scenarios.Script, error) {
	script, ok := e.family.scripts[t.Scenario]
	if !ok {
		return nil, catalog.Unknown("puzzle", t.Scenario, slices.Sorted(maps.Keys(e.family.scripts)))
	}
	if levels := script.Info().Levels; t.Level < 1 || t.Level > levels {
		return nil, fmt.Errorf("puzzle/%s has levels 1 to %d, not %d", t.Scenario, levels, t.Level)
	}
	return script, nil
}

// put makes play the episode.
func (e *env) put(script *scenarios.Script, play *scenarios.Play, t gym.Task) {
	if e.play != nil {
		e.play.Close()
	}
	e.script, e.play, e.task = script, play, t
	e.turns, e.over, e.progress = 0, false, play.Has("progress")
}

// look makes the observation anew: the one before belongs to the caller. When
// the episode is over nothing can be done.
func (e *env) look(ctx context.Context, reply string, over bool) error {
	seen, err := e.play.Observe(ctx)
	if err != nil {
		return e.broken(err)
	}
	if reply != "" && seen != "" {
		reply += "\n"
	}
	e.obs.Text, e.obs.Note = reply+seen, ""
	if e.obs.Verbs = nil; over {
		return nil
	}
	if e.obs.Verbs, err = e.play.Verbs(ctx); err != nil {
		return e.broken(err)
	}
	return nil
}

// Step does an action. A mistake takes a turn and changes nothing else.
func (e *env) Step(ctx context.Context, a gym.Action) (gym.Outcome, error) {
	if err := e.usable(ctx); err != nil {
		return gym.Outcome{}, err
	}
	if e.play == nil || e.over {
		return gym.Outcome{}, errNoEpisode
	}
	e.turns++
	var out gym.Outcome
	mistake := e.obs.Validate(a)
	if mistake != nil {
		e.obs.Note = mistake.Error()
	} else {
		reply, done, err := e.play.Step(ctx, a)
		if err != nil {
			return out, e.broken(err)
		}
		out.Terminated = done
		if err := e.look(ctx, reply, done); err != nil {
			return out, err
		}
	}
	out.Truncated = !out.Terminated && e.turns >= e.script.Turns(e.task.Level)
	e.over = out.Terminated || out.Truncated
	out.Observation = e.obs
	if err := e.judge(ctx, &out, mistake != nil); err != nil {
		return gym.Outcome{}, e.broken(err)
	}
	return out, nil
}

// judge adds the signals.
func (e *env) judge(ctx context.Context, out *gym.Outcome, mistake bool) error {
	out.Signals = make(gym.Signals, 0, 3)
	if e.progress {
		v, err := e.play.Progress(ctx)
		if err != nil {
			return err
		}
		out.Signals = append(out.Signals, gym.Signal{Name: gym.SignalProgress, Value: v})
	}
	if mistake {
		out.Signals = append(out.Signals, gym.Signal{Name: gym.SignalFormat, Value: 1})
	}
	if !e.over {
		return nil
	}
	rubric, err := e.play.Rubric(ctx)
	if err != nil {
		return err
	}
	v, err := e.play.Check(ctx)
	out.Signals = append(append(out.Signals, rubric...), gym.Signal{Name: gym.SignalOutcome, Value: v})
	return err
}

// Demonstrate asks the scenario's oracle.
func (e *env) Demonstrate(ctx context.Context) (gym.Action, error) {
	if err := e.playing(ctx); err != nil {
		return gym.Action{}, err
	}
	return e.play.Demonstrate(ctx, e.obs.Verbs)
}

// saved is a snapshot: what the scenario does not hold, and its state.
type saved struct {
	Task                   gym.Task
	Turns                  int
	Goal, Hint, Text, Note string // as shown
	Play                   []byte
}

// Snapshot saves the episode.
func (e *env) Snapshot(ctx context.Context) (gym.State, error) {
	if err := e.playing(ctx); err != nil {
		return nil, err
	}
	play, err := e.play.Save()
	if err != nil {
		return nil, err
	}
	return msgpack.Marshal(saved{e.task, e.turns, e.obs.Goal, e.obs.Hint, e.obs.Text, e.obs.Note, play})
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
	script, err := e.find(s.Task)
	if err != nil {
		return gym.Observation{}, fmt.Errorf("restore: %w", err)
	}
	play, err := script.Resume(ctx, s.Play)
	if err != nil {
		return gym.Observation{}, err
	}
	obs := gym.Observation{Goal: s.Goal, Hint: s.Hint, Text: s.Text, Note: s.Note}
	if obs.Verbs, err = play.Verbs(ctx); err != nil {
		play.Close()
		return gym.Observation{}, err
	}
	e.put(script, play, s.Task)
	e.turns, e.obs = s.Turns, obs
	return obs, nil
}

// Screenshot draws the state as PNG, where the scenario has a picture.
func (e *env) Screenshot(ctx context.Context) ([]byte, error) {
	if err := e.playing(ctx); err != nil {
		return nil, err
	}
	rows, err := e.play.Picture(ctx)
	if err != nil {
		return nil, err
	}
	if rows == nil {
		return nil, fmt.Errorf("puzzle/%s has no picture", e.task.Scenario)
	}
	return picture(rows)
}

// Secrets are the texts that nothing shown may contain before the end.
func (e *env) Secrets(ctx context.Context) ([]string, error) {
	if err := e.playing(ctx); err != nil {
		return nil, err
	}
	return e.play.Secrets(ctx)
}

// Close ends the environment. It may be called twice.
func (e *env) Close() error {
	if e.play != nil {
		e.play.Close()
		e.play = nil
	}
	e.closed = true
	return nil
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
	if e.play == nil || e.over {
		return errNoEpisode
	}
	return nil
}

// broken ends the episode: what went wrong is not the agent's doing.
func (e *env) broken(err error) error {
	e.over = true
	return err
}
