// Package terminal is tasks at a shell: find, count, mend, convert, configure,
// archive, clean up. The shell and its files are in memory (package shellbox),
// or bash and this machine's utilities in a sandbox (package jail): [Family].
//
// A task is a set-up that is drawn, a goal in words, a verifier that looks at
// the files in the end, and the commands of an oracle. The kinds of tasks are
// functions in the files kinds_*.go, a scenario each; start with kinds_count.go.
// Level 1 is one or two short commands, level 2 asks for more of the same
// utility or a pipe, level 3 for several steps.
//
// Progress is how much of what the verifier wants is there. It is 0, and so is
// the outcome, when something was lost or changed that the task is not about.
package terminal

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
	"github.com/turngym/turngym/gym/world"
	"github.com/turngym/turngym/tools/jail"
)

// Family opens terminals.
type Family struct {
	// Backend is where the commands run: [Memory] (or "") or [Sandbox]. The tasks,
	// the verbs and what is wanted are the same.
	Backend string
}

// The backends. In memory the same task is always the same bytes. In a sandbox
// it is as far as the commands are: clocks, process numbers and the order of
// unsorted lists are the machine's. A saved episode is its commands there too,
// which are run again on files of its own.
const (
	Memory  = "memory"
	Sandbox = "sandbox"
)

var _ gym.Family = Family{}

// Load looks whether there is the backend. There is no sandbox on every machine,
// and none is never a reason to do without.
func (f Family) Load() error {
	switch f.Backend {
	case "", Memory:
		return nil
	case Sandbox:
		err := jail.Check(context.Background())
		if err == nil {
			err = hasBash()
		}
		if err != nil {
			return fmt.Errorf("terminal.backend %s: %w. Without it, leave terminal.backend empty: the shell in memory", Sandbox, err)
		}
		return nil
	}
	return fmt.Errorf("terminal.backend: %w", catalog.Unknown("backend", f.Backend, []string{Memory, Sandbox}))
}

// kind is one scenario.
type kind struct {
	name, doc string
	draw      func(d *draw)
}

// kinds are all, in the order of the list.
func kinds() []kind {
	var list []kind
	for _, part := range [][]kind{counting(), finding(), converting(), editing(), configuring(), archiving(), logs(), tidying(), scripting()} {
		list = append(list, part...)
	}
	return list
}

// turns are those of an episode: the longest oracle needs a few less.
const turns = 8

// floor is what an agent reaches that composes commands by chance.
const floor = 0.02

// scenarios are the kinds as scenarios. They share the words that commands are
// composed of.
func (f Family) scenarios() []world.Scenario {
	var verbs [4][2][]gym.Verb // by level, and whether a question is asked
	for level := 1; level <= 3; level++ {
		verbs[level] = [2][]gym.Verb{{run(level), done}, {run(level), answer}}
	}
	where := ""
	if f.Backend == Sandbox {
		where = ", in a real shell"
	}
	var list []world.Scenario
	for _, k := range kinds() {
		list = append(list, world.Scenario{
			Scenario: gym.Scenario{Name: k.name, Doc: k.doc + where, Levels: 3, Turns: turns, Floor: floor, Oracle: true},
			Start: func(_ context.Context, t gym.Task, rng *rand.Rand) (world.World, error) {
				d := newDraw(rng, t.Level)
				k.draw(d)
				return d.start(&verbs[t.Level], f.Backend)
			},
		})
	}
	return list
}

// Scenarios are the kinds of tasks.
func (f Family) Scenarios() []gym.Scenario { return world.Infos(f.scenarios()) }

// Open opens an environment that plays any of them.
func (f Family) Open(ctx context.Context) (gym.Env, error) {
	return world.New("terminal", f.scenarios()), ctx.Err()
}

// Close has nothing to close.
func (Family) Close() error { return nil }

// The verbs. Text that a policy composes is of the level's words and of what
// can be read; a model that writes freely may write anything.
var (
	done   = gym.Verb{Name: "done", Doc: "Say that the task is done."}
	answer = gym.Verb{Name: "answer", Doc: "Give the answer, which ends the task.", Params: []gym.Param{{Name: "text", Doc: "the answer", Kind: gym.Str}}}
)

func run(level int) gym.Verb {
	return gym.Verb{Name: "run", Doc: "Run a command in the shell.", Params: []gym.Param{{Name: "command", Doc: "what is to be run", Kind: gym.Str, Words: words(level)}}}
}
