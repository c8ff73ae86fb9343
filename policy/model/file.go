package model

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy/weights"
)

// hfConfig is the part of a Hugging Face config.json that shapes a model of the
// Llama kind. Llama, Qwen2 and Qwen3 differ in three things, which the type
// implies.
type hfConfig struct {
	Architectures []string `json:"architectures"`
	ModelType     string   `json:"model_type"`
	Vocab         int      `json:"vocab_size"`
	Dim           int      `json:"hidden_size"`
	Layers        int      `json:"num_hidden_layers"`
	Heads         int      `json:"num_attention_heads"`
	KVHeads       int      `json:"num_key_value_heads"`
	HeadDim       int      `json:"head_dim,omitempty"`
	Hidden        int      `json:"intermediate_size"`
	Context       int      `json:"max_position_embeddings"`
	Theta         float64  `json:"rope_theta"`
	Eps           float64  `json:"rms_norm_eps"`
	Act           string   `json:"hidden_act"`
	Tied          bool     `json:"tie_word_embeddings"`
	DType         string   `json:"dtype"`
	TorchDType    string   `json:"torch_dtype"` // its older name

	Scaling *hfRope `json:"rope_scaling"`
	Rope    *hfRope `json:"rope_parameters"` // theta and scaling in one, since transformers 5

	Bias    bool `json:"attention_bias"`
	MLPBias bool `json:"mlp_bias"`           // refused
	Window  bool `json:"use_sliding_window"` // refused
}

type hfRope struct {
	Theta    float64 `json:"rope_theta,omitempty"`
	Type     string  `json:"rope_type"`
	OldType  string  `json:"type,omitempty"`
	Factor   float64 `json:"factor,omitempty"`
	Low      float64 `json:"low_freq_factor,omitempty"`
	High     float64 `json:"high_freq_factor,omitempty"`
	Original int     `json:"original_max_position_embeddings,omitempty"`
}

type kind struct{ name, class string }

// kinds are the model types that are read and written, with their class.
var kinds = []kind{{"llama", "LlamaForCausalLM"}, {"qwen2", "Qwen2ForCausalLM"}, {"qwen3", "Qwen3ForCausalLM"}}

// config is the shape that the file asks for, or what it asks for and this model
// does not do.
func (h *hfConfig) config() (Config, error) {
	var errs []error
	only := func(ok bool, key string, got, want any) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s is %v; only %v is known here", key, got, want))
		}
	}
	c := Config{Vocab: h.Vocab, Dim: h.Dim, Layers: h.Layers, Heads: h.Heads, KVHeads: h.KVHeads, Hidden: h.Hidden, Context: h.Context,
		Theta: h.Theta, Eps: h.Eps, Untied: !h.Tied, Bias: h.ModelType == "qwen2", HeadNorm: h.ModelType == "qwen3",
		Half: cmp.Or(h.DType, h.TorchDType) == BFloat16}
	if c.KVHeads == 0 {
		c.KVHeads = c.Heads
	}
	if h.HeadDim*c.Heads != c.Dim {
		c.Head = h.HeadDim
	}
	if h.ModelType == "qwen3" && h.HeadDim == 0 {
		c.Head = 128 // what transformers takes it to be
	}
	rope := h.Scaling
	if h.Rope != nil {
		if rope = h.Rope; rope.Theta > 0 {
			c.Theta = rope.Theta
		}
	}
	if rope != nil {
		switch form := cmp.Or(rope.Type, rope.OldType); form {
		case "default", "":
		case "llama3":
			c.Scaling = Scaling{rope.Factor, rope.Low, rope.High, rope.Original}
		default:
			only(false, "the rotary scaling's rope_type", strconv.Quote(form), `"default" or "llama3"`)
		}
	}
	known := slices.ContainsFunc(kinds, func(k kind) bool { return k.name == h.ModelType })
	only(known, "model_type", strconv.Quote(h.ModelType), `"llama", "qwen2" and "qwen3"`)
	only(h.Act == "silu", "hidden_act", strconv.Quote(h.Act), `"silu"`)
	only(!h.Bias || h.ModelType == "qwen2", "attention_bias", true, false)
	only(!h.MLPBias, "mlp_bias", true, false)
	only(!h.Window, "use_sliding_window", true, false)
	if err := errors.Join(errs...); err != nil {
		return c, err
	}
	return c, c.Validate()
}

// Kind is the model type of this shape: llama, qwen2 or qwen3.
func (c Config) Kind() string {
	switch {
	case c.Bias:
		return kinds[1].name
	case c.HeadNorm:
		return kinds[2].name
	}
	return kinds[0].name
}

// file is the config.json of a model of this shape.
func (c Config) file() (hfConfig, error) {
	if c.Bias && c.HeadNorm {
		return hfConfig{}, errors.New("no known kind of model has both biases and norms of heads")
	}
	kind := kinds[slices.IndexFunc(kinds, func(k kind) bool { return k.name == c.Kind() })]
	h := hfConfig{Architectures: []string{kind.class}, ModelType: kind.name, Vocab: c.Vocab, Dim: c.Dim, Layers: c.Layers, Heads: c.Heads,
		KVHeads: c.KVHeads, HeadDim: c.HeadDim(), Hidden: c.Hidden, Context: c.Context, Theta: c.Theta, Eps: c.Eps, Act: "silu", Tied: !c.Untied,
		DType: c.DType(), TorchDType: c.DType(), Rope: &hfRope{Theta: c.Theta, Type: "default"}}
	if s := c.Scaling; s.Factor > 0 {
		h.Rope = &hfRope{Theta: c.Theta, Type: "llama3", Factor: s.Factor, Low: s.Low, High: s.High, Original: s.Original}
		old := *h.Rope
		old.Theta = 0
		h.Scaling = &old
	}
	return h, nil
}

// The types of matrices.
const (
	Float32  = "float32"
	BFloat16 = "bfloat16"
)

// DType is the type of the matrices: float32 or bfloat16.
func (c Config) DType() string {
	if c.Half {
		return BFloat16
	}
	return Float32
}

// Save writes config.json and model.safetensors in the layout of Llama, Qwen2 or
// Qwen3 (matrices [out, in]) with one or two tensors more, the value head and the
// types' embedding. What else a config.json that was loaded said is kept. Of a
// model with adapters it writes these alone, as PEFT does.
func (m *Model) Save(dir string) error {
	if m.adapted != nil {
		return m.saveAdapter(dir)
	}
	return m.SaveBase(dir)
}

// SaveBase is Save without regard to adapters: what they stand beside.
func (m *Model) SaveBase(dir string) error {
	h, err := m.Config.file()
	if err != nil {
		return err
	}
	known, err := json.Marshal(h)
	if err != nil {
		return err
	}
	all := maps.Clone(m.said)
	if all == nil {
		all = map[string]json.RawMessage{}
	}
	if err := json.Unmarshal(known, &all); err != nil {
		return err
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := weights.Write(filepath.Join(dir, "model.safetensors"), tensors(m.dev, m.whole()), nil); err != nil {
		return err
	}
	return weights.Atomic(filepath.Join(dir, "config.json"), text)
}

// whole are all parameters but those of adapters, with every bit that is known
// of them.
func (m *Model) whole() []Param {
	if m.master != nil {
		return m.master.list
	}
	return m.w.list
}

// outIn says whether a parameter is stored the other way round in files.
func (p Param) outIn() bool { return p.Rows > 0 && !p.byToken() }

// fileShape is the shape that a parameter has in files.
func (p Param) fileShape() []int {
	switch {
	case p.outIn():
		return []int{p.Cols, p.Rows}
	case p.Rows > 0:
		return []int{p.Rows, p.Cols}
	}
	return []int{p.Cols}
}

func tensors(dev kernels.Device, list []Param) []weights.Tensor {
	var out []weights.Tensor
	for _, p := range list {
		out = append(out, weights.Tensor{Name: p.Name, Shape: p.fileShape(), Half: p.Buffer.Half(), Make: func() []float32 {
			x := make([]float32, p.Buffer.Len())
			dev.Read(x, p.Buffer)
			if p.outIn() {
				x = flip(x, p.Rows, p.Cols)
			}
			return x
		}})
	}
	return out
}

// ignored says whether a tensor that some files have is not needed: what the
// output is tied to, and frequencies that follow from config.json.
func (c Config) ignored(name string) bool {
	return name == lmHead && !c.Untied || strings.HasSuffix(name, ".rotary_emb.inv_freq")
}

// match reports every tensor that is missing, has another shape, or has no
// place in the model.
func match(c Config, from *weights.File) error {
	var errs []error
	w, _, _ := views(c, nil, nil)
	known := map[string]bool{}
	for _, p := range w.list {
		known[p.Name] = true
		t, ok := from.Tensors[p.Name]
		switch {
		case !ok && p.Name == valueHead: // a checkpoint from elsewhere has none
		case !ok:
			errs = append(errs, fmt.Errorf("%s: tensor %q is missing", from.Path, p.Name))
		case !slices.Equal(t.Shape, p.fileShape()):
			errs = append(errs, fmt.Errorf("%s: tensor %q has the shape %v, config.json wants %v", t.Path, p.Name, t.Shape, p.fileShape()))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(from.Tensors)) {
		if !known[name] && !c.ignored(name) {
			errs = append(errs, fmt.Errorf("%s: tensor %q has no place in this model", from.Tensors[name].Path, name))
		}
	}
	return errors.Join(errs...)
}

// read takes a file's tensor over. One that is not there stays 0.
func (p Param) read(dev kernels.Device, from *weights.File) {
	t, ok := from.Tensors[p.Name]
	if !ok {
		return
	}
	x := t.Float32()
	if p.outIn() {
		x = flip(x, p.Cols, p.Rows)
	}
	dev.Write(p.Buffer, x)
}

// flip transposes [rows, cols].
func flip(x []float32, rows, cols int) []float32 {
	out := make([]float32, len(x))
	for i := range rows {
		for j := range cols {
			out[j*rows+i] = x[i*cols+j]
		}
	}
	return out
}

// Open reads a checkpoint's config.json and opens its weights, without taking
// the memory that they need. It refuses what this package would compute wrongly.
func Open(dir string) (Config, *weights.File, error) {
	c, f, _, err := open(dir)
	return c, f, err
}

func open(dir string) (c Config, f *weights.File, said map[string]json.RawMessage, err error) {
	path := filepath.Join(dir, "config.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return c, nil, nil, err
	}
	var h hfConfig
	if err := errors.Join(json.Unmarshal(text, &h), json.Unmarshal(text, &said)); err != nil {
		return c, nil, nil, fmt.Errorf("%s is corrupt: %w; delete it or restore a backup", path, err)
	}
	if c, err = h.config(); err != nil {
		return c, nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	if f, err = weights.OpenDir(dir); err != nil {
		return c, nil, nil, err
	}
	_, c.Typed = f.Tensors[typeEmbed]
	if err := match(c, f); err != nil {
		f.Close()
		return c, nil, nil, err
	}
	return c, f, said, nil
}

// Use is what a checkpoint is loaded for.
type Use struct {
	DType  string // of the matrices; "": what the checkpoint says
	Frozen bool   // it does not learn, but for adapters that it is given
}

// Load reads what Save wrote, and a checkpoint of the kinds that Save writes in
// float32, float16 or bfloat16, in one file or in shards; the value head is then
// 0.
func Load(dev kernels.Device, dir string, use Use) (*Model, error) {
	c, f, said, err := open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if use.DType != "" {
		c.Half = use.DType == BFloat16
	}
	m := alloc(dev, c, use.Frozen)
	m.said = said
	for _, p := range m.whole() {
		p.read(dev, f)
	}
	m.round()
	return m, nil
}

// SaveOptimizer writes the optimizer's moments and step to a file.
func (m *Model) SaveOptimizer(path string) error {
	m.learn()
	read := func(b kernels.Buffer) []float32 {
		x := make([]float32, b.Len())
		m.dev.Read(x, b)
		return x
	}
	n := []int{m.Trained()}
	return weights.Write(path, []weights.Tensor{{Name: "m", Shape: n, Data: read(m.m)}, {Name: "v", Shape: n, Data: read(m.v)}},
		map[string]string{"step": fmt.Sprint(m.step)})
}

// LoadOptimizer reads what SaveOptimizer wrote for a model of the same shape.
func (m *Model) LoadOptimizer(path string) error {
	m.learn()
	f, err := weights.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for name, to := range map[string]kernels.Buffer{"m": m.m, "v": m.v} {
		if t := f.Tensors[name]; !slices.Equal(t.Shape, []int{m.Trained()}) {
			return fmt.Errorf("%s is of another model: its %s has the shape %v for %d parameters", path, name, t.Shape, m.Trained())
		}
		m.dev.Write(to, f.Tensors[name].Float32())
	}
	step, err := strconv.Atoi(f.Meta["step"])
	if err != nil || step < 0 {
		return fmt.Errorf("%s is corrupt: its step is %q; delete it or restore a backup", path, f.Meta["step"])
	}
	m.step = step
	return nil
}
