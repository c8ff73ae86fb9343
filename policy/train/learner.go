// Package train is the loop that learns: episodes in, better weights out. It
// takes episodes from a [Source] and knows neither agents nor environments.
//
// Everything that a run draws is a function of its seed, the number of the step
// and what its checkpoint holds, so that a synchronous run that is stopped and
// resumed has the same weights, bit for bit, as one that never stopped.
package train

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/curriculum"
	"github.com/turngym/turngym/gym/reward"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy"
	"github.com/turngym/turngym/policy/algo"
	"github.com/turngym/turngym/policy/model"
)

// Source gives the steps of a stage: live rollouts or a folder of shards.
type Source interface {
	Next(ctx context.Context) (curriculum.Step, error)
}

// Learner scores episodes and updates a model.
type Learner struct {
	Model *model.Model
	Ref   *model.Model // for the KL term; nil: none

	Teacher *model.Model // of the same vocabulary, for updates that ask it; nil: none

	// Group is the model's device and further ones that each have a replica of it, a
	// part of every step's examples, and one of the rollouts after the first step;
	// nil: the model's alone. Ref and Teacher stay on the first.
	Group kernels.Group

	Activations int64 // bytes that are kept on a device for the backward pass, about; what is beyond is computed again; 0: all are kept

	replicas     *model.Replicas
	passes       []*model.Pass // the replicas'
	ref, teacher *model.Pass
}

// Update says how a batch becomes steps of the optimizer.
type Update struct {
	Reward    reward.Mix
	Estimator algo.Estimator
	Objective algo.Objective

	// Read is how much predicting a token that was read counts beside one that was
	// written: a prompt loss weight (Huerta-Enochian and Ko 2024). 0 is not at all.
	Read float64

	// Ask is how many of the teacher's most probable choices a distillation term
	// wants for each token; 0: the teacher is not asked.
	Ask int

	SkipEven    bool // leave out episodes whose advantages are all 0 (their group is all right or all wrong)
	Epochs      int  // times that the batch is gone through
	Minibatches int  // optimizer steps in each
	Optimizer   kernels.AdamW
	ClipNorm    float64
}

// Stats is what one batch did.
type Stats struct {
	Loss     float64 // mean over the optimizer steps
	GradNorm float64 // before clipping, mean
	Entropy  float64 // nats per token, mean
	KL       float64 // mean of then - now after the first step: how far the policy has moved
	Clipped  float64 // share of tokens whose ratio is beyond 0.2
	Read     float64 // nats per token that was read, mean; 0 where Update.Read is
	Rows     int     // sampled tokens
	Tokens   int     // all tokens
	Steps    int     // optimizer steps

	Surprise []float64 // of each episode: nats per sampled token, mean; NaN where nothing was learnt from it
}

// example is an episode as the model sees it.
type example struct {
	tokens     gym.Tokens
	start, end int   // its rows in the batch's columns
	rows       []int // positions of the sampled tokens
	episode    int   // of the batch
}

// batch is the columns of all episodes.
type batch struct {
	examples []example
	cols     algo.Batch
	tokens   int
	lesson   *lesson // nil: there is no teacher
}

// collect turns episodes, with what their turns were paid, into columns. Hints
// do not make another task.
func collect(episodes []*gym.Episode, paid [][]float32) *batch {
	b := &batch{}
	b.cols.Start = []int32{0}
	groups := map[gym.Task]int32{}
	for e, ep := range episodes {
		perTurn := paid[e]
		x := example{start: len(b.cols.Then), episode: e}
		carry := float32(0) // the reward of turns in which nothing was sampled
		for i := range ep.Turns {
			t := &ep.Turns[i].Move.Tokens
			last := -1
			for j, sampled := range t.Sampled {
				if sampled {
					last = len(b.cols.Then)
					x.rows = append(x.rows, len(x.tokens.IDs)+j)
					b.cols.Then = append(b.cols.Then, t.LogProb[j])
					b.cols.Turn = append(b.cols.Turn, int32(i))
					b.cols.Reward = append(b.cols.Reward, 0)
				}
			}
			x.tokens.Append(*t)
			if carry += perTurn[i]; last >= 0 {
				b.cols.Reward[last] = carry
				carry = 0
			}
		}
		if n := len(b.cols.Reward); n > x.start {
			b.cols.Reward[n-1] += carry
		}
		x.end = len(b.cols.Then)
		task := ep.Task
		task.Hint = 0
		if _, ok := groups[task]; !ok {
			groups[task] = int32(len(groups))
		}
		b.cols.Start = append(b.cols.Start, int32(x.end))
		b.cols.Group = append(b.cols.Group, groups[task])
		b.examples = append(b.examples, x)
		b.tokens += len(x.tokens.IDs)
	}
	n := len(b.cols.Then)
	b.cols.Now, b.cols.Entropy, b.cols.Value = make([]float32, n), make([]float32, n), make([]float32, n)
	return b
}

// input packs examples for a pass: the rows are theirs in order, and then, where
// read is true, those of all tokens that were read, each one of the whole
// vocabulary. A row's first target is the token that came, and the others are
// the lesson's.
func input(examples []example, read bool, l *lesson) model.Input {
	in := model.Input{Start: []int32{0}, Allow: kernels.Allow{Start: []int32{0}}, Target: kernels.Targets{Start: []int32{0}}}
	target := func(id int32, soft ...int32) {
		in.Target.IDs = append(append(in.Target.IDs, id), soft...)
		in.Target.Start = append(in.Target.Start, int32(len(in.Target.IDs)))
	}
	for _, x := range examples {
		base := len(in.IDs)
		in.IDs = append(in.IDs, x.tokens.IDs...)
		for _, t := range x.tokens.Type {
			in.Types = append(in.Types, int32(t))
		}
		in.Start = append(in.Start, int32(len(in.IDs)))
		for i, at := range x.rows {
			in.Rows = append(in.Rows, int32(base+at-1))
			if l == nil {
				target(x.tokens.IDs[at])
			} else {
				target(x.tokens.IDs[at], l.ids[l.start[x.start+i]:l.start[x.start+i+1]]...)
			}
			in.Allow.IDs = append(in.Allow.IDs, x.tokens.Allow[at]...)
			in.Allow.Start = append(in.Allow.Start, int32(len(in.Allow.IDs)))
		}
	}
	if !read {
		return in
	}
	for i, x := range examples {
		for at := 1; at < len(x.tokens.IDs); at++ {
			if !x.tokens.Sampled[at] {
				in.Rows = append(in.Rows, in.Start[i]+int32(at-1))
				target(x.tokens.IDs[at])
				in.Allow.Start = append(in.Allow.Start, int32(len(in.Allow.IDs)))
			}
		}
	}
	return in
}

// score fills columns by forward passes.
func score(passes []*model.Pass, b *batch, to func(x example, from int, out model.Output)) error {
	return spread(passes, micro(b.examples, len(passes)), func(p *model.Pass, _ int, xs []example) error {
		out, err := p.Forward(input(xs, false, nil))
		if err != nil {
			return err
		}
		at := 0
		for _, x := range xs {
			to(x, at, out)
			at += len(x.rows)
		}
		return nil
	})
}

// Learn makes one batch of episodes, with what their turns were paid, into
// optimizer steps. The first call makes the model's replicas; from then on only
// Learn changes it.
func (l *Learner) Learn(episodes []*gym.Episode, paid [][]float32, u Update) (Stats, error) {
	b := collect(episodes, paid)
	stats := Stats{Rows: len(b.cols.Then), Tokens: b.tokens, Surprise: slices.Repeat([]float64{math.NaN()}, len(episodes))}
	for i, x := range b.examples {
		if len(x.rows) > 0 && x.rows[0] == 0 {
			return stats, fmt.Errorf("episode %d of the batch begins with a sampled token; nothing that was read predicts it", i+1)
		}
	}
	if stats.Rows == 0 {
		return stats, fmt.Errorf("a batch of %d episodes has no sampled tokens", len(episodes))
	}
	if l.replicas == nil {
		l.replicas = model.Replicate(l.Model, l.Group)
		for _, m := range l.replicas.All {
			p := m.NewPass()
			p.Budget = l.Activations
			l.passes = append(l.passes, p)
		}
	}
	if _, needs := u.Estimator.(interface{ NeedsValue() }); needs {
		if err := score(l.passes, b, func(x example, at int, out model.Output) {
			copy(b.cols.Value[x.start:x.end], out.Value[at:])
		}); err != nil {
			return stats, err
		}
	}
	if l.Ref != nil {
		b.cols.Ref = make([]float32, stats.Rows)
		if l.ref == nil {
			l.ref = l.Ref.NewPass()
			l.ref.Budget = nothingKept
		}
		if err := score([]*model.Pass{l.ref}, b, func(x example, at int, out model.Output) {
			copy(b.cols.Ref[x.start:x.end], out.LogProb[at:])
		}); err != nil {
			return stats, err
		}
	}
	if u.Ask > 0 {
		if err := l.ask(b, u.Ask); err != nil {
			return stats, err
		}
	}
	u.Estimator.Estimate(&b.cols)
	if err := b.cols.Check(); err != nil {
		return stats, err
	}
	if u.SkipEven {
		b.examples = slices.DeleteFunc(b.examples, func(x example) bool {
			return !slices.ContainsFunc(b.cols.Advantage[x.start:x.end], func(a float32) bool { return a != 0 })
		})
		if len(b.examples) == 0 {
			return stats, nil
		}
	}
	k := max(1, min(u.Minibatches, len(b.examples)))
	for epoch := range max(1, u.Epochs) {
		for i := range k {
			from, to := i*len(b.examples)/k, (i+1)*len(b.examples)/k
			if err := l.step(b, b.examples[from:to], u, &stats, epoch+i > 0); err != nil {
				return stats, err
			}
		}
	}
	n := float64(max(1, stats.Steps))
	stats.Loss, stats.GradNorm, stats.Entropy, stats.Read = stats.Loss/n, stats.GradNorm/n, stats.Entropy/n, stats.Read/n
	if moved := float64(stats.Steps - 1); moved > 0 {
		stats.KL, stats.Clipped = stats.KL/moved, stats.Clipped/moved
	}
	return stats, nil
}

// publish gives a policy the weights as they are, on all devices.
func (l *Learner) publish(p *policy.Policy, version uint32) {
	var list []*model.Decoder
	for _, m := range l.replicas.All {
		list = append(list, m.Snapshot())
	}
	p.Publish(list[0], version, list[1:]...)
}

// nothingKept is the budget of a pass that never goes backward.
const nothingKept = 1
