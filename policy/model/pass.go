package model

import (
	"fmt"

	"github.com/turngym/turngym/kernels"
)

// state is what one layer keeps for its backward pass; T tokens. What is quickly
// computed again (the norms, the product of the hidden layer) is not among it. The
// streams x and mid, lse and the norms' r are float32, the others activations: of
// bfloat16 where Config.halves says so.
type state struct {
	x, r1, q, k, v, att, lse, mid, r2, gate, up kernels.Buffer
	rawQ, rawK, rq, rk                          kernels.Buffer // before the heads' norms, where they have them
}

// grads are the gradients on the way down; T tokens. dx is float32, the others are
// activations.
type grads struct {
	dx, dn, dact, dup, datt, dq, dk, dv kernels.Buffer // of the stream, after a norm, of the hidden layer, of attention
	dy                                  kernels.Buffer // dx as products take it: rounded, or itself
}

// Pass computes one batch at a time and adds its gradient to the model's. It is
// used by one goroutine.
type Pass struct {
	// Budget is about how many bytes of activations are kept for the backward
	// pass; layers beyond it keep their input only and are computed again. 0 keeps
	// all.
	Budget int64

	m     *Model
	room  tokenRoom // of the largest batch so far
	batch tokenRoom // room, cut to the batch

	rowCap, targetCap int
	h, dh             kernels.Buffer // [N, dim]
	ent, val          kernels.Buffer // [N]
	lp                kernels.Buffer // [targets]

	in  Input
	pos []int32
	out Output
}

// tokenRoom is all that a batch of so many tokens needs.
type tokenRoom struct {
	tokens int
	states []state           // by layer; those that are computed again share all but x
	whole  int               // layers that keep their state
	n, act kernels.Buffer    // scratch: after a norm, the hidden layer
	low    [2]kernels.Buffer // between the halves of an adapter, and its gradient
	xf, rf kernels.Buffer    // the last residual stream
	back   grads
}

// NewPass makes room for nothing yet; buffers grow with the first batches.
func (m *Model) NewPass() *Pass { return &Pass{m: m} }

// fit makes room for a batch and cuts the buffers to its size.
func (p *Pass) fit(tokens, rows, targets int) {
	d, c := p.m.dev, p.m.Config
	if tokens > p.room.tokens {
		p.batch = tokenRoom{}
		p.room = newRoom(d, c, tokens+tokens/8, p.m.lora.Rank, p.Budget)
	}
	if rows > p.rowCap {
		p.rowCap = rows + rows/8
		p.h, p.dh = d.New(p.rowCap*c.Dim), d.New(p.rowCap*c.Dim)
		p.ent, p.val = d.New(p.rowCap), d.New(p.rowCap)
	}
	if targets > p.targetCap {
		p.targetCap = targets + targets/8
		p.lp = d.New(p.targetCap)
	}
	if tokens != p.batch.tokens || p.batch.states == nil {
		p.batch = p.room.cut(c, tokens)
	}
}

func newRoom(d kernels.Device, c Config, n, rank int, budget int64) tokenRoom {
	r := tokenRoom{tokens: n, states: make([]state, c.Layers), whole: c.Layers}
	r.scratch(d, c, n, rank)
	q, kv, half := n*c.Heads*c.HeadDim(), n*c.KVHeads*c.HeadDim(), c.halves(d)
	act := func(n int) kernels.Buffer { return room(d, n, half) }
	r.xf, r.rf = d.New(n*c.Dim), d.New(n)
	r.back = grads{dx: d.New(n * c.Dim), dn: act(n * c.Dim), dact: act(n * c.Hidden), dup: act(n * c.Hidden),
		datt: act(q), dq: act(q), dk: act(kv), dv: act(kv)}
	if r.back.dy = r.back.dx; half {
		r.back.dy = act(n * c.Dim)
	}
	if budget > 0 {
		width := int64(4)
		if half {
			width = 2
		}
		streams, each := 4*int64(c.Layers*n*c.Dim), 4*int64(n*c.Dim)+width*int64(2*q+2*kv+2*n*c.Hidden)
		if c.HeadNorm {
			each += width * int64(q+kv)
		}
		if r.whole = int(max(0, budget-streams) / each); r.whole >= c.Layers {
			r.whole = c.Layers
		} else {
			r.whole = max(0, r.whole-1) // one is shared by the others
		}
	}
	for i := range r.states {
		if i > r.whole {
			r.states[i] = r.states[r.whole]
		} else {
			r.states[i] = newState(d, c, n)
			r.states[i].k, r.states[i].lse = act(kv), d.New(n*c.Heads)
		}
		r.states[i].x = d.New(n * c.Dim)
	}
	return r
}

// scratch makes what all layers share.
func (r *tokenRoom) scratch(d kernels.Device, c Config, n, rank int) {
	half := c.halves(d)
	r.n, r.act = room(d, n*c.Dim, half), room(d, n*c.Hidden, half)
	if rank > 0 {
		r.low = [2]kernels.Buffer{room(d, n*rank, half), room(d, n*rank, half)}
	}
}

// newState is a layer's activations but for its input, its keys and lse.
func newState(d kernels.Device, c Config, n int) state {
	q, kv := n*c.Heads*c.HeadDim(), n*c.KVHeads*c.HeadDim()
	act := func(n int) kernels.Buffer { return room(d, n, c.halves(d)) }
	s := state{r1: d.New(n), q: act(q), v: act(kv), att: act(q), mid: d.New(n * c.Dim), r2: d.New(n),
		gate: act(n * c.Hidden), up: act(n * c.Hidden)}
	if c.HeadNorm {
		s.rawQ, s.rawK, s.rq, s.rk = act(q), act(kv), d.New(n*c.Heads), d.New(n*c.KVHeads)
	}
	return s
}

// cut is s for n tokens.
func (s *state) cut(c Config, n int) state {
	q, kv, hid := n*c.Heads*c.HeadDim(), n*c.KVHeads*c.HeadDim(), n*c.Hidden
	return state{x: head(s.x, n*c.Dim), r1: s.r1, q: head(s.q, q), k: head(s.k, kv), v: head(s.v, kv), att: head(s.att, q), lse: s.lse,
		mid: head(s.mid, n*c.Dim), r2: s.r2, gate: head(s.gate, hid), up: head(s.up, hid),
		rawQ: head(s.rawQ, q), rawK: head(s.rawK, kv), rq: s.rq, rk: s.rk}
}

// cut is r for n tokens.
func (r *tokenRoom) cut(c Config, n int) tokenRoom {
	dim, q, kv, hid := n*c.Dim, n*c.Heads*c.HeadDim(), n*c.KVHeads*c.HeadDim(), n*c.Hidden
	b := &r.back
	out := tokenRoom{tokens: n, whole: r.whole, n: head(r.n, dim), act: head(r.act, hid), xf: head(r.xf, dim), rf: r.rf, low: r.low,
		back: grads{dx: head(b.dx, dim), dy: head(b.dy, dim), dn: head(b.dn, dim), dact: head(b.dact, hid), dup: head(b.dup, hid),
			datt: head(b.datt, q), dq: head(b.dq, q), dk: head(b.dk, kv), dv: head(b.dv, kv)}}
	for i := range r.states {
		out.states = append(out.states, r.states[i].cut(c, n))
	}
	return out
}

// head is the first n elements; nil of nil.
func head(b kernels.Buffer, n int) kernels.Buffer {
	if b == nil {
		return nil
	}
	return b.Slice(0, n)
}

// embed writes the tokens' embeddings, their types' added, to x; scratch is as x.
func embed(d kernels.Device, w *params, x, scratch kernels.Buffer, ids, types []int32, dim int) {
	d.Embed(x, w.embed, ids, dim)
	if types != nil && w.types != nil {
		d.Embed(scratch, w.types, types, dim)
		d.Add(x, scratch)
	}
}

// attend is the attention of a layer's s.q over its s.k and s.v, and what else
// the queries see, to s.att.
type attend func(s *state)

// block runs one layer on r.tokens tokens: from s.x [T, dim] to out. What it
// keeps is in s; the rest of r is scratch.
func block(d kernels.Device, c Config, w *params, l *layer, s *state, r *tokenRoom, out kernels.Buffer, pos []int32, f attend) {
	inner(d, c, w, l, s, r, pos, f)
	d.SwiGLU(r.act, s.gate, s.up)
	w.mul(d, out, r.act, &l.down, r.tokens, s.mid, r.low[0])
}

// inner is block up to the hidden layer: all that s keeps.
func inner(d kernels.Device, c Config, w *params, l *layer, s *state, r *tokenRoom, pos []int32, f attend) {
	dim, hd, n, T, low := c.Dim, c.HeadDim(), r.n, r.tokens, r.low[0]
	d.RMSNorm(n, s.r1, s.x, l.attnNorm, dim, c.Eps)
	toQ, toK := s.q, s.k
	if c.HeadNorm {
		toQ, toK = s.rawQ, s.rawK
	}
	w.mul(d, toQ, n, &l.q, T, l.qBias, low)
	w.mul(d, toK, n, &l.k, T, l.kBias, low)
	w.mul(d, s.v, n, &l.v, T, l.vBias, low)
	if c.HeadNorm {
		d.RMSNorm(s.q, s.rq, s.rawQ, l.qNorm, hd, c.Eps)
		d.RMSNorm(s.k, s.rk, s.rawK, l.kNorm, hd, c.Eps)
	}
	d.Rope(s.q, pos, c.Heads, hd, w.freq, false)
	d.Rope(s.k, pos, c.KVHeads, hd, w.freq, false)
	f(s)
	w.mul(d, s.mid, s.att, &l.o, T, s.x, low)
	d.RMSNorm(n, s.r2, s.mid, l.mlpNorm, dim, c.Eps)
	w.mul(d, s.gate, n, &l.gate, T, nil, low)
	w.mul(d, s.up, n, &l.up, T, nil, low)
}

// attention is that of the batch's sequences among themselves.
func (p *Pass) attention(s *state) {
	p.m.dev.Attention(s.att, s.lse, s.q, s.k, s.v, p.in.Start, p.m.shape())
}

// Forward scores the rows' targets. The output and everything that Backward
// needs, the caller's slices in in among it, must stay as they are until the
// next Forward. A batch without rows is not computed at all.
func (p *Pass) Forward(in Input) (Output, error) {
	c, d := p.m.Config, p.m.dev
	p.in = Input{}
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
	p.fit(T, N, len(in.Target.IDs))
	w, r := p.m.w, &p.batch
	embed(d, w, r.states[0].x, r.xf, in.IDs, in.Types, c.Dim)
	for i := range r.states {
		out := r.xf
		if i+1 < len(r.states) {
			out = r.states[i+1].x
		}
		block(d, c, w, &w.layers[i], &r.states[i], r, out, p.pos, p.attention)
	}
	d.RMSNorm(r.n, r.rf, r.xf, w.norm, c.Dim, c.Eps)
	h := head(p.h, N*c.Dim)
	d.Embed(h, r.n, in.Rows, c.Dim)
	d.LogProb(p.lp, p.ent, h, w.head, in.Target, in.Allow, c.Dim)
	d.MatMul(p.val, h, w.value, kernels.Dims{M: N, N: 1, K: c.Dim})
	o := &p.out
	o.LogProb, o.Entropy, o.Value = resize(o.LogProb, len(in.Target.IDs)), resize(o.Entropy, N), resize(o.Value, N)
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

// Top is the k most probable ids of each of the last Forward's rows, and their
// log-probs, as kernels.Device.Top has them; before its Backward.
func (p *Pass) Top(k int) (id []int32, logp []float32) {
	N, dim := len(p.in.Rows), p.m.Dim
	id, logp = make([]int32, N*k), make([]float32, N*k)
	if N > 0 {
		p.m.dev.Top(id, logp, head(p.h, N*dim), p.m.w.head, p.in.Allow, dim, k)
	}
	return id, logp
}

// Backward adds the gradient of sum(dlogp*LogProb) + sum(dentropy*Entropy +
// dvalue*Value) over the last Forward's targets and rows to the model's gradient,
// once for each Forward. It panics where the gradients are not as many.
func (p *Pass) Backward(dlogp, dentropy, dvalue []float32) {
	p.m.learn()
	c, d, w, g := p.m.Config, p.m.dev, p.m.w, p.m.g
	N, dim := len(p.in.Rows), c.Dim
	if n := len(p.in.Target.IDs); len(dlogp) != n || len(dentropy) != N || len(dvalue) != N {
		panic(fmt.Sprintf("model: Backward of %d, %d and %d gradients after a Forward of %d targets and %d rows", len(dlogp), len(dentropy), len(dvalue), n, N))
	}
	if N == 0 {
		return
	}
	d.Write(p.lp, dlogp)
	d.Write(p.ent, dentropy)
	d.Write(p.val, dvalue)
	h, dh, val := head(p.h, N*dim), head(p.dh, N*dim), head(p.val, N)
	d.MatMul(dh, val, w.value, kernels.Dims{M: N, N: dim, K: 1})
	d.MatMul(g.value, h, val, kernels.Dims{M: dim, N: 1, K: N, TransA: true, Plus: g.value})
	d.LogProbGrad(dh, g.head, p.lp, p.ent, h, w.head, p.in.Target, p.in.Allow, dim)
	r := &p.batch
	dn, dx := r.back.dn, r.back.dx
	d.Zero(dn)
	d.EmbedGrad(dn, dh, p.in.Rows, dim)
	d.Zero(dx)
	d.RMSNormGrad(dx, g.norm, dn, r.xf, w.norm, r.rf, dim)
	for i := len(r.states) - 1; i >= 0; i-- {
		s := &r.states[i]
		if i >= r.whole && r.whole < len(r.states) {
			inner(d, p.m.Config, w, &w.layers[i], s, r, p.pos, p.attention)
		}
		p.blockGrad(&w.layers[i], &g.layers[i], s)
	}
	if g.embed != nil {
		d.EmbedGrad(g.embed, dx, p.in.IDs, dim)
	}
	if p.in.Types != nil && g.types != nil {
		d.EmbedGrad(g.types, dx, p.in.Types, dim)
	}
}

// blockGrad turns the gradient of a layer's output in dx into that of its input.
func (p *Pass) blockGrad(w, g *layer, s *state) {
	c, d, r, b := p.m.Config, p.m.dev, &p.batch, &p.batch.back
	dim, hd := c.Dim, c.HeadDim()
	d.SwiGLU(r.act, s.gate, s.up)
	b.round(d)
	p.back(b.dact, b.dy, r.act, &w.down, &g.down, nil)
	d.SwiGLUGrad(b.dact, b.dup, b.dact, s.gate, s.up) // dgate takes the place of dact
	d.RMSNorm(r.n, s.r2, s.mid, w.mlpNorm, dim, c.Eps)
	p.back(b.dn, b.dact, r.n, &w.gate, &g.gate, nil)
	p.back(b.dn, b.dup, r.n, &w.up, &g.up, b.dn)
	d.RMSNormGrad(b.dx, g.mlpNorm, b.dn, s.mid, w.mlpNorm, s.r2, dim)

	b.round(d)
	p.back(b.datt, b.dy, s.att, &w.o, &g.o, nil)
	d.AttentionGrad(b.dq, b.dk, b.dv, b.datt, s.att, s.lse, s.q, s.k, s.v, p.in.Start, p.m.shape())
	d.Rope(b.dq, p.pos, c.Heads, hd, p.m.w.freq, true)
	d.Rope(b.dk, p.pos, c.KVHeads, hd, p.m.w.freq, true)
	dq, dk := b.dq, b.dk
	if c.HeadNorm { // s.q and s.k are not needed any more
		dq, dk = s.q, s.k
		d.Zero(dq)
		d.Zero(dk)
		d.RMSNormGrad(dq, g.qNorm, b.dq, s.rawQ, w.qNorm, s.rq, hd)
		d.RMSNormGrad(dk, g.kNorm, b.dk, s.rawK, w.kNorm, s.rk, hd)
	}
	if g.qBias != nil {
		d.SumRows(g.qBias, dq, w.q.out)
		d.SumRows(g.kBias, dk, w.k.out)
		d.SumRows(g.vBias, b.dv, w.v.out)
	}
	d.RMSNorm(r.n, s.r1, s.x, w.attnNorm, dim, c.Eps)
	p.back(b.dn, dq, r.n, &w.q, &g.q, nil)
	p.back(b.dn, dk, r.n, &w.k, &g.k, b.dn)
	p.back(b.dn, b.dv, r.n, &w.v, &g.v, b.dn)
	d.RMSNormGrad(b.dx, g.attnNorm, b.dn, s.x, w.attnNorm, s.r1, dim)
}

// round brings dy up to date with dx.
func (b *grads) round(d kernels.Device) {
	if b.dy.Half() {
		d.Copy(b.dy, b.dx)
	}
}

// back is the gradient of y = x·w: dx = plus + dy·wᵀ, and w's is added to g.
func (p *Pass) back(dx, dy, x kernels.Buffer, w, g *matrix, plus kernels.Buffer) {
	d, T := p.m.dev, p.batch.tokens
	d.MatMul(dx, dy, w.w, kernels.Dims{M: T, N: w.in, K: w.out, TransB: true, Plus: plus})
	if g.w != nil {
		d.MatMul(g.w, x, dy, kernels.Dims{M: w.in, N: w.out, K: T, TransA: true, Plus: g.w})
	}
	if w.a == nil {
		return
	}
	rank, low, dlow := w.a.Len()/w.in, p.batch.low[0], p.batch.low[1]
	d.MatMul(dlow, dy, w.b, kernels.Dims{M: T, N: rank, K: w.out, TransB: true})
	d.MatMul(dx, dlow, w.a, kernels.Dims{M: T, N: w.in, K: rank, TransB: true, Plus: dx})
	if g.a != nil {
		d.MatMul(low, x, w.a, kernels.Dims{M: T, N: rank, K: w.in})
		d.MatMul(g.b, low, dy, kernels.Dims{M: rank, N: w.out, K: T, TransA: true, Plus: g.b})
		d.MatMul(g.a, x, dlow, kernels.Dims{M: w.in, N: rank, K: T, TransA: true, Plus: g.a})
	}
}
