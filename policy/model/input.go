package model

import (
	"fmt"
	"slices"

	"github.com/turngym/turngym/kernels"
)

// Input is a packed batch: sequences one after the other, without padding.
type Input struct {
	IDs    []int32       // [T]
	Types  []int32       // [T] below Types, an embedding of its own is added to the token's; nil adds nothing
	Start  []int32       // [S+1] first token of each sequence
	Rows   []int32       // [N] the positions (in IDs) whose hidden state predicts
	Target []int32       // [N] what came after each
	Allow  kernels.Allow // among what, by row
}

// Output is one number for each of the N rows.
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
	if len(in.Target) != N || len(in.Allow.Start) != N+1 {
		return fmt.Errorf("%d rows have %d targets and %d starts of allowed ids, not %d and %d", N, len(in.Target), len(in.Allow.Start), N, N+1)
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

// allowed checks one row's target and the ids it was chosen among.
func (in *Input) allowed(i int, c Config) error {
	a, b, target := in.Allow.Start[i], in.Allow.Start[i+1], in.Target[i]
	if a < 0 || b < a || int(b) > len(in.Allow.IDs) {
		return fmt.Errorf("its allowed ids are %d to %d of %d", a, b, len(in.Allow.IDs))
	}
	ids := in.Allow.IDs[a:b]
	if err := c.known(ids); err != nil {
		return err
	}
	if len(ids) == 0 {
		return c.known(in.Target[i : i+1])
	}
	if !slices.Contains(ids, target) {
		return fmt.Errorf("target %d is not among its %d allowed ids", target, len(ids))
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
