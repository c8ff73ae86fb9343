package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// A pupil of other size takes its teacher's tokens, learns, and is resumed and
// played; what cannot teach is refused before anything is made.
func TestAPupilLearnsFromATeacher(t *testing.T) {
	tmp := t.TempDir()
	teacher, pupil := filepath.Join(tmp, "teacher"), filepath.Join(tmp, "pupil")
	train := func(more ...string) []string {
		return append([]string{"train", "--env", "puzzle", "--scenario", "frozen-lake", "--level", "1", "--eval.seeds", "1"}, more...)
	}
	must(t, train("--recipe", "sft", "--sft.steps", "3", "--sft.batch", "4", "--run", teacher)...)
	text := must(t, train("--recipe", "distill", "--rl.teacher", teacher, "--rl.steps", "3", "--rl.tasks", "4", "--model.layers", "2", "--run", pupil)...)
	if !strings.Contains(text, "taught by "+teacher) {
		t.Error(text)
	}
	must(t, "eval", "--run", pupil, "--seeds", "1")
	must(t, train("--recipe", "grpo", "--rl.teacher", teacher, "--rl.distill", "0.1", "--model", pupil, "--rl.steps", "2", "--rl.tasks", "2", "--run", filepath.Join(tmp, "both"))...)
	bad := filepath.Join(tmp, "bad")
	for says, args := range map[string][]string{
		"rl.algorithm distill needs rl.teacher": {"--recipe", "distill"},
		"rl.teacher: ":                          {"--recipe", "distill", "--rl.teacher", tmp},
		"rl.top must be at least 1":             {"--recipe", "distill", "--rl.teacher", teacher, "--rl.top", "0"},
		"has other tokens than the policy":      {"--recipe", "distill", "--rl.teacher", foreign(t, 480), "--model", pupil},
	} {
		if code, text := runGym(t.Context(), train(append(args, "--run", bad)...)...); code != 2 || !strings.Contains(text, says) {
			t.Errorf("exit %d, want %q in\n%s", code, says, text)
		}
	}
	if code, _ := runGym(t.Context(), "eval", "--run", bad); code == 0 {
		t.Error("a refused run has been made")
	}
}
