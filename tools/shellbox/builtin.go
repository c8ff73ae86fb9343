package shellbox

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// builtin is what the shell does itself, or nil. args has the name first; the
// result is the exit status.
func builtin(name string) func(s *shell, args []string) int {
	switch name {
	case ":", "true", "wait", "hash":
		return func(*shell, []string) int { return 0 }
	case "trap", "ulimit", "umask": // scripts may go on without
		return func(s *shell, args []string) int { s.wrong(args[0], "it has no effect here"); return 0 }
	case "shopt":
		return shellOptions
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
