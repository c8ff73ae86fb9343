package shellbox

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

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
