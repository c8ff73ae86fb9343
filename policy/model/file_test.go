package model

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/policy/weights"
)

// trained is a model after an optimizer step, so that nothing in it is round.
func trained(t *testing.T) *Model {
	t.Helper()
	m := lively(t, small)
	p := m.NewPass()
	for range 2 {
		if _, err := p.Forward(batch()); err != nil {
			t.Fatal(err)
		}
		g := []float32{1, -0.5, 0.3, 2, 0}
		p.Backward(g, g, g)
		m.Optimize(kernels.AdamW{LR: 1e-2, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1}, 1)
	}
	return m
}

func sameBits(t *testing.T, what string, a, b []float32) {
	t.Helper()
	if len(a) != len(b) {
		t.Fatalf("%s: %d and %d numbers", what, len(a), len(b))
	}
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			t.Fatalf("%s[%d]: %v and %v", what, i, a[i], b[i])
		}
	}
}

func TestSaveAndLoadKeepEveryBit(t *testing.T) {
	m, dir := trained(t), filepath.Join(t.TempDir(), "new", "folder")
	opt := filepath.Join(dir, "optimizer.safetensors")
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	if err := m.SaveOptimizer(opt); err != nil {
		t.Fatal(err)
	}
	again, err := Load(m.dev, dir, Use{})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.LoadOptimizer(opt); err != nil {
		t.Fatal(err)
	}
	if again.Config != m.Config || again.Step() != m.Step() {
		t.Errorf("%+v step %d came back as %+v step %d", m.Config, m.Step(), again.Config, again.Step())
	}
	sameBits(t, "weights", whole(m), whole(again))
	sameBits(t, "m", read(m.dev, m.m), read(m.dev, again.m))
	sameBits(t, "v", read(m.dev, m.v), read(m.dev, again.v))
	if err := again.Save(dir + "2"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"config.json", "model.safetensors"} {
		a, _ := os.ReadFile(filepath.Join(dir, name))
		b, _ := os.ReadFile(filepath.Join(dir+"2", name))
		if len(a) == 0 || !bytes.Equal(a, b) {
			t.Errorf("saved again, %s differs", name)
		}
	}
}

func TestFilesHaveTheLlamaLayout(t *testing.T) {
	m, dir := trained(t), t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	f, err := weights.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got := f.Tensors
	for name, shape := range map[string][]int{
		"model.embed_tokens.weight":                      {11, 8},
		"model.layers.0.self_attn.q_proj.weight":         {8, 8},
		"model.layers.1.self_attn.k_proj.weight":         {4, 8},
		"model.layers.1.self_attn.v_proj.weight":         {4, 8},
		"model.layers.0.self_attn.o_proj.weight":         {8, 8},
		"model.layers.0.mlp.gate_proj.weight":            {12, 8},
		"model.layers.0.mlp.up_proj.weight":              {12, 8},
		"model.layers.0.mlp.down_proj.weight":            {8, 12},
		"model.layers.0.input_layernorm.weight":          {8},
		"model.layers.1.post_attention_layernorm.weight": {8},
		"model.norm.weight":                              {8},
		"type_embed.weight":                              {8, 8},
		"value_head.weight":                              {8},
	} {
		if !slices.Equal(got[name].Shape, shape) {
			t.Errorf("%s has the shape %v, want %v", name, got[name].Shape, shape)
		}
	}
	if len(got) != len(m.Params()) {
		t.Errorf("%d tensors, want %d", len(got), len(m.Params()))
	}
	k, down := got["model.layers.1.self_attn.k_proj.weight"].Float32(), read(m.dev, m.w.layers[1].k.w)
	for in := range 8 {
		for out := range 4 {
			if k[out*8+in] != down[in*4+out] {
				t.Fatal("k_proj is not transposed")
			}
		}
	}
}

func TestLoadRefusesWhatItWouldComputeWrongly(t *testing.T) {
	for _, c := range []struct {
		says   string
		change func(config map[string]any, tensors *[]weights.Tensor)
	}{
		{`model_type is "gpt2"; only "llama"`, func(c map[string]any, _ *[]weights.Tensor) { c["model_type"] = "gpt2" }},
		{`"model.layers.0.self_attn.q_proj.bias" is missing`, func(c map[string]any, _ *[]weights.Tensor) { c["model_type"] = "qwen2" }},
		{"use_sliding_window", func(c map[string]any, _ *[]weights.Tensor) { c["use_sliding_window"] = true }},
		{`hidden_act is "gelu"`, func(c map[string]any, _ *[]weights.Tensor) { c["hidden_act"] = "gelu" }},
		{`"lm_head.weight" is missing`, func(c map[string]any, _ *[]weights.Tensor) { delete(c, "tie_word_embeddings") }},
		{"rotary scaling", func(c map[string]any, _ *[]weights.Tensor) {
			c["rope_parameters"] = map[string]any{"rope_type": "yarn"}
		}},
		{"rotary scaling", func(c map[string]any, _ *[]weights.Tensor) {
			c["rope_parameters"] = map[string]any{"rope_type": "llama3", "factor": 8}
		}},
		{"attention_bias", func(c map[string]any, _ *[]weights.Tensor) { c["attention_bias"] = true }},
		{"layers is 1099511627776", func(c map[string]any, _ *[]weights.Tensor) { c["num_hidden_layers"] = 1 << 40 }},
		{"corrupt", func(c map[string]any, _ *[]weights.Tensor) { c["vocab_size"] = "many" }},
		{"config.json wants [4000000 8]", func(c map[string]any, _ *[]weights.Tensor) { c["vocab_size"] = 4_000_000 }},
		{`"model.embed_tokens.weight" is missing`, func(_ map[string]any, ts *[]weights.Tensor) { *ts = (*ts)[1:] }},
		{`"model.layers.0.self_attn.q_proj.bias" has no place`, func(_ map[string]any, ts *[]weights.Tensor) {
			*ts = append(*ts, weights.Tensor{Name: "model.layers.0.self_attn.q_proj.bias", Shape: []int{8}, Data: make([]float32, 8)})
		}},
		{"has the shape [8 4], config.json wants [4 8]", func(_ map[string]any, ts *[]weights.Tensor) {
			for i := range *ts {
				if strings.Contains((*ts)[i].Name, "k_proj") {
					(*ts)[i].Shape = []int{8, 4}
				}
			}
		}},
	} {
		m, dir := trained(t), t.TempDir()
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "config.json")
		text, _ := os.ReadFile(path)
		config := map[string]any{}
		if err := json.Unmarshal(text, &config); err != nil {
			t.Fatal(err)
		}
		ts := tensors(m.dev, m.w.list)
		c.change(config, &ts)
		text, _ = json.Marshal(config)
		os.WriteFile(path, text, 0o644)
		if err := weights.Write(filepath.Join(dir, "model.safetensors"), ts, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(m.dev, dir, Use{}); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), dir) {
			t.Errorf("want an error with %q and the path, got %v", c.says, err)
		}
	}
}

func TestACheckpointWithoutAValueHeadGetsOneOfZeros(t *testing.T) {
	m, dir := trained(t), t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	ts := slices.DeleteFunc(tensors(m.dev, m.w.list), func(t weights.Tensor) bool { return t.Name == valueHead })
	if err := weights.Write(filepath.Join(dir, "model.safetensors"), ts, nil); err != nil {
		t.Fatal(err)
	}
	again, err := Load(m.dev, dir, Use{})
	if err != nil {
		t.Fatal(err)
	}
	if n := m.dev.SumSquares(again.w.value); n != 0 {
		t.Errorf("the value head is not 0: %v", n)
	}
}

func TestOptimizerStateOfAnotherModelIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "optimizer.safetensors")
	m := trained(t)
	if err := m.SaveOptimizer(path); err != nil {
		t.Fatal(err)
	}
	dev, _ := cpu.New("", 2)
	other, err := New(dev, Tiny(10), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.LoadOptimizer(path); err == nil || !strings.Contains(err.Error(), path+" is of another model") {
		t.Error(err)
	}
	n := []int{m.Size()}
	zero := make([]float32, m.Size())
	if err := weights.Write(path, []weights.Tensor{{Name: "m", Shape: n, Data: zero}, {Name: "v", Shape: n, Data: zero}}, map[string]string{"step": "3x"}); err != nil {
		t.Fatal(err)
	}
	if err := m.LoadOptimizer(path); err == nil || !strings.Contains(err.Error(), `its step is "3x"`) || m.Step() != 2 {
		t.Error(m.Step(), err)
	}
}
