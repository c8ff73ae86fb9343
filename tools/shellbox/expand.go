package shellbox

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// What follows expands words: the expander has no limits of its own.

// fields expands words to arguments.
func (s *shell) fields(words []*syntax.Word) ([]string, bool) {
	if plain := plainWords(words); plain != nil {
		return plain, true
	}
	if !s.small(words...) {
		s.fail("the command is too long after its expansion")
		return nil, false
	}
	s.cfg.NoUnset = s.nounset
	list, err := expand.Fields(&s.cfg, words...)
	n := 0
	for _, w := range list {
		n += len(w)
	}
	if err == nil && (len(list) > argsMax || n > 4*wordMax) {
		err = fmt.Errorf("the command is too long after its expansion")
	}
	return list, s.expanded(err, n)
}

// expanded says whether an expansion went well.
func (s *shell) expanded(err error, n int) bool {
	s.box.spend(n)
	if err == nil {
		return true
	}
	s.fail("%v", err)
	if _, unset := err.(expand.UnsetParameterError); unset {
		s.ctl = exits
	}
	return false
}

// plainWords are the words themselves, where nothing is to be expanded: most
// words are so, and the expander takes much longer.
func plainWords(words []*syntax.Word) []string {
	list := make([]string, len(words))
	for i, w := range words {
		if len(w.Parts) != 1 {
			return nil
		}
		switch p := w.Parts[0].(type) {
		case *syntax.Lit:
			if strings.ContainsAny(p.Value, `~*?[\{+@!=:`) {
				return nil
			}
			list[i] = p.Value
		case *syntax.SglQuoted:
			if p.Dollar {
				return nil
			}
			list[i] = p.Value
		case *syntax.DblQuoted:
			lit, ok := (*syntax.Lit)(nil), len(p.Parts) == 1
			if ok {
				lit, ok = p.Parts[0].(*syntax.Lit)
			}
			if !ok || p.Dollar || strings.Contains(lit.Value, `\`) {
				return nil
			}
			list[i] = lit.Value
		default:
			return nil
		}
	}
	return list
}

// literal expands a word to one text.
func (s *shell) literal(w *syntax.Word) (string, bool) {
	if w == nil {
		return "", true
	}
	if !s.small(w) {
		s.fail("a word is too long after its expansion")
		return "", false
	}
	s.cfg.NoUnset = s.nounset
	text, err := expand.Literal(&s.cfg, w)
	if err == nil && len(text) > wordMax {
		err = fmt.Errorf("a word is too long after its expansion")
	}
	return text, s.expanded(err, len(text))
}

// small says whether words will not become too long: the expander has no
// limits, so what they can become is reckoned before.
func (s *shell) small(words ...*syntax.Word) bool {
	n := 0
	for _, w := range words {
		if w != nil {
			n += s.bound(w.Parts, false)
		}
		if n > 4*wordMax {
			return false
		}
	}
	return true
}

// bound is at most how long parts of a word become. What a command prints has a
// limit of its own, and counts only where it is put in many times.
func (s *shell) bound(parts []syntax.WordPart, repeated bool) int {
	n := 0
	for _, part := range parts {
		switch p := part.(type) {
		case *syntax.Lit:
			n += len(p.Value)
		case *syntax.SglQuoted:
			n += len(p.Value)
		case *syntax.DblQuoted:
			n += s.bound(p.Parts, repeated)
		case *syntax.CmdSubst:
			if repeated {
				n += wordMax
			}
		case *syntax.ParamExp:
			n += s.boundParam(p, repeated)
		default:
			n += 64
		}
		if n > 8*wordMax {
			break
		}
	}
	return n
}

func (s *shell) boundParam(p *syntax.ParamExp, repeated bool) int {
	n := 64
	if p.Param != nil {
		v := s.vars[p.Param.Value]
		switch name := p.Param.Value; {
		case name == "@" || name == "*":
			v.List = s.params
		case name >= "1" && name <= "9":
			v = s.Get(name)
		}
		n += size(v)
	}
	if p.Excl {
		n += wordMax
	}
	if p.Exp != nil && p.Exp.Word != nil {
		n += s.bound(p.Exp.Word.Parts, repeated)
	}
	if p.Repl != nil && p.Repl.With != nil {
		with := s.bound(p.Repl.With.Parts, true)
		if p.Repl.All {
			n *= 1 + with
		} else {
			n += with
		}
	}
	return n
}
