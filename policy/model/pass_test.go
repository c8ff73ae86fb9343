package model

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/kernels/plain"
)

func read(dev kernels.Device, b kernels.Buffer) []float32 {
	x := make([]float32, b.Len())
	dev.Read(x, b)
	return x
}

func TestBadInputsAreRefusedByWhatIsWrong(t *testing.T) {
	m, err := New(plain.New(), small, 1)
	if err != nil {
		t.Fatal(err)
	}
	p := m.NewPass()
	for _, c := range []struct {
		says   string
		change func(in *Input)
	}{
		{"token 11 is outside the vocabulary of 11", func(in *Input) { in.IDs[3] = 11 }},
		{"token -1 is outside", func(in *Input) { in.IDs[3] = -1 }},
		{"must go from 0 to 10", func(in *Input) { in.Start[3] = 9 }},
		{"must go from 0 to 10", func(in *Input) { in.Start = nil }},
		{"sequence 1 starts at 7", func(in *Input) { in.Start[1] = 7 }},
		{"row 0 is position -1", func(in *Input) { in.Rows[0] = -1 }},
		{"row 4 is position 10", func(in *Input) { in.Rows[4] = 10 }},
		{"5 rows have 4 targets", func(in *Input) { in.Target.IDs = in.Target.IDs[:4] }},
		{"5 starts of allowed ids", func(in *Input) { in.Allow.Start = in.Allow.Start[:5] }},
		{"row 0: target 5 is not among its 3", func(in *Input) { in.Target.IDs[0] = 5 }},
		{"row 1: token 11 is outside", func(in *Input) { in.Target.IDs[1] = 11 }},
		{"allowed ids: token 90 is outside", func(in *Input) { in.Allow.IDs[1] = 90 }},
		{"starts of 9 allowed ids must be ascending", func(in *Input) { in.Allow.Start[5] = 99 }},
		{"sequence 0 has 65 tokens, the model's context is 64", func(in *Input) { in.IDs, in.Start = make([]int32, 65), []int32{0, 65} }},
	} {
		in := batch()
		c.change(&in)
		if _, err := p.Forward(in); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("want an error with %q, got %v", c.says, err)
		}
	}
	if _, err := p.Forward(batch()); err != nil {
		t.Error(err)
	}
}

func TestABatchWithoutRowsHasNoGradient(t *testing.T) {
	dev := plain.New()
	m, _ := New(dev, small, 1)
	p := m.NewPass()
	in := Input{IDs: []int32{1, 2}, Start: []int32{0, 2}, Allow: kernels.Allow{Start: []int32{0}}}
	for _, in := range []Input{in, {Start: []int32{0}, Allow: in.Allow}} {
		if out, err := p.Forward(in); err != nil || len(out.LogProb) != 0 {
			t.Fatal(out, err)
		}
		p.Backward(nil, nil, nil)
	}
	if n := dev.SumSquares(m.grad); n != 0 {
		t.Errorf("its gradient has the norm %v", n)
	}
}

func TestBackwardWithOtherRowsPanics(t *testing.T) {
	m, _ := New(plain.New(), small, 1)
	p := m.NewPass()
	if _, err := p.Forward(batch()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("2 gradients for 5 rows pass")
		}
	}()
	p.Backward(make([]float32, 2), make([]float32, 5), make([]float32, 5))
}

func TestGradientsAddUpUntilTheStep(t *testing.T) {
	dev := plain.New()
	m, _ := New(dev, small, 1)
	g, p := []float32{1, -0.5, 0.3, 2, 0}, m.NewPass()
	run := func() []float64 {
		if _, err := p.Forward(batch()); err != nil {
			t.Fatal(err)
		}
		p.Backward(g, g, g)
		return slices.Clone(dev.Float64(m.grad))
	}
	want, got := run(), run()
	for i := range want {
		if math.Abs(got[i]-2*want[i]) > 1e-12*(1+math.Abs(want[i])) {
			t.Fatalf("element %d: %v twice is %v", i, want[i], got[i])
		}
	}
	norm := math.Sqrt(dev.SumSquares(m.grad))
	if n := m.Optimize(kernels.AdamW{LR: 1e-3, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8}, 1); math.Abs(n-norm) > 1e-9*norm {
		t.Errorf("the norm is %v, want %v", n, norm)
	}
	if dev.SumSquares(m.grad) != 0 {
		t.Error("the gradient is kept after the step")
	}
}

// What is computed again, and who computes it, does not change a bit.
func TestGradientsHaveTheSameBitsForEveryBudgetAndNumberOfThreads(t *testing.T) {
	in := Input{Start: []int32{0}, Allow: kernels.Allow{Start: []int32{0}}}
	for i := range 700 {
		in.IDs = append(in.IDs, int32(i*i%50))
		if i%100 == 99 || i == 500 {
			in.Start = append(in.Start, int32(i+1))
		}
		if i%3 == 0 {
			in.Rows, in.Target.IDs = append(in.Rows, int32(i)), append(in.Target.IDs, int32(i%50))
			if i%2 == 0 {
				in.Allow.IDs = append(in.Allow.IDs, int32(i%50), 50, 51)
			}
			in.Allow.Start = append(in.Allow.Start, int32(len(in.Allow.IDs)))
		}
	}
	g := make([]float32, len(in.Rows))
	for i := range g {
		g[i] = float32(i%7) - 3
	}
	var want []float32
	for _, threads := range []int{1, 3} {
		for _, budget := range []int64{0, 1, 2 << 20} {
			dev, _ := cpu.New("", threads)
			c := Tiny(60)
			m, _ := New(dev, c, 2)
			p := m.NewPass()
			p.Budget = budget
			if _, err := p.Forward(in); err != nil {
				t.Fatal(err)
			}
			p.Backward(g, g, g)
			if p.room.whole == c.Layers != (budget == 0) {
				t.Errorf("a budget of %d keeps %d layers", budget, p.room.whole)
			}
			if got := read(dev, m.grad); want == nil {
				want = got
			} else if !slices.Equal(got, want) {
				t.Errorf("%d threads, budget %d: other bits", threads, budget)
			}
			dev.Close()
		}
	}
}

func TestSequencesOfABatchDoNotSeeEachOther(t *testing.T) {
	dev, _ := cpu.New("", 2)
	m, _ := New(dev, small, 1)
	in := batch()
	all, err := m.NewPass().Forward(in)
	if err != nil {
		t.Fatal(err)
	}
	alone := Input{IDs: in.IDs[6:], Types: in.Types[6:], Start: []int32{0, 4}, Rows: []int32{2, 3}, Target: kernels.Targets{IDs: in.Target.IDs[3:]},
		Allow: kernels.Allow{Start: []int32{0, 0, 4}, IDs: in.Allow.IDs[5:]}}
	out, err := m.NewPass().Forward(alone)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if out.LogProb[i] != all.LogProb[3+i] || out.Entropy[i] != all.Entropy[3+i] || out.Value[i] != all.Value[3+i] {
			t.Errorf("row %d alone is %v %v, packed %v %v", i, out.LogProb[i], out.Entropy[i], all.LogProb[3+i], all.Entropy[3+i])
		}
	}
}

func TestWeightDecayTouchesMatricesOnly(t *testing.T) {
	dev := plain.New()
	m, _ := New(dev, small, 1)
	before := map[string][]float32{}
	for _, p := range m.Params() {
		before[p.Name] = read(dev, p.Buffer)
	}
	m.Optimize(kernels.AdamW{LR: 0.1, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.5}, 1)
	for _, p := range m.Params() {
		for i, x := range read(dev, p.Buffer) {
			want := before[p.Name][i]
			if p.Rows > 0 {
				want *= 0.95
			}
			if math.Abs(float64(x-want)) > 1e-6 {
				t.Fatalf("%s[%d] was %v, is %v", p.Name, i, before[p.Name][i], x)
			}
		}
	}
}

func TestAGradientThatIsNotANumberLeavesTheWeights(t *testing.T) {
	dev := plain.New()
	m, _ := New(dev, small, 1)
	before := whole(m)
	m.learn()
	dev.Float64(m.grad)[5] = math.NaN()
	if n := m.Optimize(kernels.AdamW{LR: 1, Eps: 1e-8}, 1); !math.IsNaN(n) {
		t.Errorf("the norm is %v", n)
	}
	for i, x := range whole(m) {
		if x != before[i] {
			t.Fatalf("weight %d was %v, is %v", i, before[i], x)
		}
	}
	if m.Step() != 0 || dev.SumSquares(m.grad) != 0 {
		t.Errorf("step %d, gradient %v", m.Step(), dev.SumSquares(m.grad))
	}
}

// A steady step allocates headers of slices, never activations.
func TestASteadyStepAllocatesNoBuffers(t *testing.T) {
	if race {
		t.Skip("the race detector makes sync.Pool forget")
	}
	dev, _ := cpu.New("", 2)
	m, _ := New(dev, Config{Vocab: 64, Dim: 32, Layers: 2, Heads: 4, KVHeads: 2, Hidden: 64, Context: 64, Theta: 1e4, Eps: 1e-5}, 1)
	p := m.NewPass()
	in := Input{Start: []int32{0}, Allow: kernels.Allow{Start: []int32{0}}}
	for range 8 {
		for i := range 32 {
			in.IDs = append(in.IDs, int32(i))
		}
		in.Start = append(in.Start, int32(len(in.IDs)))
		in.Rows, in.Target.IDs = append(in.Rows, int32(len(in.IDs)-1)), append(in.Target.IDs, 3)
		in.Allow.Start = append(in.Allow.Start, 0)
	}
	g := make([]float32, 8)
	step := func() {
		if _, err := p.Forward(in); err != nil {
			t.Fatal(err)
		}
		p.Backward(g, g, g)
		m.Optimize(kernels.AdamW{LR: 1e-3, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8}, 1)
	}
	step()
	step()
	var from, to runtime.MemStats
	const steps = 20
	runtime.ReadMemStats(&from)
	for range steps {
		step()
	}
	runtime.ReadMemStats(&to)
	buffer := uint64(len(in.IDs) * m.Dim * 4) // the smallest activation
	if n := (to.TotalAlloc - from.TotalAlloc) / steps; n > buffer {
		t.Errorf("%d bytes a step; one activation has %d", n, buffer)
	}
}
