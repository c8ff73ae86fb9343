// Package tools is verbs with handlers: what an agent may call beside what its
// environment offers. A [Tool] works with any environment; [Attach] gives it to
// one.
//
// A tool reaches nothing of the machine: no files, no processes, no variables,
// no network but what its configuration names. Its limits (time, output, cost)
// are not its own affair: they are in [Use].
//
// Start with calculator.go, the template of a tool, and [All], the list.
package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/turngym/turngym/gym"
)

// Tool is a verb with a handler. One goroutine uses it; whoever attaches it to
// many environments makes one for each.
//
// The error of Call is a [*gym.Mistake], which the agent reads, or the
// context's; any other is a fault of the environment. The arguments are valid
// for the verb. The same calls after Reset give the same results, unless the
// tool reaches outside by its nature (HTTP, MCP).
type Tool interface {
	Verb() gym.Verb
	Call(ctx context.Context, args []gym.Value) (Result, error)
}

// Result is what a call gave.
type Result struct {
	Text   string
	Images []gym.Image
}

// Abilities of a tool beside that.
type (
	// Resetter keeps something during an episode, and forgets it when the next one begins.
	Resetter interface {
		Reset(ctx context.Context) error
	}
	// Closer holds something that must be let go.
	Closer interface{ Close() error }
	// Outsider may reach what an episode cannot put back: a server, the network.
	Outsider interface{ Outside() bool }
)

// Use is a tool with its limits; 0 is the default of [Defaults].
type Use struct {
	Tool   Tool
	Time   time.Duration // of a call; what takes longer is the agent's mistake
	Output int           // bytes of text; what is more is cut off, and said to be
	Cost   float64       // of a call, as the signal "cost"
	Calls  int           // of an episode; then the verb is gone
}

// Defaults are the limits of a tool that has none of its own.
func Defaults() Use { return Use{Time: 5 * time.Second, Output: 8 << 10, Calls: 64} }

// withDefaults fills in what is 0.
func (u Use) withDefaults() Use {
	d := Defaults()
	if u.Time == 0 {
		u.Time = d.Time
	}
	if u.Output == 0 {
		u.Output = d.Output
	}
	if u.Calls == 0 {
		u.Calls = d.Calls
	}
	return u
}

// SignalCost is what a call of a tool cost.
const SignalCost = "cost"

// Call calls the tool within its limits. Arguments are checked against the verb
// first.
func (u Use) Call(ctx context.Context, args []gym.Value) (Result, error) {
	u = u.withDefaults()
	v := u.Tool.Verb()
	seen := gym.Observation{Verbs: []gym.Verb{v}}
	if err := seen.Validate(gym.Action{Verb: v.Name, Args: args}); err != nil {
		return Result{}, err
	}
	for len(args) < len(v.Params) { // handlers need not count
		args = append(slices.Clip(args), gym.Value{Kind: v.Params[len(args)].Kind})
	}
	limited, cancel := context.WithTimeout(ctx, u.Time)
	defer cancel()
	r, err := u.Tool.Call(limited, args)
	switch {
	case ctx.Err() != nil:
		return Result{}, ctx.Err()
	case limited.Err() != nil && err != nil:
		return Result{}, gym.Mistakef("%s was stopped after %s", v.Name, u.Time)
	case err != nil:
		return Result{}, err
	}
	r.Text = Cut(r.Text, u.Output)
	return r, nil
}

// Cut shortens a text to so many bytes of whole characters, and says so in its
// last line.
func Cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + fmt.Sprintf("\n[cut: %d bytes more]", len(s)-most)
}

// Attach adds tools to an environment: their verbs are offered beside its own,
// and a call's result stands, line by line, after what the environment shows. A
// call takes a turn of the agent's but none of the environment's: each tool has
// a bound on its calls. Closing the environment closes the tools.
func Attach(env gym.Env, uses ...Use) gym.Env {
	a := &attached{Env: env}
	for _, u := range uses {
		u = u.withDefaults()
		a.tools = append(a.tools, tool{Use: u, verb: u.Tool.Verb()})
	}
	return a
}

type attached struct {
	gym.Env
	tools []tool
	last  gym.Observation // of the environment
	done  []gym.Action    // calls of tools
	over  bool
}

var _ gym.Forker = (*attached)(nil)

type tool struct {
	Use
	verb  gym.Verb
	calls int
}

// Unwrap is the environment below, whose abilities those of the whole are.
func (a *attached) Unwrap() gym.Env { return a.Env }

// Reset starts a task's episode.
func (a *attached) Reset(ctx context.Context, t gym.Task) (gym.Observation, error) {
	if err := a.forget(ctx); err != nil {
		return gym.Observation{}, err
	}
	o, err := a.Env.Reset(ctx, t)
	if err != nil {
		return o, err
	}
	a.last, a.over = o, false
	return a.offer(o, Result{}), nil
}

// forget makes the tools as they were before the first call.
func (a *attached) forget(ctx context.Context) error {
	a.done = nil
	for i := range a.tools {
		a.tools[i].calls = 0
		if r, ok := a.tools[i].Tool.(Resetter); ok {
			if err := r.Reset(ctx); err != nil {
				return a.fault(ctx, &a.tools[i], err)
			}
		}
	}
	return nil
}

// saved is a snapshot: the environment's, and the calls, which are made again.
type saved struct {
	Env  gym.State
	Last gym.Observation
	Done []gym.Action
}

// errOutside is the caller's.
var errOutside = errors.New("an episode with tools that reach outside cannot be saved")

// Snapshot saves the episode, where what the tools keep comes from their calls alone.
func (a *attached) Snapshot(ctx context.Context) (gym.State, error) {
	below, ok := gym.As[gym.Forker](a.Env)
	if !ok {
		return nil, errors.New("this environment cannot be saved")
	}
	for _, t := range a.tools {
		if o, ok := t.Tool.(Outsider); ok && o.Outside() {
			return nil, errOutside
		}
	}
	state, err := below.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return msgpack.Marshal(saved{state, a.last, a.done})
}

// Restore goes on with a saved episode.
func (a *attached) Restore(ctx context.Context, state gym.State) (gym.Observation, error) {
	below, ok := gym.As[gym.Forker](a.Env)
	if !ok {
		return gym.Observation{}, errors.New("this environment cannot be restored")
	}
	var s saved
	if err := msgpack.Unmarshal(state, &s); err != nil {
		return gym.Observation{}, fmt.Errorf("restore: the snapshot cannot be read: %w", err)
	}
	if _, err := below.Restore(ctx, s.Env); err != nil {
		return gym.Observation{}, err
	}
	if err := a.forget(ctx); err != nil {
		return gym.Observation{}, err
	}
	a.last, a.over = s.Last, false
	o := a.offer(a.last, Result{})
	for _, act := range s.Done {
		out, err := a.Step(ctx, act)
		if err != nil {
			return gym.Observation{}, fmt.Errorf("restore: %w", err)
		}
		o = out.Observation
	}
	return o, nil
}

// Step calls a tool, or is the environment's.
func (a *attached) Step(ctx context.Context, act gym.Action) (gym.Outcome, error) {
	i := slices.IndexFunc(a.tools, func(t tool) bool { return t.verb.Name == act.Verb })
	if i < 0 || a.over || a.tools[i].calls >= a.tools[i].Calls || a.last.Verbs == nil {
		out, err := a.Env.Step(ctx, act)
		if err != nil {
			return out, err
		}
		a.last, a.over = out.Observation, out.Terminated || out.Truncated
		if !a.over {
			out.Observation = a.offer(out.Observation, Result{})
		}
		return out, nil
	}
	if err := ctx.Err(); err != nil {
		return gym.Outcome{}, err
	}
	t := &a.tools[i]
	t.calls++
	a.done = append(a.done, act)
	r, err := t.Call(ctx, act.Args)
	var mistake *gym.Mistake
	if err != nil && !errors.As(err, &mistake) {
		a.over = true
		return gym.Outcome{}, a.fault(ctx, t, err)
	}
	o := a.last
	o.Note = ""
	out := gym.Outcome{}
	if t.Cost != 0 {
		out.Signals = append(out.Signals, gym.Signal{Name: SignalCost, Value: t.Cost})
	}
	if mistake != nil {
		o.Note = mistake.Text
		out.Signals = append(out.Signals, gym.Signal{Name: gym.SignalFormat, Value: 1})
	}
	out.Observation = a.offer(o, r)
	return out, nil
}

// offer is what the agent sees: o with the tools' verbs and the result of a call.
func (a *attached) offer(o gym.Observation, r Result) gym.Observation {
	o.Verbs = slices.Clip(o.Verbs)
	for i := range a.tools {
		if t := &a.tools[i]; t.calls < t.Calls {
			o.Verbs = append(o.Verbs, t.verb)
		}
	}
	o.Elements = append(slices.Clip(o.Elements), Lines(r.Text)...)
	o.Images = append(slices.Clip(o.Images), r.Images...)
	return o
}

// Lines are a text's lines as elements: what a policy can read words from.
func Lines(text string) []gym.Element {
	var list []gym.Element
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			list = append(list, gym.Element{Role: "text", Name: line})
		}
	}
	return list
}

// Close closes the tools and the environment.
func (a *attached) Close() error {
	var errs []error
	for _, t := range a.tools {
		if c, ok := t.Tool.(Closer); ok {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(append(errs, a.Env.Close())...)
}

func (a *attached) fault(ctx context.Context, t *tool, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var f *gym.Fault
	if errors.As(err, &f) {
		return err
	}
	return gym.Faultf("tool "+t.verb.Name, "%w", err)
}
