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
)

// teacher is a policy that another learns from.
type teacher struct {
	tok token.Coder
	m   *model.Model
}

// findTeacher loads the policy that rl.teacher names; nil: none does.
func (s *session) findTeacher(dev kernels.Device) (*teacher, error) {
	dir := s.c.RL.Teacher
	if dir == "" {
		return nil, nil
	}
	var err error
	if s.c.RL.Teacher, err = filepath.Abs(dir); err != nil { // a resumed run finds it again
		return nil, err
	}
	t := &teacher{}
	if _, missing := os.Stat(filepath.Join(dir, "config.json")); missing == nil {
		t.tok, t.m, err = loadCheckpoint(dir, dev, model.Use{Frozen: true})
	} else if model.HasAdapter(dir) {
		err = fmt.Errorf("%s has adapters only; name the folder of their run", dir)
	} else {
		t.tok, t.m, _, err = loadRun(dir, dev, model.Use{Frozen: true})
	}
	if err != nil {
		return nil, fmt.Errorf("rl.teacher: %w", err)
	}
	return t, nil
}

// fits refuses a policy that has other tokens than its teacher.
func (t *teacher) fits(tok token.Coder, m *model.Model) error {
	all := make([]int32, tok.Size())
	for i := range all {
		all[i] = int32(i)
	}
	if m.Vocab != t.m.Vocab || tok.Size() != t.tok.Size() || !slices.Equal(tok.Pieces(all), t.tok.Pieces(all)) {
		return errors.New("rl.teacher: it has other tokens than the policy; begin without model.from, and the policy takes the teacher's")
	}
	return nil
}
