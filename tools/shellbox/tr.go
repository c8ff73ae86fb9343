package shellbox

import (
	"fmt"
	"strings"
)

// signs are those that a set of tr means: a-z, \n, [:upper:].
func signs(s string) []rune {
	classes := [][2]string{{"upper", "A-Z"}, {"lower", "a-z"}, {"digit", "0-9"}, {"alpha", "A-Za-z"}, {"alnum", "A-Za-z0-9"}, {"space", "\t-\r "}, {"punct", "!-/:-@[-`{-~"}, {"blank", " \t"}}
	for _, c := range classes {
		s = strings.ReplaceAll(s, "[:"+c[0]+":]", c[1])
	}
	s, _ = unescape(s)
	in := []rune(s)
	var out []rune
	for i := 0; i < len(in) && len(out) < 1<<16; i++ {
		if i+2 < len(in) && in[i+1] == '-' && in[i] <= in[i+2] {
			for r := in[i]; r <= in[i+2] && len(out) < 1<<16; r++ {
				out = append(out, r)
			}
			i += 2
			continue
		}
		out = append(out, in[i])
	}
	return out
}

func translate(p *proc) int {
	if !p.options("dscC", "delete=d", "squeeze-repeats=s", "complement=c") {
		return 1
	}
	if len(p.args) == 0 || len(p.args) == 1 && !p.has('d') && !p.has('s') || len(p.args) > 2 {
		return p.fail("want one set with -d or -s, and else two")
	}
	from := map[rune]int{}
	for i, r := range signs(p.args[0]) {
		from[r] = i
	}
	var to []rune
	if len(p.args) == 2 {
		if to = signs(p.args[1]); len(to) == 0 {
			return p.fail("the second set must not be empty")
		}
	}
	not := p.has('c') || p.has('C')
	var b strings.Builder
	last := rune(-1)
	text, _ := p.content("-")
	for _, r := range text {
		i, in := from[r]
		if not {
			i, in = 1<<30, !in
		}
		squeezed := in && len(to) == 0
		if in && p.has('d') {
			continue
		}
		if in && len(to) > 0 {
			r, squeezed = to[min(i, len(to)-1)], true
		}
		if p.has('s') && squeezed && r == last {
			continue
		}
		if last = -1; squeezed {
			last = r
		}
		b.WriteRune(r)
	}
	p.print(b.String())
	return 0
}

func tee(p *proc) int {
	if !p.options("a", "append=a") {
		return 1
	}
	text, _ := p.content("-")
	for _, f := range p.args {
		w, err := p.shell.create(f, p.has('a'))
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			p.fail("%s: %v", f, err)
		}
	}
	p.print(text)
	return p.status()
}

func splitFile(p *proc) int {
	if !p.options("l:b:n:da:", "lines=l", "bytes=b", "numeric-suffixes=d") {
		return 1
	}
	n, ok := p.number('l', 1000)
	if !ok || n < 1 || p.has('n') || p.has('b') {
		return p.fail("only -l NUMBER is supported")
	}
	prefix := "x"
	if len(p.args) > 1 {
		prefix, p.args = p.args[1], p.args[:1]
	}
	text := p.all()
	list := splitLines(text)
	for i := 0; i*n < len(list) && p.on(); i++ {
		name := fmt.Sprintf("%s%c%c", prefix, 'a'+i/26%26, 'a'+i%26)
		if p.has('d') {
			name = fmt.Sprintf("%s%02d", prefix, i)
		}
		if !p.write(name, []byte(strings.Join(list[i*n:min(len(list), i*n+n)], "\n")+"\n")) {
			return 1
		}
	}
	return p.status()
}
