package shellbox

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// sedCommand is one command of a script of sed.
type sedCommand struct {
	from, to *sedAddress
	not      bool
	verb     byte
	rx       *regexp.Regexp // of s
	text     string         // of s the replacement; of a, i, c and y the text
	all      bool           // s///g
	nth      int
	show     bool // s///p
	inside   bool // between from and to
}

// sedAddress is a line, the last one, or an expression.
type sedAddress struct {
	line int // -1 is the last
	more int // to: so many lines more
	rx   *regexp.Regexp
}

func sed(p *proc) int {
	if len(p.args) > 0 && strings.HasPrefix(p.args[0], "-i") && len(p.args[0]) > 2 && p.args[0][2] == '.' { // -i.bak
		p.args[0] = "--in-place=" + p.args[0][2:]
	}
	if !p.options("niErse:f:", "in-place=i", "quiet=n", "silent=n", "expression=e", "regexp-extended=E") {
		return 1
	}
	script := p.flags['e']
	if p.has('f') {
		text, ok := p.content(p.flags['f'])
		if !ok {
			return 1
		}
		script += text
	} else if !p.has('e') {
		if len(p.args) == 0 {
			return p.fail("usage: sed [options] script [file]")
		}
		script, p.args = p.args[0], p.args[1:]
	}
	commands, err := parseSed(script, p.has('E') || p.has('r'))
	if err != nil {
		return p.fail("%v", err)
	}
	if !p.has('i') {
		var b strings.Builder
		p.edit(&b, commands, p.all())
		p.print(b.String())
		return p.status()
	}
	for _, f := range p.args {
		text, ok := p.content(f)
		if !ok {
			continue
		}
		for i := range commands {
			commands[i].inside = false
		}
		var b strings.Builder
		p.edit(&b, commands, text)
		if suffix := p.flags['i']; suffix != "" {
			p.write(f+suffix, []byte(text))
		}
		p.write(f, []byte(b.String()))
	}
	return p.status()
}

// edit runs the commands on each line.
func (p *proc) edit(b *strings.Builder, commands []sedCommand, text string) {
	lines := splitLines(text)
	for n := range lines {
		if !p.on() || b.Len() > fileMax {
			return
		}
		line, after, deleted, quit := lines[n], "", false, false
		for i := range commands {
			c := &commands[i]
			if c.applies(line, n+1, n+1 == len(lines)) == c.not {
				continue
			}
			switch c.verb {
			case 's':
				if c.substitute(&line) && c.show {
					b.WriteString(line + "\n")
				}
			case 'y':
				line = c.exchange(line)
			case 'p':
				b.WriteString(line + "\n")
			case '=':
				b.WriteString(strconv.Itoa(n+1) + "\n")
			case 'd':
				deleted = true
			case 'i':
				b.WriteString(c.text + "\n")
			case 'a':
				after += c.text + "\n"
			case 'c':
				if c.to == nil || !c.inside {
					b.WriteString(c.text + "\n")
				}
				deleted = true
			case 'q':
				quit = true
			}
			if deleted || quit {
				break
			}
		}
		if !deleted && !p.has('n') {
			b.WriteString(line + "\n")
		}
		if b.WriteString(after); quit {
			return
		}
	}
}

func (a *sedAddress) is(line string, n int, last bool) bool {
	switch {
	case a.rx != nil:
		return a.rx.MatchString(line)
	case a.line == -1:
		return last
	}
	return a.line == n
}

// applies says whether a command is meant for a line.
func (c *sedCommand) applies(line string, n int, last bool) bool {
	switch {
	case c.from == nil:
		return true
	case c.to == nil:
		return c.from.is(line, n, last)
	case !c.inside:
		if !c.from.is(line, n, last) {
			return false
		}
		if c.to.more > 0 {
			c.to.line = n + c.to.more
		}
		c.inside = c.to.rx != nil || c.to.line == -1 && !last || c.to.line > n
		return true
	}
	if c.to.rx != nil || c.to.line == -1 {
		c.inside = !c.to.is(line, n, last)
	} else {
		c.inside = n < c.to.line
	}
	return true
}

// substitute does s, and says whether it did anything.
func (c *sedCommand) substitute(line *string) bool {
	var b strings.Builder
	at, count := 0, 0
	for _, m := range c.rx.FindAllStringSubmatchIndex(*line, -1) {
		if count++; count < c.nth {
			continue
		}
		b.WriteString((*line)[at:m[0]])
		c.expand(&b, *line, m)
		if at = m[1]; !c.all || b.Len() > fileMax {
			break
		}
	}
	if count < max(1, c.nth) {
		return false
	}
	b.WriteString((*line)[at:])
	*line = b.String()
	return true
}

// expand writes the replacement of a match: & and \1 are what was found.
func (c *sedCommand) expand(b *strings.Builder, line string, m []int) {
	t := c.text
	mode := byte(0)
	put := func(s string) {
		switch mode {
		case 'U':
			s = strings.ToUpper(s)
		case 'L':
			s = strings.ToLower(s)
		}
		b.WriteString(s)
	}
	for i := 0; i < len(t); i++ {
		switch {
		case t[i] == '&':
			put(line[m[0]:m[1]])
		case t[i] == '\\' && i+1 < len(t):
			i++
			switch d := t[i]; {
			case d >= '0' && d <= '9':
				if k := 2 * int(d-'0'); k+1 < len(m) && m[k] >= 0 {
					put(line[m[k]:m[k+1]])
				}
			case d == 'n':
				b.WriteByte('\n')
			case d == 't':
				b.WriteByte('\t')
			case d == 'U' || d == 'L' || d == 'E':
				mode = d
			default:
				b.WriteByte(d)
			}
		default:
			put(t[i : i+1])
		}
	}
}

// exchange does y.
func (c *sedCommand) exchange(line string) string {
	from, to, _ := strings.Cut(c.text, "\x00")
	a, b := []rune(from), []rune(to)
	return strings.Map(func(r rune) rune {
		for i, x := range a {
			if x == r {
				return b[i]
			}
		}
		return r
	}, line)
}

// parseSed reads a script.
func parseSed(script string, extended bool) ([]sedCommand, error) {
	var list []sedCommand
	s := &sedScript{rest: script, extended: extended}
	for {
		s.rest = strings.TrimLeft(s.rest, " \t\n;")
		if s.rest == "" {
			return list, nil
		}
		if s.rest[0] == '#' {
			_, s.rest, _ = strings.Cut(s.rest, "\n")
			continue
		}
		if s.rest[0] == '}' && s.block != nil {
			s.rest, s.block = s.rest[1:], nil
			continue
		}
		c, err := s.command()
		if err != nil {
			return nil, fmt.Errorf("-e expression: %w", err)
		}
		if c.verb == '{' {
			s.block = &c
			continue
		}
		if b := s.block; b != nil && c.from == nil {
			c.from, c.not = copied(b.from), b.not
			c.to = copied(b.to)
		}
		if list = append(list, c); len(list) > 1000 {
			return nil, fmt.Errorf("too many commands")
		}
	}
}

func copied(a *sedAddress) *sedAddress {
	if a == nil {
		return nil
	}
	c := *a
	return &c
}

// sedScript is a script being read.
type sedScript struct {
	rest     string
	extended bool
	block    *sedCommand // whose addresses those within { } have
}

func (s *sedScript) address() (*sedAddress, error) {
	switch {
	case s.rest == "":
		return nil, nil
	case s.rest[0] == '$':
		s.rest = s.rest[1:]
		return &sedAddress{line: -1}, nil
	case s.rest[0] == '/' || s.rest[0] == '\\' && len(s.rest) > 1:
		if s.rest[0] == '\\' {
			s.rest = s.rest[1:]
		}
		expr, err := s.part(s.rest[0], true)
		if err != nil {
			return nil, err
		}
		fold := strings.HasPrefix(s.rest, "I")
		if fold {
			s.rest = s.rest[1:]
		}
		rx, err := expression(expr, s.extended, fold)
		return &sedAddress{rx: rx}, err
	}
	i := 0
	for i < len(s.rest) && s.rest[i] >= '0' && s.rest[i] <= '9' {
		i++
	}
	if i == 0 {
		return nil, nil
	}
	n, err := strconv.Atoi(s.rest[:i])
	s.rest = s.rest[i:]
	return &sedAddress{line: n}, err
}

// part reads up to the sign that the rest begins with.
func (s *sedScript) part(sign byte, first bool) (string, error) {
	i := 0
	if first {
		i = 1
	}
	var b strings.Builder
	for ; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == sign:
			s.rest = s.rest[i+1:]
			return b.String(), nil
		case c == '\\' && i+1 < len(s.rest):
			if i++; s.rest[i] != sign {
				b.WriteByte('\\')
			}
			b.WriteByte(s.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", fmt.Errorf("unterminated command")
}

func (s *sedScript) command() (c sedCommand, err error) {
	if c.from, err = s.address(); err != nil {
		return c, err
	}
	if s.rest = strings.TrimLeft(s.rest, " "); c.from != nil && strings.HasPrefix(s.rest, ",") {
		s.rest = strings.TrimLeft(s.rest[1:], " ")
		plus := strings.HasPrefix(s.rest, "+")
		s.rest = strings.TrimPrefix(s.rest, "+")
		if c.to, err = s.address(); err != nil || c.to == nil {
			return c, fmt.Errorf("unexpected `,'")
		}
		if plus {
			c.to.more = c.to.line
		}
	}
	for s.rest = strings.TrimLeft(s.rest, " "); strings.HasPrefix(s.rest, "!"); s.rest = strings.TrimLeft(s.rest[1:], " ") {
		c.not = true
	}
	if s.rest == "" {
		return c, fmt.Errorf("missing command")
	}
	c.verb, s.rest = s.rest[0], s.rest[1:]
	switch c.verb {
	case 'p', 'd', 'q', '=', '{':
	case 'a', 'i', 'c':
		c.text, s.rest, _ = strings.Cut(strings.TrimLeft(s.rest, " "), "\n")
		c.text = strings.TrimPrefix(strings.TrimPrefix(c.text, `\`), " ")
		if c.text == "" && s.rest != "" { // a\ and the text in the next line
			c.text, s.rest, _ = strings.Cut(s.rest, "\n")
		}
	case 's', 'y':
		err = s.substitution(&c)
	default:
		err = fmt.Errorf("unknown command: `%c'", c.verb)
	}
	return c, err
}

func (s *sedScript) substitution(c *sedCommand) error {
	if s.rest == "" || s.rest[0] == '\n' || s.rest[0] == '\\' {
		return fmt.Errorf("unterminated `%c' command", c.verb)
	}
	sign := s.rest[0]
	from, err := s.part(sign, true)
	if err != nil {
		return fmt.Errorf("unterminated `%c' command", c.verb)
	}
	if c.text, err = s.part(sign, false); err != nil {
		return fmt.Errorf("unterminated `%c' command", c.verb)
	}
	if c.verb == 'y' {
		if len([]rune(from)) != len([]rune(c.text)) {
			return fmt.Errorf("strings for `y' command are different lengths")
		}
		c.text = from + "\x00" + c.text
		return nil
	}
	fold := false
	for s.rest != "" && strings.IndexByte("gpiI0123456789", s.rest[0]) >= 0 {
		switch f := s.rest[0]; f {
		case 'g':
			c.all = true
		case 'p':
			c.show = true
		case 'i', 'I':
			fold = true
		default:
			c.nth = min(c.nth*10+int(f-'0'), 1<<20)
		}
		s.rest = s.rest[1:]
	}
	if s.rest != "" && strings.IndexByte(" \t\n;}", s.rest[0]) < 0 {
		return fmt.Errorf("unknown option to `s'")
	}
	c.rx, err = expression(from, s.extended, fold)
	return err
}
