package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/turngym/turngym/agent/llm"
	"github.com/turngym/turngym/agent/rollout"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/record"
	"github.com/turngym/turngym/policy/weights"
)

// rollOptions are what a rollout is told beside the environment. The run's
// folder keeps them, and no key is among them.
type rollOptions struct {
	Agent       string `json:"agent"`
	User        string `json:"user,omitempty"`
	Episodes    int    `json:"episodes"`
	Concurrency int    `json:"concurrency"`
	Split       string `json:"split"`

	BaseURL     string  `json:"base_url,omitempty"`
	KeyEnv      string  `json:"key_env,omitempty"`
	Stream      bool    `json:"stream,omitempty"`
	Text        bool    `json:"text,omitempty"`
	Images      bool    `json:"images,omitempty"`
	LogProbs    bool    `json:"log_probs,omitempty"`
	Temperature float64 `json:"temperature"`
	MaxTokens   int     `json:"max_tokens,omitempty"`
	SendSeed    bool    `json:"send_seed,omitempty"`

	Timeout span `json:"timeout"`
	Tries   int  `json:"tries"`
	RPM     int  `json:"rpm,omitempty"`
	TPM     int  `json:"tpm,omitempty"`

	BudgetTokens int64   `json:"budget_tokens,omitempty"`
	BudgetCost   float64 `json:"budget_cost,omitempty"`
	PriceIn      float64 `json:"price_in,omitempty"`
	PriceOut     float64 `json:"price_out,omitempty"`

	KeepTurns    int    `json:"keep_turns,omitempty"`
	SumUp        int    `json:"sum_up,omitempty"`
	Examples     int    `json:"examples,omitempty"`
	ExamplesFrom string `json:"examples_from,omitempty"`
	Skills       string `json:"skills,omitempty"`
	Withdraw     int    `json:"withdraw,omitempty"`
	Prompt       string `json:"prompt,omitempty"`
}

// span is a duration that is written as 90s.
type span time.Duration

func (s span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

func (s *span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q: want a time, as 90s or 2m", text)
	}
	*s = span(d)
	return nil
}

func defaultRoll() rollOptions {
	d := llm.New("", "")
	return rollOptions{Agent: "random", Episodes: 100, Concurrency: 8, Split: "train", Temperature: d.Temperature, Timeout: span(d.Retry.Timeout), Tries: d.Retry.Tries}
}

// flags makes a flag of every option; the default is what it is now.
func (o *rollOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.Agent, "agent", o.Agent, "random, oracle, openai:MODEL, policy:RUN, best-of-N:AGENT or tree-STEPS:AGENT")
	f.StringVar(&o.User, "user", o.User, "toolbox: who plays the user, openai:MODEL; none: a script")
	f.IntVar(&o.Episodes, "episodes", o.Episodes, "how many, of all scenarios and levels in turn")
	f.IntVar(&o.Concurrency, "concurrency", o.Concurrency, "episodes at once")
	f.StringVar(&o.Split, "split", o.Split, "train or test")
	f.StringVar(&o.BaseURL, "base-url", o.BaseURL, "openai: the endpoint, as http://127.0.0.1:8000/v1")
	f.StringVar(&o.KeyEnv, "key-env", o.KeyEnv, "openai: the variable that holds the key; none: no key is sent")
	f.BoolVar(&o.Stream, "stream", o.Stream, "openai: replies in pieces")
	f.BoolVar(&o.Text, "text", o.Text, "openai: actions as text instead of tool calls")
	f.BoolVar(&o.Images, "images", o.Images, "openai: the model sees pictures")
	f.BoolVar(&o.LogProbs, "log-probs", o.LogProbs, "openai: record token ids and log-probs, where both are given (vLLM)")
	f.Float64Var(&o.Temperature, "temperature", o.Temperature, "of samples; negative: the endpoint's own, and the likeliest for a policy")
	f.IntVar(&o.MaxTokens, "max-tokens", o.MaxTokens, "openai: of a reply; 0: the endpoint's own")
	f.BoolVar(&o.SendSeed, "send-seed", o.SendSeed, "openai: ask for repeatable samples, by --seed and the task")
	f.TextVar(&o.Timeout, "timeout", o.Timeout, "openai: of one try of a call")
	f.IntVar(&o.Tries, "tries", o.Tries, "openai: of a call")
	f.IntVar(&o.RPM, "rpm", o.RPM, "openai: requests a minute; 0: no bound")
	f.IntVar(&o.TPM, "tpm", o.TPM, "openai: tokens a minute; 0: no bound")
	f.Int64Var(&o.BudgetTokens, "budget-tokens", o.BudgetTokens, "openai: of the run; 0: no bound")
	f.Float64Var(&o.BudgetCost, "budget-cost", o.BudgetCost, "openai: of the run; 0: no bound")
	f.Float64Var(&o.PriceIn, "price-in", o.PriceIn, "openai: of a million tokens read")
	f.Float64Var(&o.PriceOut, "price-out", o.PriceOut, "openai: of a million tokens written")
	f.IntVar(&o.KeepTurns, "keep-turns", o.KeepTurns, "openai: show only so many last turns; 0: all")
	f.IntVar(&o.SumUp, "sum-up", o.SumUp, "openai: above so many tokens the model sums up; 0: never")
	f.IntVar(&o.Examples, "examples", o.Examples, "openai: successful episodes in the prompt")
	f.StringVar(&o.ExamplesFrom, "examples-from", o.ExamplesFrom, "openai: the run they are taken from")
	f.StringVar(&o.Skills, "skills", o.Skills, "openai: a folder of texts that go into the prompt")
	f.IntVar(&o.Withdraw, "withdraw", o.Withdraw, "openai: examples and skills are gone after so many episodes; 0: never")
	f.StringVar(&o.Prompt, "prompt", o.Prompt, "openai: a file with a template of the first message")
}

// Validate reports all faults at once.
func (o *rollOptions) Validate() error {
	var errs []error
	if o.Episodes < 1 || o.Concurrency < 1 {
		errs = append(errs, errors.New("--episodes and --concurrency must be at least 1"))
	}
	if _, err := gym.ParseSplit(o.Split); err != nil {
		errs = append(errs, err)
	}
	if (o.Examples > 0) != (o.ExamplesFrom != "") {
		errs = append(errs, errors.New("--examples says how many, and --examples-from the run they are taken from: give both"))
	}
	return errors.Join(errs...)
}

func (a *app) rolloutCommand() *cobra.Command {
	o := defaultRoll()
	var resume string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "rollout", Short: "Play many episodes with an agent, as an LLM, and record them",
		Example: "  gym rollout --env puzzle --agent openai:qwen --base-url http://127.0.0.1:8000/v1 --episodes 200 --concurrency 32\n" +
			"  gym rollout --env puzzle --scenario hanoi --agent best-of-8:random\n  gym rollout --resume runs/puzzle-rollout-20260102-150405",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if resume != "" {
				return a.resumeRollout(cmd, resume, asJSON)
			}
			c, _, err := loadConfig(cmd.Flags(), a.env)
			if err != nil {
				return wrongUse{err}
			}
			return a.rollout(cmd.Context(), c, o, "", asJSON)
		},
	}
	addFlags(cmd.Flags())
	hide(cmd, "recipe", "threads", "envs", "staleness", "save", "record", "device", "exact", "cpu")
	for name, usage := range map[string]string{"scenarios": "scenarios to play; none: all", "levels": "levels to play, as 2 or 1-3; none: all", "run": "folder of the run; default runs/ENV-rollout-TIME"} {
		cmd.Flags().Lookup(name).Usage = usage
	}
	o.flags(cmd.Flags())
	cmd.Flags().StringVar(&resume, "resume", "", "go on with the run in this folder; what is there is not played again")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the summary as an object")
	return cmd
}

const rollFile = "rollout.json"

// resumeRollout goes on with a run as it was told, but for the flags that are
// given now.
func (a *app) resumeRollout(cmd *cobra.Command, dir string, asJSON bool) error {
	c, err := readRun(dir)
	if err != nil {
		return wrongUse{err}
	}
	path := filepath.Join(dir, rollFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return wrongUse{fmt.Errorf("%s is not the folder of a rollout: %w", dir, err)}
	}
	o := defaultRoll()
	if err := json.Unmarshal(text, &o); err != nil {
		return wrongUse{fmt.Errorf("%s is corrupt: %w", path, err)}
	}
	was := o
	now := pflag.NewFlagSet("rollout", pflag.ContinueOnError)
	o.flags(now)
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch {
		case err != nil || f.Name == "resume" || f.Name == "json":
		case now.Lookup(f.Name) == nil:
			err = fmt.Errorf("--%s cannot be changed: %s goes on with the tasks that it was made for", f.Name, dir)
		default:
			err = now.Set(f.Name, f.Value.String())
		}
	})
	if err == nil && (o.Agent != was.Agent || o.Split != was.Split) {
		err = fmt.Errorf("%s was played by %s on the %s split; start another run for another agent or split", dir, was.Agent, was.Split)
	}
	if err != nil {
		return wrongUse{err}
	}
	return a.rollout(cmd.Context(), c, o, dir, asJSON)
}

// rollout plays what is not in dir yet; a run is made where dir is "".
func (a *app) rollout(ctx context.Context, c Config, o rollOptions, dir string, asJSON bool) (err error) {
	if err := o.Validate(); err != nil {
		return wrongUse{err}
	}
	who, err := a.actor(o.Agent, &o, &c)
	if err != nil {
		return wrongUse{err}
	}
	defer func() { err = errors.Join(err, who.close()) }()
	f, err := openFamily(&c, "")
	if err != nil {
		return wrongUse{err}
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if o.User != "" {
		close, err := a.user(f, &o, &c)
		if err != nil {
			return wrongUse{err}
		}
		defer func() { err = errors.Join(err, close()) }()
	}
	list, err := pick(f, &c)
	if err != nil {
		return wrongUse{err}
	}
	r := &roll{app: a, c: c, o: o, dir: dir, who: who, tasks: rollTasks(list, c.Seed, o)}
	r.sum.start(c.Env, o, list)
	if err := r.begin(); err != nil {
		return err
	}
	r.engine = &rollout.Engine{Family: f, Name: c.Env, Envs: min(o.Concurrency, max(1, len(r.left)))}
	defer func() { err = errors.Join(err, r.engine.Close()) }()
	return r.play(ctx, asJSON)
}

// rollTasks are the first so many tasks of an endless list: every scenario and
// level in turn, then again with other seeds.
func rollTasks(list []chosen, seed uint64, o rollOptions) []gym.Task {
	split, _ := gym.ParseSplit(o.Split)
	var tasks []gym.Task
	for round := 0; ; round++ {
		for _, t := range exam(list, split, 1) {
			if len(tasks) == o.Episodes {
				return tasks
			}
			t.Seed = seed<<32 + uint64(round)
			tasks = append(tasks, t)
		}
	}
}

// begin makes the run's folder, or reads what is in it.
func (r *roll) begin() error {
	fresh := r.dir == ""
	if fresh {
		if r.dir = r.c.Run; r.dir == "" {
			r.dir = filepath.Join("runs", fmt.Sprintf("%s-rollout-%s", r.c.Env, time.Now().Format("20060102-150405")))
		}
		if err := makeRun(r.dir, &r.c); err != nil {
			return err
		}
	}
	text, _ := json.MarshalIndent(r.o, "", "  ")
	err := weights.Atomic(filepath.Join(r.dir, rollFile), text)
	if err == nil && fresh {
		err = markRun(r.dir)
	}
	if err == nil {
		err = r.read()
	}
	if err == nil {
		r.out, err = record.Create(filepath.Join(r.dir, "episodes"), false)
	}
	return err
}
