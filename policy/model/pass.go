package model

import (
	"fmt"

	"github.com/turngym/turngym/kernels"
)

// Input is a packed batch: sequences one after the other, without padding.
type Input struct {
	IDs    []int32       // [T]
	Types  []int32       // [T] below Types; nil: all 0
	Start  []int32       // [S+1] first token of each sequence
	Rows   []int32       // [N] the positions (in IDs) whose hidden state predicts
	Target []int32       // [N] what came after each
	Allow  kernels.Allow // among what, by row
}

// Output is one number for each of the N rows.
type Output struct{ LogProb, Entropy, Value []float32 }

// state is what one layer keeps for its backward pass; T tokens.
type state struct {
	x, n1, r1, q, k, v, att, lse, mid, n2, r2, gate, up, act kernels.Buffer
}

// Pass computes one batch at a time on one goroutine and holds its gradient.
type Pass struct {
	m   *Model
	g   *params
	cap int // tokens there is room for

	states       []state
	xf, nf, rf   kernels.Buffer // the last residual stream, its norm
	dx, dn, dbig kernels.Buffer // gradients: stream, after a norm, of the hidden layer
	dbig2, datt  kernels.Buffer
	dq, dk, dv   kernels.Buffer
	rowCap       int
	h, dh        kernels.Buffer // [N, dim]
	lp, ent, val kernels.Buffer // [N]

	in  Input
	pos []int32
	ctx []kernels.Context
	out Output
}

// NewPass makes room for nothing yet; buffers grow with the first batches.
func (m *Model) NewPass() *Pass {
	p := &Pass{m: m, states: make([]state, m.Layers)}
	p.g, _ = views(m.Config, m.dev.New(m.Size()))
	return p
}

func (p *Pass) grow(tokens, rows int) {
	d, c := p.m.dev, p.m.Config
	if tokens > p.cap {
		p.cap = tokens + tokens/4
		kv := c.KVHeads * c.HeadDim()
		for i := range p.states {
			p.states[i] = newState(d, c, p.cap)
			p.states[i].k, p.states[i].v = d.New(p.cap*kv), d.New(p.cap*kv)
		}
		p.xf, p.nf, p.rf = d.New(p.cap*c.Dim), d.New(p.cap*c.Dim), d.New(p.cap)
		p.dx, p.dn, p.datt = d.New(p.cap*c.Dim), d.New(p.cap*c.Dim), d.New(p.cap*c.Dim)
		p.dbig, p.dbig2 = d.New(p.cap*c.Hidden), d.New(p.cap*c.Hidden)
		p.dq, p.dk, p.dv = d.New(p.cap*c.Dim), d.New(p.cap*kv), d.New(p.cap*kv)
	}
	if rows > p.rowCap {
		p.rowCap = rows + rows/4
		p.h, p.dh = d.New(p.rowCap*c.Dim), d.New(p.rowCap*c.Dim)
		p.lp, p.ent, p.val = d.New(p.rowCap), d.New(p.rowCap), d.New(p.rowCap)
	}
}

// newState is all of a layer's activations but the keys and values.
func newState(d kernels.Device, c Config, n int) state {
	return state{x: d.New(n * c.Dim), n1: d.New(n * c.Dim), r1: d.New(n), q: d.New(n * c.Dim), att: d.New(n * c.Dim),
		lse: d.New(n * c.Heads), mid: d.New(n * c.Dim), n2: d.New(n * c.Dim), r2: d.New(n),
		gate: d.New(n * c.Hidden), up: d.New(n * c.Hidden), act: d.New(n * c.Hidden)}
}

// head is the first n elements.
func head(b kernels.Buffer, n int) kernels.Buffer { return b.Slice(0, n) }

// block runs one layer on T tokens: from s.x to out. k and v receive the new
// keys and values, ctx is what the queries see (k and v among it).
func block(d kernels.Device, c Config, w *layer, s *state, out, k, v kernels.Buffer, T int, pos, start []int32, ctx []kernels.Context) {
	dim, kv, hid, td := c.Dim, c.KVHeads*c.HeadDim(), c.Hidden, T*c.Dim
	x, n1, q, att, mid, n2 := head(s.x, td), head(s.n1, td), head(s.q, td), head(s.att, td), head(s.mid, td), head(s.n2, td)
	gate, up, act := head(s.gate, T*hid), head(s.up, T*hid), head(s.act, T*hid)
	d.RMSNorm(n1, s.r1, x, w.attnNorm, dim, c.Eps)
	d.MatMul(q, n1, w.q, kernels.Dims{M: T, N: dim, K: dim})
	d.MatMul(k, n1, w.k, kernels.Dims{M: T, N: kv, K: dim})
	d.MatMul(v, n1, w.v, kernels.Dims{M: T, N: kv, K: dim})
	d.Rope(q, pos, c.Heads, c.HeadDim(), c.Theta, false)
	d.Rope(k, pos, c.KVHeads, c.HeadDim(), c.Theta, false)
	d.Attention(att, s.lse, q, start, ctx, kernels.Heads{Q: c.Heads, KV: c.KVHeads, Dim: c.HeadDim()})
	d.MatMul(mid, att, w.o, kernels.Dims{M: T, N: dim, K: dim})
	d.Add(mid, x)
	d.RMSNorm(n2, s.r2, mid, w.mlpNorm, dim, c.Eps)
	d.MatMul(gate, n2, w.gate, kernels.Dims{M: T, N: hid, K: dim})
	d.MatMul(up, n2, w.up, kernels.Dims{M: T, N: hid, K: dim})
	d.SwiGLU(act, gate, up)
	d.MatMul(out, act, w.down, kernels.Dims{M: T, N: dim, K: hid})
	d.Add(out, mid)
}

// Forward scores the rows' targets. The output and everything that Backward
// needs stay valid until the next Forward.
func (p *Pass) Forward(in Input) (Output, error) {
	c, d := p.m.Config, p.m.dev
	T, N := len(in.IDs), len(in.Rows)
	p.pos, p.ctx = p.pos[:0], p.ctx[:0]
	for s := range len(in.Start) - 1 {
		n := int(in.Start[s+1] - in.Start[s])
		if n > c.Context {
			return Output{}, fmt.Errorf("sequence %d has %d tokens, the model's context is %d", s, n, c.Context)
		}
		for i := range n {
			p.pos = append(p.pos, int32(i))
		}
	}
	for _, id := range in.IDs {
		if id < 0 || int(id) >= c.Vocab {
			return Output{}, fmt.Errorf("token %d is outside the vocabulary of %d", id, c.Vocab)
		}
	}
	p.in = in
	p.grow(T, N)
	x := head(p.states[0].x, T*c.Dim)
	d.Embed(x, p.m.w.embed, in.IDs, c.Dim)
	if in.Types != nil {
		dn := head(p.dn, T*c.Dim)
		d.Embed(dn, p.m.w.types, in.Types, c.Dim)
		d.Add(x, dn)
	}
	for i := range p.states {
		s := &p.states[i]
		out := p.xf
		if i+1 < len(p.states) {
			out = p.states[i+1].x
		}
		kv := c.KVHeads * c.HeadDim()
		block(d, c, &p.m.w.layers[i], s, head(out, T*c.Dim), head(s.k, T*kv), head(s.v, T*kv), T, p.pos, in.Start, p.contexts(s.k, s.v))
	}
	d.RMSNorm(head(p.nf, T*c.Dim), p.rf, head(p.xf, T*c.Dim), p.m.w.norm, c.Dim, c.Eps)
	h := head(p.h, N*c.Dim)
	d.Embed(h, p.nf, in.Rows, c.Dim)
	d.LogProb(p.lp, p.ent, h, p.m.w.embed, in.Target, in.Allow, c.Dim)
	d.MatMul(p.val, h, p.m.w.value, kernels.Dims{M: N, N: 1, K: c.Dim})
	o := &p.out
	o.LogProb, o.Entropy, o.Value = resize(o.LogProb, N), resize(o.Entropy, N), resize(o.Value, N)
	d.Read(o.LogProb, p.lp)
	d.Read(o.Entropy, p.ent)
	d.Read(o.Value, p.val)
	return *o, nil
}

func resize(x []float32, n int) []float32 {
	if cap(x) < n {
		return make([]float32, n)
	}
	return x[:n]
}

// contexts are each sequence's own keys and values in a packed buffer.
func (p *Pass) contexts(k, v kernels.Buffer) []kernels.Context {
	p.ctx = p.ctx[:0]
	kv := p.m.KVHeads * p.m.HeadDim()
	for s := range len(p.in.Start) - 1 {
		a, b := int(p.in.Start[s]), int(p.in.Start[s+1])
		p.ctx = append(p.ctx, kernels.Context{K: k.Slice(a*kv, b*kv), V: v.Slice(a*kv, b*kv), Len: b - a})
	}
	return p.ctx
}

// Backward adds the gradient of sum(dlogp*LogProb + dentropy*Entropy +
// dvalue*Value) over the last Forward's rows to the pass's gradient.
func (p *Pass) Backward(dlogp, dentropy, dvalue []float32) {
	c, d, w, g := p.m.Config, p.m.dev, p.m.w, p.g
	T, N, dim := len(p.in.IDs), len(p.in.Rows), c.Dim
	d.Write(p.lp, dlogp)
	d.Write(p.ent, dentropy)
	d.Write(p.val, dvalue)
	h, dh, val := head(p.h, N*dim), head(p.dh, N*dim), head(p.val, N)
	d.MatMul(dh, val, w.value, kernels.Dims{M: N, N: dim, K: 1})
	d.MatMul(g.value, h, val, kernels.Dims{M: dim, N: 1, K: N, TransA: true, Accumulate: true})
	d.LogProbGrad(dh, g.embed, p.lp, p.ent, h, w.embed, p.in.Target, p.in.Allow, dim)
	dn, dx := head(p.dn, T*dim), head(p.dx, T*dim)
	d.Zero(dn)
	d.EmbedGrad(dn, dh, p.in.Rows, dim)
	d.Zero(dx)
	d.RMSNormGrad(dx, g.norm, dn, head(p.xf, T*dim), w.norm, p.rf, dim)
	for i := len(p.states) - 1; i >= 0; i-- {
		p.blockGrad(&w.layers[i], &g.layers[i], &p.states[i], dx, T)
	}
	d.EmbedGrad(g.embed, dx, p.in.IDs, dim)
	if p.in.Types != nil {
		d.EmbedGrad(g.types, dx, p.in.Types, dim)
	}
}

// blockGrad turns the gradient of a layer's output in dx into that of its input.
func (p *Pass) blockGrad(w, g *layer, s *state, dx kernels.Buffer, T int) {
	c, d := p.m.Config, p.m.dev
	dim, kv, hid, td := c.Dim, c.KVHeads*c.HeadDim(), c.Hidden, T*c.Dim
	dn := head(p.dn, td)
	// back is the gradient of x·w: dst (+)= dout·wᵀ and dw += xᵀ·dout.
	back := func(dst, dw, dout, x, w kernels.Buffer, in, out int, add bool) {
		d.MatMul(dst, dout, w, kernels.Dims{M: T, N: in, K: out, TransB: true, Accumulate: add})
		d.MatMul(dw, x, dout, kernels.Dims{M: in, N: out, K: T, TransA: true, Accumulate: true})
	}
	dact, dup := head(p.dbig, T*hid), head(p.dbig2, T*hid)
	gate, up := head(s.gate, T*hid), head(s.up, T*hid)
	back(dact, g.down, dx, head(s.act, T*hid), w.down, hid, dim, false)
	d.SwiGLUGrad(dact, dup, dact, gate, up) // dgate takes the place of dact
	n2 := head(s.n2, td)
	back(dn, g.gate, dact, n2, w.gate, dim, hid, false)
	back(dn, g.up, dup, n2, w.up, dim, hid, true)
	d.RMSNormGrad(dx, g.mlpNorm, dn, head(s.mid, td), w.mlpNorm, s.r2, dim)

	datt, dq, dk, dv := head(p.datt, td), head(p.dq, td), head(p.dk, T*kv), head(p.dv, T*kv)
	att, q := head(s.att, td), head(s.q, td)
	back(datt, g.o, dx, att, w.o, dim, dim, false)
	d.Zero(dk)
	d.Zero(dv)
	ctx := append([]kernels.Context(nil), p.contexts(s.k, s.v)...)
	d.AttentionGrad(dq, p.contexts(dk, dv), datt, att, s.lse, q, p.in.Start, ctx, kernels.Heads{Q: c.Heads, KV: c.KVHeads, Dim: c.HeadDim()})
	d.Rope(dq, p.pos, c.Heads, c.HeadDim(), c.Theta, true)
	d.Rope(dk, p.pos, c.KVHeads, c.HeadDim(), c.Theta, true)
	n1 := head(s.n1, td)
	back(dn, g.q, dq, n1, w.q, dim, dim, false)
	back(dn, g.k, dk, n1, w.k, dim, kv, true)
	back(dn, g.v, dv, n1, w.v, dim, kv, true)
	d.RMSNormGrad(dx, g.attnNorm, dn, head(s.x, td), w.attnNorm, s.r1, dim)
}
