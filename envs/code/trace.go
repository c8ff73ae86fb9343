package code

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
)

// trace asks about the states of a program on its way: what a variable is after
// a line, which of two lines runs, how often a line runs. After each answer the
// right one is shown, so that a mistake does not spoil the next.
//
// Levels have 2 to 4 questions on assignments, branches, loops, functions and
// texts. Outcome and progress are the share of right answers. A random agent
// reaches one over the number of choices, 0.05 and less; the ceiling is 1.
type trace struct {
	lines     []string
	questions []question
	level     int
	at, right int
}

// question is one about a program, with its answer.
type question struct {
	asks   string
	number bool
	answer string

	// How the answer is found: what a variable of its own is set to, at first and
	// each time before or after a line.
	line   int
	before bool
	start  int
	probe  string // "" is one more than before
}

// top is the highest number that is an answer of a level.
func top(level int) int { return []int{20, 50, 99, 99}[level-1] }

func (j *judge) startTrace(ctx context.Context, t gym.Task, rng *rand.Rand) (world.World, error) {
	return draw(ctx, rng, func(rng *rand.Rand) (world.World, bool, error) {
		p := newProgram(rng)
		p.body(t.Level)
		w := &trace{lines: p.lines, level: t.Level, questions: chosen(rng, p, min(t.Level+1, 4))}
		printed, ok, err := j.run(ctx, probed(p.lines, w.questions))
		if err != nil || !ok {
			return nil, false, err
		}
		given := strings.Split(printed, "\n")
		for i := range w.questions {
			q := &w.questions[i]
			if q.answer = given[len(given)-len(w.questions)+i]; !answerable(*q, t.Level) {
				return nil, false, nil
			}
		}
		return w, true, nil
	})
}

// probed is the program with what finds the answers, which it prints at the end.
func probed(lines []string, questions []question) string {
	var out, last []string
	for i := range questions {
		out = append(out, fmt.Sprintf("__%d = %d", i, questions[i].start))
		last = append(last, fmt.Sprintf("print(__%d)", i))
	}
	for line, text := range lines {
		for i, q := range questions {
			if q.line == line && q.before {
				out = append(out, q.set(i))
			}
		}
		out = append(out, text)
		for i, q := range questions {
			if q.line == line && !q.before {
				out = append(out, q.set(i))
			}
		}
	}
	return strings.Join(append(out, last...), "\n")
}

// set is the line that sets the variable of question i.
func (q *question) set(i int) string {
	if q.probe == "" {
		return fmt.Sprintf("__%d = __%d + 1", i, i)
	}
	return fmt.Sprintf("__%d = %s", i, q.probe)
}

// answerable says whether an answer can be written at a level.
func answerable(q question, level int) bool {
	if !q.number {
		return len(q.answer) <= 9 && q.answer != "-1" // the line ran
	}
	n, err := strconv.Atoi(q.answer)
	return err == nil && n >= 0 && n <= top(level)
}

// chosen are n questions about a program, in the order of its lines, the last
// of them about a late line.
func chosen(rng *rand.Rand, p *program, n int) []question {
	var all []question
	for i, name := range p.sets {
		if name != "" && i > 0 {
			all = append(all, question{asks: fmt.Sprintf("%s after line %d", name, i+1), number: !slices.Contains(p.texts, name),
				line: i, start: -1, probe: name})
		}
	}
	for _, i := range p.loops {
		all = append(all, question{asks: fmt.Sprintf("how often line %d runs", i+1), number: true,
			line: i, before: true})
	}
	for _, f := range p.forks {
		all = append(all, question{asks: fmt.Sprintf("the line of %d and %d that runs", f[0]+1, f[1]+1), number: true,
			line: f[0], before: true, start: f[1] + 1, probe: strconv.Itoa(f[0] + 1)})
	}
	kept := rng.Perm(len(all))[:min(n, len(all))]
	slices.SortFunc(kept, func(a, b int) int { return cmp.Or(all[a].line-all[b].line, a-b) })
	questions := make([]question, len(kept))
	for i, k := range kept {
		questions[i] = all[k]
	}
	return questions
}

func (w *trace) Goal() string {
	return "Follow the program line by line and answer the questions about it."
}

func (w *trace) Hints() []string {
	q := w.questions[0]
	return []string{"Write down each variable after each line.", fmt.Sprintf("The first answer, %s, is %s.", q.asks, q.answer)}
}

// See shows the program, the answers so far and the question.
func (w *trace) See() gym.Observation {
	o := gym.Observation{Elements: listing(w.lines)}
	for _, q := range w.questions[:w.at] {
		o.Elements = append(o.Elements, gym.Element{Role: "known", Name: q.asks + " is " + q.answer})
	}
	if w.at < len(w.questions) {
		q := w.questions[w.at]
		o.Elements = append(o.Elements, gym.Element{Role: "question", Name: q.asks})
		o.Verbs = []gym.Verb{q.verb(w.level)}
	}
	return o
}

// listing is a program as text, with the numbers of its lines.
func listing(lines []string) []gym.Element {
	list := make([]gym.Element, len(lines), len(lines)+8)
	for i, line := range lines {
		list[i] = gym.Element{Role: "line", Name: strconv.Itoa(i+1) + ": " + line}
	}
	return list
}

// letters are what texts are spelt with.
var letters = strings.Split("abcdefghijklmnopqrstuvwxyz", "")

// verb is how a question is answered: with a number, or with a text that may be
// spelt in pieces.
func (q question) verb(level int) gym.Verb {
	p := gym.Param{Name: "value", Doc: "the answer", Kind: gym.Int, Max: float64(top(level))}
	if !q.number {
		p = gym.Param{Name: "value", Doc: "the text, without quotes; spaces do not count", Kind: gym.Str, Words: letters}
	}
	return gym.Verb{Name: "answer", Doc: "Answer the question.", Params: []gym.Param{p}}
}

func (w *trace) Do(_ context.Context, a gym.Action) (bool, error) {
	q := w.questions[w.at]
	given := unspaced(a.Args[0].Text)
	if q.number {
		given = strconv.Itoa(int(a.Args[0].Num))
	}
	if given == q.answer {
		w.right++
	}
	w.at++
	return w.at == len(w.questions), nil
}

// unspaced is a text as it was meant: pieces are joined, quotes dropped.
func unspaced(s string) string {
	return strings.Trim(strings.Join(strings.Fields(s), ""), `"'`)
}

func (w *trace) Outcome() float64  { return float64(w.right) / float64(len(w.questions)) }
func (w *trace) Progress() float64 { return w.Outcome() }

func (w *trace) Expert(context.Context) (gym.Action, error) {
	q := w.questions[w.at]
	if !q.number {
		return action("answer", strings.Join(strings.Split(q.answer, ""), " ")), nil
	}
	n, err := strconv.ParseFloat(q.answer, 64)
	return gym.Action{Verb: "answer", Args: []gym.Value{{Kind: gym.Int, Num: n}}}, err
}
