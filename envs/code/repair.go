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

// repair shows a program with one wrong token and tests of which some fail. At
// levels 1 and 2 the right line is among a few that can be put in; above, the
// line is written anew, word by word.
//
// A random agent submits a lucky candidate once in six at level 1, and nothing
// that is right above level 2; the ceiling is 1. Outcome and progress: see bench.
type repair struct {
	bench
	wrong  []string // the program as it was found
	lines  []string // as it stands
	fixes  []fix    // what can be put in; none: lines are written
	line   int      // the wrong one
	answer string   // what it must be
	words  []string
}

// fix is a line that may be put in the place of another.
type fix struct {
	line int
	text string
}

func (j *judge) startRepair(ctx context.Context, t gym.Task, rng *rand.Rand) (world.World, error) {
	return draw(ctx, rng, func(rng *rand.Rand) (world.World, bool, error) {
		p := newProgram(rng)
		p.reading(t.Level)
		tests, ok, err := answers(ctx, j.lua, p.source(), p.inputs(8))
		if err != nil || !ok || !apart(tests) {
			return nil, false, err
		}
		w := &repair{bench: bench{lang: j.lua, visible: tests[:3], hidden: tests[3:]}}
		w.line = p.reads + rng.IntN(len(p.lines)-p.reads-1)
		w.answer = strings.TrimSpace(p.lines[w.line])
		w.wrong = slices.Clone(p.lines)
		w.wrong[w.line] = mutated(rng, p, p.lines[w.line])
		if w.wrong[w.line] == p.lines[w.line] {
			return nil, false, nil
		}
		w.words = slices.Concat(glue, p.names, strings.Fields(strings.Join(w.wrong, " ")))
		if same, err := w.passes(ctx, strings.Join(w.wrong, "\n"), w.visible); err != nil || same {
			return nil, false, err
		}
		if t.Level <= 2 {
			if ok, err = w.offer(ctx, rng, p, 3+t.Level); err != nil || !ok {
				return nil, false, err
			}
		}
		w.lines = slices.Clone(w.wrong)
		if err := w.change(ctx, w.source()); err != nil {
			return nil, false, err
		}
		w.results = w.fresh
		return w, true, nil
	})
}

// glue is what lines are written with beside the words that they have.
var glue = append(strings.Fields("+ - * % = == < > ~= , then do"), numbers(9)...)

// inputs are what a program is tested on.
func (p *program) inputs(n int) []string {
	list := make([]string, n)
	for i, first := range p.rng.Perm(12)[:n] {
		list[i] = strconv.Itoa(first)
		for range p.reads - 1 {
			list[i] += " " + p.digit(0, 11)
		}
	}
	return list
}

// apart says whether tests ask for more than one answer.
func apart(tests []test) bool {
	different := map[string]bool{}
	for _, t := range tests {
		different[t.want] = true
	}
	return len(different) >= min(3, len(tests)) && tests[0].want != tests[1].want
}

// mutated is a line with one token changed: a number, an operator or a name.
func mutated(rng *rand.Rand, p *program, line string) string {
	tokens := strings.Split(line, " ")
	var places []int
	for i, t := range tokens {
		if _, err := strconv.Atoi(t); err == nil || swaps[t] != nil || i > 1 && slices.Contains(p.names, t) {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return line
	}
	i := pick(rng, places)
	if n, err := strconv.Atoi(tokens[i]); err == nil {
		tokens[i] = strconv.Itoa(pick(rng, []int{n + 1, max(0, n-1), n + 2}))
	} else if list := swaps[tokens[i]]; list != nil {
		tokens[i] = pick(rng, list)
	} else {
		tokens[i] = p.number()
	}
	return strings.Join(tokens, " ")
}

// swaps are what operators are mistaken for.
var swaps = map[string][]string{"+": {"-", "*"}, "-": {"+", "*"}, "*": {"+", "-"}, ">": {"<", ">="}, "<": {">", "<="}}

// offer draws so many candidates, one of them the right line. The others leave a
// visible test failing.
func (w *repair) offer(ctx context.Context, rng *rand.Rand, p *program, n int) (bool, error) {
	w.fixes = []fix{{w.line, w.answer}}
	for range 20 * n {
		if len(w.fixes) == n {
			break
		}
		line := w.line
		if rng.IntN(2) == 0 {
			line = p.reads + rng.IntN(len(p.lines)-p.reads-1)
		}
		f := fix{line, strings.TrimSpace(mutated(rng, p, p.lines[line]))}
		if slices.Contains(w.fixes, f) || f.text == strings.TrimSpace(w.wrong[line]) {
			continue
		}
		right, err := w.passes(ctx, strings.Join(w.with(f), "\n"), w.visible)
		if err != nil {
			return false, err
		}
		if !right {
			w.fixes = append(w.fixes, f)
		}
	}
	rng.Shuffle(len(w.fixes), func(i, j int) { w.fixes[i], w.fixes[j] = w.fixes[j], w.fixes[i] })
	return len(w.fixes) == n, nil
}

func (w *repair) source() string { return strings.Join(w.lines, "\n") }

// with is the program as it was found with one line put in.
func (w *repair) with(f fix) []string {
	lines := slices.Clone(w.wrong)
	lines[f.line] = indented(lines[f.line], f.text)
	return lines
}

func (w *repair) Goal() string {
	if w.fixes != nil {
		return "One line of the program is wrong: choose the fix with which all tests pass, and submit."
	}
	return "One line of the program is wrong: replace it so that all tests pass, and submit."
}

func (w *repair) Hints() []string {
	return []string{"Work out a test by hand and look where it goes wrong.", fmt.Sprintf("Line %d is wrong.", w.line+1)}
}

// See shows the program, what can be put in, and the tests.
func (w *repair) See() gym.Observation {
	o := gym.Observation{Elements: editable(w.lines)}
	for i, f := range w.fixes {
		o.Elements = append(o.Elements, gym.Element{ID: strconv.Itoa(len(w.lines) + i + 1), Role: "fix",
			Name: fmt.Sprintf("line %d: %s", f.line+1, f.text)})
	}
	o.Elements = w.tests(o.Elements)
	if w.fixes != nil {
		o.Verbs = w.verbs(gym.Verb{Name: "apply", Doc: "Put a fix into the program in place of the one before.",
			Params: []gym.Param{{Name: "fix", Doc: "the fix", Kind: gym.Ref, Roles: []string{"fix"}}}})
		return o
	}
	o.Verbs = w.verbs(gym.Verb{Name: "replace", Doc: "Write a line anew.", Params: []gym.Param{
		{Name: "line", Doc: "the line", Kind: gym.Ref, Roles: []string{"line"}},
		{Name: "text", Doc: "what the line must be", Kind: gym.Str, Words: w.words}}})
	return o
}

func (w *repair) Do(ctx context.Context, a gym.Action) (bool, error) {
	if a.Verb != "apply" && a.Verb != "replace" {
		return w.do(a.Verb), nil
	}
	id, err := strconv.Atoi(a.Args[0].Text)
	if err != nil {
		return false, err
	}
	if a.Verb == "apply" {
		w.lines = w.with(w.fixes[id-len(w.lines)-1])
	} else {
		w.lines[id-1] = indented(w.lines[id-1], a.Args[1].Text)
	}
	return false, w.change(ctx, w.source())
}

// Expert puts the right line in, and everything else back.
func (w *repair) Expert(context.Context) (gym.Action, error) {
	if w.right() {
		return w.finish(), nil
	}
	if w.fixes != nil {
		i := slices.Index(w.fixes, fix{w.line, w.answer})
		return gym.Action{Verb: "apply", Args: []gym.Value{{Kind: gym.Ref, Text: strconv.Itoa(len(w.lines) + i + 1)}}}, nil
	}
	line, text := w.line, w.answer
	for i := range w.lines {
		if i != w.line && w.lines[i] != w.wrong[i] {
			line, text = i, strings.TrimSpace(w.wrong[i])
		}
	}
	return gym.Action{Verb: "replace", Args: []gym.Value{{Kind: gym.Ref, Text: strconv.Itoa(line + 1)}, {Kind: gym.Str, Text: text}}}, nil
}
