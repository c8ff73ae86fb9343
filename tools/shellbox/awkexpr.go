package shellbox

import (
	"math"
	"strconv"
	"strings"
)

// What follows reads expressions, the loosest binding first.

func (p *awkParser) expr() awkExpr {
	defer p.deeper()()
	return p.assignment()
}

// awkPlace is what can be assigned to.
type awkPlace struct {
	get awkExpr
	set func(*awkRun, awkValue)
}

func (p *awkParser) assignment() awkExpr {
	at := *p
	if place, ok := p.place(); ok && p.kind == 'p' {
		switch op := p.tok; op {
		case "=", "+=", "-=", "*=", "/=", "%=", "^=", "**=":
			p.next()
			value := p.expr()
			return func(r *awkRun) awkValue {
				v := value(r)
				if op != "=" {
					v = number(arithmetic(op[:len(op)-1], place.get(r).number(), v.number()))
				}
				place.set(r, v)
				return v
			}
		}
	}
	*p = at
	return p.ternary()
}

// place reads a variable, an element or a field.
func (p *awkParser) place() (awkPlace, bool) {
	switch {
	case p.kind == 'w' && !keyword(p.tok):
		name := p.tok
		if p.next(); p.sign("[") {
			key := p.subscript()
			return awkPlace{
				func(r *awkRun) awkValue {
					a, k := r.array(name), key(r)
					if _, ok := a.values[k]; !ok {
						r.store(a, k, awkValue{})
					}
					return a.values[k]
				},
				func(r *awkRun, v awkValue) { r.store(r.array(name), key(r), v) },
			}, true
		}
		return awkPlace{func(r *awkRun) awkValue { return r.get(name) }, func(r *awkRun, v awkValue) { r.set(name, v) }}, true
	case p.sign("$"):
		defer p.deeper()()
		p.next()
		n := p.increment()
		return awkPlace{func(r *awkRun) awkValue { return r.field(n(r).number()) },
			func(r *awkRun, v awkValue) { r.setField(n(r).number(), v.text()) }}, true
	}
	return awkPlace{}, false
}

func keyword(s string) bool {
	return s == "in" || s == "getline" || s == "else" || s == "while" || s == "length"
}

// subscript is [a, b] as one text.
func (p *awkParser) subscript() func(*awkRun) string {
	p.want("[")
	list := p.list("]")
	p.want("]")
	return func(r *awkRun) string {
		parts := make([]string, len(list))
		for i, e := range list {
			parts[i] = e(r).text()
		}
		return r.long(strings.Join(parts, r.vars["SUBSEP"].text()))
	}
}

func (p *awkParser) ternary() awkExpr {
	cond := p.or()
	if !p.is("?") {
		return cond
	}
	a := p.expr()
	p.want(":")
	b := p.expr()
	return func(r *awkRun) awkValue {
		if cond(r).truth() {
			return a(r)
		}
		return b(r)
	}
}

func (p *awkParser) or() awkExpr {
	a := p.and()
	for p.is("||") {
		for p.sign("\n") {
			p.next()
		}
		x, y := a, p.and()
		a = func(r *awkRun) awkValue { return awkBool(x(r).truth() || y(r).truth()) }
	}
	return a
}

func (p *awkParser) and() awkExpr {
	a := p.in()
	for p.is("&&") {
		for p.sign("\n") {
			p.next()
		}
		x, y := a, p.in()
		a = func(r *awkRun) awkValue { return awkBool(x(r).truth() && y(r).truth()) }
	}
	return a
}

func (p *awkParser) in() awkExpr {
	a := p.match()
	for p.kind == 'w' && p.tok == "in" {
		p.next()
		x, name := a, p.tok
		p.next()
		a = func(r *awkRun) awkValue { _, ok := r.array(name).values[x(r).text()]; return awkBool(ok) }
	}
	return a
}

func (p *awkParser) match() awkExpr {
	a := p.comparison()
	for p.sign("~") || p.sign("!~") {
		not := p.tok == "!~"
		p.next()
		x := a
		if p.kind == 'r' {
			expr := p.tok
			p.next()
			a = func(r *awkRun) awkValue { return awkBool(r.regex(expr).MatchString(x(r).text()) != not) }
			continue
		}
		y := p.comparison()
		a = func(r *awkRun) awkValue { return awkBool(r.regex(y(r).text()).MatchString(x(r).text()) != not) }
	}
	return a
}

func (p *awkParser) comparison() awkExpr {
	a := p.concat()
	if p.kind != 'p' || p.noGtr && p.tok == ">" {
		return a
	}
	switch op := p.tok; op {
	case "<", "<=", "==", "!=", ">", ">=":
		p.next()
		b := p.concat()
		return func(r *awkRun) awkValue {
			c := compareAwk(a(r), b(r))
			switch op {
			case "<":
				return awkBool(c < 0)
			case "<=":
				return awkBool(c <= 0)
			case "==":
				return awkBool(c == 0)
			case "!=":
				return awkBool(c != 0)
			case ">":
				return awkBool(c > 0)
			}
			return awkBool(c >= 0)
		}
	}
	return a
}

// concat is values side by side.
func (p *awkParser) concat() awkExpr {
	a := p.sum()
	for p.kind == 'n' || p.kind == 's' || p.kind == 'f' || p.kind == 'w' && (!keyword(p.tok) || p.tok == "length") || p.sign("$") || p.sign("(") || p.sign("!") || p.sign("-") {
		x, y := a, p.sum()
		a = func(r *awkRun) awkValue {
			left := x(r).text()
			return text(r.long(left + y(r).text()))
		}
	}
	return a
}

func arithmetic(op string, a, b float64) float64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "^", "**":
		return math.Pow(a, b)
	}
	if b == 0 {
		awkFail("division by zero")
	}
	if op == "%" {
		return math.Mod(a, b)
	}
	return a / b
}

func (p *awkParser) sum() awkExpr {
	a := p.product()
	for p.sign("+") || p.sign("-") {
		a = p.operation(a, p.product)
	}
	return a
}

func (p *awkParser) product() awkExpr {
	a := p.unary()
	for p.sign("*") || p.sign("/") || p.sign("%") {
		a = p.operation(a, p.unary)
	}
	return a
}

func (p *awkParser) operation(a awkExpr, operand func() awkExpr) awkExpr {
	op := p.tok
	p.next()
	b := operand()
	return func(r *awkRun) awkValue {
		left := a(r).number()
		return number(arithmetic(op, left, b(r).number()))
	}
}

func (p *awkParser) unary() awkExpr {
	defer p.deeper()()
	switch {
	case p.is("!"):
		a := p.unary()
		return func(r *awkRun) awkValue { return awkBool(!a(r).truth()) }
	case p.is("-"):
		a := p.unary()
		return func(r *awkRun) awkValue { return number(-a(r).number()) }
	case p.is("+"):
		a := p.unary()
		return func(r *awkRun) awkValue { return number(a(r).number()) }
	}
	a := p.increment()
	if p.sign("^") || p.sign("**") {
		return p.operation(a, p.unary)
	}
	return a
}

func (p *awkParser) increment() awkExpr {
	for _, op := range []string{"++", "--"} {
		if p.is(op) {
			place, ok := p.place()
			if !ok {
				awkFail("syntax error: %s wants a variable", op)
			}
			return func(r *awkRun) awkValue {
				v := number(arithmetic(op[:1], place.get(r).number(), 1))
				place.set(r, v)
				return v
			}
		}
	}
	at := *p
	if place, ok := p.place(); ok {
		if p.sign("++") || p.sign("--") {
			op := p.tok[:1]
			p.next()
			p.last = 'w'
			return func(r *awkRun) awkValue {
				old := place.get(r).number()
				place.set(r, number(arithmetic(op, old, 1)))
				return number(old)
			}
		}
		return place.get
	}
	*p = at
	return p.primary()
}

func (p *awkParser) primary() awkExpr {
	tok := p.tok
	switch p.kind {
	case 'n':
		n, _ := strconv.ParseFloat(tok, 64)
		p.next()
		return func(*awkRun) awkValue { return number(n) }
	case 's':
		p.next()
		return func(*awkRun) awkValue { return text(tok) }
	case 'r':
		p.next()
		return func(r *awkRun) awkValue { return awkBool(r.regex(tok).MatchString(r.record)) }
	case 'f':
		p.next()
		p.want("(")
		old := p.noGtr
		p.noGtr = false
		args := p.arguments()
		p.noGtr = old
		return call(tok, args)
	}
	if p.kind == 'w' && tok == "length" { // of the record
		p.next()
		return call(tok, nil)
	}
	if p.is("(") {
		old := p.noGtr
		p.noGtr = false
		list := p.list(")")
		p.want(")")
		if p.noGtr = old; len(list) == 1 {
			return list[0]
		}
		if len(list) == 0 {
			awkFail("syntax error: ( ) is empty")
		}
		return func(r *awkRun) awkValue { // (i, j) in a
			parts := make([]string, len(list))
			for i, e := range list {
				parts[i] = e(r).text()
			}
			return text(strings.Join(parts, r.vars["SUBSEP"].text()))
		}
	}
	awkFail("syntax error at %q", tok)
	return nil
}

// awkArg is an argument: a value, and what else it may be taken for.
type awkArg struct {
	value awkExpr
	name  string // of a variable: perhaps an array
	regex string // of a /regex/
	isRx  bool
	place awkPlace
}

func (p *awkParser) arguments() []awkArg {
	var args []awkArg
	for !p.sign(")") {
		var a awkArg
		at := *p
		switch p.kind {
		case 'r':
			a.regex, a.isRx = p.tok, true
		case 'w':
			a.name = p.tok
		}
		if place, ok := p.place(); ok && (p.sign(",") || p.sign(")")) {
			a.place = place
		}
		*p = at
		a.value = p.expr()
		if args = append(args, a); !p.is(",") {
			break
		}
	}
	p.want(")")
	return args
}
