package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/kernels/plain"
)

var small = Config{Vocab: 11, Dim: 8, Layers: 2, Heads: 4, KVHeads: 2, Hidden: 12, Context: 64, Theta: 100, Eps: 1e-5, Typed: true}

// batch is three packed sequences with restricted and whole-vocabulary rows.
func batch() Input {
	return Input{
		IDs: []int32{1, 2, 3, 4, 5, 9, 8, 7, 0, 10}, Types: []int32{0, 1, 2, 7, 0, 0, 3, 3, 1, 0}, Start: []int32{0, 5, 6, 10},
		Rows: []int32{1, 3, 5, 8, 9}, Target: kernels.Targets{IDs: []int32{3, 5, 10, 10, 2}},
		Allow: kernels.Allow{Start: []int32{0, 3, 3, 5, 5, 9}, IDs: []int32{2, 3, 7, 4, 10, 1, 2, 8, 9}},
	}
}

func TestGradientEqualsFiniteDifference(t *testing.T) {
	qwen2, qwen3 := small, small
	qwen2.Bias, qwen2.Untied = true, true
	qwen3.HeadNorm, qwen3.Head = true, 6
	for name, c := range map[string]Config{"llama": small, "qwen2": qwen2, "qwen3": qwen3} {
		for _, budget := range []int64{0, 1} {
			t.Run(fmt.Sprint(name, budget), func(t *testing.T) { gradient(t, c, budget) })
		}
	}
}

// weighed is what Backward's gradient is of.
func weighed(t *testing.T, dev *plain.Device, p *Pass, in Input, dl, de, dv []float32) (sum float64) {
	t.Helper()
	if _, err := p.Forward(in); err != nil {
		t.Fatal(err)
	}
	for i := range dl {
		sum += float64(dl[i])*dev.Float64(p.lp)[i] + float64(de[i])*dev.Float64(p.ent)[i] + float64(dv[i])*dev.Float64(p.val)[i]
	}
	return sum
}

// whole are all the weights of a model but those of adapters.
func whole(m *Model) (all []float32) {
	for _, p := range m.whole() {
		all = append(all, read(m.dev, p.Buffer)...)
	}
	return all
}

func gradient(t *testing.T, c Config, budget int64) {
	dev := plain.New()
	m, err := New(dev, c, 3)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	flat := dev.Float64(m.flat)
	for i := range flat { // away from the special points of the initialisation
		flat[i] += rng.NormFloat64() * 0.1
	}
	in, p := batch(), m.NewPass()
	p.Budget = budget
	dl, de, dv := []float32{1, -0.5, 0.3, 2, 0}, []float32{0.2, 0, -1, 0.5, 1}, []float32{-1, 0.5, 2, 0, 0.7}
	loss := func() float64 { return weighed(t, dev, p, in, dl, de, dv) }
	loss()
	p.Backward(dl, de, dv)
	grad := append([]float64(nil), dev.Float64(m.grad)...)
	const eps = 1e-5
	at := 0
	for _, param := range m.Params() {
		for range 12 {
			i := at + rng.IntN(param.Buffer.Len())
			old := flat[i]
			flat[i] = old + eps
			up := loss()
			flat[i] = old - eps
			down := loss()
			flat[i] = old
			want := (up - down) / (2 * eps)
			if math.Abs(grad[i]-want) > 1e-6*max(1, math.Abs(want)) {
				t.Errorf("%s[%d]: gradient %g, finite difference %g", param.Name, i-at, grad[i], want)
			}
		}
		at += param.Buffer.Len()
	}
}

func TestDecodingHasTheBitsOfScoring(t *testing.T) {
	for _, path := range cpu.Paths() {
		dev, _ := cpu.New(path, 2)
		cfg := Tiny(50)
		m, err := New(dev, cfg, 1)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(2, 2))
		ids := make([]int32, 150)
		for i := range ids {
			ids[i] = int32(rng.IntN(50))
		}
		types := make([]int32, len(ids))
		for i := range types {
			types[i] = int32(rng.IntN(Types))
		}
		in := Input{IDs: append([]int32{4, 4, 4}, ids...), Types: append([]int32{0, 0, 0}, types...), Start: []int32{0, 3, int32(3 + len(ids))}, Allow: kernels.Allow{Start: []int32{0}}}
		cache, b := m.Snapshot().NewCache(), Batch{}
		allow := []int32{0, 5, 9, 17, 30}
		var want []float32
		for at := 0; at < len(ids)-1; {
			n := min(1+rng.IntN(40), len(ids)-1-at)
			if err := b.Extend(More{Cache: cache, IDs: ids[at : at+n], Types: types[at : at+n]}); err != nil {
				t.Fatal(err)
			}
			at += n
			target, logp := draw(&b, cache, allow, 1, rng.Float64())
			want = append(want, logp)
			in.Rows = append(in.Rows, int32(3+at-1))
			in.Target.IDs = append(in.Target.IDs, target)
			in.Allow.IDs = append(in.Allow.IDs, allow...)
			in.Allow.Start = append(in.Allow.Start, int32(len(in.Allow.IDs)))
		}
		out, err := m.NewPass().Forward(in)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if out.LogProb[i] != want[i] {
				t.Errorf("%s: row %d scored %v, decoded %v", path, i, out.LogProb[i], want[i])
			}
		}
	}
}

func TestOverfitsACopy(t *testing.T) {
	dev, _ := cpu.New("", 2)
	m, _ := New(dev, Config{Vocab: 16, Dim: 32, Layers: 2, Heads: 2, KVHeads: 1, Hidden: 64, Context: 64, Theta: 10000, Eps: 1e-5}, 1)
	p := m.NewPass()
	in := Input{IDs: []int32{3, 9, 1, 4, 1, 5, 9, 2, 6, 5}, Start: []int32{0, 10}, Rows: []int32{0, 1, 2, 3, 4, 5, 6, 7, 8},
		Target: kernels.Targets{IDs: []int32{9, 1, 4, 1, 5, 9, 2, 6, 5}}, Allow: kernels.Allow{Start: make([]int32, 10)}}
	first, last := 0.0, 0.0
	for step := range 400 {
		out, err := p.Forward(in)
		if err != nil {
			t.Fatal(err)
		}
		last = 0
		dl := make([]float32, 9)
		for i, lp := range out.LogProb {
			last -= float64(lp) / 9
			dl[i] = -1.0 / 9
		}
		if step == 0 {
			first = last
		}
		p.Backward(dl, make([]float32, 9), make([]float32, 9))
		m.Optimize(kernels.AdamW{LR: 3e-3, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8}, 1)
	}
	if last > 0.05 {
		t.Errorf("loss went from %.3f to %.3f only", first, last)
	}
}

// One step of 32 sequences of 128 tokens, a tenth of them sampled among 30.
func BenchmarkTrain(b *testing.B) {
	for _, layers := range []int{2, 3} {
		for _, hidden := range []int{256, 384} {
			c := Tiny(1024)
			c.Layers, c.Hidden = layers, hidden
			b.Run(fmt.Sprintf("layers=%d/hidden=%d", layers, hidden), func(b *testing.B) { benchmarkTrain(b, c) })
		}
	}
}

func benchmarkTrain(b *testing.B, c Config) {
	dev, _ := cpu.New("", 1)
	m, _ := New(dev, c, 1)
	p := m.NewPass()
	in := Input{Start: []int32{0}, Allow: kernels.Allow{Start: []int32{0}}}
	for s := range 16 {
		for i := range 128 {
			in.IDs = append(in.IDs, int32((i*7+s)%1000))
			if i%10 == 9 {
				in.Rows = append(in.Rows, int32(len(in.IDs)-1))
				in.Target.IDs = append(in.Target.IDs, 5)
				for j := range 30 {
					in.Allow.IDs = append(in.Allow.IDs, int32(j*20+5))
				}
				in.Allow.Start = append(in.Allow.Start, int32(len(in.Allow.IDs)))
			}
		}
		in.Start = append(in.Start, int32(len(in.IDs)))
	}
	dl := make([]float32, len(in.Rows))
	dl[0] = 1
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Forward(in); err != nil {
			b.Fatal(err)
		}
		p.Backward(dl, dl, dl)
		m.Optimize(kernels.AdamW{LR: 1e-3, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8}, 1)
	}
	b.ReportMetric(float64(len(in.IDs)*b.N)/b.Elapsed().Seconds(), "tokens/s")
}
