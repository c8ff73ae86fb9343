package tools

import (
	"context"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools/codebox"
)

// coder is what tools that run programs have in common: the first argument is
// the program.
type coder struct{ language codebox.Language }

// newCoder finds a language that is always there.
func newCoder(name string) coder {
	l, err := codebox.Find(codebox.Languages(), name)
	if err != nil {
		panic(err)
	}
	return coder{l}
}

// Call runs the program. What is wrong with it is the agent's mistake only where
// nothing was printed: else it is read after what was.
func (c coder) Call(ctx context.Context, args []gym.Value) (Result, error) {
	out, err := codebox.Run(ctx, c.language, args[0].Text, "", codebox.Limits{})
	if err != nil {
		return Result{}, err
	}
	return printed(out)
}

// printed is what a program did, as a tool's result.
func printed(out codebox.Output) (Result, error) {
	text := strings.TrimRight(out.Stdout, "\n")
	switch {
	case out.Exit != 0 && text == "":
		return Result{}, gym.Mistakef("%s", strings.TrimSpace("the program failed: "+out.Stderr))
	case out.Exit != 0:
		text += "\n" + out.Stderr
	case text == "":
		text = "(nothing was printed)"
	}
	return Result{Text: text}, nil
}
