package algo

import "math"

// Demonstration gives every token advantage 1: the tokens are an expert's.
type Demonstration struct{}

// Estimate fills Advantage.
func (Demonstration) Estimate(b *Batch) {
	b.Advantage = resize(b.Advantage, b.Rows())
	for i := range b.Advantage {
		b.Advantage[i] = 1
	}
}

// Group compares an episode with the others of the same task: A = R - mean(R)
// over the group, for all its tokens, R the sum of the episode's rewards.
// Normalize divides by the group's standard deviation (GRPO, Shao et al. 2024,
// section 4.1.2); without it a group's weight does not depend on how rare its
// successes are (Dr. GRPO, Liu et al. 2025).
type Group struct{ Normalize bool }

// Estimate fills Advantage; a group of one, or of equals, gets 0.
func (e Group) Estimate(b *Batch) {
	b.Advantage = resize(b.Advantage, b.Rows())
	type sums struct{ n, x, xx float64 }
	groups := map[int32]sums{}
	for ep, g := range b.Group {
		r := b.total(ep)
		s := groups[g]
		groups[g] = sums{s.n + 1, s.x + r, s.xx + r*r}
	}
	for ep, g := range b.Group {
		s := groups[g]
		mean := s.x / s.n
		a := b.total(ep) - mean
		if e.Normalize {
			a /= math.Sqrt(max(0, s.xx/s.n-mean*mean)) + 1e-4
		}
		if s.n == 1 {
			a = 0
		}
		for i := b.Start[ep]; i < b.Start[ep+1]; i++ {
			b.Advantage[i] = float32(a)
		}
	}
}

// total is an episode's sum of rewards.
func (b *Batch) total(ep int) (sum float64) {
	for _, r := range b.Reward[b.Start[ep]:b.Start[ep+1]] {
		sum += float64(r)
	}
	return sum
}

// Reinforce is the discounted reward to go, turn by turn, less the batch's
// mean (Williams 1992, with the average as its baseline).
type Reinforce struct{ Gamma float64 }

// Estimate fills Advantage and Return.
func (e Reinforce) Estimate(b *Batch) {
	b.Advantage, b.Return = resize(b.Advantage, b.Rows()), resize(b.Return, b.Rows())
	sum := 0.0
	for ep := range b.Group {
		b.turns(ep, func(from, to int32, reward, next float64) float64 {
			g := reward + e.Gamma*next
			for i := from; i < to; i++ {
				b.Return[i] = float32(g)
				sum += g
			}
			return g
		})
	}
	mean := sum / max(1, float64(b.Rows()))
	for i, g := range b.Return {
		b.Advantage[i] = g - float32(mean)
	}
}

// turns visits an episode's turns from last to first: the rows [from, to) of
// each, its reward, and what f gave for the turn after it (0 for the last).
func (b *Batch) turns(ep int, f func(from, to int32, reward, next float64) float64) {
	next := 0.0
	for to := b.Start[ep+1]; to > b.Start[ep]; {
		from, reward := to-1, float64(b.Reward[to-1])
		for from > b.Start[ep] && b.Turn[from-1] == b.Turn[to-1] {
			from--
			reward += float64(b.Reward[from])
		}
		next = f(from, to, reward, next)
		to = from
	}
}

// GAE is generalised advantage estimation over turns (Schulman et al. 2016,
// eq. 16): delta_t = r_t + Gamma V_{t+1} - V_t, A_t = delta_t + Gamma Lambda
// A_{t+1}. All tokens of a turn share its advantage; a turn's value is that
// before its first token; after the last turn the value is 0. Whiten brings
// the batch's advantages to mean 0 and deviation 1.
type GAE struct {
	Gamma, Lambda float64
	Whiten        bool
}

// Estimate fills Advantage and Return = A + V.
func (e GAE) Estimate(b *Batch) {
	b.Advantage, b.Return = resize(b.Advantage, b.Rows()), resize(b.Return, b.Rows())
	for ep := range b.Group {
		after := 0.0 // the value of the turn after
		b.turns(ep, func(from, to int32, reward, next float64) float64 {
			v := float64(b.Value[from])
			a := reward + e.Gamma*after - v + e.Gamma*e.Lambda*next
			after = v
			for i := from; i < to; i++ {
				b.Advantage[i], b.Return[i] = float32(a), float32(a+v)
			}
			return a
		})
	}
	if e.Whiten {
		whiten(b.Advantage)
	}
}

// NeedsValue says that the values must be known before Estimate.
func (GAE) NeedsValue() {}

func whiten(x []float32) {
	var sum, squares float64
	for _, v := range x {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := max(1, float64(len(x)))
	mean := sum / n
	std := math.Sqrt(max(0, squares/n-mean*mean)) + 1e-6
	for i, v := range x {
		x[i] = float32((float64(v) - mean) / std)
	}
}

func resize(x []float32, n int) []float32 {
	if cap(x) < n {
		return make([]float32, n)
	}
	return x[:n]
}
