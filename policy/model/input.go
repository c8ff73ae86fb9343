package model

import (
	"fmt"
	"slices"

	"github.com/turngym/turngym/kernels"
)

// Input is a packed batch: sequences one after the other, without padding.
type Input struct {
	IDs    []int32         // [T]
	Types  []int32         // [T] below Types, an embedding of its own is added to the token's; nil adds nothing
	Start  []int32         // [S+1] first token of each sequence
	Rows   []int32         // [N] the positions (in IDs) whose hidden state predicts
	Target kernels.Targets // what came after each, or else is asked for
	Allow  kernels.Allow   // among what, by row
}

// Output is one number for each of the N rows, and LogProb one for each target.
type Output struct{ LogProb, Entropy, Value []float32 }

// check refuses what a device would read or write out of bounds for, naming
// the place.
func (in *Input) check(c Config) error {
	T, N := len(in.IDs), len(in.Rows)
	if len(in.Start) == 0 || in.Start[0] != 0 || int(in.Start[len(in.Start)-1]) != T {
		return fmt.Errorf("the starts of %d tokens' sequences must go from 0 to %d", T, T)
	}
	for s := range len(in.Start) - 1 {
		if n := int(in.Start[s+1]) - int(in.Start[s]); n < 0 {
			return fmt.Errorf("sequence %d starts at %d, the one after it at %d", s, in.Start[s], in.Start[s+1])
		} else if n > c.Context {
			return fmt.Errorf("sequence %d has %d tokens, the model's context is %d", s, n, c.Context)
		}
	}
	if err := c.known(in.IDs); err != nil {
		return err
	}
	if err := knownTypes(in.Types, T); err != nil {
		return err
	}
	if err := starts("targets", in.Target.Start, N, len(in.Target.IDs)); in.Target.Start != nil && err != nil {
		return err
	}
	if in.Target.Start == nil && len(in.Target.IDs) != N {
		return fmt.Errorf("%d rows have %d targets", N, len(in.Target.IDs))
	}
	if err := starts("allowed ids", in.Allow.Start, N, len(in.Allow.IDs)); err != nil {
		return err
	}
	if err := c.known(in.Allow.IDs); err != nil {
		return fmt.Errorf("allowed ids: %w", err)
	}
	for i, t := range in.Rows {
		if t < 0 || int(t) >= T {
			return fmt.Errorf("row %d is position %d of %d tokens", i, t, T)
		}
		if err := in.allowed(i, c); err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
	}
	return nil
}

// starts refuses other than ascending places of N rows' parts among n.
func starts(what string, at []int32, N, n int) error {
	if len(at) != N+1 {
		return fmt.Errorf("%d rows have %d starts of %s", N, len(at), what)
	}
	if at[0] < 0 || !slices.IsSorted(at) || int(at[N]) > n {
		return fmt.Errorf("the starts of %d %s must be ascending and not beyond them", n, what)
	}
	return nil
}

// allowed checks one row's targets: they are among its ids.
func (in *Input) allowed(i int, c Config) error {
	from, to := in.Target.Row(i)
	targets, ids := in.Target.IDs[from:to], in.Allow.IDs[in.Allow.Start[i]:in.Allow.Start[i+1]]
	if len(ids) == 0 {
		return c.known(targets)
	}
	for _, t := range targets {
		if !slices.Contains(ids, t) {
			return fmt.Errorf("target %d is not among its %d allowed ids", t, len(ids))
		}
	}
	return nil
}

// knownTypes refuses other than none or one type for each of n tokens.
func knownTypes(types []int32, n int) error {
	if types != nil && len(types) != n {
		return fmt.Errorf("%d tokens have %d types", n, len(types))
	}
	for _, t := range types {
		if t < 0 || t >= Types {
			return fmt.Errorf("type %d is not below %d", t, Types)
		}
	}
	return nil
}

// known refuses ids outside the vocabulary.
func (c Config) known(ids []int32) error {
	for _, id := range ids {
		if id < 0 || int(id) >= c.Vocab {
			return fmt.Errorf("token %d is outside the vocabulary of %d", id, c.Vocab)
		}
	}
	return nil
}
