// Package puzzle is the family of worlds that a Lua scenario alone makes:
// puzzles and games that are acted on by the scenario's verbs and seen as text,
// some as a picture, too.
//
// The rules are in the Lua files (package scenarios); here is what every
// episode has in common. Start with [Family].
package puzzle

import (
	"context"
	"io/fs"
	"sync"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/scenarios"
)

// Family opens environments that play any of its scenarios.
type Family struct {
	Lua     fs.FS               // where the scenarios are; nil is the embedded ones
	Scripts []*scenarios.Script // the scenarios themselves, instead

	once    sync.Once
	err     error
	scripts map[string]*scenarios.Script
	list    []gym.Scenario
}

// Load reads the scenarios. It is called by the other methods where the caller
// did not; its error is the caller's: a Lua file with a fault, an empty folder.
func (f *Family) Load() error {
	f.once.Do(func() {
		scripts := f.Scripts
		if scripts == nil {
			lua, dir := f.Lua, "."
			if lua == nil {
				lua, dir = scenarios.Embedded(), "puzzle"
			}
			if scripts, f.err = scenarios.LoadAll(lua, dir); f.err != nil {
				return
			}
		}
		f.scripts = map[string]*scenarios.Script{}
		for _, s := range scripts {
			if s.Env() == "puzzle" {
				f.scripts[s.Info().Name] = s
				f.list = append(f.list, s.Info())
			}
		}
	})
	return f.err
}

// Scenarios lists them by name; nil where they cannot be loaded (see Load).
func (f *Family) Scenarios() []gym.Scenario {
	if f.Load() != nil {
		return nil
	}
	return f.list
}

// Open makes an environment.
func (f *Family) Open(ctx context.Context) (gym.Env, error) {
	if err := f.Load(); err != nil {
		return nil, err
	}
	return &env{family: f}, ctx.Err()
}

// Close has nothing to close.
func (f *Family) Close() error { return nil }
