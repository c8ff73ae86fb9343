package code

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
)

// output asks what a program prints, line by line: each prediction is answered
// by what is really printed then, and done is for the end. Who says done too
// early, or predicts a line after the last, has the rest wrong.
//
// Levels print 1 to 8 lines. Outcome and progress are the share of right
// predictions, done being one of them. A random agent mostly stops at once; the
// ceiling is 1.
type output struct {
	lines     []string
	prints    []string
	words     []string
	at, right int
	over      bool
}

// printsMax is how many lines a program prints at most.
const printsMax = 8

func (j *judge) startOutput(ctx context.Context, t gym.Task, rng *rand.Rand) (world.World, error) {
	return draw(ctx, rng, func(rng *rand.Rand) (world.World, bool, error) {
		p := newProgram(rng)
		p.body(t.Level)
		p.prints(t.Level)
		printed, ok, err := j.run(ctx, p.source())
		if err != nil || !ok {
			return nil, false, err
		}
		w := &output{lines: p.lines, prints: strings.Split(printed, "\n"), words: numbers(top(t.Level))}
		if len(p.texts) > 0 {
			w.words = append(w.words, letters...)
		}
		for _, line := range w.prints {
			if line == "" || len(line) > 9 || !slices.Contains(w.words, line) && strings.ContainsAny(line, "0123456789.-") {
				return nil, false, nil
			}
		}
		return w, len(w.prints) <= printsMax, nil
	})
}

// prints adds lines that print: at the end, and at higher levels in a loop.
func (p *program) prints(level int) {
	if level >= 3 {
		p.add("", "for i = 1 , "+p.digit(2, 4)+" do")
		p.add("", "  print("+p.number()+" + i)")
		p.add("", "end")
	}
	for range 1 + p.rng.IntN(2) {
		name := p.number()
		if level > 1 && p.rng.IntN(3) == 0 || len(p.texts) > 0 {
			name = pick(p.rng, slices.Concat(p.texts, p.names))
		}
		p.add("", "print("+name+")")
	}
}

// numbers are those from 0, in words.
func numbers(most int) []string {
	list := make([]string, 0, most+40)
	for n := range most + 1 {
		list = append(list, strconv.Itoa(n))
	}
	return list
}

func (w *output) Goal() string {
	return "Say what the program prints, one line at a time, and done when nothing more is printed."
}

func (w *output) Hints() []string {
	return []string{"Follow the variables from line to line.", fmt.Sprintf("It prints %d lines; the first is %s.", len(w.prints), w.prints[0])}
}

func (w *output) See() gym.Observation {
	o := gym.Observation{Elements: listing(w.lines), Verbs: []gym.Verb{
		{Name: "say", Doc: "Predict the next line that is printed.", Params: []gym.Param{
			{Name: "text", Doc: "the line; spaces do not count", Kind: gym.Str, Words: w.words}}},
		{Name: "done", Doc: "Predict that nothing more is printed."}}}
	for _, line := range w.prints[:w.at] {
		o.Elements = append(o.Elements, gym.Element{Role: "printed", Name: line})
	}
	return o
}

func (w *output) Do(_ context.Context, a gym.Action) (bool, error) {
	left := w.at < len(w.prints)
	switch {
	case a.Verb == "done":
		if w.over = true; !left {
			w.right++
		}
	case !left:
		w.over = true
	default:
		if unspaced(a.Args[0].Text) == unspaced(w.prints[w.at]) {
			w.right++
		}
		w.at++
	}
	return w.over, nil
}

func (w *output) Outcome() float64  { return float64(w.right) / float64(len(w.prints)+1) }
func (w *output) Progress() float64 { return w.Outcome() }

func (w *output) Expert(context.Context) (gym.Action, error) {
	if w.at == len(w.prints) {
		return action("done"), nil
	}
	line := w.prints[w.at]
	if !slices.Contains(w.words, line) {
		line = strings.Join(strings.Split(line, ""), " ")
	}
	return action("say", line), nil
}
