package tools

import (
	"context"
	"errors"

	"github.com/turngym/turngym/gym"
)

// Family gives tools to every environment that another family opens.
type Family struct {
	gym.Family
	Tools func(ctx context.Context) ([]Use, error) // fresh ones for each environment
	Calls int                                      // most of an episode, of all tools together; 0 is 16
}

var _ gym.Family = Family{}

// calls is the bound on an episode's calls.
func (f Family) calls() int {
	if f.Calls == 0 {
		return 16
	}
	return f.Calls
}

// Unwrap is the family below.
func (f Family) Unwrap() gym.Family { return f.Family }

// Scenarios are those of the family below, with turns for the calls.
func (f Family) Scenarios() []gym.Scenario {
	list := append([]gym.Scenario(nil), f.Family.Scenarios()...)
	for i := range list {
		list[i].Turns += f.calls()
	}
	return list
}

// Open opens an environment and its tools.
func (f Family) Open(ctx context.Context) (gym.Env, error) {
	uses, err := f.Tools(ctx)
	if err != nil {
		return nil, err
	}
	env, err := f.Family.Open(ctx)
	if err != nil {
		for _, u := range uses {
			if c, ok := u.Tool.(Closer); ok {
				err = errors.Join(err, c.Close())
			}
		}
		return nil, err
	}
	return attach(env, uses, f.calls()), nil
}
