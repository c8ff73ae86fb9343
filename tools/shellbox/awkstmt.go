package shellbox

import (
	"math"
	"slices"
	"strings"
)

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
