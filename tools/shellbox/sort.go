package shellbox

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// sortKey is one -k of sort.
type sortKey struct {
	from, to                        int // fields, from 1; to 0 is the line's end
	numeric, reverse, human, folded bool
	version, month                  bool
}

func sortLines(p *proc) int {
	if !p.options("bcfghMnrsuzVk:t:o:", "numeric-sort=n", "reverse=r", "unique=u", "key=k", "field-separator=t", "output=o", "ignore-case=f") {
		return 2
	}
	whole := sortKey{numeric: p.has('n') || p.has('g'), reverse: p.has('r'), human: p.has('h'), folded: p.has('f'), version: p.has('V'), month: p.has('M')}
	var keys []sortKey
	if p.has('k') {
		for spec := range strings.SplitSeq(p.flags['k'], "\n") {
			k, ok := parseKey(spec, whole)
			if !ok {
				return p.usage("invalid key '%s'", spec)
			}
			keys = append(keys, k)
		}
	}
	list := splitLines(p.all())
	if p.failed {
		return 2
	}
	compare := p.comparison(keys, whole)
	if p.has('c') {
		for i := 1; i < len(list); i++ {
			if compare(list[i-1], list[i]) > 0 {
				return p.fail("disorder: %s", list[i])
			}
		}
		return 0
	}
	p.shell.box.spend(16 * len(list))
	// where the keys say nothing the whole line does, unless the order is to stay
	slices.SortStableFunc(list, func(a, b string) int {
		if c := compare(a, b); c != 0 || p.has('u') || p.has('s') {
			return c
		}
		if whole.reverse {
			return cmp.Compare(b, a)
		}
		return cmp.Compare(a, b)
	})
	if p.has('u') {
		list = slices.CompactFunc(list, func(a, b string) bool { return compare(a, b) == 0 })
	}
	if p.has('o') {
		text := strings.Join(list, "\n")
		if len(list) > 0 {
			text += "\n"
		}
		p.write(p.flags['o'], []byte(text))
		return p.status()
	}
	p.lines(list)
	return p.status()
}

// parseKey reads 2, 2n, 2,2, 2,3nr, 2.1. Its own letters take the place of all.
func parseKey(spec string, whole sortKey) (sortKey, bool) {
	k := whole
	from, to, ranged := strings.Cut(spec, ",")
	letters := ""
	number := func(s string) int {
		i := 0
		for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
			i++
		}
		letters += s[i:]
		digits, _, _ := strings.Cut(s[:i], ".")
		n, err := strconv.Atoi(digits)
		if err != nil {
			return 0
		}
		return n
	}
	if k.from = number(from); ranged {
		if k.to = number(to); k.to == 0 {
			return k, false
		}
	}
	if letters != "" {
		k.numeric, k.reverse, k.human, k.folded, k.version, k.month = false, false, false, false, false, false
	}
	for _, l := range letters {
		switch l {
		case 'n', 'g':
			k.numeric = true
		case 'r':
			k.reverse = true
		case 'h':
			k.human = true
		case 'f':
			k.folded = true
		case 'V':
			k.version = true
		case 'M':
			k.month = true
		case 'b':
		default:
			return k, false
		}
	}
	return k, k.from > 0
}

func (p *proc) comparison(keys []sortKey, whole sortKey) func(a, b string) int {
	if len(keys) == 0 {
		return func(a, b string) int { return whole.compare(a, b) }
	}
	return func(a, b string) int {
		for _, k := range keys {
			if c := k.compare(p.field(a, k), p.field(b, k)); c != 0 {
				return c
			}
		}
		return 0
	}
}

// field is what a key means of a line.
func (p *proc) field(line string, k sortKey) string {
	sep := " "
	var fields []string
	if p.has('t') {
		sep, _ = unescape(p.flags['t'])
		fields = strings.Split(line, sep)
	} else {
		fields = strings.Fields(line)
	}
	if k.from > len(fields) {
		return ""
	}
	to := len(fields)
	if k.to > 0 {
		to = min(to, max(k.to, k.from))
	}
	return strings.Join(fields[k.from-1:to], sep)
}

func (k sortKey) compare(a, b string) int {
	c := 0
	switch {
	case k.numeric, k.human:
		c = cmp.Compare(leading(a, k.human), leading(b, k.human))
	case k.month:
		c = cmp.Compare(month(a), month(b))
	case k.version:
		c = versions(a, b)
	case k.folded:
		c = cmp.Compare(strings.ToUpper(a), strings.ToUpper(b))
	default:
		c = cmp.Compare(a, b)
	}
	if k.reverse {
		return -c
	}
	return c
}

// leading is the number that a text begins with; human ones may end in K, M, G.
func leading(s string, human bool) float64 {
	s = strings.TrimLeft(s, " \t")
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.' || i == 0 && s[i] == '-') {
		i++
	}
	n, _ := strconv.ParseFloat(s[:i], 64)
	if human && i < len(s) {
		n *= float64(int64(1) << (10 * (1 + strings.IndexByte("KMGT", s[i]&^0x20))))
	}
	return n
}

func month(s string) int {
	s = strings.ToUpper(strings.TrimSpace(s))
	return strings.Index("JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", s[:min(3, len(s))])/3 + 1
}

// versions compares the numbers within texts as numbers.
func versions(a, b string) int {
	digits := func(s string) int {
		i := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i
	}
	for a != "" && b != "" {
		i, j := digits(a), digits(b)
		if i > 0 && j > 0 {
			x, y := strings.TrimLeft(a[:i], "0"), strings.TrimLeft(b[:j], "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
				return c
			}
			a, b = a[i:], b[j:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// joinFiles joins the lines of two sorted files that agree in a field.
func joinFiles(p *proc) int {
	if !p.options("t:1:2:j:a:") {
		return 1
	}
	if len(p.args) != 2 {
		return p.fail("want two files")
	}
	one, ok := p.number('1', 1)
	two, also := p.number('2', 1)
	if p.has('j') {
		one, ok = p.number('j', 1)
		two = one
	}
	if !ok || !also || one < 1 || two < 1 {
		return 1
	}
	sep := " "
	cutAt := strings.Fields
	if p.has('t') {
		sep = p.flags['t']
		cutAt = func(s string) []string { return strings.Split(s, sep) }
	}
	a, ok := p.content(p.args[0])
	b, also := p.content(p.args[1])
	if !ok || !also {
		return 1
	}
	byKey := map[string][][]string{}
	for _, l := range splitLines(b) {
		if f := cutAt(l); two <= len(f) {
			byKey[f[two-1]] = append(byKey[f[two-1]], slices.Delete(slices.Clone(f), two-1, two))
		}
	}
	for _, l := range splitLines(a) {
		f := cutAt(l)
		if one > len(f) {
			continue
		}
		rest := slices.Delete(slices.Clone(f), one-1, one)
		for _, other := range byKey[f[one-1]] {
			if !p.on() {
				return 1
			}
			p.print(strings.Join(slices.Concat(f[one-1:one], rest, other), sep) + "\n")
		}
		if p.flags['a'] == "1" && byKey[f[one-1]] == nil {
			p.print(strings.Join(append(f[one-1:one:one], rest...), sep) + "\n")
		}
	}
	return p.status()
}

// comm compares two sorted files line by line.
func comm(p *proc) int {
	if !p.options("123") {
		return 1
	}
	if len(p.args) != 2 {
		return p.fail("want two files")
	}
	a, ok := p.content(p.args[0])
	b, also := p.content(p.args[1])
	if !ok || !also {
		return 1
	}
	x, y := splitLines(a), splitLines(b)
	show := func(column byte, line string) {
		if p.has(column) {
			return
		}
		for c := byte('1'); c < column; c++ {
			if !p.has(c) {
				p.print("\t")
			}
		}
		p.print(line + "\n")
	}
	for len(x) > 0 || len(y) > 0 {
		switch {
		case len(y) == 0 || len(x) > 0 && x[0] < y[0]:
			show('1', x[0])
			x = x[1:]
		case len(x) == 0 || x[0] > y[0]:
			show('2', y[0])
			y = y[1:]
		default:
			show('3', x[0])
			x, y = x[1:], y[1:]
		}
	}
	return p.status()
}
