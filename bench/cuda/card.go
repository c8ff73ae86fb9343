package main

import (
	"fmt"
	"math"

	"github.com/turngym/turngym/kernels"
)

func square(d kernels.Device, j job) (*built, error) {
	a, b, out := filled(d, activations(d, j.M*j.K)), filled(d, d.NewHalf(j.K*j.N)), activations(d, j.M*j.N)
	return &built{parts: map[string]func(){"": func() { d.MatMul(out, a, b, kernels.Dims{M: j.M, N: j.N, K: j.K}) }}}, nil
}

func copied(d kernels.Device, j job) (*built, error) {
	a, b := filled(d, d.New(j.N)), d.New(j.N)
	return &built{parts: map[string]func(){"": func() { d.Copy(b, a) }}}, nil
}

// card measures what the card can do: a large product in bfloat16, and a copy.
func (b *bench) card() error {
	list := b.sides()
	defer closeAll(list)
	for _, s := range list {
		if s.err != nil {
			return s.err
		}
	}
	b.report.Card = map[string]string{}
	for _, s := range list {
		b.report.Card[s.name] = s.said.Name
		fmt.Fprintf(b.report.out, "%s: %s\n", s.name, s.said.Name)
	}
	t := b.report.table("card", "what other figures are shares of, the better of both", column{name: "gym"}, column{name: "torch"})
	n := b.sizes.square
	for _, x := range []struct {
		name string
		j    job
		of   float64
		unit float64
		best *float64
	}{
		{fmt.Sprintf("bf16 %d^3, TFLOP/s", n), job{Kind: "square", M: n, N: n, K: n}, 2 * math.Pow(float64(n), 3), 1e12, &b.matrix},
		{"copy, GB/s", job{Kind: "copy", N: b.sizes.copied}, 8 * float64(b.sizes.copied), 1e9, &b.copying},
	} {
		b.measure(list, x.j)
		rate := func(s *side) float64 {
			*x.best = max(*x.best, x.of/s.seconds())
			return x.of / s.seconds() / x.unit
		}
		if err := t.row(x.name, notes(list), figure(list, 0, rate), figure(list, 1, rate)); err != nil {
			return err
		}
	}
	return nil
}
