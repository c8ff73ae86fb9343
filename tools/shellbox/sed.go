package shellbox

import (
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
	step int // from line on each so many lines
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
	case a.step > 0:
		return n >= a.line && (n-a.line)%a.step == 0
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
