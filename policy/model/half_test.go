package model

import (
	"slices"
	"testing"

	"github.com/turngym/turngym/kernels"
)

var halfSmall = func() Config {
	c := small
	c.Half = true
	return c
}()

// step is one of learning on a batch.
func step(t *testing.T, m *Model) (logp, grad []float32) {
	t.Helper()
	p, g := m.NewPass(), []float32{1, -0.5, 0.3, 2, 0}
	out, err := p.Forward(batch())
	if err != nil {
		t.Fatal(err)
	}
	p.Backward(g, g, g)
	grad = read(m.dev, m.grad)
	m.Optimize(kernels.AdamW{LR: 1e-3, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1}, 1)
	return slices.Clone(out.LogProb), grad
}

// rounded is what a model computes with.
func rounded(m *Model) (all []float32) {
	for _, p := range m.w.list {
		all = append(all, read(m.dev, p.Buffer)...)
	}
	return all
}

func TestHalvesComputeWhatTheirNumbersWould(t *testing.T) {
	m, full := lively(t, halfSmall), lively(t, small)
	for range 3 {
		for i, p := range m.w.list {
			full.dev.Write(full.w.list[i].Buffer, read(m.dev, p.Buffer))
		}
		got, grad := step(t, m)
		want, wantGrad := step(t, full)
		sameBits(t, "log-probs", got, want)
		sameBits(t, "gradients", grad, wantGrad)
		masters, now := whole(m), rounded(m)
		same := 0
		for i, x := range masters[:m.matrix] {
			if now[i] == x {
				same++
			}
			if now[i] != kernels.FromHalf(kernels.ToHalf(x)) {
				t.Fatalf("weight %d is %g, computed with as %g", i, x, now[i])
			}
		}
		if same > m.matrix/4 {
			t.Errorf("%d of %d weights need no more than bfloat16: there is nothing to keep beside them", same, m.matrix)
		}
		sameBits(t, "vectors", masters[m.matrix:], now[m.matrix:])
	}
}

func TestHalvesThatLearnComeBackWithTheirMasters(t *testing.T) {
	m, dir := lively(t, halfSmall), t.TempDir()
	step(t, m)
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := Load(m.dev, dir, Use{})
	if err != nil || !again.Half {
		t.Fatal(again.Config, err)
	}
	sameBits(t, "masters", whole(m), whole(again))
	sameBits(t, "weights", rounded(m), rounded(again))
	frozen, err := Load(m.dev, dir, Use{Frozen: true})
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "frozen weights", rounded(m), rounded(frozen))
	sameBits(t, "a frozen copy's weights", rounded(m), rounded(m.Frozen()))
	if full, err := Load(m.dev, dir, Use{DType: Float32}); err != nil || full.Half {
		t.Error(full.Config, err)
	}
}

func TestAdaptersStandBesideFrozenHalves(t *testing.T) {
	m, dir := lively(t, halfSmall), t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	base, err := Load(m.dev, dir, Use{Frozen: true})
	if err != nil {
		t.Fatal(err)
	}
	if base.Trained() != 0 || base.Bytes() >= 4*int64(base.Size()) {
		t.Errorf("%d of the frozen weights learn, they take %d bytes", base.Trained(), base.Bytes())
	}
	if err := base.Adapt(LoRA{Rank: 2}, 1); err != nil {
		t.Fatal(err)
	}
	before := rounded(base)
	for range 3 {
		step(t, base)
	}
	sameBits(t, "frozen weights", before, rounded(base))
	other := t.TempDir()
	if err := base.SaveBase(other); err != nil {
		t.Fatal(err)
	}
	_, f, err := Open(other)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := f.Tensors["model.layers.0.mlp.up_proj.weight"].DType; got != "BF16" {
		t.Errorf("a frozen matrix is saved as %s", got)
	}
	again, err := Load(m.dev, other, Use{})
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "saved weights", before, rounded(again))
}

func TestAFrozenModelDoesNotLearn(t *testing.T) {
	adapted := lively(t, small)
	if err := adapted.Adapt(LoRA{Rank: 2}, 1); err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]*Model{"whole": lively(t, small).Frozen(), "with adapters": adapted.Frozen()} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil || m.Trained() != 0 {
					t.Error("it does")
				}
			}()
			step(t, m)
		})
	}
}
