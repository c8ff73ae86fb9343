package shellbox

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// finder is find at work: what is at hand, and its expression.
type finder struct {
	*proc
	args     []string // of the expression, yet to be read
	maxDepth int
	minDepth int
	quiet    bool // an action stands in the expression: nothing is printed otherwise
	err      error
	late     []func() // what -exec ... + and -delete do at the end
	pruned   bool
}

// found is one file that is looked at.
type found struct {
	shown, at string
	depth     int
	Info
}

type condition func(f *found) bool

func find(p *proc) int {
	f := &finder{proc: p, maxDepth: 1 << 20}
	var roots []string
	for len(p.args) > 0 && !strings.HasPrefix(p.args[0], "-") && p.args[0] != "(" && p.args[0] != "!" {
		roots, p.args = append(roots, p.args[0]), p.args[1:]
	}
	if roots == nil {
		roots = []string{"."}
	}
	f.args = p.args
	holds := condition(func(*found) bool { return true })
	if len(f.args) > 0 {
		holds = f.or()
	}
	if f.err == nil && len(f.args) > 0 {
		f.err = fmt.Errorf("unexpected '%s'", f.args[0])
	}
	if f.err != nil {
		return p.fail("%v", f.err)
	}
	for _, root := range roots {
		f.walk(root, holds)
	}
	for _, do := range f.late {
		do()
	}
	if p.broken == errQuit {
		p.broken = nil
	}
	return p.status()
}

func (f *finder) walk(root string, holds condition) {
	at := f.path(root)
	info, err := f.fs().Lstat(at)
	if err != nil {
		f.fail("'%s': %v", root, err)
		return
	}
	var visit func(x found) bool
	visit = func(x found) bool {
		if !f.on() {
			return false
		}
		f.pruned = false
		if x.depth >= f.minDepth && holds(&x) && !f.quiet {
			f.print(x.shown + "\n")
		}
		if f.pruned || x.depth >= f.maxDepth || !x.IsDir() {
			return true
		}
		if x.Mode()&0o400 == 0 {
			f.fail("'%s': %v", x.shown, Denied)
			return true
		}
		for _, k := range x.node.kids {
			if !visit(found{join(x.shown, k.name), join(x.at, k.name), x.depth + 1, Info{k.name, k.node}}) {
				return false
			}
		}
		return true
	}
	if info.name = path.Base(root); root == "." {
		info.name = "."
	}
	visit(found{root, at, 0, info})
}

func (f *finder) peek() string {
	if len(f.args) == 0 {
		return ""
	}
	return f.args[0]
}

func (f *finder) next() string {
	if len(f.args) == 0 {
		if f.err == nil {
			f.err = fmt.Errorf("an argument is missing")
		}
		return ""
	}
	a := f.args[0]
	f.args = f.args[1:]
	return a
}

func (f *finder) or() condition {
	a := f.and()
	for f.peek() == "-o" || f.peek() == "-or" {
		f.next()
		x, y := a, f.and()
		a = func(e *found) bool { return x(e) || y(e) }
	}
	return a
}

func (f *finder) and() condition {
	a := f.not()
	for f.err == nil && f.peek() != "" && f.peek() != ")" && f.peek() != "-o" && f.peek() != "-or" {
		if f.peek() == "-a" || f.peek() == "-and" {
			f.next()
		}
		x, y := a, f.not()
		a = func(e *found) bool { return x(e) && y(e) }
	}
	return a
}

func (f *finder) not() condition {
	switch f.peek() {
	case "!", "-not":
		f.next()
		a := f.not()
		return func(e *found) bool { return !a(e) }
	case "(":
		f.next()
		a := f.or()
		if f.next() != ")" && f.err == nil {
			f.err = fmt.Errorf("a ) is missing")
		}
		return a
	}
	return f.test()
}

func (f *finder) test() condition {
	always := func(*found) bool { return true }
	switch op := f.next(); op {
	case "-name", "-iname":
		return f.pattern(op == "-iname", func(e *found) string { return e.name })
	case "-path", "-ipath", "-wholename":
		return f.pattern(op == "-ipath", func(e *found) string { return e.shown })
	case "-type":
		kind := f.next()
		if kind != "f" && kind != "d" && kind != "l" {
			f.err = fmt.Errorf("unknown argument to -type: %s", kind)
		}
		return func(e *found) bool {
			switch kind {
			case "f":
				return e.Mode().IsRegular()
			case "d":
				return e.IsDir()
			}
			return e.node.link()
		}
	case "-size":
		return f.size()
	case "-empty":
		return func(e *found) bool { return len(e.node.kids) == 0 && len(e.node.data) == 0 }
	case "-mtime", "-mmin":
		unit := int64(24 * 60 * 60)
		if op == "-mmin" {
			unit = 60
		}
		is := f.compared(f.next())
		return func(e *found) bool { return is(f.fs().now/unit - e.node.mtime/unit) }
	case "-newer":
		info, err := f.fs().Stat(f.path(f.next()))
		if err != nil {
			f.err = fmt.Errorf("-newer: %w", err)
			return always
		}
		return func(e *found) bool { return e.node.mtime > info.node.mtime }
	case "-perm":
		return f.perm()
	case "-user", "-group":
		name := f.next()
		return func(*found) bool { return name == User }
	case "-maxdepth", "-mindepth":
		n, err := strconv.Atoi(f.next())
		if err != nil {
			f.err = fmt.Errorf("%s: want a number", op)
		}
		if f.minDepth = max(f.minDepth, n); op == "-maxdepth" {
			f.minDepth, f.maxDepth = 0, n
		}
		return always
	case "-true", "-depth", "-xdev", "-mount", "-follow":
		return always
	case "-executable":
		return func(e *found) bool { return e.Mode()&0o100 != 0 }
	default:
		return f.action(op)
	}
}

// pattern is a test of a name.
func (f *finder) pattern(fold bool, name func(*found) string) condition {
	p := f.next()
	if fold {
		p = strings.ToLower(p)
	}
	return func(e *found) bool {
		n := name(e)
		if fold {
			n = strings.ToLower(n)
		}
		f.shell.box.spend(len(n))
		return match(p, n)
	}
}

// compared reads +n, -n or n.
func (f *finder) compared(s string) func(int64) bool {
	n, err := strconv.ParseInt(strings.TrimLeft(s, "+-"), 10, 64)
	if err != nil {
		f.err = fmt.Errorf("'%s': want a number", s)
	}
	switch {
	case strings.HasPrefix(s, "+"):
		return func(x int64) bool { return x > n }
	case strings.HasPrefix(s, "-"):
		return func(x int64) bool { return x < n }
	}
	return func(x int64) bool { return x == n }
}

func (f *finder) size() condition {
	s, unit := f.next(), int64(512)
	if s != "" {
		if i := strings.IndexByte("bcwkMG", s[len(s)-1]); i >= 0 {
			unit, s = []int64{512, 1, 2, 1 << 10, 1 << 20, 1 << 30}[i], s[:len(s)-1]
		}
	}
	is := f.compared(s)
	return func(e *found) bool { return is((e.Size() + unit - 1) / unit) }
}

func (f *finder) perm() condition {
	s := f.next()
	spec := strings.TrimLeft(s, "-/")
	want, ok := changeMode(spec, 0, false)
	if !ok {
		f.err = fmt.Errorf("invalid mode '%s'", s)
	}
	return func(e *found) bool {
		have := e.Mode().Perm()
		switch s[0] {
		case '-':
			return have&want == want
		case '/':
			return have&want != 0 || want == 0
		}
		return have == want
	}
}

// action is something that is done with what is found.
func (f *finder) action(op string) condition {
	switch op {
	case "-print", "-print0", "-ls":
		f.quiet = true
		return func(e *found) bool {
			switch op {
			case "-print":
				f.print(e.shown + "\n")
			case "-print0":
				f.print(e.shown + "\x00")
			default:
				f.flags = map[byte]string{'l': ""}
				f.print(f.listed(e.shown, e.Info) + "\n")
			}
			return true
		}
	case "-printf":
		f.quiet = true
		format := f.next()
		return func(e *found) bool { f.print(e.format(format)); return true }
	case "-prune":
		return func(*found) bool { f.pruned = true; return true }
	case "-quit":
		return func(*found) bool { f.broken = errQuit; return true }
	case "-delete":
		f.quiet = true
		return func(e *found) bool {
			at, shown := e.at, e.shown
			f.late = slices.Insert(f.late, 0, func() { // what is in a directory before it
				if err := f.fs().Remove(at, false); err != nil && shown != "." {
					f.fail("cannot delete '%s': %v", shown, err)
				}
			})
			return true
		}
	case "-exec", "-execdir", "-ok":
		return f.exec()
	}
	if f.err == nil {
		f.err = fmt.Errorf("unknown predicate '%s'", op)
	}
	return func(*found) bool { return false }
}

// errQuit ends the search.
var errQuit = fmt.Errorf("quit")

func (f *finder) exec() condition {
	f.quiet = true
	var command []string
	for {
		a := f.next()
		if f.err != nil {
			f.err = fmt.Errorf("-exec: want ; or + at its end")
			return nil
		}
		if a == ";" {
			break
		}
		if a == "+" && len(command) > 0 && command[len(command)-1] == "{}" {
			return f.execAll(command[:len(command)-1])
		}
		command = append(command, a)
	}
	if len(command) == 0 {
		f.err = fmt.Errorf("-exec: want a command")
	}
	return func(e *found) bool {
		args := slices.Clone(command)
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "{}", e.shown)
		}
		return f.shell.each(args, nil, 0, "") == 0
	}
}

// execAll is -exec ... {} +: once, with all that was found.
func (f *finder) execAll(command []string) condition {
	var all []string
	f.late = append(f.late, func() {
		if len(all) > 0 && len(command) > 0 {
			f.failed = f.shell.each(command, all, 0, "") != 0 || f.failed
		}
	})
	return func(e *found) bool { all = append(all, e.shown); return true }
}

// format is the common part of -printf.
func (e *found) format(format string) string {
	format, _ = unescape(format)
	return strings.NewReplacer("%p", e.shown, "%f", e.name, "%s", strconv.FormatInt(e.Size(), 10), "%m", fmt.Sprintf("%o", e.Mode().Perm()), "%h", path.Dir(e.shown),
		"%y", strings.Replace(permissions(e.Mode())[:1], "-", "f", 1), "%TY-%Tm-%Td", e.ModTime().Format(time.DateOnly), "%T@", strconv.FormatInt(e.node.mtime, 10), "%u", User, "%%", "%").Replace(format)
}
