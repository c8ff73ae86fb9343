package code

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
)

// complete shows a program with a gap, which is filled word by word. At level 1
// the goal says in words what must stand there; above, the tests alone say it,
// and the gap may be a condition or a number of rounds. Whatever passes the tests
// is right.
//
// A random agent hardly ever writes an expression; the ceiling is 1. Outcome and
// progress: see bench.
type complete struct {
	bench
	lines  []string
	line   int    // the one with the gap
	before string // the gap, in its line
	after  string
	answer string
	goal   string
	words  []string
	given  string // what fills the gap; "" is nothing
}

// gap is how a missing piece is shown.
const gap = "?"

func (j *judge) startComplete(ctx context.Context, t gym.Task, rng *rand.Rand) (world.World, error) {
	return draw(ctx, rng, func(rng *rand.Rand) (world.World, bool, error) {
		p := newProgram(rng)
		p.reading(t.Level)
		tests, ok, err := answers(ctx, j.lua, p.source(), p.inputs(8))
		if err != nil || !ok || !apart(tests) {
			return nil, false, err
		}
		w := &complete{bench: bench{lang: j.lua, visible: tests[:4], hidden: tests[4:]}, lines: slices.Clone(p.lines)}
		w.line = p.reads + rng.IntN(len(p.lines)-p.reads-1)
		if !w.cut() {
			return nil, false, nil
		}
		w.words = slices.Concat(glue[:len(glue)-len(numbers(9))-2], numbers(9), p.names)
		w.goal = "Fill the gap of the program so that all tests pass, and submit."
		if t.Level == 1 {
			w.goal = fmt.Sprintf("Fill the gap so that %s is %s, and submit.", p.sets[w.line], spoken(w.answer))
		}
		// What a lazy agent writes must not do.
		for _, lazy := range slices.Concat(p.names, []string{"0", "1"}) {
			right, err := w.passes(ctx, w.source(lazy), tests)
			if err != nil || right && lazy != w.answer {
				return nil, false, err
			}
		}
		w.fresh = slices.Repeat([]string{"fails, since the gap is not filled"}, len(w.visible))
		return w, true, nil
	})
}

// cut takes the piece that is missing out of the line: what is assigned, asked
// or counted to.
func (w *complete) cut() bool {
	line := w.lines[w.line]
	from, to := 0, len(line)
	switch {
	case strings.HasPrefix(strings.TrimSpace(line), "if "):
		from, to = strings.Index(line, "if ")+3, strings.Index(line, " then")
	case strings.HasPrefix(strings.TrimSpace(line), "for "):
		from, to = strings.Index(line, " , ")+3, strings.Index(line, " do")
	case strings.Contains(line, " = "):
		from = strings.Index(line, " = ") + 3
	default:
		return false
	}
	w.before, w.answer, w.after = line[:from], line[from:to], line[to:]
	return !strings.Contains(w.answer, "(")
}

// spoken is an expression in words.
func spoken(expression string) string {
	return strings.NewReplacer("+", "plus", "-", "minus", "*", "times").Replace(expression)
}

func (w *complete) source(filled string) string {
	lines := slices.Clone(w.lines)
	lines[w.line] = w.before + filled + w.after
	return strings.Join(lines, "\n")
}

func (w *complete) Goal() string { return w.goal }

func (w *complete) Hints() []string {
	return []string{"Look at what the tests have in common.", fmt.Sprintf("The gap has %d words, the first is %s.",
		len(strings.Fields(w.answer)), strings.Fields(w.answer)[0])}
}

// See shows the program with its gap or what fills it, and the tests.
func (w *complete) See() gym.Observation {
	o := gym.Observation{Elements: make([]gym.Element, 0, len(w.lines)+len(w.visible))}
	for i, line := range w.lines {
		e := gym.Element{Role: "line", Name: line}
		if i == w.line {
			e.Role, e.Name = "gap", w.before+gap+w.after
			e.Value = w.given
		}
		o.Elements = append(o.Elements, e)
	}
	o.Elements = w.tests(o.Elements)
	o.Verbs = w.verbs(gym.Verb{Name: "fill", Doc: "Write what stands in the gap.", Params: []gym.Param{
		{Name: "text", Doc: "an expression", Kind: gym.Str, Words: w.words}}})
	return o
}

func (w *complete) Do(ctx context.Context, a gym.Action) (bool, error) {
	if a.Verb != "fill" {
		return w.do(a.Verb), nil
	}
	w.given = a.Args[0].Text
	return false, w.change(ctx, w.source(w.given))
}

func (w *complete) Expert(context.Context) (gym.Action, error) {
	if w.right() {
		return w.finish(), nil
	}
	return action("fill", w.answer), nil
}
