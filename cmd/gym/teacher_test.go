package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A pupil of other size takes its teacher's tokens and learns; stopped, it goes on
// with the same bits although its teacher is gone.
func TestAPupilLearnsFromATeacher(t *testing.T) {
	if raceEnabled {
		t.Skip("too slow under the race detector; make test runs it without")
	}
	tmp := t.TempDir()
	teacher, whole, run := filepath.Join(tmp, "teacher"), filepath.Join(tmp, "whole"), filepath.Join(tmp, "stopped")
	must(t, lake("--recipe", "sft", "--sft.steps", "3", "--sft.batch", "4", "--run", teacher)...)
	args := func(run string) []string {
		return lake("--recipe", "distill", "--rl.teacher", teacher, "--rl.steps", "6", "--rl.tasks", "4", "--save", "2", "--model.layers", "2", "--run", run)
	}
	if text := must(t, args(whole)...); !strings.Contains(text, "taught by "+teacher) {
		t.Error(text)
	}
	stopAt(t, run, 3, args(run)...)
	if err := os.RemoveAll(teacher); err != nil {
		t.Fatal(err)
	}
	must(t, "train", "--resume", run)
	a, err := os.ReadFile(filepath.Join(whole, "checkpoint", "model.safetensors"))
	b, _ := os.ReadFile(filepath.Join(run, "checkpoint", "model.safetensors"))
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("the weights differ after a stop, or are not there: %v", err)
	}
	must(t, "eval", "--run", run, "--seeds", "1")
	must(t, lake("--recipe", "grpo", "--rl.teacher", whole, "--rl.distill", "0.1", "--model", run, "--rl.steps", "2", "--rl.tasks", "2", "--run", filepath.Join(tmp, "both"))...)
}

// lake trains on the smallest lake.
func lake(more ...string) []string {
	return append([]string{"train", "--env", "puzzle", "--scenario", "frozen-lake", "--level", "1", "--eval.seeds", "1"}, more...)
}

func TestWhatCannotTeachIsRefusedBeforeAnythingIsMade(t *testing.T) {
	tmp := t.TempDir()
	run, bad := filepath.Join(tmp, "run"), filepath.Join(tmp, "bad")
	must(t, lake("--recipe", "sft", "--sft.steps", "1", "--sft.batch", "2", "--model.context", "512", "--run", run)...)
	chat := foreign(t, 480)
	os.WriteFile(filepath.Join(chat, "tokenizer_config.json"), []byte(`{"chat_template": "{% for %}"}`), 0o644)
	longer := filepath.Join(tmp, "longer")
	must(t, lake("--recipe", "distill", "--rl.teacher", run, "--rl.steps", "1", "--rl.tasks", "2", "--run", longer)...)
	for says, args := range map[string][]string{
		"rl.algorithm distill needs rl.teacher": {"--recipe", "distill"},
		"rl.teacher " + tmp + ": ":              {"--recipe", "distill", "--rl.teacher", tmp},
		"rl.top must be between 1 and":          {"--recipe", "distill", "--rl.teacher", run, "--rl.top", "0"},
		"rl.steps is 0":                         {"--recipe", "sft", "--rl.teacher", run},
		"has other tokens than the policy":      {"--recipe", "distill", "--rl.teacher", foreign(t, 480), "--model", run},
		"its context is 512 tokens":             {"--recipe", "distill", "--rl.teacher", run, "--model", filepath.Join(longContext(t, longer), "checkpoint")},
		"chat template":                         {"--recipe", "distill", "--rl.teacher", chat},
	} {
		code, text := runGym(t.Context(), lake(append(args, "--run", bad)...)...)
		if code != 2 || !strings.Contains(text, says) {
			t.Errorf("exit %d, want %q in\n%s", code, says, text)
		}
		if _, err := os.Stat(bad); err == nil {
			t.Fatalf("%v: a refused run has been made", args)
		}
	}
}

// longContext makes a checkpoint one of a longer context.
func longContext(t *testing.T, run string) string {
	path := filepath.Join(run, "checkpoint", "config.json")
	text, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(text, []byte(`"max_position_embeddings": 512`)) {
		t.Fatalf("%v: a pupil has its teacher's context:\n%s", err, text)
	}
	os.WriteFile(path, bytes.Replace(text, []byte("512"), []byte("4096"), 1), 0o644)
	return run
}
