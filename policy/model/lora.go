package model

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym/catalog"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy/weights"
)

// LoRA is low-rank adaptation (Hu et al. 2021, eq. 3, with alpha = r): beside a
// frozen projection, the product of two small matrices learns.
type LoRA struct {
	Rank int
	On   []string // projections: q, k, v, o, gate, up, down; none: all
}

// Validate says what is wrong with it.
func (l LoRA) Validate() error {
	_, err := l.on()
	return err
}

// on are the projections that are adapted.
func (l LoRA) on() ([]projection, error) {
	if l.Rank < 1 || l.Rank > 1024 {
		return nil, fmt.Errorf("an adapter's rank is %d; it must be between 1 and 1024", l.Rank)
	}
	if len(l.On) == 0 {
		return projections, nil
	}
	var out []projection
	for _, name := range l.On {
		i := slices.IndexFunc(projections, func(p projection) bool { return p.short == name })
		if i < 0 {
			var names []string
			for _, p := range projections {
				names = append(names, p.short)
			}
			return nil, catalog.Unknown("projection", name, names)
		}
		if slices.Index(l.On, name) != len(out) {
			return nil, fmt.Errorf("the projection %q is named twice", name)
		}
		out = append(out, projections[i])
	}
	return out, nil
}

// Adapted says whether the model has adapters.
func (m *Model) Adapted() bool { return m.adapted != nil }

// Adapt freezes all but the value head and gives the model adapters, which
// change nothing yet. The optimizer begins anew.
func (m *Model) Adapt(l LoRA, seed uint64) error {
	on, err := l.on()
	if err != nil {
		return err
	}
	if m.adapted != nil {
		return errors.New("the model has adapters already")
	}
	m.lora, m.on = l, on
	m.adapt()
	rng := rand.New(rand.NewPCG(seed, 0x6c6f7261))
	for i := range m.w.layers {
		for _, p := range on { // as PEFT begins: a uniform, b 0
			a := p.of(&m.w.layers[i])
			x := make([]float32, a.a.Len())
			for j := range x {
				x[j] = float32((2*rng.Float64() - 1) / math.Sqrt(float64(a.in)))
			}
			m.dev.Write(a.a, x)
		}
	}
	return nil
}

// adapt makes room for the adapters and a value head.
func (m *Model) adapt() {
	n := m.Dim
	for _, p := range m.on {
		in, out := p.size(m.Config)
		n += m.Layers * m.lora.Rank * (in + out)
	}
	m.flat, m.master, m.half, m.g, m.grad, m.m, m.v, m.step = m.dev.New(n), nil, nil, nil, nil, nil, nil, 0
	m.dev.Copy(m.flat.Slice(n-m.Dim, n), m.w.value)
	m.w, m.adapted, m.matrix = m.lay(m.w, m.flat)
}

// lay is base with adapters and a value head in flat; their names, and how many
// numbers are matrices.
func (m *Model) lay(base *params, flat kernels.Buffer) (w *params, list []Param, matrices int) {
	copied := *base
	w = &copied
	w.layers = slices.Clone(w.layers)
	at := 0
	take := func(name string, rows, cols int) kernels.Buffer {
		from := at
		at += max(rows, 1) * cols
		list = append(list, Param{name, rows, cols, flat.Slice(from, at)})
		return list[len(list)-1].Buffer
	}
	for i := range w.layers {
		for _, p := range m.on {
			a := p.of(&w.layers[i])
			in, out := p.size(m.Config)
			a.a = take(p.name(i)+".lora_A.weight", in, m.lora.Rank)
			a.b = take(p.name(i)+".lora_B.weight", m.lora.Rank, out)
		}
	}
	matrices = at
	w.value = take(valueHead, 0, m.Dim)
	return w, list, matrices
}

// Frozen is the model as it is now, to compare with: it shares the frozen weights
// and copies what is trained. It cannot learn.
func (m *Model) Frozen() *Model {
	if m.adapted != nil {
		f := &Model{Config: m.Config, dev: m.dev, said: m.said, lora: m.lora, on: m.on, flat: m.copyOf(m.flat), fixed: true}
		f.w, f.adapted, _ = m.lay(m.w, f.flat)
		return f
	}
	f := alloc(m.dev, m.Config, true)
	f.said = m.said
	for i, p := range m.w.list {
		m.dev.Copy(f.w.list[i].Buffer, p.Buffer)
	}
	return f
}

// The files of an adapter, as PEFT names them.
const (
	adapterConfig  = "adapter_config.json"
	adapterWeights = "adapter_model.safetensors"
	adapterPrefix  = "base_model.model."
)

// peft is adapter_config.json.
type peft struct {
	Type    string   `json:"peft_type"`
	Task    string   `json:"task_type"`
	Rank    int      `json:"r"`
	Alpha   float64  `json:"lora_alpha"`
	Dropout float64  `json:"lora_dropout"`
	On      []string `json:"target_modules"`
	Bias    string   `json:"bias"`
	Base    *string  `json:"base_model_name_or_path"`
}

// saveAdapter writes the adapters as PEFT does, and the value head beside them.
func (m *Model) saveAdapter(dir string) error {
	c := peft{Type: "LORA", Task: "CAUSAL_LM", Rank: m.lora.Rank, Alpha: float64(m.lora.Rank), Bias: "none"}
	for _, p := range m.on {
		c.On = append(c.On, p.long[strings.Index(p.long, ".")+1:])
	}
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	list := tensors(m.dev, m.adapted)
	for i := range list {
		list[i].Name = adapterPrefix + list[i].Name
	}
	if err := weights.Write(filepath.Join(dir, adapterWeights), list, nil); err != nil {
		return err
	}
	return weights.Atomic(filepath.Join(dir, adapterConfig), text)
}

// HasAdapter says whether a folder has adapters in place of a whole model.
func HasAdapter(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, adapterConfig))
	return err == nil
}

// LoadAdapter gives a model the adapters of a folder, where it has none yet, or
// those numbers, where it has the same.
func (m *Model) LoadAdapter(dir string) error {
	path := filepath.Join(dir, adapterConfig)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var c peft
	if err := json.Unmarshal(text, &c); err != nil {
		return fmt.Errorf("%s is corrupt: %w; delete it or restore a backup", path, err)
	}
	if c.Type != "LORA" || c.Alpha != float64(c.Rank) || cmp.Or(c.Bias, "none") != "none" {
		return fmt.Errorf("%s has peft_type %q, lora_alpha %v for rank %d and bias %q; only LORA with an alpha of the rank and without biases is known here", path, c.Type, c.Alpha, c.Rank, c.Bias)
	}
	l := LoRA{Rank: c.Rank}
	for _, name := range c.On {
		l.On = append(l.On, strings.TrimSuffix(name, "_proj"))
	}
	if m.adapted == nil {
		if err := m.Adapt(l, 0); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	f, err := weights.Open(filepath.Join(dir, adapterWeights))
	if err != nil {
		return err
	}
	defer f.Close()
	for _, p := range m.adapted {
		t, ok := f.Tensors[adapterPrefix+p.Name]
		if !ok && p.Name == valueHead {
			continue
		}
		if !slices.Equal(t.Shape, p.fileShape()) {
			return fmt.Errorf("%s: tensor %q has the shape %v, the model wants %v", f.Path, adapterPrefix+p.Name, t.Shape, p.fileShape())
		}
		x := t.Float32()
		if p.outIn() {
			x = flip(x, p.Cols, p.Rows)
		}
		m.dev.Write(p.Buffer, x)
	}
	if len(f.Tensors) > len(m.adapted) {
		return fmt.Errorf("%s has %d tensors, the adapters of %s %d", f.Path, len(f.Tensors), path, len(m.adapted))
	}
	return nil
}
