package codebox

import (
	"context"
	"errors"

	"github.com/turngym/turngym/scenarios"
)

// loadLua compiles a Lua program for the sandbox of the scenarios.
func loadLua(programs *scenarios.Programs, source string, l Limits) runner {
	p, err := programs.Compile(source)
	if err != nil {
		return failing(err.Error())
	}
	limits := scenarios.Limits{Instructions: l.Steps, Memory: l.Memory, Time: l.Time}
	return func(ctx context.Context, stdin string) (Output, error) {
		printed, err := p.Run(ctx, stdin, limits, l.Output)
		var wrong *scenarios.ProgramError
		var limit *scenarios.LimitError
		switch {
		case errors.As(err, &limit):
			return stopped(limit.What), nil
		case errors.Is(err, scenarios.ErrOutput):
			return Output{Stdout: printed, Stderr: tooMuchOutput, Exit: 1}, nil
		case errors.As(err, &wrong):
			return Output{Stdout: printed, Stderr: wrong.Text, Exit: 1}, nil
		}
		return Output{Stdout: printed}, err
	}
}
