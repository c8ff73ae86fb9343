package model

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/policy/weights"
)

// recorded is what transformers made of a checkpoint of testdata.
type recorded struct {
	ids, greedy []int32
	logits      []float32 // [T, vocab]
	loss        float32
	grads       map[string][]float32
}

func readRecorded(t *testing.T, dir string) recorded {
	f, err := weights.Open(filepath.Join(dir, "expected.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ints := func(name string) (out []int32) {
		for _, x := range f.Tensors[name].Float32() {
			out = append(out, int32(x))
		}
		return out
	}
	r := recorded{ids: ints("ids"), greedy: ints("greedy"), logits: f.Tensors["logits"].Float32(), loss: f.Tensors["loss"].Float32()[0], grads: map[string][]float32{}}
	for name, x := range f.Tensors {
		if len(name) > 5 && name[:5] == "grad." {
			r.grads[name[5:]] = x.Float32()
		}
	}
	return r
}

// difference is the largest one, relative to the largest number.
func difference(got, want []float32) float64 {
	diff, size := 0.0, 0.0
	for i := range want {
		diff, size = max(diff, math.Abs(float64(got[i]-want[i]))), max(size, math.Abs(float64(want[i])))
	}
	return diff / size
}

func TestCheckpointsComputeWhatTransformersDoes(t *testing.T) {
	for _, kind := range []string{"llama", "qwen2", "qwen3"} {
		t.Run(kind, func(t *testing.T) {
			dir := filepath.Join("testdata", kind)
			dev, _ := cpu.New("", 2)
			defer dev.Close()
			m, err := Load(dev, dir, Use{})
			if err != nil {
				t.Fatal(err)
			}
			want := readRecorded(t, dir)
			checkLogits(t, m, want)
			checkGradients(t, m, want)
			checkGreedy(t, m, want)
		})
	}
}

// checkLogits compares every position's log-probs of the whole vocabulary.
func checkLogits(t *testing.T, m *Model, want recorded) {
	in := Input{IDs: want.ids, Start: []int32{0, int32(len(want.ids))}, Allow: kernels.Allow{Start: []int32{0}}}
	var logp []float32
	for i := range want.ids {
		logp = append(logp, kernels.LogSoftmax(slices.Clone(want.logits[i*m.Vocab:(i+1)*m.Vocab]))...)
		for id := range m.Vocab {
			in.Rows, in.Target.IDs = append(in.Rows, int32(i)), append(in.Target.IDs, int32(id))
			in.Allow.Start = append(in.Allow.Start, 0)
		}
	}
	out, err := m.NewPass().Forward(in)
	if err != nil {
		t.Fatal(err)
	}
	if d := difference(out.LogProb, logp); d > 1e-4 {
		t.Errorf("log-probs differ by %g of the largest", d)
	} else {
		t.Logf("log-probs differ by %.1e of the largest", d)
	}
}

func checkGradients(t *testing.T, m *Model, want recorded) {
	n := len(want.ids) - 1
	in := Input{IDs: want.ids, Start: []int32{0, int32(n + 1)}, Target: kernels.Targets{IDs: want.ids[1:]}, Allow: kernels.Allow{Start: make([]int32, n+1)}}
	g, zero := make([]float32, n), make([]float32, n)
	for i := range n {
		in.Rows, g[i] = append(in.Rows, int32(i)), -1/float32(n)
	}
	p := m.NewPass()
	out, err := p.Forward(in)
	if err != nil {
		t.Fatal(err)
	}
	loss := 0.0
	for _, x := range out.LogProb {
		loss -= float64(x) / float64(n)
	}
	if math.Abs(loss/float64(want.loss)-1) > 1e-4 {
		t.Errorf("the loss is %v, want %v", loss, want.loss)
	}
	p.Backward(g, zero, zero)
	worst := 0.0
	for _, param := range m.g.list {
		grad, ok := want.grads[param.Name]
		if !ok {
			if param.Name != valueHead {
				t.Errorf("%s has no recorded gradient", param.Name)
			}
			continue
		}
		x := read(m.dev, param.Buffer)
		if param.outIn() {
			x = flip(x, param.Rows, param.Cols)
		}
		d := difference(x, grad)
		if worst = max(worst, d); d > 1e-3 {
			t.Errorf("%s: gradients differ by %g of the largest", param.Name, d)
		}
	}
	t.Logf("gradients differ by at most %.1e of the largest", worst)
	m.dev.Zero(m.grad)
}

func checkGreedy(t *testing.T, m *Model, want recorded) {
	var b Batch
	c := m.Snapshot().NewCache()
	if err := b.Extend(More{Cache: c, IDs: want.ids}); err != nil {
		t.Fatal(err)
	}
	for i, id := range want.greedy {
		got, _ := draw(&b, c, nil, 0, 0)
		if got != id {
			t.Fatalf("greedy token %d is %d, want %d", i+1, got, id)
		}
		if err := b.Extend(More{Cache: c, IDs: []int32{got}}); err != nil {
			t.Fatal(err)
		}
	}
}

// What is saved has the shape and the weights that were loaded, and what else
// config.json said. GYM_SAVED names a folder to save to, for models.py to look at.
func TestALoadedCheckpointIsSavedAsOneOfItsKind(t *testing.T) {
	for _, kind := range []string{"llama", "qwen2", "qwen3"} {
		dev, _ := cpu.New("", 1)
		m, err := Load(dev, filepath.Join("testdata", kind), Use{})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if saved := os.Getenv("GYM_SAVED"); saved != "" {
			dir = filepath.Join(saved, kind)
		}
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		again, err := Load(dev, dir, Use{})
		if err != nil {
			t.Fatal(err)
		}
		if again.Config != m.Config {
			t.Errorf("%+v came back as %+v", m.Config, again.Config)
		}
		sameBits(t, kind, whole(m), whole(again))
		for _, key := range []string{"transformers_version", "initializer_range"} {
			if len(again.said[key]) == 0 || string(again.said[key]) != string(m.said[key]) {
				t.Errorf("%s is %s, was %s", key, again.said[key], m.said[key])
			}
		}
	}
}
