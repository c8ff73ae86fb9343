package shellbox

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

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
