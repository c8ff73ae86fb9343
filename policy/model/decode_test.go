package model

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
)

// lively is a model on the CPU whose value head is not 0.
func lively(t testing.TB, c Config) *Model {
	t.Helper()
	dev, err := cpu.New("", 2)
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(dev, c, 5)
	if err != nil {
		t.Fatal(err)
	}
	rng, x := rand.New(rand.NewPCG(9, 9)), make([]float32, c.Dim)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	dev.Write(m.w.value, x)
	return m
}

// sampled is one sequence with what its decoder said where it sampled.
type sampled struct {
	in      Input
	logProb []float32
}

// draw is the next token of one sequence.
func draw(b *Batch, c *Cache, allow []int32, temperature, u float64) (int32, float32) {
	id, logp := []int32{0}, []float32{0}
	b.Sample(id, logp, []*Cache{c}, kernels.Allow{Start: []int32{0, int32(len(allow))}, IDs: allow}, []float64{temperature}, []float64{u})
	return id[0], logp[0]
}

// sample reads runs of random tokens and samples one after each, from some
// allowed ids or all of them.
func sample(t testing.TB, c *Cache, rng *rand.Rand, tokens int) sampled {
	var s sampled
	s.in.Allow.Start = []int32{0}
	var b Batch
	d := c.d
	all := make([]int32, d.Vocab)
	for i := range all {
		all[i] = int32(i)
	}
	var next []int32
	for len(s.in.IDs) < tokens {
		for range rng.IntN(30) {
			next = append(next, int32(rng.IntN(d.Vocab)))
		}
		if len(next) == 0 {
			continue
		}
		if err := b.Extend(More{Cache: c, IDs: next}); err != nil {
			t.Error(err)
			return s
		}
		s.in.IDs = append(s.in.IDs, next...)
		allow := all
		if rng.IntN(3) > 0 {
			first := int32(rng.IntN(d.Vocab - 20))
			allow = []int32{first, first + 3, first + 4, first + 19}
		}
		if rng.IntN(4) == 0 {
			allow = nil // anything
		}
		s.in.Allow.IDs = append(s.in.Allow.IDs, allow...)
		id, logp := draw(&b, c, allow, 1, rng.Float64())
		s.logProb = append(s.logProb, logp)
		s.in.Rows, s.in.Target.IDs = append(s.in.Rows, int32(len(s.in.IDs)-1)), append(s.in.Target.IDs, id)
		s.in.Allow.Start = append(s.in.Allow.Start, int32(len(s.in.Allow.IDs)))
		next = append(next[:0], id)
	}
	s.in.Start = []int32{0, int32(len(s.in.IDs))}
	return s
}

func (s sampled) compare(t *testing.T, m *Model) {
	t.Helper()
	out, err := m.NewPass().Forward(s.in)
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.logProb {
		if math.Float32bits(out.LogProb[i]) != math.Float32bits(s.logProb[i]) {
			t.Fatalf("row %d: scored %v, decoded %v", i, out.LogProb[i], s.logProb[i])
		}
	}
}

func TestSampledSequencesScoreTheSameBits(t *testing.T) {
	for _, c := range []Config{
		{Vocab: 70, Dim: 64, Layers: 3, Heads: 4, KVHeads: 2, Hidden: 96, Context: 512, Theta: 1e4, Eps: 1e-5},
		{Vocab: 37, Dim: 24, Layers: 2, Heads: 2, KVHeads: 1, Hidden: 20, Context: 512, Theta: 1e4, Eps: 1e-5},
		{Vocab: 70, Dim: 64, Layers: 2, Heads: 4, KVHeads: 2, Hidden: 96, Context: 512, Theta: 1e4, Eps: 1e-5, Half: true, Untied: true},
	} {
		m := lively(t, c)
		d := m.Snapshot()
		cache := d.NewCache()
		for seed := range uint64(4) { // the cache is used again
			cache.Reset(d)
			sample(t, cache, rand.New(rand.NewPCG(seed, 1)), 100+int(seed)*120).compare(t, m)
		}
	}
}

func TestManySequencesDecodeAtOnceAsIfAlone(t *testing.T) {
	m := lively(t, Config{Vocab: 70, Dim: 32, Layers: 2, Heads: 4, KVHeads: 2, Hidden: 48, Context: 512, Theta: 1e4, Eps: 1e-5})
	d := m.Snapshot()
	got := make([]sampled, 6)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i] = sample(t, d.NewCache(), rand.New(rand.NewPCG(uint64(i), 2)), 150) })
	}
	wg.Wait()
	for _, s := range got {
		s.compare(t, m)
	}
}

func TestASnapshotKeepsItsWeights(t *testing.T) {
	m := lively(t, Config{Vocab: 70, Dim: 16, Layers: 2, Heads: 2, KVHeads: 1, Hidden: 20, Context: 64, Theta: 1e4, Eps: 1e-5})
	old := m.Snapshot()
	before := sample(t, old.NewCache(), rand.New(rand.NewPCG(3, 3)), 20)
	m.dev.Zero(m.flat)
	after := sample(t, old.NewCache(), rand.New(rand.NewPCG(3, 3)), 20)
	for i := range before.logProb {
		if before.logProb[i] != after.logProb[i] {
			t.Fatalf("row %d was %v, is %v", i, before.logProb[i], after.logProb[i])
		}
	}
}

func TestAFullContextAndUnknownTokensLeaveTheCacheAsItWas(t *testing.T) {
	d := lively(t, small).Snapshot()
	c, b := d.NewCache(), Batch{}
	extend := func(ids ...int32) error { return b.Extend(More{Cache: c, IDs: ids}) }
	if err := extend(make([]int32, small.Context-1)...); err != nil {
		t.Fatal(err)
	}
	want := read(d.dev, c.hidden)
	if err := extend(1, 2); !errors.Is(err, ErrContext) {
		t.Errorf("beyond the context: %v", err)
	}
	if err := extend(99); err == nil || !strings.Contains(err.Error(), "token 99 is outside the vocabulary of 11") {
		t.Errorf("an unknown token: %v", err)
	}
	if got := read(d.dev, c.hidden); c.Len() != small.Context-1 || !slices.Equal(got, want) {
		t.Errorf("after errors there are %d tokens, %v, was %v", c.Len(), got, want)
	}
	if err := extend(1); err != nil {
		t.Error(err)
	}
}

func TestAnEmptiedCacheForgets(t *testing.T) {
	d := lively(t, small).Snapshot()
	c, b := d.NewCache(), Batch{}
	b.Extend(More{Cache: c, IDs: []int32{1, 2, 3}})
	c.Reset(d)
	if _, logp := draw(&b, c, []int32{4, 5}, 1, 0.7); logp != float32(-math.Ln2) || c.Len() != 0 {
		t.Errorf("after Reset: %v, %d tokens", logp, c.Len())
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, seqs := range []int{1, 8, 32} {
		b.Run(fmt.Sprint(seqs), func(b *testing.B) {
			dev, _ := cpu.New("", 1)
			m, _ := New(dev, Tiny(1024), 1)
			d, batch, more := m.Snapshot(), Batch{}, make([]More, seqs)
			for i := range more {
				more[i] = More{Cache: d.NewCache(), IDs: []int32{5}}
			}
			caches, allow, start := make([]*Cache, seqs), kernels.Allow{Start: []int32{0}}, make([]float64, seqs)
			for i := range more {
				caches[i] = more[i].Cache
				for id := range int32(30) {
					allow.IDs = append(allow.IDs, id*20)
				}
				allow.Start = append(allow.Start, int32(len(allow.IDs)))
			}
			ids, logp := make([]int32, seqs), make([]float32, seqs)
			b.ReportAllocs()
			for b.Loop() {
				for _, m := range more {
					if m.Cache.Len() == 512 {
						m.Cache.Reset(d)
					}
				}
				batch.Extend(more...)
				batch.Sample(ids, logp, caches, allow, start, start)
			}
			b.ReportMetric(float64(seqs*b.N)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}

// Sequences that are extended together have the bits of those that are alone.
func TestABatchHasTheBitsOfItsSequences(t *testing.T) {
	m := lively(t, Config{Vocab: 70, Dim: 32, Layers: 2, Heads: 4, KVHeads: 2, Hidden: 48, Context: 512, Theta: 1e4, Eps: 1e-5})
	d, rng := m.Snapshot(), rand.New(rand.NewPCG(4, 4))
	together, alone := make([]*Cache, 5), make([]*Cache, 5)
	for i := range together {
		together[i], alone[i] = d.NewCache(), d.NewCache()
	}
	var b Batch
	for range 40 {
		var more []More
		for i, c := range together {
			if n := rng.IntN(12); n > 0 {
				ids := make([]int32, n)
				for j := range ids {
					ids[j] = int32(rng.IntN(d.Vocab))
				}
				more = append(more, More{Cache: c, IDs: ids})
				if err := b.Extend(More{Cache: alone[i], IDs: ids}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := b.Extend(more...); err != nil {
			t.Fatal(err)
		}
		for i := range together {
			if x, y := read(m.dev, together[i].hidden), read(m.dev, alone[i].hidden); !slices.Equal(x, y) {
				t.Fatalf("sequence %d of %d tokens differs from itself alone", i, together[i].Len())
			}
		}
	}
}
