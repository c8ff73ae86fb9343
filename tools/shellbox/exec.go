package shellbox

import (
	"fmt"
	"maps"
	"path"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// call runs a simple command.
func (s *shell) call(c *syntax.CallExpr) {
	if len(c.Args) == 0 {
		s.status = 0
		for _, a := range c.Assigns {
			if !s.assign(a, expand.Variable{}) {
				return
			}
		}
		return
	}
	args, ok := s.fields(c.Args)
	if !ok {
		return
	}
	if len(args) == 0 {
		s.status = 0
		return
	}
	if s.xtrace {
		fmt.Fprintf(s.err, "+ %s\n", strings.Join(args, " "))
	}
	if len(c.Assigns) > 0 { // for this command only
		hidden := map[string]expand.Variable{}
		for _, a := range c.Assigns {
			if _, twice := hidden[a.Name.Value]; !twice {
				hidden[a.Name.Value] = s.vars[a.Name.Value]
			}
			if !s.assign(a, expand.Variable{Exported: true}) {
				return
			}
		}
		defer s.restore(hidden)
	}
	s.exec(args)
}

// restore puts hidden variables back.
func (s *shell) restore(hidden map[string]expand.Variable) {
	s.unshare()
	for name, v := range hidden { // each on its own: the order is never seen
		if v.Declared() {
			s.vars[name] = v
		} else {
			delete(s.vars, name)
		}
	}
}

// exec runs a command by its name: a function, a builtin, a utility, a script.
func (s *shell) exec(args []string) {
	if !s.box.step() {
		return
	}
	name := args[0]
	if dir, base := path.Split(name); (dir == "/bin/" || dir == "/usr/bin/") && (utility(base) != nil || builtin(base) != nil) {
		name = base
	}
	if f, ok := s.funcs[name]; ok {
		s.within(func() { s.function(f, args[1:]) })
		return
	}
	if b := builtin(name); b != nil {
		s.status = b(s, args)
		return
	}
	if strings.Contains(name, "/") {
		s.within(func() { s.script(name, args[1:]) })
		return
	}
	if u := utility(name); u != nil {
		s.status = s.use(u, name, args)
		return
	}
	fmt.Fprintf(s.err, "sh: %s: command not found\n", name)
	s.status = 127
}

// use runs a utility.
func (s *shell) use(u func(*proc) int, name string, args []string) int {
	p := &proc{shell: s, name: name, args: args[1:]}
	status := u(p)
	if p.broken == errPipe {
		s.ctl = exits
		return 141
	}
	if p.broken != nil {
		fmt.Fprintf(s.err, "%s: write error: %v\n", name, p.broken)
		return 1
	}
	return status
}

// function runs a function with its own parameters and locals.
func (s *shell) function(body *syntax.Stmt, args []string) {
	params, hidden := s.params, map[string]expand.Variable{}
	s.params, s.locals = args, append(s.locals, hidden)
	s.stmt(body)
	s.params, s.locals = params, s.locals[:len(s.locals)-1]
	if len(hidden) > 0 {
		s.restore(hidden)
	}
	if s.ctl == returns {
		s.ctl = goOn
	}
}

// script runs a file in a shell of its own.
func (s *shell) script(name string, args []string) {
	info, err := s.box.FS.Stat(s.path(name))
	switch {
	case err != nil:
		fmt.Fprintf(s.err, "sh: %s: %v\n", name, err)
		s.status = 127
		return
	case info.IsDir() || info.Mode()&0o100 == 0:
		why := Denied
		if info.IsDir() {
			why = IsDir
		}
		fmt.Fprintf(s.err, "sh: %s: %v\n", name, why)
		s.status = 126
		return
	}
	data, err := s.read(name)
	if err != nil {
		fmt.Fprintf(s.err, "sh: %s: %v\n", name, err)
		s.status = 126
		return
	}
	first, _, _ := strings.Cut(string(data), "\n")
	if words := strings.Fields(strings.TrimPrefix(first, "#!")); strings.HasPrefix(first, "#!") && len(words) > 0 {
		if with := path.Base(words[len(words)-1]); with != "sh" && with != "bash" && with != "dash" && !strings.HasPrefix(with, "-") {
			fmt.Fprintf(s.err, "sh: %s: %s: there is no such interpreter\n", name, strings.Join(words, " "))
			s.status = 127
			return
		}
	}
	s.child(string(data), name, args)
}

// child runs a text in a shell that has the exported variables only.
func (s *shell) child(text, name string, args []string) {
	c := s.sub()
	c.unshare()
	maps.DeleteFunc(c.vars, func(_ string, v expand.Variable) bool { return !v.Exported })
	c.funcs, c.name, c.params = nil, name, args
	c.errexit, c.nounset, c.pipefail, c.noglob, c.xtrace, c.tested = false, false, false, false, false, 0
	c.configure()
	s.box.run(c, text)
	s.status = c.status
}
