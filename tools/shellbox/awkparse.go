package shellbox

import (
	"math"
	"slices"
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
	noIn  bool // in for ( ) before its in
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

func (p *awkParser) stmt() awkStmt {
	defer p.deeper()()
	s := p.simple()
	return func(r *awkRun) awkFlow {
		if !r.on() {
			return awkExit
		}
		return s(r)
	}
}

func (p *awkParser) simple() awkStmt {
	if p.sign("{") {
		return p.block()
	}
	if p.kind == 'w' || p.kind == 'f' {
		switch word := p.tok; word {
		case "if", "while", "for", "do":
			p.next()
			return map[string]func() awkStmt{"if": p.ifStmt, "while": p.whileStmt, "for": p.forStmt, "do": p.doStmt}[word]()
		case "print", "printf":
			p.next()
			return p.printStmt(word == "printf")
		case "next", "break", "continue", "nextfile":
			p.next()
			flow := map[string]awkFlow{"next": awkNext, "nextfile": awkNext, "break": awkBreak, "continue": awkContinue}[word]
			return func(*awkRun) awkFlow { return flow }
		case "exit":
			p.next()
			code := awkExpr(nil)
			if !p.ended() {
				code = p.expr()
			}
			return func(r *awkRun) awkFlow {
				if r.status = 0; code != nil {
					r.status = int(code(r).number()) & 255
				}
				if r.status == 0 {
					r.status = -1 // END is still run
				}
				return awkExit
			}
		case "delete":
			return p.deleteStmt()
		case "getline", "return", "function":
			awkFail("%s is not supported", word)
		}
	}
	e := p.expr()
	return func(r *awkRun) awkFlow { e(r); return awkOn }
}

func (p *awkParser) ended() bool {
	return p.kind == 0 || p.sign(";") || p.sign("\n") || p.sign("}")
}

func (p *awkParser) ifStmt() awkStmt {
	p.want("(")
	cond := p.expr()
	p.want(")")
	then, other := p.body(), awkStmt(nil)
	at := *p
	p.newlines()
	if p.kind == 'w' && p.tok == "else" {
		p.next()
		other = p.body()
	} else {
		*p = at
	}
	return func(r *awkRun) awkFlow {
		if cond(r).truth() {
			return then(r)
		}
		if other != nil {
			return other(r)
		}
		return awkOn
	}
}

// awkLoop goes on while cond holds.
func awkLoop(cond awkExpr, body, post awkStmt) awkStmt {
	return func(r *awkRun) awkFlow {
		for r.on() && (cond == nil || cond(r).truth()) {
			switch flow := body(r); flow {
			case awkBreak:
				return awkOn
			case awkNext, awkExit:
				return flow
			}
			if post != nil {
				post(r)
			}
		}
		return awkOn
	}
}

func (p *awkParser) whileStmt() awkStmt {
	p.want("(")
	cond := p.expr()
	p.want(")")
	return awkLoop(cond, p.body(), nil)
}

func (p *awkParser) doStmt() awkStmt {
	body := p.body()
	p.newlines()
	if p.tok != "while" {
		awkFail("syntax error: do wants while")
	}
	p.next()
	loop := awkExpr(nil)
	p.want("(")
	loop = p.expr()
	p.want(")")
	again := awkLoop(loop, body, nil)
	return func(r *awkRun) awkFlow {
		if flow := body(r); flow == awkBreak {
			return awkOn
		} else if flow == awkNext || flow == awkExit {
			return flow
		}
		return again(r)
	}
}

func (p *awkParser) forStmt() awkStmt {
	p.want("(")
	var init, post awkStmt
	var cond awkExpr
	if !p.sign(";") {
		if p.kind == 'w' { // for (k in a)
			at, name := *p, p.tok
			if p.next(); p.kind == 'w' && p.tok == "in" {
				p.next()
				array := p.tok
				p.next()
				p.want(")")
				return forIn(name, array, p.body())
			}
			*p = at
		}
		init = p.simple()
	}
	p.want(";")
	if !p.sign(";") {
		cond = p.expr()
	}
	p.want(";")
	if !p.sign(")") {
		post = p.simple()
	}
	p.want(")")
	loop := awkLoop(cond, p.body(), post)
	return func(r *awkRun) awkFlow {
		if init != nil {
			init(r)
		}
		return loop(r)
	}
}

func forIn(name, array string, body awkStmt) awkStmt {
	return func(r *awkRun) awkFlow {
		for _, key := range slices.Clone(r.array(array).keys) {
			if !r.on() {
				return awkExit
			}
			r.set(name, awkValue{s: key, kind: awkMaybe})
			switch flow := body(r); flow {
			case awkBreak:
				return awkOn
			case awkNext, awkExit:
				return flow
			}
		}
		return awkOn
	}
}

func (p *awkParser) deleteStmt() awkStmt {
	p.next()
	name := p.tok
	if p.next(); !p.sign("[") {
		return func(r *awkRun) awkFlow { delete(r.arrays, name); return awkOn }
	}
	key := p.subscript()
	return func(r *awkRun) awkFlow { r.remove(r.array(name), key(r)); return awkOn }
}

func (p *awkParser) printStmt(formatted bool) awkStmt {
	var args []awkExpr
	old := p.noGtr
	p.noGtr = true
	if p.sign("(") { // print (a, b): the bracket may be around all
		at := *p
		p.next()
		p.noGtr = false
		args = p.list(")")
		p.want(")")
		if p.noGtr = true; !p.ended() && !p.sign(">") && !p.sign(">>") && !p.sign("|") {
			*p = at
			p.noGtr, args = true, p.list("")
		}
	} else if !p.ended() && !p.sign(">") && !p.sign(">>") {
		args = p.list("")
	}
	to, add := awkExpr(nil), p.sign(">>")
	if p.is(">") || p.is(">>") {
		to = p.concat()
	} else if p.sign("|") {
		awkFail("pipes within awk are not supported")
	}
	p.noGtr = old
	return func(r *awkRun) awkFlow {
		var b strings.Builder
		switch {
		case formatted && len(args) > 0:
			b.WriteString(r.format(args))
		case len(args) == 0:
			b.WriteString(r.record + r.vars["ORS"].text())
		default:
			for i, a := range args {
				if i > 0 {
					b.WriteString(r.vars["OFS"].text())
				}
				b.WriteString(a(r).text())
			}
			b.WriteString(r.vars["ORS"].text())
		}
		name := ""
		if to != nil {
			name = to(r).text()
		}
		r.output(name, add, b.String())
		return awkOn
	}
}

// list is expressions with commas between.
func (p *awkParser) list(end string) []awkExpr {
	if end != "" && p.sign(end) {
		return nil
	}
	list := []awkExpr{p.expr()}
	for p.is(",") {
		for p.sign("\n") {
			p.next()
		}
		list = append(list, p.expr())
	}
	return list
}

// format is printf's text.
func (r *awkRun) format(args []awkExpr) string {
	values := make([]string, len(args))
	for i, a := range args {
		values[i] = a(r).text()
	}
	// whole numbers are asked of numbers with a fraction, and of any text
	f := values[0]
	rest := values[1:]
	k := 0
	for i := 0; i+1 < len(f); i++ {
		if f[i] != '%' {
			continue
		}
		for i++; i < len(f) && strings.IndexByte("-+ #0123456789.", f[i]) >= 0; i++ {
		}
		if i == len(f) || f[i] == '%' {
			continue
		}
		if k < len(rest) && strings.IndexByte("dixXoucfeEgG", f[i]) >= 0 {
			n := awkValue{s: rest[k], kind: awkMaybe}.number()
			switch {
			case f[i] == 'c' && awkValue{s: rest[k]}.looksNumber():
				rest[k] = string(rune(int(n)))
			case f[i] == 'c':
			case strings.IndexByte("dixXou", f[i]) >= 0:
				rest[k] = number(math.Trunc(n)).text()
			default:
				rest[k] = strings.TrimSpace(rest[k])
				if !(awkValue{s: rest[k]}).looksNumber() {
					rest[k] = number(n).text()
				}
			}
		}
		k++
	}
	out, _, _ := r.proc.format(f, rest)
	return r.long(out)
}
