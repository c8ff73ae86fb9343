package main

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/turngym/turngym/envs"
	"github.com/turngym/turngym/envs/puzzle"
	"github.com/turngym/turngym/envs/search"
	"github.com/turngym/turngym/envs/terminal"
	"github.com/turngym/turngym/envs/web"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
	"github.com/turngym/turngym/gym/curriculum"
)

// openFamily makes the family that a configuration names. driver, where not
// "", overrides the configured one.
func openFamily(c *Config, driver string) (gym.Family, error) {
	entry, err := envs.All().Get(c.Env)
	if err != nil {
		return nil, err
	}
	family, dir := entry.New(), ""
	switch f := family.(type) {
	case *web.Family:
		f.Driver, f.Chrome, f.Pages = c.Web.Driver, c.Web.Chrome, c.Web.Pages
		f.Browser, f.Input, f.Actions, f.Observe, f.Budget = c.Web.Browser, c.Web.Input, c.Web.Actions, c.Web.Observe, c.Web.Budget
		if driver != "" {
			f.Driver = driver
		}
		dir = c.Web.Dir
		f.Lua, err = folder("web.dir", dir)
	case *search.Family:
		f.Corpus, f.Engine, f.Index, f.Endpoint = c.Search.Corpus, c.Search.Engine, c.Search.Index, c.Search.Endpoint
	case terminal.Family:
		f.Backend = c.Terminal.Backend
		family = f
	case *puzzle.Family:
		dir = c.Puzzle.Dir
		f.Lua, err = folder("puzzle.dir", dir)
	}
	if err != nil {
		return nil, err
	}
	if l, ok := family.(interface{ Load() error }); ok {
		if err := l.Load(); err != nil {
			if dir != "" {
				err = fmt.Errorf("scenarios in %s: %w", dir, err)
			}
			return nil, err
		}
	}
	given, err := withTools(c, family)
	if err != nil {
		family.Close()
		return nil, err
	}
	return given, nil
}

// choose opens the family that a command line names and picks its scenarios.
// The caller closes the family.
func (a *app) choose(cmd *cobra.Command) (c Config, f gym.Family, list []chosen, err error) {
	if c, _, err = loadConfig(cmd.Flags(), a.env); err != nil {
		return c, nil, nil, wrongUse{err}
	}
	if f, err = openFamily(&c, ""); err != nil {
		return c, nil, nil, wrongUse{err}
	}
	if list, err = pick(f, &c); err != nil {
		f.Close()
		return c, nil, nil, wrongUse{err}
	}
	return c, f, list, nil
}

// folder is a folder of scenarios; nil where none was named.
func folder(key, dir string) (fs.FS, error) {
	if dir == "" {
		return nil, nil
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return os.DirFS(dir), nil
}

// chosen is a scenario with those of its levels that were asked for.
type chosen struct {
	gym.Scenario
	levels []int
}

// pick is the family's scenarios that were asked for by name, with or without
// the family's name before it, and by level; those of the set where none was.
func pick(f gym.Family, c *Config) ([]chosen, error) {
	all := f.Scenarios()
	var known, sets []string
	var list []gym.Scenario
	for _, s := range all {
		known, sets = append(known, s.Name), append(sets, s.Set)
		if s.Set == c.Set || c.Set == "all" {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		slices.Sort(sets)
		return nil, catalog.Unknown("set of "+c.Env+" scenarios", c.Set, append(slices.Compact(sets), "all"))
	}
	if len(c.Scenarios) > 0 {
		list = nil
		for _, name := range c.Scenarios {
			short := strings.TrimPrefix(strings.TrimSpace(name), c.Env+"/")
			i := slices.Index(known, short)
			if i < 0 {
				return nil, catalog.Unknown(c.Env+" scenario", short, known)
			}
			list = append(list, all[i])
		}
	}
	set, err := levelSet(c.Levels)
	if err != nil {
		return nil, err
	}
	var out []chosen
	for _, s := range list {
		p := chosen{Scenario: s}
		for level := 1; level <= s.Levels; level++ {
			if set == nil || set[level] {
				p.levels = append(p.levels, level)
			}
		}
		if p.levels == nil {
			return nil, fmt.Errorf("%s/%s has levels 1 to %d, and none of %s", c.Env, s.Name, s.Levels, strings.Join(c.Levels, ", "))
		}
		out = append(out, p)
	}
	return out, nil
}

// draw is n training tasks: scenario and level uniform, a seed that no other task
// of the run has had.
func draw(list []chosen, seed uint64, step, n int) []gym.Task {
	return (&curriculum.Uniform{Grounds: grounds(list)}).Pick(rand.New(rand.NewPCG(seed, uint64(step))), n)
}

// exam is the evaluation's tasks: the same seeds of every scenario and level.
func exam(list []chosen, split gym.Split, seeds int) []gym.Task {
	var tasks []gym.Task
	for _, s := range list {
		for _, level := range s.levels {
			for seed := range seeds {
				tasks = append(tasks, gym.Task{Scenario: s.Name, Level: level, Seed: uint64(seed), Split: split})
			}
		}
	}
	return tasks
}

func describe(s gym.Scenario) string {
	script := ""
	if s.Script {
		script = ", needs scripts"
	}
	return fmt.Sprintf("%s (%d levels, %d turns%s)", s.Doc, s.Levels, s.Turns, script)
}
