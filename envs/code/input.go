package code

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
	"github.com/turngym/turngym/tools/codebox"
)

// input asks for what a program must be given to print a number. Every try is
// run and answered.
//
// A program reads one number, at level 4 two. The outcome is 1 when a try gives
// the output; the progress is half of how near the last try's output came until
// then. A random agent reaches the number of tries over that of inputs.
type input struct {
	lines   []string
	program *codebox.Program
	want    int
	secret  []float64 // an input that gives it
	tries   []test
	wrong   bool // the last try did not end well
	found   bool
	last    int
}

// inputMax is the highest number that may be tried.
const inputMax = 20

func (j *judge) startInput(ctx context.Context, t gym.Task, rng *rand.Rand) (world.World, error) {
	return draw(ctx, rng, func(rng *rand.Rand) (world.World, bool, error) {
		p := newProgram(rng)
		p.reading(t.Level)
		w := &input{lines: p.lines, program: codebox.Load(j.lua, p.source(), limits)}
		outputs := map[string]int{}
		for range p.reads {
			w.secret = append(w.secret, float64(1+rng.IntN(inputMax)))
		}
		wanted, ok, err := w.output(ctx, w.secret)
		if err != nil || !ok {
			return nil, false, err
		}
		w.want = wanted
		for i := range 6 { // not every input does
			other := make([]float64, p.reads)
			for j := range other {
				other[j] = float64((i*4 + j) % (inputMax + 1))
			}
			n, ok, err := w.output(ctx, other)
			if err != nil || !ok {
				return nil, false, err
			}
			outputs[strconv.Itoa(n)]++
		}
		return w, wanted >= 0 && wanted <= 999 && len(outputs) >= 4 && outputs[strconv.Itoa(wanted)] <= 1, nil
	})
}

// reading is a program that reads numbers and prints one that depends on them.
func (p *program) reading(level int) {
	p.input()
	if level == 4 {
		p.input()
	}
	x := p.names[0]
	result := p.new()
	p.add(result, result+" = "+x+" "+pick(p.rng, []string{"+", "*"})+" "+p.digit(2, 5))
	p.names = append(p.names, result)
	switch level {
	case 1:
		if p.rng.IntN(2) == 0 {
			p.change()
		}
	case 2:
		p.branch(x)
	case 3:
		p.loop(x)
	case 4:
		p.add(result, result+" = "+result+" "+pick(p.rng, []string{"+", "-"})+" "+p.names[1])
		p.branch(p.names[1])
		p.loop("")
	}
	p.add("", "print("+result+")")
}

// output is the number that an input gives.
func (w *input) output(ctx context.Context, in []float64) (n int, ok bool, err error) {
	printed, wrong, err := result(ctx, w.program, joined(in))
	if err != nil || wrong != "" {
		return 0, false, err
	}
	n, bad := strconv.Atoi(printed)
	return n, bad == nil, nil
}

func joined(in []float64) string {
	words := make([]string, len(in))
	for i, n := range in {
		words[i] = strconv.Itoa(int(n))
	}
	return strings.Join(words, " ")
}

func (w *input) Goal() string {
	return fmt.Sprintf("Find an input for which the program prints %d.", w.want)
}

func (w *input) Hints() []string {
	return []string{"Go through the program backwards from what it prints.", fmt.Sprintf("The first number of an input is %d.", int(w.secret[0]))}
}

func (w *input) See() gym.Observation {
	try := gym.Verb{Name: "try", Doc: "Run the program on an input."}
	for i := range w.secret {
		try.Params = append(try.Params, gym.Param{Name: []string{"first", "second"}[i], Doc: "a number that it reads", Kind: gym.Int, Max: inputMax})
	}
	o := gym.Observation{Elements: listing(w.lines), Verbs: []gym.Verb{try}}
	for _, t := range w.tries {
		o.Elements = append(o.Elements, gym.Element{Role: "try", Name: t.shown()})
	}
	return o
}

func (w *input) Do(ctx context.Context, a gym.Action) (bool, error) {
	in := make([]float64, len(a.Args))
	for i, v := range a.Args {
		in[i] = v.Num
	}
	n, ok, err := w.output(ctx, in)
	if err != nil {
		return false, err
	}
	shown := strconv.Itoa(n)
	if w.last, w.wrong = n, !ok; w.wrong {
		shown = "no number"
	}
	w.tries = append(w.tries, test{joined(in), shown})
	w.found = ok && n == w.want
	return w.found, nil
}

func (w *input) Outcome() float64 { return world.Yes(w.found) }

func (w *input) Progress() float64 {
	if w.found || len(w.tries) == 0 || w.wrong {
		return w.Outcome()
	}
	away := w.last - w.want
	return 0.5 / (1 + 0.2*float64(max(away, -away)))
}

func (w *input) Expert(context.Context) (gym.Action, error) {
	a := gym.Action{Verb: "try"}
	for _, n := range w.secret {
		a.Args = append(a.Args, gym.Value{Kind: gym.Int, Num: n})
	}
	return a, nil
}
