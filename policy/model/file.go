package model

import (
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

// hfConfig is config.json by Hugging Face's keys for the Llama shape.
type hfConfig struct {
	Architectures []string `json:"architectures"`
	ModelType     string   `json:"model_type"`
	Vocab         int      `json:"vocab_size"`
	Dim           int      `json:"hidden_size"`
	Layers        int      `json:"num_hidden_layers"`
	Heads         int      `json:"num_attention_heads"`
	KVHeads       int      `json:"num_key_value_heads"`
	Hidden        int      `json:"intermediate_size"`
	Context       int      `json:"max_position_embeddings"`
	Theta         float64  `json:"rope_theta"`
	Eps           float64  `json:"rms_norm_eps"`
	Act           string   `json:"hidden_act"`
	Tied          bool     `json:"tie_word_embeddings"`
	DType         string   `json:"torch_dtype"`

	RopeScaling json.RawMessage `json:"rope_scaling,omitempty"` // refused
	Bias        bool            `json:"attention_bias"`         // refused
	MLPBias     bool            `json:"mlp_bias"`               // refused
}

// check reports what the file asks for and this model does not do.
func (h *hfConfig) check() error {
	var errs []error
	only := func(ok bool, key string, got, want any) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s is %v; only %v is known here", key, got, want))
		}
	}
	only(h.ModelType == "llama", "model_type", strconv.Quote(h.ModelType), `"llama"`)
	only(h.Act == "silu", "hidden_act", strconv.Quote(h.Act), `"silu"`)
	only(h.Tied, "tie_word_embeddings", h.Tied, true)
	only(!h.Bias && !h.MLPBias, "attention_bias or mlp_bias", true, false)
	only(len(h.RopeScaling) == 0 || string(h.RopeScaling) == "null", "rope_scaling", string(h.RopeScaling), "null")
	return errors.Join(errs...)
}

// Save writes config.json and model.safetensors in the Llama layout (matrices
// [out, in], output tied to the embedding) with two more tensors, the value
// head and the types' embedding.
func (m *Model) Save(dir string) error {
	c := hfConfig{Architectures: []string{"LlamaForCausalLM"}, ModelType: "llama", Vocab: m.Vocab, Dim: m.Dim, Layers: m.Layers,
		Heads: m.Heads, KVHeads: m.KVHeads, Hidden: m.Hidden, Context: m.Context, Theta: m.Theta, Eps: m.Eps, Act: "silu", Tied: true, DType: "float32"}
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := weights.Write(filepath.Join(dir, "model.safetensors"), tensors(m.dev, m.w), nil); err != nil {
		return err
	}
	return weights.Atomic(filepath.Join(dir, "config.json"), text)
}

// outIn says whether a parameter is stored the other way round in files.
func (p Param) outIn() bool { return p.Rows > 0 && !strings.Contains(p.Name, "embed") }

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

func tensors(dev kernels.Device, w *params) []weights.Tensor {
	var out []weights.Tensor
	for _, p := range w.list {
		x := make([]float32, p.Buffer.Len())
		dev.Read(x, p.Buffer)
		if p.outIn() {
			x = flip(x, p.Rows, p.Cols)
		}
		out = append(out, weights.Tensor{Name: p.Name, Shape: p.fileShape(), Data: x})
	}
	return out
}

// match reports every tensor that is missing, has another shape, or has no
// place in the model.
func match(list []Param, from map[string]weights.Tensor) error {
	var errs []error
	known := map[string]bool{}
	for _, p := range list {
		known[p.Name] = true
		t, ok := from[p.Name]
		switch {
		case !ok && (p.Name == valueHead || p.Name == typeEmbed): // a checkpoint from elsewhere has none
		case !ok:
			errs = append(errs, fmt.Errorf("tensor %q is missing", p.Name))
		case !slices.Equal(t.Shape, p.fileShape()):
			errs = append(errs, fmt.Errorf("tensor %q has the shape %v, config.json wants %v", p.Name, t.Shape, p.fileShape()))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if !known[name] {
			errs = append(errs, fmt.Errorf("tensor %q has no place in this model", name))
		}
	}
	return errors.Join(errs...)
}

// fill writes file tensors into w. A tensor that is not there stays 0.
func fill(dev kernels.Device, w *params, from map[string]weights.Tensor) {
	for _, p := range w.list {
		x := from[p.Name].Data
		if p.outIn() {
			x = flip(x, p.Cols, p.Rows)
		}
		dev.Write(p.Buffer, x)
	}
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

// Load reads what Save wrote, and a Llama checkpoint in float32 with tied
// embeddings, whose value head and types are then 0. It refuses what it would compute
// wrongly.
func Load(dev kernels.Device, dir string) (*Model, error) {
	path := filepath.Join(dir, "config.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var h hfConfig
	if err := json.Unmarshal(text, &h); err != nil {
		return nil, fmt.Errorf("%s is corrupt: %w; delete it or restore a backup", path, err)
	}
	if err := h.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c := Config{Vocab: h.Vocab, Dim: h.Dim, Layers: h.Layers, Heads: h.Heads, KVHeads: h.KVHeads, Hidden: h.Hidden, Context: h.Context, Theta: h.Theta, Eps: h.Eps}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	path = filepath.Join(dir, "model.safetensors")
	t, _, err := weights.Read(path)
	if err != nil {
		return nil, err
	}
	wanted, _ := views(c, nil)
	if err := match(wanted.list, t); err != nil { // before the memory is taken that config.json asks for
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m := alloc(dev, c)
	fill(dev, m.w, t)
	return m, nil
}

// SaveOptimizer writes the optimizer's moments and step to a file.
func (m *Model) SaveOptimizer(path string) error {
	read := func(b kernels.Buffer) []float32 {
		x := make([]float32, b.Len())
		m.dev.Read(x, b)
		return x
	}
	n := []int{m.Size()}
	return weights.Write(path, []weights.Tensor{{Name: "m", Shape: n, Data: read(m.m)}, {Name: "v", Shape: n, Data: read(m.v)}},
		map[string]string{"step": fmt.Sprint(m.step)})
}

// LoadOptimizer reads what SaveOptimizer wrote for a model of the same shape.
func (m *Model) LoadOptimizer(path string) error {
	t, meta, err := weights.Read(path)
	if err != nil {
		return err
	}
	if len(t["m"].Data) != m.Size() || len(t["v"].Data) != m.Size() {
		return fmt.Errorf("%s is of another model: it has %d and %d moments for %d parameters", path, len(t["m"].Data), len(t["v"].Data), m.Size())
	}
	step, err := strconv.Atoi(meta["step"])
	if err != nil || step < 0 {
		return fmt.Errorf("%s is corrupt: its step is %q; delete it or restore a backup", path, meta["step"])
	}
	m.step = step
	m.dev.Write(m.m, t["m"].Data)
	m.dev.Write(m.v, t["v"].Data)
	return nil
}
