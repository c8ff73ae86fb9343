package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/agent/llm"
	"github.com/turngym/turngym/agent/rollout"
	"github.com/turngym/turngym/envs/toolbox"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
	"github.com/turngym/turngym/gym/record"
)

// actor is who plays a rollout.
type actor struct {
	of    func(i int) agent.Agent // the i-th episode
	model *llm.Agent              // the endpoint that it asks; nil: none
}

func (w *actor) close() error {
	if w.model == nil {
		return nil
	}
	return w.model.Close()
}

// actorKinds are the first words of what --agent takes.
var actorKinds = []string{"random", "oracle", "openai", "policy", "best-of-8", "tree-200"}

// actor makes the agent that a command line names.
func (a *app) actor(spec string, o *rollOptions, c *Config) (actor, error) {
	kind, rest, _ := strings.Cut(spec, ":")
	fixed := func(p agent.Agent) (actor, error) { return actor{of: func(int) agent.Agent { return p }}, nil }
	n, searches := number(kind, "best-of-", "tree-")
	switch {
	case spec == "random":
		return fixed(agent.Random{Seed: c.Seed})
	case spec == "oracle":
		return fixed(agent.Oracle{})
	case kind == "human":
		return actor{}, errors.New("a person plays with gym play")
	case kind == "openai":
		return a.model(rest, o, c)
	case kind == "policy":
		return a.trained(rest, o, c)
	case searches && rest == "":
		return actor{}, fmt.Errorf("--agent %s: which agent does it search with? for instance %s:random", spec, spec)
	case searches:
		inner, err := a.actor(rest, o, c)
		if err != nil {
			return actor{}, err
		}
		of := inner.of
		inner.of = func(i int) agent.Agent { return agent.BestOfN{Inner: of(i), N: n} }
		if strings.HasPrefix(kind, "tree-") {
			t := agent.NewTree(nil)
			t.Budget, t.Seed = n, c.Seed
			inner.of = func(i int) agent.Agent {
				if t := t; rest != "random" { // the grammar is random, too, and faster
					t.Inner = of(i)
					return t
				}
				return t
			}
		}
		return inner, nil
	}
	return actor{}, catalog.Unknown("agent", kind, actorKinds)
}

// number is what follows one of the prefixes.
func number(s string, prefixes ...string) (n int, ok bool) {
	for _, p := range prefixes {
		if text, is := strings.CutPrefix(s, p); is {
			n, err := strconv.Atoi(text)
			return n, err == nil && n > 0
		}
	}
	return 0, false
}

// model is an LLM behind an endpoint.
func (a *app) model(name string, o *rollOptions, c *Config) (actor, error) {
	if o.BaseURL == "" {
		return actor{}, errors.New("where does the model run? give its address with --base-url, as http://127.0.0.1:8000/v1")
	}
	m := llm.New(o.BaseURL, name)
	if o.KeyEnv != "" {
		if m.Key = a.env(o.KeyEnv); m.Key == "" {
			return actor{}, fmt.Errorf("--key-env: the variable %s is not set", o.KeyEnv)
		}
	}
	t := http.DefaultTransport.(*http.Transport).Clone() // through the person's proxy
	t.MaxIdleConnsPerHost, t.MaxIdleConns = o.Concurrency, 0
	m.Transport = t
	m.Temperature, m.MaxTokens, m.Seed, m.SendSeed = o.Temperature, o.MaxTokens, c.Seed, o.SendSeed
	m.Stream, m.Text, m.See, m.LogProbs = o.Stream, o.Text, o.Images, o.LogProbs
	m.Retry.Timeout, m.Retry.Tries = time.Duration(o.Timeout), o.Tries
	m.Retry.Total = max(m.Retry.Total, 2*m.Retry.Timeout)
	m.Limits = llm.Limits{Requests: o.RPM, Tokens: o.TPM, Calls: o.Concurrency}
	m.Budget = llm.Budget{Tokens: o.BudgetTokens, Cost: o.BudgetCost, PriceIn: o.PriceIn, PriceOut: o.PriceOut}
	m.Memory = llm.Memory{Turns: o.KeepTurns, Tokens: o.SumUp}
	if err := lessons(m, o); err != nil {
		return actor{}, err
	}
	if err := m.Validate(); err != nil {
		return actor{}, err
	}
	return actor{of: m.At, model: m}, nil
}

// user lets a model play the users of a family that has some. What it returns
// lets the model go.
func (a *app) user(f gym.Family, o *rollOptions, c *Config) (func() error, error) {
	box, ok := below(f).(*toolbox.Family)
	kind, name, _ := strings.Cut(o.User, ":")
	switch {
	case !ok:
		return nil, fmt.Errorf("--user: %s has no users; toolbox has", c.Env)
	case kind != "openai" || name == "":
		return nil, fmt.Errorf("--user %s: want openai:MODEL", o.User)
	}
	who, err := a.model(name, o, c)
	if err != nil {
		return nil, err
	}
	box.User = func(ctx context.Context, talk toolbox.Conversation) (string, error) {
		lines := make([]llm.Line, len(talk.Lines))
		for i, l := range talk.Lines {
			lines[i] = llm.Line{Own: l.User, Text: l.Text}
		}
		return who.model.Speak(ctx, talk.Wants, lines)
	}
	return who.close, nil
}

// poolMax bounds the episodes that are kept to take examples from.
const poolMax = 2000

// lessons reads what the model is given to learn from.
func lessons(m *llm.Agent, o *rollOptions) (err error) {
	l := &m.Lessons
	l.Examples, l.Steps = o.Examples, o.Withdraw
	if o.Prompt != "" {
		text, err := os.ReadFile(o.Prompt)
		if err != nil {
			return fmt.Errorf("--prompt: %w", err)
		}
		m.System = string(text)
	}
	if o.Skills != "" {
		if l.Skills, err = llm.ReadSkills(os.DirFS(o.Skills)); err != nil {
			return fmt.Errorf("--skills %s: %w", o.Skills, err)
		}
	}
	if o.ExamplesFrom == "" {
		return nil
	}
	for _, dir := range episodeDirs(o.ExamplesFrom) {
		for _, ep := range record.Follow(dir).New() {
			if ep.Outcome() >= 1 && len(l.Pool) < poolMax {
				l.Pool = append(l.Pool, ep)
			}
		}
	}
	if len(l.Pool) == 0 {
		return fmt.Errorf("--examples-from %s: no successful episode is recorded there", o.ExamplesFrom)
	}
	return nil
}

// trained is the policy of a run.
func (a *app) trained(dir string, o *rollOptions, c *Config) (actor, error) {
	was, err := readRun(dir)
	if err != nil {
		return actor{}, err
	}
	dev, err := openDevice(c, a.err)
	if err != nil {
		return actor{}, err
	}
	s := &session{c: was}
	if err := s.reopen(dir, dev); err != nil {
		return actor{}, err
	}
	p := rollout.Agent{Policy: s.policy, Codec: s.codec, Seed: c.Seed, Temperature: max(0, o.Temperature)}
	return actor{of: func(int) agent.Agent { return p }}, nil
}

// paid is the agent of one episode. It remembers its players, of which there are
// more when a fault has the task played again, for what they cost.
type paid struct {
	agent.Agent
	players []agent.Player
}

func (p *paid) Join(ctx context.Context, t gym.Task, env gym.Env) (agent.Player, error) {
	player, err := p.Agent.Join(ctx, t, env)
	if err == nil {
		p.players = append(p.players, player)
	}
	return player, err
}

func (p *paid) usage() (u agent.Usage) {
	for _, player := range p.players {
		u.Add(agent.Spent(player))
	}
	return u
}
