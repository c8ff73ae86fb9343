package llm

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/turngym/turngym/agent"
)

// errTooLong is the error of a question that the model has no room for.
var errTooLong = errors.New("the conversation is longer than the model's context")

// ask sends a question until it is answered, within the bounds of a.Retry, the
// limits and the budget. What it cost is added to u.
func (a *Agent) ask(ctx context.Context, q *question, rng *rand.Rand, u *agent.Usage) (reply, error) {
	begun := time.Now()
	id := fmt.Sprintf("%08x-%d", rng.Uint32(), a.calls.Add(1))
	for try := 1; ; try++ {
		if err := a.broke(); err != nil {
			return reply{}, err
		}
		r, err := a.attempt(ctx, q, id, u)
		if err == nil {
			a.failed.Store(0)
			return r, nil
		}
		var p *problem
		if !errors.As(err, &p) {
			return reply{}, err
		}
		if p.tooLong() {
			a.failed.Store(0)
			return reply{}, errTooLong
		}
		if err := a.unusable(p); err != nil {
			return reply{}, err
		}
		wait := max(a.backOff(try, rng), p.after)
		late := a.Retry.Total > 0 && time.Since(begun)+wait > a.Retry.Total
		if !p.again() || try >= a.Retry.Tries || late {
			return reply{}, a.giveUp(p, try)
		}
		if p.status == http.StatusTooManyRequests {
			a.limiter.pause(p.after)
		}
		if err := sleep(ctx, wait); err != nil {
			return reply{}, err
		}
	}
}

// attempt is one try within the limits, and what it cost.
func (a *Agent) attempt(ctx context.Context, q *question, id string, u *agent.Usage) (reply, error) {
	guess := q.tokens() + a.MaxTokens
	if err := a.limiter.enter(ctx, guess); err != nil {
		return reply{}, err
	}
	r, err := a.try(ctx, q, id)
	cost := agent.Usage{Tries: 1}
	if err == nil {
		cost.Calls = 1
		if cost.In, cost.Out = r.in, r.out; r.in+r.out == 0 { // not every endpoint counts
			cost.In, cost.Out = int64(q.tokens()), int64(r.size()/4)
		}
		cost.Cost = (float64(cost.In)*a.Budget.PriceIn + float64(cost.Out)*a.Budget.PriceOut) / 1e6
	}
	a.limiter.leave(int(cost.In+cost.Out) - guess)
	a.charge(cost)
	u.Add(cost)
	return r, err
}

// backOff is the wait after the n-th try: it doubles, and a random half of it
// keeps players that failed together from coming back together.
func (a *Agent) backOff(try int, rng *rand.Rand) time.Duration {
	wait := a.Retry.WaitMax
	if try < 32 {
		if w := a.Retry.Wait << (try - 1); w>>(try-1) == a.Retry.Wait {
			wait = min(wait, w)
		}
	}
	return wait/2 + time.Duration(rng.Float64()*float64(wait/2))
}

// unusable is the caller's error where a problem is one.
func (a *Agent) unusable(p *problem) error {
	say := func(what string) error {
		return &Unusable{fmt.Sprintf("%s answers %s; %s", a.BaseURL, p.text, what)}
	}
	switch {
	case p.status == http.StatusUnauthorized && a.Key == "":
		return say("it wants a key, and none was given")
	case p.status == http.StatusUnauthorized:
		return say("it does not take the key: give the right one")
	case p.status == http.StatusForbidden:
		return say("the key may not use model " + a.Model + ": give another key or model")
	case p.status == http.StatusNotFound:
		return say("check that the base URL ends as the endpoint's does, in /v1 mostly, and that it has model " + a.Model)
	case p.status >= 300 && p.status < 400:
		return say("it sends elsewhere, where the key must not go: give the final base URL")
	}
	return nil
}

// giveUp is the error of a call that came to nothing.
func (a *Agent) giveUp(p *problem, tries int) error {
	if n := a.failed.Add(1); n >= int64(a.Retry.Down) {
		return &Unusable{fmt.Sprintf("%s: %d calls in a row came to nothing, the last after %d tries: %s; see whether the endpoint is up", a.BaseURL, n, tries, p.text)}
	}
	return fmt.Errorf("%w after %d tries: %s", ErrGaveUp, tries, p.text)
}
