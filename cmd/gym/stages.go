package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/agent/rollout"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/curriculum"
	"github.com/turngym/turngym/gym/reward"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy/algo"
	"github.com/turngym/turngym/policy/model"
	"github.com/turngym/turngym/policy/train"
)

// stages are those of the recipe.
func (s *session) stages() ([]train.Stage, error) {
	c := s.c
	adam := func(lr float64) kernels.AdamW {
		return kernels.AdamW{LR: lr, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.01}
	}
	var stages []train.Stage
	if c.SFT.Steps > 0 {
		demos, hear, err := s.demonstrations()
		if err != nil {
			return nil, err
		}
		stages = append(stages, train.Stage{Name: "sft", Steps: c.SFT.Steps, Batch: c.SFT.Batch, WarmUp: c.SFT.WarmUp, Final: c.SFT.Final,
			Update: train.Update{Reward: reward.Of("outcome", reward.Outcome{}), Estimator: algo.Demonstration{}, Objective: algo.PolicyGradient{},
				Read: c.SFT.Read, Epochs: 1, Minibatches: 1, Optimizer: adam(c.SFT.LR), ClipNorm: 1},
			Open: demos, Hear: hear,
			Probe: s.probe, ProbeEvery: max(1, c.SFT.Steps/probes),
		})
	}
	if c.RL.Steps > 0 {
		mix, err := c.Reward.mix(c.RL.Gamma)
		if err != nil {
			return nil, err
		}
		plan, err := c.Curriculum.plan(s.scenarios, c.RL.Steps)
		if err != nil {
			return nil, err
		}
		if s.from.Plan != nil && s.from.Step > c.SFT.Steps {
			if err := plan.Load(s.from.Plan); err != nil {
				return nil, fmt.Errorf("the checkpoint's curriculum: %w", err)
			}
		}
		u := train.Update{Reward: mix, Epochs: c.RL.Epochs, Minibatches: c.RL.Minibatches, Optimizer: adam(c.RL.LR), ClipNorm: 1}
		objective := algo.Sum{algo.Clip{Low: c.RL.Clip, High: c.RL.Clip}, algo.EntropyBonus{Coef: c.RL.Entropy}}
		switch c.RL.Algorithm {
		case "distill":
			u.Estimator, objective = algo.Demonstration{}, algo.Sum{algo.EntropyBonus{Coef: c.RL.Entropy}}
		case "grpo":
			u.Estimator, u.SkipEven = algo.Group{Normalize: true}, true
		case "ppo":
			u.Estimator = algo.GAE{Gamma: c.RL.Gamma, Lambda: c.RL.Lambda, Whiten: true}
			objective = append(objective, algo.ValueLoss{Coef: c.RL.Value})
		case "reinforce":
			u.Estimator = algo.Reinforce{Gamma: c.RL.Gamma}
		}
		if c.RL.Teacher != "" {
			objective, u.Ask, u.SkipEven = append(objective, algo.Distill{Coef: c.RL.Distill}), c.RL.Top, false
		}
		var begin func() error
		if c.RL.KL > 0 {
			objective = append(objective, algo.KL{Coef: c.RL.KL})
			begin = s.takeReference
		}
		u.Objective = objective
		stage := train.Stage{Name: c.RL.Algorithm, Steps: c.RL.Steps, Batch: c.RL.Tasks * c.RL.Group, WarmUp: c.RL.WarmUp, Final: c.RL.Final,
			Update: u, Begin: begin,
			Open: s.source(&rollout.Stream{Engine: s.engine, Policy: s.policy, Staleness: c.Staleness,
				Tasks: &rollout.Course{Plan: plan, Seed: c.Seed, N: c.RL.Tasks, Group: c.RL.Group},
				Agent: func(step, i int) agent.Agent {
					return rollout.Agent{Policy: s.policy, Codec: s.codec, Seed: c.Seed ^ uint64(step)<<32 ^ uint64(i)<<16, Temperature: 1}
				}}),
		}
		if c.Eval.Every > 0 {
			stage.Exam, stage.ExamEvery, stage.Until = s.exam, c.Eval.Every, c.Eval.Until
		}
		stages = append(stages, stage)
	}
	return stages, nil
}

// demonstrations are asked of the oracles, more of what the policy does not know
// yet, or are those that were recorded.
func (s *session) demonstrations() (open func(ctx context.Context, from, to int) (train.Source, func()), hear hearing, err error) {
	c := s.c.SFT
	seed := s.c.Seed ^ 0x64656d6f
	if !s.live() {
		r := &rollout.Replay{Codec: s.codec, Episodes: s.recorded, Seed: seed, Batch: c.Batch}
		if err := r.Check(); err != nil {
			return nil, nil, fmt.Errorf("sft.demos: %w", err)
		}
		return func(_ context.Context, from, _ int) (train.Source, func()) {
			r.Start(from)
			return r, func() {}
		}, nil, nil
	}
	if s.from.Step > 0 && s.from.Plan == nil { // a run of the time before sft.focus
		c.Focus = 0
	}
	study := curriculum.NewStudy(grounds(s.scenarios), c.Focus)
	if s.from.Plan != nil && s.from.Step < c.Steps {
		if err := study.Load(s.from.Plan); err != nil {
			return nil, nil, fmt.Errorf("the checkpoint's curriculum: %w", err)
		}
	}
	hear = func(step int, episodes []*gym.Episode, surprise []float64) (json.RawMessage, error) {
		study.Hear(step, episodes, surprise)
		return study.Save()
	}
	return s.source(&rollout.Stream{Engine: s.demos, Policy: s.policy, Staleness: study.Round,
		Tasks: rollout.Fixed(func(step int) []gym.Task { return study.Pick(rand.New(rand.NewPCG(seed, uint64(step))), step, c.Batch) }),
		Agent: func(int, int) agent.Agent { return rollout.Demonstrator{Codec: s.codec} }}), hear, nil
}

// hearing is a stage's Hear.
type hearing = func(step int, episodes []*gym.Episode, surprise []float64) (json.RawMessage, error)

// probes is how often the policy is probed while it learns from
// demonstrations; probeTasks is how many episodes that takes.
const (
	probes     = 15
	probeTasks = 48
)

// probe plays always the same training tasks, taking the likeliest actions.
func (s *session) probe(ctx context.Context) (success, rewards float64, err error) {
	tasks := draw(s.scenarios, s.c.Seed^0x70726f6265, 0, probeTasks)
	episodes, err := s.engine.Play(ctx, func(int) agent.Agent { return rollout.Agent{Policy: s.policy, Codec: s.codec} }, tasks)
	success = meanOutcome(episodes)
	return success, success, err
}

// exam plays training tasks of every scenario and level in turn, sampling as in
// the rollouts.
func (s *session) exam(ctx context.Context) (success float64, err error) {
	all := exam(s.scenarios, gym.Train, 1)
	tasks := make([]gym.Task, s.c.Eval.Tasks)
	for i := range tasks {
		tasks[i] = all[i%len(all)]
		tasks[i].Seed = s.c.Seed ^ 0x6578616d<<32 ^ uint64(i)
	}
	episodes, err := s.engine.Play(ctx, func(i int) agent.Agent {
		return rollout.Agent{Policy: s.policy, Codec: s.codec, Seed: uint64(i), Temperature: 1}
	}, tasks)
	return meanOutcome(episodes), err
}

func meanOutcome(episodes []*gym.Episode) (mean float64) {
	for _, ep := range episodes {
		mean += ep.Outcome() / float64(len(episodes))
	}
	return mean
}

func (s *session) source(st *rollout.Stream) func(ctx context.Context, from, to int) (train.Source, func()) {
	return func(ctx context.Context, from, to int) (train.Source, func()) {
		st.Start(ctx, from, to)
		return st, st.Stop
	}
}

// takeReference keeps the policy with which the stage begins, in the run's
// folder, so that a resumed run is pulled to the same one.
func (s *session) takeReference() error {
	dir, m := filepath.Join(s.dir, "reference"), s.learner.Model
	if _, err := os.Stat(filepath.Join(dir, "config.json")); errors.Is(err, os.ErrNotExist) && !model.HasAdapter(dir) {
		s.learner.Ref = m.Frozen()
		return m.Save(dir)
	}
	if m.Adapted() {
		s.learner.Ref = m.Frozen()
		return s.learner.Ref.LoadAdapter(dir)
	}
	ref, err := model.Load(m.Device(), dir, model.Use{Frozen: true})
	s.learner.Ref = ref
	return err
}
