package shellbox

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// control is how the commands after this one are gone on with.
type control uint8

const (
	goOn control = iota
	breakLoop
	nextTurn
	returns
	exits
)

// shell is the state of a shell or subshell.
type shell struct {
	box    *Box
	dir    string
	vars   map[string]expand.Variable
	funcs  map[string]*syntax.Stmt
	shared bool                         // vars and funcs belong to others too: copy them before a change
	locals []map[string]expand.Variable // what the locals of each running function hide
	params []string
	name   string // $0
	cfg    expand.Config

	in       *input
	out, err io.Writer
	status   int
	ctl      control
	loops    int // for break and continue: of how many loops
	depth    int
	tested   int // conditions that are being evaluated: errexit rests

	errexit, nounset, pipefail, noglob, xtrace bool // set
	nullglob, globstar, dotglob                bool // shopt
}

func newShell(b *Box) *shell {
	s := &shell{box: b, dir: b.Home, vars: map[string]expand.Variable{}, name: "sh"}
	for _, v := range [][2]string{{"HOME", b.Home}, {"USER", User}, {"LOGNAME", User}, {"SHELL", "/bin/sh"}, {"PATH", "/usr/bin:/bin"}, {"LANG", "C.UTF-8"}, {"TERM", "dumb"}, {"PWD", b.Home}} {
		s.vars[v[0]] = expand.Variable{Set: true, Exported: true, Kind: expand.String, Str: v[1]}
	}
	s.configure()
	return s
}

// configure connects the expander with this shell.
func (s *shell) configure() {
	s.cfg = expand.Config{Env: s, CmdSubst: s.substitute, ReadDir2: s.readDir, NoUnset: s.nounset,
		NullGlob: s.nullglob, GlobStar: s.globstar, DotGlob: s.dotglob, ExtGlob: true}
	if s.noglob {
		s.cfg.ReadDir2 = nil
	}
}

// sub is a subshell: what it does to itself its parent does not see.
func (s *shell) sub() *shell {
	c := *s
	s.shared, c.shared = true, true
	c.locals = nil
	c.depth++
	c.configure()
	return &c
}

// unshare makes vars and funcs the shell's own.
func (s *shell) unshare() {
	if s.shared {
		s.vars, s.funcs, s.shared = maps.Clone(s.vars), maps.Clone(s.funcs), false
	}
}

func (s *shell) readDir(path string) ([]fs.DirEntry, error) {
	s.box.step()
	list, err := s.box.FS.ReadDir(path)
	if err != nil {
		return nil, err
	}
	entries := make([]fs.DirEntry, len(list))
	for i := range list {
		entries[i] = list[i]
	}
	return entries, nil
}

// path makes a path absolute.
func (s *shell) path(p string) string {
	if strings.HasPrefix(p, "/") {
		return p
	}
	return s.dir + "/" + p
}

// fail prints a message and makes the status 1.
func (s *shell) fail(format string, args ...any) {
	fmt.Fprintf(s.err, "sh: "+format+"\n", args...)
	s.status = 1
}

// over says whether what follows is not to be run.
func (s *shell) over() bool { return s.ctl != goOn || s.box.stopped != nil }

func (s *shell) stmts(list []*syntax.Stmt) {
	for _, st := range list {
		if s.stmt(st); s.over() {
			return
		}
	}
}

func (s *shell) stmt(st *syntax.Stmt) {
	if !s.box.step() {
		return
	}
	in, out, errs := s.in, s.out, s.err
	ok := true
	for _, r := range st.Redirs {
		if ok = s.redirect(r); !ok {
			s.status = 1
			break
		}
	}
	if st.Negated {
		s.tested++
	}
	switch {
	case !ok:
	case st.Cmd == nil:
		s.status = 0
	case st.Background: // there is one at a time; it is done when it is said to have begun
		c := s.sub()
		c.command(st.Cmd)
		s.status = 0
	default:
		s.command(st.Cmd)
	}
	if st.Negated {
		s.tested--
		s.status = yes(s.status != 0)
	}
	// exec without a command makes redirections stay
	if call, is := st.Cmd.(*syntax.CallExpr); !is || len(call.Args) != 1 || call.Args[0].Lit() != "exec" {
		s.in, s.out, s.err = in, out, errs
	}
	if b, is := st.Cmd.(*syntax.BinaryCmd); s.errexit && s.tested == 0 && s.status != 0 && !st.Negated && s.ctl == goOn &&
		!(is && (b.Op == syntax.AndStmt || b.Op == syntax.OrStmt)) {
		s.ctl = exits
	}
}

// yes is the exit status of a truth.
func yes(b bool) int {
	if b {
		return 0
	}
	return 1
}

// within runs f one level deeper.
func (s *shell) within(f func()) {
	if s.depth++; s.depth > depthMax {
		s.fail("nested too deeply")
		s.ctl = exits
		s.box.stopped = errSteps
	} else {
		f()
	}
	s.depth--
}

func (s *shell) command(cmd syntax.Command) {
	switch c := cmd.(type) {
	case *syntax.CallExpr:
		s.call(c)
	case *syntax.BinaryCmd:
		s.binary(c)
	case *syntax.Block:
		s.stmts(c.Stmts)
	case *syntax.Subshell:
		s.within(func() {
			sub := s.sub()
			sub.stmts(c.Stmts)
			s.status = sub.status
		})
	case *syntax.IfClause:
		s.branch(c)
	case *syntax.WhileClause:
		s.while(c)
	case *syntax.ForClause:
		s.loop(c)
	case *syntax.CaseClause:
		s.choose(c)
	case *syntax.FuncDecl:
		s.unshare()
		if s.funcs == nil {
			s.funcs = map[string]*syntax.Stmt{}
		}
		if len(s.funcs) > 200 {
			s.fail("too many functions")
			return
		}
		s.funcs[c.Name.Value] = c.Body
		s.status = 0
	case *syntax.ArithmCmd:
		n, err := expand.Arithm(&s.cfg, c.X)
		if s.status = yes(n != 0); err != nil {
			s.fail("%v", err)
		}
	case *syntax.LetClause:
		for _, x := range c.Exprs {
			n, err := expand.Arithm(&s.cfg, x)
			if s.status = yes(n != 0); err != nil {
				s.fail("let: %v", err)
				return
			}
		}
	case *syntax.TestClause:
		ok, err := s.testExpr(c.X)
		if s.status = yes(ok); err != nil {
			s.fail("%v", err)
			s.status = 2
		}
	case *syntax.DeclClause:
		s.declare(c)
	case *syntax.TimeClause:
		if s.status = 0; c.Stmt != nil {
			s.stmt(c.Stmt)
		}
		fmt.Fprint(s.err, "\nreal\t0m0.000s\nuser\t0m0.000s\nsys\t0m0.000s\n")
	default:
		s.fail("this kind of command is not supported")
	}
}
