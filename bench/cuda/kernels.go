package main

import (
	"fmt"
	"math"

	"github.com/turngym/turngym/kernels"
)

// shop makes what an operation needs, and counts the bytes that it must move: all
// of its buffers once.
type shop struct {
	job
	d     kernels.Device
	bytes float64
	work  float64
}

func (s *shop) count(b kernels.Buffer) kernels.Buffer {
	s.bytes += float64(width(b) * b.Len())
	return filled(s.d, b)
}

func (s *shop) act(n int) kernels.Buffer   { return s.count(activations(s.d, n)) }
func (s *shop) float(n int) kernels.Buffer { return s.count(s.d.New(n)) }
func (s *shop) half(n int) kernels.Buffer  { return s.count(s.d.NewHalf(n)) }

// twice is for a buffer that is read and written.
func (s *shop) twice(b kernels.Buffer) kernels.Buffer {
	s.bytes += float64(width(b) * b.Len())
	return b
}

func (s *shop) heads() kernels.Heads {
	return kernels.Heads{Q: s.Heads, KV: s.KV, Dim: s.Dim / s.Heads}
}

// starts are those of M tokens' sequences of Len.
func (s *shop) starts() (list []int32) {
	for at := 0; at <= s.M; at += s.Len {
		list = append(list, int32(at))
	}
	return list
}

func (s *shop) positions() []int32 {
	list := make([]int32, s.M)
	for i := range list {
		list[i] = int32(i % s.Len)
	}
	return list
}

func (s *shop) ids(n int) []int32 {
	list := make([]int32, n)
	for i := range list {
		list[i] = int32((i*i%10007*31 + i*7) % s.Vocab)
	}
	return list
}

// causal is the work of so many products of attention with what a mask leaves.
func (s *shop) causal(products int) {
	s.work = float64(products*s.M*s.Dim) * float64(s.Len+1)
}

// loss is the output layer's forward pass, or its backward pass, which has the
// logits to do again.
func (s *shop) loss(part string) func() {
	b := output(s.d, s.job)
	s.work = 2 * float64(s.M) * float64(s.Dim) * float64(s.Vocab)
	if part == "" {
		s.bytes = float64(4*s.M*s.Dim + 2*s.Vocab*s.Dim + 2*4*s.M)
	} else {
		s.bytes, s.work = float64(b.given), 3*s.work
	}
	return b.parts[part]
}

// ops are the operations of kernels.Device, as a training step and decoding in
// bfloat16 ask for them; peer.py has the same names. Products are rows of their own.
var ops = []struct {
	name string
	make func(s *shop) func()
}{
	{"embed", func(s *shop) func() {
		table, ids, out := filled(s.d, s.d.NewHalf(s.Vocab*s.Dim)), s.ids(s.M), s.float(s.M*s.Dim)
		s.bytes += 2 * float64(s.M*s.Dim)
		return func() { s.d.Embed(out, table, ids, s.Dim) }
	}},
	{"embed grad", func(s *shop) func() {
		table, ids, out := filled(s.d, s.d.New(s.Vocab*s.Dim)), s.ids(s.M), s.float(s.M*s.Dim)
		s.bytes += 2 * 4 * float64(s.M*s.Dim)
		return func() { s.d.EmbedGrad(table, out, ids, s.Dim) }
	}},
	{"add", func(s *shop) func() {
		out, a := s.float(s.M*s.Dim), s.float(s.M*s.Dim)
		s.twice(out)
		return func() { s.d.Add(out, a) }
	}},
	{"sum rows", func(s *shop) func() {
		dst, x := s.float(s.Dim), s.act(s.M*s.Dim)
		return func() { s.d.SumRows(dst, x, s.Dim) }
	}},
	{"rms norm", func(s *shop) func() {
		out, r, x, w := s.act(s.M*s.Dim), s.float(s.M), s.float(s.M*s.Dim), s.float(s.Dim)
		return func() { s.d.RMSNorm(out, r, x, w, s.Dim, 1e-6) }
	}},
	{"rms norm grad", func(s *shop) func() {
		dx, dw, dout, x, w, r := s.twice(s.float(s.M*s.Dim)), s.float(s.Dim), s.act(s.M*s.Dim), s.float(s.M*s.Dim), s.float(s.Dim), s.float(s.M)
		return func() { s.d.RMSNormGrad(dx, dw, dout, x, w, r, s.Dim) }
	}},
	{"layer norm", func(s *shop) func() {
		out, m, r, x, w, b := s.float(s.M*s.Dim), s.float(s.M), s.float(s.M), s.float(s.M*s.Dim), s.float(s.Dim), s.float(s.Dim)
		return func() { s.d.LayerNorm(out, m, r, x, w, b, s.Dim, 1e-6) }
	}},
	{"layer norm grad", func(s *shop) func() {
		dx, dw, db, dout, x, w := s.twice(s.float(s.M*s.Dim)), s.float(s.Dim), s.float(s.Dim), s.float(s.M*s.Dim), s.float(s.M*s.Dim), s.float(s.Dim)
		m, r := s.float(s.M), s.float(s.M)
		return func() { s.d.LayerNormGrad(dx, dw, db, dout, x, w, m, r, s.Dim) }
	}},
	{"rope", func(s *shop) func() {
		x, pos, freq := s.twice(s.act(s.M*s.Dim)), s.positions(), make([]float64, s.Dim/s.Heads/2)
		for i := range freq {
			freq[i] = math.Pow(1e6, -float64(i)/float64(len(freq)))
		}
		return func() { s.d.Rope(x, pos, s.Heads, s.Dim/s.Heads, freq, false) }
	}},
	{"attention", func(s *shop) func() {
		h, start := s.heads(), s.starts()
		kv := s.M * h.KV * h.Dim
		out, lse, q, k, v := s.act(s.M*s.Dim), s.float(s.M*h.Q), s.act(s.M*s.Dim), s.act(kv), s.act(kv)
		s.causal(2)
		return func() { s.d.Attention(out, lse, q, k, v, start, h) }
	}},
	{"attention grad", func(s *shop) func() {
		h, start := s.heads(), s.starts()
		kv := s.M * h.KV * h.Dim
		out, lse, q, k, v := s.act(s.M*s.Dim), s.float(s.M*h.Q), s.act(s.M*s.Dim), s.act(kv), s.act(kv)
		dq, dk, dv, dout := s.act(s.M*s.Dim), s.act(kv), s.act(kv), s.act(s.M*s.Dim)
		s.d.Attention(out, lse, q, k, v, start, h)
		s.causal(5)
		return func() { s.d.AttentionGrad(dq, dk, dv, dout, out, lse, q, k, v, start, h) }
	}},
	{"attention paged", func(s *shop) func() {
		h, start, pages := s.heads(), make([]int32, s.Seqs+1), make([]kernels.Pages, s.Seqs)
		kv := s.Seqs * h.KV * h.Dim
		out, q, k, v := s.act(s.Seqs*s.Dim), s.act(s.Seqs*s.Dim), s.act(kv), s.act(kv)
		for i := range pages {
			start[i+1], pages[i].Len = int32(i+1), s.N
			for len(pages[i].List)*kernels.PageTokens < s.N {
				pages[i].List = append(pages[i].List, filled(s.d, activations(s.d, s.d.PageLen(h))))
			}
		}
		s.bytes += 2 * float64(s.N*kv*width(k))
		return func() { s.d.AttentionPaged(out, q, k, v, start, pages, h) }
	}},
	{"swiglu", func(s *shop) func() {
		out, gate, up := s.act(s.M*s.Hidden), s.act(s.M*s.Hidden), s.act(s.M*s.Hidden)
		return func() { s.d.SwiGLU(out, gate, up) }
	}},
	{"swiglu grad", func(s *shop) func() {
		dgate, dup, dout, gate, up := s.act(s.M*s.Hidden), s.act(s.M*s.Hidden), s.act(s.M*s.Hidden), s.act(s.M*s.Hidden), s.act(s.M*s.Hidden)
		return func() { s.d.SwiGLUGrad(dgate, dup, dout, gate, up) }
	}},
	{"gelu", func(s *shop) func() {
		out, x := s.float(s.M*s.Hidden), s.float(s.M*s.Hidden)
		return func() { s.d.GELU(out, x) }
	}},
	{"gelu grad", func(s *shop) func() {
		dx, dout, x := s.float(s.M*s.Hidden), s.float(s.M*s.Hidden), s.float(s.M*s.Hidden)
		return func() { s.d.GELUGrad(dx, dout, x) }
	}},
	{"log prob", func(s *shop) func() { return s.loss("") }},
	{"log prob grad", func(s *shop) func() { return s.loss("backward") }},
	{"sample", func(s *shop) func() {
		h, table, id, logp, zeros := s.float(s.Seqs*s.Dim), s.half(s.Vocab*s.Dim), make([]int32, s.Seqs), make([]float32, s.Seqs), make([]float64, s.Seqs)
		s.work = 2 * float64(s.Seqs*s.Vocab*s.Dim)
		return func() {
			s.d.Sample(id, logp, h, table, kernels.Allow{Start: make([]int32, s.Seqs+1)}, s.Dim, zeros, zeros)
		}
	}},
	{"top 5", func(s *shop) func() {
		h, table, id, logp := s.float(s.Seqs*s.Dim), s.half(s.Vocab*s.Dim), make([]int32, 5*s.Seqs), make([]float32, 5*s.Seqs)
		s.work = 2 * float64(s.Seqs*s.Vocab*s.Dim)
		return func() { s.d.Top(id, logp, h, table, kernels.Allow{Start: make([]int32, s.Seqs+1)}, s.Dim, 5) }
	}},
	{"adamw", func(s *shop) func() {
		p, g, m, v := s.twice(s.float(s.N)), s.float(s.N), s.twice(s.float(s.N)), s.twice(s.float(s.N))
		s.d.Zero(v)
		o := kernels.AdamW{LR: 1e-4, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1, Step: 1, Scale: 1}
		return func() { s.d.AdamW(p, g, m, v, o) }
	}},
	{"sum squares", func(s *shop) func() {
		x := s.float(s.N)
		return func() { s.d.SumSquares(x) }
	}},
	{"round", func(s *shop) func() {
		from, to := s.float(s.N), s.half(s.N)
		return func() { s.d.Copy(to, from) }
	}},
	{"zero", func(s *shop) func() {
		x := s.float(s.N)
		return func() { s.d.Zero(x) }
	}},
}

// products is MatMul, as a layer multiplies: its rows with weights, gradients with
// weights turned round, and rows turned round with gradients, added to what there is.
func products(s *shop) func() {
	s.work = 2 * float64(s.M) * float64(s.N) * float64(s.K)
	dims := kernels.Dims{M: s.M, N: s.N, K: s.K, TransA: s.TA, TransB: s.TB}
	a := s.act(s.M * s.K)
	if !s.TA {
		b, out := s.half(s.K*s.N), s.act(s.M*s.N)
		return func() { s.d.MatMul(out, a, b, dims) }
	}
	b, out := s.act(s.K*s.N), s.twice(s.float(s.M*s.N))
	dims.Plus = out
	return func() { s.d.MatMul(out, a, b, dims) }
}

func operation(d kernels.Device, j job) (*built, error) {
	s, f := &shop{job: j, d: d}, products
	for _, o := range ops {
		if o.name == j.Op {
			f = o.make
		}
	}
	call := f(s)
	return &built{parts: map[string]func(){"": call}, bytes: s.bytes, work: s.work}, nil
}

// kernels is each operation at the sizes of the first model.
func (b *bench) kernels() error {
	s := &b.sizes
	m := s.models[0]
	t := b.report.table("kernels", fmt.Sprintf("%s, %d tokens in sequences of %d, %d sequences of %d to decode, microseconds, of torch its kernels' alone, with all in bfloat16, where ours has streams and weights' gradients in float32; the least bytes and the products a second, and which share of the card that is",
		m.name, s.tokens, s.length, s.concurrent, s.prompt+s.more/2), column{name: "gym"}, column{name: "torch"}, column{"ratio", "%.2f"},
		column{name: "GB/s"}, column{name: "TFLOP/s"}, column{"of the card", "%.2f"})
	list := b.sides()
	defer func() { closeAll(list) }()
	for _, j := range b.operations(m) {
		b.measure(list, j)
		seconds := func(i int) float64 { return figure(list, i, (*side).seconds) }
		us := func(i int) float64 { return 1e6 * seconds(i) }
		moved, work := list[0].last.Bytes, list[0].last.Work
		share := max(moved/b.copying, work/b.matrix) / seconds(0)
		if work == 0 {
			work = nan
		}
		if err := t.row(j.title(), notes(list), us(0), us(1), us(1)/us(0), moved/seconds(0)/1e9, work/seconds(0)/1e12, share); err != nil {
			return err
		}
		for i, s := range list {
			if s.err != nil && s.err != errTime { // what a GPU failed in, it may not come back from
				s.close()
				list[i] = b.sideOf(s.name)
				list[i].hear()
			}
		}
	}
	return nil
}

func (j job) title() string {
	if j.Op != "product" {
		return j.Op
	}
	layout := []byte("NN")
	if j.TA {
		layout[0] = 'T'
	}
	if j.TB {
		layout[1] = 'T'
	}
	return fmt.Sprintf("%dx%dx%d %s", j.M, j.N, j.K, layout)
}

// operations are the rows of the table.
func (b *bench) operations(m shape) (list []job) {
	s := &b.sizes
	kv := m.Dim / m.Heads * m.KV
	for _, w := range [][2]int{{m.Dim, m.Dim}, {m.Dim, kv}, {m.Dim, m.Hidden}, {m.Hidden, m.Dim}} {
		list = append(list, job{Kind: "kernel", Op: "product", M: s.tokens, N: w[1], K: w[0]},
			job{Kind: "kernel", Op: "product", M: s.tokens, N: w[0], K: w[1], TB: true},
			job{Kind: "kernel", Op: "product", M: w[0], N: w[1], K: s.tokens, TA: true})
	}
	for _, o := range ops {
		j := job{Kind: "kernel", Op: o.name, shape: m, M: s.tokens, N: s.params, Seqs: s.concurrent, Len: min(s.length, s.tokens)}
		if o.name == "attention paged" {
			j.N = s.prompt + s.more/2
		}
		list = append(list, j)
	}
	return list
}
