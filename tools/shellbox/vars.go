package shellbox

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// The process numbers there are: nothing here is a process.
const (
	shellNumber  = "100"
	parentNumber = "1"
)

// Get is a variable or special parameter.
func (s *shell) Get(name string) expand.Variable {
	text := func(v string) expand.Variable { return expand.Variable{Set: true, Kind: expand.String, Str: v} }
	switch name {
	case "#":
		return text(strconv.Itoa(len(s.params)))
	case "@", "*":
		return expand.Variable{Set: len(s.params) > 0, Kind: expand.Indexed, List: s.params}
	case "?":
		return text(strconv.Itoa(s.status))
	case "$", "BASHPID":
		return text(shellNumber)
	case "PPID", "!":
		return text(parentNumber)
	case "-":
		return text("")
	case "0":
		return text(s.name)
	case "RANDOM", "SRANDOM":
		s.box.random = s.box.random*1103515245 + 12345
		return text(strconv.Itoa(int(s.box.random >> 16 & 0x7fff)))
	case "UID", "EUID":
		return text("1000")
	case "SECONDS":
		return text("0")
	case "EPOCHSECONDS":
		return text(strconv.FormatInt(s.box.FS.now, 10))
	case "HOSTNAME":
		return text("box")
	}
	if v, ok := s.vars[name]; ok {
		return v
	}
	if user, ok := strings.CutPrefix(name, "HOME "); ok { // ~user; unset, the host's users would be asked
		if user == User {
			return text(s.box.Home)
		}
		return text("~" + user)
	}
	if n, err := strconv.Atoi(name); err == nil && n > 0 && n <= len(s.params) {
		return text(s.params[n-1])
	}
	return expand.Variable{}
}

// Each visits the variables by name.
func (s *shell) Each(visit func(name string, v expand.Variable) bool) {
	for _, name := range slices.Sorted(maps.Keys(s.vars)) {
		if !visit(name, s.vars[name]) {
			return
		}
	}
}

// Set sets or, where v is not set, unsets a variable.
func (s *shell) Set(name string, v expand.Variable) error {
	old := s.vars[name]
	switch {
	case !named(name):
		return fmt.Errorf("%s: not a valid name", name)
	case old.ReadOnly && v.Kind != expand.KeepValue:
		return fmt.Errorf("%s: readonly variable", name)
	}
	s.unshare()
	if v.Kind == expand.KeepValue {
		old.Exported, old.ReadOnly = v.Exported, v.ReadOnly || old.ReadOnly
		if old.Kind == expand.Unknown {
			old.Kind = expand.String
		}
		s.vars[name] = old
		return nil
	}
	if !v.Declared() {
		delete(s.vars, name)
		return nil
	}
	if err := s.room(name, v); err != nil {
		return err
	}
	v.Exported = v.Exported || old.Exported
	s.vars[name] = v
	return nil
}

// room says whether a variable can be kept.
func (s *shell) room(name string, v expand.Variable) error {
	n := size(v)
	if n > wordMax || len(s.vars) > 1000 {
		return fmt.Errorf("%s: too much for a variable", name)
	}
	if n > 256 {
		for other, v := range s.vars {
			if other != name {
				n += size(v)
			}
		}
	}
	if s.box.spend(size(v)); n > varsMax {
		return fmt.Errorf("%s: too much for a variable", name)
	}
	return nil
}

// named says whether a text can be a variable's name.
func named(s string) bool {
	for i, c := range s {
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 100
}

// set sets a variable to a text.
func (s *shell) set(name, value string) error {
	return s.Set(name, expand.Variable{Set: true, Kind: expand.String, Str: value})
}

// hide keeps what a local of the running function hides.
func (s *shell) hide(name string) {
	if n := len(s.locals); n > 0 {
		if _, twice := s.locals[n-1][name]; !twice {
			s.locals[n-1][name] = s.vars[name]
			s.unshare()
			if !s.vars[name].ReadOnly {
				delete(s.vars, name)
			}
		}
	}
}

// assign does one assignment; like gives the attributes.
func (s *shell) assign(a *syntax.Assign, like expand.Variable) bool {
	v := s.Get(a.Name.Value)
	name := a.Name.Value
	if v.Kind == expand.NameRef {
		name, v = v.Resolve(s)
	}
	old := v
	v.Set, v.Exported, v.ReadOnly = true, v.Exported || like.Exported, v.ReadOnly || like.ReadOnly
	var err error
	switch {
	case a.Array != nil:
		err = s.array(&v, a, like.Kind)
	case a.Index != nil:
		err = s.element(&v, a)
	default:
		text, ok := s.literal(a.Value)
		if !ok {
			return false
		}
		switch {
		case v.Kind == expand.Indexed && len(v.List) > 0:
			v.List = slices.Clone(v.List)
			if a.Append {
				text = v.List[0] + text
			}
			v.List[0] = text
		case like.Kind == expand.NameRef:
			v.Kind, v.Str = expand.NameRef, text
		default:
			if a.Append {
				text = v.String() + text
			}
			v.Kind, v.Str, v.List, v.Map = expand.String, text, nil, nil
		}
	}
	if err == nil {
		v.ReadOnly = like.ReadOnly
		if old.ReadOnly {
			err = fmt.Errorf("%s: readonly variable", name)
		} else {
			err = s.Set(name, v)
		}
	}
	if err != nil {
		s.fail("%v", err)
		return false
	}
	return true
}

// array is name=(a b c).
func (s *shell) array(v *expand.Variable, a *syntax.Assign, kind expand.ValueKind) error {
	if kind == expand.Associative || v.Kind == expand.Associative {
		m := map[string]string{}
		if a.Append {
			m = maps.Clone(v.Map)
		}
		for _, e := range a.Array.Elems {
			key, ok := s.key(e.Index)
			value, also := s.literal(e.Value)
			if !ok || !also {
				return fmt.Errorf("%s: want [key]=value", a.Name.Value)
			}
			m[key] = value
		}
		*v = expand.Variable{Set: true, Exported: v.Exported, Kind: expand.Associative, Map: m}
		return nil
	}
	var list []string
	if a.Append {
		if list = slices.Clone(v.List); v.Kind == expand.String {
			list = []string{v.Str}
		}
	}
	for _, e := range a.Array.Elems {
		if e.Index != nil {
			return fmt.Errorf("%s: places in a list are not supported", a.Name.Value)
		}
		if e.Value == nil {
			continue
		}
		words, ok := s.fields([]*syntax.Word{e.Value})
		if !ok {
			return fmt.Errorf("%s: cannot be set", a.Name.Value)
		}
		list = append(list, words...)
	}
	*v = expand.Variable{Set: true, Exported: v.Exported, Kind: expand.Indexed, List: list}
	return nil
}

// element is name[i]=value.
func (s *shell) element(v *expand.Variable, a *syntax.Assign) error {
	value, ok := s.literal(a.Value)
	if !ok {
		return fmt.Errorf("%s: cannot be set", a.Name.Value)
	}
	if v.Kind == expand.Associative {
		key, ok := s.key(a.Index)
		if !ok {
			return fmt.Errorf("%s: bad key", a.Name.Value)
		}
		if v.Map = maps.Clone(v.Map); v.Map == nil {
			v.Map = map[string]string{}
		}
		if a.Append {
			value = v.Map[key] + value
		}
		v.Map[key] = value
		return nil
	}
	i, err := expand.Arithm(&s.cfg, a.Index)
	if err != nil {
		return err
	}
	if v.Kind != expand.Indexed {
		list := []string(nil)
		if v.Kind == expand.String {
			list = []string{v.Str}
		}
		v.Kind, v.Str, v.List = expand.Indexed, "", list
	}
	if i < 0 {
		i += len(v.List)
	}
	if i < 0 || i > 1<<12 || v.Indexes != nil {
		return fmt.Errorf("%s: bad place in a list", a.Name.Value)
	}
	v.List = slices.Clone(v.List)
	for len(v.List) <= i {
		v.List = append(v.List, "")
	}
	if a.Append {
		value = v.List[i] + value
	}
	v.List[i] = value
	return nil
}

// key is the text of an index that is one.
func (s *shell) key(x syntax.ArithmExpr) (string, bool) {
	w, ok := x.(*syntax.Word)
	if !ok {
		return "", false
	}
	return s.literal(w)
}

// declare is export, readonly, local, declare.
func (s *shell) declare(c *syntax.DeclClause) {
	s.status = 0
	like := expand.Variable{Exported: c.Variant.Value == "export", ReadOnly: c.Variant.Value == "readonly"}
	local := c.Variant.Value == "local" || c.Variant.Value == "declare" || c.Variant.Value == "typeset"
	if c.Variant.Value == "nameref" {
		like.Kind = expand.NameRef
	}
	shown := len(c.Args) == 0
	for _, a := range c.Args {
		if a.Naked && a.Name == nil {
			flag, ok := s.literal(a.Value)
			if !ok {
				return
			}
			for _, f := range strings.TrimPrefix(flag, "-") {
				switch f {
				case 'x':
					like.Exported = true
				case 'r':
					like.ReadOnly = true
				case 'a':
					like.Kind = expand.Indexed
				case 'A':
					like.Kind = expand.Associative
				case 'n':
					like.Kind = expand.NameRef
				case 'g':
					local = false
				case 'p':
					shown = true
				}
			}
			continue
		}
		if local {
			s.hide(a.Name.Value)
		}
		if !a.Naked {
			if !s.assign(a, like) {
				return
			}
		} else if err := s.attribute(a.Name.Value, like); err != nil {
			s.fail("%v", err)
			return
		}
	}
	if !shown {
		return
	}
	for name, v := range s.Each {
		if v.Kind == expand.String && (v.Exported || !like.Exported) && (v.ReadOnly || !like.ReadOnly) {
			fmt.Fprintf(s.out, "%s %s=%s\n", c.Variant.Value, name, strconv.Quote(v.Str))
		}
	}
}

// attribute gives a variable attributes, and leaves its value as it is.
func (s *shell) attribute(name string, like expand.Variable) error {
	v := s.Get(name)
	if !named(name) {
		return fmt.Errorf("%s: not a valid name", name)
	}
	if v.Exported, v.ReadOnly = v.Exported || like.Exported, v.ReadOnly || like.ReadOnly; v.Kind == expand.Unknown {
		if v.Kind = like.Kind; v.Kind == expand.Unknown {
			v.Kind = expand.String
		}
	}
	if s.unshare(); len(s.vars) > 1000 {
		return fmt.Errorf("%s: too many variables", name)
	}
	s.vars[name] = v
	return nil
}

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

// exported are the variables that commands see, as NAME=value, by name.
func (s *shell) exported() []string {
	var list []string
	for name, v := range s.Each {
		if v.Exported && v.Set {
			list = append(list, name+"="+v.String())
		}
	}
	sort.Strings(list)
	return list
}
