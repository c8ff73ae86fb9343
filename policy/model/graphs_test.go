package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/cudatest"
)

// talk has sequences on a device that grow by a token a step, over the ends of
// pages; now and then one leaves and another joins, which takes over its first
// page, and once all have new weights, and those before are given up. It returns
// what was drawn, with the bits of its log-probs.
func talk(t testing.TB, dev kernels.Device, hidden, steps int) (ids []int32, bits []uint32) {
	t.Helper()
	m, err := New(dev, Config{Vocab: 70, Dim: 32, Layers: 1, Heads: 2, KVHeads: 1, Hidden: hidden, Context: 512, Theta: 1e4, Eps: 1e-5, Half: true}, 5)
	if err != nil {
		t.Fatal(err)
	}
	d, rng := m.Snapshot(), rand.New(rand.NewPCG(7, 7))
	prompt := make([]int32, 80)
	for i := range prompt {
		prompt[i] = int32(rng.IntN(d.Vocab))
	}
	var b Batch
	caches, more := make([]*Cache, 3), make([]More, 3)
	join := func(i int) {
		c, text := caches[i], append(slices.Clone(prompt[:66+rng.IntN(9)]), int32(i))
		n := c.Adopt(text[:len(text)-1], nil)
		if err := b.Extend(More{Cache: c, IDs: text[n:], Share: true}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range caches {
		caches[i] = d.NewCache()
		join(i)
	}
	n := len(caches)
	id, logp, temperature, u := make([]int32, n), make([]float32, n), make([]float64, n), make([]float64, n)
	for at := range steps {
		switch {
		case at == steps/2: // new weights
			dev.Write(m.w.norm, slices.Repeat([]float32{1.5}, m.Dim))
			d = m.Snapshot()
			for i, c := range caches {
				c.Reset(d)
				join(i)
			}
			runtime.GC()
			runtime.GC()
		case at%13 == 12:
			i := rng.IntN(n)
			caches[i].Reset(d)
			join(i)
		}
		allow := kernels.Allow{Start: []int32{0}}
		for i := range u {
			temperature[i], u[i] = 1, rng.Float64()
			if i == at/9%n {
				allow.IDs = append(allow.IDs, 3, 5, int32(6+at%50))
			}
			allow.Start = append(allow.Start, int32(len(allow.IDs)))
		}
		b.Sample(id, logp, caches, allow, temperature, u)
		for i, c := range caches {
			ids, bits = append(ids, id[i]), append(bits, math.Float32bits(logp[i]))
			more[i] = More{Cache: c, IDs: slices.Clone(id[i : i+1])}
		}
		if err := b.Extend(more...); err != nil {
			t.Fatal(err)
		}
	}
	return ids, bits
}

func TestDecodingByGraphsDrawsTheSameBits(t *testing.T) {
	const steps = 40
	hidden := map[bool]int{true: 40, false: 352} // large enough for cuBLASLt
	wantIDs, wantBits := map[bool][]int32{}, map[bool][]uint32{}
	for _, exact := range []bool{true, false} {
		wantIDs[exact], wantBits[exact] = talk(t, cudatest.Open(t, cuda.Options{Exact: exact, OneByOne: true}), hidden[exact], steps)
	}
	for _, c := range []struct {
		order string
		exact bool
	}{{"forward", true}, {"forward", false}, {"reverse", true}, {"random", false}, {"greedy", true}, {"greedy-reverse", false}} {
		t.Run(fmt.Sprintf("%s, exact %v", c.order, c.exact), func(t *testing.T) {
			if libs := cudatest.Prepare(t); libs.Path != "" {
				libs.Set(t, "order", c.order)
			} else if c.order != "forward" {
				t.Skip("a GPU has one order")
			}
			if c.order == "random" { // what is freed is handed out again
				t.Setenv("GYM_CUDA_CACHE", "1")
			}
			dev, err := cuda.New(cuda.Options{Exact: c.exact})
			if err != nil {
				t.Fatal(err)
			}
			defer dev.Close()
			ids, bits := talk(t, dev, hidden[c.exact], steps)
			if !slices.Equal(ids, wantIDs[c.exact]) || !slices.Equal(bits, wantBits[c.exact]) {
				t.Error("other tokens, or log-probs of other bits")
			}
			if s := dev.Steps(); s.Lists < 2*steps || s.Graphs < s.Lists*7/10 || s.Kept != s.Made {
				t.Errorf("most are no graphs: %+v", s)
			}
		})
	}
}

// A step is a copy of its lists and a graph, and so is drawing, which waits for
// what was drawn.
func TestAStepOfDecodingIsFewCallsOfTheDriver(t *testing.T) {
	libs := cudatest.Prepare(t)
	const steps = 20
	calls := func(o cuda.Options) int {
		dev := cudatest.Open(t, o)
		m, err := New(dev, Config{Vocab: 33, Dim: 32, Layers: 2, Heads: 2, KVHeads: 1, Hidden: 40, Context: 512, Theta: 1e4, Eps: 1e-5}, 5)
		if err != nil {
			t.Fatal(err)
		}
		d, b := m.Snapshot(), Batch{}
		more := []More{{Cache: d.NewCache(), IDs: []int32{1}}, {Cache: d.NewCache(), IDs: []int32{2}}}
		step := func() {
			b.Extend(more...)
			b.Sample(make([]int32, 2), make([]float32, 2), []*Cache{more[0].Cache, more[1].Cache}, kernels.Allow{Start: []int32{0, 0, 0}}, []float64{1, 1}, []float64{0.3, 0.6})
		}
		for range 5 {
			step()
		}
		before := libs.Calls(t, "")
		for range steps {
			step()
		}
		return libs.Calls(t, "") - before
	}
	if n := calls(cuda.Options{}); n != 6*steps { // two copies there, two graphs, a copy back, a wait
		t.Errorf("%d steps are %d calls", steps, n)
	}
	if n := calls(cuda.Options{OneByOne: true}); n < 60*steps {
		t.Errorf("without graphs %d steps are %d calls", steps, n)
	}
}

// BenchmarkDecodeOnAGPU is of use on one: GYM_TEST_GPU=1. With few sequences of a
// small model a step is bound by launches, so graphs show what those cost.
func BenchmarkDecodeOnAGPU(b *testing.B) {
	if os.Getenv("GYM_TEST_GPU") != "1" {
		b.Skip("the emulator says nothing about speed")
	}
	for _, oneByOne := range []bool{true, false} {
		dev, err := cuda.New(cuda.Options{OneByOne: oneByOne})
		if err != nil {
			b.Fatal(err)
		}
		m, err := New(dev, Config{Vocab: 32 << 10, Dim: 1024, Layers: 24, Heads: 16, KVHeads: 8, Hidden: 3072, Context: 4096, Theta: 1e4, Eps: 1e-5, Half: true}, 1)
		if err != nil {
			b.Fatal(err)
		}
		d := m.Snapshot()
		for _, seqs := range []int{1, 16, 256} {
			for _, turns := range []int{0, 64} {
				b.Run(fmt.Sprintf("oneByOne=%v/%d/turns=%d", oneByOne, seqs, turns), func(b *testing.B) { decodeOn(b, dev, d, seqs, turns) })
			}
		}
		dev.Close()
	}
}

// decodeOn draws any tokens, at temperature 1, for sequences that begin with 100 and
// draw all their context full, or end at random, after so many on average: then
// others begin in the step of those that go on.
func decodeOn(b *testing.B, dev *cuda.Device, d *Decoder, seqs, turns int) {
	var batch Batch
	more, caches, allow := make([]More, seqs), make([]*Cache, seqs), kernels.Allow{Start: make([]int32, seqs+1)}
	begin := func() {
		for i := range more {
			if caches[i] == nil {
				caches[i] = d.NewCache()
			}
			caches[i].Reset(d)
			batch.Extend(More{Cache: caches[i], IDs: make([]int32, 100)})
			more[i] = More{Cache: caches[i], IDs: []int32{int32(i)}}
		}
	}
	begin()
	rng := rand.New(rand.NewPCG(3, 3))
	id, logp, temperature, u := make([]int32, seqs), make([]float32, seqs), slices.Repeat([]float64{1}, seqs), slices.Repeat([]float64{0.4}, seqs)
	before := dev.Steps()
	for b.Loop() {
		if caches[0].Room() == 0 {
			b.StopTimer()
			begin()
			b.StartTimer()
		}
		batch.Extend(more...)
		batch.Sample(id, logp, caches, allow, temperature, u)
		for i := range more {
			more[i].IDs = append(more[i].IDs[:0], id[i])
			if turns > 0 && rng.IntN(turns) == 0 {
				caches[i].Reset(d)
				more[i].IDs = make([]int32, 100)
			}
		}
	}
	b.ReportMetric(float64(seqs*b.N)/b.Elapsed().Seconds(), "tokens/s")
	if s := dev.Steps(); s.Lists > before.Lists {
		b.ReportMetric(float64(s.Graphs-before.Graphs)/float64(s.Lists-before.Lists), "graphs")
	}
}
