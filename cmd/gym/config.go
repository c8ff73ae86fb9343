package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"
	"gopkg.in/yaml.v3"

	"github.com/turngym/turngym/gym/catalog"
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
	Levels    []string `mapstructure:"levels" help:"levels to train on, as 2 or 1-3; none: all"`
	Recipe    string   `mapstructure:"recipe" help:"web (demonstrations, then grpo), sft, grpo, ppo or reinforce"`
	Run       string   `mapstructure:"run" help:"folder of the run; default runs/ENV-RECIPE-TIME"`
	Seed      uint64   `mapstructure:"seed" help:"of all that is drawn"`
	Threads   int      `mapstructure:"threads" help:"passes that train at once"`
	Envs      int      `mapstructure:"envs" help:"environments that live side by side"`
	Staleness int      `mapstructure:"staleness" help:"versions that an episode may lag behind the trainer; 0 is synchronous"`
	Save      int      `mapstructure:"save" help:"steps between checkpoints"`
	Record    int      `mapstructure:"record" help:"keep the episodes of every so many steps; 0: none"`
	CPU       string   `mapstructure:"cpu" help:"force a path: avx512, avx2 or go"`

	Web    WebConfig    `mapstructure:"web"`
	Puzzle PuzzleConfig `mapstructure:"puzzle"`
	Model  ModelConfig  `mapstructure:"model"`
	SFT    SFTConfig    `mapstructure:"sft"`
	RL     RLConfig     `mapstructure:"rl"`
	Reward RewardConfig `mapstructure:"reward"`

	Curriculum CurriculumConfig `mapstructure:"curriculum"`
	Eval       EvalConfig       `mapstructure:"eval"`
}

// PuzzleConfig is of the family puzzle.
type PuzzleConfig struct {
	Dir string `mapstructure:"dir" help:"folder of Lua scenarios instead of the built-in ones"`
}

// WebConfig is of the family web.
type WebConfig struct {
	Driver string `mapstructure:"driver" help:"auto, chrome or static"`
	Chrome string `mapstructure:"chrome" help:"path of the browser; default: the first on the PATH"`
	Pages  string `mapstructure:"pages" help:"miniwob:DIR: the MiniWoB++ pages in DIR"`
	Dir    string `mapstructure:"dir" help:"folder of Lua scenarios instead of the built-in ones"`
}

// ModelConfig is the policy's shape.
type ModelConfig struct {
	Vocab   int `mapstructure:"vocab" help:"most tokens of the learnt tokenizer"`
	Dim     int `mapstructure:"dim" help:"width"`
	Layers  int `mapstructure:"layers" help:"blocks"`
	Heads   int `mapstructure:"heads" help:"attention heads"`
	KVHeads int `mapstructure:"kv_heads" help:"key-value heads"`
	Hidden  int `mapstructure:"hidden" help:"width of the gated layer"`
	Context int `mapstructure:"context" help:"most tokens of an episode"`
}

// shape is the model's, for a tokenizer of so many tokens.
func (c ModelConfig) shape(vocab int) model.Config {
	m := model.Tiny(vocab)
	m.Dim, m.Layers, m.Heads, m.KVHeads, m.Hidden, m.Context = c.Dim, c.Layers, c.Heads, c.KVHeads, c.Hidden, c.Context
	return m
}

// SFTConfig is the stage that learns from demonstrations.
type SFTConfig struct {
	Steps  int     `mapstructure:"steps" help:"optimizer steps"`
	Batch  int     `mapstructure:"batch" help:"episodes of a step"`
	LR     float64 `mapstructure:"lr" help:"highest learning rate"`
	WarmUp int     `mapstructure:"warmup" help:"steps in which it rises"`
	Final  float64 `mapstructure:"final" help:"share of it that is left at the end"`
}

// RLConfig is the stage that learns from rollouts.
type RLConfig struct {
	Algorithm   string  `mapstructure:"algorithm" help:"grpo, ppo or reinforce"`
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
}

// RewardConfig is what the second stage pays. A weight is a number, or a
// schedule over the stage's steps: 1..0:100.
type RewardConfig struct {
	Outcome   string  `mapstructure:"outcome" help:"weight of the outcome"`
	Progress  string  `mapstructure:"progress" help:"weight of the shaping by progress; for ppo and reinforce"`
	Partial   string  `mapstructure:"partial" help:"weight of how near an episode came that failed"`
	Format    string  `mapstructure:"format" help:"penalty for an invalid action"`
	Turn      string  `mapstructure:"turn" help:"penalty for every turn"`
	Token     string  `mapstructure:"token" help:"penalty for every token written"`
	Length    string  `mapstructure:"length" help:"penalty for writing more than length_max tokens"`
	LengthMax int     `mapstructure:"length_max" help:"tokens of an episode; a quarter of it is the soft zone"`
	Rubric    string  `mapstructure:"rubric" help:"weight of the scenario's named criteria"`
	Lua       string  `mapstructure:"lua" help:"a file with a reward function of your own"`
	LuaWeight string  `mapstructure:"lua_weight" help:"its weight"`
	Clip      float64 `mapstructure:"clip" help:"a turn is paid at most so much; 0: no bound"`
	Normalize bool    `mapstructure:"normalize" help:"divide by the deviation of the batch"`
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
	var grounds []curriculum.Ground
	for _, s := range list {
		grounds = append(grounds, curriculum.Ground{Scenario: s.Name, Levels: s.levels})
	}
	p := &curriculum.Plan{Picker: entry.New()(grounds)}
	if c.Rounds > 1 {
		p.Rounds = &curriculum.Rounds{Most: c.Rounds, Each: 1}
	}
	if c.Hints {
		p.Scaffold = curriculum.NewScaffold(steps)
	}
	if c.Restarts > 0 {
		p.Restarts = curriculum.NewRestarts(c.Restarts)
	}
	return p, nil
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
		Env: "web", Recipe: "web", Seed: 1, Threads: runtime.NumCPU(), Envs: 2 * runtime.NumCPU(), Save: 100, Record: 20,
		Web:   WebConfig{Driver: "auto"},
		Model: ModelConfig{Vocab: tiny.Vocab, Dim: tiny.Dim, Layers: tiny.Layers, Heads: tiny.Heads, KVHeads: tiny.KVHeads, Hidden: tiny.Hidden, Context: tiny.Context},
		SFT:   SFTConfig{Steps: 1500, Batch: 96, LR: 3e-3, WarmUp: 50, Final: 0.1},
		RL: RLConfig{Algorithm: "grpo", Steps: 60, Tasks: 48, Group: 8, LR: 1e-4, WarmUp: 5, Final: 0.1, Epochs: 1, Minibatches: 2,
			Clip: 0.2, Gamma: 1, Lambda: 0.95, Value: 0.5},
		Reward: RewardConfig{Outcome: "1", Progress: "0", Partial: "0", Format: "0.1", Turn: "0", Token: "0", Length: "0", LengthMax: 512,
			Rubric: "0", LuaWeight: "1"},
		Curriculum: CurriculumConfig{Name: "uniform", Rounds: 1},
		Eval:       EvalConfig{Seeds: 20},
	}
}

// recipe is a named change of the defaults.
type recipe struct {
	name, doc string
	change    func(c *Config)
}

var recipes = []recipe{
	{"web", "demonstrations of the oracle, then grpo on live rollouts", func(*Config) {}},
	{"sft", "demonstrations only", func(c *Config) { c.RL.Steps = 0 }},
	{"grpo", "reinforcement alone, group advantages", func(c *Config) { rlAlone(c, "grpo") }},
	{"ppo", "reinforcement alone, value head and generalised advantages", func(c *Config) {
		rlAlone(c, "ppo")
		c.RL.Steps, c.RL.Minibatches = 150, 4
	}},
	{"reinforce", "reinforcement alone, reward to go less its mean", func(c *Config) { rlAlone(c, "reinforce") }},
}

func rlAlone(c *Config, algorithm string) {
	c.SFT.Steps = 0
	c.RL.Algorithm, c.RL.Steps, c.RL.Tasks, c.RL.LR, c.RL.Entropy = algorithm, 200, 32, 1e-3, 0.01
}

func findRecipe(name string) (recipe, error) {
	var names []string
	for _, r := range recipes {
		if r.name == name {
			return r, nil
		}
		names = append(names, r.name)
	}
	return recipe{}, catalog.Unknown("recipe", name, names)
}

// key is one leaf of Config.
type key struct {
	name, help string
	field      reflect.Value
}

// keys are the leaves of c in the order of the source.
func keys(c *Config) []key {
	var out []key
	var walk func(prefix string, v reflect.Value)
	walk = func(prefix string, v reflect.Value) {
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name := prefix + f.Tag.Get("mapstructure")
			if f.Type.Kind() == reflect.Struct {
				walk(name+".", v.Field(i))
			} else {
				out = append(out, key{name, f.Tag.Get("help"), v.Field(i)})
			}
		}
	}
	walk("", reflect.ValueOf(c).Elem())
	return out
}

func variable(name string) string {
	return "GYM_" + strings.ToUpper(strings.ReplaceAll(name, ".", "_"))
}

// addFlags makes a flag of every key; those of sections are not in the short help.
func addFlags(fs *pflag.FlagSet) {
	c := defaults()
	for _, k := range keys(&c) {
		switch v := k.field.Interface().(type) {
		case string:
			fs.String(k.name, v, k.help)
		case []string:
			fs.StringSlice(k.name, v, k.help)
		case int:
			fs.Int(k.name, v, k.help)
		case uint64:
			fs.Uint64(k.name, v, k.help)
		case bool:
			fs.Bool(k.name, v, k.help)
		case float64:
			fs.Float64(k.name, v, k.help)
		}
		if strings.Contains(k.name, ".") {
			fs.MarkHidden(k.name)
		}
	}
	// The sections' most used keys have a short name, too.
	for short, name := range shortFlags {
		fs.String(short, "", fmt.Sprintf("%s (the key %s)", fs.Lookup(name).Usage, name))
	}
	fs.String("config", "", "a YAML file with these keys")
	singular(fs)
}

// hide takes flags that a command has no use for out of its help.
func hide(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		cmd.Flags().MarkHidden(name)
	}
}

// singular lets one ask for --scenario and --level as well.
func singular(fs *pflag.FlagSet) {
	fs.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if plural := name + "s"; (name == "scenario" || name == "level") && fs.Lookup(plural) != nil {
			name = plural
		}
		return pflag.NormalizedName(name)
	})
}

var shortFlags = map[string]string{"driver": "web.driver", "chrome": "web.chrome", "pages": "web.pages"}

// loadConfig puts together flags, variables, the file, the recipe and the
// defaults, in this order of precedence. from says for each key where its
// value is from.
func loadConfig(fs *pflag.FlagSet, env func(string) string) (c Config, from map[string]string, err error) {
	v := viper.New()
	c, from = defaults(), map[string]string{}
	file := ""
	if f := fs.Lookup("config"); f != nil && f.Value.String() != "" {
		file = f.Value.String()
		if err := readFile(v, file, keys(&c)); err != nil {
			return c, nil, err
		}
	}
	all := keys(&c)
	for _, k := range all {
		if s := env(variable(k.name)); s != "" {
			v.Set(k.name, s)
			from[k.name] = variable(k.name)
		} else if v.InConfig(k.name) {
			from[k.name] = file
		}
	}
	set := func(flag, name string) {
		f := fs.Lookup(flag)
		if f == nil || !f.Changed {
			return
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			v.Set(name, list.GetSlice())
		} else {
			v.Set(name, f.Value.String())
		}
		from[name] = "--" + flag
	}
	for short, name := range shortFlags {
		set(short, name)
	}
	for _, k := range all {
		set(k.name, k.name)
	}
	before := defaults()
	name := before.Recipe
	if v.IsSet("recipe") {
		name = v.GetString("recipe")
	} else if v.GetString("web.pages") != "" { // those pages have no oracle to learn from
		name = "grpo"
		v.Set("recipe", name)
		from["recipe"] = "because of web.pages"
	}
	r, err := findRecipe(name)
	if err != nil {
		return c, nil, err
	}
	r.change(&c)
	old := keys(&before)
	for i, k := range keys(&c) {
		if from[k.name] == "" {
			from[k.name] = "default"
			if !reflect.DeepEqual(k.field.Interface(), old[i].field.Interface()) {
				from[k.name] = "recipe " + r.name
			}
		}
	}
	var errs []error
	for _, k := range all {
		if value := v.Get(k.name); value != nil && mapstructure.WeakDecode(value, reflect.New(k.field.Type()).Interface()) != nil {
			errs = append(errs, fmt.Errorf("%s: %s is %q; want %s", from[k.name], k.name, fmt.Sprint(value), wanted(k.field.Kind())))
		}
	}
	if len(errs) > 0 {
		return c, nil, errors.Join(errs...)
	}
	err = v.Unmarshal(&c, func(d *mapstructure.DecoderConfig) { d.ZeroFields = false })
	if err != nil {
		return c, nil, fmt.Errorf("configuration: %w", flat(err))
	}
	return c, from, c.Validate()
}

// wanted says what a key's value must be.
func wanted(kind reflect.Kind) string {
	switch kind {
	case reflect.Int, reflect.Uint64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	case reflect.Bool:
		return "true or false"
	}
	return "a text"
}

func flat(err error) error {
	return errors.New(strings.Join(strings.Fields(strings.ReplaceAll(err.Error(), "\n", " ")), " "))
}

// readFile reads a YAML file strictly: unknown keys are named with their line
// and the nearest right one.
func readFile(v *viper.Viper, path string, known []key) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return fmt.Errorf("%s: %w", path, flat(err))
	}
	var names, sections []string
	for _, k := range known {
		names = append(names, k.name)
		if s, _, ok := strings.Cut(k.name, "."); ok && !slices.Contains(sections, s) {
			sections = append(sections, s)
		}
	}
	var errs []error
	var walk func(prefix string, n *yaml.Node)
	walk = func(prefix string, n *yaml.Node) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			name, value := prefix+n.Content[i].Value, n.Content[i+1]
			switch {
			case slices.Contains(sections, name) && value.Kind != yaml.MappingNode:
				errs = append(errs, fmt.Errorf("%s:%d: %s is a section: put its keys below it", path, value.Line, name))
			case slices.Contains(sections, name):
				walk(name+".", value)
			case !slices.Contains(names, name):
				msg := fmt.Sprintf("%s:%d: unknown key %q", path, n.Content[i].Line, name)
				if near := catalog.Nearest(name, names); near != "" {
					msg += fmt.Sprintf("; did you mean %q?", near)
				}
				errs = append(errs, errors.New(msg))
			}
		}
	}
	if len(root.Content) > 0 {
		if root.Content[0].Kind != yaml.MappingNode {
			return fmt.Errorf("%s: want keys and values", path)
		}
		walk("", root.Content[0])
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	v.SetConfigFile(path)
	v.SetConfigType("yaml")
	return v.ReadInConfig()
}

// Validate reports all faults at once.
func (c *Config) Validate() error {
	var errs []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	_, err := levelSet(c.Levels)
	need(err == nil, "%v", err)
	_, err = c.Reward.mix(c.RL.Gamma)
	need(err == nil, "%v", err)
	_, err = c.Curriculum.plan(nil, c.RL.Steps)
	need(err == nil, "%v", err)
	need(c.Curriculum.Rounds > 0 && c.Curriculum.Restarts >= 0 && c.Curriculum.Restarts < 1,
		"curriculum.rounds must be at least 1, curriculum.restarts from 0 to below 1")
	need(c.Reward.Clip >= 0, "reward.clip must not be negative")
	need(c.Threads > 0 && c.Envs > 0, "threads and envs must be at least 1")
	need(c.Staleness >= 0 && c.Save >= 0 && c.Record >= 0, "staleness, save and record must not be negative")
	need(c.SFT.Steps >= 0 && c.RL.Steps >= 0 && c.SFT.Steps+c.RL.Steps > 0, "sft.steps and rl.steps: nothing to do")
	need(c.SFT.Steps == 0 || c.SFT.Batch > 0, "sft.batch must be at least 1")
	need(c.RL.Steps == 0 || c.RL.Tasks > 0 && c.RL.Group > 0, "rl.tasks and rl.group must be at least 1")
	need(c.RL.Steps == 0 || c.RL.Algorithm != "grpo" || c.RL.Group > 1, "rl.group must be at least 2: grpo compares episodes of the same task")
	need(slices.Contains([]string{"grpo", "ppo", "reinforce"}, c.RL.Algorithm), "%v", catalog.Unknown("rl.algorithm", c.RL.Algorithm, []string{"grpo", "ppo", "reinforce"}))
	need(c.SFT.LR >= 0 && c.RL.LR >= 0, "learning rates must not be negative")
	need(c.Model.Vocab >= 700, "model.vocab must be at least 700: bytes and special tokens take that many")
	need(c.Eval.Seeds > 0 && c.Eval.Tasks > 0, "eval.seeds and eval.tasks must be at least 1")
	need(c.Eval.Every >= 0 && c.Eval.Until >= 0 && c.Eval.Until <= 1, "eval.every must not be negative, eval.until from 0 to 1")
	need(c.Eval.Until == 0 || c.Eval.Every > 0, "eval.until needs eval.every: how often to look")
	return errors.Join(append(errs, c.Model.shape(c.Model.Vocab).Validate())...)
}

// levelSet says which levels "2" and "1-3" name; nil is all.
func levelSet(list []string) (map[int]bool, error) {
	var set map[int]bool
	for _, s := range list {
		low, high, isRange := strings.Cut(strings.TrimSpace(s), "-")
		if !isRange {
			high = low
		}
		a, err1 := strconv.Atoi(low)
		b, err2 := strconv.Atoi(high)
		if err1 != nil || err2 != nil || a < 1 || b < a || b > 1000 {
			return nil, fmt.Errorf("levels: %q; want a level or a range, as 2 or 1-3", s)
		}
		if set == nil {
			set = map[int]bool{}
		}
		for l := a; l <= b; l++ {
			set[l] = true
		}
	}
	return set, nil
}

// print writes every key with its value and where that is from.
func (c *Config) print(w io.Writer, from map[string]string) {
	for _, k := range keys(c) {
		fmt.Fprintf(w, "%-18s %-24v %s\n", k.name, k.field.Interface(), from[k.name])
	}
}

// yaml is the configuration as a file that gives it again.
func (c *Config) yaml() ([]byte, error) {
	root := map[string]any{}
	for _, k := range keys(c) {
		m, name := root, k.name
		if section, leaf, ok := strings.Cut(k.name, "."); ok {
			if root[section] == nil {
				root[section] = map[string]any{}
			}
			m, name = root[section].(map[string]any), leaf
		}
		m[name] = k.field.Interface()
	}
	return yaml.Marshal(root)
}
