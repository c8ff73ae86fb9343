package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/turngym/turngym/gym"
)

// Attach adds tools to an environment: their verbs are offered beside its own,
// and a call's result stands, line by line, after what the environment shows. A
// call takes a turn of the agent's but none of the environment's: each tool has
// a bound on its calls. Closing the environment closes the tools.
//
// Arguments that do not fit the verb are a mistake as any other. A mistake that
// the tool finds is a result, "error: ...": the action was well-formed.
//
// A tool whose verb the environment, or another tool, has too is the caller's
// error, which Reset gives.
func Attach(env gym.Env, uses ...Use) gym.Env {
	most := 0
	for _, u := range uses {
		most += u.withDefaults().Calls
	}
	return attach(env, uses, most)
}

// attach is Attach with a bound on the calls of all tools together.
func attach(env gym.Env, uses []Use, most int) gym.Env {
	a := &attached{Env: env, most: most}
	for _, u := range uses {
		u = u.withDefaults()
		a.tools = append(a.tools, tool{Use: u, verb: u.Tool.Verb()})
	}
	if _, ok := gym.As[gym.Forker](env); ok {
		return &forking{a}
	}
	return a
}

// attached is an environment with tools.
type attached struct {
	gym.Env
	tools  []tool
	most   int
	closed bool
	failed bool // a tool could not begin the episode, or broke in it
	episode
}

// episode is what belongs to one.
type episode struct {
	playing  bool
	last     gym.Observation // of the environment
	progress gym.Signals     // the last one, which a call repeats: it changes nothing
	done     []gym.Action    // calls of tools
	called   bool            // the last action was a call; then what it showed:
	shown    Result
	note     string
}

// tool is one that is attached.
type tool struct {
	Use
	verb  gym.Verb
	calls int
	busy  <-chan struct{} // of a call that was left behind
}

// Unwrap is the environment below, whose abilities those of the whole are.
func (a *attached) Unwrap() gym.Env { return a.Env }

// Reset starts a task's episode.
func (a *attached) Reset(ctx context.Context, t gym.Task) (gym.Observation, error) {
	o, err := a.Env.Reset(ctx, t)
	if err != nil {
		return o, err
	}
	a.episode, a.failed = episode{}, true
	if err := a.distinct(&o); err != nil {
		return gym.Observation{}, err
	}
	if err := a.forget(ctx); err != nil {
		return gym.Observation{}, err
	}
	a.playing, a.failed, a.last = true, false, o
	return a.see(), nil
}

// distinct gives every tool a name of its own, and says which has none.
func (a *attached) distinct(o *gym.Observation) error {
	for i := range a.tools {
		t := &a.tools[i]
		t.verb.Name = t.Tool.Verb().Name
		owner := a.owner(o, i)
		if p, ok := t.Tool.(Prefixer); ok && owner != "" {
			t.verb.Name = p.Prefix() + "_" + t.verb.Name
			owner = a.owner(o, i)
		}
		if owner != "" {
			return fmt.Errorf("tool %s: %s has a verb of that name; leave the tool out", t.verb.Name, owner)
		}
	}
	return nil
}

// owner is who has the name of the i-th tool before it; "" is no one.
func (a *attached) owner(o *gym.Observation, i int) string {
	same := func(v gym.Verb) bool { return v.Name == a.tools[i].verb.Name }
	if slices.ContainsFunc(o.Verbs, same) {
		return "the environment"
	}
	if slices.ContainsFunc(a.tools[:i], func(t tool) bool { return same(t.verb) }) {
		return "another tool"
	}
	return ""
}

// forget makes the tools as they were before the first call.
func (a *attached) forget(ctx context.Context) error {
	for i := range a.tools {
		t := &a.tools[i]
		if t.calls = 0; t.busy != nil {
			select {
			case <-t.busy:
				t.busy = nil
			default:
				return gym.Faultf("tool "+t.verb.Name, "it is still at work for an episode that is over")
			}
		}
		if r, ok := t.Tool.(Resetter); ok {
			if err := r.Reset(ctx); err != nil {
				return t.fault(ctx, err)
			}
		}
	}
	return nil
}

// Step calls a tool, or is the environment's.
func (a *attached) Step(ctx context.Context, act gym.Action) (gym.Outcome, error) {
	if a.failed && !a.closed {
		return gym.Outcome{}, errors.New("there is no episode: a tool failed; reset first")
	}
	if t := a.offered(act.Verb); t != nil {
		return a.call(ctx, t, act)
	}
	if a.playing && !slices.ContainsFunc(a.last.Verbs, func(v gym.Verb) bool { return v.Name == act.Verb }) {
		// The environment would say that there is no such verb, and name none of the tools.
		o := a.see()
		var m *gym.Mistake
		if errors.As(o.Validate(act), &m) {
			act = gym.Malformed(m)
		}
	}
	out, err := a.Env.Step(ctx, act)
	if err != nil {
		return out, err
	}
	a.last, a.playing = out.Observation, !out.Terminated && !out.Truncated
	a.called, a.shown, a.note = false, Result{}, ""
	if v, ok := out.Signals.Value(gym.SignalProgress); ok {
		a.progress = gym.Signals{{Name: gym.SignalProgress, Value: v}}
	}
	if a.playing {
		out.Observation = a.see()
	}
	return out, nil
}

// offered is the tool of that verb, where it may be called now.
func (a *attached) offered(verb string) *tool {
	if !a.playing || len(a.done) >= a.most {
		return nil
	}
	for i := range a.tools {
		if t := &a.tools[i]; t.verb.Name == verb && t.calls < t.Calls && t.busy == nil {
			return t
		}
	}
	return nil
}

// call calls a tool.
func (a *attached) call(ctx context.Context, t *tool, act gym.Action) (gym.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return gym.Outcome{}, err
	}
	out := gym.Outcome{Signals: slices.Clone(a.progress)}
	seen, note := gym.Observation{Verbs: []gym.Verb{t.verb}}, ""
	var r Result
	if err := seen.Validate(act); err != nil {
		note = err.Error()
		out.Signals = append(out.Signals, gym.Signal{Name: gym.SignalFormat, Value: 1})
	} else if r, err = t.Call(ctx, act.Args); err != nil {
		if s := (*stuck)(nil); errors.As(err, &s) {
			t.busy = s.done
		}
		var mistake *gym.Mistake
		if !errors.As(err, &mistake) {
			a.playing, a.failed = false, true
			return gym.Outcome{}, t.fault(ctx, err)
		}
		r = Result{Text: "error: " + mistake.Text}
		out.Signals = append(out.Signals, gym.Signal{Name: SignalError, Value: 1})
	}
	t.calls++
	a.done = append(a.done, act)
	a.called, a.shown, a.note = true, r, note
	if t.Cost != 0 {
		out.Signals = append(out.Signals, gym.Signal{Name: SignalCost, Value: t.Cost})
	}
	out.Observation = a.see()
	return out, nil
}

// see is what the agent sees: the environment, the tools' verbs and the result
// of a call. It belongs to the caller.
func (a *attached) see() gym.Observation {
	o := a.last
	o.Verbs = slices.Clip(o.Verbs)
	for i := range a.tools {
		if t := a.tools[i]; a.offered(t.verb.Name) != nil {
			o.Verbs = append(o.Verbs, t.verb)
		}
	}
	if a.called {
		o.Note = a.note
		o.Elements = append(slices.Clip(o.Elements), Lines(a.shown.Text)...)
		o.Images = append(slices.Clip(o.Images), a.shown.Images...)
	}
	return o
}

// Close closes the tools and the environment. It may be called twice.
func (a *attached) Close() error {
	if a.closed {
		return nil
	}
	a.closed, a.playing = true, false
	errs := []error{a.Env.Close()}
	for _, t := range a.tools {
		c, ok := t.Tool.(Closer)
		if !ok {
			continue
		}
		if t.busy != nil { // nobody can wait for a tool that does not end, and it must not be closed at work
			go func() { <-t.busy; c.Close() }()
			continue
		}
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// fault is an error of the tool's; the context's stays what it is.
func (t *tool) fault(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var f *gym.Fault
	if errors.As(err, &f) {
		return err
	}
	return gym.Faultf("tool "+t.verb.Name, "%w", err)
}

// forking is an environment with tools that can be saved.
type forking struct{ *attached }

var _ gym.Forker = (*forking)(nil)

// saved is a snapshot: the environment's, and the calls, which are made again
// by tools that keep something.
type saved struct {
	Env      gym.State
	Done     []gym.Action
	Progress gym.Signals
	Called   bool
	Shown    Result
	Note     string
}

// Snapshot saves the episode, where what the tools keep comes from their calls alone.
func (f *forking) Snapshot(ctx context.Context) (gym.State, error) {
	for _, t := range f.tools {
		if o, ok := t.Tool.(Outsider); ok && o.Outside() {
			return nil, fmt.Errorf("an episode cannot be saved where the tool %s reaches outside", t.verb.Name)
		}
	}
	below, _ := gym.As[gym.Forker](f.Env)
	state, err := below.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return msgpack.Marshal(saved{state, f.done, f.progress, f.called, f.shown, f.note})
}

// Restore goes on with a saved episode.
func (f *forking) Restore(ctx context.Context, state gym.State) (gym.Observation, error) {
	var s saved
	if err := msgpack.Unmarshal(state, &s); err != nil {
		return gym.Observation{}, fmt.Errorf("restore: the snapshot cannot be read: %w", err)
	}
	used := make([]*tool, len(s.Done))
	for i, act := range s.Done {
		at := slices.IndexFunc(f.tools, func(t tool) bool { return t.verb.Name == act.Verb })
		if at < 0 {
			return gym.Observation{}, fmt.Errorf("restore: the episode has called the tool %s, which is not here", act.Verb)
		}
		used[i] = &f.tools[at]
	}
	below, _ := gym.As[gym.Forker](f.Env)
	o, err := below.Restore(ctx, s.Env)
	if err != nil {
		return gym.Observation{}, err
	}
	f.episode, f.failed = episode{}, true
	if err := f.forget(ctx); err != nil {
		return gym.Observation{}, err
	}
	for i, t := range used {
		t.calls++
		if _, ok := t.Tool.(Resetter); !ok {
			continue
		}
		var mistake *gym.Mistake
		if _, err := t.Call(ctx, s.Done[i].Args); err != nil && !errors.As(err, &mistake) {
			return gym.Observation{}, t.fault(ctx, err)
		}
	}
	f.failed = false
	f.episode = episode{true, o, s.Progress, s.Done, s.Called, s.Shown, s.Note}
	return f.see(), nil
}
