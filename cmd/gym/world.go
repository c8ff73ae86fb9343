package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/turngym/turngym/envs"
	"github.com/turngym/turngym/envs/web"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// openFamily makes the family that a configuration names. driver, where not
// "", overrides the configured one.
func openFamily(c *Config, driver string) (gym.Family, error) {
	entry, err := envs.All().Get(c.Env)
	if err != nil {
		return nil, err
	}
	f := entry.New()
	if w, ok := f.(*web.Family); ok {
		w.Driver, w.Chrome, w.Pages = c.Web.Driver, c.Web.Chrome, c.Web.Pages
		if driver != "" {
			w.Driver = driver
		}
		if c.Web.Dir != "" {
			if _, err := os.Stat(c.Web.Dir); err != nil {
				return nil, fmt.Errorf("web.dir: %w", err)
			}
			w.Lua = os.DirFS(c.Web.Dir)
		}
		if err := w.Load(); err != nil {
			if c.Web.Dir != "" {
				err = fmt.Errorf("scenarios in %s: %w", c.Web.Dir, err)
			}
			return nil, err
		}
	}
	return f, nil
}

// pick is the family's scenarios that were asked for by name, with or without
// the family's name before it; all where none was.
func pick(f gym.Family, env string, names []string) ([]gym.Scenario, error) {
	all := f.Scenarios()
	if len(names) == 0 {
		return all, nil
	}
	var known []string
	for _, s := range all {
		known = append(known, s.Name)
	}
	var out []gym.Scenario
	for _, name := range names {
		short := strings.TrimPrefix(strings.TrimSpace(name), env+"/")
		i := slices.Index(known, short)
		if i < 0 {
			return nil, catalog.Unknown(env+" scenario", short, known)
		}
		out = append(out, all[i])
	}
	return out, nil
}

// draw is n training tasks, each group times in a row: scenario and level
// uniform, a seed that no other task of the run has had.
func draw(scenarios []gym.Scenario, seed uint64, step, n, group int) []gym.Task {
	rng := rand.New(rand.NewPCG(seed, uint64(step)))
	tasks := make([]gym.Task, 0, n*group)
	for range n {
		s := scenarios[rng.IntN(len(scenarios))]
		t := gym.Task{Scenario: s.Name, Level: 1 + rng.IntN(s.Levels), Seed: rng.Uint64()}
		for range group {
			tasks = append(tasks, t)
		}
	}
	return tasks
}

// exam is the evaluation's tasks: the same seeds of every scenario and level.
func exam(scenarios []gym.Scenario, split gym.Split, seeds int) []gym.Task {
	var tasks []gym.Task
	for _, s := range scenarios {
		for level := 1; level <= s.Levels; level++ {
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
