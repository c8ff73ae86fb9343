package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/turngym/turngym/gym/curriculum"
	"github.com/turngym/turngym/gym/reward"
	"github.com/turngym/turngym/policy/model"
	"github.com/turngym/turngym/scenarios"
)

// Config is everything that a training run can be told. The tags are the keys
// in a file, the flags (with dots), the variables (GYM_SFT_STEPS) and the help.
type Config struct {
	Env       string   `mapstructure:"env" help:"environment: see gym envs"`
	Scenarios []string `mapstructure:"scenarios" help:"scenarios to train on; none: all"`
	Set       string   `mapstructure:"set" help:"set of scenarios where none are named: the default set is \"\", all is every one"`
	Levels    []string `mapstructure:"levels" help:"levels to train on, as 2 or 1-3; none: all"`
	Recipe    string   `mapstructure:"recipe" help:"web or tools (demonstrations, then grpo), sft, grpo, ppo, reinforce or distill"`
	Run       string   `mapstructure:"run" help:"folder of the run; default runs/ENV-RECIPE-TIME"`
	Seed      uint64   `mapstructure:"seed" help:"of all that is drawn"`
	Threads   int      `mapstructure:"threads" help:"threads that the policy may use for one step"`
	Envs      int      `mapstructure:"envs" help:"environments that live side by side"`
	Staleness int      `mapstructure:"staleness" help:"versions that an episode may lag behind the trainer; 0 is synchronous"`
	Save      int      `mapstructure:"save" help:"steps between checkpoints"`
	Record    int      `mapstructure:"record" help:"keep the episodes of every so many steps; 0: none"`
	Device    string   `mapstructure:"device" help:"what the policy is computed on: cpu, cuda (an NVIDIA GPU; cuda:1 is the second, cuda:0,1 trains on two), or auto: a GPU where there is one"`
	Exact     bool     `mapstructure:"exact" help:"cuda: products in float32 with the same bits in rollouts and training, without tensor cores; much slower"`
	CPU       string   `mapstructure:"cpu" help:"force a path: avx512, avx2 or go"`
	Tools     []string `mapstructure:"tools" help:"tools beside the environment's verbs: see gym tools; or lua:FILE"`
	MCP       []string `mapstructure:"mcp" whole:"true" help:"MCP servers whose tools are given: NAME=COMMAND ARGUMENTS or NAME=http://HOST/PATH"`
	ToolCalls int      `mapstructure:"tool_calls" help:"most calls of tools in an episode"`

	Web      WebConfig      `mapstructure:"web"`
	Puzzle   PuzzleConfig   `mapstructure:"puzzle"`
	Search   SearchConfig   `mapstructure:"search"`
	Terminal TerminalConfig `mapstructure:"terminal"`
	Model    ModelConfig    `mapstructure:"model"`
	SFT      SFTConfig      `mapstructure:"sft"`
	RL       RLConfig       `mapstructure:"rl"`
	Reward   RewardConfig   `mapstructure:"reward"`

	Curriculum CurriculumConfig `mapstructure:"curriculum"`
	Eval       EvalConfig       `mapstructure:"eval"`
}

// PuzzleConfig is of the family puzzle.
type PuzzleConfig struct {
	Dir string `mapstructure:"dir" help:"folder of Lua scenarios instead of the built-in ones"`
}

// SearchConfig is of the family search.
type SearchConfig struct {
	Corpus   string `mapstructure:"corpus" help:"file of pages to ask about, {\"id\", \"contents\"} on each line; default: a generated world"`
	Engine   string `mapstructure:"engine" help:"that searches a corpus: bm25 in memory, or bleve on disk"`
	Index    string `mapstructure:"index" help:"folder of the index on disk"`
	Endpoint string `mapstructure:"endpoint" help:"a Search-R1 server that searches the corpus: http://HOST:PORT/retrieve"`
}

// TerminalConfig is of the family terminal.
type TerminalConfig struct {
	Backend string `mapstructure:"backend" help:"where commands run: memory, or sandbox: bash and this machine's utilities"`
}

// WebConfig is of the family web.
type WebConfig struct {
	Driver  string   `mapstructure:"driver" help:"auto, chrome, chromedp, rod or static"`
	Chrome  string   `mapstructure:"chrome" help:"path of the browser; default: the first on the PATH"`
	Browser string   `mapstructure:"browser" help:"ws://HOST:PORT/...: a browser that runs already"`
	Input   string   `mapstructure:"input" help:"events from a person's hands or a script: auto, trusted or script"`
	Actions []string `mapstructure:"actions" help:"verbs beside those of the scenario; all: every one"`
	Observe []string `mapstructure:"observe" help:"what is shown: elements, boxes, axtree, html, screenshot, som, diff"`
	Budget  int      `mapstructure:"budget" help:"most tokens of an observation's text, about; 0: no bound"`
	Pages   string   `mapstructure:"pages" help:"miniwob:DIR: the MiniWoB++ pages in DIR"`
	Dir     string   `mapstructure:"dir" help:"folder of Lua scenarios instead of the built-in ones"`
}

// ModelConfig is the policy's shape, or the run whose policy goes on learning.
type ModelConfig struct {
	From    string `mapstructure:"from" help:"folder of a run, or of a Llama or Qwen checkpoint in Hugging Face's layout: begin with its policy and its tokenizer; the shape below is then theirs, and so are adapters, where they have some"`
	Vocab   int    `mapstructure:"vocab" help:"most tokens of the learnt tokenizer"`
	Dim     int    `mapstructure:"dim" help:"width"`
	Layers  int    `mapstructure:"layers" help:"blocks"`
	Heads   int    `mapstructure:"heads" help:"attention heads"`
	KVHeads int    `mapstructure:"kv_heads" help:"key-value heads; 0: as many as heads"`
	Hidden  int    `mapstructure:"hidden" help:"width of the gated layer"`
	Context int    `mapstructure:"context" help:"most tokens of an episode"`

	DType       string   `mapstructure:"dtype" help:"type of the matrices: float32, or bfloat16, which is half as large where they are frozen and has a float32 beside it where they learn, and in which a GPU keeps activations too; empty: what model.from says where it is a run or is frozen, otherwise float32"`
	LoRA        int      `mapstructure:"lora" help:"rank of adapters that learn in place of the weights, which are frozen; 0: none"`
	LoRAOn      []string `mapstructure:"lora_on" help:"matrices with adapters: q, k, v, o, gate, up, down; none: all"`
	Activations int      `mapstructure:"activations" help:"megabytes of activations that a training step keeps, about; what is beyond is computed again; 0: all are kept"`
}

// shape is the model's, for a tokenizer of so many tokens.
func (c ModelConfig) shape(vocab int) model.Config {
	m := model.Tiny(vocab)
	m.Dim, m.Layers, m.Heads, m.KVHeads, m.Hidden, m.Context = c.Dim, c.Layers, c.Heads, cmp.Or(c.KVHeads, c.Heads), c.Hidden, c.Context
	m.Half = c.DType == model.BFloat16
	return m
}

// SFTConfig is the stage that learns from demonstrations.
type SFTConfig struct {
	Steps  int     `mapstructure:"steps" help:"optimizer steps"`
	Batch  int     `mapstructure:"batch" help:"episodes of a step"`
	LR     float64 `mapstructure:"lr" help:"highest learning rate"`
	WarmUp int     `mapstructure:"warmup" help:"steps in which it rises"`
	Final  float64 `mapstructure:"final" help:"share of it that is left at the end"`
	Read   float64 `mapstructure:"read" help:"weight of predicting a token that is read beside one that is written"`
	Focus  float64 `mapstructure:"focus" help:"share of a step's demonstrations that go to levels by how little the policy knows them; the rest is uniform"`
	Demos  string  `mapstructure:"demos" help:"folder of recorded demonstrations instead of the oracle's: gym demos"`
}

// RLConfig is the stage that learns from rollouts.
type RLConfig struct {
	Algorithm   string  `mapstructure:"algorithm" help:"grpo, ppo, reinforce, or distill: no rewards, the teacher alone"`
	Steps       int     `mapstructure:"steps" help:"batches of rollouts"`
	Tasks       int     `mapstructure:"tasks" help:"tasks of a batch"`
	Group       int     `mapstructure:"group" help:"episodes of each task"`
	LR          float64 `mapstructure:"lr" help:"highest learning rate"`
	WarmUp      int     `mapstructure:"warmup" help:"steps in which it rises"`
	Final       float64 `mapstructure:"final" help:"share of it that is left at the end"`
	Epochs      int     `mapstructure:"epochs" help:"times that a batch is gone through"`
	Minibatches int     `mapstructure:"minibatches" help:"optimizer steps in each"`
	Entropy     float64 `mapstructure:"entropy" help:"bonus for undecided choices"`
	KL          float64 `mapstructure:"kl" help:"pull to the policy that the stage began with"`
	Clip        float64 `mapstructure:"clip" help:"of the ratio of new to old probability"`
	Gamma       float64 `mapstructure:"gamma" help:"discount, by turn (ppo, reinforce)"`
	Lambda      float64 `mapstructure:"lambda" help:"of generalised advantages (ppo)"`
	Value       float64 `mapstructure:"value" help:"weight of the value head's loss (ppo)"`
	Teacher     string  `mapstructure:"teacher" help:"folder of a run or a checkpoint: do in the rollouts what its policy would; its tokens are the policy's"`
	Distill     float64 `mapstructure:"distill" help:"weight of that"`
	Top         int     `mapstructure:"top" help:"how many of the teacher's most probable choices are learnt, as probabilities"`
}

// RewardConfig is what the second stage pays. A weight is a number, or a
// schedule over the stage's steps: 1..0:100.
type RewardConfig struct {
	Outcome   string   `mapstructure:"outcome" help:"weight of the outcome"`
	Progress  string   `mapstructure:"progress" help:"weight of the shaping by progress; for ppo and reinforce"`
	Partial   string   `mapstructure:"partial" help:"weight of how near an episode came that failed"`
	Format    string   `mapstructure:"format" help:"penalty for an invalid action"`
	Turn      string   `mapstructure:"turn" help:"penalty for every turn"`
	Token     string   `mapstructure:"token" help:"penalty for every token written"`
	Length    string   `mapstructure:"length" help:"penalty for writing more than length_max tokens"`
	LengthMax int      `mapstructure:"length_max" help:"tokens of an episode; a quarter of it is the soft zone"`
	Rubric    string   `mapstructure:"rubric" help:"weight of the scenario's named criteria"`
	Signals   []string `mapstructure:"signals" help:"weights of other signals of the environment, as redundant=-0.1"`
	Lua       string   `mapstructure:"lua" help:"a file with a reward function of your own"`
	LuaWeight string   `mapstructure:"lua_weight" help:"its weight"`
	Clip      float64  `mapstructure:"clip" help:"a turn is paid at most so much; 0: no bound"`
	Normalize bool     `mapstructure:"normalize" help:"divide by the deviation of the batch"`
}

// mix is the reward that the configuration describes.
func (c RewardConfig) mix(gamma float64) (reward.Mix, error) {
	m := reward.Mix{Clip: c.Clip, Normalize: c.Normalize}
	var errs []error
	add := func(name, weight string, r reward.Reward) {
		w, err := reward.ParseSchedule(weight)
		if err != nil {
			errs = append(errs, fmt.Errorf("reward.%s: %w", name, err))
		} else if !w.Zero() {
			m.Terms = append(m.Terms, reward.Term{Name: name, Weight: w, Reward: r})
		}
	}
	add("outcome", c.Outcome, reward.Outcome{})
	add("progress", c.Progress, reward.Progress{Gamma: gamma})
	add("partial", c.Partial, reward.Partial{})
	add("format", c.Format, reward.Format{})
	add("turn", c.Turn, reward.Turns{})
	add("token", c.Token, reward.Tokens{})
	add("length", c.Length, reward.Length{Max: c.LengthMax, Soft: c.LengthMax / 4})
	add("rubric", c.Rubric, reward.Rubric{})
	for _, text := range c.Signals {
		name, weight, ok := strings.Cut(text, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			errs = append(errs, fmt.Errorf("reward.signals: %q; want a signal and its weight, as redundant=-0.1", text))
			continue
		}
		add("signals/"+name, weight, reward.Signal{Name: name})
	}
	if c.Lua != "" {
		r, err := scenarios.LoadReward(os.DirFS(filepath.Dir(c.Lua)), filepath.Base(c.Lua))
		if err != nil {
			errs = append(errs, fmt.Errorf("reward.lua: %w", err))
		} else {
			add("lua", c.LuaWeight, r)
		}
	}
	return m, errors.Join(errs...)
}

// CurriculumConfig says which tasks the second stage plays.
type CurriculumConfig struct {
	Name     string  `mapstructure:"name" help:"uniform, ramp, band, dump or bots"`
	Rounds   int     `mapstructure:"rounds" help:"most rounds of a group until it holds successes and failures"`
	Hints    bool    `mapstructure:"hints" help:"hints for groups in which all fail"`
	Restarts float64 `mapstructure:"restarts" help:"share of tasks that begin in the middle of earlier episodes"`
}

// plan is the curriculum that the configuration describes, for a stage of so
// many steps.
func (c CurriculumConfig) plan(list []chosen, steps int) (*curriculum.Plan, error) {
	entry, err := curriculum.All().Get(c.Name)
	if err != nil {
		return nil, err
	}
	p := &curriculum.Plan{Picker: entry.New()(grounds(list))}
	if c.Rounds > 1 {
		p.Rounds = curriculum.NewRounds(c.Rounds)
	}
	if c.Hints {
		p.Scaffold = curriculum.NewScaffold(steps)
	}
	if c.Restarts > 0 {
		p.Restarts = curriculum.NewRestarts(c.Restarts)
	}
	return p, nil
}

// grounds are the scenarios with their levels.
func grounds(list []chosen) (out []curriculum.Ground) {
	for _, s := range list {
		out = append(out, curriculum.Ground{Scenario: s.Name, Levels: s.levels})
	}
	return out
}

// EvalConfig is the evaluation at the end.
type EvalConfig struct {
	Seeds int     `mapstructure:"seeds" help:"episodes of every scenario and level"`
	Every int     `mapstructure:"every" help:"steps between exams on fixed training tasks in the second stage; 0: none"`
	Tasks int     `mapstructure:"tasks" help:"tasks of such an exam, of all scenarios and levels in turn"`
	Until float64 `mapstructure:"until" help:"the second stage ends when an exam reaches this; 0: never"`
}

// defaults are those of every recipe.
func defaults() Config {
	tiny := model.Tiny(2048)
	return Config{
		Env: "web", Recipe: "web", Seed: 1, Device: "cpu", Threads: runtime.NumCPU(), Envs: 2 * runtime.NumCPU(), Save: 100, Record: 20, ToolCalls: 16,
		Web:   WebConfig{Driver: "auto"},
		Model: ModelConfig{Vocab: tiny.Vocab, Dim: tiny.Dim, Layers: tiny.Layers, Heads: tiny.Heads, Hidden: tiny.Hidden, Context: tiny.Context},
		SFT:   SFTConfig{Steps: 1500, Batch: 96, LR: 3e-3, WarmUp: 50, Final: 0.1, Focus: 0.6},
		RL: RLConfig{Algorithm: "grpo", Steps: 60, Tasks: 48, Group: 8, LR: 1e-4, WarmUp: 5, Final: 0.1, Epochs: 1, Minibatches: 2,
			Clip: 0.2, Gamma: 1, Lambda: 0.95, Value: 0.5, Distill: 1, Top: 16},
		Reward: RewardConfig{Outcome: "1", Progress: "0", Partial: "0", Format: "0.1", Turn: "0", Token: "0", Length: "0", LengthMax: 512,
			Rubric: "0", LuaWeight: "1"},
		Curriculum: CurriculumConfig{Name: "uniform", Rounds: 1},
		Eval:       EvalConfig{Seeds: 20, Tasks: 60},
	}
}
