package model

import (
	"slices"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/cudatest"
)

// together are the replicas of m on its device and further ones.
func together(t *testing.T, m *Model, more ...kernels.Device) *Replicas {
	t.Helper()
	g, err := kernels.Join(append([]kernels.Device{m.dev}, more...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return Replicate(m, g)
}

func another(t *testing.T) kernels.Device {
	dev, err := cpu.New("", 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dev.Close() })
	return dev
}

// all is what a replica computes with, is rounded from, and remembers.
func all(m *Model) (list [][]float32) {
	list = append(list, rounded(m), read(m.dev, m.flat))
	if m.grad != nil {
		list = append(list, read(m.dev, m.m), read(m.dev, m.v))
	}
	return list
}

func checkEqual(t *testing.T, r *Replicas) {
	t.Helper()
	want := all(r.All[0])
	for i, m := range r.All {
		if !slices.EqualFunc(all(m), want, slices.Equal) || m.step != r.All[0].step {
			t.Fatalf("replica %d is another", i)
		}
	}
}

// learnApart has each replica but the last learn from a batch, and all step.
func learnApart(t *testing.T, r *Replicas) (norm float64) {
	t.Helper()
	for i, m := range r.All[:max(1, len(r.All)-1)] {
		p, g := m.NewPass(), []float32{1, -0.5, 0.3 + float32(i), 2, 0}
		if _, err := p.Forward(batch()); err != nil {
			t.Fatal(err)
		}
		p.Backward(g, g, g)
	}
	return r.Optimize(kernels.AdamW{LR: 1e-3, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1}, 1)
}

func TestReplicasStayEqual(t *testing.T) {
	for name, c := range map[string]Config{"float32": small, "bfloat16": halfSmall} {
		for _, lora := range []int{0, 2} {
			m := lively(t, c)
			if lora > 0 {
				if err := m.Adapt(LoRA{Rank: lora}, 1); err != nil {
					t.Fatal(err)
				}
			}
			before := read(m.dev, m.flat)
			learnApart(t, Replicate(m, nil)) // there is something to remember
			r := together(t, m, another(t), another(t))
			checkEqual(t, r)
			for range 3 {
				if norm := learnApart(t, r); norm == 0 {
					t.Errorf("%s, adapters of %d: no gradient", name, lora)
				}
				checkEqual(t, r)
			}
			if m.step != 4 || slices.Equal(before, read(m.dev, m.flat)) {
				t.Errorf("%s, adapters of %d: nothing is learnt", name, lora)
			}
		}
	}
}

// What replicas learn from parts, one model learns from the whole.
func TestReplicasLearnTheSumOfTheirGradients(t *testing.T) {
	one, two := lively(t, small), lively(t, small)
	r := together(t, two, another(t), another(t))
	for range 3 {
		a, b := one.NewPass(), []float32{1, -0.5, 0.3, 2, 0}
		for i := range 2 {
			b[2] = 0.3 + float32(i)
			if _, err := a.Forward(batch()); err != nil {
				t.Fatal(err)
			}
			a.Backward(b, b, b)
		}
		want := one.Optimize(kernels.AdamW{LR: 1e-3, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1}, 1)
		if got := learnApart(t, r); got < want*0.99999 || got > want*1.00001 {
			t.Errorf("the gradient's norm is %g of parts, %g of the whole", got, want)
		}
	}
	if d := difference(whole(two), whole(one)); d > 1e-5 {
		t.Errorf("the weights differ by %g of the largest", d)
	}
}

func TestReplicasOnGPUsStayEqual(t *testing.T) {
	devs := cudatest.OpenAll(t, 2, cuda.Options{Exact: true})
	m, err := New(devs[0], halfSmall, 5)
	if err != nil {
		t.Fatal(err)
	}
	r := together(t, m, devs[1])
	checkEqual(t, r)
	for range 2 {
		learnApart(t, r)
		checkEqual(t, r)
	}
}
