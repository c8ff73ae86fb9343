package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/turngym/turngym/bench"
	"github.com/turngym/turngym/envs/web/browser"
)

// lines is a writer that several goroutines share.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// runGym runs the command in this process and returns what it wrote.
func runGym(ctx context.Context, args ...string) (code int, text string) {
	out := &lines{}
	a := &app{in: strings.NewReader(""), out: out, err: out, env: func(string) string { return "" }, width: 80}
	return a.run(ctx, args), out.String()
}

func must(t *testing.T, args ...string) string {
	t.Helper()
	code, text := runGym(t.Context(), args...)
	if code != 0 {
		t.Fatalf("gym %s: exit %d\n%s", strings.Join(args, " "), code, text)
	}
	return text
}

// small is a run of seconds, of both stages.
func small(run, driver string, more ...string) []string {
	return append([]string{"train", "--run", run, "--driver", driver, "--scenarios", "click-button,tick-boxes,log-in", "--model.dim", "16",
		"--model.layers", "1", "--model.heads", "2", "--model.hidden", "16", "--sft.steps", "5", "--sft.batch", "8", "--rl.steps", "5", "--rl.tasks", "4",
		"--rl.group", "4", "--rl.lr", "0.003", "--save", "3", "--eval.seeds", "1"}, more...)
}

// stopAt stops a training run once it has done a step.
func stopAt(t *testing.T, run string, step int, args ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		untilStep(run, step)
		cancel()
	}()
	if code, text := runGym(ctx, args...); code != 1 {
		t.Fatalf("exit %d\n%s", code, text)
	}
}

// untilStep ends when a run has done so many steps.
func untilStep(run string, step int) bool {
	for range 2000 {
		if text, _ := os.ReadFile(filepath.Join(run, "metrics.jsonl")); bytes.Count(text, []byte("\n")) >= step {
			return true
		}
		time.Sleep(5 * time.Millisecond)
	}
	return false
}

func sameWeights(t *testing.T, a, b string) {
	t.Helper()
	for _, file := range []string{"model.safetensors", "optimizer.safetensors", "state.json"} {
		x, err := os.ReadFile(filepath.Join(a, "checkpoint", file))
		if err != nil {
			t.Fatal(err)
		}
		y, err := os.ReadFile(filepath.Join(b, "checkpoint", file))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(x, y) {
			t.Errorf("%s differs between %s and %s", file, a, b)
		}
	}
}

// A synchronous run that is stopped, in either stage, and resumed has the
// weights of one that was not, bit for bit. So has one on one thread.
func TestResumeGivesTheSameBits(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole")
	must(t, small(whole, "static")...)
	for _, stop := range []int{2, 7} {
		run := filepath.Join(dir, "stopped-"+strconv.Itoa(stop))
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			untilStep(run, stop)
			cancel()
		}()
		code, text := runGym(ctx, small(run, "static")...)
		if code != 1 || !strings.Contains(text, "stopped; go on with: gym train --resume "+run) {
			t.Fatalf("exit %d\n%s", code, text)
		}
		must(t, "train", "--resume", run)
		sameWeights(t, whole, run)
	}
	one := filepath.Join(dir, "one-thread")
	must(t, small(one, "static", "--threads", "1", "--envs", "1")...)
	sameWeights(t, whole, one)
}

// So has one whose curriculum had learnt something by then.
func TestResumeKeepsTheCurriculum(t *testing.T) {
	dir := t.TempDir()
	args := func(run string) []string {
		return []string{"train", "--env", "puzzle", "--scenario", "frozen-lake,lights-out", "--level", "1-2", "--recipe", "grpo", "--run", run,
			"--rl.steps", "14", "--rl.tasks", "6", "--rl.group", "4", "--save", "3", "--eval.seeds", "1", "--threads", "2", "--envs", "2",
			"--model.dim", "16", "--model.layers", "1", "--model.heads", "2", "--model.kv_heads", "1", "--model.hidden", "16",
			"--curriculum.name", "dump", "--curriculum.rounds", "2", "--curriculum.hints", "--curriculum.restarts", "0.4"}
	}
	whole, run := filepath.Join(dir, "whole"), filepath.Join(dir, "stopped")
	must(t, args(whole)...)
	stopAt(t, run, 8, args(run)...)
	must(t, "train", "--resume", run)
	sameWeights(t, whole, run)
	text, err := os.ReadFile(filepath.Join(whole, "metrics.jsonl"))
	if err != nil || !regexp.MustCompile(`"restarts":[1-9]`).Match(text) || !regexp.MustCompile(`"hinted":[1-9]`).Match(text) {
		t.Errorf("no episode began in the middle, or none had a hint (%v):\n%s", err, text)
	}
}

// So has one that had found out which levels want more demonstrations.
func TestResumeKeepsWhatIsStudied(t *testing.T) {
	dir := t.TempDir()
	args := func(run, focus string) []string {
		return []string{"train", "--env", "probe", "--scenario", "bandit,corridor", "--recipe", "sft", "--sft.steps", "50", "--sft.batch", "8", "--sft.focus", focus,
			"--save", "3", "--eval.seeds", "1", "--model.dim", "16", "--model.layers", "1", "--model.heads", "2", "--model.kv_heads", "1", "--model.hidden", "16", "--run", run}
	}
	whole, run := filepath.Join(dir, "whole"), filepath.Join(dir, "stopped")
	must(t, args(whole, "0.5")...)
	stopAt(t, run, 32, args(run, "0.5")...)
	must(t, "train", "--resume", run)
	sameWeights(t, whole, run)
	if code, text := runGym(t.Context(), args(filepath.Join(dir, "wrong"), "1.5")...); code != 2 || !strings.Contains(text, "sft.focus must be between 0 and 1") {
		t.Errorf("exit %d\n%s", code, text)
	}
}

// Killing the browser costs the episodes in flight, which are played again,
// and nothing else: the weights are those of a run in peace.
func TestKillingChromeChangesNothing(t *testing.T) {
	if _, err := browser.FindChrome(""); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	calm, rough := filepath.Join(dir, "calm"), filepath.Join(dir, "rough")
	must(t, small(calm, "static")...)
	go func() {
		for _, step := range []int{6, 8} {
			if untilStep(rough, step) {
				killChrome()
			}
		}
	}()
	text := must(t, small(rough, "chrome")...)
	if !strings.Contains(text, "faults (thrown away and played again)") {
		t.Errorf("no faults were counted:\n%s", text)
	}
	sameWeights(t, calm, rough)
}

// killChrome ends the browsers that are children of this process.
func killChrome() {
	for _, p := range bench.Processes() {
		if p.Parent == os.Getpid() && strings.Contains(strings.ToLower(p.Name), "chrom") {
			syscall.Kill(p.PID, syscall.SIGKILL)
		}
	}
}

// So has one whose demonstrations come from a folder.
func TestResumeGoesOnInTheDemonstrations(t *testing.T) {
	dir := t.TempDir()
	demos := filepath.Join(dir, "demos")
	must(t, "demos", "--env", "probe", "--scenario", "bandit,corridor", "--episodes", "30", "--out", demos)
	args := func(run string) []string {
		return []string{"train", "--env", "probe", "--scenario", "bandit,corridor", "--recipe", "sft", "--sft.demos", demos, "--sft.steps", "12", "--sft.batch", "8",
			"--save", "3", "--eval.seeds", "1", "--model.dim", "16", "--model.layers", "1", "--model.heads", "2", "--model.kv_heads", "1", "--model.hidden", "16", "--run", run}
	}
	whole, run := filepath.Join(dir, "whole"), filepath.Join(dir, "stopped")
	must(t, args(whole)...)
	stopAt(t, run, 4, args(run)...)
	must(t, "train", "--resume", run)
	sameWeights(t, whole, run)
}

// Demonstrations that were recorded teach a probe as live ones do.
func TestAPolicyLearnsFromRecordedDemonstrationsAsFromLiveOnes(t *testing.T) {
	if raceEnabled {
		t.Skip("too slow under the race detector; make test runs it without")
	}
	demos := filepath.Join(t.TempDir(), "demos")
	must(t, "demos", "--env", "probe", "--scenario", "bandit,corridor", "--episodes", "400", "--out", demos)
	sft := []string{"--env", "probe", "--scenario", "bandit,corridor", "--recipe", "sft", "--sft.steps", "60", "--sft.warmup", "10"}
	live, _ := learn(t, sft...)
	recorded, random := learn(t, append(sft, "--sft.demos", demos)...)
	if recorded < 0.95 || recorded < live-0.05 || random > 0.5 {
		t.Errorf("success %.2f with recorded demonstrations, %.2f with live ones, random agent %.2f", recorded, live, random)
	}
}

// Reinforcement alone, from random weights, learns to press what the goal
// names: the smaller version of what the README claims.
func TestReinforcementLearns(t *testing.T) {
	if raceEnabled {
		t.Skip("too slow under the race detector; make test runs it without")
	}
	for recipe, steps := range map[string]string{"grpo": "60", "ppo": "40"} {
		t.Run(recipe, func(t *testing.T) {
			policy, random := learn(t, "--driver", "static", "--recipe", recipe, "--scenarios", "click-button", "--rl.steps", steps)
			if policy < 0.9 || random > 0.3 {
				t.Errorf("success %.2f, random agent %.2f", policy, random)
			}
		})
	}
}

// Commands are composed word by word: which words, in which order, and which
// names of the goal they are about.
func TestAPolicyLearnsToWriteCommands(t *testing.T) {
	if raceEnabled {
		t.Skip("too slow under the race detector; make test runs it without")
	}
	policy, random := learn(t, "--env", "terminal", "--scenarios", "count-lines,sort,capitals", "--level", "1", "--recipe", "sft",
		"--sft.steps", "150", "--sft.batch", "32", "--sft.warmup", "20")
	if policy < 0.9 || random > 0.1 {
		t.Errorf("success %.2f, random agent %.2f", policy, random)
	}
}

// The claims of docs/performance.md, which take an hour and a half.
func TestToolsAreLearntOnThreeSeeds(t *testing.T) {
	if os.Getenv("GYM_LONG") == "" {
		t.Skip("GYM_LONG is not set; make test-long sets it")
	}
	for env, more := range map[string][]string{"search": {"--scenario", "path", "--level", "2"}, "toolbox": {"--level", "1"}, "sql": {"--level", "1"}, "terminal": {"--level", "1"}} {
		t.Run(env, func(t *testing.T) {
			var all []float64
			for seed := 1; seed <= 3; seed++ {
				policy, _ := learn(t, append([]string{"--env", env, "--seed", strconv.Itoa(seed)}, more...)...)
				all = append(all, policy)
			}
			slices.Sort(all)
			if all[1] < 0.8 {
				t.Errorf("success %.2f", all)
			}
		})
	}
}

// The README's claims on three seeds each, which takes a quarter of an hour.
func TestRecipesLearnOnThreeSeeds(t *testing.T) {
	if os.Getenv("GYM_LONG") == "" {
		t.Skip("GYM_LONG is not set; make test-long sets it")
	}
	three := []string{"--scenarios", "click-button,click-link,choose-list"}
	for recipe, more := range map[string][]string{"web": nil, "grpo": three, "ppo": three} {
		t.Run(recipe, func(t *testing.T) {
			var all []float64
			for seed := 1; seed <= 3; seed++ {
				policy, _ := learn(t, append([]string{"--driver", "static", "--recipe", recipe, "--seed", strconv.Itoa(seed)}, more...)...)
				all = append(all, policy)
			}
			slices.Sort(all)
			if all[1] < 0.9 {
				t.Errorf("success %.2f", all)
			}
		})
	}
}

// learn trains and gives the success on unseen tasks, of the policy and of the
// random agent.
func learn(t *testing.T, args ...string) (policy, random float64) {
	t.Helper()
	run := filepath.Join(t.TempDir(), "run")
	must(t, append([]string{"train", "--run", run}, args...)...)
	var got struct{ Policy, Random result }
	text, err := os.ReadFile(filepath.Join(run, "evaluation.json"))
	if err == nil {
		err = json.Unmarshal(text, &got)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("gym train %s: success %.2f, random agent %.2f", strings.Join(args, " "), got.Policy.Success, got.Random.Success)
	return got.Policy.Success, got.Random.Success
}

// Every algorithm learns the two probes that need no more than credit and
// exploration, on two seeds of three: reinforcement alone may settle for less.
func TestEveryRecipeLearnsTheProbes(t *testing.T) {
	if raceEnabled {
		t.Skip("too slow under the race detector; make test runs it without")
	}
	rl := []string{"--rl.steps", "100", "--rl.tasks", "16", "--rl.lr", "3e-4"}
	for recipe, more := range map[string][]string{"sft": {"--sft.steps", "60", "--sft.warmup", "10"}, "grpo": rl, "ppo": rl, "reinforce": rl} {
		t.Run(recipe, func(t *testing.T) {
			var all []float64
			learnt := 0
			for seed := 0; seed < 3 && learnt < 2; seed++ {
				policy, random := learn(t, append([]string{"--env", "probe", "--recipe", recipe, "--scenarios", "bandit,corridor", "--seed", strconv.Itoa(seed + 1)}, more...)...)
				if all = append(all, policy); random > 0.5 {
					t.Errorf("random agent %.2f", random)
				}
				if policy >= 0.9 {
					learnt++
				}
			}
			if learnt < 2 {
				t.Errorf("success %.2f", all)
			}
		})
	}
}
