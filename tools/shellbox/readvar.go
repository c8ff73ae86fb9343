package shellbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
)

func setOptions(s *shell, args []string) int {
	if len(args) == 1 {
		for name, v := range s.Each {
			if v.Kind == expand.String {
				fmt.Fprintf(s.out, "%s=%s\n", name, quoted(v.Str))
			}
		}
		return 0
	}
	for i := 1; i < len(args); i++ {
		a := args[i]
		if a == "--" || a[:min(1, len(a))] != "-" && a[:min(1, len(a))] != "+" {
			if a == "--" {
				i++
			}
			s.params = slices.Clone(args[i:])
			return 0
		}
		on := a[0] == '-'
		for _, f := range a[1:] {
			switch f {
			case 'e':
				s.errexit = on
			case 'u':
				s.nounset = on
			case 'f':
				s.noglob = on
			case 'x':
				s.xtrace = on
			case 'o':
				if i++; i < len(args) {
					s.option(args[i], on)
				}
			}
		}
	}
	s.configure()
	return 0
}

func (s *shell) option(name string, on bool) {
	switch name {
	case "errexit":
		s.errexit = on
	case "nounset":
		s.nounset = on
	case "pipefail":
		s.pipefail = on
	case "noglob":
		s.noglob = on
	case "xtrace":
		s.xtrace = on
	}
}

// shellOptions is shopt.
func shellOptions(s *shell, args []string) int {
	on := len(args) > 1 && args[1] == "-s"
	for _, name := range args[min(2, len(args)):] {
		switch name {
		case "nullglob":
			s.nullglob = on
		case "globstar":
			s.globstar = on
		case "dotglob":
			s.dotglob = on
		default:
			s.wrong("shopt", "%s has no effect here", name)
		}
	}
	s.configure()
	return 0
}

func unset(s *shell, args []string) int {
	s.unshare()
	for _, name := range args[1:] {
		switch {
		case name == "-v" || name == "-f":
		case s.vars[name].ReadOnly:
			return s.wrong("unset", "%s: readonly variable", name)
		default:
			if _, ok := s.vars[name]; !ok || slices.Contains(args, "-f") {
				delete(s.funcs, name)
			}
			delete(s.vars, name)
		}
	}
	return 0
}

func shift(s *shell, args []string) int {
	n := 1
	if len(args) > 1 {
		n, _ = strconv.Atoi(args[1])
	}
	if n < 0 || n > len(s.params) {
		return 1
	}
	s.params = s.params[n:]
	return 0
}

func readLine(s *shell, args []string) int {
	raw, delim, names := false, byte('\n'), args[1:]
	list := ""
	for len(names) > 0 && strings.HasPrefix(names[0], "-") {
		flag := names[0]
		names = names[1:]
		switch {
		case flag == "-r":
			raw = true
		case flag == "-a" && len(names) > 0:
			list, names = names[0], names[1:]
		case flag == "-ra" && len(names) > 0:
			raw, list, names = true, names[0], names[1:]
		case flag == "-d" && len(names) > 0:
			delim = 0
			if names[0] != "" {
				delim = names[0][0]
			}
			names = names[1:]
		case (flag == "-p" || flag == "-t" || flag == "-n" || flag == "-u") && len(names) > 0:
			names = names[1:]
		case flag != "-s":
			return s.wrong("read", "%s: this option is not supported", flag) + 1
		}
	}
	if !s.box.step() {
		return 1
	}
	line, ok := s.in.line(delim)
	for !raw && ok && strings.HasSuffix(line, `\`) && !strings.HasSuffix(line, `\\`) {
		more := ""
		more, ok = s.in.line(delim)
		line = line[:len(line)-1] + more
	}
	if list != "" {
		if err := s.Set(list, expand.Variable{Set: true, Kind: expand.Indexed, List: expand.ReadFields(&s.cfg, line, -1, raw)}); err != nil {
			return s.wrong("read", "%v", err)
		}
		return yes(ok)
	}
	words := []string{line}
	if len(names) > 0 {
		words = expand.ReadFields(&s.cfg, line, len(names), raw)
	} else {
		names = []string{"REPLY"}
	}
	for i, name := range names {
		value := ""
		if i < len(words) {
			value = words[i]
		}
		if err := s.set(name, value); err != nil {
			return s.wrong("read", "%v", err)
		}
	}
	return yes(ok)
}

func mapfile(s *shell, args []string) int {
	name := "MAPFILE"
	for _, a := range args[1:] {
		if !strings.HasPrefix(a, "-") {
			name = a
		}
	}
	lines := splitLines(string(s.in.rest()))
	if err := s.Set(name, expand.Variable{Set: true, Kind: expand.Indexed, List: lines}); err != nil {
		return s.wrong(args[0], "%v", err)
	}
	return 0
}
