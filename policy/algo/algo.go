// Package algo is what a loss is made of: estimators turn rewards into
// advantages, objectives turn token statistics into a loss and its gradient.
// Columns in, gradients out: no tensors, no model, no tokens.
//
// An algorithm is one small file with its formula and source and a line in
// all.go; algotest then checks its gradient and invariances.
package algo

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

	Advantage, Return []float32 // [N] filled by an Estimator
}

// Rows is N.
func (b *Batch) Rows() int { return len(b.Now) }

// Episodes is E.
func (b *Batch) Episodes() int { return len(b.Group) }

// Grad is the gradient of the loss, one row per token; objectives add to it.
type Grad struct{ Now, Entropy, Value []float32 }

// NewGrad is a zero gradient for n rows.
func NewGrad(n int) *Grad {
	return &Grad{make([]float32, n), make([]float32, n), make([]float32, n)}
}

// Estimator fills Advantage, and Return where a value head is trained.
type Estimator interface{ Estimate(b *Batch) }

// Objective returns the loss and adds its gradient to g. It reads Advantage
// and Return, which are constants to it.
type Objective interface{ Loss(b *Batch, g *Grad) float64 }
