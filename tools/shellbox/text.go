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
		list := strings.SplitAfter(text, "\n")
		if list[len(list)-1] == "" {
			list = list[:len(list)-1]
		}
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
		list := strings.SplitAfter(text, "\n")
		if list[len(list)-1] == "" {
			list = list[:len(list)-1]
		}
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
	show := func(n [5]int, name string) {
		var parts []string
		for i, flag := range []byte("lwmcL") {
			if p.has(flag) {
				parts = append(parts, strconv.Itoa(n[i]))
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

// span is a range of places, from 1; to is huge where it has no end.
type span struct{ from, to int }

func (p *proc) spans(list string) ([]span, bool) {
	var out []span
	for part := range strings.SplitSeq(list, ",") {
		a, b, ranged := strings.Cut(part, "-")
		s := span{1, 1 << 30}
		var err, also error
		if a != "" {
			s.from, err = strconv.Atoi(a)
		}
		if b != "" {
			s.to, also = strconv.Atoi(b)
		} else if !ranged {
			s.to = s.from
		}
		if err != nil || also != nil || s.from < 1 || part == "" || part == "-" {
			p.fail("invalid list '%s'", list)
			return nil, false
		}
		out = append(out, s)
	}
	return out, true
}

func cut(p *proc) int {
	if !p.options("d:f:c:b:s", "delimiter=d", "fields=f", "characters=c", "output-delimiter=o", "only-delimited=s", "complement=x") {
		return 1
	}
	delim, list := "\t", p.flags['f']
	if p.has('d') {
		delim = p.flags['d']
	}
	if !p.has('f') {
		delim, list = "", p.flags['c']+p.flags['b']
	}
	if list == "" {
		return p.fail("you must specify a list of bytes, characters, or fields")
	}
	spans, ok := p.spans(list)
	if !ok {
		return 1
	}
	between := delim
	if p.has('o') {
		between = p.flags['o']
	}
	chosen := func(i int) bool {
		in := slices.ContainsFunc(spans, func(s span) bool { return i >= s.from && i <= s.to })
		return in != p.has('x')
	}
	var out []string
	for _, l := range splitLines(p.all()) {
		if delim != "" && !strings.Contains(l, delim) {
			if !p.has('s') {
				out = append(out, l)
			}
			continue
		}
		var kept []string
		for i, part := range strings.Split(l, delim) {
			if chosen(i + 1) {
				kept = append(kept, part)
			}
		}
		out = append(out, strings.Join(kept, between))
	}
	p.lines(out)
	return p.status()
}

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

func nl(p *proc) int {
	if !p.options("b:w:s:n:v:") {
		return 1
	}
	n, ok := p.number('v', 1)
	width, also := p.number('w', 6)
	if !ok || !also || width > 100 {
		return 1
	}
	sep := "\t"
	if p.has('s') {
		sep = p.flags['s']
	}
	for _, l := range splitLines(p.all()) {
		if l == "" && p.flags['b'] != "a" {
			p.print(strings.Repeat(" ", max(0, width)+len(sep)) + "\n")
			continue
		}
		p.printf("%*d%s%s\n", width, n, sep, l)
		n++
	}
	return p.status()
}

func paste(p *proc) int {
	if !p.options("d:s", "delimiters=d", "serial=s") {
		return 1
	}
	delims := []rune("\t")
	if p.has('d') {
		d, _ := unescape(p.flags['d'])
		delims = []rune(d)
	}
	between := func(i int) string {
		if len(delims) == 0 {
			return ""
		}
		return string(delims[i%len(delims)])
	}
	var columns [][]string
	rows := 0
	for _, f := range p.files() {
		if f == "-" && !p.has('s') && len(p.args) > 1 { // takes turns with other -
			columns = append(columns, nil)
			continue
		}
		text, ok := p.content(f)
		if !ok {
			return 1
		}
		columns = append(columns, splitLines(text))
	}
	p.deal(columns)
	if p.has('s') {
		for _, c := range columns {
			for i, l := range c {
				if i > 0 {
					p.print(between(i - 1))
				}
				p.print(l)
			}
			p.print("\n")
		}
		return p.status()
	}
	for _, c := range columns {
		rows = max(rows, len(c))
	}
	for i := range rows {
		for j, c := range columns {
			if j > 0 {
				p.print(between(j - 1))
			}
			if i < len(c) {
				p.print(c[i])
			}
		}
		p.print("\n")
	}
	return p.status()
}

// deal gives the lines that are read to the columns that are - in turn.
func (p *proc) deal(columns [][]string) {
	var open []int
	for i, f := range p.files() {
		if f == "-" && columns[i] == nil {
			open = append(open, i)
		}
	}
	if len(open) == 0 {
		return
	}
	text, _ := p.content("-")
	for i, l := range splitLines(text) {
		c := open[i%len(open)]
		columns[c] = append(columns[c], l)
	}
}

func fold(p *proc) int {
	if !p.options("w:s", "width=w") {
		return 1
	}
	w, ok := p.number('w', 80)
	if !ok || w < 1 {
		return 1
	}
	for _, l := range splitLines(p.all()) {
		r := []rune(l)
		for len(r) > w {
			at := w
			if p.has('s') {
				if i := strings.LastIndexByte(string(r[:w]), ' '); i > 0 {
					at = utf8.RuneCountInString(string(r[:w])[:i]) + 1
				}
			}
			p.print(string(r[:at]) + "\n")
			r = r[at:]
		}
		p.print(string(r) + "\n")
	}
	return p.status()
}

func column(p *proc) int {
	if !p.options("ts:") {
		return 1
	}
	var rows [][]string
	var widths []int
	for _, l := range splitLines(p.all()) {
		row := strings.Fields(l)
		if p.has('s') {
			row = strings.Split(l, p.flags['s'])
		}
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len(c))
		}
		rows = append(rows, row)
	}
	for _, row := range rows {
		for i, c := range row {
			if i+1 < len(row) {
				c += strings.Repeat(" ", widths[i]-len(c)+2)
			}
			p.print(c)
		}
		p.print("\n")
	}
	return p.status()
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
