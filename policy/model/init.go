package model

import (
	"math"
	"math/rand/v2"
	"strings"

	"github.com/turngym/turngym/kernels"
)

// Attention starts close to what trained transformers have: W_Q·W_Kᵀ and
// W_V·W_O are multiples of the identity on random subspaces (mimetic
// initialisation, Trockman and Kolter 2023). A head then looks at what is like
// the token at hand and carries over what it is: half of what it takes to find
// the element that a goal names. With alpha seven times as large nothing is
// learnt for a long time: every token sees itself only.
const (
	alpha = 0.5 // of the queries
	beta  = 1.0 // of the outputs
)

// init draws the weights: linear layers with variance 1/in, layers that write
// to the residual stream scaled down by sqrt(2*layers), norms 1, value head 0.
func (m *Model) init(seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 0x6d6f64656c))
	gauss := func(b kernels.Buffer, std float64) {
		x := make([]float32, b.Len())
		for i := range x {
			x[i] = float32(rng.NormFloat64() * std)
		}
		m.dev.Write(b, x)
	}
	for _, p := range m.master.list {
		switch {
		case p.Name == valueHead || strings.HasSuffix(p.Name, ".bias"):
		case p.Rows == 0:
			ones := make([]float32, p.Cols)
			for i := range ones {
				ones[i] = 1
			}
			m.dev.Write(p.Buffer, ones)
		case p.byToken():
			gauss(p.Buffer, 1/math.Sqrt(float64(m.Dim)))
			if strings.HasPrefix(p.Name, "type") {
				m.dev.Zero(p.Buffer.Slice(0, m.Dim))
			}
		case strings.Contains(p.Name, "down_proj"):
			gauss(p.Buffer, 1/math.Sqrt(float64(p.Rows)*2*float64(m.Layers)))
		default:
			gauss(p.Buffer, 1/math.Sqrt(float64(p.Rows)))
		}
	}
	for i := range m.master.layers {
		m.mimetic(&m.master.layers[i], rng)
	}
}

// mimetic gives the heads of a group a shared random subspace in which queries
// and keys agree, and another one that values read and outputs write.
func (m *Model) mimetic(l *layer, rng *rand.Rand) {
	d, hd, qs, kvs := m.Dim, m.HeadDim(), m.Heads*m.HeadDim(), m.KVHeads*m.HeadDim()
	group := m.Heads / m.KVHeads
	q, k, v, o := make([]float32, d*qs), make([]float32, d*kvs), make([]float32, d*kvs), make([]float32, qs*d)
	std := 1 / math.Sqrt(float64(d))
	for i := range d {
		for j := range kvs {
			look, carry := rng.NormFloat64()*std, rng.NormFloat64()*std
			k[i*kvs+j], v[i*kvs+j] = float32(look), float32(carry)
			for g := range group {
				h := j/hd*group + g
				q[i*qs+h*hd+j%hd] = float32(look * alpha)
				o[(h*hd+j%hd)*d+i] = float32(carry * beta)
			}
		}
	}
	m.dev.Write(l.q.w, q)
	m.dev.Write(l.k.w, k)
	m.dev.Write(l.v.w, v)
	m.dev.Write(l.o.w, o)
}
