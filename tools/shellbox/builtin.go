package shellbox

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
)

// builtin is what the shell does itself, or nil. args has the name first; the
// result is the exit status.
func builtin(name string) func(s *shell, args []string) int {
	switch name {
	case ":", "true", "wait", "umask", "hash", "trap", "ulimit", "shopt", "disown":
		return func(*shell, []string) int { return 0 }
	case "false":
		return func(*shell, []string) int { return 1 }
	case "cd":
		return cd
	case "pwd":
		return func(s *shell, _ []string) int { fmt.Fprintln(s.out, s.dir); return 0 }
	case "exit", "return":
		return leave
	case "break", "continue":
		return skip
	case "eval":
		return func(s *shell, args []string) int {
			s.within(func() { s.box.run(s, strings.Join(args[1:], " ")) })
			return s.status
		}
	case ".", "source":
		return source
	case "exec":
		return func(s *shell, args []string) int {
			if len(args) > 1 {
				s.exec(args[1:])
				s.ctl = exits
			}
			return s.status
		}
	case "set":
		return setOptions
	case "unset":
		return unset
	case "shift":
		return shift
	case "read":
		return readLine
	case "mapfile", "readarray":
		return mapfile
	case "test", "[":
		return testCommand
	case "command", "type", "which":
		return lookUp
	case "sh", "bash", "dash":
		return subshell
	case "env":
		return env
	case "xargs":
		return xargs
	case "timeout", "nice", "nohup", "time":
		return prefix
	}
	return nil
}

// wrong prints a message of a builtin.
func (s *shell) wrong(name, format string, args ...any) int {
	fmt.Fprintf(s.err, name+": "+format+"\n", args...)
	return 1
}

func cd(s *shell, args []string) int {
	to := s.vars["HOME"].String()
	if len(args) > 1 {
		if to = args[1]; to == "--" && len(args) > 2 {
			to = args[2]
		}
	}
	if to == "-" {
		if to = s.vars["OLDPWD"].String(); to == "" {
			return s.wrong("cd", "OLDPWD not set")
		}
		fmt.Fprintln(s.out, to)
	}
	if to == "" {
		return 0
	}
	to = path.Clean(s.path(to))
	info, err := s.box.FS.Stat(to)
	switch {
	case err != nil:
		return s.wrong("cd", "%s: %v", args[len(args)-1], err)
	case !info.IsDir():
		return s.wrong("cd", "%s: %v", args[len(args)-1], NotDir)
	case info.Mode()&0o100 == 0:
		return s.wrong("cd", "%s: %v", args[len(args)-1], Denied)
	}
	s.set("OLDPWD", s.dir)
	s.dir = to
	s.set("PWD", to)
	return 0
}

func leave(s *shell, args []string) int {
	n := s.status
	if len(args) > 1 {
		var err error
		if n, err = strconv.Atoi(args[1]); err != nil {
			n = s.wrong(args[0], "%s: want a number", args[1]) + 1
		}
	}
	if s.ctl = exits; args[0] == "return" {
		s.ctl = returns
	}
	return n & 255
}

func skip(s *shell, args []string) int {
	s.loops = 1
	if len(args) > 1 {
		if n, err := strconv.Atoi(args[1]); err == nil && n > 0 {
			s.loops = n
		}
	}
	if s.ctl = nextTurn; args[0] == "break" {
		s.ctl = breakLoop
	}
	return 0
}

func source(s *shell, args []string) int {
	if len(args) < 2 {
		return s.wrong(args[0], "want a file")
	}
	data, err := s.read(args[1])
	if err != nil {
		return s.wrong(args[0], "%s: %v", args[1], err)
	}
	s.within(func() {
		params := s.params
		if len(args) > 2 {
			s.params = args[2:]
		}
		s.box.run(s, string(data))
		s.params = params
	})
	if s.ctl == returns {
		s.ctl = goOn
	}
	return s.status
}

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

// lookUp is command, type and which: where a name leads.
func lookUp(s *shell, args []string) int {
	names, verbose := args[1:], false
	for len(names) > 0 && strings.HasPrefix(names[0], "-") {
		verbose = verbose || names[0] == "-V"
		names = names[1:]
		if args[0] == "command" && args[1] == "-p" {
			verbose = false
		}
	}
	if args[0] == "command" && (len(args) < 2 || !strings.HasPrefix(args[1], "-v") && !strings.HasPrefix(args[1], "-V")) {
		if len(names) == 0 {
			return 0
		}
		funcs := s.funcs
		s.funcs = nil
		s.exec(names)
		s.funcs = funcs
		return s.status
	}
	verbose = verbose || args[0] == "type"
	status := 0
	for _, name := range names {
		_, function := s.funcs[name]
		switch at := "/usr/bin/" + name; {
		case function && verbose:
			fmt.Fprintf(s.out, "%s is a function\n", name)
		case builtin(name) != nil && utility(name) == nil && verbose:
			fmt.Fprintf(s.out, "%s is a shell builtin\n", name)
		case function || builtin(name) != nil && args[0] != "which":
			fmt.Fprintln(s.out, name)
		case utility(name) == nil && builtin(name) == nil:
			if status = 1; verbose {
				fmt.Fprintf(s.err, "%s: %s: not found\n", args[0], name)
			}
		case verbose:
			fmt.Fprintf(s.out, "%s is %s\n", name, at)
		default:
			fmt.Fprintln(s.out, at)
		}
	}
	return status
}

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
