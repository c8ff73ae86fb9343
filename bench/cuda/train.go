package main

import (
	"fmt"
	"math"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy/model"
)

// config is a Qwen2's.
func (s shape) config(context int) model.Config {
	return model.Config{Vocab: s.Vocab, Dim: s.Dim, Layers: s.Layers, Heads: s.Heads, KVHeads: s.KV, Hidden: s.Hidden,
		Context: context, Theta: 1e6, Eps: 1e-6, Bias: true, Half: s.Half}
}

// flops are the operations that training on a token takes in sequences of so many:
// 6N + 12·L·H·Q·T (Chowdhery et al. 2022, PaLM, appendix B), L layers of H heads of Q
// numbers; N are all parameters, of which the embedding is the output layer too. What
// a causal mask leaves out is not subtracted, and what is computed again not added.
func (s shape) flops(length int) float64 {
	c := s.config(length)
	return 6*float64(c.Size()) + 12*float64(s.Layers*s.Heads*c.HeadDim()*length)
}

// text is sequences of tokens, all of which predict the next among all; the last
// predicts the first.
func text(seqs, length, vocab int) model.Input {
	n := seqs * length
	in := model.Input{Start: []int32{0}, Allow: kernels.Allow{Start: make([]int32, n+1)}}
	for s := range seqs {
		for i := range length {
			at := s*length + i
			in.IDs, in.Rows = append(in.IDs, int32((s*977+i*i%10007*31+i*7)%vocab)), append(in.Rows, int32(at))
		}
		seq := in.IDs[s*length:]
		in.Target.IDs = append(append(in.Target.IDs, seq[1:]...), seq[0])
		in.Start = append(in.Start, int32(len(in.IDs)))
	}
	return in
}

// trainStep is a step of AdamW on the mean cross entropy of some sequences.
func trainStep(d kernels.Device, j job) (*built, error) {
	m, err := model.New(d, j.config(j.Len), 1)
	if err != nil {
		return nil, err
	}
	in, p := text(j.Micro, j.Len, j.Vocab), m.NewPass()
	zero, g := make([]float32, len(in.Rows)), make([]float32, len(in.Rows))
	for i := range g {
		g[i] = -1 / float32(j.Seqs*j.Len)
	}
	return &built{parts: map[string]func(){"": func() {
		for range j.Seqs / j.Micro {
			if _, err := p.Forward(in); err != nil {
				panic(err)
			}
			p.Backward(g, zero, zero)
		}
		m.Optimize(kernels.AdamW{LR: 1e-4, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1}, 1)
	}}}, nil
}

// train is training in bfloat16 with float32 masters.
func (b *bench) train() error {
	s := &b.sizes
	t := b.report.table("train", fmt.Sprintf("tokens/s, %d sequences of %d a step, bfloat16 with AdamW, torch eager; MFU of the card's product; memory taken, GB, with so many sequences at once",
		s.seqs, s.length), column{name: "gym"}, column{name: "torch"}, column{"ratio", "%.2f"}, column{"gym MFU", "%.3f"}, column{"torch MFU", "%.3f"},
		column{"gym GB", "%.1f"}, column{"torch GB", "%.1f"}, column{"gym at once", "%.0f"}, column{"torch at once", "%.0f"})
	for _, m := range s.trained() {
		j := job{Kind: "train", shape: m, Seqs: s.seqs, Len: s.length}
		list, micro := b.fitting(j)
		j.Seconds = b.seconds
		for range b.rounds {
			for i, s := range list {
				j.Micro = micro[i]
				b.ask(s, j)
			}
		}
		tokens := float64(s.seqs * s.length)
		rate := func(i int) float64 {
			return figure(list, i, func(x *side) float64 { return tokens / x.seconds() })
		}
		mfu := func(i int) float64 { return rate(i) * m.flops(s.length) / b.matrix }
		gb := func(i int) float64 {
			return figure(list, i, func(x *side) float64 { return float64(x.last.Peak) / 1e9 })
		}
		once := func(i int) float64 { return figure(list, i, func(*side) float64 { return float64(micro[i]) }) }
		err := t.row(m.name, notes(list), rate(0), rate(1), rate(0)/rate(1), mfu(0), mfu(1), gb(0), gb(1), once(0), once(1))
		closeAll(list)
		if err != nil {
			return err
		}
	}
	return nil
}

// fitting starts sides that have built the job, each with as many sequences at once
// as its memory does: half as many where it is full, in a new process.
func (b *bench) fitting(j job) (list []*side, micro []int) {
	list = b.sides()
	for i := range list {
		for j.Micro = j.shape.micro; ; {
			if b.ask(list[i], j); !list[i].last.Full || j.Micro == 1 {
				break
			}
			j.Micro = divisor(j.Seqs, j.Micro/2)
			list[i].close()
			list[i] = b.sideOf(list[i].name)
			list[i].hear()
		}
		list[i].times = nil
		micro = append(micro, j.Micro)
	}
	return list, micro
}

// divisor is the largest number up to most that divides n.
func divisor(n, most int) int {
	for n%most != 0 {
		most--
	}
	return most
}

var nan = math.NaN()
