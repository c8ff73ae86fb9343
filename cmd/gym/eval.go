package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/agent/rollout"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/record"
)

// result is what an evaluation found.
type result struct {
	Env            string       `json:"env"`
	Split          string       `json:"split"`
	Success        float64      `json:"success"` // mean over scenarios of the mean outcome
	Episodes       int          `json:"episodes"`
	Faults         int64        `json:"faults"`
	StepsPerSecond float64      `json:"steps_per_second"`
	ByScenario     []byScenario `json:"by_scenario"`
}

type byScenario struct {
	Scenario string     `json:"scenario"`
	Success  float64    `json:"success"`
	Levels   []*float64 `json:"levels"` // from level 1; null where it was not played
	Turns    float64    `json:"turns"`
	Episodes int        `json:"episodes"`
}

func (a *app) evalCommand() *cobra.Command {
	var run, split, env string
	var scenarios, levels []string
	var seeds int
	var asJSON, random bool
	cmd := &cobra.Command{
		Use: "eval", Short: "Evaluate a run's policy",
		Example: "  gym eval --run runs/web-web-20260102-150405 --split test --json", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if run == "" {
				return wrongUse{fmt.Errorf("which run? give its folder with --run")}
			}
			c, err := readRun(run)
			if err != nil {
				return wrongUse{err}
			}
			if env != "" {
				c.Env = env
			}
			for flag, dst := range map[string]*string{"driver": &c.Web.Driver, "chrome": &c.Web.Chrome, "pages": &c.Web.Pages} {
				if v, _ := cmd.Flags().GetString(flag); v != "" {
					*dst = v
				}
			}
			if len(scenarios) > 0 {
				c.Scenarios = scenarios
			}
			if len(levels) > 0 {
				c.Levels = levels
			}
			sp, err := gym.ParseSplit(split)
			if err != nil {
				return wrongUse{err}
			}
			if seeds <= 0 {
				seeds = c.Eval.Seeds
			}
			return a.eval(cmd.Context(), c, run, sp, seeds, asJSON, random)
		},
	}
	f := cmd.Flags()
	f.StringVar(&run, "run", "", "folder of the run")
	f.StringVar(&env, "env", "", "environment; default: the run's")
	f.StringVar(&split, "split", "test", "train or test")
	f.StringSliceVar(&scenarios, "scenarios", nil, "scenarios; default: the run's")
	f.StringSliceVar(&levels, "levels", nil, "levels; default: the run's")
	singular(f)
	f.IntVar(&seeds, "seeds", 0, "episodes of every scenario and level; default: the run's")
	f.BoolVar(&asJSON, "json", false, "print an object")
	f.BoolVar(&random, "random", false, "the random agent instead of the policy")
	for _, name := range []string{"driver", "chrome", "pages"} {
		f.String(name, "", "as for gym train; default: the run's")
	}
	return cmd
}

func (a *app) eval(ctx context.Context, c Config, run string, split gym.Split, seeds int, asJSON, random bool) error {
	s, err := a.open(c)
	if err != nil {
		return err
	}
	defer s.close()
	dev, err := openDevice(&c, a.err)
	if err != nil {
		return err
	}
	if err := s.reopen(run, dev); err != nil {
		return err
	}
	who := func(int) agent.Agent { return rollout.Agent{Policy: s.policy, Codec: s.codec} }
	if random {
		who = func(int) agent.Agent { return agent.Random{Seed: c.Seed} }
	}
	res, err := s.evaluate(ctx, s.engine, exam(s.scenarios, split, seeds), who, "")
	if err != nil {
		return err
	}
	if asJSON {
		return a.json(res)
	}
	res.table(a.out, nil)
	fmt.Fprintf(a.out, "\nsuccess %.2f over %d episodes, %.0f steps/s, %s\n", res.Success, res.Episodes, res.StepsPerSecond, faults(s.engine))
	return nil
}

// evaluate plays tasks and sums up; episodes are recorded in dir unless it is "".
func (s *session) evaluate(ctx context.Context, engine *rollout.Engine, tasks []gym.Task, who func(int) agent.Agent, dir string) (*result, error) {
	begun, steps, faults := time.Now(), engine.Steps(), engine.Faults()
	episodes, err := engine.Play(ctx, who, tasks)
	if err != nil {
		return nil, err
	}
	if dir != "" {
		if err := keep(dir, episodes); err != nil {
			return nil, err
		}
	}
	res := &result{Env: s.c.Env, Split: tasks[0].Split.String(), Episodes: len(episodes), Faults: engine.Faults() - faults}
	res.StepsPerSecond = float64(engine.Steps()-steps) / time.Since(begun).Seconds()
	for _, sc := range s.scenarios {
		b := byScenario{Scenario: s.c.Env + "/" + sc.Name, Levels: make([]*float64, sc.Levels)}
		sum, count := make([]float64, sc.Levels), make([]float64, sc.Levels)
		for _, ep := range episodes {
			if ep.Task.Scenario == sc.Name {
				b.Success += ep.Outcome()
				b.Turns += float64(len(ep.Turns))
				sum[ep.Task.Level-1] += ep.Outcome()
				count[ep.Task.Level-1]++
				b.Episodes++
			}
		}
		for i, n := range count {
			if n > 0 {
				mean := sum[i] / n
				b.Levels[i] = &mean
			}
		}
		n := float64(max(1, b.Episodes))
		b.Success, b.Turns = b.Success/n, b.Turns/n
		res.Success += b.Success / float64(len(s.scenarios))
		res.ByScenario = append(res.ByScenario, b)
	}
	return res, nil
}

func keep(dir string, episodes []*gym.Episode) error {
	w, err := record.Create(dir, false)
	if err != nil {
		return err
	}
	for i, ep := range episodes {
		ep.ID = fmt.Sprintf("eval-%d", i+1)
		if err := w.Append(ep); err != nil {
			return err
		}
	}
	return w.Close()
}

// table prints a line for each scenario, beside another result if there is one.
func (r *result) table(w io.Writer, random *result) {
	head := ""
	if random != nil {
		head = "   random"
	}
	fmt.Fprintf(w, "%-24s success%s   turns  by level\n", "scenario", head)
	for i, b := range r.ByScenario {
		beside := ""
		if random != nil {
			beside = fmt.Sprintf("   %6.2f", random.ByScenario[i].Success)
		}
		fmt.Fprintf(w, "%-24s %7.2f%s   %5.1f ", b.Scenario, b.Success, beside, b.Turns)
		for _, l := range b.Levels {
			if l == nil {
				fmt.Fprint(w, "    -")
			} else {
				fmt.Fprintf(w, " %.2f", *l)
			}
		}
		fmt.Fprintln(w)
	}
}

// episodeDirs are where a run keeps episodes.
func episodeDirs(run string) []string {
	return []string{filepath.Join(run, "episodes"), filepath.Join(run, "evaluation"), run}
}
