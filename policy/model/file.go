package model

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
}

// Save writes config.json and model.safetensors in the Llama layout (matrices
// [out, in], output tied to the embedding) with two more tensors, the token
// types and the value head.
func (m *Model) Save(dir string) error {
	c := hfConfig{[]string{"LlamaForCausalLM"}, "llama", m.Vocab, m.Dim, m.Layers, m.Heads, m.KVHeads, m.Hidden, m.Context,
		m.Theta, m.Eps, "silu", true, "float32"}
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	if err := weights.Write(filepath.Join(dir, "model.safetensors"), tensors(m.dev, m.w), nil); err != nil {
		return err
	}
	return weights.Atomic(filepath.Join(dir, "config.json"), text)
}

// outIn says whether a parameter is stored the other way round in files.
func (p Param) outIn() bool { return p.Rows > 0 && !strings.Contains(p.Name, "embed") }

func tensors(dev kernels.Device, w *params) []weights.Tensor {
	var out []weights.Tensor
	for _, p := range w.list {
		x := make([]float32, p.Buffer.Len())
		dev.Read(x, p.Buffer)
		shape := []int{p.Cols}
		switch {
		case p.outIn():
			x, shape = flip(x, p.Rows, p.Cols), []int{p.Cols, p.Rows}
		case p.Rows > 0:
			shape = []int{p.Rows, p.Cols}
		}
		out = append(out, weights.Tensor{Name: p.Name, Shape: shape, Data: x})
	}
	return out
}

// fill writes file tensors into w.
func fill(dev kernels.Device, w *params, from map[string]weights.Tensor) error {
	for _, p := range w.list {
		t, ok := from[p.Name]
		if !ok && (p.Name == "value_head.weight" || p.Name == "type_embed.weight") {
			continue // a checkpoint from elsewhere has none
		}
		if !ok || len(t.Data) != p.Buffer.Len() {
			return fmt.Errorf("tensor %q is missing or has another size; the file has %v", p.Name, slices.Sorted(maps.Keys(from)))
		}
		x := t.Data
		if p.outIn() {
			x = flip(x, p.Cols, p.Rows)
		}
		dev.Write(p.Buffer, x)
	}
	return nil
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

// Load reads what Save wrote.
func Load(dev kernels.Device, dir string) (*Model, error) {
	path := filepath.Join(dir, "config.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var h hfConfig
	if err := json.Unmarshal(text, &h); err != nil {
		return nil, fmt.Errorf("%s is corrupt: %w", path, err)
	}
	c := Config{h.Vocab, h.Dim, h.Layers, h.Heads, h.KVHeads, h.Hidden, h.Context, h.Theta, h.Eps}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m := alloc(dev, c)
	path = filepath.Join(dir, "model.safetensors")
	t, _, err := weights.Read(path)
	if err != nil {
		return nil, err
	}
	if err := fill(dev, m.w, t); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
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
		return fmt.Errorf("%s is of another model", path)
	}
	if _, err := fmt.Sscan(meta["step"], &m.step); err != nil {
		return fmt.Errorf("%s is corrupt: it has no step", path)
	}
	m.dev.Write(m.m, t["m"].Data)
	m.dev.Write(m.v, t["v"].Data)
	return nil
}
