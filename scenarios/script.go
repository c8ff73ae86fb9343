// Package scenarios is the Lua host: it loads scenario files, runs them in a
// sandbox, and carries values between Go and Lua. It knows no browser; the
// family that plays a scenario decides what its functions mean.
//
// A scenario is one Lua file that returns a table: data (doc, levels, turns,
// floor, script) and functions of its state s, which setup makes and every
// other function receives. Chance comes from the rng that setup is given and
// from nowhere else. Every episode has a Lua state of its own, so nothing
// leaks from one to the next.
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
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

//go:embed web/*.lua
var embedded embed.FS

// Embedded are the project's own scenarios, a folder for each family.
func Embedded() fs.FS { return embedded }

// kinds are the keys of a scenario's table and the Lua types they take.
var kinds = map[string][]lua.LValueType{
	"doc": {lua.LTString}, "levels": {lua.LTNumber}, "turns": {lua.LTNumber}, "floor": {lua.LTNumber}, "script": {lua.LTBool},
	"hints": {lua.LTTable}, "setup": {lua.LTFunction}, "goal": {lua.LTFunction}, "pages": {lua.LTFunction},
	"check": {lua.LTFunction}, "progress": {lua.LTFunction}, "oracle": {lua.LTFunction},
}

var required = []string{"doc", "setup", "goal", "pages", "check"}

// Script is a loaded scenario. It is safe for many goroutines.
type Script struct {
	info  gym.Scenario
	file  string
	proto *lua.FunctionProto
	limit Limits
}

// Load compiles one file and checks its table, reporting all faults at once.
// Errors name the file, and the line where there is one.
func Load(fsys fs.FS, file string) (*Script, error) {
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	chunk, err := parse.Parse(bytes.NewReader(text), file)
	if err != nil {
		var e *parse.Error
		if errors.As(err, &e) {
			return nil, fmt.Errorf("%s:%d: %s near %q", file, e.Pos.Line, strings.TrimSpace(e.Message), e.Token)
		}
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	proto, err := lua.Compile(chunk, file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	s := &Script{file: file, proto: proto, limit: DefaultLimits}
	s.info = gym.Scenario{Name: strings.TrimSuffix(path.Base(file), ".lua"), Levels: 1, Turns: 10, Floor: 0.3}
	p, err := s.open(context.Background())
	if err != nil {
		return nil, err
	}
	defer p.Close()
	return s, s.inspect(p.table)
}

// inspect reads the table's data and checks every key.
func (s *Script) inspect(t *lua.LTable) error {
	var errs []error
	known := make([]string, 0, len(kinds))
	for k := range kinds {
		known = append(known, k)
	}
	slices.Sort(known)
	t.ForEach(func(k, v lua.LValue) {
		name := k.String()
		want, ok := kinds[name]
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("%s: %w", s.file, catalog.Unknown("key", name, known)))
		case !slices.Contains(want, v.Type()):
			errs = append(errs, fmt.Errorf("%s: %s must be a %s, not a %s", s.file, name, want[0], v.Type()))
		}
	})
	for _, name := range required {
		if t.RawGetString(name) == lua.LNil {
			errs = append(errs, fmt.Errorf("%s: the key %s is missing", s.file, name))
		}
	}
	number := func(name string, dst *float64) {
		if n, ok := t.RawGetString(name).(lua.LNumber); ok {
			*dst = float64(n)
		}
	}
	levels, turns := float64(s.info.Levels), float64(s.info.Turns)
	number("levels", &levels)
	number("turns", &turns)
	number("floor", &s.info.Floor)
	s.info.Levels, s.info.Turns = int(levels), int(turns)
	if levels < 1 || turns < 1 || s.info.Floor < 0 || s.info.Floor > 1 {
		errs = append(errs, fmt.Errorf("%s: levels and turns must be at least 1, and floor from 0 to 1", s.file))
	}
	s.info.Doc = t.RawGetString("doc").String()
	s.info.Script = t.RawGetString("script") == lua.LTrue
	s.info.Oracle = t.RawGetString("oracle") != lua.LNil
	return errors.Join(errs...)
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
	var all []*Script
	var errs []error
	for _, f := range files {
		s, err := Load(fsys, f)
		errs = append(errs, err)
		all = append(all, s)
	}
	return all, errors.Join(errs...)
}

// Info is what the scenario says about itself.
func (s *Script) Info() gym.Scenario { return s.info }
