// Package llm is an agent over any endpoint that speaks OpenAI's chat
// completions: a hosted model, vLLM, llama.cpp, the fake one of llmtest.
//
// An [Agent] is the endpoint with all that its players share: rate limits, the
// budget, what was spent. A player keeps one episode's conversation. A reply
// that cannot be read is the model's mistake: the environment answers it with a
// note and the episode goes on. A call that comes to nothing after all its tries
// ([ErrGaveUp]) costs the episode; an endpoint that refuses the key, or is down,
// ([Unusable]) stops whoever plays. Neither is ever a reward.
//
// The key goes to BaseURL and nowhere else: redirects are refused, no variable
// of the process is read, and it is taken out of all that the endpoint says.
package llm

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"text/template"
	"time"

	"github.com/openai/openai-go/v3"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/gym"
)

// Agent plays with a model behind an endpoint. Make it with [New], change its
// fields before it is first used, and check them with Validate.
type Agent struct {
	BaseURL   string            // with the version: http://127.0.0.1:8000/v1
	Model     string            // as the endpoint calls it
	Key       string            // "" is none
	Transport http.RoundTripper // nil: one of its own, without a proxy

	Temperature float64 // negative: the endpoint's own
	MaxTokens   int     // of a reply; 0: the endpoint's own
	Seed        uint64  // of the waits between tries, and with the task's chance of the samples:
	SendSeed    bool    // ask the endpoint for them; not every one takes a seed
	Stream      bool    // replies come in pieces
	Text        bool    // actions are written as text; else they are tool calls
	See         bool    // the model sees pictures
	LogProbs    bool    // ask for log-probs and token ids (vLLM), and keep both with the move

	Retry   Retry
	Limits  Limits
	Budget  Budget
	Memory  Memory
	Lessons Lessons
	System  string // a template of package text/template over [Briefing]; "" is [System]

	once    sync.Once
	chat    openai.ChatCompletionService
	system  *template.Template
	limiter *limiter
	failed  atomic.Int64 // calls in a row that came to nothing
	calls   atomic.Uint64

	mu    sync.Mutex
	spent agent.Usage
}

// Retry bounds the tries of a call. The wait before the n-th is between a half
// and the whole of Wait·2^(n-2), at most WaitMax, or what the endpoint asks for.
type Retry struct {
	Timeout time.Duration // of one try
	Tries   int
	Wait    time.Duration
	WaitMax time.Duration
	Total   time.Duration // of all tries and waits of a call
	Down    int           // calls in a row that come to nothing: then the endpoint counts as down
}

// Budget is what all players together may use; 0 is no bound. Calls that are
// under way when it is used up are paid for.
type Budget struct {
	Tokens            int64
	Cost              float64
	PriceIn, PriceOut float64 // of a million tokens
}

// Memory is how much of an episode the model is shown again each turn. The zero
// value is all of it.
type Memory struct {
	Turns  int // only so many last turns; 0: all
	Tokens int // above so many, about, the model sums up what was; 0: never
}

// The ways in which a call can end for good.
var (
	ErrBudget = errors.New("the budget is used up") // no call is begun any more
	ErrGaveUp = errors.New("the endpoint gave no answer")
)

// Unusable is the caller's error: an endpoint that cannot be used as it was
// named.
type Unusable struct{ Text string }

func (u *Unusable) Error() string { return u.Text }

// New is an agent with defaults.
func New(baseURL, model string) *Agent {
	return &Agent{
		BaseURL: baseURL, Model: model, Temperature: -1,
		Retry:  Retry{Timeout: 2 * time.Minute, Tries: 6, Wait: 500 * time.Millisecond, WaitMax: 30 * time.Second, Total: 10 * time.Minute, Down: 8},
		Limits: Limits{Calls: 64},
	}
}

// Validate reports all faults of the configuration at once.
func (a *Agent) Validate() error {
	var errs []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	u, err := url.Parse(a.BaseURL)
	need(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "",
		"base URL %q: want http://HOST:PORT/v1 or https://HOST/v1", a.scrub(a.BaseURL))
	need(err != nil || u.User == nil, "the base URL holds a name or password; give the key apart from it")
	need(a.Model != "", "which model? name it as the endpoint does")
	need(!strings.ContainsAny(a.Key, " \t\r\n"), "the key holds blanks or line breaks")
	need(a.Retry.Timeout > 0 && a.Retry.Tries > 0 && a.Retry.Down > 0, "time-out, tries and down must be above 0")
	need(a.Retry.Wait >= 0 && a.Retry.WaitMax >= a.Retry.Wait && a.Retry.Total >= 0, "waits must not be negative, nor the longest below the first")
	need(a.Limits.Calls > 0, "calls at once must be at least 1")
	need(a.Limits.Requests >= 0 && a.Limits.Tokens >= 0, "rate limits must not be negative")
	need(a.Budget.Tokens >= 0 && a.Budget.Cost >= 0 && a.Budget.PriceIn >= 0 && a.Budget.PriceOut >= 0, "budgets and prices must not be negative")
	need(a.Budget.Cost == 0 || a.Budget.PriceIn+a.Budget.PriceOut > 0, "a budget of cost needs the prices of a million tokens, read and written")
	need(a.Memory.Turns >= 0 && a.Memory.Tokens >= 0 && a.MaxTokens >= 0, "memory and tokens of a reply must not be negative")
	need(a.Lessons.Examples >= 0 && a.Lessons.Steps >= 0, "examples and the steps in which they are withdrawn must not be negative")
	if _, err := a.template(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// start builds what the players share.
func (a *Agent) start() {
	a.once.Do(func() {
		a.limiter = newLimiter(a.Limits)
		a.connect()
		a.system, _ = a.template() // Validate has told the error
	})
}

// Spent is what all players have used.
func (a *Agent) Spent() agent.Usage {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.spent
}

// charge adds a reply to what was spent.
func (a *Agent) charge(u agent.Usage) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.spent.Add(u)
}

// broke says whether the budget is used up.
func (a *Agent) broke() error {
	s, b := a.Spent(), a.Budget
	switch {
	case b.Tokens > 0 && s.In+s.Out >= b.Tokens:
		return fmt.Errorf("%w: %d of %d tokens", ErrBudget, s.In+s.Out, b.Tokens)
	case b.Cost > 0 && s.Cost >= b.Cost:
		return fmt.Errorf("%w: %.4g of %.4g", ErrBudget, s.Cost, b.Cost)
	}
	return nil
}

// scrub takes the key out of a text.
func (a *Agent) scrub(s string) string {
	if a.Key == "" {
		return s
	}
	return strings.ReplaceAll(s, a.Key, "[key]")
}

// Join starts a player that is given all lessons. It begins no episode when the
// budget is used up.
func (a *Agent) Join(ctx context.Context, t gym.Task, env gym.Env) (agent.Player, error) {
	return a.At(0).Join(ctx, t, env)
}

// At is the agent at a step of a training: with the examples and skills that
// are not withdrawn yet.
func (a *Agent) At(step int) agent.Agent { return pupil{a, step} }

type pupil struct {
	a    *Agent
	step int
}

func (p pupil) Join(_ context.Context, t gym.Task, _ gym.Env) (agent.Player, error) {
	p.a.start()
	if err := p.a.broke(); err != nil {
		return nil, err
	}
	chance := t.Rand().Uint64()
	return &player{a: p.a, task: t, step: p.step, chance: chance, rng: rand.New(rand.NewPCG(p.a.Seed, chance))}, nil
}

var (
	_ agent.Agent   = (*Agent)(nil)
	_ agent.Watcher = (*player)(nil)
	_ agent.Spender = (*player)(nil)
)
