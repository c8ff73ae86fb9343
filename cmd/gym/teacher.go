package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy/model"
	"github.com/turngym/turngym/policy/token"
	"github.com/turngym/turngym/policy/train"
)

// teacher is a policy that another learns from.
type teacher struct {
	tok token.Coder
	m   *model.Model
}

// findTeacher loads the policy that rl.teacher names; nil: none does. A policy
// that begins anew takes its tokens, and at most its context.
func (s *session) findTeacher(dev kernels.Device) (t *teacher, err error) {
	dir := s.c.RL.Teacher
	if dir == "" {
		return nil, nil
	}
	t = &teacher{}
	if _, missing := os.Stat(filepath.Join(dir, "config.json")); missing == nil {
		t.tok, t.m, err = loadCheckpoint(dir, dev, model.Use{Frozen: true})
	} else if model.HasAdapter(dir) {
		err = errors.New("it has adapters only; name the folder of their run")
	} else {
		t.tok, t.m, _, err = loadRun(dir, dev, model.Use{Frozen: true})
	}
	if err == nil && s.c.Model.From == "" {
		s.c.Model.Vocab, s.c.Model.Context = t.tok.Size(), min(s.c.Model.Context, t.m.Context)
		_, err = codecOf(t.tok, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("rl.teacher %s: %w", dir, err)
	}
	return t, nil
}

// fits refuses a policy that has other tokens than its teacher, or a longer
// context.
func (t *teacher) fits(tok token.Coder, m *model.Model) error {
	if t == nil {
		return nil
	}
	all := make([]int32, tok.Size())
	for i := range all {
		all[i] = int32(i)
	}
	if tok.Size() != t.tok.Size() || !slices.Equal(tok.Pieces(all), t.tok.Pieces(all)) {
		return errors.New("rl.teacher: it has other tokens than the policy; begin without model.from, and the policy takes the teacher's")
	}
	if m.Context > t.m.Context {
		return fmt.Errorf("rl.teacher: its context is %d tokens, the policy's %d; it cannot say what it would do after a longer episode", t.m.Context, m.Context)
	}
	return nil
}

// keep writes the teacher into a run's folder, so that a resumed run has the same
// one.
func (t *teacher) keep(run string) error {
	if t == nil {
		return nil
	}
	dir := taught(run)
	if !t.m.Adapted() {
		return t.m.Save(dir)
	}
	return errors.Join(t.m.SaveBase(train.Base(dir)), t.m.Save(dir))
}

// taught is where a run keeps its teacher.
func taught(run string) string { return filepath.Join(run, "teacher") }

// keptTeacher is what keep wrote; nil where the run has none.
func (s *session) keptTeacher(run string, dev kernels.Device) (*model.Model, error) {
	if s.c.RL.Teacher == "" {
		return nil, nil
	}
	dir := taught(run)
	return train.LoadPolicy(dev, dir, train.Base(dir), model.Use{Frozen: true})
}
