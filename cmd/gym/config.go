package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"
	"gopkg.in/yaml.v3"

	"github.com/turngym/turngym/gym/catalog"
	"github.com/turngym/turngym/policy/model"
)

// recipe is a named change of the defaults.
type recipe struct {
	name, doc string
	change    func(c *Config)
}

var recipes = []recipe{
	{"web", "demonstrations of the oracle, then grpo on live rollouts", func(*Config) {}},
	{"tools", "the same in smaller batches, predicting what is read as well: for search, terminal, sql, code and toolbox", func(c *Config) {
		c.SFT.Steps, c.SFT.Batch, c.SFT.Read = 1200, 32, 0.1
		c.RL.Steps, c.RL.Tasks = 20, 32
	}},
	{"sft", "demonstrations only", func(c *Config) { c.RL.Steps = 0 }},
	{"grpo", "reinforcement alone, group advantages", func(c *Config) { rlAlone(c, "grpo") }},
	{"ppo", "reinforcement alone, value head and generalised advantages", func(c *Config) {
		rlAlone(c, "ppo")
		c.RL.Steps, c.RL.Minibatches = 150, 4
	}},
	{"distill", "no rewards: in rollouts of its own the policy learns what rl.teacher would do", func(c *Config) {
		rlAlone(c, "distill")
		c.RL.Tasks, c.RL.Group, c.RL.Entropy = 64, 1, 0
	}},
	{"reinforce", "reinforcement alone, reward to go less its mean", func(c *Config) { rlAlone(c, "reinforce") }},
}

// toolFamilies are the environments whose recipe is tools where none is named.
var toolFamilies = []string{"search", "terminal", "sql", "code", "toolbox"}

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
	whole      bool // of a list: a comma is part of an item, and the flag is given once for each
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
				out = append(out, key{name, f.Tag.Get("help"), f.Tag.Get("whole") != "", v.Field(i)})
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
			if k.whole {
				fs.StringArray(k.name, v, k.help)
			} else {
				fs.StringSlice(k.name, v, k.help)
			}
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

var shortFlags = map[string]string{"driver": "web.driver", "chrome": "web.chrome", "pages": "web.pages", "model": "model.from"}

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
	} else if slices.Contains(toolFamilies, v.GetString("env")) {
		name = "tools"
		v.Set("recipe", name)
		from["recipe"] = "because of env"
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

// topMost bounds how much a teacher says of each token.
const topMost = 1024

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
	_, _, err = parseDevice(c.Device)
	need(err == nil, "%v", err)
	need(c.Threads > 0 && c.Envs > 0, "threads and envs must be at least 1")
	need(c.Staleness >= 0 && c.Save >= 0 && c.Record >= 0, "staleness, save and record must not be negative")
	need(c.SFT.Steps >= 0 && c.RL.Steps >= 0 && c.SFT.Steps+c.RL.Steps > 0, "sft.steps and rl.steps: nothing to do")
	need(c.SFT.Steps == 0 || c.SFT.Batch > 0, "sft.batch must be at least 1")
	need(c.SFT.Read >= 0, "sft.read must not be negative")
	need(c.SFT.Focus >= 0 && c.SFT.Focus <= 1, "sft.focus must be between 0 and 1")
	need(c.RL.Steps == 0 || c.RL.Tasks > 0 && c.RL.Group > 0, "rl.tasks and rl.group must be at least 1")
	need(c.RL.Steps == 0 || c.RL.Algorithm != "grpo" || c.RL.Group > 1, "rl.group must be at least 2: grpo compares episodes of the same task")
	algorithms := []string{"grpo", "ppo", "reinforce", "distill"}
	need(slices.Contains(algorithms, c.RL.Algorithm), "%v", catalog.Unknown("rl.algorithm", c.RL.Algorithm, algorithms))
	need(c.RL.Algorithm != "distill" || c.RL.Steps == 0 || c.RL.Teacher != "", "rl.algorithm distill needs rl.teacher: the folder of a run or a checkpoint")
	need(c.RL.Teacher == "" || c.RL.Steps > 0, "rl.teacher teaches in rollouts, and rl.steps is 0")
	need(c.RL.Teacher == "" || c.RL.Top > 0 && c.RL.Top <= topMost && c.RL.Distill > 0, "rl.top must be between 1 and %d, rl.distill above 0", topMost)
	need(c.SFT.LR >= 0 && c.RL.LR >= 0, "learning rates must not be negative")
	need(c.Model.From != "" || c.RL.Teacher != "" || c.Model.Vocab >= 700, "model.vocab must be at least 700: bytes and special tokens take that many")
	need(c.Model.Activations >= 0, "model.activations must not be negative")
	types := []string{model.Float32, model.BFloat16}
	need(c.Model.DType == "" || slices.Contains(types, c.Model.DType), "%v", catalog.Unknown("model.dtype", c.Model.DType, types))
	if c.Model.LoRA != 0 {
		err := model.LoRA{Rank: c.Model.LoRA, On: c.Model.LoRAOn}.Validate()
		need(err == nil, "model.lora: %v", err)
	}
	need(c.Eval.Seeds > 0 && c.Eval.Tasks > 0, "eval.seeds and eval.tasks must be at least 1")
	need(c.Eval.Every >= 0 && c.Eval.Until >= 0 && c.Eval.Until <= 1, "eval.every must not be negative, eval.until from 0 to 1")
	need(c.Eval.Until == 0 || c.Eval.Every > 0, "eval.until needs eval.every: how often to look")
	if c.Model.From == "" { // what is begun with has been looked at when it was loaded
		errs = append(errs, c.Model.shape(c.Model.Vocab).Validate())
	}
	return errors.Join(errs...)
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
