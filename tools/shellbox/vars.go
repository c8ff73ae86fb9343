package shellbox

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
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
