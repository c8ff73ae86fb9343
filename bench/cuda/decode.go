package main

import (
	"fmt"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy/model"
)

// decoding samples the most probable of all tokens, for all sequences at once. Its
// part "first" is the prompts and one token.
func decoding(d kernels.Device, j job) (*built, error) {
	m, err := model.New(d, j.config(j.Len+j.More), 1)
	if err != nil {
		return nil, err
	}
	dec, batch, n := m.Snapshot(), &model.Batch{}, j.Seqs
	caches, prompts, next := make([]*model.Cache, n), make([]model.More, n), make([]model.More, n)
	ids, logp, zeros := make([]int32, n), make([]float32, n), make([]float64, n)
	all := text(n, j.Len, j.Vocab).IDs
	for i := range n {
		caches[i] = dec.NewCache()
		prompts[i] = model.More{Cache: caches[i], IDs: all[i*j.Len : (i+1)*j.Len]}
		next[i] = model.More{Cache: caches[i], IDs: ids[i : i+1]}
	}
	play := func(more int) {
		for _, c := range caches {
			c.Reset(dec)
		}
		for step := range more {
			list := next
			if step == 0 {
				list = prompts
			}
			if err := batch.Extend(list...); err != nil {
				panic(err)
			}
			batch.Sample(ids, logp, caches, kernels.Allow{Start: make([]int32, n+1)}, zeros, zeros)
		}
	}
	return &built{parts: map[string]func(){"": func() { play(j.More) }, "first": func() { play(1) }}}, nil
}

// decode is many sequences beside each other.
func (b *bench) decode() error {
	s := &b.sizes
	m := s.models[0]
	t := b.report.table("decode", fmt.Sprintf("%s, %d sequences side by side, prompts of %d tokens, %d sampled, the most probable of all; torch is transformers' generate", m.name, s.concurrent, s.prompt, s.more),
		column{name: "gym"}, column{name: "torch"}, column{"ratio", "%.2f"})
	list := b.sides()
	defer closeAll(list)
	j := job{Kind: "decode", shape: m, Seqs: s.concurrent, Len: s.prompt, More: s.more}
	b.measure(list, j)
	var whole [2]float64
	for i := range whole {
		whole[i] = figure(list, i, (*side).seconds)
	}
	tokens := float64(s.concurrent * s.more)
	if err := t.row("tokens/s", notes(list), tokens/whole[0], tokens/whole[1], whole[1]/whole[0]); err != nil {
		return err
	}
	// Without the prompts: all tokens after the first.
	j.Part = "first"
	b.measure(list, j)
	var step [2]float64
	for i := range step {
		step[i] = (whole[i] - figure(list, i, (*side).seconds)) / float64(s.more-1)
	}
	if err := t.row("ms a step", notes(list), step[0]*1e3, step[1]*1e3, step[1]/step[0]); err != nil {
		return err
	}
	share := m.stepBytes(s.concurrent, s.prompt+s.more/2) / b.copying
	return t.row("share of bandwidth", "", share/step[0], share/step[1], nan)
}

// stepBytes are those that a step must read in bfloat16: all weights once, and the
// keys and values of sequences of so many tokens.
func (s shape) stepBytes(seqs, length int) float64 {
	c := s.config(length)
	return 2*float64(c.Size()) + 2*2*float64(seqs*length*s.Layers*s.KV*c.HeadDim())
}
