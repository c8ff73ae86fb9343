package check

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/turngym/turngym/gym"
)

// contract is what every environment answers alike, whatever it plays: wrong
// tasks and calls out of turn, ended contexts, use after Close.
func contract(ctx context.Context, r *bench, sc gym.Scenario) error {
	env, err := r.family.Open(ctx)
	if err != nil {
		return err
	}
	defer env.Close()
	for _, check := range []func(context.Context, gym.Env, place) error{outOfTurn, ended, closed} {
		if err := check(ctx, env, place{sc, 1}); err != nil {
			return err
		}
	}
	return cancelled(ctx, r.family, place{sc, 1})
}

// outOfTurn: tasks that are not there and steps outside an episode are the
// caller's errors, not faults; the next Reset is as good as ever.
func outOfTurn(ctx context.Context, env gym.Env, p place) error {
	callers := func(act string, err error) error {
		var f *gym.Fault
		if err == nil || errors.As(err, &f) || errors.Is(err, gym.ErrClosed) {
			return fmt.Errorf("%s: got the error %v, want one that tells the caller", act, err)
		}
		return nil
	}
	_, err := env.Step(ctx, gym.Action{})
	if err := callers("Step before Reset", err); err != nil {
		return err
	}
	t := p.task(1, gym.Train)
	t.Scenario = "no-such-scenario"
	_, err = env.Reset(ctx, t)
	if e := callers("Reset to an unknown scenario", err); e != nil || !strings.Contains(err.Error(), t.Scenario) {
		return errors.Join(e, fmt.Errorf("the error for an unknown scenario does not name it: %w", err))
	}
	for _, level := range []int{-1, 0, p.Levels + 1} {
		t := p.task(1, gym.Train)
		t.Level = level
		_, err := env.Reset(ctx, t)
		if err := callers(fmt.Sprintf("Reset to level %d of %d", level, p.Levels), err); err != nil {
			return err
		}
	}
	if _, err := play(ctx, env, p.task(1, gym.Train), p.Turns, random(1)); err != nil {
		return err
	}
	_, err = env.Step(ctx, gym.Action{})
	return callers("Step after the end", err)
}

// ended: a context that has ended is the answer, and harms nothing.
func ended(ctx context.Context, env gym.Env, p place) error {
	over, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := env.Reset(over, p.task(1, gym.Train)); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("Reset with an ended context: got the error %v, want the context's", err)
	}
	o, err := env.Reset(ctx, p.task(1, gym.Train))
	if err != nil {
		return fmt.Errorf("Reset after one with an ended context: %w", err)
	}
	a, err := random(1)(ctx, env, &o)
	if err != nil {
		return err
	}
	if _, err := env.Step(over, a); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("Step with an ended context: got the error %v, want the context's", err)
	}
	return nil
}

// closed: Close may be called twice, and nothing but ErrClosed comes after.
func closed(ctx context.Context, env gym.Env, p place) error {
	if err := errors.Join(env.Close(), env.Close()); err != nil {
		return fmt.Errorf("Close, twice: %w", err)
	}
	_, reset := env.Reset(ctx, p.task(1, gym.Train))
	_, step := env.Step(ctx, gym.Action{})
	if !errors.Is(reset, gym.ErrClosed) || !errors.Is(step, gym.ErrClosed) {
		return fmt.Errorf("after Close: Reset gives the error %v, Step %v; want gym.ErrClosed", reset, step)
	}
	if oracle, ok := gym.As[gym.Oracle](env); ok {
		if _, err := oracle.Demonstrate(ctx); err == nil {
			return errors.New("the oracle answers after Close")
		}
	}
	return nil
}

// cancelled: an environment at work ends with its context's error, at the
// latest at the first call after the end.
func cancelled(ctx context.Context, f gym.Family, p place) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	env, err := f.Open(ctx)
	if err != nil {
		return err
	}
	defer env.Close()
	stepped := make(chan struct{})
	go func() {
		select {
		case <-stepped:
			cancel()
		case <-ctx.Done():
		}
	}()
	for seed := uint64(0); ; seed++ {
		before := ctx.Err()
		_, err := play(ctx, env, p.task(seed, gym.Train), p.Turns, random(seed))
		switch {
		case isFault(err) || err != nil && !errors.Is(err, context.Canceled):
			return fmt.Errorf("the context ended at work: got the error %w, want the context's", err)
		case err != nil:
			return nil
		case before != nil:
			return errors.New("the context ended, and a whole episode was played after that")
		}
		if seed == 0 {
			close(stepped)
		}
	}
}
