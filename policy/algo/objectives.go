package algo

import "math"

// PolicyGradient is -A*logp (Williams 1992). With demonstrations (A = 1) it is
// the negative log-likelihood: supervised fine-tuning.
type PolicyGradient struct{}

// Loss is the mean over tokens.
func (PolicyGradient) Loss(b *Batch, g *Grad) (loss float64) {
	n := b.mean()
	for i, a := range b.Advantage {
		loss -= float64(a) * float64(b.Now[i]) / n
		g.Now[i] -= float32(float64(a) / n)
	}
	return loss
}

// Clip is PPO's clipped surrogate, per token: -min(ratio*A, clip(ratio, 1-Low,
// 1+High)*A) with ratio = exp(now - then). Schulman et al. 2017, eq. 7;
// separate bounds: Yu et al. 2025 (DAPO).
type Clip struct{ Low, High float64 }

// Loss is the mean over tokens.
func (c Clip) Loss(b *Batch, g *Grad) (loss float64) {
	n := b.mean()
	for i, a32 := range b.Advantage {
		a, ratio := float64(a32), math.Exp(float64(b.Now[i])-float64(b.Then[i]))
		clipped := min(max(ratio, 1-c.Low), 1+c.High)
		if ratio*a <= clipped*a {
			loss -= ratio * a / n
			g.Now[i] -= float32(ratio * a / n) // d ratio / d logp = ratio
		} else {
			loss -= clipped * a / n
		}
	}
	return loss
}

// EntropyBonus is -Coef times the mean entropy of the choices (Mnih et al.
// 2016, section 4).
type EntropyBonus struct{ Coef float64 }

// Loss is the mean over tokens.
func (e EntropyBonus) Loss(b *Batch, g *Grad) (loss float64) {
	n := b.mean()
	for i, h := range b.Entropy {
		loss -= e.Coef * float64(h) / n
		g.Entropy[i] -= float32(e.Coef / n)
	}
	return loss
}

// KL is Coef times the mean of exp(d) - d - 1, d = ref - now: an estimate of
// KL(now || ref) that is never negative (Schulman's k3; GRPO, Shao et al.
// 2024, eq. 4). Without a reference it is 0.
type KL struct{ Coef float64 }

// Loss is the mean over tokens.
func (k KL) Loss(b *Batch, g *Grad) (loss float64) {
	if b.Ref == nil {
		return 0
	}
	n := b.mean()
	for i, ref := range b.Ref {
		d := float64(ref) - float64(b.Now[i])
		loss += k.Coef * (math.Exp(d) - d - 1) / n
		g.Now[i] += float32(k.Coef * (1 - math.Exp(d)) / n)
	}
	return loss
}

// Distill is Coef times the mean cross-entropy of a teacher's distribution q and
// the policy's, -sum(q*logp): up to the teacher's own entropy KL(q || now)
// (Hinton et al. 2015, eq. 2; on episodes of the policy's own, Agarwal et al.
// 2024, eq. 4). Without a teacher it is 0.
type Distill struct{ Coef float64 }

// Loss is the mean over tokens.
func (d Distill) Loss(b *Batch, g *Grad) (loss float64) {
	if b.Soft == nil {
		return 0
	}
	n := b.mean()
	for i, q := range b.Soft.Prob {
		loss -= d.Coef * float64(q) * float64(b.Soft.Now[i]) / n
		g.Soft[i] -= float32(d.Coef * float64(q) / n)
	}
	return loss
}

// ValueLoss is Coef/2 times the mean squared error of the value head
// (Schulman et al. 2017, eq. 9).
type ValueLoss struct{ Coef float64 }

// Loss is the mean over tokens.
func (v ValueLoss) Loss(b *Batch, g *Grad) (loss float64) {
	if b.Value == nil || b.Return == nil {
		return 0
	}
	n := b.mean()
	for i, x := range b.Value {
		d := float64(x) - float64(b.Return[i])
		loss += v.Coef / 2 * d * d / n
		g.Value[i] += float32(v.Coef * d / n)
	}
	return loss
}

// Sum adds objectives.
type Sum []Objective

// Loss is the sum of the parts'.
func (s Sum) Loss(b *Batch, g *Grad) (loss float64) {
	for _, o := range s {
		loss += o.Loss(b, g)
	}
	return loss
}
