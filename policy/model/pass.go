package model

import (
	"fmt"

	"github.com/turngym/turngym/kernels"
)

// state is what one layer keeps for its backward pass; T tokens.
type state struct {
	x, n1, r1, q, k, v, att, lse, mid, n2, r2, gate, up, act kernels.Buffer
}

// grads are the gradients on the way down; T tokens.
type grads struct {
	dx, dn, dact, dup, datt, dq, dk, dv kernels.Buffer // of the stream, after a norm, of the hidden layer, of attention
}

// Pass computes one batch at a time on one goroutine and holds its gradient.
type Pass struct {
	m   *Model
	g   *params
	cap int // tokens there is room for

	room       []state // by layer; cap tokens
	back       grads
	xf, nf, rf kernels.Buffer // the last residual stream, its norm; cap tokens

	tokens      int     // of the batch
	states      []state // room, back and xf, cut to T
	grads       grads
	xfCut, nCut kernels.Buffer

	rowCap       int
	h, dh        kernels.Buffer // [N, dim]
	lp, ent, val kernels.Buffer // [N]

	in   Input
	pos  []int32
	ctx  [][]kernels.Context // by layer: the sequences' keys and values
	dctx []kernels.Context   // their gradients
	out  Output
}

// NewPass makes room for nothing yet; buffers grow with the first batches.
func (m *Model) NewPass() *Pass {
	p := &Pass{m: m, room: make([]state, m.Layers), states: make([]state, m.Layers), ctx: make([][]kernels.Context, m.Layers)}
	p.g, _ = views(m.Config, m.dev.New(m.Size()))
	return p
}

// fit makes room for a batch and cuts the buffers to its size.
func (p *Pass) fit(tokens, rows int) {
	d, c := p.m.dev, p.m.Config
	kv := c.KVHeads * c.HeadDim()
	if tokens > p.cap {
		n := tokens + tokens/4
		p.cap, p.tokens = n, 0
		for i := range p.room {
			p.room[i] = newState(d, c, n)
			p.room[i].k, p.room[i].v = d.New(n*kv), d.New(n*kv)
		}
		p.xf, p.nf, p.rf = d.New(n*c.Dim), d.New(n*c.Dim), d.New(n)
		p.back = grads{dx: d.New(n * c.Dim), dn: d.New(n * c.Dim), dact: d.New(n * c.Hidden), dup: d.New(n * c.Hidden),
			datt: d.New(n * c.Dim), dq: d.New(n * c.Dim), dk: d.New(n * kv), dv: d.New(n * kv)}
	}
	if rows > p.rowCap {
		p.rowCap = rows + rows/4
		p.h, p.dh = d.New(p.rowCap*c.Dim), d.New(p.rowCap*c.Dim)
		p.lp, p.ent, p.val = d.New(p.rowCap), d.New(p.rowCap), d.New(p.rowCap)
	}
	if tokens == p.tokens {
		return
	}
	p.tokens = tokens
	for i := range p.room {
		p.states[i] = p.room[i].cut(c, tokens)
		p.states[i].k, p.states[i].v = head(p.room[i].k, tokens*kv), head(p.room[i].v, tokens*kv)
	}
	p.xfCut, p.nCut = head(p.xf, tokens*c.Dim), head(p.nf, tokens*c.Dim)
	b := &p.back
	p.grads = grads{dx: head(b.dx, tokens*c.Dim), dn: head(b.dn, tokens*c.Dim), dact: head(b.dact, tokens*c.Hidden), dup: head(b.dup, tokens*c.Hidden),
		datt: head(b.datt, tokens*c.Dim), dq: head(b.dq, tokens*c.Dim), dk: head(b.dk, tokens*kv), dv: head(b.dv, tokens*kv)}
}

// newState is all of a layer's activations but the keys and values.
func newState(d kernels.Device, c Config, n int) state {
	return state{x: d.New(n * c.Dim), n1: d.New(n * c.Dim), r1: d.New(n), q: d.New(n * c.Dim), att: d.New(n * c.Dim),
		lse: d.New(n * c.Heads), mid: d.New(n * c.Dim), n2: d.New(n * c.Dim), r2: d.New(n),
		gate: d.New(n * c.Hidden), up: d.New(n * c.Hidden), act: d.New(n * c.Hidden)}
}

// head is the first n elements.
func head(b kernels.Buffer, n int) kernels.Buffer { return b.Slice(0, n) }

// cut is s for n tokens.
func (s *state) cut(c Config, n int) state {
	d, h := n*c.Dim, n*c.Hidden
	return state{x: head(s.x, d), n1: head(s.n1, d), r1: s.r1, q: head(s.q, d), att: head(s.att, d), lse: s.lse,
		mid: head(s.mid, d), n2: head(s.n2, d), r2: s.r2, gate: head(s.gate, h), up: head(s.up, h), act: head(s.act, h)}
}

// embed writes the tokens' embeddings, their types' added, to x; scratch is as
// large as x.
func embed(d kernels.Device, w *params, x, scratch kernels.Buffer, ids, types []int32, dim int) {
	d.Embed(x, w.embed, ids, dim)
	if types != nil {
		d.Embed(scratch, w.types, types, dim)
		d.Add(x, scratch)
	}
}

// block runs one layer on T tokens: from s.x [T, dim] to out. k and v receive
// the new keys and values, ctx is what the queries see (k and v among it).
func block(d kernels.Device, c Config, w *layer, s *state, out, k, v kernels.Buffer, T int, pos, start []int32, ctx []kernels.Context) {
	dim, kv, hid := c.Dim, c.KVHeads*c.HeadDim(), c.Hidden
	d.RMSNorm(s.n1, s.r1, s.x, w.attnNorm, dim, c.Eps)
	d.MatMul(s.q, s.n1, w.q, kernels.Dims{M: T, N: dim, K: dim})
	d.MatMul(k, s.n1, w.k, kernels.Dims{M: T, N: kv, K: dim})
	d.MatMul(v, s.n1, w.v, kernels.Dims{M: T, N: kv, K: dim})
	d.Rope(s.q, pos, c.Heads, c.HeadDim(), c.Theta, false)
	d.Rope(k, pos, c.KVHeads, c.HeadDim(), c.Theta, false)
	d.Attention(s.att, s.lse, s.q, start, ctx, kernels.Heads{Q: c.Heads, KV: c.KVHeads, Dim: c.HeadDim()})
	d.MatMul(s.mid, s.att, w.o, kernels.Dims{M: T, N: dim, K: dim})
	d.Add(s.mid, s.x)
	d.RMSNorm(s.n2, s.r2, s.mid, w.mlpNorm, dim, c.Eps)
	d.MatMul(s.gate, s.n2, w.gate, kernels.Dims{M: T, N: hid, K: dim})
	d.MatMul(s.up, s.n2, w.up, kernels.Dims{M: T, N: hid, K: dim})
	d.SwiGLU(s.act, s.gate, s.up)
	d.MatMul(out, s.act, w.down, kernels.Dims{M: T, N: dim, K: hid})
	d.Add(out, s.mid)
}

// Forward scores the rows' targets. The output and everything that Backward
// needs, the caller's slices in in among it, must stay as they are until the
// next Forward. A batch without rows is not computed at all.
func (p *Pass) Forward(in Input) (Output, error) {
	c, d := p.m.Config, p.m.dev
	p.in.Rows = nil
	if err := in.check(c); err != nil {
		return Output{}, err
	}
	T, N := len(in.IDs), len(in.Rows)
	p.in = in
	if N == 0 {
		return Output{}, nil
	}
	p.pos = p.pos[:0]
	for s := range len(in.Start) - 1 {
		for i := range in.Start[s+1] - in.Start[s] {
			p.pos = append(p.pos, i)
		}
	}
	p.fit(T, N)
	embed(d, p.m.w, p.states[0].x, p.grads.dn, in.IDs, in.Types, c.Dim)
	for i := range p.states {
		s, out := &p.states[i], p.xfCut
		if i+1 < len(p.states) {
			out = p.states[i+1].x
		}
		p.ctx[i] = p.contexts(p.ctx[i][:0], s.k, s.v)
		block(d, c, &p.m.w.layers[i], s, out, s.k, s.v, T, p.pos, in.Start, p.ctx[i])
	}
	d.RMSNorm(p.nCut, p.rf, p.xfCut, p.m.w.norm, c.Dim, c.Eps)
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

// contexts appends each sequence's own keys and values in a packed buffer.
func (p *Pass) contexts(dst []kernels.Context, k, v kernels.Buffer) []kernels.Context {
	kv := p.m.KVHeads * p.m.HeadDim()
	for s := range len(p.in.Start) - 1 {
		a, b := int(p.in.Start[s]), int(p.in.Start[s+1])
		dst = append(dst, kernels.Context{K: k.Slice(a*kv, b*kv), V: v.Slice(a*kv, b*kv), Len: b - a})
	}
	return dst
}

// Backward adds the gradient of sum(dlogp*LogProb + dentropy*Entropy +
// dvalue*Value) over the last Forward's rows to the pass's gradient. It panics
// where the gradients are not as many as the rows.
func (p *Pass) Backward(dlogp, dentropy, dvalue []float32) {
	c, d, w, g := p.m.Config, p.m.dev, p.m.w, p.g
	N, dim := len(p.in.Rows), c.Dim
	if len(dlogp) != N || len(dentropy) != N || len(dvalue) != N {
		panic(fmt.Sprintf("model: Backward of %d, %d and %d gradients after a Forward of %d rows", len(dlogp), len(dentropy), len(dvalue), N))
	}
	if N == 0 {
		return
	}
	d.Write(p.lp, dlogp)
	d.Write(p.ent, dentropy)
	d.Write(p.val, dvalue)
	h, dh, val := head(p.h, N*dim), head(p.dh, N*dim), head(p.val, N)
	d.MatMul(dh, val, w.value, kernels.Dims{M: N, N: dim, K: 1})
	d.MatMul(g.value, h, val, kernels.Dims{M: dim, N: 1, K: N, TransA: true, Accumulate: true})
	d.LogProbGrad(dh, g.embed, p.lp, p.ent, h, w.embed, p.in.Target, p.in.Allow, dim)
	dn, dx := p.grads.dn, p.grads.dx
	d.Zero(dn)
	d.EmbedGrad(dn, dh, p.in.Rows, dim)
	d.Zero(dx)
	d.RMSNormGrad(dx, g.norm, dn, p.xfCut, w.norm, p.rf, dim)
	p.dctx = p.contexts(p.dctx[:0], p.grads.dk, p.grads.dv)
	for i := len(p.states) - 1; i >= 0; i-- {
		p.blockGrad(&w.layers[i], &g.layers[i], &p.states[i], p.ctx[i])
	}
	d.EmbedGrad(g.embed, dx, p.in.IDs, dim)
	if p.in.Types != nil {
		d.EmbedGrad(g.types, dx, p.in.Types, dim)
	}
}

// blockGrad turns the gradient of a layer's output in dx into that of its input.
func (p *Pass) blockGrad(w, g *layer, s *state, ctx []kernels.Context) {
	c, d, b, T := p.m.Config, p.m.dev, &p.grads, p.tokens
	dim, kv, hid := c.Dim, c.KVHeads*c.HeadDim(), c.Hidden
	// back is the gradient of x·w: dst (+)= dout·wᵀ and dw += xᵀ·dout.
	back := func(dst, dw, dout, x, w kernels.Buffer, in, out int, add bool) {
		d.MatMul(dst, dout, w, kernels.Dims{M: T, N: in, K: out, TransB: true, Accumulate: add})
		d.MatMul(dw, x, dout, kernels.Dims{M: in, N: out, K: T, TransA: true, Accumulate: true})
	}
	back(b.dact, g.down, b.dx, s.act, w.down, hid, dim, false)
	d.SwiGLUGrad(b.dact, b.dup, b.dact, s.gate, s.up) // dgate takes the place of dact
	back(b.dn, g.gate, b.dact, s.n2, w.gate, dim, hid, false)
	back(b.dn, g.up, b.dup, s.n2, w.up, dim, hid, true)
	d.RMSNormGrad(b.dx, g.mlpNorm, b.dn, s.mid, w.mlpNorm, s.r2, dim)

	back(b.datt, g.o, b.dx, s.att, w.o, dim, dim, false)
	d.Zero(b.dk)
	d.Zero(b.dv)
	d.AttentionGrad(b.dq, p.dctx, b.datt, s.att, s.lse, s.q, p.in.Start, ctx, kernels.Heads{Q: c.Heads, KV: c.KVHeads, Dim: c.HeadDim()})
	d.Rope(b.dq, p.pos, c.Heads, c.HeadDim(), c.Theta, true)
	d.Rope(b.dk, p.pos, c.KVHeads, c.HeadDim(), c.Theta, true)
	back(b.dn, g.q, b.dq, s.n1, w.q, dim, dim, false)
	back(b.dn, g.k, b.dk, s.n1, w.k, dim, kv, true)
	back(b.dn, g.v, b.dv, s.n1, w.v, dim, kv, true)
	d.RMSNormGrad(b.dx, g.attnNorm, b.dn, s.x, w.attnNorm, s.r1, dim)
}
