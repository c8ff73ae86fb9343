package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/policy/model"
)

const chatML = `{"eos_token": "<|im_end|>", "chat_template": "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}` +
	`{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"}`

// foreign is the folder of a tiny random checkpoint as one gets it from
// elsewhere: a Qwen2 in bfloat16 with a byte-level tokenizer and a chat template.
func foreign(t *testing.T, vocab int) string {
	dev, err := cpu.New("", 1)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.New(dev, model.Config{Vocab: vocab, Dim: 32, Layers: 2, Heads: 4, KVHeads: 2, Hidden: 48, Context: 4096, Theta: 1e6, Eps: 1e-6, Bias: true, Half: true}, 1)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "qwen")
	if err := m.Frozen().Save(dir); err != nil {
		t.Fatal(err)
	}
	tok, err := os.ReadFile("../../policy/token/testdata/qwen.json")
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(filepath.Join(dir, "tokenizer.json"), tok, 0o644)
	os.WriteFile(filepath.Join(dir, "tokenizer_config.json"), []byte(chatML), 0o644)
	return dir
}

// A checkpoint from elsewhere is looked at, learns, is resumed and played, and
// what is saved can be loaded elsewhere again.
func TestACheckpointFromElsewhereLearns(t *testing.T) {
	if raceEnabled {
		t.Skip("too slow under the race detector; make test runs it without")
	}
	dir, run := foreign(t, 480), filepath.Join(t.TempDir(), "run")
	if text := must(t, "model", "inspect", dir); !strings.Contains(text, "qwen2, ") || !strings.Contains(text, "byte-level BPE, 469 tokens") || !strings.Contains(text, "<|im_start|>") {
		t.Error(text)
	}
	if text := must(t, "model", "inspect", "--json", dir); !strings.Contains(text, `"kind": "qwen2"`) {
		t.Error(text)
	}
	args := []string{"train", "--env", "puzzle", "--scenario", "frozen-lake", "--level", "1", "--recipe", "web", "--model", dir, "--run", run,
		"--sft.steps", "4", "--sft.batch", "4", "--rl.steps", "3", "--rl.tasks", "3", "--rl.group", "4", "--save", "2", "--eval.seeds", "1", "--model.activations", "1"}
	if text := must(t, args...); !strings.Contains(text, "480 tokens") {
		t.Error(text)
	}
	must(t, "eval", "--run", run, "--seeds", "1")
	if text := must(t, "model", "inspect", filepath.Join(run, "checkpoint")); !strings.Contains(text, "qwen2, ") {
		t.Error(text)
	}
	again := filepath.Join(t.TempDir(), "again")
	must(t, "train", "--env", "puzzle", "--scenario", "frozen-lake", "--level", "1", "--recipe", "sft", "--model", filepath.Join(run, "checkpoint"),
		"--run", again, "--sft.steps", "1", "--sft.batch", "2", "--eval.seeds", "1", "--model.dtype", "bfloat16")
	for dir, dtype := range map[string]string{run: "float32", again: "bfloat16"} {
		if text := must(t, "model", "inspect", filepath.Join(dir, "checkpoint")); !strings.Contains(text, " MB in "+dtype) || !strings.Contains(text, "F32 in") {
			t.Error(text)
		}
	}
}

// Adapters learn beside a frozen checkpoint, with a reference that shares it; a
// stopped run goes on with the same bits, and another begins with what was
// learnt.
func TestAdaptersLearnAndResume(t *testing.T) {
	if raceEnabled {
		t.Skip("too slow under the race detector; make test runs it without")
	}
	dir, tmp := foreign(t, 480), t.TempDir()
	args := func(run string) []string {
		return []string{"train", "--env", "puzzle", "--scenario", "frozen-lake", "--level", "1", "--recipe", "web", "--model", dir, "--run", run, "--model.lora", "4",
			"--model.lora_on", "q,v,down", "--sft.steps", "4", "--sft.batch", "4", "--rl.steps", "6", "--rl.tasks", "3", "--rl.group", "4", "--rl.kl", "0.1", "--save", "2", "--eval.seeds", "1"}
	}
	whole, run := filepath.Join(tmp, "whole"), filepath.Join(tmp, "stopped")
	if text := must(t, args(whole)...); !strings.Contains(text, "million of them trained") {
		t.Error(text)
	}
	stopAt(t, run, 7, args(run)...)
	must(t, "train", "--resume", run)
	for _, file := range []string{"adapter_model.safetensors", "optimizer.safetensors"} {
		a, err := os.ReadFile(filepath.Join(whole, "checkpoint", file))
		b, _ := os.ReadFile(filepath.Join(run, "checkpoint", file))
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs after a stop, or is not there: %v", file, err)
		}
	}
	if text := must(t, "model", "inspect", filepath.Join(run, "base")); !strings.Contains(text, "BF16, F32 in") || !strings.Contains(text, " MB in bfloat16") {
		t.Error("what is frozen is not as it was in the checkpoint:", text)
	}
	must(t, "eval", "--run", run, "--seeds", "1")
	must(t, "train", "--env", "puzzle", "--scenario", "frozen-lake", "--level", "1", "--recipe", "sft", "--model", run, "--run", filepath.Join(tmp, "next"),
		"--sft.steps", "1", "--sft.batch", "2", "--eval.seeds", "1")
	if code, text := runGym(t.Context(), append(args(filepath.Join(tmp, "bad")), "--model.lora_on", "w")...); code != 2 || !strings.Contains(text, `unknown projection "w"`) {
		t.Errorf("exit %d\n%s", code, text)
	}
}

func TestACheckpointThatDoesNotFitIsRefusedBeforeAnythingIsMade(t *testing.T) {
	small, broken, none := foreign(t, 400), foreign(t, 480), t.TempDir()
	os.WriteFile(filepath.Join(broken, "tokenizer_config.json"), []byte(`{"chat_template": "{% for %}"}`), 0o644)
	short := foreign(t, 480)
	weights := filepath.Join(short, "model.safetensors")
	text, _ := os.ReadFile(weights)
	os.WriteFile(weights, text[:len(text)/2], 0o644)
	run := filepath.Join(t.TempDir(), "run")
	for dir, says := range map[string]string{
		small:  "has 469 tokens and the model's embedding, model.embed_tokens.weight, 400",
		broken: "chat template",
		short:  "model.safetensors is corrupt",
		none:   "is not the folder of a run",
	} {
		for _, args := range [][]string{{"train", "--env", "puzzle", "--scenario", "frozen-lake", "--model", dir, "--run", run}, {"model", "inspect", dir}} {
			code, text := runGym(t.Context(), args...)
			if args[0] == "model" && dir == none {
				says = "config.json"
			}
			if code != 2 || !strings.Contains(text, says) || strings.Contains(text, "panic") {
				t.Errorf("gym %s: exit %d, want %q:\n%s", strings.Join(args, " "), code, says, text)
			}
		}
	}
	if _, err := os.Stat(run); err == nil {
		t.Error("the run's folder is there")
	}
}
