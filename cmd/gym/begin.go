package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/agent/prompt"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy"
	"github.com/turngym/turngym/policy/model"
	"github.com/turngym/turngym/policy/token"
	"github.com/turngym/turngym/policy/train"
)

// begin makes the run's folder, with the policy that it begins with.
func (s *session) begin(ctx context.Context, dev kernels.Device) error {
	tok, m, err := s.inherit(dev)
	if err != nil {
		return wrongUse{fmt.Errorf("model.from: %w", err)}
	}
	teacher, err := s.findTeacher(dev)
	if err == nil && m != nil {
		err = teacher.fits(tok, m)
	}
	if err != nil {
		return wrongUse{err}
	}
	if s.live() {
		if err := s.proveOracles(ctx); err != nil {
			return wrongUse{err}
		}
	}
	if s.dir = s.c.Run; s.dir == "" {
		s.dir = filepath.Join("runs", fmt.Sprintf("%s-%s-%s", s.c.Env, s.c.Recipe, time.Now().Format("20060102-150405")))
	}
	if err := makeRun(s.dir, &s.c); err != nil {
		return err
	}
	if m == nil {
		if tok, m, err = s.fresh(ctx, dev, teacher); err != nil {
			return err
		}
	}
	if err := tok.Save(filepath.Join(s.dir, "tokenizer.json")); err != nil {
		return err
	}
	if from := cmp.Or(s.c.Model.From, s.c.RL.Teacher); from != "" {
		if err := train.Beside(from, s.dir); err != nil {
			return err
		}
	}
	if err := s.adapt(m); err != nil {
		return err
	}
	if err := s.equip(tok, m, train.State{}); err != nil {
		return err
	}
	if teacher != nil {
		s.learner.Teacher = teacher.m
	}
	if err := teacher.keep(s.dir); err != nil {
		return err
	}
	// What cannot be written is known before any work is done.
	if err := train.Save(s.dir, m, train.State{}); err != nil {
		return err
	}
	return markRun(s.dir)
}

// fresh is a policy that has learnt nothing, with a tokenizer that has, or its
// teacher's.
func (s *session) fresh(ctx context.Context, dev kernels.Device, t *teacher) (tok token.Coder, m *model.Model, err error) {
	if t != nil {
		tok = t.tok
	} else if tok, err = s.learnTokens(ctx); err != nil {
		return nil, nil, err
	}
	if m, err = model.New(dev, s.c.Model.shape(tok.Size()), s.c.Seed); err != nil {
		return nil, nil, wrongUse{err}
	}
	return tok, m, nil
}

// adapt gives the policy adapters, where it is to have any; what they stand
// beside is saved once.
func (s *session) adapt(m *model.Model) error {
	if s.c.Model.LoRA == 0 {
		return nil
	}
	if err := m.SaveBase(train.Base(s.dir)); err != nil {
		return err
	}
	if err := train.Beside(s.dir, train.Base(s.dir)); err != nil {
		return err
	}
	if m.Adapted() { // another run's go on learning
		return nil
	}
	if err := m.Adapt(model.LoRA{Rank: s.c.Model.LoRA, On: s.c.Model.LoRAOn}, s.c.Seed); err != nil {
		return wrongUse{err}
	}
	return nil
}

// inherit is the policy that another run has learnt, or a checkpoint from
// elsewhere; the configuration then has its shape. Without either it is none.
func (s *session) inherit(dev kernels.Device) (tok token.Coder, m *model.Model, err error) {
	from := s.c.Model.From
	if from == "" {
		return nil, nil, nil
	}
	if _, err := os.Stat(filepath.Join(from, "config.json")); err == nil {
		use := s.use()
		if use.DType == "" && !use.Frozen {
			use.DType = model.Float32 // a bfloat16 beside it would cost memory and gain nothing
		}
		tok, m, err = loadCheckpoint(from, dev, use)
		if err == nil {
			_, err = codecOf(tok, from)
		}
		if err != nil {
			return nil, nil, err
		}
		c := &s.c.Model
		c.Vocab, c.Dim, c.Layers, c.Heads, c.KVHeads, c.Hidden, c.Context = m.Vocab, m.Dim, m.Layers, m.Heads, m.KVHeads, m.Hidden, m.Context
		return tok, m, nil
	}
	if model.HasAdapter(from) {
		return nil, nil, fmt.Errorf("%s has adapters only; name the folder of their run", from)
	}
	old, err := readRun(from)
	if err != nil {
		return nil, nil, err
	}
	use := s.use()
	old.Model.From, old.Model.Activations, old.Model.DType = from, s.c.Model.Activations, cmp.Or(use.DType, old.Model.DType)
	if old.Model.LoRA == 0 {
		old.Model.LoRA, old.Model.LoRAOn = s.c.Model.LoRA, s.c.Model.LoRAOn
	}
	s.c.Model = old.Model
	tok, m, _, err = loadRun(from, dev, use)
	return tok, m, err
}

// use is what a model is loaded for that this run begins with.
func (s *session) use() model.Use {
	return model.Use{DType: s.c.Model.DType, Frozen: s.c.Model.LoRA > 0}
}

// reopen goes on with the run in dir.
func (s *session) reopen(dir string, dev kernels.Device) error {
	s.dir = dir
	tok, err := token.Open(filepath.Join(dir, "tokenizer.json"))
	if err != nil {
		return err
	}
	m, st, err := train.Restore(dev, dir)
	if err != nil {
		return err
	}
	if err := s.equip(tok, m, st); err != nil {
		return err
	}
	s.learner.Teacher, err = s.keptTeacher(dir, dev)
	return err
}

func (s *session) equip(tok token.Coder, m *model.Model, st train.State) (err error) {
	s.learner = &train.Learner{Model: m, Group: s.group, Activations: int64(s.c.Model.Activations) << 20}
	s.policy = policy.New(m.Snapshot(), uint32(st.Step))
	s.from = st
	s.codec, err = codecOf(tok, s.dir)
	return err
}

// vocabularyTasks is how many episodes of each scenario the tokenizer learns
// its words from.
const vocabularyTasks = 60

// learnTokens trains a tokenizer on what random episodes show.
func (s *session) learnTokens(ctx context.Context) (*token.Tokenizer, error) {
	var tasks []gym.Task
	for i := range s.scenarios {
		tasks = append(tasks, draw(s.scenarios[i:i+1], s.c.Seed^0x766f636162, i, vocabularyTasks)...)
	}
	episodes, err := s.demos.Play(ctx, func(i int) agent.Agent { return agent.Random{Seed: s.c.Seed} }, tasks)
	if err != nil {
		return nil, fmt.Errorf("read the environment's words: %w", err)
	}
	var texts []string
	var seen []*gym.Observation
	for _, ep := range episodes {
		for i := range ep.Turns {
			o := &ep.Turns[i].Observation
			seen, texts = append(seen, o), append(texts, prompt.Texts(o)...)
		}
	}
	return token.Train(texts, prompt.Specials(seen), s.c.Model.Vocab), nil
}
