package shellbox

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
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

	errexit, nounset, pipefail, noglob, xtrace bool
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
	s.cfg = expand.Config{Env: s, CmdSubst: s.substitute, ReadDir2: s.readDir, NoUnset: s.nounset}
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

func (s *shell) binary(c *syntax.BinaryCmd) {
	switch c.Op {
	case syntax.AndStmt, syntax.OrStmt:
		s.tested++
		s.stmt(c.X)
		s.tested--
		if !s.over() && (s.status == 0) == (c.Op == syntax.AndStmt) {
			s.stmt(c.Y)
		}
	case syntax.Pipe, syntax.PipeAll:
		s.within(func() { s.pipe(c) })
	default:
		s.fail("this operator is not supported")
	}
}

// pipe runs one side, then the other.
func (s *shell) pipe(c *syntax.BinaryCmd) {
	between := &buffer{max: pipeMax}
	x := s.sub()
	if x.out = between; c.Op == syntax.PipeAll {
		x.err = between
	}
	x.stmt(c.X)
	y := s.sub()
	y.in = &input{data: between.Bytes()}
	if y.stmt(c.Y); y.status == 0 && s.pipefail {
		y.status = x.status
	}
	s.status = y.status
}

func (s *shell) branch(c *syntax.IfClause) {
	for ; c != nil; c = c.Else {
		if len(c.Cond) == 0 {
			s.stmts(c.Then)
			return
		}
		if s.condition(c.Cond); s.over() {
			return
		}
		if s.status == 0 {
			s.stmts(c.Then)
			return
		}
	}
	s.status = 0
}

func (s *shell) condition(list []*syntax.Stmt) {
	s.tested++
	s.stmts(list)
	s.tested--
}

// turn ends a turn of a loop, and says whether there may be another.
func (s *shell) turn() bool {
	if !s.box.step() {
		return false
	}
	if s.ctl != breakLoop && s.ctl != nextTurn {
		return s.ctl == goOn
	}
	if s.loops--; s.loops > 0 {
		return false // it was meant for a loop around this one
	}
	again := s.ctl == nextTurn
	s.ctl = goOn
	return again
}

func (s *shell) while(c *syntax.WhileClause) {
	last := 0
	for {
		s.condition(c.Cond)
		if s.over() || (s.status == 0) == c.Until {
			break
		}
		s.stmts(c.Do)
		if last = s.status; !s.turn() {
			break
		}
	}
	if !s.over() {
		s.status = last
	}
}

func (s *shell) loop(c *syntax.ForClause) {
	if c.Select {
		s.fail("select is not supported")
		return
	}
	switch l := c.Loop.(type) {
	case *syntax.WordIter:
		items := s.params
		if l.InPos.IsValid() {
			var ok bool
			if items, ok = s.fields(l.Items); !ok {
				return
			}
		}
		s.status = 0
		for _, item := range items {
			if err := s.set(l.Name.Value, item); err != nil {
				s.fail("%v", err)
				return
			}
			if s.stmts(c.Do); !s.turn() {
				return
			}
		}
	case *syntax.CStyleLoop:
		s.status = 0
		if _, ok := s.number(l.Init); !ok {
			return
		}
		for {
			if n, ok := s.number(l.Cond); !ok || l.Cond != nil && n == 0 {
				return
			}
			if s.stmts(c.Do); !s.turn() {
				return
			}
			if _, ok := s.number(l.Post); !ok {
				return
			}
		}
	}
}

// number is an arithmetic expression's value, 0 where there is none.
func (s *shell) number(x syntax.ArithmExpr) (int, bool) {
	if x == nil {
		return 0, true
	}
	n, err := expand.Arithm(&s.cfg, x)
	if err != nil {
		s.fail("%v", err)
	}
	return n, err == nil
}

func (s *shell) choose(c *syntax.CaseClause) {
	text, ok := s.literal(c.Word)
	if !ok {
		return
	}
	s.status = 0
	through := false
	for _, item := range c.Items {
		if !through && !s.matches(item.Patterns, text) {
			continue
		}
		if s.stmts(item.Stmts); s.over() || item.Op == syntax.Break {
			return
		}
		through = item.Op == syntax.Fallthrough
	}
}

func (s *shell) matches(patterns []*syntax.Word, text string) bool {
	for _, w := range patterns {
		p, err := expand.Pattern(&s.cfg, w)
		if err == nil && match(p, text) {
			return true
		}
	}
	return false
}

// redirect makes one redirection.
func (s *shell) redirect(r *syntax.Redirect) bool {
	fd := ""
	if r.N != nil {
		fd = r.N.Value
	}
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc:
		doc, err := expand.Document(&s.cfg, r.Hdoc)
		if err != nil || !s.small(r.Hdoc) {
			s.fail("here-document: %v", err)
			return false
		}
		s.in = &input{data: []byte(doc)}
		return true
	}
	word, ok := s.literal(r.Word)
	if !ok {
		return false
	}
	switch r.Op {
	case syntax.WordHdoc:
		s.in = &input{data: []byte(word + "\n")}
	case syntax.RdrIn:
		if word == "/dev/stdin" {
			return true
		}
		data, err := s.read(word)
		if err != nil {
			s.fail("%s: %v", word, err)
			return false
		}
		s.in = &input{data: data}
	case syntax.DplOut, syntax.DplIn:
		return s.duplicate(r.Op, fd, word)
	case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
		w, err := s.create(word, r.Op == syntax.AppOut || r.Op == syntax.AppAll)
		if err != nil {
			s.fail("%s: %v", word, err)
			return false
		}
		switch {
		case r.Op == syntax.RdrAll || r.Op == syntax.AppAll:
			s.out, s.err = w, w
		case fd == "" || fd == "1":
			s.out = w
		case fd == "2":
			s.err = w
		default:
			s.fail("%s: there are no files but 0, 1 and 2", fd)
			return false
		}
	default:
		s.fail("the redirection %s is not supported", r.Op)
		return false
	}
	return true
}

func (s *shell) duplicate(op syntax.RedirOperator, fd, word string) bool {
	switch {
	case word == "-" && fd == "2":
		s.err = io.Discard
	case word == "-" && op == syntax.DplIn:
		s.in = &input{}
	case word == "-":
		s.out = io.Discard
	case op == syntax.DplOut && (fd == "" || fd == "1") && word == "2":
		s.out = s.err
	case op == syntax.DplOut && fd == "2" && word == "1":
		s.err = s.out
	case op == syntax.DplOut && fd == "2" && word == "2", op == syntax.DplOut && word == "1", op == syntax.DplIn && word == "0":
	default:
		s.fail("%s: bad file descriptor", word)
		return false
	}
	return true
}

// read is a file's content, or that of one of the few devices there are.
func (s *shell) read(name string) ([]byte, error) {
	switch name {
	case "/dev/null":
		return nil, nil
	case "/dev/stdin":
		return s.in.rest(), nil
	}
	if name == "" {
		return nil, NotExist
	}
	data, err := s.box.FS.ReadFile(s.path(name))
	s.box.spend(len(data))
	return data, err
}

// create opens a file for writing, or one of the few devices there are.
func (s *shell) create(name string, add bool) (io.Writer, error) {
	switch name {
	case "/dev/null":
		return io.Discard, nil
	case "/dev/stdout":
		return s.out, nil
	case "/dev/stderr":
		return s.err, nil
	case "":
		return nil, NotExist
	}
	n, err := s.box.FS.open(s.path(name), 0o644, !add)
	if err != nil {
		return nil, err
	}
	return &file{s.box.FS, n}, nil
}

// substitute gives what a command prints.
func (s *shell) substitute(w io.Writer, c *syntax.CmdSubst) error {
	if c.ReplyVar || c.TempFile {
		return errors.New("this substitution is not supported")
	}
	out := &buffer{max: wordMax}
	s.within(func() {
		sub := s.sub()
		sub.out = out
		sub.stmts(c.Stmts)
		s.status = sub.status
	})
	data := out.Bytes()
	if s.box.spend(len(data)); slices.Contains(data, 0) {
		data = []byte(strings.ReplaceAll(string(data), "\x00", ""))
	}
	w.Write(data)
	return nil
}

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
