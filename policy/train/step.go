package train

import (
	"fmt"
	"math"
	"sync"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy/algo"
	"github.com/turngym/turngym/policy/model"
)

// microTokens is about how many tokens a pass works on at a time: enough for
// full matrix tiles, few enough to stay in the cache.
const microTokens = 2048

// micro cuts examples into runs of about microTokens, or shorter ones where that
// leaves a device with nothing to do.
func micro(examples []example, devices int) [][]example {
	most := min(microTokens, (length(examples)+devices-1)/devices)
	var out [][]example
	from, tokens := 0, 0
	for i := range examples {
		n := len(examples[i].tokens.IDs)
		if i > from && tokens+n > most {
			out = append(out, examples[from:i])
			from, tokens = i, 0
		}
		tokens += n
	}
	if from < len(examples) {
		out = append(out, examples[from:])
	}
	return out
}

// length is how many tokens the examples have.
func length(xs []example) (n int) {
	for _, x := range xs {
		n += len(x.tokens.IDs)
	}
	return n
}

// sampled is how many of them are sampled.
func sampled(xs []example) (n int) {
	for _, x := range xs {
		n += len(x.rows)
	}
	return n
}

// spread has passes, which are on devices of their own, work on micro-batches side
// by side: each on those that fall to it by the lengths, in their order, so that
// who was faster changes nothing. It returns the first pass's error.
func spread(passes []*model.Pass, micros [][]example, work func(p *model.Pass, i int, xs []example) error) error {
	mine, load, errs := make([][]int, len(passes)), make([]int, len(passes)), make([]error, len(passes))
	for i, xs := range micros {
		least := 0
		for d := range load {
			if load[d] < load[least] {
				least = d
			}
		}
		mine[least], load[least] = append(mine[least], i), load[least]+length(xs)
	}
	run := func(d int) (err error) {
		defer kernels.Guard(&err)
		for _, i := range mine[d] {
			if err := work(passes[d], i, micros[i]); err != nil {
				return err
			}
		}
		return nil
	}
	var all sync.WaitGroup
	for d := range passes {
		all.Go(func() { errs[d] = run(d) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// step is one optimizer step on some of the batch's examples.
func (l *Learner) step(b *batch, xs []example, u Update, stats *Stats, moved bool) error {
	rows := sampled(xs)
	read := 0
	for _, x := range xs {
		read += max(0, len(x.tokens.IDs)-1-len(x.rows)) // nothing predicts the first
	}
	micros := micro(xs, len(l.passes))
	parts := make([]Stats, len(micros))
	err := spread(l.passes, micros, func(p *model.Pass, i int, xs []example) error {
		in := input(xs, u.Read > 0, b.lesson)
		out, err := p.Forward(in)
		if err != nil {
			return err
		}
		part := b.part(xs, in, out, float64(rows))
		g := algo.NewGrad(part)
		parts[i].Loss = u.Objective.Loss(part, g)
		parts[i].see(part, rows, moved)
		dlogp := join(in.Target, g)
		for j := len(dlogp); j < len(out.LogProb); j++ { // what was read
			parts[i].Read -= float64(out.LogProb[j]) / float64(read)
			dlogp = append(dlogp, float32(-u.Read/float64(rows)))
		}
		at := 0
		for _, x := range xs {
			stats.Surprise[x.episode] = -mean(part.Now[at : at+len(x.rows)])
			at += len(x.rows)
		}
		rest := make([]float32, len(in.Rows)-len(part.Now))
		p.Backward(dlogp, append(g.Entropy, rest...), append(g.Value, rest...))
		return nil
	})
	if err != nil {
		return err
	}
	for _, p := range parts {
		stats.Loss, stats.Read, stats.Entropy = stats.Loss+p.Loss, stats.Read+p.Read, stats.Entropy+p.Entropy
		stats.KL, stats.Clipped = stats.KL+p.KL, stats.Clipped+p.Clipped
	}
	norm := l.replicas.Optimize(u.Optimizer, u.ClipNorm)
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return fmt.Errorf("the gradient is %v: lower the learning rate", norm)
	}
	stats.GradNorm += norm
	stats.Steps++
	return nil
}

// see adds what is known of tokens before a step that has so many rows.
func (s *Stats) see(part *algo.Batch, rows int, moved bool) {
	for i, e := range part.Entropy {
		s.Entropy += float64(e) / float64(rows)
		if !moved {
			continue
		}
		d := float64(part.Then[i]) - float64(part.Now[i])
		s.KL += d / float64(rows)
		if math.Abs(math.Exp(-d)-1) > 0.2 {
			s.Clipped += 1 / float64(rows)
		}
	}
}

// mean is NaN of nothing.
func mean(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	return sum / float64(len(x))
}

// part is the columns of some examples, with what a forward pass gave: the rows
// that were sampled come first there.
func (b *batch) part(xs []example, in model.Input, out model.Output, rows float64) *algo.Batch {
	n := sampled(xs)
	now, soft := b.split(xs, in.Target, out.LogProb)
	gather := func(x []float32) []float32 {
		if x == nil {
			return nil
		}
		part := make([]float32, 0, n)
		for _, e := range xs {
			part = append(part, x[e.start:e.end]...)
		}
		return part
	}
	c := &b.cols
	return &algo.Batch{Now: now, Soft: soft, Entropy: out.Entropy[:n], Value: out.Value[:n], Then: gather(c.Then), Ref: gather(c.Ref),
		Advantage: gather(c.Advantage), Return: gather(c.Return), Denominator: rows}
}
