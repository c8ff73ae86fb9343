package model

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/cudatest"
)

// mixed is a model whose activations a GPU keeps in bfloat16, of sizes that tensor
// cores take.
var mixed = Config{Vocab: 48, Dim: 32, Layers: 2, Heads: 4, KVHeads: 2, Hidden: 64, Head: 16, Context: 512, Theta: 1e4, Eps: 1e-5, Half: true}

// onBoth is a model in bfloat16 on the emulated GPU, and the same on the CPU, whose
// activations are float32.
func onBoth(t *testing.T, c Config) (gpu, cpu *Model) {
	t.Helper()
	cpu = lively(t, c)
	gpu, err := New(cudatest.Open(t, cuda.Options{}), c, 5)
	if err != nil {
		t.Fatal(err)
	}
	if !c.halves(gpu.dev) || c.halves(cpu.dev) {
		t.Fatal("it is not the GPU alone that takes activations in bfloat16")
	}
	gpu.dev.Write(gpu.flat, read(cpu.dev, cpu.flat))
	gpu.round()
	return gpu, cpu
}

// texts are sequences of random tokens of which each next one is a target, among a
// few ids or among all.
func texts(rng *rand.Rand, vocab int, lens ...int) (in Input) {
	in.Start, in.Allow.Start = []int32{0}, []int32{0}
	for _, n := range lens {
		for i := range n {
			id := int32(rng.IntN(vocab))
			if i > 0 {
				in.Rows, in.Target.IDs = append(in.Rows, int32(len(in.IDs)-1)), append(in.Target.IDs, id)
				if i%3 == 0 {
					in.Allow.IDs = append(in.Allow.IDs, id, (id+1)%int32(vocab), (id+5)%int32(vocab))
				}
				in.Allow.Start = append(in.Allow.Start, int32(len(in.Allow.IDs)))
			}
			in.IDs = append(in.IDs, id)
		}
		in.Start = append(in.Start, int32(len(in.IDs)))
	}
	return in
}

// learn is one pass forward and backward, with the gradients of a loss of each kind.
func learn(t *testing.T, m *Model, in Input) (out Output, grad []float32) {
	t.Helper()
	p := m.NewPass()
	out, err := p.Forward(in)
	if err != nil {
		t.Fatal(err)
	}
	dl, de, dv := make([]float32, len(in.Target.IDs)), make([]float32, len(in.Rows)), make([]float32, len(in.Rows))
	for i := range dl {
		dl[i], de[i], dv[i] = 1, 0.1, 0.5*float32(i%3)
	}
	p.Backward(dl, de, dv)
	return out, read(m.dev, m.grad)
}

// angle is the sine of the angle between two gradients.
func angle(a, b []float32) float64 {
	var aa, bb, ab float64
	for i := range a {
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
		ab += float64(a[i]) * float64(b[i])
	}
	return math.Sqrt(max(0, 1-ab*ab/(aa*bb)))
}

func TestActivationsInHalvesAreNearThoseInFloats(t *testing.T) {
	qwen2, qwen3 := mixed, mixed
	qwen2.Bias, qwen2.Untied = true, true
	qwen3.HeadNorm, qwen3.Typed = true, true
	odd := mixed
	odd.Head, odd.Hidden = 6, 20
	for name, c := range map[string]Config{"llama": mixed, "qwen2": qwen2, "qwen3": qwen3, "of odd sizes": odd} {
		t.Run(name, func(t *testing.T) {
			gpu, cpu := onBoth(t, c)
			in := texts(rand.New(rand.NewPCG(3, 4)), c.Vocab, 40, 1, 23)
			near(t, gpu, cpu, in)
			adapt(t, gpu, cpu)
			near(t, gpu, cpu, in)
		})
	}
}

// near compares a pass of both.
func near(t *testing.T, gpu, cpu *Model, in Input) {
	t.Helper()
	got, grad := learn(t, gpu, in)
	want, wantGrad := learn(t, cpu, in)
	const most = 0.02 // some roundings of 2^-9 in a row
	for what, d := range map[string]float64{
		"log-probs": difference(got.LogProb, want.LogProb), "entropies": difference(got.Entropy, want.Entropy), "values": difference(got.Value, want.Value),
		"gradients": difference(grad, wantGrad), "directions of the gradients": angle(grad, wantGrad),
	} {
		if !(d < most) || d == 0 {
			t.Errorf("%s differ by %g of the largest", what, d)
		}
	}
}

// adapt gives both models the same adapters, which do something.
func adapt(t *testing.T, gpu, cpu *Model) {
	t.Helper()
	for _, m := range []*Model{gpu, cpu} {
		if err := m.Adapt(LoRA{Rank: 8}, 7); err != nil {
			t.Fatal(err)
		}
	}
	rng, x := rand.New(rand.NewPCG(8, 8)), read(cpu.dev, cpu.flat)
	for i := range x {
		x[i] += float32(0.05 * rng.NormFloat64())
	}
	gpu.dev.Write(gpu.flat, x)
	cpu.dev.Write(cpu.flat, x)
}

// What is computed again is what was kept.
func TestActivationsInHalvesAreTheSameForEveryBudget(t *testing.T) {
	gpu, _ := onBoth(t, mixed)
	in := texts(rand.New(rand.NewPCG(3, 4)), mixed.Vocab, 40, 23)
	var want []float32
	for _, budget := range []int64{0, 1} {
		p := gpu.NewPass()
		p.Budget = budget
		if _, err := p.Forward(in); err != nil {
			t.Fatal(err)
		}
		ones := slices.Repeat([]float32{1}, len(in.Rows))
		p.Backward(ones, ones, ones)
		if got := read(gpu.dev, gpu.grad); want == nil {
			want = got
		} else {
			sameBits(t, "gradients", got, want)
		}
		gpu.dev.Zero(gpu.grad)
	}
}

// In bfloat16 a rollout's log-probs are not those of scoring, bit for bit: products
// and attention of other sizes have other sums, which are rounded.
func TestInHalvesSampledSequencesScoreNearlyTheSame(t *testing.T) {
	c := mixed
	c.Bias = true
	gpu, cpu := onBoth(t, c)
	for _, adapted := range []bool{false, true} {
		if adapted {
			adapt(t, gpu, cpu)
		}
		s := sample(t, gpu.Snapshot().NewCache(), rand.New(rand.NewPCG(1, 1)), 100)
		out, err := gpu.NewPass().Forward(s.in)
		if err != nil {
			t.Fatal(err)
		}
		for i, lp := range s.logProb {
			if d := math.Abs(float64(lp - out.LogProb[i])); d > 0.01 {
				t.Errorf("with adapters %v: log-prob %d differs by %g nats", adapted, i, d)
			}
		}
	}
}

// curve is the loss of each step of learning to go on as a rule says.
func curve(t *testing.T, m *Model, steps int) (losses []float64) {
	rng, p := rand.New(rand.NewPCG(6, 6)), m.NewPass()
	for range steps {
		in := Input{Start: []int32{0}, Allow: kernels.Allow{Start: []int32{0}}}
		for range 4 {
			id := rng.IntN(m.Vocab)
			for i := range 12 {
				in.IDs = append(in.IDs, int32(id))
				id = (3*id + 7) % m.Vocab
				if i > 0 {
					in.Rows, in.Target.IDs = append(in.Rows, int32(len(in.IDs)-1)), append(in.Target.IDs, int32(id))
					in.Allow.Start = append(in.Allow.Start, 0)
				}
			}
			in.Start = append(in.Start, int32(len(in.IDs)))
		}
		out, err := p.Forward(in)
		if err != nil {
			t.Fatal(err)
		}
		loss, n := 0.0, len(in.Rows)
		for _, lp := range out.LogProb {
			loss -= float64(lp) / float64(n)
		}
		losses = append(losses, loss)
		none := make([]float32, n)
		p.Backward(slices.Repeat([]float32{-1 / float32(n)}, n), none, none)
		m.Optimize(kernels.AdamW{LR: 3e-3, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.01}, 1)
	}
	return losses
}

func TestLearningInHalvesGoesAsInFloats(t *testing.T) {
	steps := 40 // of the emulator's, each a quarter of a second
	if os.Getenv("GYM_TEST_GPU") == "1" {
		steps = 400
	}
	gpu, cpu := onBoth(t, mixed)
	got, want := curve(t, gpu, steps), curve(t, cpu, steps)
	for i := range got {
		if math.Abs(got[i]-want[i]) > 0.01*(1+want[i]) {
			t.Fatalf("step %d: the loss is %.4f, in float32 %.4f", i, got[i], want[i])
		}
	}
	if got[steps-1] > 0.2 {
		t.Errorf("the loss goes from %.3f to %.3f only", got[0], got[steps-1])
	}
	dir := t.TempDir()
	if err := gpu.Save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := Load(cpu.dev, dir, Use{})
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "masters on the CPU", whole(again), whole(gpu))
	sameBits(t, "weights on the CPU", rounded(again), rounded(gpu))
}
