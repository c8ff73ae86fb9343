package kerneltest

import (
	"math"

	"github.com/turngym/turngym/kernels"
)

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
