package shellbox

import (
	"regexp"
	"strings"
)

// expression compiles a POSIX expression, basic or extended, as the utilities
// know it.
func expression(expr string, extended, fold bool) (*regexp.Regexp, error) {
	var b strings.Builder
	if fold {
		b.WriteString("(?i)")
	}
	start := true // of the expression or a branch: * is a sign there
	for i := 0; i < len(expr); i++ {
		c := expr[i]
		first := start
		start = false
		switch {
		case c == '[':
			end := bracket(expr, i)
			if end < 0 {
				b.WriteString(`\[`)
				continue
			}
			set := expr[i+1 : end]
			b.WriteByte('[')
			if strings.HasPrefix(set, "^") {
				b.WriteByte('^')
				set = set[1:]
			}
			if strings.HasPrefix(set, "]") {
				b.WriteString(`\]`)
				set = set[1:]
			}
			b.WriteString(escapeSet(set))
			b.WriteByte(']')
			i = end
		case c == '\\' && i+1 < len(expr):
			i++
			start = escaped(&b, expr[i], extended)
		case c == '*' && first:
			b.WriteString(`\*`)
		case !extended && strings.IndexByte("+?(){}|", c) >= 0:
			b.WriteString(`\` + string(c))
		case extended && c == '{' && (i+1 == len(expr) || expr[i+1] < '0' || expr[i+1] > '9'):
			b.WriteString(`\{`)
		case !extended && (c == '^' && !first || c == '$' && i+1 < len(expr) && !strings.HasPrefix(expr[i+1:], `\)`) && !strings.HasPrefix(expr[i+1:], `\|`)):
			b.WriteString(`\` + string(c))
		default:
			b.WriteByte(c)
			start = c == '^' && first || extended && (c == '(' || c == '|')
		}
	}
	return compile(b.String())
}

// escaped writes what a backslash and c mean; start says that a branch begins.
func escaped(b *strings.Builder, c byte, extended bool) (start bool) {
	switch {
	case !extended && strings.IndexByte("+?(){}|", c) >= 0:
		b.WriteByte(c)
		return c == '(' || c == '|'
	case c == '<' || c == '>':
		b.WriteString(`\b`)
	case strings.IndexByte("wWsSbBdDnt", c) >= 0:
		b.WriteString(`\` + string(c))
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80:
		b.WriteByte(c)
	default:
		b.WriteString(`\` + string(c))
	}
	return false
}

// bracket is where the set that opens at i closes, or -1.
func bracket(s string, i int) int {
	j := i + 1
	if j < len(s) && s[j] == '^' {
		j++
	}
	if j < len(s) && s[j] == ']' {
		j++
	}
	for ; j < len(s); j++ {
		if strings.HasPrefix(s[j:], "[:") {
			if end := strings.Index(s[j:], ":]"); end > 0 {
				j += end + 1
				continue
			}
		}
		if s[j] == ']' {
			return j
		}
	}
	return -1
}

// escapeSet makes signs that only Go minds in a set plain.
func escapeSet(set string) string {
	var b strings.Builder
	for i := 0; i < len(set); i++ {
		switch c := set[i]; {
		case c == '\\' && i+1 < len(set) && strings.IndexByte("ntwsd]\\/.", set[i+1]) >= 0:
			b.WriteByte(c)
			i++
			b.WriteByte(set[i])
		case c == '\\':
			b.WriteString(`\\`)
		case c == '[' && !strings.HasPrefix(set[i:], "[:"):
			b.WriteString(`\[`)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
