// Package algo is what a loss is made of: estimators turn rewards into
// advantages, objectives turn token statistics into a loss and its gradient.
// Columns in, gradients out: no tensors, no model, no tokens.
//
// An algorithm is one small file with its formula and source and a line in
// all.go; algotest then checks its gradient and invariances.
package algo

import (
	"fmt"
	"math"
)

// Batch is the sampled tokens of E episodes, one row each (N rows), as
// columns. Rows of an episode follow each other in time.
type Batch struct {
	Start []int32 // [E+1] first row of each episode
	Group []int32 // [E] episodes of the same task share a number

	Now, Then, Ref []float32 // [N] log-prob: under the weights now, when sampled, under the reference (nil: none)
	Entropy        []float32 // [N] nats, of the constrained distribution now
	Value          []float32 // [N] the value head before the token (nil: none)
	Reward         []float32 // [N] a turn's reward is on the turn's last token
	Turn           []int32   // [N] number of the turn within its episode

	Soft              *Soft     // what a teacher would do; nil: there is none
	Advantage, Return []float32 // [N] filled by an Estimator

	// Denominator is what a mean over tokens divides by: the rows of the whole
	// batch where this is only a part of it, so that parts add up to the same
	// gradient. 0 is this batch's own rows.
	Denominator float64
}

// Soft is a teacher's distribution over the most probable choices at each row, one
// row after the other.
type Soft struct {
	Prob []float32 // the teacher's, of each row at most 1 in sum
	Now  []float32 // log-prob under the weights now
}

func (b *Batch) mean() float64 {
	if b.Denominator > 0 {
		return b.Denominator
	}
	return max(1, float64(len(b.Now)))
}

// Check refuses columns of different lengths and numbers that are not finite,
// naming the column and row.
func (b *Batch) Check() error {
	if len(b.Start) != len(b.Group)+1 || int(b.Start[len(b.Start)-1]) != len(b.Now) {
		return fmt.Errorf("batch of %d episodes and %d rows has %d starts", len(b.Group), len(b.Now), len(b.Start))
	}
	for _, c := range []struct {
		name   string
		x      []float32
		needed bool
	}{{"Now", b.Now, true}, {"Then", b.Then, true}, {"Reward", b.Reward, true}, {"Entropy", b.Entropy, false},
		{"Ref", b.Ref, false}, {"Value", b.Value, false}, {"Advantage", b.Advantage, false}, {"Return", b.Return, false}} {
		if len(c.x) != len(b.Now) && (c.needed || c.x != nil) {
			return fmt.Errorf("column %s has %d rows, Now has %d", c.name, len(c.x), len(b.Now))
		}
		for i, v := range c.x {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fmt.Errorf("column %s is %v in row %d", c.name, v, i)
			}
		}
	}
	return nil
}

// Rows is N.
func (b *Batch) Rows() int { return len(b.Now) }

// Episodes is E.
func (b *Batch) Episodes() int { return len(b.Group) }

// Grad is the gradient of the loss, one row per token; objectives add to it.
type Grad struct {
	Now, Entropy, Value []float32
	Soft                []float32 // by Batch.Soft.Now; nil where there is no teacher
}

// NewGrad is a zero gradient for the batch's rows.
func NewGrad(b *Batch) *Grad {
	n := len(b.Now)
	g := &Grad{Now: make([]float32, n), Entropy: make([]float32, n), Value: make([]float32, n)}
	if b.Soft != nil {
		g.Soft = make([]float32, len(b.Soft.Now))
	}
	return g
}

// Estimator fills Advantage, and Return where a value head is trained.
type Estimator interface{ Estimate(b *Batch) }

// Objective returns the loss and adds its gradient to g. It reads Advantage
// and Return, which are constants to it. It is safe for goroutines.
type Objective interface {
	Loss(b *Batch, g *Grad) float64
}
