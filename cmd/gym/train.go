package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/agent/prompt"
	"github.com/turngym/turngym/agent/rollout"
	"github.com/turngym/turngym/envs/web"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/record"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy"
	"github.com/turngym/turngym/policy/train"
)

func (a *app) trainCommand() *cobra.Command {
	var resume string
	var show, profiled bool
	cmd := &cobra.Command{
		Use: "train", Short: "Train a policy in an environment",
		Example: "  gym train --env web\n  gym train --recipe grpo --scenarios web/click-button,web/click-link\n  gym train --resume runs/web-web-20260102-150405",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if resume != "" {
				return a.resume(cmd.Context(), resume, cmd.Flags(), profiled)
			}
			c, from, err := loadConfig(cmd.Flags(), a.env)
			if err != nil {
				return wrongUse{err}
			}
			if show {
				c.print(a.out, from)
				return nil
			}
			return a.train(cmd.Context(), c, "", profiled)
		},
	}
	addFlags(cmd.Flags())
	cmd.Flags().StringVar(&resume, "resume", "", "go on with the run in this folder, as it was configured but for --device, --exact and --cpu")
	cmd.Flags().BoolVar(&profiled, "profile", false, "say at the end where the time went")
	cmd.Flags().BoolVar(&show, "print-config", false, "show every key, its value and where that is from")
	return cmd
}

// session is all that a training run holds.
type session struct {
	c         Config
	dir       string
	family    gym.Family
	scenarios []chosen
	engine    *rollout.Engine
	demos     *rollout.Engine // where demonstrations are played: without a browser, if that is enough
	recorded  []*gym.Episode  // demonstrations that were recorded, where sft.demos names some
	codec     *prompt.Codec
	policy    *policy.Policy
	group     kernels.Group // that the policy learns on, where it is several devices
	learner   *train.Learner
	from      train.State // what was done already
	flagged   int         // steps whose pay looks wrong
	profile   profile
}

// open is everything that can be wrong, before any work is done.
func (a *app) open(c Config) (*session, error) {
	s := &session{c: c}
	var err error
	if s.family, err = openFamily(&s.c, ""); err != nil {
		return nil, wrongUse{err}
	}
	if s.scenarios, err = pick(s.family, &s.c); err != nil {
		return nil, wrongUse{err}
	}
	s.engine = &rollout.Engine{Family: s.family, Name: c.Env, Envs: c.Envs}
	s.demos = s.engine
	return s, nil
}

// prepare is open for what training alone needs: oracles or demonstrations to
// learn from, and where to play.
func (s *session) prepare(a *app) error {
	if s.c.SFT.Steps > 0 && s.c.SFT.Demos != "" {
		if err := s.readDemos(a); err != nil {
			return err
		}
	}
	for _, sc := range s.scenarios {
		if s.live() && !sc.Oracle {
			return wrongUse{fmt.Errorf("%s/%s has no oracle to learn from; use --recipe grpo or ppo, or name a folder of demonstrations with --sft.demos", s.c.Env, sc.Name)}
		}
	}
	return s.withoutBrowser()
}

// live says whether oracles are asked for demonstrations.
func (s *session) live() bool { return s.c.SFT.Steps > 0 && s.c.SFT.Demos == "" }

// withoutBrowser lets demonstrations be played in this process where their
// pages have no scripts.
func (s *session) withoutBrowser() error {
	scripts := slices.ContainsFunc(s.scenarios, func(sc chosen) bool { return sc.Script })
	if s.c.Env != "web" || scripts || s.c.Web.Driver == "static" {
		return nil
	}
	f, err := openFamily(&s.c, "static")
	if err != nil {
		return err
	}
	s.demos = &rollout.Engine{Family: f, Name: s.c.Env, Envs: s.c.Envs}
	return nil
}

func (s *session) close() error {
	err := s.engine.Close()
	if s.demos != s.engine {
		err = errors.Join(err, s.demos.Close(), s.demos.Family.Close())
	}
	return errors.Join(err, s.family.Close())
}

// resume goes on with a run; flags may say what it is computed on, and nothing
// else.
func (a *app) resume(ctx context.Context, dir string, flags *pflag.FlagSet, profiled bool) error {
	c, err := readRun(dir)
	if err != nil {
		return wrongUse{err}
	}
	flags.Visit(func(f *pflag.Flag) {
		switch f.Name {
		case "resume", "profile":
		case "device":
			c.Device = f.Value.String()
		case "exact":
			c.Exact = f.Value.String() == "true"
		case "cpu":
			c.CPU = f.Value.String()
		default:
			err = fmt.Errorf("--%s: a run goes on as it was configured; only --device, --exact and --cpu may change", f.Name)
		}
	})
	if err == nil {
		err = c.Validate()
	}
	if err != nil {
		return wrongUse{err}
	}
	return a.train(ctx, c, dir, profiled)
}

// train runs a training run from its beginning, or goes on with the one in dir.
func (a *app) train(ctx context.Context, c Config, dir string, profiled bool) (err error) {
	m, err := openMachine(&c, a.err)
	if err != nil {
		return wrongUse{err}
	}
	defer m.close()
	s, err := a.open(c)
	if err != nil {
		return err
	}
	s.group = m.group
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.prepare(a); err != nil {
		return err
	}
	if err := a.greet(s); err != nil {
		return err
	}
	if dir != "" {
		err = s.reopen(dir, m.dev)
	} else {
		err = s.begin(ctx, m.dev)
	}
	if err != nil {
		return err
	}
	w, trained := s.learner.Model, ""
	if w.Adapted() {
		trained = fmt.Sprintf(" (%.2f million of them trained)", float64(w.Trained())/1e6)
	}
	fmt.Fprintf(a.err, "policy  %.2f million parameters%s, %d tokens, %s\n", float64(w.Size())/1e6, trained, w.Vocab, m.name())
	fmt.Fprintf(a.err, "run     %s\n\n", s.dir)
	if err := s.train(ctx, a); err != nil {
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			return fmt.Errorf("stopped; go on with: gym train --resume %s", s.dir)
		}
		return err
	}
	if err := a.finish(ctx, s); err != nil {
		return err
	}
	if profiled {
		s.profile.print(a.out)
	}
	return nil
}

// greet says what will be done and in what.
func (a *app) greet(s *session) error {
	env := s.c.Env
	if w, ok := below(s.family).(*web.Family); ok {
		path, missing, err := w.Find()
		switch {
		case err != nil:
			return wrongUse{err}
		case missing != nil:
			env += fmt.Sprintf(", static pages (%v)", missing)
		case path == "":
			env += ", static pages"
		default:
			env += ", " + path
		}
	}
	var stages []string
	if n := s.c.SFT.Steps; n > 0 {
		of := ""
		if !s.live() {
			of = fmt.Sprintf(" (%d of %s, mean outcome %.2f)", len(s.recorded), s.c.SFT.Demos, meanOutcome(s.recorded))
		}
		stages = append(stages, fmt.Sprintf("%d steps on demonstrations%s", n, of))
	}
	if n := s.c.RL.Steps; n > 0 {
		from := ""
		if s.c.RL.Teacher != "" {
			from = ", taught by " + s.c.RL.Teacher
		}
		stages = append(stages, fmt.Sprintf("%d steps of %s on rollouts%s", n, s.c.RL.Algorithm, from))
	}
	fmt.Fprintf(a.err, "env     %s: %d scenarios, %d environments side by side\nrecipe  %s: %s\n",
		env, len(s.scenarios), s.c.Envs, s.c.Recipe, strings.Join(stages, ", then "))
	return nil
}

// proveOracles plays every scenario and level once as their oracle would, so
// that nothing is learnt from one that fails.
func (s *session) proveOracles(ctx context.Context) error {
	episodes, err := s.demos.Play(ctx, func(int) agent.Agent { return agent.Oracle{} }, exam(s.scenarios, gym.Train, 1))
	if err != nil {
		return err
	}
	for _, ep := range episodes {
		if ep.Outcome() < 1 {
			return fmt.Errorf("the oracle of %s/%s fails: it ends with outcome %.2f; repair it, or train without demonstrations (--recipe grpo)", ep.Env, ep.Task, ep.Outcome())
		}
	}
	return nil
}

// train runs the stages.
func (s *session) train(ctx context.Context, a *app) error {
	stages, err := s.stages()
	if err != nil {
		return err
	}
	run := train.Run{Dir: s.dir, Learner: s.learner, Policy: s.policy, Save: s.c.Save, Stages: stages}
	if s.c.Record > 0 {
		w, err := record.Create(filepath.Join(s.dir, "episodes"), false)
		if err != nil {
			return err
		}
		defer w.Close()
		run.Keep = func(step int, ep *gym.Episode) error {
			if step%s.c.Record != 0 {
				return nil
			}
			return w.Append(ep)
		}
	}
	p := newProgress(a, run.Stages, s.from.Step, s.engine, s.demos)
	run.Report = func(r train.Row) {
		if r.Flag != "" {
			s.flagged++
		}
		s.profile.step(r)
		p.step(r)
	}
	defer p.end()
	return run.Train(ctx, s.from)
}

// finish evaluates the policy beside the random agent, draws the curve and
// says where everything lies.
func (a *app) finish(ctx context.Context, s *session) error {
	tasks := exam(s.scenarios, gym.Test, s.c.Eval.Seeds)
	fmt.Fprintf(a.err, "\nevaluating on %d tasks of the test split\n", len(tasks))
	res, err := s.evaluate(ctx, s.engine, tasks, func(int) agent.Agent { return rollout.Agent{Policy: s.policy, Codec: s.codec} }, filepath.Join(s.dir, "evaluation"))
	if err != nil {
		return err
	}
	random, err := s.evaluate(ctx, s.engine, tasks, func(int) agent.Agent { return agent.Random{Seed: s.c.Seed} }, "")
	if err != nil {
		return err
	}
	all := map[string]any{"policy": res, "random": random}
	if !slices.ContainsFunc(s.scenarios, func(c chosen) bool { return !c.Oracle }) {
		if all["oracle"], err = s.evaluate(ctx, s.demos, tasks, func(int) agent.Agent { return agent.Oracle{} }, ""); err != nil {
			return err
		}
	}
	text, _ := json.MarshalIndent(all, "", "  ")
	if err := os.WriteFile(filepath.Join(s.dir, "evaluation.json"), text, 0o644); err != nil {
		return err
	}
	res.table(a.out, random)
	curve, err := drawCurve(s.dir, fmt.Sprintf("gym train --env %s --recipe %s", s.c.Env, s.c.Recipe), a.width)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "\n%s\n\nsuccess %.2f on unseen tasks, random agent %.2f, %s\nrun     %s (curve.png, metrics.jsonl, episodes)\nlook    gym episodes %s\n",
		curve, res.Success, random.Success, faults(s.engine), s.dir, s.dir)
	if s.flagged > 0 {
		fmt.Fprintf(a.out, "!       in %d steps %s (parts in metrics.jsonl)\n", s.flagged, train.Hacking)
	}
	return nil
}

func faults(e *rollout.Engine) string {
	if n := e.Faults(); n > 0 {
		return fmt.Sprintf("%d faults (thrown away and played again)", n)
	}
	return "no faults"
}
