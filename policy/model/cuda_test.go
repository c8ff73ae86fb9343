package model

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/cudatest"
)

func TestAGPUComputesWhatTransformersDoes(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{Exact: true})
	for _, kind := range []string{"llama", "qwen3"} {
		dir := filepath.Join("testdata", kind)
		m, err := Load(dev, dir, Use{})
		if err != nil {
			t.Fatal(err)
		}
		want := readRecorded(t, dir)
		checkGradients(t, m, want)
		want.greedy = want.greedy[:20]
		checkGreedy(t, m, want)
	}
}

func TestOnAnExactGPUSampledSequencesScoreTheSameBits(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{Exact: true})
	m, err := New(dev, Config{Vocab: 37, Dim: 24, Layers: 2, Heads: 4, KVHeads: 2, Hidden: 20, Context: 512, Theta: 1e4, Eps: 1e-5, Half: true}, 5)
	if err != nil {
		t.Fatal(err)
	}
	sample(t, m.Snapshot().NewCache(), rand.New(rand.NewPCG(1, 1)), 100).compare(t, m)
}

func TestOnAGPULearningGoesAsOnTheCPU(t *testing.T) {
	one, err := New(cudatest.Open(t, cuda.Options{Exact: true}), small, 5)
	if err != nil {
		t.Fatal(err)
	}
	two := lively(t, small)
	for i, p := range one.Params() {
		two.dev.Write(two.Params()[i].Buffer, read(one.dev, p.Buffer))
	}
	for range 3 {
		got, grad := step(t, one)
		want, wantGrad := step(t, two)
		if d := max(difference(got, want), difference(grad, wantGrad)); d > 1e-5 {
			t.Fatalf("log-probs or gradients differ by %g of the largest", d)
		}
	}
	if d := difference(whole(one), whole(two)); d > 1e-5 {
		t.Errorf("the weights differ by %g of the largest", d)
	}
	dir := t.TempDir()
	if err := one.Save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := Load(two.dev, dir, Use{})
	if err != nil || !slices.Equal(whole(one), whole(again)) {
		t.Errorf("what a GPU has learnt does not come back on the CPU: %v", err)
	}
}
