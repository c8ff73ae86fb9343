package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/cmd/gym/internal/console"
	"github.com/turngym/turngym/gym"
)

// demosOptions is what gym demos is told beside the keys of a configuration.
type demosOptions struct {
	out, agent, from string
	episodes         int
	minOutcome       float64
}

func (a *app) demosCommand() *cobra.Command {
	var o demosOptions
	cmd := &cobra.Command{
		Use: "demos", Short: "Collect demonstrations to learn from",
		Long: "Plays training tasks with the oracle, or another agent, and keeps the episodes that reach --min-outcome, each\n" +
			"once, in a folder that gym train --sft.demos, gym episodes, gym view and gym export read. With --from, the\n" +
			"episodes are those that a run has recorded.",
		Example: "  gym demos --env web --scenario shop --episodes 500 --out demos/shop\n  gym demos --env web --from runs/web-web-20260102-150405 --out demos/own\n  gym train --env web --scenario shop --sft.demos demos/shop",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, _, err := loadConfig(cmd.Flags(), a.env)
			switch {
			case err != nil:
			case o.out == "":
				err = fmt.Errorf("where to? name a folder with --out")
			case o.episodes < 1:
				err = fmt.Errorf("--episodes must be at least 1")
			}
			if err != nil {
				return wrongUse{err}
			}
			return a.demos(cmd.Context(), c, o)
		},
	}
	addFlags(cmd.Flags())
	hide(cmd, "recipe", "run", "threads", "staleness", "save", "record", "device", "exact", "cpu")
	for name, usage := range map[string]string{"scenarios": "scenarios to play; none: all", "levels": "levels to play, as 2 or 1-3; none: all"} {
		cmd.Flags().Lookup(name).Usage = usage
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", "folder of the demonstrations; those that are there stay")
	f.IntVar(&o.episodes, "episodes", 1000, "how many to collect")
	f.StringVar(&o.agent, "agent", "oracle", "who plays: human, "+agentForms)
	f.StringVar(&o.from, "from", "", "take them from this run's recorded episodes")
	f.Float64Var(&o.minOutcome, "min-outcome", 1, "keep episodes whose outcome is at least this")
	return cmd
}

func (a *app) demos(ctx context.Context, c Config, o demosOptions) (err error) {
	s, err := a.open(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	k, err := keepDemos(o.out, c.Env, keepRule{o.minOutcome, true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.close()) }()
	switch {
	case o.from != "":
		err = s.takeDemos(a, k, o)
	case o.agent == "human":
		err = s.playDemos(ctx, a, k, o)
	default:
		err = s.collectDemos(ctx, a, k, o)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%d new demonstrations in %s beside %d; left out: %s\n", k.kept, o.out, k.before, k.left())
	if k.kept+k.before > 0 {
		fmt.Fprintf(a.out, "train   gym train --env %s --sft.demos %s\n", c.Env, o.out)
	}
	return nil
}

// demosRound is how many tasks are played before those that were kept are counted.
const demosRound = 64

// collectDemos plays training tasks until there are enough demonstrations. It
// gives up where a long stretch of tasks brought none: a scenario may have few
// different ones.
func (s *session) collectDemos(ctx context.Context, a *app, k *demoKeeper, o demosOptions) error {
	dev, err := openDevice(&s.c, a.err)
	if err != nil {
		return wrongUse{err}
	}
	who, err := chooseAgent(o.agent, s.c.Seed, dev)
	if err != nil {
		return wrongUse{err}
	}
	if o.agent == "oracle" {
		for _, sc := range s.scenarios {
			if !sc.Oracle {
				return wrongUse{fmt.Errorf("%s/%s has no oracle; name another agent with --agent: human, %s", s.c.Env, sc.Name, agentForms)}
			}
		}
	}
	if err := s.withoutBrowser(); err != nil {
		return err
	}
	const barren = 16 // rounds without any
	for round, since := k.before/demosRound, 0; k.kept < o.episodes && since < barren; round++ {
		n := min(demosRound, o.episodes-k.kept)
		episodes, err := s.demos.Play(ctx, func(int) agent.Agent { return who }, draw(s.scenarios, s.c.Seed^0x636f6c6c, round, n))
		if err != nil {
			return err
		}
		before := k.kept
		for _, ep := range episodes {
			if err := k.keep(ep); err != nil {
				return err
			}
		}
		if since++; k.kept > before {
			since = 0
		}
	}
	if k.kept == 0 {
		return fmt.Errorf("no demonstration was collected; left out: %s", k.left())
	}
	if k.kept < o.episodes {
		fmt.Fprintf(a.err, "gym: only %d of %d were found: no new one in the last %d tasks\n", k.kept, o.episodes, barren*demosRound)
	}
	return nil
}

// playDemos lets a person play training tasks until there are enough.
func (s *session) playDemos(ctx context.Context, a *app, k *demoKeeper, o demosOptions) error {
	n := k.before
	next := func() (gym.Task, bool) {
		n++
		return draw(s.scenarios, s.c.Seed^0x68756d616e, n, 1)[0], true
	}
	p := player{a: a, session: &console.Session{Family: s.family, Name: s.c.Env}, keeper: k, next: next, want: o.episodes}
	first, _ := next()
	return p.play(ctx, first)
}

// takeDemos takes demonstrations from what a run has recorded.
func (s *session) takeDemos(a *app, k *demoKeeper, o demosOptions) error {
	for ep, err := range recorded(o.from, a.err) {
		if err != nil {
			return err
		}
		if k.kept == o.episodes {
			break
		}
		if ep.Env != s.c.Env {
			return wrongUse{fmt.Errorf("%s holds episodes of %s; say --env %s", o.from, ep.Env, ep.Env)}
		}
		if ep.Task.Split != gym.Train || !s.wants(ep.Task) {
			continue
		}
		if err := k.keep(ep); err != nil {
			return err
		}
	}
	if k.kept == 0 {
		return fmt.Errorf("%s has no training episode that is a new demonstration; left out: %s", o.from, k.left())
	}
	return nil
}

// readDemos reads the demonstrations that sft.demos names: those of the chosen
// scenarios and levels, of the training split, that did not fail. What cannot be
// written is known before any work is done.
func (s *session) readDemos(a *app) error {
	dir, all := s.c.SFT.Demos, 0
	have := map[string]bool{}
	for ep, err := range recorded(dir, a.err) {
		if err != nil {
			return fmt.Errorf("sft.demos: %w", err)
		}
		if ep.Env != s.c.Env {
			return wrongUse{fmt.Errorf("sft.demos: %s holds episodes of %s, not of %s; train with --env %s, or name another folder", dir, ep.Env, s.c.Env, ep.Env)}
		}
		if all++; ep.Task.Split != gym.Train || !s.wants(ep.Task) || ep.Outcome() <= 0 {
			continue
		}
		if err := writable(ep); err != nil {
			return wrongUse{fmt.Errorf("sft.demos: %w; gym demos --env %s --from %s --out FOLDER keeps those that can be written", err, s.c.Env, dir)}
		}
		have[ep.Task.Scenario] = true
		s.recorded = append(s.recorded, ep)
	}
	if len(s.recorded) == 0 {
		return wrongUse{fmt.Errorf("sft.demos: none of the %d episodes in %s is a success on a training task of the chosen scenarios and levels; gym episodes %s lists them", all, dir, dir)}
	}
	for _, sc := range s.scenarios {
		if !have[sc.Name] {
			fmt.Fprintf(a.err, "gym: %s has no demonstration of %s/%s\n", dir, s.c.Env, sc.Name)
		}
	}
	return nil
}

// writable says whether a policy can write every action of an episode.
func writable(ep *gym.Episode) error {
	for i := range ep.Turns {
		t := &ep.Turns[i]
		if _, ok := gym.NewGrammar(&t.Observation).Path(t.Move.Action); !ok {
			return fmt.Errorf("episode %s (%s), turn %d: no policy can write %s there, since its text stands neither in the goal nor in what is shown",
				ep.ID, ep.Task, i+1, t.Move.Action)
		}
	}
	return nil
}

// wants says whether a task is of the chosen scenarios and levels.
func (s *session) wants(t gym.Task) bool {
	for _, sc := range s.scenarios {
		if sc.Name != t.Scenario {
			continue
		}
		for _, level := range sc.levels {
			if level == t.Level {
				return true
			}
		}
	}
	return false
}
