package shellbox

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

func seq(p *proc) int {
	sep, wide, format := "\n", false, ""
	for len(p.args) > 0 && len(p.args[0]) > 1 && p.args[0][0] == '-' && (p.args[0][1] < '0' || p.args[0][1] > '9') {
		switch a := p.args[0]; {
		case a == "-w":
			wide = true
		case strings.HasPrefix(a, "-s") && len(a) > 2:
			sep = a[2:]
		case (a == "-s" || a == "-f") && len(p.args) > 1:
			if a == "-s" {
				sep = p.args[1]
			} else {
				format = p.args[1]
			}
			p.args = p.args[1:]
		default:
			return p.fail("invalid option %s", a)
		}
		p.args = p.args[1:]
	}
	if len(p.args) < 1 || len(p.args) > 3 {
		return p.fail("want 1 to 3 numbers")
	}
	v := []float64{1, 1, 1}
	places := 0
	for i, a := range p.args {
		x, err := strconv.ParseFloat(a, 64)
		if err != nil || math.IsNaN(x) || math.Abs(x) > 1e12 {
			return p.fail("invalid floating point argument: '%s'", a)
		}
		if _, after, ok := strings.Cut(a, "."); ok {
			places = max(places, min(len(after), 9))
		}
		v[i] = x
	}
	from, by, to := 1.0, 1.0, v[0]
	switch len(p.args) {
	case 2:
		from, to = v[0], v[1]
	case 3:
		from, by, to = v[0], v[1], v[2]
	}
	if by == 0 {
		return p.fail("the increment must not be 0")
	}
	width := 0
	if wide {
		width = max(len(fmt.Sprintf("%.*f", places, from)), len(fmt.Sprintf("%.*f", places, to)))
	}
	if format != "" && strings.Count(format, "%") != 1 {
		return p.fail("format '%s' is not supported", format)
	}
	for i := 0; ; i++ {
		x := from + float64(i)*by
		if by > 0 && x > to+1e-9 || by < 0 && x < to-1e-9 || !p.on() {
			break
		}
		if i > 0 {
			p.print(sep)
		}
		if format != "" {
			text, _, _ := p.format(format, []string{strconv.FormatFloat(x, 'f', places, 64)})
			p.print(text)
		} else {
			p.printf("%0*.*f", width, places, x)
		}
	}
	p.print("\n")
	return 0
}

// sayYes repeats itself, though not for ever: its reader has only so much room.
func sayYes(p *proc) int {
	line := "y\n"
	if len(p.args) > 0 {
		line = strings.Join(p.args, " ") + "\n"
	}
	for range 10_000 {
		if !p.on() {
			break
		}
		p.print(line)
	}
	return 0
}

// shuffle shuffles lines, always in the same way.
func shuffle(p *proc) int {
	if !p.options("n:") {
		return 2
	}
	list := splitLines(p.all())
	n, ok := p.number('n', len(list))
	if !ok || n < 0 {
		return 2
	}
	rng := rand.New(rand.NewPCG(1, uint64(len(list))))
	rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	p.lines(list[:min(n, len(list))])
	return 0
}

// exprCommand is expr with two operands, and the length of a text.
func exprCommand(p *proc) int {
	a := p.args
	if len(a) == 2 && a[0] == "length" {
		p.printf("%d\n", len(a[1]))
		return yes(a[1] != "")
	}
	if len(a) == 1 {
		p.print(a[0] + "\n")
		return yes(a[0] != "" && a[0] != "0")
	}
	if len(a) != 3 {
		return p.usage("want a number, an operator and a number; use $(( )) for more")
	}
	x, err := strconv.Atoi(a[0])
	y, also := strconv.Atoi(a[2])
	if a[1] == "=" || a[1] == "!=" {
		p.printf("%d\n", 1-yes((a[0] == a[2]) == (a[1] == "=")))
		return yes((a[0] == a[2]) == (a[1] == "="))
	}
	if err != nil || also != nil {
		return p.usage("non-integer argument")
	}
	n := 0
	switch a[1] {
	case "+":
		n = x + y
	case "-":
		n = x - y
	case "*":
		n = x * y
	case "/", "%":
		if y == 0 {
			return p.usage("division by zero")
		}
		if n = x / y; a[1] == "%" {
			n = x % y
		}
	case "<":
		n = 1 - yes(x < y)
	case ">":
		n = 1 - yes(x > y)
	case "<=":
		n = 1 - yes(x <= y)
	case ">=":
		n = 1 - yes(x >= y)
	default:
		return p.usage("unknown operator '%s'", a[1])
	}
	p.printf("%d\n", n)
	return yes(n != 0)
}
