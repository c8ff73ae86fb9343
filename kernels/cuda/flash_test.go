package cuda_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/cuda/emu"
	"github.com/turngym/turngym/kernels/plain"
)

// twin is a device that works on tensor cores and the reference.
type twin struct {
	*testing.T
	dev, ref kernels.Device
	rng      *rand.Rand
	half     bool // buffers are
}

// sides is one buffer on each.
type sides struct{ dev, ref kernels.Buffer }

// random are numbers that bfloat16 has: what is rounded is the kernels' own.
func (w twin) random(n int) sides {
	b := sides{w.room(w.dev, n), w.ref.New(n)}
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(wide(bf16(float32(w.rng.NormFloat64()))))
	}
	w.dev.Write(b.dev, x)
	w.ref.Write(b.ref, x)
	return b
}

// room is n numbers of the type that is tested.
func (w twin) room(d kernels.Device, n int) kernels.Buffer {
	if w.half {
		return d.NewHalf(n)
	}
	return d.New(n)
}

// sums are float32 always.
func (w twin) sums(n int) sides { return sides{w.dev.New(n), w.ref.New(n)} }

func numbers(d kernels.Device, b kernels.Buffer) []float32 {
	x := make([]float32, b.Len())
	d.Read(x, b)
	return x
}

// rounded is what bfloat16 leaves of sums of weighted numbers, twice as much where
// they are kept in it, too. Scores are not rounded.
const rounded, unrounded = 5e-3, 1e-5

// same compares both.
func (w twin) same(what string, b sides, tolerance float64) {
	w.Helper()
	if b.dev.Half() {
		tolerance *= 2
	}
	var want []float64
	for _, v := range numbers(w.ref, b.ref) {
		want = append(want, float64(v))
	}
	near(w, what, numbers(w.dev, b.dev), want, tolerance)
}

// inOrder runs f on a device of the emulator with that order of threads.
func inOrder(t *testing.T, order string, f func(w twin)) {
	t.Run(order, func(t *testing.T) {
		libs := cudatest.Prepare(t)
		if libs.Path != "" {
			libs.Set(t, "order", order)
		}
		dev, err := cuda.New(cuda.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer dev.Close()
		f(twin{t, dev, plain.New(), rand.New(rand.NewPCG(5, 6)), false})
	})
}

// cases are head sizes and lengths, with as few heads as show that they are told
// apart. Emulated, a head of 128 numbers takes as long as eight of 16.
var cases = []struct {
	h     kernels.Heads
	start []int32
}{
	{kernels.Heads{Q: 8, KV: 2, Dim: 16}, []int32{0, 1, 18, 82, 147}},
	{kernels.Heads{Q: 4, KV: 1, Dim: 128}, []int32{0, 65, 66}},
	{kernels.Heads{Q: 2, KV: 2, Dim: 128}, []int32{0, 64, 65, 130}},
	{kernels.Heads{Q: 1, KV: 1, Dim: 64}, []int32{0, 140, 141, 141, 158}},
	{kernels.Heads{Q: 4, KV: 2, Dim: 64}, []int32{0, 17, 147}},
	{kernels.Heads{Q: 6, KV: 2, Dim: 48}, []int32{0, 65, 66, 130}},
}

// inOrders runs f with the cases, in both types, in one order. In each other one it
// takes one of the first two, a small head and a large one, in one type: the orders
// differ in what races they show, not in arithmetic.
func inOrders(t *testing.T, f func(w twin, i int)) {
	for o, order := range emu.Orders {
		inOrder(t, order, func(w twin) {
			if o > 0 {
				w.half = o == 1 || o == 4
				f(w, (o+1)%2)
				return
			}
			for i := range cases {
				w.half = false
				f(w, i)
				if w.half = true; i > 0 {
					f(w, i)
				}
			}
		})
	}
}

func TestFlashAttentionIsNearTheReference(t *testing.T) {
	inOrders(t, func(w twin, i int) {
		h, start := cases[i].h, cases[i].start
		rows := int(start[len(start)-1])
		n, m := rows*h.Q*h.Dim, rows*h.KV*h.Dim
		q, k, v, g, out, lse := w.random(n), w.random(m), w.random(m), w.random(n), w.random(n), w.sums(rows*h.Q)
		dq, dk, dv := w.random(n), w.random(m), w.random(m)
		w.ref.Attention(out.ref, lse.ref, q.ref, k.ref, v.ref, start, h)
		w.ref.AttentionGrad(dq.ref, dk.ref, dv.ref, g.ref, out.ref, lse.ref, q.ref, k.ref, v.ref, start, h)
		var before [][]float32
		for range 2 {
			w.dev.Attention(out.dev, lse.dev, q.dev, k.dev, v.dev, start, h)
			w.dev.AttentionGrad(dq.dev, dk.dev, dv.dev, g.dev, out.dev, lse.dev, q.dev, k.dev, v.dev, start, h)
			var now [][]float32
			w.same(fmt.Sprintf("%+v lse", h), lse, unrounded)
			for i, b := range []sides{out, dq, dk, dv, lse} {
				w.same(fmt.Sprintf("%+v %s", h, []string{"out", "dq", "dk", "dv", "lse"}[i]), b, rounded)
				now = append(now, numbers(w.dev, b.dev))
			}
			if before != nil && !slices.EqualFunc(now, before, slices.Equal) {
				w.Fatalf("%+v: a second run has other bits", h)
			}
			before = now
		}
	})
}

// Tensor cores want numbers at multiples of 16 bytes; others are done without.
func TestAttentionTakesBuffersAtAnyPlace(t *testing.T) {
	f := func(w twin) {
		h, start := kernels.Heads{Q: 2, KV: 1, Dim: 16}, []int32{0, 20}
		q, k, v, g := w.random(641), w.random(320), w.random(320), w.random(640)
		q = sides{q.dev.Slice(1, 641), q.ref.Slice(1, 641)}
		out, lse, dq, dk, dv := w.random(640), w.sums(40), w.random(640), w.random(320), w.random(320)
		w.dev.Attention(out.dev, lse.dev, q.dev, k.dev, v.dev, start, h)
		w.ref.Attention(out.ref, lse.ref, q.ref, k.ref, v.ref, start, h)
		w.same("out", out, rounded)
		w.dev.AttentionGrad(dq.dev, dk.dev, dv.dev, g.dev, out.dev, lse.dev, q.dev, k.dev, v.dev, start, h)
		w.ref.AttentionGrad(dq.ref, dk.ref, dv.ref, g.ref, out.ref, lse.ref, q.ref, k.ref, v.ref, start, h)
		w.same("dk", dk, rounded)
		odd := func(d kernels.Device) []kernels.Pages {
			return []kernels.Pages{{List: []kernels.Buffer{w.room(d, d.PageLen(h)+1)}, At: 1, Len: 20}}
		}
		w.dev.AttentionPaged(out.dev, g.dev, k.dev, v.dev, start, odd(w.dev), h)
		w.ref.AttentionPaged(out.ref, g.ref, k.ref, v.ref, start, odd(w.ref), h)
		w.same("out over pages", out, rounded)
	}
	inOrder(t, emu.Orders[0], func(w twin) {
		f(w)
		w.half = true
		f(w)
	})
}

// calls are sequences' lengths, and how many of their tokens are new.
var calls = []struct{ lens, news []int }{
	{[]int{520}, []int{1}},                             // shared out
	{[]int{1, 65, 70, 64, 200}, []int{1, 1, 0, 64, 3}}, // whole; many rows
	{[]int{130, 330, 200, 17}, []int{130, 9, 66, 17}},  // of several blocks
}

func TestFlashOverPagesIsNearTheReference(t *testing.T) {
	inOrders(t, func(w twin, i int) {
		for j, c := range calls {
			if i == 0 || i%len(calls) == j {
				w.paged(cases[i].h, c.lens, c.news)
			}
		}
	})
}

// paged fills pages with a call for the old tokens, and has another for the new
// ones. Pages hold NaN where nothing was written: keys that nobody may see.
func (w twin) paged(h kernels.Heads, lens, news []int) {
	size := h.KV * h.Dim
	start, was := []int32{0}, []int32{0}
	var old, now []kernels.Pages
	var oldRef, nowRef []kernels.Pages
	for s, n := range lens {
		start = append(start, start[s]+int32(news[s]))
		was = append(was, was[s]+int32(n-news[s]))
		var list, listRef []kernels.Buffer
		for range (n + kernels.PageTokens - 1) / kernels.PageTokens {
			b := w.room(w.dev, 2*w.dev.PageLen(h))
			w.dev.Write(b, slices.Repeat([]float32{nan}, b.Len()))
			list, listRef = append(list, b), append(listRef, w.ref.New(2*w.ref.PageLen(h)))
		}
		full := (n - news[s] + kernels.PageTokens - 1) / kernels.PageTokens
		old = append(old, kernels.Pages{List: list[:full], At: w.dev.PageLen(h), Len: n - news[s]})
		oldRef = append(oldRef, kernels.Pages{List: listRef[:full], At: w.ref.PageLen(h), Len: n - news[s]})
		now = append(now, kernels.Pages{List: list, At: w.dev.PageLen(h), Len: n})
		nowRef = append(nowRef, kernels.Pages{List: listRef, At: w.ref.PageLen(h), Len: n})
	}
	run := func(h kernels.Heads, start []int32, pages, pagesRef []kernels.Pages) (again func()) {
		rows := int(start[len(start)-1])
		q, k, v, out := w.random(rows*h.Q*h.Dim), w.random(rows*size), w.random(rows*size), w.random(rows*h.Q*h.Dim)
		w.dev.AttentionPaged(out.dev, q.dev, k.dev, v.dev, start, pages, h)
		w.ref.AttentionPaged(out.ref, q.ref, k.ref, v.ref, start, pagesRef, h)
		what := fmt.Sprintf("%+v of %v, %v new", h, lens, news)
		w.same(what, out, rounded)
		return func() {
			first := numbers(w.dev, out.dev)
			w.dev.AttentionPaged(out.dev, q.dev, k.dev, v.dev, start, pages, h)
			if !slices.Equal(first, numbers(w.dev, out.dev)) {
				w.Fatalf("%s: a second run has other bits", what)
			}
		}
	}
	run(kernels.Heads{Q: h.KV, KV: h.KV, Dim: h.Dim}, was, old, oldRef)
	run(h, start, now, nowRef)()
}

// BenchmarkAttention is of use on a GPU: GYM_TEST_GPU=1. Exact is the attention
// without tensor cores; halves are kept in bfloat16.
func BenchmarkAttention(b *testing.B) {
	if os.Getenv("GYM_TEST_GPU") != "1" {
		b.Skip("the emulator says nothing about speed")
	}
	for _, kind := range []string{"exact", "float32", "halves"} {
		dev, err := cuda.New(cuda.Options{Exact: kind == "exact"})
		if err != nil {
			b.Fatal(err)
		}
		for _, c := range []struct{ seqs, n int }{{128, 128}, {16, 1024}, {4, 4096}} {
			for _, h := range []kernels.Heads{{Q: 16, KV: 16, Dim: 64}, {Q: 32, KV: 8, Dim: 128}} {
				name := fmt.Sprintf("%s/%dx%d/%d-%dx%d", kind, c.seqs, c.n, h.Q, h.KV, h.Dim)
				m := measure{dev, h, c.seqs, c.n, kind == "halves"}
				b.Run(name+"/forward", m.forward)
				b.Run(name+"/gradient", m.gradient)
				b.Run(name+"/decode", m.decode)
			}
		}
		dev.Close()
	}
}

// measure is attention over sequences of n tokens each.
type measure struct {
	dev     *cuda.Device
	h       kernels.Heads
	seqs, n int
	half    bool
}

// room is n numbers of queries' type.
func (m measure) room(n int) kernels.Buffer {
	if m.half {
		return m.dev.NewHalf(n)
	}
	return m.dev.New(n)
}

func (m measure) starts(n int) []int32 {
	start := make([]int32, m.seqs+1)
	for s := range start {
		start[s] = int32(s * n)
	}
	return start
}

// of is a matrix with so many heads for each of n tokens of each sequence.
func (m measure) of(n, heads int) kernels.Buffer { return m.room(m.seqs * n * heads * m.h.Dim) }

// report runs f until it is measured; products are the matrix products that it does
// with what a causal mask leaves.
func (m measure) report(b *testing.B, products int, f func()) {
	one := make([]float32, 1)
	wait := m.dev.New(1)
	f()
	m.dev.Read(one, wait)
	for b.Loop() {
		f()
		m.dev.Read(one, wait)
	}
	work := float64(products*m.seqs*m.h.Q*m.h.Dim) * float64(m.n) * float64(m.n+1)
	b.ReportMetric(work*float64(b.N)/b.Elapsed().Seconds()/1e12, "TFLOP/s")
}

func (m measure) forward(b *testing.B) {
	q, k, v, out, lse := m.of(m.n, m.h.Q), m.of(m.n, m.h.KV), m.of(m.n, m.h.KV), m.of(m.n, m.h.Q), m.dev.New(m.seqs*m.n*m.h.Q)
	m.report(b, 2, func() { m.dev.Attention(out, lse, q, k, v, m.starts(m.n), m.h) })
}

func (m measure) gradient(b *testing.B) {
	q, k, v, out, lse := m.of(m.n, m.h.Q), m.of(m.n, m.h.KV), m.of(m.n, m.h.KV), m.of(m.n, m.h.Q), m.dev.New(m.seqs*m.n*m.h.Q)
	g, dq, dk, dv := m.of(m.n, m.h.Q), m.of(m.n, m.h.Q), m.of(m.n, m.h.KV), m.of(m.n, m.h.KV)
	m.report(b, 5, func() { m.dev.AttentionGrad(dq, dk, dv, g, out, lse, q, k, v, m.starts(m.n), m.h) })
}

// decode reads the pages of all sequences for a token each; it is bound by memory.
func (m measure) decode(b *testing.B) {
	q, k, v, out, pages := m.of(1, m.h.Q), m.of(1, m.h.KV), m.of(1, m.h.KV), m.of(1, m.h.Q), make([]kernels.Pages, m.seqs)
	for s := range pages {
		pages[s].Len = m.n
		for len(pages[s].List)*kernels.PageTokens < m.n {
			pages[s].List = append(pages[s].List, m.room(m.dev.PageLen(m.h)))
		}
	}
	one := make([]float32, 1)
	for b.Loop() {
		m.dev.AttentionPaged(out, q, k, v, m.starts(1), pages, m.h)
		m.dev.Read(one, out)
	}
	width := 4
	if m.half {
		width = 2
	}
	b.ReportMetric(float64(width*m.seqs*m.n*2*m.h.KV*m.h.Dim)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
}
