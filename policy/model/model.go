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

// params are named views of one flat buffer: matrices first, then vectors.
type params struct {
	flat   kernels.Buffer
	embed  kernels.Buffer // [vocab, dim]
	head   kernels.Buffer // [vocab, dim], that of the output; embed where they are tied
	types  kernels.Buffer // [Types, dim]; nil where tokens have none
	layers []layer
	norm   kernels.Buffer // [dim]
	value  kernels.Buffer // [dim]
	list   []Param
	matrix int // elements that are matrices
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

// views lays the parameters out in flat. Where flat is nil it only names and
// counts them.
func views(c Config, flat kernels.Buffer) (*params, int) {
	w := &params{flat: flat, layers: make([]layer, c.Layers), freq: c.freq()}
	at := 0
	take := func(name string, rows, cols int) kernels.Buffer {
		n := max(rows, 1) * cols
		at += n
		var b kernels.Buffer
		if flat != nil {
			b = flat.Slice(at-n, at)
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
	w.matrix = at
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
	return w, at
}

// Model is parameters, gradients and optimizer state.
type Model struct {
	Config
	dev    kernels.Device
	w, g   *params        // g has nil where something is frozen
	flat   kernels.Buffer // all that is trained: of w, or of its adapters
	grad   kernels.Buffer
	matrix int // numbers of flat that are matrices
	m, v   kernels.Buffer
	step   int

	lora    LoRA
	adapted []Param // what flat is made of, where there are adapters
	frozen  *Decoder
	said    map[string]json.RawMessage // by the config.json it was loaded from
}

// New makes a model with random weights.
func New(dev kernels.Device, c Config, seed uint64) (*Model, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	m := alloc(dev, c)
	m.init(seed)
	return m, nil
}

func alloc(dev kernels.Device, c Config) *Model {
	_, n := views(c, nil)
	m := &Model{Config: c, dev: dev, flat: dev.New(n), grad: dev.New(n), m: dev.New(n), v: dev.New(n)}
	m.w, _ = views(c, m.flat)
	m.g, _ = views(c, m.grad)
	m.matrix = m.w.matrix
	return m
}

// Params are the named tensors that are trained, which share memory with the
// model.
func (m *Model) Params() []Param {
	if m.adapted != nil {
		return m.adapted
	}
	return m.w.list
}

// Size is the number of parameters, those of adapters among them.
func (m *Model) Size() int {
	n := m.w.flat.Len()
	if m.adapted != nil {
		n += m.flat.Len() - m.Dim // the value head is in both
	}
	return n
}

// Trained is how many of them are trained.
func (m *Model) Trained() int { return m.flat.Len() }

// Size is the number of parameters of a model of this shape.
func (c Config) Size() int {
	_, n := views(c, nil)
	return n
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
	norm = math.Sqrt(m.dev.SumSquares(m.grad))
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
	}
	m.dev.Zero(m.grad)
	return norm
}
