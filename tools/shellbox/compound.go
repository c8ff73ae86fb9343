package shellbox

import (
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

func (s *shell) binary(c *syntax.BinaryCmd) {
	switch c.Op {
	case syntax.AndStmt, syntax.OrStmt:
		s.tested++
		s.stmt(c.X)
		s.tested--
		if !s.over() && (s.status == 0) == (c.Op == syntax.AndStmt) {
			s.stmt(c.Y)
		}
	case syntax.Pipe, syntax.PipeAll:
		s.within(func() { s.pipe(c) })
	default:
		s.fail("this operator is not supported")
	}
}

// pipe runs one side, then the other.
func (s *shell) pipe(c *syntax.BinaryCmd) {
	between := &buffer{max: pipeMax}
	x := s.sub()
	if x.out = between; c.Op == syntax.PipeAll {
		x.err = between
	}
	x.stmt(c.X)
	y := s.sub()
	y.in = &input{data: between.Bytes()}
	if y.stmt(c.Y); y.status == 0 && s.pipefail {
		y.status = x.status
	}
	s.status = y.status
}

func (s *shell) branch(c *syntax.IfClause) {
	for ; c != nil; c = c.Else {
		if len(c.Cond) == 0 {
			s.stmts(c.Then)
			return
		}
		if s.condition(c.Cond); s.over() {
			return
		}
		if s.status == 0 {
			s.stmts(c.Then)
			return
		}
	}
	s.status = 0
}

func (s *shell) condition(list []*syntax.Stmt) {
	s.tested++
	s.stmts(list)
	s.tested--
}

// turn ends a turn of a loop, and says whether there may be another.
func (s *shell) turn() bool {
	if !s.box.step() {
		return false
	}
	if s.ctl != breakLoop && s.ctl != nextTurn {
		return s.ctl == goOn
	}
	if s.loops--; s.loops > 0 {
		return false // it was meant for a loop around this one
	}
	again := s.ctl == nextTurn
	s.ctl = goOn
	return again
}

func (s *shell) while(c *syntax.WhileClause) {
	last := 0
	for {
		s.condition(c.Cond)
		if s.over() || (s.status == 0) == c.Until {
			break
		}
		s.stmts(c.Do)
		if last = s.status; !s.turn() {
			break
		}
	}
	if !s.over() {
		s.status = last
	}
}

func (s *shell) loop(c *syntax.ForClause) {
	if c.Select {
		s.fail("select is not supported")
		return
	}
	switch l := c.Loop.(type) {
	case *syntax.WordIter:
		items := s.params
		if l.InPos.IsValid() {
			var ok bool
			if items, ok = s.fields(l.Items); !ok {
				return
			}
		}
		s.status = 0
		for _, item := range items {
			if err := s.set(l.Name.Value, item); err != nil {
				s.fail("%v", err)
				return
			}
			if s.stmts(c.Do); !s.turn() {
				return
			}
		}
	case *syntax.CStyleLoop:
		s.status = 0
		if _, ok := s.number(l.Init); !ok {
			return
		}
		for {
			if n, ok := s.number(l.Cond); !ok || l.Cond != nil && n == 0 {
				return
			}
			if s.stmts(c.Do); !s.turn() {
				return
			}
			if _, ok := s.number(l.Post); !ok {
				return
			}
		}
	}
}

// number is an arithmetic expression's value, 0 where there is none.
func (s *shell) number(x syntax.ArithmExpr) (int, bool) {
	if x == nil {
		return 0, true
	}
	n, err := expand.Arithm(&s.cfg, x)
	if err != nil {
		s.fail("%v", err)
	}
	return n, err == nil
}

func (s *shell) choose(c *syntax.CaseClause) {
	text, ok := s.literal(c.Word)
	if !ok {
		return
	}
	s.status = 0
	through := false
	for _, item := range c.Items {
		if !through && !s.matches(item.Patterns, text) {
			continue
		}
		if s.stmts(item.Stmts); s.over() || item.Op == syntax.Break {
			return
		}
		through = item.Op == syntax.Fallthrough
	}
}

func (s *shell) matches(patterns []*syntax.Word, text string) bool {
	for _, w := range patterns {
		p, err := expand.Pattern(&s.cfg, w)
		if err == nil && match(p, text) {
			return true
		}
	}
	return false
}
