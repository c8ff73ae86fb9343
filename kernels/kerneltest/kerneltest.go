// Package kerneltest checks a device method by method against the float64
// reference: ragged sizes, inputs untouched, repeatable bits, and a row's bits
// independent of the number of rows.
package kerneltest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/plain"
)

// tolerance of a float32 device, relative to the size of the numbers.
const tolerance = 2e-5

// pair runs the same calls on the device and on the reference.
type pair struct {
	t        *testing.T
	dev, ref kernels.Device
	rng      *rand.Rand
}

// both is one buffer on each.
type both struct{ dev, ref kernels.Buffer }

// Run checks every method of dev.
func Run(t *testing.T, dev kernels.Device) {
	for name, f := range map[string]func(pair){
		"MatMul": matMul, "RowsKeepTheirBits": rowBits, "RMSNorm": rmsNorm, "Rope": rope, "Attention": attention,
		"DecodingKeepsBits": decoding, "SwiGLU": swiGLU, "LogProb": logProb, "Embed": embed, "AdamW": adamW, "Softmax": logSoftmax,
	} {
		t.Run(name, func(t *testing.T) {
			f(pair{t, dev, plain.New(), rand.New(rand.NewPCG(1, 2))})
		})
	}
}

func (p pair) new(n int) both { return both{p.dev.New(n), p.ref.New(n)} }

func (p pair) random(n int) both {
	b := p.new(n)
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(p.rng.NormFloat64())
	}
	p.dev.Write(b.dev, x)
	p.ref.Write(b.ref, x)
	return b
}

func read(d kernels.Device, b kernels.Buffer) []float32 {
	x := make([]float32, b.Len())
	d.Read(x, b)
	return x
}

// same compares what the two devices have.
func (p pair) same(what string, b both) {
	p.t.Helper()
	got, want := read(p.dev, b.dev), read(p.ref, b.ref)
	size := 1.0
	for _, x := range want {
		size = max(size, math.Abs(float64(x)))
	}
	for i := range want {
		if diff := math.Abs(float64(got[i] - want[i])); !(diff <= tolerance*size) {
			p.t.Fatalf("%s: element %d is %g, want %g", what, i, got[i], want[i])
		}
	}
}

// unchanged runs f and checks that the buffers keep their bits, and that a
// second run gives the same bits in out.
func (p pair) unchanged(what string, f func(), ins []both) {
	p.t.Helper()
	var before [][]float32
	for _, b := range ins {
		before = append(before, read(p.dev, b.dev))
	}
	f()
	for i, b := range ins {
		if !slices.Equal(before[i], read(p.dev, b.dev)) {
			p.t.Fatalf("%s changed its input %d", what, i)
		}
	}
}

var sizes = []int{1, 2, 3, 7, 12, 13, 31, 33, 64, 100}

func matMul(p pair) {
	for _, m := range sizes {
		for _, n := range []int{1, 5, 16, 31, 32, 48, 100} {
			for _, k := range []int{0, 1, 3, 32, 77} {
				for c := range 8 {
					d := kernels.Dims{M: m, N: n, K: k, TransA: c&1 > 0, TransB: c&2 > 0, Accumulate: c&4 > 0}
					a, b, out := p.random(m*k+1), p.random(n*k+1), p.random(m*n)
					p.unchanged("MatMul", func() { p.dev.MatMul(out.dev, a.dev, b.dev, d) }, []both{a, b})
					p.ref.MatMul(out.ref, a.ref, b.ref, d)
					p.same(fmt.Sprintf("MatMul %+v", d), out)
				}
			}
		}
	}
}

func rowBits(p pair) {
	const m, n, k = 333, 96, 64
	a, b := p.random(m*k), p.random(n*k)
	for _, trans := range []bool{false, true} {
		all, one := p.dev.New(m*n), p.dev.New(n)
		p.dev.MatMul(all, a.dev, b.dev, kernels.Dims{M: m, N: n, K: k, TransB: trans})
		whole := read(p.dev, all)
		for _, i := range []int{0, 1, 11, 12, 200, 332} {
			p.dev.MatMul(one, a.dev.Slice(i*k, (i+1)*k), b.dev, kernels.Dims{M: 1, N: n, K: k, TransB: trans})
			if !slices.Equal(read(p.dev, one), whole[i*n:(i+1)*n]) {
				p.t.Fatalf("row %d of %d has other bits alone", i, m)
			}
		}
	}
}

func rmsNorm(p pair) {
	for _, dim := range []int{1, 5, 16, 64, 100, 128} {
		for _, rows := range []int{0, 1, 3, 20} {
			x, w, g := p.random(rows*dim), p.random(dim), p.random(rows*dim)
			out, r, dx, dw := p.new(rows*dim), p.new(rows), p.random(rows*dim), p.random(dim)
			p.unchanged("RMSNorm", func() { p.dev.RMSNorm(out.dev, r.dev, x.dev, w.dev, dim, 1e-5) }, []both{x, w})
			p.ref.RMSNorm(out.ref, r.ref, x.ref, w.ref, dim, 1e-5)
			p.same("RMSNorm", out)
			p.unchanged("RMSNormGrad", func() { p.dev.RMSNormGrad(dx.dev, dw.dev, g.dev, x.dev, w.dev, r.dev, dim) }, []both{x, w, g, r})
			p.ref.RMSNormGrad(dx.ref, dw.ref, g.ref, x.ref, w.ref, r.ref, dim)
			p.same("RMSNormGrad dx", dx)
			p.same("RMSNormGrad dw", dw)
		}
	}
}

func rope(p pair) {
	pos := []int32{0, 1, 2, 300, 5}
	for _, inverse := range []bool{false, true} {
		x := p.random(len(pos) * 3 * 32)
		p.dev.Rope(x.dev, pos, 3, 32, 10000, inverse)
		p.ref.Rope(x.ref, pos, 3, 32, 10000, inverse)
		p.same("Rope", x)
	}
}

// lengths of sequences and how many keys come before their first query.
var contexts = [][2]int{{1, 0}, {5, 0}, {24, 0}, {25, 3}, {70, 0}, {3, 90}, {1, 64}}

func (p pair) attention(h kernels.Heads, seqs [][2]int) {
	start, rows := []int32{0}, 0
	var dev, ref, ddev, dref []kernels.Context
	var keys []both
	for _, s := range seqs {
		rows += s[0]
		start = append(start, int32(rows))
		n := s[0] + s[1]
		k, v := p.random(n*h.KV*h.Dim), p.random(n*h.KV*h.Dim)
		dk, dv := p.random(n*h.KV*h.Dim), p.random(n*h.KV*h.Dim)
		dev, ref = append(dev, kernels.Context{K: k.dev, V: v.dev, Len: n}), append(ref, kernels.Context{K: k.ref, V: v.ref, Len: n})
		ddev, dref = append(ddev, kernels.Context{K: dk.dev, V: dv.dev, Len: n}), append(dref, kernels.Context{K: dk.ref, V: dv.ref, Len: n})
		keys = append(keys, dk, dv)
	}
	n := rows * h.Q * h.Dim
	q, out, lse, g, dq := p.random(n), p.new(n), p.new(rows*h.Q), p.random(n), p.new(n)
	p.unchanged("Attention", func() { p.dev.Attention(out.dev, lse.dev, q.dev, start, dev, h) }, []both{q})
	p.ref.Attention(out.ref, lse.ref, q.ref, start, ref, h)
	p.same("Attention", out)
	p.same("Attention lse", lse)
	p.unchanged("AttentionGrad", func() { p.dev.AttentionGrad(dq.dev, ddev, g.dev, out.dev, lse.dev, q.dev, start, dev, h) }, []both{q, g, out, lse})
	p.ref.AttentionGrad(dq.ref, dref, g.ref, out.ref, lse.ref, q.ref, start, ref, h)
	p.same("AttentionGrad dq", dq)
	for _, k := range keys {
		p.same("AttentionGrad dk, dv", k)
	}
}

func attention(p pair) {
	for _, h := range []kernels.Heads{{Q: 1, KV: 1, Dim: 8}, {Q: 4, KV: 2, Dim: 32}, {Q: 2, KV: 1, Dim: 20}} {
		p.attention(h, contexts)
	}
}

// decoding gives each row the same bits as the whole sequence at once.
func decoding(p pair) {
	h, n := kernels.Heads{Q: 4, KV: 2, Dim: 32}, 90
	k, v, q := p.random(n*h.KV*h.Dim), p.random(n*h.KV*h.Dim), p.random(n*h.Q*h.Dim)
	out, lse := p.dev.New(n*h.Q*h.Dim), p.dev.New(n*h.Q)
	p.dev.Attention(out, lse, q.dev, []int32{0, int32(n)}, []kernels.Context{{K: k.dev, V: v.dev, Len: n}}, h)
	whole, wide := read(p.dev, out), h.Q*h.Dim
	one := p.dev.New(wide)
	for i := range n {
		p.dev.Attention(one, lse, q.dev.Slice(i*wide, (i+1)*wide), []int32{0, 1}, []kernels.Context{{K: k.dev, V: v.dev, Len: i + 1}}, h)
		if !slices.Equal(read(p.dev, one), whole[i*wide:(i+1)*wide]) {
			p.t.Fatalf("row %d of %d has other bits when decoded alone", i, n)
		}
	}
}

func swiGLU(p pair) {
	for _, n := range []int{1, 15, 16, 17, 100, 256} {
		g, u, d, out, dg, du := p.random(n), p.random(n), p.random(n), p.new(n), p.new(n), p.new(n)
		p.unchanged("SwiGLU", func() { p.dev.SwiGLU(out.dev, g.dev, u.dev) }, []both{g, u})
		p.ref.SwiGLU(out.ref, g.ref, u.ref)
		p.same("SwiGLU", out)
		p.unchanged("SwiGLUGrad", func() { p.dev.SwiGLUGrad(dg.dev, du.dev, d.dev, g.dev, u.dev) }, []both{g, u, d})
		p.ref.SwiGLUGrad(dg.ref, du.ref, d.ref, g.ref, u.ref)
		p.same("SwiGLUGrad dgate", dg)
		p.same("SwiGLUGrad dup", du)
	}
}

func logProb(p pair) {
	openRows(p)
	for _, dim := range []int{8, 16, 40, 128} {
		allow := kernels.Allow{Start: []int32{0, 3, 3, 4, 9}, IDs: []int32{1, 7, 30, 44, 0, 2, 4, 6, 49}}
		h, table, lp := outputLayer(p, 50, dim, []int32{7, 11, 44, 0}, allow)
		ids := []int32{1, 7, 30}
		logits := make([]float32, 3)
		p.dev.Logits(logits, h.dev, table.dev, ids, dim)
		if got := kernels.LogSoftmax(logits)[1]; got != read(p.dev, lp.dev)[0] {
			p.t.Fatalf("the sampler's log-prob %v has other bits than LogProb's %v", got, read(p.dev, lp.dev)[0])
		}
	}
}

// openRows has many rows that may be any id, among few that may not.
func openRows(p pair) {
	for _, vocab := range []int{1, 33, 300} {
		allow, target := kernels.Allow{Start: []int32{0}}, make([]int32, 150)
		for i := range target {
			target[i] = int32(i * 7 % vocab)
			if i%40 == 5 {
				allow.IDs = append(allow.IDs, target[i])
			}
			allow.Start = append(allow.Start, int32(len(allow.IDs)))
		}
		outputLayer(p, vocab, 24, target, allow)
	}
}

// outputLayer compares LogProb and its gradient on random rows.
func outputLayer(p pair, vocab, dim int, target []int32, allow kernels.Allow) (h, table, lp both) {
	n := len(target)
	h, table = p.random(n*dim), p.random(vocab*dim)
	dl, de := p.random(n), p.random(n)
	lp, ent, dh, dt := p.new(n), p.new(n), p.random(n*dim), p.random(vocab*dim)
	p.unchanged("LogProb", func() { p.dev.LogProb(lp.dev, ent.dev, h.dev, table.dev, target, allow, dim) }, []both{h, table})
	p.ref.LogProb(lp.ref, ent.ref, h.ref, table.ref, target, allow, dim)
	p.same("LogProb", lp)
	p.same("LogProb entropy", ent)
	p.unchanged("LogProbGrad", func() {
		p.dev.LogProbGrad(dh.dev, dt.dev, dl.dev, de.dev, h.dev, table.dev, target, allow, dim)
	}, []both{h, table, dl, de})
	p.ref.LogProbGrad(dh.ref, dt.ref, dl.ref, de.ref, h.ref, table.ref, target, allow, dim)
	p.same("LogProbGrad dh", dh)
	p.same("LogProbGrad dtable", dt)
	return h, table, lp
}

func embed(p pair) {
	const dim = 20
	ids := []int32{3, 0, 3, 9}
	table, out, g, dt := p.random(10*dim), p.new(len(ids)*dim), p.random(len(ids)*dim), p.random(10*dim)
	p.dev.Embed(out.dev, table.dev, ids, dim)
	p.ref.Embed(out.ref, table.ref, ids, dim)
	p.same("Embed", out)
	p.dev.EmbedGrad(dt.dev, g.dev, ids, dim)
	p.ref.EmbedGrad(dt.ref, g.ref, ids, dim)
	p.same("EmbedGrad", dt)
	p.dev.Add(out.dev, g.dev)
	p.ref.Add(out.ref, g.ref)
	p.same("Add", out)
}

func adamW(p pair) {
	w, g, m, v := p.random(100), p.random(100), p.new(100), p.new(100)
	for step := 1; step <= 3; step++ {
		o := kernels.AdamW{LR: 0.01, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1, Step: step, Scale: 0.5}
		p.dev.AdamW(w.dev, g.dev, m.dev, v.dev, o)
		p.ref.AdamW(w.ref, g.ref, m.ref, v.ref, o)
	}
	p.same("AdamW", w)
	if got, want := p.dev.SumSquares(g.dev), p.ref.SumSquares(g.ref); math.Abs(got-want) > 1e-4*want {
		p.t.Fatalf("SumSquares is %g, want %g", got, want)
	}
}

func logSoftmax(p pair) {
	x := kernels.LogSoftmax([]float32{1000, 1000, -1000})
	if math.Abs(float64(x[0])+math.Ln2) > 1e-6 || x[2] > -1000 {
		p.t.Fatalf("LogSoftmax is %v", x)
	}
}
