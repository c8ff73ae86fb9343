package algo_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/turngym/turngym/policy/algo"
)

// random is a batch of four episodes in two groups.
func random(rng *rand.Rand) *algo.Batch {
	b := &algo.Batch{Start: []int32{0, 3, 5, 6, 10}, Group: []int32{7, 7, 2, 2}, Turn: []int32{0, 0, 1, 0, 1, 0, 0, 1, 1, 2}}
	col := func(scale, shift float64) []float32 {
		x := make([]float32, 10)
		for i := range x {
			x[i] = float32(rng.NormFloat64()*scale + shift)
		}
		return x
	}
	b.Now, b.Then, b.Ref = col(0.5, -1), col(0.5, -1), col(0.5, -1)
	b.Entropy, b.Value, b.Reward = col(0.1, 1), col(1, 0), col(1, 0)
	b.Advantage, b.Return = col(1, 0), col(1, 0)
	b.Soft = &algo.Soft{Prob: []float32{0.3, 0.7, 0.2, 0.2, 0.1, 1, 1, 0.5, 0.4, 0.9}, Now: col(0.5, -2)}
	return b
}

func TestGradientsEqualFiniteDifferences(t *testing.T) {
	for _, e := range algo.Objectives().Entries() {
		o := e.New()
		b := random(rand.New(rand.NewPCG(1, 1)))
		g := algo.NewGrad(b)
		o.Loss(b, g)
		for name, c := range map[string][2][]float32{"now": {b.Now, g.Now}, "entropy": {b.Entropy, g.Entropy}, "value": {b.Value, g.Value}, "soft": {b.Soft.Now, g.Soft}} {
			for i := range c[0] {
				const eps = 1.0 / 512
				old := c[0][i]
				c[0][i] = old + eps
				up := o.Loss(b, algo.NewGrad(b))
				c[0][i] = old - eps
				down := o.Loss(b, algo.NewGrad(b))
				c[0][i] = old
				if want := (up - down) / (2 * eps); math.Abs(want-float64(c[1][i])) > 2e-4 {
					t.Errorf("%s: d/d%s[%d] is %g, finite difference %g", e.Name, name, i, c[1][i], want)
				}
			}
		}
	}
}

func TestPartsOfABatchAddUp(t *testing.T) {
	for _, e := range algo.Objectives().Entries() {
		o, b := e.New(), random(rand.New(rand.NewPCG(2, 1)))
		whole := o.Loss(b, algo.NewGrad(b))
		cut := func(from, to int) *algo.Batch {
			return &algo.Batch{Now: b.Now[from:to], Then: b.Then[from:to], Ref: b.Ref[from:to], Entropy: b.Entropy[from:to], Value: b.Value[from:to],
				Advantage: b.Advantage[from:to], Return: b.Return[from:to], Denominator: 10,
				Soft: &algo.Soft{Prob: b.Soft.Prob[from:to], Now: b.Soft.Now[from:to]}}
		}
		parts := 0.0
		for _, half := range []*algo.Batch{cut(0, 5), cut(5, 10)} {
			parts += o.Loss(half, algo.NewGrad(half))
		}
		if math.Abs(whole-parts) > 1e-9 {
			t.Errorf("%s: the whole is %g, its parts %g", e.Name, whole, parts)
		}
	}
}

func TestGroupOfEqualsTeachesNothing(t *testing.T) {
	b := random(rand.New(rand.NewPCG(3, 1)))
	b.Reward = make([]float32, 10)
	b.Reward[2], b.Reward[4] = 1, 1 // both episodes of group 7
	algo.Group{Normalize: true}.Estimate(b)
	for i, a := range b.Advantage {
		if a != 0 {
			t.Errorf("row %d has advantage %v", i, a)
		}
	}
	b.Group = []int32{0, 1, 2, 3}
	b.Reward[9] = 5
	algo.Group{}.Estimate(b)
	if b.Advantage[9] != 0 {
		t.Error("a group of one has an advantage")
	}
}

func TestGroupComparesWithItsOwn(t *testing.T) {
	b := random(rand.New(rand.NewPCG(3, 1)))
	b.Reward = []float32{0, 0, 1, 0, 0, 0.5, 0, 0, 0, 0}
	algo.Group{}.Estimate(b)
	want := []float32{0.5, 0.5, 0.5, -0.5, -0.5, 0.25, -0.25, -0.25, -0.25, -0.25}
	for i := range want {
		if b.Advantage[i] != want[i] {
			t.Fatalf("advantages are %v, want %v", b.Advantage, want)
		}
	}
}

func TestOrderOfEpisodesDoesNotMatter(t *testing.T) {
	b := random(rand.New(rand.NewPCG(4, 1)))
	swapped := &algo.Batch{Start: []int32{0, 2, 5}, Group: []int32{7, 7}}
	pick := func(x []float32) []float32 { return append(append([]float32(nil), x[3:5]...), x[0:3]...) }
	swapped.Now, swapped.Reward, swapped.Value, swapped.Turn = pick(b.Now), pick(b.Reward), pick(b.Value), []int32{0, 1, 0, 0, 1}
	first := &algo.Batch{Start: []int32{0, 3, 5}, Group: []int32{7, 7}, Now: b.Now[:5], Reward: b.Reward[:5], Value: b.Value[:5], Turn: b.Turn[:5]}
	for _, e := range algo.Estimators().Entries() {
		e.New().Estimate(first)
		e.New().Estimate(swapped)
		want := pick(first.Advantage)
		for i := range want {
			if math.Abs(float64(want[i]-swapped.Advantage[i])) > 1e-5 {
				t.Errorf("%s: %v, then %v", e.Name, want, swapped.Advantage)
				break
			}
		}
	}
}

func TestGAEByHand(t *testing.T) {
	// Two turns of two tokens and one: values 0.5 and 0.2, rewards 0 and 1.
	b := &algo.Batch{Start: []int32{0, 3}, Group: []int32{0}, Now: make([]float32, 3), Turn: []int32{0, 0, 1},
		Value: []float32{0.5, 9, 0.2}, Reward: []float32{0, 0, 1}}
	algo.GAE{Gamma: 0.9, Lambda: 0.5}.Estimate(b)
	last := 1 - 0.2
	first := 0.9*0.2 - 0.5 + 0.45*last
	for i, want := range []float64{first, first, last} {
		if math.Abs(float64(b.Advantage[i])-want) > 1e-6 {
			t.Errorf("advantage %d is %v, want %v", i, b.Advantage[i], want)
		}
	}
	if math.Abs(float64(b.Return[2])-1) > 1e-6 {
		t.Errorf("the last return is %v", b.Return[2])
	}
}

func TestReinforceByHand(t *testing.T) {
	b := &algo.Batch{Start: []int32{0, 2}, Group: []int32{0}, Now: make([]float32, 2), Turn: []int32{0, 1}, Reward: []float32{1, 1}}
	algo.Reinforce{Gamma: 0.5}.Estimate(b)
	if b.Return[0] != 1.5 || b.Return[1] != 1 || b.Advantage[0] != 0.25 {
		t.Errorf("returns %v, advantages %v", b.Return, b.Advantage)
	}
}

func TestNaNIsRefusedByName(t *testing.T) {
	b := random(rand.New(rand.NewPCG(5, 1)))
	b.Then[4] = float32(math.NaN())
	if err := b.Check(); err == nil || !strings.Contains(err.Error(), "Then") || !strings.Contains(err.Error(), "row 4") {
		t.Errorf("Check says %v", err)
	}
}
