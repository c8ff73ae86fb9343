package code

import (
	"context"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
	"github.com/turngym/turngym/tools/codebox"
)

// bench is where a program is worked on: visible tests to be run, hidden ones
// that judge, and verbs to run and to submit.
//
// The outcome is 1 when what was submitted passes all tests, visible and
// hidden, and else 0: a share would pay for a program that is only nearly
// right, which is what a task begins with. The progress is the share of tests
// that the program as it stands passes.
type bench struct {
	lang    codebox.Language
	visible []test
	hidden  []test
	results []string // of the visible tests, as they were last run; nil is not since the last change
	fresh   []string // of the visible tests now
	passed  int      // of all tests now
	sent    bool
}

// change runs all tests on a new program. What the visible ones give is shown
// when they are asked for.
func (b *bench) change(ctx context.Context, source string) error {
	b.results, b.fresh, b.passed = nil, nil, 0
	p := codebox.Load(b.lang, source, limits)
	stuck := false
	for i, t := range append(b.visible[:len(b.visible):len(b.visible)], b.hidden...) {
		printed, wrong := "", endless
		if !stuck { // one test without end is enough to wait for
			var err error
			if printed, wrong, err = result(ctx, p, t.in); err != nil {
				return err
			}
			stuck = wrong == endless
		}
		right := wrong == "" && printed == t.want
		if right {
			b.passed++
		}
		if i >= len(b.visible) {
			continue
		}
		b.fresh = append(b.fresh, verdict(right, printed, wrong))
	}
	return nil
}

// passes says whether a program passes all of some tests; it stops at the first
// that fails.
func (b *bench) passes(ctx context.Context, source string, tests []test) (bool, error) {
	p := codebox.Load(b.lang, source, limits)
	for _, t := range tests {
		if printed, wrong, err := result(ctx, p, t.in); err != nil || wrong != "" || printed != t.want {
			return false, err
		}
	}
	return true, nil
}

// verdict is what is shown of a test that was run.
func verdict(right bool, printed, wrong string) string {
	const most = 80
	switch {
	case right:
		return "passes"
	case wrong != "":
		printed = "an error: " + wrong
	case printed == "":
		printed = "nothing"
	}
	if printed = strings.ReplaceAll(printed, "\n", " | "); len(printed) > most {
		printed = strings.ToValidUTF8(printed[:most], "") + " ..."
	}
	return "fails and gives " + printed
}

// tests shows the visible tests, and their results where they were run.
func (b *bench) tests(list []gym.Element) []gym.Element {
	for i, t := range b.visible {
		e := gym.Element{Role: "test", Name: t.shown()}
		if b.results != nil {
			e.Value = b.results[i]
		}
		list = append(list, e)
	}
	return list
}

// verbs are those beside the ones that change the program.
func (b *bench) verbs(first ...gym.Verb) []gym.Verb {
	return append(first, gym.Verb{Name: "run", Doc: "Run the visible tests on the program."},
		gym.Verb{Name: "submit", Doc: "Hand the program in; hidden tests judge it."})
}

// do does run and submit.
func (b *bench) do(verb string) (over bool) {
	if verb == "submit" {
		b.sent = true
	}
	b.results = b.fresh
	return b.sent
}

func (b *bench) right() bool { return b.passed == len(b.visible)+len(b.hidden) }

func (b *bench) Outcome() float64 { return world.Yes(b.sent && b.right()) }

func (b *bench) Progress() float64 {
	return float64(b.passed) / float64(len(b.visible)+len(b.hidden))
}

// finish is what an expert does with a program that is right.
func (b *bench) finish() gym.Action {
	if b.results == nil {
		return action("run")
	}
	return action("submit")
}

// editable is a program whose lines can be pointed to.
func editable(lines []string) []gym.Element {
	list := make([]gym.Element, len(lines), len(lines)+12)
	for i, line := range lines {
		list[i] = gym.Element{ID: strconv.Itoa(i + 1), Role: "line", Name: line}
	}
	return list
}

// indented is a new text for a line, as far to the right as the old one.
func indented(old, text string) string {
	return old[:len(old)-len(strings.TrimLeft(old, " "))] + strings.TrimSpace(text)
}
