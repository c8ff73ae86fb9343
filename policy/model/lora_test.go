package model

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/kernels/plain"
)

func TestAdaptersChangeNothingAtFirst(t *testing.T) {
	m := lively(t, small)
	before, err := m.NewPass().Forward(batch())
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(before.LogProb)
	base := whole(m)
	if err := m.Adapt(LoRA{Rank: 3}, 1); err != nil {
		t.Fatal(err)
	}
	p := m.NewPass()
	out, err := p.Forward(batch())
	if err != nil || !slices.Equal(out.LogProb, want) {
		t.Fatalf("%v, want %v, %v", out.LogProb, want, err)
	}
	if m.Trained() >= m.Size()/2 || m.Size() <= len(base) {
		t.Errorf("%d of %d parameters are trained", m.Trained(), m.Size())
	}
	g := []float32{1, -0.5, 0.3, 2, 0}
	p.Backward(g, g, g)
	m.Optimize(kernels.AdamW{LR: 1e-2, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1}, 1)
	if !slices.Equal(base, whole(m)) {
		t.Error("a step has changed what is frozen")
	}
	if out, _ := p.Forward(batch()); slices.Equal(out.LogProb, want) {
		t.Error("a step has changed nothing")
	}
}

func TestAdapterGradientEqualsFiniteDifference(t *testing.T) {
	dev := plain.New()
	c := small
	c.Bias = true
	for _, on := range [][]string{nil, {"q", "v", "down"}} {
		m, err := New(dev, c, 3)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Adapt(LoRA{Rank: 2, On: on}, 1); err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(1, 1))
		flat := dev.Float64(m.flat)
		for i := range flat {
			flat[i] += rng.NormFloat64() * 0.3
		}
		in, p := batch(), m.NewPass()
		dl, de, dv := []float32{1, -0.5, 0.3, 2, 0}, []float32{0.2, 0, -1, 0.5, 1}, []float32{-1, 0.5, 2, 0, 0.7}
		loss := func() float64 { return weighed(t, dev, p, in, dl, de, dv) }
		loss()
		p.Backward(dl, de, dv)
		grad := slices.Clone(dev.Float64(m.grad))
		const eps = 1e-5
		for i := range flat {
			old := flat[i]
			flat[i] = old + eps
			up := loss()
			flat[i] = old - eps
			want := (up - loss()) / (2 * eps)
			if flat[i] = old; math.Abs(grad[i]-want) > 1e-6*max(1, math.Abs(want)) {
				t.Fatalf("%v: number %d: gradient %g, finite difference %g", on, i, grad[i], want)
			}
		}
	}
}

func TestAdaptersDecodeWithTheBitsOfScoringAndShareTheirBase(t *testing.T) {
	m := lively(t, Config{Vocab: 70, Dim: 64, Layers: 3, Heads: 4, KVHeads: 2, Hidden: 96, Context: 512, Theta: 1e4, Eps: 1e-5})
	if err := m.Adapt(LoRA{Rank: 5, On: []string{"q", "o", "up"}}, 2); err != nil {
		t.Fatal(err)
	}
	learn := func() {
		x, rng := read(m.dev, m.flat), rand.New(rand.NewPCG(1, 2))
		for i := range x {
			x[i] += float32(rng.NormFloat64() * 0.1)
		}
		m.dev.Write(m.flat, x)
	}
	learn()
	ref, one := m.Frozen(), m.Snapshot()
	old := sample(t, one.NewCache(), rand.New(rand.NewPCG(3, 1)), 200)
	old.compare(t, m)
	learn()
	two := m.Snapshot()
	sample(t, two.NewCache(), rand.New(rand.NewPCG(4, 1)), 200).compare(t, m)
	old.compare(t, ref)                                                  // what was kept to compare with is as it was
	again := sample(t, one.NewCache(), rand.New(rand.NewPCG(3, 1)), 200) // so is the first snapshot
	if !slices.Equal(old.logProb, again.logProb) {
		t.Error("a snapshot has changed")
	}
	m.dev.Zero(one.w.embed)
	if m.dev.SumSquares(two.w.embed) != 0 {
		t.Error("each snapshot has an embedding of its own")
	}
}

func TestAdaptersComeBack(t *testing.T) {
	m, dir := lively(t, small), t.TempDir()
	if err := m.Save(dir + "/base"); err != nil {
		t.Fatal(err)
	}
	if err := m.Adapt(LoRA{Rank: 4, On: []string{"v", "gate"}}, 1); err != nil {
		t.Fatal(err)
	}
	p, g := m.NewPass(), []float32{1, -0.5, 0.3, 2, 0}
	for range 2 {
		p.Forward(batch())
		p.Backward(g, g, g)
		m.Optimize(kernels.AdamW{LR: 1e-2, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8}, 1)
	}
	if err := m.Save(dir + "/adapter"); err != nil {
		t.Fatal(err)
	}
	if err := m.SaveOptimizer(dir + "/optimizer.safetensors"); err != nil {
		t.Fatal(err)
	}
	if !HasAdapter(dir+"/adapter") || HasAdapter(dir+"/base") {
		t.Error("which folder has adapters")
	}
	dev, _ := cpu.New("", 1)
	again, err := Load(dev, dir+"/base", Use{})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.LoadAdapter(dir + "/adapter"); err != nil {
		t.Fatal(err)
	}
	if err := again.LoadOptimizer(dir + "/optimizer.safetensors"); err != nil {
		t.Fatal(err)
	}
	sameBits(t, "adapters", read(m.dev, m.flat), read(dev, again.flat))
	sameBits(t, "moments", read(m.dev, m.v), read(dev, again.v))
	other := lively(t, Config{Vocab: 11, Dim: 16, Layers: 2, Heads: 4, KVHeads: 2, Hidden: 12, Context: 64, Theta: 100, Eps: 1e-5})
	if err := other.LoadAdapter(dir + "/adapter"); err == nil || !strings.Contains(err.Error(), "has the shape") {
		t.Error(err)
	}
	for _, l := range []LoRA{{Rank: 0}, {Rank: 1 << 20}, {Rank: 2, On: []string{"qq"}}} {
		if err := lively(t, small).Adapt(l, 1); err == nil {
			t.Errorf("%+v is taken", l)
		}
	}
}
