package shellbox

import (
	"fmt"
	"strconv"
	"strings"
)

func echo(p *proc) int {
	newline, escapes, args := true, false, p.args
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && strings.Trim(args[0][1:], "neE") == "" {
		newline = newline && !strings.Contains(args[0], "n")
		escapes = (escapes || strings.Contains(args[0], "e")) && !strings.Contains(args[0], "E")
		args = args[1:]
	}
	text := strings.Join(args, " ")
	if escapes {
		var stop bool
		if text, stop = unescape(text); stop {
			newline = false
		}
	}
	if newline {
		text += "\n"
	}
	p.print(text)
	return 0
}

// unescape reads backslash escapes; stop says that \c ended the text.
func unescape(s string) (text string, stop bool) {
	if !strings.Contains(s, `\`) {
		return s, false
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		if k := strings.IndexByte("abefnrtv\\\"", s[i]); k >= 0 {
			b.WriteByte("\a\b\x1b\f\n\r\t\v\\\""[k])
			continue
		}
		digits, base := 0, 8
		from := i
		switch {
		case s[i] == 'c':
			return b.String(), true
		case s[i] == 'x':
			digits, base, from = 2, 16, i+1
		case s[i] == '0':
			digits, from = 3, i+1
		case s[i] >= '1' && s[i] <= '7':
			digits = 3
		}
		to := from
		for to < len(s) && to-from < digits && strings.IndexByte("0123456789abcdefABCDEF"[:base+6*(base/16)], s[to]) >= 0 {
			to++
		}
		n, err := strconv.ParseUint(s[from:to], base, 32)
		if err != nil && s[i] != '0' {
			b.WriteByte('\\')
			b.WriteByte(s[i])
			continue
		}
		b.WriteByte(byte(n))
		i = to - 1
	}
	return b.String(), false
}

func printf(p *proc) int {
	if len(p.args) > 0 && p.args[0] == "--" {
		p.args = p.args[1:]
	}
	if len(p.args) == 0 {
		return p.usage("usage: printf format [arguments]")
	}
	format, args := p.args[0], p.args[1:]
	for first := true; first || len(args) > 0; first = false {
		before := len(args)
		text, rest, stop := p.format(format, args)
		if p.print(text); stop || len(rest) == before || !p.on() {
			break
		}
		args = rest
	}
	return p.status()
}

// format fills a format once.
func (p *proc) format(f string, args []string) (text string, rest []string, stop bool) {
	var b strings.Builder
	next := func() string {
		if len(args) == 0 {
			return ""
		}
		a := args[0]
		args = args[1:]
		return a
	}
	for f != "" && b.Len() < wordMax {
		i := strings.IndexByte(f, '%')
		if i < 0 {
			i = len(f)
		}
		plain, end := unescape(f[:i])
		if b.WriteString(plain); end {
			return b.String(), nil, true
		}
		if f = f[i:]; f == "" {
			break
		}
		j := 1
		for j < len(f) && strings.IndexByte("-+ #0123456789.*", f[j]) >= 0 {
			j++
		}
		if j == len(f) {
			p.fail("%s: missing format character", f)
			break
		}
		spec, verb := f[:j], f[j]
		f = f[j+1:]
		for strings.Contains(spec, "*") {
			spec = strings.Replace(spec, "*", strconv.Itoa(int(p.integer(next()))), 1)
		}
		if tooWide(spec) {
			p.fail("%s%c: too wide", spec, verb)
			return b.String(), nil, true
		}
		switch verb {
		case '%':
			b.WriteByte('%')
		case 's':
			fmt.Fprintf(&b, spec+"s", next())
		case 'b':
			t, end := unescape(next())
			if fmt.Fprintf(&b, spec+"s", t); end {
				return b.String(), nil, true
			}
		case 'q':
			b.WriteString(quoted(next()))
		case 'c':
			if t := next(); t != "" {
				fmt.Fprintf(&b, spec+"s", t[:1])
			}
		case 'd', 'i', 'u':
			fmt.Fprintf(&b, spec+"d", p.integer(next()))
		case 'x', 'X', 'o':
			fmt.Fprintf(&b, spec+string(verb), p.integer(next()))
		case 'f', 'e', 'g', 'F', 'E', 'G':
			t := strings.TrimSpace(next())
			x, err := strconv.ParseFloat(t, 64)
			if err != nil && t != "" {
				p.fail("%s: invalid number", t)
			}
			b.WriteString(fmt.Sprintf(spec+string(verb), x))
		default:
			p.fail("%%%c: invalid conversion", verb)
			return b.String(), nil, true
		}
	}
	return b.String(), args, false
}

// tooWide says whether a format asks for more than a thousand signs.
func tooWide(spec string) bool {
	for part := range strings.FieldsFuncSeq(spec, func(r rune) bool { return r < '0' || r > '9' }) {
		if n, err := strconv.Atoi(part); err != nil || n > 1000 {
			return true
		}
	}
	return false
}

// integer reads a number as printf does: also 0x10, 'a.
func (p *proc) integer(s string) int64 {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0
	}
	if (s[0] == '\'' || s[0] == '"') && len(s) > 1 {
		return int64([]rune(s[1:])[0])
	}
	n, err := strconv.ParseInt(s, 0, 64)
	if err != nil {
		if n, err = strconv.ParseInt(s, 10, 64); err != nil {
			p.fail("%s: invalid number", s)
		}
	}
	return n
}
