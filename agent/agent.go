// Package agent is who acts: the loop that plays an episode, and the simplest
// players. Players over a policy are in agent/rollout.
package agent

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/turngym/turngym/gym"
)

// Agent is shared by many episodes and safe for goroutines.
type Agent interface {
	// Join starts a player for one episode of a task, played in env.
	Join(ctx context.Context, t gym.Task, env gym.Env) (Player, error)
}

// Player is an agent in one episode. One goroutine uses it.
type Player interface {
	Act(ctx context.Context, o gym.Observation) (gym.Move, error)
	Close() error
}

// Watcher is a player that takes in what was done before its first turn: the
// actions of [gym.Task.Start].
type Watcher interface {
	Watch(ctx context.Context, o gym.Observation, a gym.Action) (gym.Move, error)
}

// Play plays one episode of t in env. The error is a [*gym.Fault], the
// context's, or the caller's; there is no episode then.
func Play(ctx context.Context, env gym.Env, a Agent, t gym.Task) (*gym.Episode, error) {
	o, err := env.Reset(ctx, t)
	if err != nil {
		return nil, err
	}
	player, err := a.Join(ctx, t, env)
	if err != nil {
		return nil, err
	}
	defer player.Close()
	ep := &gym.Episode{Task: t}
	var lead []string
	if t.Start != "" {
		lead = strings.Split(t.Start, "\n")
	}
	for {
		var move gym.Move
		if n := len(ep.Turns); n < len(lead) {
			move, err = watch(ctx, player, o, lead[n])
		} else {
			move, err = player.Act(ctx, o)
		}
		if err != nil {
			return nil, err
		}
		out, err := env.Step(ctx, move.Action)
		if err != nil {
			return nil, err
		}
		ep.Turns = append(ep.Turns, gym.Turn{Observation: o, Move: move, Signals: out.Signals})
		o = out.Observation
		if out.Terminated || out.Truncated {
			reason := gym.Terminated
			if out.Truncated {
				reason = gym.Truncated
			}
			ep.End = gym.End{Reason: reason, Observation: o}
			return ep, nil
		}
	}
}

// watch takes an action that the task begins with.
func watch(ctx context.Context, p Player, o gym.Observation, line string) (gym.Move, error) {
	a, err := o.Parse(line)
	if err != nil {
		return gym.Move{}, fmt.Errorf("the task begins with %s, which cannot be done there: %w", line, err)
	}
	if w, ok := p.(Watcher); ok {
		return w.Watch(ctx, o, a)
	}
	return gym.Move{Action: a, Text: a.String()}, nil
}

// Random takes uniform choices piece by piece: a verb, then each argument.
type Random struct{ Seed uint64 }

// Join starts a player whose choices depend on the seed and the task.
func (r Random) Join(_ context.Context, t gym.Task, _ gym.Env) (Player, error) {
	return random{rand.New(rand.NewPCG(r.Seed, t.Rand().Uint64()))}, nil
}

type random struct{ rng *rand.Rand }

func (r random) Act(_ context.Context, o gym.Observation) (gym.Move, error) {
	a := gym.RandomAction(r.rng, &o)
	return gym.Move{Action: a, Text: a.String()}, nil
}

func (random) Close() error { return nil }

// Oracle plays what the environment's expert shows.
type Oracle struct{}

// ErrNoOracle is the error of Join where an environment demonstrates nothing.
var ErrNoOracle = errors.New("this environment has no oracle")

// Join starts a player that asks env.
func (Oracle) Join(_ context.Context, _ gym.Task, env gym.Env) (Player, error) {
	o, ok := gym.As[gym.Oracle](env)
	if !ok {
		return nil, ErrNoOracle
	}
	return oracle{o}, nil
}

type oracle struct{ expert gym.Oracle }

func (p oracle) Act(ctx context.Context, _ gym.Observation) (gym.Move, error) {
	a, err := p.expert.Demonstrate(ctx)
	return gym.Move{Action: a, Text: a.String()}, err
}

func (oracle) Close() error { return nil }
