// Package rollout plays episodes with a policy: the [Agent] that writes
// actions token by token, and the [Engine] that plays tasks on many
// environments at once.
package rollout

import (
	"context"
	"errors"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/agent/prompt"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/policy"
)

// Agent plays with a policy. Seed and task decide its samples.
type Agent struct {
	Policy      *policy.Policy
	Codec       *prompt.Codec
	Seed        uint64
	Temperature float64
}

// Join starts a player with an empty context.
func (a Agent) Join(_ context.Context, t gym.Task, _ gym.Env) (agent.Player, error) {
	seq, err := a.Policy.Begin(a.Seed ^ t.Rand().Uint64())
	if err != nil {
		return nil, err
	}
	return &player{a: a, seq: seq}, nil
}

type player struct {
	a      Agent
	seq    *policy.Sequence
	before *gym.Observation
}

func (p *player) Act(ctx context.Context, o gym.Observation) (gym.Move, error) {
	var move gym.Move
	read, types := p.a.Codec.Observe(p.before, &o)
	p.before = &o
	p.seq.Append(read, types)
	w := p.a.Codec.Write(&o)
	sampled, err := p.seq.Sample(ctx, policy.Sampling{Temperature: p.a.Temperature}, w)
	if errors.Is(err, policy.ErrFull) {
		// Not the environment's doing: the agent has nothing more to say.
		move.Action = gym.Malformed(gym.Mistakef("the policy's context is full"))
		return move, nil
	}
	if err != nil {
		return move, err
	}
	move.Tokens.Read(read, types)
	move.Tokens.Append(sampled)
	move.Action = w.Action()
	move.Text = move.Action.String()
	return move, nil
}

// Watch reads an action that is not the policy's own, as if it had written it.
func (p *player) Watch(_ context.Context, o gym.Observation, a gym.Action) (gym.Move, error) {
	move := gym.Move{Action: a, Text: a.String()}
	written, err := p.a.Codec.Demonstrate(&o, a)
	if err != nil {
		return move, err
	}
	read, types := p.a.Codec.Observe(p.before, &o)
	p.before = &o
	read, types = append(read, written.IDs...), append(types, written.Type...)
	p.seq.Append(read, types)
	move.Tokens.Read(read, types)
	return move, nil
}

func (p *player) Close() error {
	p.seq.Close()
	return nil
}

// Demonstrator plays what the environment's oracle shows, with the tokens a
// policy would have written: what supervised learning trains on.
type Demonstrator struct{ Codec *prompt.Codec }

// Join starts a player.
func (d Demonstrator) Join(ctx context.Context, t gym.Task, env gym.Env) (agent.Player, error) {
	p, err := agent.Oracle{}.Join(ctx, t, env)
	return &demonstrator{Player: p, codec: d.Codec}, err
}

type demonstrator struct {
	agent.Player
	codec  *prompt.Codec
	before *gym.Observation
}

func (d *demonstrator) Act(ctx context.Context, o gym.Observation) (gym.Move, error) {
	move, err := d.Player.Act(ctx, o)
	if err != nil {
		return move, err
	}
	read, types := d.codec.Observe(d.before, &o)
	d.before = &o
	written, err := d.codec.Demonstrate(&o, move.Action)
	if err != nil {
		return move, err
	}
	move.Tokens.Read(read, types)
	move.Tokens.Append(written)
	return move, nil
}
