package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/turngym/turngym/kernels"
)

// Config is the shape of a model.
type Config struct {
	Vocab, Dim, Layers, Heads, KVHeads, Hidden int
	Context                                    int     // most tokens of a sequence
	Theta, Eps                                 float64 // of the rotary positions; of the norms

	Head     int  // size of an attention head; 0 is Dim/Heads
	Bias     bool // of queries, keys and values, as Qwen2 has it
	HeadNorm bool // of each head's queries and keys, as Qwen3 has it
	Untied   bool // the output layer has a matrix of its own
	Typed    bool // tokens have types, each with an embedding
	Half     bool // matrices are bfloat16, of those that learn there is a float32 beside each; so are activations where the device takes such
	Scaling  Scaling
}

// Scaling stretches the slow rotary frequencies for contexts that are longer
// than those a model began with, as Llama 3.1 has it; a Factor of 0 does not.
type Scaling struct {
	Factor, Low, High float64 // how much; of Original, from which wave length on, and up to which not at all
	Original          int     // tokens
}

// freq is the angle by which each pair of a head turns from token to token.
func (c Config) freq() []float64 {
	f, s := make([]float64, c.HeadDim()/2), c.Scaling
	for i := range f {
		f[i] = math.Pow(c.Theta, -2*float64(i)/float64(c.HeadDim()))
		if s.Factor > 0 {
			waves := float64(s.Original) * f[i] / (2 * math.Pi) // within the original context
			smooth := min(1, max(0, (waves-s.Low)/(s.High-s.Low)))
			f[i] *= (1-smooth)/s.Factor + smooth
		}
	}
	return f
}

// Bounds of the sizes, so that a file's numbers cannot overflow.
const (
	sizeMax   = 1 << 22
	layersMax = 1 << 12
)

// Types is how many kinds of token a caller may tell apart.
const Types = 8

// Tiny is the preset that learns on two CPU cores.
func Tiny(vocab int) Config {
	return Config{Vocab: vocab, Dim: 128, Layers: 3, Heads: 4, KVHeads: 4, Hidden: 256, Context: 4096, Theta: 10000, Eps: 1e-5, Typed: true}
}

// HeadDim is the size of one attention head.
func (c Config) HeadDim() int {
	if c.Head > 0 {
		return c.Head
	}
	return c.Dim / c.Heads
}

func (c Config) shape() kernels.Heads {
	return kernels.Heads{Q: c.Heads, KV: c.KVHeads, Dim: c.HeadDim()}
}

// Validate reports all faults at once.
func (c Config) Validate() error {
	var errs []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	for _, f := range []struct {
		name   string
		n, max int
	}{{"vocab", c.Vocab, sizeMax}, {"dim", c.Dim, sizeMax}, {"layers", c.Layers, layersMax}, {"heads", c.Heads, sizeMax},
		{"key-value heads", c.KVHeads, sizeMax}, {"hidden", c.Hidden, sizeMax}, {"context", c.Context, sizeMax}} {
		need(f.n > 0 && f.n <= f.max, "model: %s is %d; it must be between 1 and %d", f.name, f.n, f.max)
	}
	if c.Heads > 0 && c.KVHeads > 0 {
		if c.Head == 0 {
			need(c.Dim%c.Heads == 0 && c.HeadDim()%2 == 0, "model: dim %d must split into %d heads of even size", c.Dim, c.Heads)
		} else {
			need(c.Head > 0 && c.Head <= sizeMax && c.Head%2 == 0, "model: the size of a head is %d; it must be even and at most %d", c.Head, sizeMax)
		}
		need(c.Heads%c.KVHeads == 0, "model: %d heads must be a multiple of %d key-value heads", c.Heads, c.KVHeads)
	}
	need(c.Theta > 0 && c.Eps > 0 && !math.IsInf(c.Theta, 0) && !math.IsInf(c.Eps, 0), "model: theta %v and eps %v must be numbers above 0", c.Theta, c.Eps)
	if s := c.Scaling; s != (Scaling{}) {
		need(s.Factor >= 1 && s.Low > 0 && s.High > s.Low && s.Original > 0 && s.Factor+s.High < math.MaxFloat32,
			"model: the rotary scaling %+v must have a factor of at least 1 and a high factor above the low one", s)
	}
	return errors.Join(errs...)
}

// matrix is a projection (or its gradient): w + a·b.
type matrix struct {
	in, out int
	w       kernels.Buffer // [in, out]; of a gradient nil where it is frozen
	a, b    kernels.Buffer // its adapter [in, rank] and [rank, out]; nil where it has none
}

// layer is one block's parameters (or their gradients).
type layer struct {
	q, k, v, o, gate, up, down matrix
	attnNorm, mlpNorm          kernels.Buffer // [dim]
	qBias, kBias, vBias        kernels.Buffer // nil where the model has none
	qNorm, kNorm               kernels.Buffer // [head size], likewise
}

// params are named views of two flat buffers, that of the matrices and that of
// the vectors.
type params struct {
	embed  kernels.Buffer // [vocab, dim]
	head   kernels.Buffer // [vocab, dim], that of the output; embed where they are tied
	types  kernels.Buffer // [Types, dim]; nil where tokens have none
	layers []layer
	norm   kernels.Buffer // [dim]
	value  kernels.Buffer // [dim]
	list   []Param
	freq   []float64
	packed bool // the layers' matrices are what Pack makes of them
}

// mul is out = plus + x·m for one of the layers' matrices and T rows; low has
// room for what lies between the halves of an adapter.
func (w *params) mul(d kernels.Device, out, x kernels.Buffer, m *matrix, T int, plus, low kernels.Buffer) {
	d.MatMul(out, x, m.w, kernels.Dims{M: T, N: m.out, K: m.in, Packed: w.packed, Plus: plus})
	if m.a != nil {
		rank := m.a.Len() / m.in
		d.MatMul(low, x, m.a, kernels.Dims{M: T, N: rank, K: m.in})
		d.MatMul(out, low, m.b, kernels.Dims{M: T, N: m.out, K: rank, Plus: out})
	}
}

// Param is one named tensor, by its Hugging Face name. Matrices are stored
// [in, out], transposed to what the name's owner stores.
type Param struct {
	Name   string
	Rows   int // 0: a vector
	Cols   int
	Buffer kernels.Buffer
}

// byToken says whether the parameter has a row for each token or type.
func (p Param) byToken() bool { return strings.Contains(p.Name, "embed") || p.Name == lmHead }

// The tensors that the Llama layout does not have.
const (
	valueHead = "value_head.weight"
	typeEmbed = "type_embed.weight"
)

const lmHead = "lm_head.weight" // the output layer's, where it is not tied

// projection is one kind of matrix of a layer.
type projection struct {
	short, long string // q, self_attn.q_proj
	of          func(*layer) *matrix
	size        func(Config) (in, out int)
}

// name is a layer's, without ".weight".
func (p projection) name(layer int) string { return fmt.Sprintf("model.layers.%d.%s", layer, p.long) }

var projections = []projection{
	{"q", "self_attn.q_proj", func(l *layer) *matrix { return &l.q }, func(c Config) (int, int) { return c.Dim, c.Heads * c.HeadDim() }},
	{"k", "self_attn.k_proj", func(l *layer) *matrix { return &l.k }, func(c Config) (int, int) { return c.Dim, c.KVHeads * c.HeadDim() }},
	{"v", "self_attn.v_proj", func(l *layer) *matrix { return &l.v }, func(c Config) (int, int) { return c.Dim, c.KVHeads * c.HeadDim() }},
	{"o", "self_attn.o_proj", func(l *layer) *matrix { return &l.o }, func(c Config) (int, int) { return c.Heads * c.HeadDim(), c.Dim }},
	{"gate", "mlp.gate_proj", func(l *layer) *matrix { return &l.gate }, func(c Config) (int, int) { return c.Dim, c.Hidden }},
	{"up", "mlp.up_proj", func(l *layer) *matrix { return &l.up }, func(c Config) (int, int) { return c.Dim, c.Hidden }},
	{"down", "mlp.down_proj", func(l *layer) *matrix { return &l.down }, func(c Config) (int, int) { return c.Hidden, c.Dim }},
}

// views lays the parameters out in mats and vecs, and counts both. Where these
// are nil it names them only.
func views(c Config, mats, vecs kernels.Buffer) (w *params, matrices, vectors int) {
	w = &params{layers: make([]layer, c.Layers), freq: c.freq()}
	take := func(name string, rows, cols int) kernels.Buffer {
		from, at, n := mats, &matrices, rows*cols
		if rows == 0 {
			from, at, n = vecs, &vectors, cols
		}
		*at += n
		var b kernels.Buffer
		if from != nil {
			b = from.Slice(*at-n, *at)
		}
		w.list = append(w.list, Param{name, rows, cols, b})
		return b
	}
	q, kv := c.Heads*c.HeadDim(), c.KVHeads*c.HeadDim()
	w.embed = take("model.embed_tokens.weight", c.Vocab, c.Dim)
	w.head = w.embed
	if c.Untied {
		w.head = take(lmHead, c.Vocab, c.Dim)
	}
	if c.Typed {
		w.types = take(typeEmbed, Types, c.Dim)
	}
	for i := range w.layers {
		for _, p := range projections {
			m := p.of(&w.layers[i])
			m.in, m.out = p.size(c)
			m.w = take(p.name(i)+".weight", m.in, m.out)
		}
	}
	for i := range w.layers {
		l, p := &w.layers[i], fmt.Sprintf("model.layers.%d.", i)
		l.attnNorm = take(p+"input_layernorm.weight", 0, c.Dim)
		l.mlpNorm = take(p+"post_attention_layernorm.weight", 0, c.Dim)
		if c.Bias {
			l.qBias, l.kBias, l.vBias = take(p+"self_attn.q_proj.bias", 0, q), take(p+"self_attn.k_proj.bias", 0, kv), take(p+"self_attn.v_proj.bias", 0, kv)
		}
		if c.HeadNorm {
			l.qNorm, l.kNorm = take(p+"self_attn.q_norm.weight", 0, c.HeadDim()), take(p+"self_attn.k_norm.weight", 0, c.HeadDim())
		}
	}
	w.norm = take("model.norm.weight", 0, c.Dim)
	w.value = take(valueHead, 0, c.Dim)
	return w, matrices, vectors
}

// within is views of one buffer: matrices first, then vectors.
func within(c Config, flat kernels.Buffer) *params {
	_, k, n := views(c, nil, nil)
	w, _, _ := views(c, flat.Slice(0, k), flat.Slice(k, k+n))
	return w
}

// Model is parameters, gradients and optimizer state.
type Model struct {
	Config
	dev    kernels.Device
	w      *params        // what is computed with
	master *params        // float32s of w that learn: w itself, or what its matrices are rounded from; nil: w is frozen
	flat   kernels.Buffer // all that is trained: of master, or of adapters; nil: nothing
	matrix int            // numbers of flat that are matrices
	half   kernels.Buffer // w's matrices, rounded from flat's, where they are bfloat16 and learn

	g    *params // of flat, and nil where something is frozen; made with grad, m and v by learn
	grad kernels.Buffer
	m, v kernels.Buffer
	step int

	lora    LoRA
	on      []projection // that have adapters
	adapted []Param      // what flat is made of, where there are adapters
	frozen  *Decoder
	said    map[string]json.RawMessage // by the config.json it was loaded from
	fixed   bool                       // adapters do not learn either
}

// New makes a model with random weights.
func New(dev kernels.Device, c Config, seed uint64) (*Model, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	m := alloc(dev, c, false)
	m.init(seed)
	m.round()
	return m, nil
}

// alloc makes room for weights that learn, or that are frozen.
func alloc(dev kernels.Device, c Config, frozen bool) *Model {
	_, k, n := views(c, nil, nil)
	m := &Model{Config: c, dev: dev}
	if frozen {
		m.w, _, _ = views(c, room(dev, k, c.Half), dev.New(n))
		return m
	}
	m.flat, m.matrix = dev.New(k+n), k
	m.master = within(c, m.flat)
	if m.w = m.master; c.Half {
		m.half = dev.NewHalf(k)
		m.w, _, _ = views(c, m.half, m.flat.Slice(k, k+n))
	}
	return m
}

// halves says whether activations, keys and values are bfloat16.
func (c Config) halves(dev kernels.Device) bool { return c.Half && dev.Halves() }

// room is n numbers, of bfloat16 or of float32.
func room(dev kernels.Device, n int, half bool) kernels.Buffer {
	if half {
		return dev.NewHalf(n)
	}
	return dev.New(n)
}

// round brings the weights up to date with their masters.
func (m *Model) round() {
	if m.half != nil {
		m.dev.Copy(m.half, m.flat.Slice(0, m.matrix))
	}
}

// learn makes room for what learning needs beside the weights.
func (m *Model) learn() {
	if m.grad != nil {
		return
	}
	if m.flat == nil || m.fixed {
		panic("model: one that is frozen cannot learn")
	}
	n := m.flat.Len()
	m.grad, m.m, m.v = m.dev.New(n), m.dev.New(n), m.dev.New(n)
	if m.adapted != nil {
		m.g, _, _ = m.lay(&params{layers: make([]layer, m.Layers)}, m.grad)
	} else {
		m.g = within(m.Config, m.grad)
	}
}

// Params are the named tensors that are trained, which share memory with the
// model; of one that is frozen, all.
func (m *Model) Params() []Param {
	if m.adapted != nil {
		return m.adapted
	}
	return m.whole()
}

// Size is the number of parameters, those of adapters among them.
func (m *Model) Size() int {
	n := m.Config.Size()
	if m.adapted != nil {
		n += m.flat.Len() - m.Dim // the value head is in both
	}
	return n
}

// Trained is how many of them are trained.
func (m *Model) Trained() int {
	if m.flat == nil || m.fixed {
		return 0
	}
	return m.flat.Len()
}

// Size is the number of parameters of a model of this shape.
func (c Config) Size() int {
	_, k, n := views(c, nil, nil)
	return k + n
}

// Bytes is how many the weights of a model of this shape take, gradients and
// whatever else learning needs not counted.
func (c Config) Bytes() int64 {
	_, k, n := views(c, nil, nil)
	if c.Half {
		return 2*int64(k) + 4*int64(n)
	}
	return 4 * int64(k+n)
}

// Device is where the model lives.
func (m *Model) Device() kernels.Device { return m.dev }

// Step is how often the optimizer has stepped.
func (m *Model) Step() int { return m.step }

// Optimize clips the collected gradient to the global norm clip (0: no
// clipping), takes one AdamW step and zeroes the gradient. Weight decay
// touches matrices only. It returns the norm before clipping; a norm that is
// not finite leaves the weights as they are.
func (m *Model) Optimize(o kernels.AdamW, clip float64) (norm float64) {
	m.learn()
	norm = math.Sqrt(m.dev.SumSquares(m.grad))
	m.update(o, clip, norm)
	return norm
}

// update is Optimize, where the gradient's norm is known.
func (m *Model) update(o kernels.AdamW, clip, norm float64) {
	if !math.IsNaN(norm) && !math.IsInf(norm, 0) {
		m.step++
		o.Step, o.Scale = m.step, 1
		if clip > 0 && norm > clip {
			o.Scale = clip / norm
		}
		n, k := m.flat.Len(), m.matrix
		part := func(from, to int, o kernels.AdamW) {
			m.dev.AdamW(m.flat.Slice(from, to), m.grad.Slice(from, to), m.m.Slice(from, to), m.v.Slice(from, to), o)
		}
		part(0, k, o)
		o.WeightDecay = 0
		part(k, n, o)
		m.round()
	}
	m.dev.Zero(m.grad)
}
