package code

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/turngym/turngym/tools/codebox"
)

// limits are what a run of a program may use.
var limits = codebox.Limits{Steps: 100_000, Time: time.Second, Output: 4 << 10, Source: 16 << 10}

// judge runs programs. What they run in is shared by the tasks of an environment.
type judge struct{ lua, javascript codebox.Language }

func newJudge() *judge {
	var j judge
	for _, l := range codebox.Languages() {
		switch l.Name {
		case "lua":
			j.lua = l
		case "javascript":
			j.javascript = l
		}
	}
	return &j
}

// test is an input and what the program must print.
type test struct{ in, want string }

// shown is a test as it is told.
func (t test) shown() string {
	in := strings.ReplaceAll(t.in, "\n", " | ")
	return fmt.Sprintf("input %s gives %s", in, strings.ReplaceAll(t.want, "\n", " | "))
}

// result runs a program on an input: what it printed without space around, or
// what went wrong.
func result(ctx context.Context, p *codebox.Program, in string) (printed, wrong string, err error) {
	out, err := p.Run(ctx, in)
	if err != nil {
		return "", "", err
	}
	if out.TimedOut {
		return "", endless, nil
	}
	if out.Exit != 0 {
		return "", out.Stderr, nil
	}
	return tidy(out.Stdout), "", nil
}

// endless is what goes wrong with a program that broke a limit.
const endless = "it does not end"

// tidy is a text without space at the ends of lines and of itself.
func tidy(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}

// run runs a Lua program that was drawn: one that goes wrong gives ok false.
func (j *judge) run(ctx context.Context, source string) (printed string, ok bool, err error) {
	printed, wrong, err := result(ctx, codebox.Load(j.lua, source, limits), "")
	return printed, wrong == "" && err == nil, err
}

// answers are what a program prints for each input, or false where it goes
// wrong for one.
func answers(ctx context.Context, lang codebox.Language, source string, inputs []string) ([]test, bool, error) {
	p := codebox.Load(lang, source, limits)
	tests := make([]test, len(inputs))
	for i, in := range inputs {
		printed, wrong, err := result(ctx, p, in)
		if err != nil || wrong != "" {
			return nil, false, err
		}
		tests[i] = test{in, printed}
	}
	return tests, true, nil
}
