package shellbox

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// searcher is grep at work.
type searcher struct {
	*proc
	rx            *regexp.Regexp
	named         bool // names stand before lines
	most          int
	before, after int
	found         bool
}

func grep(p *proc) int {
	for i, a := range p.args { // -5 is -C 5
		if len(a) > 1 && a[0] == '-' && a[1] >= '0' && a[1] <= '9' {
			p.args[i] = "-C" + a[1:]
		}
	}
	if !p.options("ivcnrRlLohHEFGPwxqsam:e:f:A:B:C:", "ignore-case=i", "invert-match=v", "count=c", "line-number=n", "recursive=r", "files-with-matches=l", "files-without-match=L",
		"only-matching=o", "extended-regexp=E", "fixed-strings=F", "word-regexp=w", "line-regexp=x", "quiet=q", "max-count=m", "include=I", "exclude=X", "color=a", "regexp=e", "no-filename=h", "with-filename=H", "no-messages=s") {
		return 2
	}
	patterns, ok := p.patterns()
	if !ok {
		return 2
	}
	s := &searcher{proc: p}
	if err := s.compile(patterns); err != nil {
		return p.usage("%v", err)
	}
	if s.most, ok = p.number('m', -1); !ok {
		return 2
	}
	around, ok := p.number('C', 0)
	if !ok {
		return 2
	}
	if s.before, ok = p.number('B', around); !ok {
		return 2
	}
	if s.after, ok = p.number('A', around); !ok {
		return 2
	}
	deep := p.has('r') || p.has('R')
	if deep && len(p.args) == 0 {
		p.args = []string{"."}
	}
	s.named = (deep || len(p.args) > 1 || p.has('H')) && !p.has('h')
	for _, f := range p.files() {
		if !p.on() || s.found && p.has('q') {
			break
		}
		s.visit(f, deep)
	}
	switch {
	case p.failed && !(s.found && p.has('q')):
		return 2
	}
	return yes(s.found)
}

// patterns are those of -e, -f or the first argument.
func (p *proc) patterns() ([]string, bool) {
	var list []string
	if p.has('e') {
		list = strings.Split(p.flags['e'], "\n")
	}
	if p.has('f') {
		text, ok := p.content(p.flags['f'])
		if !ok {
			return nil, false
		}
		list = append(list, splitLines(text)...)
	} else if !p.has('e') {
		if len(p.args) == 0 {
			p.fail("usage: grep [options] pattern [file]")
			return nil, false
		}
		list = strings.Split(p.args[0], "\n")
		p.args = p.args[1:]
	}
	return list, true
}

func (s *searcher) compile(patterns []string) error {
	var exprs []string
	fixed := s.has('F') || s.name == "fgrep"
	extended := s.has('E') || s.has('P') || s.name == "egrep"
	for _, e := range patterns {
		if fixed {
			exprs = append(exprs, regexp.QuoteMeta(e))
			continue
		}
		rx, err := expression(e, extended, false)
		if err != nil {
			return err
		}
		exprs = append(exprs, rx.String())
	}
	all := "(?:" + strings.Join(exprs, "|") + ")"
	if s.has('w') {
		all = `(?:^|\b)` + all + `(?:\b|$)`
	}
	if s.has('x') {
		all = "^" + all + "$"
	}
	if s.has('i') {
		all = "(?i)" + all
	}
	if len(patterns) == 0 {
		all = `a\bb` // nothing has this
	}
	var err error
	if len(all) > 64<<10 {
		s.rx, err = compile(all)
	} else {
		s.rx, err = regexp.Compile(all)
	}
	return err
}

// visit searches a file, or with deep all under a directory.
func (s *searcher) visit(name string, deep bool) {
	if name == "-" {
		s.search("(standard input)", "-")
		return
	}
	info, err := s.fs().Stat(s.path(name))
	if err != nil || !info.IsDir() {
		s.search(name, name)
		return
	}
	if !deep {
		s.fail("%s: Is a directory", name)
		return
	}
	s.fs().Walk(s.path(name), func(at string, i Info) bool {
		if i.Mode().IsRegular() && s.wanted(i.Name()) {
			shown := name + strings.TrimPrefix(at, s.path(name))
			s.search(shown, shown)
		}
		return s.on()
	})
}

// wanted is what --include and --exclude say.
func (s *searcher) wanted(name string) bool {
	return (!s.has('I') || match(s.flags['I'], name)) && (!s.has('X') || !match(s.flags['X'], path.Base(name)))
}

func (s *searcher) search(shown, name string) {
	text, ok := s.content(name)
	if !ok {
		return
	}
	prefix := ""
	if s.named {
		prefix = shown + ":"
	}
	lines := splitLines(text)
	count, printed := 0, -1
	quiet := s.has('c') || s.has('l') || s.has('L') || s.has('q')
	var b strings.Builder
	for i, l := range lines {
		if s.most >= 0 && count >= s.most {
			break
		}
		if s.rx.MatchString(l) == s.has('v') {
			continue
		}
		count++
		switch {
		case quiet:
		case s.has('o'):
			for _, m := range slices.DeleteFunc(s.rx.FindAllString(l, -1), func(m string) bool { return m == "" }) {
				b.WriteString(s.at(prefix, i, ':') + m + "\n")
			}
		default:
			from := max(i-s.before, printed+1)
			if (s.before > 0 || s.after > 0) && printed >= 0 && from > printed+1 {
				b.WriteString("--\n")
			}
			for ; from < i; from++ {
				b.WriteString(s.at(prefix, from, '-') + lines[from] + "\n")
			}
			if i > printed {
				b.WriteString(s.at(prefix, i, ':') + l + "\n")
			}
			printed = i
			for j := i + 1; j < len(lines) && j <= i+s.after && s.rx.MatchString(lines[j]) == s.has('v'); j++ {
				b.WriteString(s.at(prefix, j, '-') + lines[j] + "\n")
				printed = j
			}
		}
	}
	s.found = s.found || (count > 0) != s.has('L')
	switch {
	case s.has('q'):
	case s.has('l') || s.has('L'):
		if (count > 0) == s.has('l') {
			s.print(shown + "\n")
		}
	case s.has('c'):
		s.print(prefix + strconv.Itoa(count) + "\n")
	default:
		s.print(b.String())
	}
}

// at is what stands before a line.
func (s *searcher) at(prefix string, line int, sign byte) string {
	if sign == '-' && prefix != "" {
		prefix = prefix[:len(prefix)-1] + "-"
	}
	if s.has('n') {
		return prefix + strconv.Itoa(line+1) + string(sign)
	}
	return prefix
}
