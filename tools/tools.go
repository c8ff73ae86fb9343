// Package tools is verbs with handlers: what an agent may call beside what its
// environment offers. A [Tool] works with any environment; [Attach] gives it to
// one, [Family] to every one that a family opens.
//
// A tool reaches nothing of the machine: no files, no processes, no variables,
// no network but what its configuration names. Its limits (time, output, cost)
// are not its own affair: they are in [Use].
//
// Start with calculator.go, the template of a tool, and [All], the list.
// Package tools/script makes tools of Lua files, tools/mcp of MCP servers.
package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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

// Abilities of a tool beside that. Where several tools share what they keep
// (note and recall), each has the ability, and the second call does nothing.
type (
	// Resetter keeps something during an episode, and forgets it when the next one begins.
	Resetter interface {
		Reset(ctx context.Context) error
	}
	// Closer holds something that must be let go.
	Closer interface{ Close() error }
	// Outsider may reach what an episode cannot put back: a server, the network.
	Outsider interface{ Outside() bool }
	// Prefixer gets its prefix and a _ before its verb's name where that is taken.
	Prefixer interface{ Prefix() string }
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

// Uses are tools with the default limits.
func Uses(list ...Tool) []Use {
	uses := make([]Use, len(list))
	for i, t := range list {
		uses[i] = Use{Tool: t}
	}
	return uses
}

// withDefaults fills in what is 0.
func (u Use) withDefaults() Use {
	d := Defaults()
	u.Time = cmp.Or(u.Time, d.Time)
	u.Output = cmp.Or(u.Output, d.Output)
	u.Calls = cmp.Or(u.Calls, d.Calls)
	return u
}

// The signals of a call beside those of every environment.
const (
	SignalCost  = "cost"  // what it cost, where that is something
	SignalError = "error" // 1 where the tool had to say what was wrong with it
)

// grace is how long a tool may take to notice that its time is over.
const grace = time.Second

// stuck is the error of a call whose tool did not end with its context. The
// tool must not be used before done is closed.
type stuck struct {
	error
	done <-chan struct{}
}

func (s *stuck) Unwrap() error { return s.error }

// answer is what came back from a tool.
type answer struct {
	Result
	err error
}

// Call calls the tool within its limits. Arguments are checked against the verb
// first. A tool that does not heed its context is left behind; a tool that
// panics is a fault.
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
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	limited, cancel := context.WithTimeout(ctx, u.Time)
	defer cancel()
	a, err := u.wait(limited, args)
	var fault *gym.Fault
	var mistake *gym.Mistake
	switch {
	case ctx.Err() != nil:
		return Result{}, leave(err, ctx.Err())
	case errors.As(a.err, &fault):
		return Result{}, a.err
	case limited.Err() != nil && (err != nil || a.err != nil):
		return Result{}, leave(err, gym.Mistakef("%s was stopped after %s", v.Name, u.Time))
	case errors.As(a.err, &mistake):
		return Result{}, &gym.Mistake{Text: Cut(mistake.Text, u.Output)}
	case a.err != nil:
		return Result{}, gym.Faultf("tool "+v.Name, "%w", a.err)
	}
	a.Text = Cut(a.Text, u.Output)
	return a.Result, nil
}

// leave is the error why, of a tool that is stuck where err says so.
func leave(err, why error) error {
	if s, ok := err.(*stuck); ok {
		return &stuck{why, s.done}
	}
	return why
}

// wait lets the tool work, and waits no longer than the context lasts and a
// grace. The error is a [*stuck].
func (u Use) wait(ctx context.Context, args []gym.Value) (answer, error) {
	answers, done := make(chan answer, 1), make(chan struct{})
	go func() {
		defer close(done)
		var a answer
		defer func() {
			if p := recover(); p != nil {
				a.err = gym.Faultf("tool "+u.Tool.Verb().Name, "panic: %v", p)
			}
			answers <- a
		}()
		a.Result, a.err = u.Tool.Call(ctx, args)
	}()
	select {
	case a := <-answers:
		return a, nil
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case a := <-answers:
		return a, nil
	case <-late.C:
		return answer{}, &stuck{ctx.Err(), done}
	}
}

// Cut makes a text whole characters and shortens it to so many bytes, which it
// says in its last line.
func Cut(s string, most int) string {
	if len(s) <= most {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	return strings.ToValidUTF8(s[:most], "") + fmt.Sprintf("\n[cut: %d bytes more]", len(s)-most)
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
