package shellbox

import (
	"strings"
)

// awkParser reads a program of awk. What is wrong with it is an awkFault.
type awkParser struct {
	src   string
	at    int
	tok   string // the token at hand: a sign, a word; "" is the end
	kind  byte   // n number, s string, r regex, w word, f function name with (, p sign
	last  byte   // the kind of the token before: / after a value divides
	depth int
	noGtr bool // in print: > is where to
}

// parseAwk reads a whole program.
func parseAwk(src string) []awkRule {
	p := &awkParser{src: src}
	p.next()
	var rules []awkRule
	for p.newlines(); p.kind != 0; p.newlines() {
		var u awkRule
		switch p.tok {
		case "BEGIN", "END":
			u.begin, u.end = p.tok == "BEGIN", p.tok == "END"
			p.next()
		case "function", "func":
			awkFail("functions are not supported")
		case "{":
		default:
			u.from = p.expr()
			if p.is(",") {
				p.newlines()
				u.to = p.expr()
			}
		}
		if p.tok == "{" && p.kind == 'p' {
			u.do = p.block()
		} else if u.begin || u.end {
			awkFail("BEGIN and END want { }")
		} else {
			u.do = func(r *awkRun) awkFlow { r.output("", false, r.record+r.vars["ORS"].text()); return awkOn }
		}
		if rules = append(rules, u); len(rules) > 200 {
			awkFail("too many rules")
		}
		for p.tok == ";" && p.kind == 'p' {
			p.next()
		}
	}
	return rules
}

// next reads a token.
func (p *awkParser) next() {
	p.last = p.kind
	if p.kind == 'p' && (p.tok == ")" || p.tok == "]" || p.tok == "$") {
		p.last = 'w'
	}
	s := p.src
	for p.at < len(s) && (s[p.at] == ' ' || s[p.at] == '\t' || s[p.at] == '\r' || strings.HasPrefix(s[p.at:], "\\\n")) {
		if s[p.at] == '\\' {
			p.at++
		}
		p.at++
	}
	if p.at < len(s) && s[p.at] == '#' {
		for p.at < len(s) && s[p.at] != '\n' {
			p.at++
		}
	}
	if p.at >= len(s) {
		p.tok, p.kind = "", 0
		return
	}
	from, c := p.at, s[p.at]
	word := func(c byte) bool {
		return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
	}
	switch {
	case c >= '0' && c <= '9' || c == '.' && p.at+1 < len(s) && s[p.at+1] >= '0' && s[p.at+1] <= '9':
		for p.at < len(s) && (s[p.at] >= '0' && s[p.at] <= '9' || s[p.at] == '.' || s[p.at]|0x20 == 'e' && p.at+1 < len(s) && s[p.at+1] >= '0' && s[p.at+1] <= '9') {
			p.at++
		}
		p.tok, p.kind = s[from:p.at], 'n'
	case word(c):
		for p.at < len(s) && word(s[p.at]) {
			p.at++
		}
		p.tok, p.kind = s[from:p.at], 'w'
		if p.at < len(s) && s[p.at] == '(' {
			p.kind = 'f'
		}
	case c == '"':
		p.quoted('"')
		p.kind = 's'
		p.tok, _ = unescape(p.tok)
	case c == '/' && p.last != 'n' && p.last != 'w' && p.last != 's':
		p.quoted('/')
		p.kind = 'r'
	default:
		p.tok, p.kind = s[p.at:p.at+1], 'p'
		for _, op := range []string{"**=", "**", "&&", "||", "==", "!=", "<=", ">=", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "!~", ">>"} {
			if strings.HasPrefix(s[p.at:], op) {
				p.tok = op
				break
			}
		}
		p.at += len(p.tok)
	}
}

// quoted reads up to an end sign that has no backslash before it.
func (p *awkParser) quoted(end byte) {
	var b strings.Builder
	for p.at++; p.at < len(p.src); p.at++ {
		switch c := p.src[p.at]; {
		case c == end:
			p.at++
			p.tok = b.String()
			return
		case c == '\\' && p.at+1 < len(p.src):
			if p.at++; p.src[p.at] != end || end == '"' {
				b.WriteByte('\\')
			}
			b.WriteByte(p.src[p.at])
		case c == '\n':
			awkFail("a %c is not closed", end)
		default:
			b.WriteByte(c)
		}
	}
	awkFail("a %c is not closed", end)
}

func (p *awkParser) sign(tok string) bool { return p.kind == 'p' && p.tok == tok }

// is takes a sign where it comes next.
func (p *awkParser) is(tok string) bool {
	if p.sign(tok) {
		p.next()
		return true
	}
	return false
}

func (p *awkParser) want(tok string) {
	if !p.is(tok) {
		awkFail("syntax error: want %s before %q", tok, p.tok)
	}
}

func (p *awkParser) newlines() {
	for p.sign("\n") || p.sign(";") {
		p.next()
	}
}

// deeper guards against programs that are nested too deeply.
func (p *awkParser) deeper() func() {
	if p.depth++; p.depth > 200 {
		awkFail("the program is nested too deeply")
	}
	return func() { p.depth-- }
}

func (p *awkParser) block() awkStmt {
	p.want("{")
	var list []awkStmt
	for p.newlines(); !p.sign("}"); p.newlines() {
		if p.kind == 0 {
			awkFail("syntax error: a } is missing")
		}
		list = append(list, p.stmt())
	}
	p.next()
	return func(r *awkRun) awkFlow {
		for _, s := range list {
			if flow := s(r); flow != awkOn {
				return flow
			}
		}
		return awkOn
	}
}

// body is what an if or a loop does.
func (p *awkParser) body() awkStmt {
	for p.sign("\n") {
		p.next()
	}
	if p.is(";") {
		return func(*awkRun) awkFlow { return awkOn }
	}
	return p.stmt()
}
