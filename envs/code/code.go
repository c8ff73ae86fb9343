// Package code is a family of tasks about small programs: to follow them, to
// repair, complete and write them, to say what they print or what they must be
// given. What a program does is never written down in a task: the verifier runs
// it in the sandbox of package codebox (the idea of asking for the states on the
// way is that of ExecVerify).
//
//	trace     what a variable is after a line, which line runs, and how often
//	output    what is printed, line by line
//	input     which input gives an output
//	repair    one token of a program is wrong
//	complete  a piece of a program is missing
//	write     a whole program, in Lua or JavaScript, from a text and examples
//
// Programs are drawn from the task's rng, statement by statement (program.go),
// and each task is checked when it is made: the right program passes its tests,
// the wrong one does not. All tokens of lines that are to be written stand apart,
// so that a policy can compose them word by word.
//
// Start with trace.go.
package code

import (
	"context"
	"errors"
	"math/rand/v2"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
)

// Family opens tasks about programs. It has nothing to configure.
type Family struct{}

var _ gym.Family = Family{}

// levels is how many each scenario has: assignments, branches, loops, and
// functions and texts.
const levels = 4

// kinds are the scenarios, in the order of the list.
func kinds() []world.Scenario {
	j := newJudge()
	list := []world.Scenario{
		{Scenario: gym.Scenario{Name: "trace", Doc: "follow a program: values, branches and counts", Turns: 6, Floor: 0.1}, Start: j.startTrace},
		{Scenario: gym.Scenario{Name: "output", Doc: "say what a program prints, line by line", Turns: 10, Floor: 0.1}, Start: j.startOutput},
		{Scenario: gym.Scenario{Name: "input", Doc: "find the input that gives an output", Turns: 5, Floor: 0.3}, Start: j.startInput},
		{Scenario: gym.Scenario{Name: "repair", Doc: "find and repair the wrong line of a program", Turns: 14, Floor: 0.3}, Start: j.startRepair},
		{Scenario: gym.Scenario{Name: "complete", Doc: "write the missing expression of a program", Turns: 8, Floor: 0.05}, Start: j.startComplete},
		{Scenario: gym.Scenario{Name: "write", Doc: "write a program from a text and examples, in Lua or JavaScript", Turns: 20, Floor: 0.05}, Start: j.startWrite},
	}
	for i := range list {
		list[i].Levels, list[i].Oracle = levels, true
	}
	return list
}

// Scenarios are the kinds of tasks.
func (Family) Scenarios() []gym.Scenario { return world.Infos(kinds()) }

// Open opens an environment that plays any of them.
func (Family) Open(ctx context.Context) (gym.Env, error) {
	return world.New("code", kinds()), ctx.Err()
}

// Close has nothing to close.
func (Family) Close() error { return nil }

// attempts is how often a task is drawn anew: some programs answer with numbers
// out of range, or are as right with a wrong line as without.
const attempts = 500

var errNoTask = errors.New("no task could be drawn; the generator is too narrow")

// draw draws until a task is a good one.
func draw[T any](ctx context.Context, rng *rand.Rand, one func(rng *rand.Rand) (T, bool, error)) (T, error) {
	for range attempts {
		t, ok, err := one(rng)
		if err != nil || ok {
			return t, err
		}
		if ctx.Err() != nil {
			return t, ctx.Err()
		}
	}
	var none T
	return none, errNoTask
}

// pick is one of a list.
func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

// action is a verb with one or no text.
func action(verb string, texts ...string) gym.Action {
	a := gym.Action{Verb: verb}
	for _, t := range texts {
		a.Args = append(a.Args, gym.Value{Kind: gym.Str, Text: t})
	}
	return a
}
