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

// The tolerances of a device in float32, of one that rounds what it multiplies, and
// of bfloat16, which leaves 2^-9 of a number, relative to the size of the numbers.
const (
	fine   = 2e-5
	rough  = 2e-2
	narrow = 1.0 / 128
)

// pair runs the same calls on the device and on the reference.
type pair struct {
	t         *testing.T
	dev, ref  kernels.Device
	rng       *rand.Rand
	tolerance float64
	few       bool
	halves    bool // activations are
}

// both is one buffer on each.
type both struct{ dev, ref kernels.Buffer }

// How says what is asked of a device.
type How struct {
	Rough bool // it rounds what it multiplies, and rows have other bits in calls of other sizes
	Few   bool // it is slow: fewer sizes
}

// Run checks every method of dev.
func Run(t *testing.T, dev kernels.Device, how How) {
	tolerance := fine
	if how.Rough {
		tolerance = rough
	}
	for name, f := range map[string]func(pair){
		"MatMul": matMul, "RowsKeepTheirBits": rowBits, "RMSNorm": rmsNorm, "LayerNorm": layerNorm, "Rope": rope, "Attention": attention,
		"Decoding": decoding, "Activations": activations, "LogProb": logProb, "Top": top, "Halves": halves, "Embed": embed, "Gather": gather, "AsOne": asOne, "AdamW": adamW, "Softmax": logSoftmax,
	} {
		t.Run(name, func(t *testing.T) {
			if how.Rough && name == "RowsKeepTheirBits" {
				t.Skip("this device does not promise it")
			}
			f(pair{t, dev, plain.New(), rand.New(rand.NewPCG(1, 2)), tolerance, how.Few, false})
		})
	}
	for name, f := range map[string]func(pair){
		"MatMul": matMulOfHalves, "RMSNorm": rmsNorm, "Rope": rope, "Attention": attention, "Decoding": decoding, "Activations": activations, "Embed": embed,
	} {
		t.Run(name+"OfHalves", func(t *testing.T) {
			if !dev.Halves() {
				t.Skip("this device takes no activations in halves")
			}
			f(pair{t, dev, plain.New(), rand.New(rand.NewPCG(1, 2)), narrow, how.Few, true})
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

// activation is random numbers of activations' type, and space room for such.
func (p pair) activation(n int) both { return p.typed(p.random(n), p.halves) }
func (p pair) space(n int) both      { return p.typed(p.new(n), p.halves) }

// typed is b, or that in halves.
func (p pair) typed(b both, half bool) both {
	if half {
		return p.halved(b)
	}
	return b
}

// halved is b rounded to bfloat16.
func (p pair) halved(b both) both {
	h := both{p.dev.NewHalf(b.ref.Len()), p.ref.NewHalf(b.ref.Len())}
	p.dev.Copy(h.dev, b.dev)
	p.ref.Copy(h.ref, b.ref)
	return h
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
		if diff := math.Abs(float64(got[i] - want[i])); !(diff <= p.tolerance*size) {
			p.t.Fatalf("%s: element %d is %g, want %g", what, i, got[i], want[i])
		}
	}
}

// alike says whether two results of a device are one: bit by bit, or what a rough
// device leaves of that.
func (p pair) alike(got, want []float32) bool {
	return slices.EqualFunc(got, want, func(a, b float32) bool {
		return a == b || p.tolerance > fine && math.Abs(float64(a-b)) <= p.tolerance*max(1, math.Abs(float64(b)))
	})
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
	ms, ns, ks := sizes, []int{1, 5, 16, 31, 32, 48, 100}, []int{0, 1, 3, 32, 77}
	if p.few {
		ms, ns, ks = []int{1, 33, 100}, []int{5, 32, 100}, []int{0, 3, 77}
	}
	for _, m := range ms {
		for _, n := range ns {
			for _, k := range ks {
				for c := range 16 {
					d := kernels.Dims{M: m, N: n, K: k, TransA: c&1 > 0, TransB: c&2 > 0}
					p.matMul(d, c>>2, false)
				}
				p.matMul(kernels.Dims{M: m, N: n, K: k, Packed: true}, n%4, false)
				p.matMul(kernels.Dims{M: m, N: n, K: k, Packed: true}, m%4, true)
				p.matMul(kernels.Dims{M: m, N: n, K: k, TransB: k%2 > 0}, 0, true)
			}
		}
	}
}

// matMul adds to nothing, to what is there, to another matrix, to a bias.
func (p pair) matMul(d kernels.Dims, plus int, half bool) {
	a, b, out := p.random(d.M*d.K+1), p.random(d.N*d.K+1), p.random(d.M*d.N)
	if half {
		b = p.halved(b)
	}
	to := []both{{}, out, p.random(d.M * d.N), p.random(d.N)}[plus]
	packed := b
	if d.Packed {
		packed = both{p.dev.New(p.dev.PackedLen(d.K, d.N)), p.ref.New(p.ref.PackedLen(d.K, d.N))}
		if half {
			packed = both{p.dev.NewHalf(packed.dev.Len()), p.ref.NewHalf(packed.ref.Len())}
		}
		p.dev.Pack(packed.dev, b.dev, d.K, d.N)
		p.ref.Pack(packed.ref, b.ref, d.K, d.N)
	}
	ins, on := []both{a, b}, d
	if plus > 1 {
		ins = append(ins, to)
	}
	if on.Plus = to.dev; plus == 0 {
		on.Plus = nil
	}
	p.unchanged("MatMul", func() { p.dev.MatMul(out.dev, a.dev, packed.dev, on) }, ins)
	if on.Plus = to.ref; plus == 0 {
		on.Plus = nil
	}
	p.ref.MatMul(out.ref, a.ref, packed.ref, on)
	p.same(fmt.Sprintf("MatMul %+v plus %d", d, plus), out)
}

// matMulOfHalves has all three matrices of either type, of sizes that tensor cores
// take and of others.
func matMulOfHalves(p pair) {
	for _, size := range [][3]int{{32, 48, 64}, {7, 33, 20}} {
		for types := range 8 {
			for plus := range 5 {
				trans := (types + plus) % 4
				d := kernels.Dims{M: size[0], N: size[1], K: size[2], TransA: trans&1 > 0, TransB: trans&2 > 0}
				outHalf := types&4 > 0
				a, b, out := p.typed(p.random(d.M*d.K), types&1 > 0), p.typed(p.random(d.K*d.N), types&2 > 0), p.typed(p.random(d.M*d.N), outHalf)
				to := []both{{}, out, p.typed(p.random(d.M*d.N), outHalf), p.random(d.N), p.typed(p.random(d.N), outHalf)}[plus]
				d.Plus = to.dev
				p.unchanged("MatMul", func() { p.dev.MatMul(out.dev, a.dev, b.dev, d) }, []both{a, b})
				d.Plus = to.ref
				p.ref.MatMul(out.ref, a.ref, b.ref, d)
				p.same(fmt.Sprintf("MatMul %+v of types %b plus %d", d, types, plus), out)
			}
		}
	}
}

func rowBits(p pair) {
	m, n, k := 333, 90, 1064
	if p.few {
		m, n, k = 130, 70, 100
	}
	a, b := p.random(m*k), p.random(n*k)
	packed := p.dev.New(p.dev.PackedLen(k, n))
	p.dev.Pack(packed, b.dev, k, n)
	p.rowBits(a, b, packed, m, n, k)
	b = p.halved(b)
	packed = p.dev.NewHalf(packed.Len())
	p.dev.Pack(packed, b.dev, k, n)
	p.rowBits(a, b, packed, m, n, k)
}

func (p pair) rowBits(a, b both, packed kernels.Buffer, m, n, k int) {
	for _, trans := range []bool{false, true} {
		all, one := p.dev.New(m*n), p.dev.New(n)
		p.dev.MatMul(all, a.dev, b.dev, kernels.Dims{M: m, N: n, K: k, TransB: trans})
		whole := read(p.dev, all)
		for _, i := range []int{0, 1, 11, 12, m / 2, m - 1} {
			p.dev.MatMul(one, a.dev.Slice(i*k, (i+1)*k), b.dev, kernels.Dims{M: 1, N: n, K: k, TransB: trans})
			if !slices.Equal(read(p.dev, one), whole[i*n:(i+1)*n]) {
				p.t.Fatalf("row %d of %d has other bits alone", i, m)
			}
		}
		for _, rows := range []int{7, 30, 120} {
			few := p.dev.New(rows * n)
			if !trans {
				p.dev.MatMul(few, a.dev, packed, kernels.Dims{M: rows, N: n, K: k, Packed: true})
				if !slices.Equal(read(p.dev, few), whole[:rows*n]) {
					p.t.Fatalf("%d rows have other bits with packed weights", rows)
				}
			}
		}
	}
}

// rmsNorm has, of activations in halves, either side of the norm in them or not.
func rmsNorm(p pair) {
	for _, dim := range []int{1, 5, 16, 64, 100, 128} {
		for i, rows := range []int{0, 1, 3, 20} {
			in, after := p.halves && (i+dim)%2 == 0, p.halves && i != 1
			x, w, g := p.typed(p.random(rows*dim), in), p.random(dim), p.typed(p.random(rows*dim), after)
			out, r, dx, dw := p.typed(p.new(rows*dim), after), p.new(rows), p.typed(p.random(rows*dim), in), p.random(dim)
			p.unchanged("RMSNorm", func() { p.dev.RMSNorm(out.dev, r.dev, x.dev, w.dev, dim, 1e-5) }, []both{x, w})
			p.ref.RMSNorm(out.ref, r.ref, x.ref, w.ref, dim, 1e-5)
			p.same("RMSNorm", out)
			p.unchanged("RMSNormGrad", func() { p.dev.RMSNormGrad(dx.dev, dw.dev, g.dev, x.dev, w.dev, r.dev, dim) }, []both{x, w, g, r})
			p.ref.RMSNormGrad(dx.ref, dw.ref, g.ref, x.ref, w.ref, r.ref, dim)
			p.same("RMSNormGrad dx", dx)
			p.same("RMSNormGrad dw", dw)
			p.dev.RMSNormGrad(dx.dev, nil, g.dev, x.dev, w.dev, r.dev, dim)
			p.ref.RMSNormGrad(dx.ref, nil, g.ref, x.ref, w.ref, r.ref, dim)
			p.same("RMSNormGrad without dw", dx)
		}
	}
}

func layerNorm(p pair) {
	for _, dim := range []int{1, 5, 16, 100, 128} {
		for _, rows := range []int{0, 1, 3, 20, 300} {
			x, w, b, g := p.random(rows*dim), p.random(dim), p.random(dim), p.random(rows*dim)
			out, m, r, dx, dw, db := p.new(rows*dim), p.new(rows), p.new(rows), p.random(rows*dim), p.random(dim), p.random(dim)
			p.unchanged("LayerNorm", func() { p.dev.LayerNorm(out.dev, m.dev, r.dev, x.dev, w.dev, b.dev, dim, 0.1) }, []both{x, w, b})
			p.ref.LayerNorm(out.ref, m.ref, r.ref, x.ref, w.ref, b.ref, dim, 0.1)
			p.same("LayerNorm", out)
			p.unchanged("LayerNormGrad", func() {
				p.dev.LayerNormGrad(dx.dev, dw.dev, db.dev, g.dev, x.dev, w.dev, m.dev, r.dev, dim)
			}, []both{x, w, g, m, r})
			p.ref.LayerNormGrad(dx.ref, dw.ref, db.ref, g.ref, x.ref, w.ref, m.ref, r.ref, dim)
			p.same("LayerNormGrad dx", dx)
			p.same("LayerNormGrad dw", dw)
			p.same("LayerNormGrad db", db)
			p.dev.LayerNormGrad(dx.dev, nil, nil, g.dev, x.dev, w.dev, m.dev, r.dev, dim)
			p.ref.LayerNormGrad(dx.ref, nil, nil, g.ref, x.ref, w.ref, m.ref, r.ref, dim)
			p.same("LayerNormGrad of x alone", dx)
		}
	}
}

func rope(p pair) {
	pos, freq := []int32{0, 1, 2, 300, 5}, make([]float64, 16)
	for i := range freq {
		freq[i] = math.Pow(10000, -float64(i)/16)
	}
	for _, inverse := range []bool{false, true} {
		x := p.activation(len(pos) * 3 * 32)
		p.dev.Rope(x.dev, pos, 3, 32, freq, inverse)
		p.ref.Rope(x.ref, pos, 3, 32, freq, inverse)
		p.same("Rope", x)
	}
}

func attention(p pair) {
	start := []int32{0, 1, 1, 6, 30, 78, 79, 79 + 133}
	rows := int(start[len(start)-1])
	for _, h := range []kernels.Heads{{Q: 1, KV: 1, Dim: 8}, {Q: 4, KV: 2, Dim: 16}, {Q: 2, KV: 1, Dim: 20}, {Q: 2, KV: 2, Dim: 64}} {
		n, m := rows*h.Q*h.Dim, rows*h.KV*h.Dim
		q, k, v, out, lse := p.activation(n), p.activation(m), p.activation(m), p.space(n), p.new(rows*h.Q)
		p.unchanged("Attention", func() { p.dev.Attention(out.dev, lse.dev, q.dev, k.dev, v.dev, start, h) }, []both{q, k, v})
		p.ref.Attention(out.ref, lse.ref, q.ref, k.ref, v.ref, start, h)
		p.same("Attention", out)
		p.same("Attention lse", lse)
		g, dq, dk, dv := p.activation(n), p.activation(n), p.activation(m), p.activation(m)
		p.unchanged("AttentionGrad", func() {
			p.dev.AttentionGrad(dq.dev, dk.dev, dv.dev, g.dev, out.dev, lse.dev, q.dev, k.dev, v.dev, start, h)
		}, []both{q, k, v, g, out, lse})
		p.ref.AttentionGrad(dq.ref, dk.ref, dv.ref, g.ref, out.ref, lse.ref, q.ref, k.ref, v.ref, start, h)
		p.same("AttentionGrad dq", dq)
		p.same("AttentionGrad dk", dk)
		p.same("AttentionGrad dv", dv)
	}
}

// decoding takes sequences in pieces and gives each row the same bits as the
// whole at once; of a rough device about the same numbers.
func decoding(p pair) {
	seqs, n := 3, 200
	heads := []kernels.Heads{{Q: 4, KV: 2, Dim: 16}, {Q: 3, KV: 3, Dim: 20}, {Q: 2, KV: 1, Dim: 64}}
	if p.few {
		n, heads = 140, heads[:1]
	}
	for _, h := range heads {
		row, kv := h.Q*h.Dim, h.KV*h.Dim
		q, k, v := p.activation(seqs*n*row), p.activation(seqs*n*kv), p.activation(seqs*n*kv)
		out, lse := p.space(seqs*n*row).dev, p.dev.New(seqs*n*h.Q)
		p.dev.Attention(out, lse, q.dev, k.dev, v.dev, []int32{0, int32(n), int32(2 * n), int32(3 * n)}, h)
		whole := read(p.dev, out)
		size := p.dev.PageLen(h)
		pages := make([]kernels.Pages, seqs)
		for done := false; !done; {
			start, ins, at := []int32{0}, [3][]float32{}, make([]int, seqs)
			done = true
			for s := range pages {
				from := pages[s].Len
				to := min(n, from+[]int{0, 1, 1, 2, 70}[p.rng.IntN(5)])
				at[s], pages[s].Len, done = from, to, done && to == n
				pages[s].At = size
				for len(pages[s].List)*kernels.PageTokens < to {
					pages[s].List = append(pages[s].List, p.space(2*size).dev)
				}
				start = append(start, start[s]+int32(to-from))
				for i, x := range []struct {
					b     kernels.Buffer
					width int
				}{{q.dev, row}, {k.dev, kv}, {v.dev, kv}} {
					ins[i] = append(ins[i], read(p.dev, x.b.Slice((s*n+from)*x.width, (s*n+to)*x.width))...)
				}
			}
			var bufs [3]kernels.Buffer
			for i := range ins {
				bufs[i] = p.space(len(ins[i])).dev
				p.dev.Write(bufs[i], ins[i])
			}
			some := p.space(len(ins[0])).dev
			p.dev.AttentionPaged(some, bufs[0], bufs[1], bufs[2], start, pages, h)
			got := read(p.dev, some)
			for s := range pages {
				for i := int(start[s]); i < int(start[s+1]); i++ {
					t := at[s] + i - int(start[s])
					if !p.alike(got[i*row:(i+1)*row], whole[(s*n+t)*row:][:row]) {
						p.t.Fatalf("%+v: row %d of sequence %d is another when decoded", h, t, s)
					}
				}
			}
		}
	}
}

func activations(p pair) {
	for _, n := range []int{1, 15, 16, 17, 100, 256} {
		g, u, d, out, dg, du := p.activation(n), p.activation(n), p.activation(n), p.space(n), p.space(n), p.space(n)
		p.unchanged("SwiGLU", func() { p.dev.SwiGLU(out.dev, g.dev, u.dev) }, []both{g, u})
		p.ref.SwiGLU(out.ref, g.ref, u.ref)
		p.same("SwiGLU", out)
		p.unchanged("SwiGLUGrad", func() { p.dev.SwiGLUGrad(dg.dev, du.dev, d.dev, g.dev, u.dev) }, []both{g, u, d})
		p.ref.SwiGLUGrad(dg.ref, du.ref, d.ref, g.ref, u.ref)
		p.same("SwiGLUGrad dgate", dg)
		p.same("SwiGLUGrad dup", du)
		if p.halves {
			continue
		}
		p.unchanged("GELU", func() { p.dev.GELU(out.dev, g.dev) }, []both{g})
		p.ref.GELU(out.ref, g.ref)
		p.same("GELU", out)
		p.unchanged("GELUGrad", func() { p.dev.GELUGrad(dg.dev, d.dev, g.dev) }, []both{g, d})
		p.ref.GELUGrad(dg.ref, d.ref, g.ref)
		p.same("GELUGrad", dg)
	}
}

func logProb(p pair) {
	openRows(p)
	dims := []int{8, 16, 40, 128}
	if p.few {
		dims = dims[2:3]
	}
	for _, dim := range dims {
		allow := kernels.Allow{Start: []int32{0, 3, 3, 4, 9}, IDs: []int32{1, 7, 30, 44, 0, 2, 4, 6, 49}}
		for _, half := range []bool{false, true} {
			h, table := outputLayer(p, 50, dim, kernels.Targets{IDs: []int32{7, 11, 44, 0}}, allow, half)
			p.sampling(h, table, allow, dim)
			several := kernels.Targets{Start: []int32{0, 2, 6, 6, 7}, IDs: []int32{30, 1, 49, 0, 12, 49, 6}}
			outputLayer(p, 50, dim, several, allow, half)
		}
	}
}

// sampling draws what the reference draws, but for a few rows of a rough device, with
// the log-probs that scoring gives.
func (p pair) sampling(h, table both, allow kernels.Allow, dim int) {
	n := len(allow.Start) - 1
	temperature, u := make([]float64, n), make([]float64, n)
	id, logp, want, discard := make([]int32, n), make([]float32, n), make([]int32, n), make([]float32, n)
	scored, ent := p.dev.New(n), p.dev.New(n)
	for round := range 8 {
		for i := range n {
			temperature[i], u[i] = []float64{0, 1, 0.5, 2}[(i+round)%4], p.rng.Float64()
		}
		p.dev.Sample(id, logp, h.dev, table.dev, allow, dim, temperature, u)
		p.ref.Sample(want, discard, h.ref, table.ref, allow, dim, temperature, u)
		others := 0
		for i := range id {
			if id[i] != want[i] {
				others++
			}
		}
		if others > 0 && (p.tolerance == fine || others > n/20) {
			p.t.Fatalf("drew %v, want %v", id, want)
		}
		p.dev.LogProb(scored, ent, h.dev, table.dev, kernels.Targets{IDs: id}, allow, dim)
		if got := read(p.dev, scored); !slices.Equal(got, logp) {
			p.t.Fatalf("log-probs of what was drawn are %v, scored %v", logp, got)
		}
	}
}

// openRows has many rows that may be any id, among few that may not.
func openRows(p pair) {
	vocabs := []int{1, 33, 300}
	if p.few {
		vocabs = vocabs[1:2]
	}
	for _, vocab := range vocabs {
		allow, target := kernels.Allow{Start: []int32{0}}, make([]int32, 150)
		for i := range target {
			target[i] = int32(i * 7 % vocab)
			if i%40 == 5 {
				allow.IDs = append(allow.IDs, target[i])
			}
			allow.Start = append(allow.Start, int32(len(allow.IDs)))
		}
		h, table := outputLayer(p, vocab, 24, kernels.Targets{IDs: target}, allow, vocab == 33)
		p.sampling(h, table, allow, 24)
	}
}

// outputLayer compares LogProb and its gradient on random rows.
func outputLayer(p pair, vocab, dim int, target kernels.Targets, allow kernels.Allow, half bool) (h, table both) {
	n, m := len(allow.Start)-1, len(target.IDs)
	if h, table = p.random(n*dim), p.random(vocab*dim); half {
		table = p.halved(table)
	}
	dl, de := p.random(m), p.random(n)
	for i := range n { // entropies that count as much as the log-probs, hardly, and not at all
		x := read(p.dev, de.dev.Slice(i, i+1))
		x[0] *= []float32{1, 1e-6, 0}[i%3]
		p.dev.Write(de.dev.Slice(i, i+1), x)
		p.ref.Write(de.ref.Slice(i, i+1), x)
	}
	lp, ent, dh, dt := p.new(m), p.new(n), p.random(n*dim), p.random(vocab*dim)
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
	p.dev.LogProbGrad(dh.dev, nil, dl.dev, de.dev, h.dev, table.dev, target, allow, dim)
	p.ref.LogProbGrad(dh.ref, nil, dl.ref, de.ref, h.ref, table.ref, target, allow, dim)
	p.same("LogProbGrad without dtable", dh)
	return h, table
}

// top compares the best ids of rows that may be any and of rows that may not.
func top(p pair) {
	const dim, k = 24, 5
	allow := kernels.Allow{Start: []int32{0, 3, 3, 4, 12, 12}, IDs: []int32{1, 7, 30, 44, 0, 2, 4, 6, 31, 32, 40, 49}}
	n := len(allow.Start) - 1
	for _, vocab := range []int{50, 300} {
		h, table := p.random(n*dim), p.random(vocab*dim)
		x := read(p.dev, table.dev)
		for _, twin := range []int{6, 40, vocab - 1} { // as probable as id 4
			copy(x[twin*dim:(twin+1)*dim], x[4*dim:])
		}
		p.dev.Write(table.dev, x)
		p.ref.Write(table.ref, x)
		if vocab == 300 {
			table = p.halved(table)
		}
		id, logp, want, lp := make([]int32, n*k), make([]float32, n*k), make([]int32, n*k), make([]float32, n*k)
		p.dev.Top(id, logp, h.dev, table.dev, allow, dim, k)
		p.ref.Top(want, lp, h.ref, table.ref, allow, dim, k)
		if !slices.Equal(id, want) {
			p.t.Fatalf("the best ids are %v, want %v", id, want)
		}
		target := kernels.Targets{Start: []int32{0}}
		var got []float32
		for i := range n {
			for j, v := range id[i*k : (i+1)*k] {
				if v >= 0 {
					target.IDs, got = append(target.IDs, v), append(got, logp[i*k+j])
				} else if !math.IsInf(float64(logp[i*k+j]), -1) {
					p.t.Fatalf("an id that there is not has the log-prob %g", logp[i*k+j])
				}
			}
			target.Start = append(target.Start, int32(len(target.IDs)))
		}
		scored, ent := p.dev.New(len(got)), p.dev.New(n)
		p.dev.LogProb(scored, ent, h.dev, table.dev, target, allow, dim)
		if s := read(p.dev, scored); !slices.Equal(got, s) {
			p.t.Fatalf("log-probs of the best ids are %v, scored %v", got, s)
		}
	}
}

// halves rounds to bfloat16, of two that are as near to the even one.
func halves(p pair) {
	x := []float32{1, 1 + 1.0/256, 1 + 3.0/256, 1 + 1.0/256 + 1e-6, -2.5, 0, float32(math.Inf(1)), 3e38, math.MaxFloat32, 1e-40, float32(math.NaN())}
	want := []float32{1, 1, 1 + 4.0/256, 1 + 2.0/256, -2.5, 0, float32(math.Inf(1)), 3.0040553e38, float32(math.Inf(1)), float32(math.Ldexp(1, -133)), 0}
	for len(x) < 100 {
		x, want = append(x, 0.5), append(want, 0.5)
	}
	h := p.dev.NewHalf(len(x))
	p.dev.Write(h, x)
	got := read(p.dev, h)
	if !h.Half() || h.Slice(1, 2).Len() != 1 || !h.Slice(1, 2).Half() || got[10] == got[10] {
		p.t.Fatal("a buffer of halves is none, or no number became one")
	}
	for i, w := range want {
		if i != 10 && got[i] != w {
			p.t.Fatalf("%g is rounded to %g, want %g", x[i], got[i], w)
		}
	}
	wide, again := p.dev.New(len(x)), p.dev.NewHalf(len(x))
	p.dev.Copy(wide, h)
	p.dev.Copy(again, wide)
	if a, b := read(p.dev, wide)[:10], read(p.dev, again)[:10]; !slices.Equal(a, got[:10]) || !slices.Equal(b, got[:10]) {
		p.t.Fatalf("copies are %v and %v, want %v", a, b, got[:10])
	}
	p.dev.Zero(h)
	if got := read(p.dev, h); slices.Max(got) != 0 {
		p.t.Fatalf("zeroed halves are %v", got)
	}
}

func embed(p pair) {
	const dim = 20
	ids := []int32{3, 0, 3, 9}
	table, out, g, dt := p.random(10*dim), p.space(len(ids)*dim), p.random(len(ids)*dim), p.activation(10*dim)
	for _, t := range []both{p.halved(table), table} {
		p.dev.Embed(out.dev, t.dev, ids, dim)
		p.ref.Embed(out.ref, t.ref, ids, dim)
		p.same("Embed", out)
	}
	p.dev.EmbedGrad(dt.dev, g.dev, ids, dim)
	p.ref.EmbedGrad(dt.ref, g.ref, ids, dim)
	p.same("EmbedGrad", dt)
	sums, x := p.random(dim), p.activation(300*dim)
	p.dev.SumRows(sums.dev, x.dev, dim)
	p.ref.SumRows(sums.ref, x.ref, dim)
	p.same("SumRows", sums)
	p.dev.Copy(out.dev, g.dev)
	p.ref.Copy(out.ref, g.ref)
	p.same("Copy", out)
	out = p.new(len(ids) * dim)
	p.dev.Add(out.dev, g.dev)
	p.ref.Add(out.ref, g.ref)
	p.same("Add", out)
}

// gather has rows here and there, float32 and bfloat16; what it does not name stays.
func gather(p pair) {
	const dim = 21
	for _, half := range []bool{false, true} {
		own, x, out := p.random(9*dim), p.random(5*dim), p.new(5*dim)
		if half {
			own, x, out = p.halved(own), p.halved(x), p.halved(out)
		}
		var devs, refs []kernels.Buffer
		for _, i := range []int{8, 0, 3, 4, 7} {
			devs, refs = append(devs, own.dev.Slice(i*dim, (i+1)*dim)), append(refs, own.ref.Slice(i*dim, (i+1)*dim))
		}
		p.unchanged("Gather", func() { p.dev.Gather(out.dev, devs) }, []both{own})
		p.ref.Gather(out.ref, refs)
		p.same("Gather", out)
		p.unchanged("Scatter", func() { p.dev.Scatter(devs[:4], x.dev) }, []both{x})
		p.ref.Scatter(refs[:4], x.ref)
		p.same("Scatter", own)
		p.dev.Gather(out.dev, nil)
		p.dev.Scatter(nil, x.dev)
	}
}

// asOne has the same operations again and again, on other numbers, with reads among
// them, room made within, and a panic now and then.
func asOne(p pair) {
	const dim, rows = 24, 5
	table, w, m, x, n, y, r, few := p.random(9*dim), p.random(dim), p.random(dim*dim), p.new(rows*dim), p.new(rows*dim), p.new(rows*dim), p.new(rows), p.new(3*dim)
	for round := range 6 {
		ids := make([]int32, rows)
		for i := range ids {
			ids[i] = int32(p.rng.IntN(9))
		}
		work := func(dev kernels.Device, of func(both) kernels.Buffer) (between []float32) {
			dev.AsOne(func(dev kernels.Device) {
				dev.Embed(of(x), of(table), ids, dim)
				dev.RMSNorm(of(n), of(r), of(x), of(w), dim, 1e-5)
				dev.MatMul(of(y), of(n), of(m), kernels.Dims{M: rows, N: dim, K: dim, Plus: of(x)})
				dev.AsOne(func(dev kernels.Device) { dev.Add(of(x), of(y)) })
				if round%2 > 0 {
					between = read(dev, of(x))
					dev.Write(of(few), between[:2*dim])
				}
				dev.Copy(of(few), of(x).Slice(0, 2*dim))
				dev.Zero(of(y).Slice(0, dim))
				if round > 3 {
					b := dev.New(dim)
					dev.Add(b, of(y).Slice(dim, 2*dim))
					dev.Copy(of(few).Slice(2*dim, 3*dim), b)
				}
			})
			return between
		}
		between := work(p.dev, func(b both) kernels.Buffer { return b.dev })
		work(p.ref, func(b both) kernels.Buffer { return b.ref })
		p.same("AsOne x", x)
		p.same("AsOne y", y)
		p.same("AsOne few", few)
		if between != nil && !slices.Equal(between, read(p.dev, x.dev)) {
			p.t.Fatal("what was read within is not what there was")
		}
		func() {
			defer func() {
				if recover() != "given up" {
					p.t.Fatal("a panic does not come through")
				}
			}()
			p.dev.AsOne(func(dev kernels.Device) {
				dev.Add(y.dev, x.dev)
				panic("given up")
			})
		}()
		p.dev.Copy(y.dev, x.dev)
		p.ref.Copy(y.ref, x.ref)
		p.same("after a panic", y)
	}
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
