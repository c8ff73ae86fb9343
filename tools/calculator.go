package tools

import (
	"context"
	"math/big"
	"strings"

	"github.com/turngym/turngym/gym"
)

// Calculator works out an expression: exactly, in fractions, as far as + - * / ^
// and the like go, and in floating point where a function asks for it.
type Calculator struct{}

// The bounds of an expression and of the numbers in it.
const (
	expressionMax = 1000 // bytes
	nestingMax    = 100
	numberBits    = 4096 // of numerator and denominator
	exponentMax   = 1000 // of a number written as 1e6
)

// Verb is calculate(expression).
func (Calculator) Verb() gym.Verb {
	return gym.Verb{Name: "calculate", Doc: "Work out an expression: + - * / ^ % and functions as sqrt, round, min, max, mod, ln, sin.",
		Params: []gym.Param{{Name: "expression", Doc: "as (3 + 4) * 2.5, 15% * 80, sqrt(2)", Kind: gym.Str,
			Words: []string{"+", "-", "*", "/", "^", "%", "(", ")"}}}}
}

// Call works out the expression.
func (Calculator) Call(_ context.Context, args []gym.Value) (Result, error) {
	v, err := evaluate(args[0].Text)
	if err != nil {
		return Result{}, err
	}
	return Result{Text: v.String()}, nil
}

// evaluate reads an expression and works it out as it goes.
func evaluate(text string) (v value, err error) {
	if len(text) > expressionMax {
		return v, gym.Mistakef("the expression has %d characters; at most %d are read", len(text), expressionMax)
	}
	if strings.TrimSpace(text) == "" {
		return v, gym.Mistakef("the expression is empty; write one as (3 + 4) * 2.5")
	}
	r := strings.NewReplacer("×", "*", "·", "*", "÷", "/", "−", "-", "–", "-", "**", "^", "√", "sqrt ", "π", " pi ")
	p := &expression{text: r.Replace(text)}
	if v, err = p.sum(); err != nil {
		return v, err
	}
	if p.space(); p.at < len(p.text) {
		return v, p.wrong("an operator is missing before it")
	}
	return v, nil
}

// expression is a text that is being read, by recursive descent.
type expression struct {
	text  string
	at    int
	depth int
}

// wrong is a mistake at the place that is being read.
func (p *expression) wrong(what string) error {
	rest := p.text[min(p.at, len(p.text)):]
	if rest == "" {
		return gym.Mistakef("the expression ends too early: %s", what)
	}
	if len(rest) > 20 {
		rest = strings.ToValidUTF8(rest[:20], "") + "…"
	}
	return gym.Mistakef("at character %d, %q: %s", p.at+1, rest, what)
}

func (p *expression) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// take reads one of the signs, 0 where none is there.
func (p *expression) take(signs string) byte {
	if p.space(); p.at < len(p.text) && strings.IndexByte(signs, p.text[p.at]) >= 0 {
		p.at++
		return p.text[p.at-1]
	}
	return 0
}

func (p *expression) sum() (value, error) {
	if p.depth++; p.depth > nestingMax {
		return value{}, p.wrong("it is nested too deeply")
	}
	defer func() { p.depth-- }()
	return p.chain("+-", p.product)
}

func (p *expression) product() (value, error) { return p.chain("*/", p.signed) }

// chain reads operands with operators of one rank between them, from the left.
func (p *expression) chain(signs string, operand func() (value, error)) (value, error) {
	v, err := operand()
	for err == nil {
		sign := p.take(signs)
		if sign == 0 {
			return v, nil
		}
		at := p.at
		var w value
		if w, err = operand(); err == nil {
			if v, err = apply(sign, v, w); err != nil {
				p.at = at - 1
				err = p.wrong(err.Error())
			}
		}
	}
	return v, err
}

// signed reads a sign, which is weaker than a power: -2^2 is -4.
func (p *expression) signed() (value, error) {
	minus := false
	for {
		switch p.take("+-") {
		case '-':
			minus = !minus
			continue
		case '+':
			continue
		}
		break
	}
	v, err := p.power()
	if err == nil && minus {
		v, err = apply('-', exact(new(big.Rat)), v)
	}
	return v, err
}

// power reads a power, from the right: 2^3^2 is 2^9.
func (p *expression) power() (value, error) {
	v, err := p.operand()
	for err == nil && p.take("%") != 0 {
		v, err = apply('/', v, whole(100))
	}
	if err != nil || p.take("^") == 0 {
		return v, err
	}
	at := p.at
	if p.depth++; p.depth > nestingMax {
		return v, p.wrong("it is nested too deeply")
	}
	defer func() { p.depth-- }()
	w, err := p.signed()
	if err != nil {
		return v, err
	}
	if v, err = apply('^', v, w); err != nil {
		p.at = at - 1
		return v, p.wrong(err.Error())
	}
	return v, nil
}

// operand reads a number, a constant, a function's call or parentheses.
func (p *expression) operand() (value, error) {
	p.space()
	switch start := p.at; {
	case p.take("(") != 0:
		v, err := p.sum()
		if err == nil && p.take(")") == 0 {
			err = p.wrong("a ) is missing")
		}
		return v, err
	case p.at < len(p.text) && (digit(p.text[p.at]) || p.text[p.at] == '.'):
		return p.number()
	default:
		name := p.name()
		if name == "" {
			return value{}, p.wrong("a number, a function or ( is to stand here")
		}
		v, err := p.named(name)
		if err != nil {
			if _, placed := err.(*gym.Mistake); !placed {
				p.at = start
				err = p.wrong(err.Error())
			}
		}
		return v, err
	}
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// number reads 12, 0.5, .5, 1_000 and 1e6.
func (p *expression) number() (value, error) {
	start := p.at
	digits := func() {
		for p.at < len(p.text) && (digit(p.text[p.at]) || p.text[p.at] == '_') {
			p.at++
		}
	}
	digits()
	if p.at < len(p.text) && p.text[p.at] == '.' {
		p.at++
		digits()
	}
	end, power := p.at, 0
	if p.at < len(p.text) && (p.text[p.at] == 'e' || p.text[p.at] == 'E') {
		at := p.at + 1
		if at < len(p.text) && (p.text[at] == '-' || p.text[at] == '+') {
			at++
		}
		if at < len(p.text) && digit(p.text[at]) {
			for p.at = at; p.at < len(p.text) && digit(p.text[p.at]); p.at++ {
				if power = power*10 + int(p.text[p.at]-'0'); power > exponentMax {
					p.at = start
					return value{}, p.wrong("the number is too large or too small")
				}
			}
			end = p.at
		}
	}
	r, ok := new(big.Rat).SetString(strings.ReplaceAll(p.text[start:end], "_", ""))
	if !ok {
		p.at = start
		return value{}, p.wrong("this is no number")
	}
	v, err := fit(r)
	if err != nil {
		p.at = start
		err = p.wrong(err.Error())
	}
	return v, err
}

// name reads letters, and digits after them.
func (p *expression) name() string {
	start := p.at
	for p.at < len(p.text) {
		c := p.text[p.at] | 0x20
		if (c < 'a' || c > 'z') && (p.at == start || !digit(p.text[p.at])) {
			break
		}
		p.at++
	}
	return strings.ToLower(p.text[start:p.at])
}

// named is a constant, or a function with its arguments, which follow.
func (p *expression) named(name string) (value, error) {
	if f, ok := constant(name); ok {
		return value{f: f}, nil
	}
	f := find(name)
	if f == nil {
		return value{}, unknown(name)
	}
	if p.take("(") == 0 {
		if name != "sqrt" {
			return value{}, p.wrong("write the arguments of " + name + " in parentheses")
		}
		v, err := p.operand()
		if err != nil {
			return v, err
		}
		return f.do([]value{v})
	}
	var args []value
	for p.take(")") == 0 {
		if len(args) > 0 && p.take(",;") == 0 {
			return value{}, p.wrong("a , or ) is missing")
		}
		v, err := p.sum()
		if err != nil {
			return v, err
		}
		args = append(args, v)
	}
	if len(args) < f.least || len(args) > f.most {
		return value{}, f.arity(len(args))
	}
	return f.do(args)
}
