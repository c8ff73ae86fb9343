package model

import (
	"math"
	"math/rand/v2"
	"strings"

	"github.com/turngym/turngym/kernels"
)

// The attention of a new model is close to what trained transformers have:
// queries meet keys of the same content (W_Q·W_Kᵀ near a multiple of the
// identity), and values come back as what they were (W_V·W_O near a multiple
// of the identity): mimetic initialisation, Trockman and Kolter 2023. A model
// that must find the element that the goal names starts with eyes for it.
const (
	embedStd   = 1.0  // rows of the embedding have unit entries, times dim^-1/2 (see init)
	mimeticQK  = 0.9  // weight of the identity in W_Q·W_Kᵀ
	mimeticVO  = 0.5  // in W_V·W_O
	mimeticDev = 0.35 // of the noise beside it, relative
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
	for _, p := range m.w.list {
		switch {
		case p.Name == "value_head.weight":
		case p.Rows == 0:
			ones := make([]float32, p.Cols)
			for i := range ones {
				ones[i] = 1
			}
			m.dev.Write(p.Buffer, ones)
		case strings.Contains(p.Name, "embed"):
			gauss(p.Buffer, embedStd/math.Sqrt(float64(m.Dim)))
		case strings.Contains(p.Name, "down_proj"):
			gauss(p.Buffer, 1/math.Sqrt(float64(p.Rows)*2*float64(m.Layers)))
		default:
			gauss(p.Buffer, 1/math.Sqrt(float64(p.Rows)))
		}
	}
	for i := range m.w.layers {
		m.mimetic(&m.w.layers[i], rng)
	}
}

// mimetic gives every head a random subspace of the stream in which its
// queries and keys agree; its values and outputs share another one. Query
// heads of a group share their group's.
func (m *Model) mimetic(l *layer, rng *rand.Rand) {
	d, hd := m.Dim, m.HeadDim()
	group := m.Heads / m.KVHeads
	q, k, v, o := make([]float32, d*d), make([]float32, d*m.KVHeads*hd), make([]float32, d*m.KVHeads*hd), make([]float32, d*d)
	noise := mimeticDev / math.Sqrt(float64(d))
	for kv := range m.KVHeads {
		look, carry := subspace(d, hd, rng), subspace(d, hd, rng)
		for i := range d {
			for j := range hd {
				a, b := look[i*hd+j], carry[i*hd+j]
				k[i*m.KVHeads*hd+kv*hd+j] = float32(a*math.Sqrt(mimeticQK) + rng.NormFloat64()*noise)
				v[i*m.KVHeads*hd+kv*hd+j] = float32(b*math.Sqrt(mimeticVO) + rng.NormFloat64()*noise)
				for g := range group {
					h := kv*group + g
					q[i*d+h*hd+j] = float32(a*math.Sqrt(mimeticQK)*2 + rng.NormFloat64()*noise)
					o[(h*hd+j)*d+i] = float32(b*math.Sqrt(mimeticVO)/float64(group) + rng.NormFloat64()*noise/math.Sqrt(2*float64(m.Layers)))
				}
			}
		}
	}
	m.dev.Write(l.q, q)
	m.dev.Write(l.k, k)
	m.dev.Write(l.v, v)
	m.dev.Write(l.o, o)
}

// subspace is n random directions of d dimensions, orthogonal to each other
// on average, of length sqrt(d/n) · sqrt(n/d) = 1 each: [d, n].
func subspace(d, n int, rng *rand.Rand) []float64 {
	x := make([]float64, d*n)
	for i := range x {
		x[i] = rng.NormFloat64() / math.Sqrt(float64(n))
	}
	return x
}
