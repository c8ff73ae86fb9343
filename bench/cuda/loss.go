package main

import (
	"fmt"

	"github.com/turngym/turngym/kernels"
)

// output is the output layer over the whole vocabulary: log-probs and entropies, and
// with part "both" the gradients of hidden states and table, too.
func output(d kernels.Device, j job) *built {
	h, table := filled(d, d.New(j.M*j.Dim)), filled(d, d.NewHalf(j.Vocab*j.Dim))
	dh, dtable, logp, entropy := d.New(j.M*j.Dim), d.New(j.Vocab*j.Dim), d.New(j.M), d.New(j.M)
	dlogp, dentropy := filled(d, d.New(j.M)), filled(d, d.New(j.M))
	allow, target := kernels.Allow{Start: make([]int32, j.M+1)}, kernels.Targets{IDs: make([]int32, j.M)}
	for i := range target.IDs {
		target.IDs[i] = int32(i * 7919 % j.Vocab)
	}
	forward := func() { d.LogProb(logp, entropy, h, table, target, allow, j.Dim) }
	backward := func() { d.LogProbGrad(dh, dtable, dlogp, dentropy, h, table, target, allow, j.Dim) }
	b := &built{parts: map[string]func(){"": forward, "backward": backward, "both": func() {
		forward()
		backward()
	}}}
	for _, x := range []kernels.Buffer{h, table, dh, dtable, logp, entropy, dlogp, dentropy} {
		b.given += int64(width(x) * x.Len())
	}
	return b
}

// width is how many bytes a buffer's number has.
func width(b kernels.Buffer) int {
	if b.Half() {
		return 2
	}
	return 4
}

// loss is the output layer by the size of its vocabulary.
func (b *bench) loss() error {
	s := &b.sizes
	t := b.report.table("loss", fmt.Sprintf("output layer, %d rows of %d, ms; GB beyond rows, table and gradients (torch: without the entropies that ours has)", s.rows, s.models[0].Dim),
		column{name: "gym"}, column{name: "torch"}, column{"ratio", "%.2f"}, column{"gym GB", "%.2f"}, column{"torch GB", "%.2f"})
	for _, vocab := range s.vocabs {
		list := b.sides()
		for _, part := range []string{"", "both"} {
			b.measure(list, job{Kind: "loss", shape: shape{Dim: s.models[0].Dim, Vocab: vocab}, M: s.rows, Part: part})
			ms := func(i int) float64 { return figure(list, i, func(x *side) float64 { return x.seconds() * 1e3 }) }
			gb := func(i int) float64 {
				return figure(list, i, func(x *side) float64 { return float64(x.last.Peak-x.last.Given) / 1e9 })
			}
			name := fmt.Sprintf("%d forward", vocab)
			if part == "both" {
				name = fmt.Sprintf("%d and backward", vocab)
			}
			if err := t.row(name, notes(list), ms(0), ms(1), ms(1)/ms(0), gb(0), gb(1)); err != nil {
				return err
			}
		}
		closeAll(list)
	}
	return nil
}
