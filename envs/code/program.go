package code

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// program is a Lua program as it is drawn, with what is known of its lines.
type program struct {
	lines []string
	sets  []string // by line: the variable that it sets, or ""
	depth int      // of the line being written: blocks it stands in
	names []string // variables that have a number, in order of first use
	texts []string // variables that have a text
	loops []int    // lines within loops
	forks [][2]int // lines of which one runs: then and else
	rng   *rand.Rand
	fresh []string // names not used yet
	reads int      // variables that are read from the input: the first ones
}

// variables are what programs call their numbers and texts.
var variables = []string{"a", "b", "c", "d", "e", "f", "g", "h", "k", "m", "n", "p", "q", "r", "t", "u", "v", "w", "x", "y", "z",
	"age", "apples", "books", "boxes", "cars", "coins", "count", "cups", "days", "eggs", "height", "hours", "keys", "lamps", "left",
	"lions", "nuts", "pears", "points", "price", "score", "ships", "size", "speed", "stars", "stones", "sum", "total", "trees", "weight", "width"}

// nouns are what texts in programs say.
var nouns = []string{"ant", "bat", "bee", "cat", "cow", "dog", "elk", "fox", "hen", "jay", "owl", "pig", "rat", "sun", "sky", "ice", "oak", "red", "tin", "sea"}

func newProgram(rng *rand.Rand) *program {
	p := &program{rng: rng}
	for _, i := range rng.Perm(len(variables))[:12] {
		p.fresh = append(p.fresh, variables[i])
	}
	return p
}

// add writes a line, which sets a variable or "".
func (p *program) add(sets, line string) int {
	p.lines = append(p.lines, strings.Repeat("  ", p.depth)+line)
	p.sets = append(p.sets, sets)
	return len(p.lines) - 1
}

func (p *program) source() string { return strings.Join(p.lines, "\n") }

// new is a name that was not used yet.
func (p *program) new() string {
	name := p.fresh[0]
	p.fresh = p.fresh[1:]
	return name
}

// number is a variable that has one.
func (p *program) number() string { return pick(p.rng, p.names) }

func (p *program) digit(low, high int) string { return strconv.Itoa(low + p.rng.IntN(high-low+1)) }

// input writes a line that reads a number.
func (p *program) input() {
	name := p.new()
	p.add(name, name+` = io.read("n")`)
	p.names = append(p.names, name)
	p.reads++
}

// constant gives a new variable a number.
func (p *program) constant() {
	name := p.new()
	p.add(name, name+" = "+p.digit(1, 9))
	p.names = append(p.names, name)
}

// expression is a sum, difference or product of a variable and something.
func (p *program) expression(products bool) string {
	x := p.number()
	operator := pick(p.rng, []string{"+", "+", "-"})
	y := p.digit(1, 5)
	if products && p.rng.IntN(3) == 0 {
		return x + " * " + p.digit(2, 3)
	}
	if p.rng.IntN(3) == 0 {
		y = p.number()
	}
	return x + " " + operator + " " + y
}

// assign sets a new variable or, half the time, one that is there.
func (p *program) assign(products bool) int {
	right := p.expression(products)
	target := ""
	if p.rng.IntN(2) == 0 && len(p.names) > p.reads {
		target = pick(p.rng, p.names[p.reads:])
	} else {
		target = p.new()
		p.names = append(p.names, target)
	}
	return p.add(target, target+" = "+right)
}

// change sets a variable that is there, and was not read.
func (p *program) change() (line int) {
	target := pick(p.rng, p.names[p.reads:])
	return p.add(target, target+" = "+target+" "+pick(p.rng, []string{"+", "+", "-"})+" "+p.digit(1, 4))
}

// branch is an if with an else, on a variable of chance or a given one.
func (p *program) branch(on string) {
	if on == "" {
		on = p.number()
	}
	p.add("", "if "+on+" "+pick(p.rng, []string{">", "<"})+" "+p.digit(3, 8)+" then")
	p.depth++
	then := p.change()
	p.depth--
	p.add("", "else")
	p.depth++
	other := p.change()
	for p.lines[other] == p.lines[then] {
		p.lines, p.sets = p.lines[:other], p.sets[:other]
		other = p.change()
	}
	p.forks = append(p.forks, [2]int{then, other})
	p.depth--
	p.add("", "end")
}

// loop adds something so many times, or as often as a variable says.
func (p *program) loop(times string) {
	if times == "" {
		times = p.digit(2, 4)
	}
	target := pick(p.rng, p.names[p.reads:])
	p.add("", "for i = 1 , "+times+" do")
	p.depth++
	step := "i"
	if p.rng.IntN(2) == 0 {
		step = p.digit(1, 4)
	}
	p.loops = append(p.loops, p.add(target, target+" = "+target+" + "+step))
	if p.rng.IntN(3) == 0 {
		p.add("", "if "+target+" > "+p.digit(5, 9)+" then")
		p.depth++
		p.loops = append(p.loops, p.change())
		p.depth--
		p.add("", "end")
	}
	p.depth--
	p.add("", "end")
}

// function is one of a number, and a call of it.
func (p *program) function() {
	name, of := p.new(), p.new()
	p.add("", "function "+name+"("+of+")")
	p.depth++
	p.add("", "return "+of+" "+pick(p.rng, []string{"+", "*", "-"})+" "+p.digit(2, 3)+" "+pick(p.rng, []string{"+", "-"})+" "+p.digit(1, 4))
	p.depth--
	p.add("", "end")
	result := p.new()
	p.add(result, result+" = "+name+"("+p.number()+")")
	p.names = append(p.names, result)
}

// text makes a text of others.
func (p *program) text() {
	for len(p.texts) < 2 {
		name := p.new()
		p.add(name, name+` = "`+pick(p.rng, nouns)+`"`)
		p.texts = append(p.texts, name)
	}
	a, b, name := pick(p.rng, p.texts), pick(p.rng, p.texts), p.new()
	switch p.rng.IntN(4) {
	case 0:
		p.add(name, name+" = "+a+" .. "+b)
	case 1:
		p.add(name, name+" = "+a+":rep("+p.digit(2, 3)+")")
	case 2:
		p.add(name, name+" = "+a+":reverse()")
	case 3:
		p.add(name, name+" = #"+a+" + "+p.digit(1, 5))
		p.names = append(p.names, name)
		return
	}
	p.texts = append(p.texts, name)
}

// body writes the statements of a level. It begins with numbers, or goes on
// from what was read.
func (p *program) body(level int) {
	p.constant()
	if level > 1 || p.reads == 0 && p.rng.IntN(2) == 0 {
		p.constant()
	}
	if p.reads == 0 || level > 1 {
		p.assign(level > 1)
	}
	switch level {
	case 1:
		p.assign(false)
	case 2:
		p.branch("")
	case 3:
		p.loop("")
		p.assign(true)
	case 4:
		p.loop("")
		if p.rng.IntN(2) == 0 {
			p.function()
		} else {
			p.text()
			p.branch("")
		}
	}
}
