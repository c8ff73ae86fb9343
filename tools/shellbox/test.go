package shellbox

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"
)

// match says whether a text is of a shell pattern.
func match(p, text string) bool {
	rx, err := pattern.Regexp(p, pattern.EntireString|pattern.ExtendedOperators)
	if err != nil {
		return p == text
	}
	m, err := compile(rx)
	return err == nil && m.MatchString(text)
}

// compile compiles an expression that is not too long.
func compile(expr string) (*regexp.Regexp, error) {
	if len(expr) > 2<<10 {
		return nil, fmt.Errorf("the regular expression is too long")
	}
	return regexp.Compile(expr)
}

// testCommand is test and [.
func testCommand(s *shell, args []string) int {
	if args[0] == "[" {
		if args[len(args)-1] != "]" {
			return s.wrong("[", "missing ]") + 1
		}
		args = args[:len(args)-1]
	}
	t := tester{s: s, args: args[1:]}
	if len(t.args) == 0 {
		return 1
	}
	ok := t.or()
	if t.err == nil && len(t.args) > 0 {
		t.err = fmt.Errorf("%s: unexpected", t.args[0])
	}
	if t.err != nil {
		return s.wrong(args[0], "%v", t.err) + 1
	}
	return yes(ok)
}

// tester reads a test's arguments from the left.
type tester struct {
	s    *shell
	args []string
	err  error
}

func (t *tester) next() string {
	if len(t.args) == 0 {
		t.err = fmt.Errorf("an argument is missing")
		return ""
	}
	a := t.args[0]
	t.args = t.args[1:]
	return a
}

func (t *tester) or() bool {
	ok := t.and()
	for t.err == nil && len(t.args) > 0 && t.args[0] == "-o" {
		t.next()
		ok = t.and() || ok
	}
	return ok
}

func (t *tester) and() bool {
	ok := t.term()
	for t.err == nil && len(t.args) > 0 && t.args[0] == "-a" {
		t.next()
		ok = t.term() && ok
	}
	return ok
}

func (t *tester) term() bool {
	if len(t.args) >= 3 && binaryTest(t.args[1]) {
		a, op, b := t.next(), t.next(), t.next()
		return t.compare(a, op, b)
	}
	a := t.next()
	switch {
	case a == "!" && len(t.args) > 0:
		return !t.term()
	case a == "(" && len(t.args) > 0:
		ok := t.or()
		if t.next() != ")" && t.err == nil {
			t.err = fmt.Errorf("a ) is missing")
		}
		return ok
	case len(a) == 2 && a[0] == '-' && strings.Contains("nzefdrwxshLt", a[1:]) && len(t.args) > 0:
		return t.s.fileTest(a, t.next())
	}
	return a != ""
}

func binaryTest(op string) bool {
	switch op {
	case "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef":
		return true
	}
	return false
}

func (t *tester) compare(a, op, b string) bool {
	switch op {
	case "=", "==":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case ">":
		return a > b
	case "-nt", "-ot", "-ef":
		return t.s.newer(a, op, b)
	}
	x, err := strconv.Atoi(strings.TrimSpace(a))
	y, also := strconv.Atoi(strings.TrimSpace(b))
	if err != nil || also != nil {
		t.err = fmt.Errorf("%s %s %s: want numbers", a, op, b)
		return false
	}
	return order(x, op, y)
}

func order(x int, op string, y int) bool {
	switch op {
	case "-eq":
		return x == y
	case "-ne":
		return x != y
	case "-lt":
		return x < y
	case "-le":
		return x <= y
	case "-gt":
		return x > y
	}
	return x >= y
}

func (s *shell) newer(a, op, b string) bool {
	x, err := s.box.FS.Stat(s.path(a))
	y, also := s.box.FS.Stat(s.path(b))
	switch {
	case op == "-ef":
		return err == nil && also == nil && x.node == y.node
	case op == "-nt":
		return err == nil && (also != nil || x.node.mtime > y.node.mtime)
	}
	return also == nil && (err != nil || x.node.mtime < y.node.mtime)
}

// fileTest is a test of one text or file.
func (s *shell) fileTest(op, a string) bool {
	switch op {
	case "-n":
		return a != ""
	case "-z":
		return a == ""
	case "-t":
		return false
	}
	if a == "" {
		return false
	}
	info, err := s.box.FS.stat(s.path(a), op != "-h" && op != "-L")
	if err != nil {
		return a == "/dev/null" && (op == "-e" || op == "-r" || op == "-w")
	}
	switch op {
	case "-f":
		return info.Mode().IsRegular()
	case "-d":
		return info.IsDir()
	case "-r":
		return info.Mode()&0o400 != 0
	case "-w":
		return info.Mode()&0o200 != 0
	case "-x":
		return info.Mode()&0o100 != 0
	case "-s":
		return info.Size() > 0
	case "-h", "-L":
		return info.node.link()
	}
	return true // -e
}

// testExpr is [[ ]].
func (s *shell) testExpr(x syntax.TestExpr) (bool, error) {
	switch x := x.(type) {
	case *syntax.Word:
		text, ok := s.literal(x)
		return ok && text != "", nil
	case *syntax.ParenTest:
		return s.testExpr(x.X)
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			ok, err := s.testExpr(x.X)
			return !ok, err
		}
		w, is := x.X.(*syntax.Word)
		if !is {
			return false, fmt.Errorf("this test is not supported")
		}
		text, _ := s.literal(w)
		if x.Op == syntax.TsVarSet {
			return s.Get(text).IsSet(), nil
		}
		return s.fileTest(x.Op.String(), text), nil
	case *syntax.BinaryTest:
		return s.binaryTest(x)
	}
	return false, fmt.Errorf("this test is not supported")
}

func (s *shell) binaryTest(x *syntax.BinaryTest) (bool, error) {
	if x.Op == syntax.AndTest || x.Op == syntax.OrTest {
		ok, err := s.testExpr(x.X)
		if err != nil || ok == (x.Op == syntax.OrTest) {
			return ok, err
		}
		return s.testExpr(x.Y)
	}
	left, is := x.X.(*syntax.Word)
	right, also := x.Y.(*syntax.Word)
	if !is || !also {
		return false, fmt.Errorf("this test is not supported")
	}
	a, _ := s.literal(left)
	switch x.Op {
	case syntax.TsMatch, syntax.TsMatchShort, syntax.TsNoMatch:
		if !s.small(right) {
			return false, fmt.Errorf("a word is too long after its expansion")
		}
		p, err := expand.Pattern(&s.cfg, right)
		return match(p, a) == (x.Op != syntax.TsNoMatch), err
	case syntax.TsReMatch:
		b, _ := s.literal(right)
		rx, err := compile(b)
		if err != nil {
			return false, fmt.Errorf("%s: bad regular expression", b)
		}
		found := rx.FindStringSubmatch(a)
		return found != nil, s.Set("BASH_REMATCH", expand.Variable{Set: true, Kind: expand.Indexed, List: found})
	}
	b, _ := s.literal(right)
	op := x.Op.String()
	if strings.HasPrefix(op, "-") && op != "-nt" && op != "-ot" && op != "-ef" {
		n, err := expand.Arithm(&s.cfg, left)
		if err != nil {
			return false, err
		}
		m, err := expand.Arithm(&s.cfg, right)
		return order(n, op, m), err
	}
	t := tester{s: s}
	return t.compare(a, op, b), t.err
}
