package shellbox

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
)

// What follows are commands that run other commands.

// subshell is sh: a text, a file or what is read.
func subshell(s *shell, args []string) int {
	rest := args[1:]
	var set []string
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") && len(rest[0]) > 1 {
		flag := rest[0]
		rest = rest[1:]
		if strings.Contains(flag, "c") && !strings.HasPrefix(flag, "--") {
			if len(rest) == 0 {
				return s.wrong(args[0], "-c: want a command") + 1
			}
			name, params := args[0], []string(nil)
			if len(rest) > 1 {
				name, params = rest[1], rest[2:]
			}
			text := strings.Join(append(set, rest[0]), "\n")
			s.within(func() { s.child(text, name, params) })
			return s.status
		}
		if flag == "-n" { // only whether it can be read
			return s.syntaxOnly(args[0], rest)
		}
		set = append(set, "set "+flag)
	}
	data, name := []byte(nil), args[0]
	if len(rest) > 0 {
		var err error
		if data, err = s.read(rest[0]); err != nil {
			return s.wrong(args[0], "%s: %v", rest[0], err) + 126
		}
		name, rest = rest[0], rest[1:]
	} else {
		data = s.in.rest()
	}
	text := strings.Join(append(set, string(data)), "\n")
	s.within(func() { s.child(text, name, rest) })
	return s.status
}

func (s *shell) syntaxOnly(name string, files []string) int {
	for _, f := range files {
		data, err := s.read(f)
		if err != nil {
			return s.wrong(name, "%s: %v", f, err) + 126
		}
		if _, err := s.box.parse(string(data)); err != nil {
			return s.wrong(name, "%s: %v", f, err) + 1
		}
	}
	return 0
}

func env(s *shell, args []string) int {
	rest := args[1:]
	hidden := map[string]expand.Variable{}
	defer s.restore(hidden)
	for len(rest) > 0 {
		name, value, ok := strings.Cut(rest[0], "=")
		switch {
		case rest[0] == "-i":
			for n := range maps.Clone(s.vars) {
				hidden[n] = s.vars[n]
				s.Set(n, expand.Variable{})
			}
		case rest[0] == "-u" && len(rest) > 1:
			rest = rest[1:]
			hidden[rest[0]] = s.vars[rest[0]]
			s.Set(rest[0], expand.Variable{})
		case ok && named(name):
			if _, twice := hidden[name]; !twice {
				hidden[name] = s.vars[name]
			}
			s.Set(name, expand.Variable{Set: true, Exported: true, Kind: expand.String, Str: value})
		default:
			s.exec(rest)
			return s.status
		}
		rest = rest[1:]
	}
	for _, line := range s.exported() {
		fmt.Fprintln(s.out, line)
	}
	return 0
}

// prefix is of commands that run another one otherwise than usual: here as usual.
func prefix(s *shell, args []string) int {
	rest := args[1:]
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		if rest[0] == "-n" && len(rest) > 1 {
			rest = rest[1:]
		}
		rest = rest[1:]
	}
	if args[0] == "timeout" && len(rest) > 0 {
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return 0
	}
	s.exec(rest)
	return s.status
}

// xargs runs a command on what it reads.
func xargs(s *shell, args []string) int {
	rest, most, replace, zero, none := args[1:], 0, "", false, false
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		flag := rest[0]
		rest = rest[1:]
		value := func() string {
			if len(flag) > 2 {
				return flag[2:]
			}
			if len(rest) == 0 {
				return ""
			}
			v := rest[0]
			rest = rest[1:]
			return v
		}
		switch {
		case flag == "-0":
			zero = true
		case flag == "-r" || flag == "--no-run-if-empty":
			none = true
		case flag == "-t":
		case strings.HasPrefix(flag, "-n"), strings.HasPrefix(flag, "-L"):
			most, _ = strconv.Atoi(value())
		case strings.HasPrefix(flag, "-I"):
			replace = value()
		case strings.HasPrefix(flag, "-P"), strings.HasPrefix(flag, "-d"):
			if v := value(); flag[1] == 'd' && v != `\n` {
				return s.wrong("xargs", "-d %s is not supported", v)
			}
		default:
			return s.wrong("xargs", "%s: this option is not supported", flag)
		}
	}
	if len(rest) == 0 {
		rest = []string{"echo"}
	}
	text := string(s.in.rest())
	var items []string
	switch {
	case zero:
		items = strings.Split(strings.TrimSuffix(text, "\x00"), "\x00")
	case replace != "":
		items = splitLines(text)
	default:
		items = unquoteWords(text)
	}
	if len(items) == 0 && (none || replace != "") {
		return 0
	}
	return s.each(rest, items, most, replace)
}

// each runs a command on some items after the other.
func (s *shell) each(command, items []string, most int, replace string) int {
	if replace != "" {
		most = 1
	}
	if most <= 0 {
		most = max(1, len(items))
	}
	status := 0
	for first := true; first || len(items) > 0; first = false {
		n := min(most, len(items))
		args := slices.Clone(command)
		if replace != "" {
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], replace, items[0])
			}
		} else {
			args = append(args, items[:n]...)
		}
		items = items[n:]
		c := s.sub()
		c.in = &input{}
		if s.within(func() { c.depth++; c.exec(args) }); c.status != 0 {
			status = 123
		}
		if s.box.stopped != nil {
			return 124
		}
	}
	return status
}

// unquoteWords splits at white space outside quotes.
func unquoteWords(text string) []string {
	var words []string
	var w []byte
	in, quote := false, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			w = append(w, c)
		case c == '\'' || c == '"':
			quote, in = c, true
		case c == '\\' && i+1 < len(text):
			i++
			w, in = append(w, text[i]), true
		case c == ' ' || c == '\n' || c == '\t':
			if in {
				words = append(words, string(w))
			}
			w, in = w[:0], false
		default:
			w, in = append(w, c), true
		}
	}
	if in {
		words = append(words, string(w))
	}
	return words
}

// quoted is a text as the shell reads it back.
func quoted(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t\n'\"\\$`|&;<>()*?[]{}!#~") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
