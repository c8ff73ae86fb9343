package shellbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func cat(p *proc) int {
	if !p.options("nAbsETv") {
		return 1
	}
	if len(p.flags) == 0 {
		for _, f := range p.files() {
			if text, ok := p.content(f); ok {
				p.print(text)
			}
		}
		return p.status()
	}
	for i, l := range splitLines(p.all()) {
		if p.has('n') || p.has('b') {
			p.printf("%6d\t", i+1)
		}
		if p.has('T') || p.has('A') {
			l = strings.ReplaceAll(l, "\t", "^I")
		}
		if p.has('v') || p.has('A') {
			l = strings.ReplaceAll(l, "\r", "^M")
		}
		if p.has('E') || p.has('A') {
			l += "$"
		}
		p.print(l + "\n")
	}
	return p.status()
}

func tac(p *proc) int {
	list := splitLines(p.all())
	slices.Reverse(list)
	p.lines(list)
	return p.status()
}

func rev(p *proc) int {
	list := splitLines(p.all())
	for i, l := range list {
		r := []rune(l)
		slices.Reverse(r)
		list[i] = string(r)
	}
	p.lines(list)
	return p.status()
}

// bare turns head -5 into head -n 5.
func (p *proc) bare() {
	for i, a := range p.args {
		value := i > 0 && (p.args[i-1] == "-n" || p.args[i-1] == "-c")
		if len(a) > 1 && a[0] == '-' && a[1] >= '0' && a[1] <= '9' && !value {
			p.args[i] = "-n" + a[1:]
		}
	}
}

func head(p *proc) int {
	if p.bare(); !p.options("n:c:qv", "lines=n", "bytes=c") {
		return 1
	}
	n, ok := p.number('n', 10)
	c, also := p.number('c', -1)
	if !ok || !also {
		return 1
	}
	for i, f := range p.files() {
		text, ok := p.content(f)
		if !ok {
			continue
		}
		p.title(i, f)
		if p.has('c') {
			if c < 0 {
				c = max(0, len(text)+c)
			}
			p.print(text[:min(c, len(text))])
			continue
		}
		list := slices.Collect(strings.Lines(text))
		most := n
		if n < 0 {
			most = max(0, len(list)+n)
		}
		p.print(strings.Join(list[:min(most, len(list))], ""))
	}
	return p.status()
}

// title stands above each of several files.
func (p *proc) title(i int, name string) {
	if len(p.args) < 2 || p.has('q') {
		return
	}
	if i > 0 {
		p.print("\n")
	}
	p.print("==> " + name + " <==\n")
}

func tail(p *proc) int {
	if p.bare(); !p.options("n:c:qf", "lines=n", "bytes=c") {
		return 1
	}
	from := strings.HasPrefix(p.flags['n'], "+")
	n, ok := p.number('n', 10)
	c, also := p.number('c', -1)
	if !ok || !also {
		return 1
	}
	for i, f := range p.files() {
		text, ok := p.content(f)
		if !ok {
			continue
		}
		p.title(i, f)
		if p.has('c') {
			p.print(text[max(0, len(text)-max(c, -c)):])
			continue
		}
		list := slices.Collect(strings.Lines(text))
		at := max(0, len(list)-max(n, -n))
		if from {
			at = min(max(n-1, 0), len(list))
		}
		p.print(strings.Join(list[at:], ""))
	}
	return p.status()
}

func wc(p *proc) int {
	if !p.options("lwcmL", "lines=l", "words=w", "bytes=c", "chars=m") {
		return 1
	}
	if len(p.flags) == 0 {
		p.flags = map[byte]string{'l': "", 'w': "", 'c': ""}
	}
	var total [5]int
	files := p.files()
	width := p.countWidth(files)
	show := func(n [5]int, name string) {
		var parts []string
		for i, flag := range []byte("lwmcL") {
			if p.has(flag) {
				parts = append(parts, fmt.Sprintf("%*d", width, n[i]))
			}
		}
		if name != "-" {
			parts = append(parts, name)
		}
		p.print(strings.Join(parts, " ") + "\n")
	}
	for _, f := range files {
		text, ok := p.content(f)
		if !ok {
			continue
		}
		n := [5]int{strings.Count(text, "\n"), len(strings.Fields(text)), utf8.RuneCountInString(text), len(text), 0}
		for _, l := range splitLines(text) {
			n[4] = max(n[4], utf8.RuneCountInString(l))
		}
		show(n, f)
		for i := range n {
			total[i] += n[i]
		}
	}
	if len(files) > 1 {
		show(total, "total")
	}
	return p.status()
}

// countWidth is how wide wc prints its numbers: as wide as the largest may be,
// unless there is only one.
func (p *proc) countWidth(files []string) int {
	if len(files) == 1 && len(p.flags) == 1 {
		return 1
	}
	size := int64(0)
	for _, f := range files {
		if f == "-" {
			return 7
		}
		if i, err := p.fs().Stat(p.path(f)); err == nil {
			size += i.Size()
		}
	}
	return len(strconv.FormatInt(size, 10))
}

func uniq(p *proc) int {
	if !p.options("cdui", "count=c", "repeated=d", "unique=u", "ignore-case=i") {
		return 1
	}
	if len(p.args) > 2 {
		return p.fail("extra operand '%s'", p.args[2])
	}
	out := ""
	if len(p.args) == 2 {
		out, p.args = p.args[1], p.args[:1]
	}
	list := splitLines(p.all())
	var b strings.Builder
	for i := 0; i < len(list); {
		j := i + 1
		for j < len(list) && (list[j] == list[i] || p.has('i') && strings.EqualFold(list[j], list[i])) {
			j++
		}
		if n := j - i; !(p.has('d') && n == 1) && !(p.has('u') && n > 1) {
			if p.has('c') {
				fmt.Fprintf(&b, "%7d ", n)
			}
			b.WriteString(list[i] + "\n")
		}
		i = j
	}
	if out != "" {
		p.write(out, []byte(b.String()))
	} else {
		p.print(b.String())
	}
	return p.status()
}
