// Package scenarios is the Lua host: it loads scenario files, runs them in a
// sandbox, and carries values between Go and Lua. It knows no browser; the
// family that plays a scenario decides what its functions mean.
//
// A scenario is one Lua file that returns a table: data (doc, levels, turns,
// floor) and functions of its state s, which setup makes and every other
// function receives; [Keys] has them all. Chance comes from the rng that setup
// is given and from nowhere else. Every episode has a Lua state of its own, so
// nothing leaks from one to the next, and the state s is plain data, so that
// [Play.Save] and [Script.Resume] keep an episode exactly.
//
// Start with [Load] and [Script.Start].
package scenarios

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

//go:embed web/*.lua web/lib/*.lua puzzle/*.lua
var embedded embed.FS

// Embedded are the project's own scenarios, a folder for each family.
func Embedded() fs.FS { return embedded }

//go:embed templates/*.lua
var templates embed.FS

// Template is a working scenario of a family to start from.
func Template(env string) (string, error) {
	text, err := templates.ReadFile("templates/" + env + ".lua")
	if err != nil {
		return "", catalog.Unknown("env", env, []string{"puzzle", "web"})
	}
	return string(text), nil
}

// Script is a loaded scenario. It is safe for many goroutines.
type Script struct {
	info  gym.Scenario
	env   string // the family that plays it
	file  string
	fsys  fs.FS
	proto *lua.FunctionProto
	limit Limits
	turns []int      // by level
	verbs []gym.Verb // where they are always the same
	tools []gym.Verb

	sites, actions []string // of a web scenario

	machines sync.Pool // of *machine

	mu      sync.Mutex
	modules map[string]*lua.FunctionProto // what require has compiled
}

// Load compiles one file and checks its table, reporting all faults at once.
// Errors name the file, and the line where there is one.
func Load(fsys fs.FS, file string) (*Script, error) {
	proto, err := compile(fsys, file)
	if err != nil {
		return nil, err
	}
	s := &Script{file: file, fsys: fsys, proto: proto, limit: DefaultLimits, modules: map[string]*lua.FunctionProto{}}
	s.info = gym.Scenario{Name: strings.TrimSuffix(path.Base(file), ".lua"), Levels: 1, Floor: 0.3}
	p, err := s.open(context.Background())
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if err := s.inspect(p.table); err != nil {
		return s, err
	}
	p.m.budget.limit = s.limit
	return s, nil
}

func compile(fsys fs.FS, file string) (*lua.FunctionProto, error) {
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	return compileText(file, text)
}

func compileText(file string, text []byte) (*lua.FunctionProto, error) {
	chunk, err := parse.Parse(bytes.NewReader(text), file)
	if err != nil {
		var e *parse.Error
		switch {
		case errors.As(err, &e) && e.Pos.Line < 0: // the parser's place for the end
			return nil, fmt.Errorf("%s:%d: the text ends too early, after %q", file, 1+bytes.Count(bytes.TrimSpace(text), []byte("\n")), e.Token)
		case e != nil:
			return nil, fmt.Errorf("%s:%d: %s near %q", file, e.Pos.Line, strings.TrimSpace(e.Message), e.Token)
		}
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	straighten(reflect.ValueOf(chunk))
	proto, err := lua.Compile(chunk, file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return proto, nil
}

// moduleName is what require takes: a file in a folder below the scenario's
// own, without dots.
var moduleName = regexp.MustCompile(`^[a-z0-9_-]+(/[a-z0-9_-]+)+$`)

// module compiles a file that the scenario requires, once.
func (s *Script) module(name string) (*lua.FunctionProto, error) {
	if !moduleName.MatchString(name) {
		return nil, fmt.Errorf(`require %q: want "gym", or a file in a folder beside the scenario, as "lib/cards" for lib/cards.lua`, name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if proto := s.modules[name]; proto != nil {
		return proto, nil
	}
	proto, err := compile(s.fsys, path.Join(path.Dir(s.file), name+".lua"))
	if err != nil {
		return nil, fmt.Errorf("require %q: %w", name, err)
	}
	s.modules[name] = proto
	return proto, nil
}

// LoadAll loads every .lua file in dir, by name; it reports the faults of all.
func LoadAll(fsys fs.FS, dir string) ([]*Script, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.lua"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no scenarios (*.lua) in %s", dir)
	}
	slices.Sort(files)
	all, errs := make([]*Script, len(files)), make([]error, len(files))
	var wg sync.WaitGroup
	for i, f := range files {
		wg.Go(func() { all[i], errs[i] = Load(fsys, f) })
	}
	wg.Wait()
	return all, errors.Join(errs...)
}

// Info is what the scenario says about itself.
func (s *Script) Info() gym.Scenario { return s.info }

// Env is the name of the family that plays it.
func (s *Script) Env() string { return s.env }

// Turns is after how many turns an episode of a level is cut off.
func (s *Script) Turns(level int) int { return s.turns[min(level, len(s.turns))-1] }

// Sites are the names of the simulated sites that a web scenario plays on.
func (s *Script) Sites() []string { return s.sites }

// Actions are what can be done on a web scenario's pages beside the lean set.
func (s *Script) Actions() []string { return s.actions }
