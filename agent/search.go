package agent

import (
	"context"
	"errors"
	"slices"

	"github.com/turngym/turngym/gym"
)

// ErrNoFork is the error of Join where an environment cannot be saved and
// restored: nothing can be tried out in it.
var ErrNoFork = errors.New("this environment cannot be saved and restored; only others can be searched")

// worth is how good a plan's end is: the outcome that the environment gave, then
// whether it can still go on, then the progress, then in how few actions.
type worth struct {
	outcome, progress float64
	dead              bool // the episode ended, and came to nothing
	actions           int
}

// below says whether v is better.
func (w worth) below(v worth) bool {
	switch {
	case w.outcome != v.outcome:
		return w.outcome < v.outcome
	case w.dead != v.dead:
		return w.dead
	case w.progress != v.progress:
		return w.progress < v.progress
	}
	return w.actions > v.actions
}

// plan is actions to take from now on, and what they lead to. What follows a
// snapshot is always the same, so a plan stays right while it is followed.
type plan struct {
	actions []gym.Action
	worth   worth
}

// solved says that nothing better can be found.
func (p *plan) solved() bool { return len(p.actions) > 0 && p.worth.outcome >= 1 }

// better takes v where it is better.
func (p *plan) better(v plan) {
	if len(p.actions) == 0 || p.worth.below(v.worth) {
		p.actions, p.worth = slices.Clone(v.actions), v.worth
	}
}

// next is the first action, which is taken off.
func (p *plan) next() gym.Action {
	a := p.actions[0]
	p.actions = p.actions[1:]
	p.worth.actions--
	return a
}

// past is what was seen, and done then.
type past struct {
	o gym.Observation
	a gym.Action
}

// trial is an environment in the middle of an episode, in which things are tried
// out. The episode is where it was once [trial.back] has been called.
type trial struct {
	env     gym.Env
	fork    gym.Forker
	task    gym.Task
	inner   Agent
	history []past
	usage   Usage
	joined  uint64
}

func newTrial(inner Agent, t gym.Task, env gym.Env) (*trial, error) {
	f, ok := gym.As[gym.Forker](env)
	if !ok {
		return nil, ErrNoFork
	}
	return &trial{env: env, fork: f, task: t, inner: inner}, nil
}

// join starts a player of the inner agent that knows the history. Its task has a
// seed of its own, so that no two players draw the same.
func (s *trial) join(ctx context.Context, then []past) (Player, error) {
	t := s.task
	s.joined++
	t.Seed += s.joined * 0x9e3779b97f4a7c15 // the golden ratio's multiples are far apart
	p, err := s.inner.Join(ctx, t, s.env)
	if err != nil {
		return nil, err
	}
	if w, ok := p.(Watcher); ok {
		for _, h := range append(slices.Clip(s.history), then...) {
			if _, err := w.Watch(ctx, h.o, h.a); err != nil {
				s.part(p)
				return nil, err
			}
		}
	}
	return p, nil
}

// part ends an inner player and keeps what it cost.
func (s *trial) part(p Player) {
	p.Close()
	s.usage.Add(Spent(p))
}

// took adds what was really done to the history.
func (s *trial) took(o gym.Observation, a gym.Action) { s.history = append(s.history, past{o, a}) }

// Watch takes in what was done before the first turn.
func (s *trial) Watch(_ context.Context, o gym.Observation, a gym.Action) (gym.Move, error) {
	s.took(o, a)
	return gym.Move{Action: a, Text: a.String()}, nil
}

// Usage is what the players that tried things out have cost.
func (s *trial) Usage() Usage { return s.usage }

// Close has nothing to close.
func (s *trial) Close() error { return nil }

// judge is what a step's signals are worth after so many actions.
func judge(out *gym.Outcome, actions int) worth {
	w := worth{actions: actions}
	w.outcome, _ = out.Signals.Value(gym.SignalOutcome)
	w.progress, _ = out.Signals.Value(gym.SignalProgress)
	w.dead = (out.Terminated || out.Truncated) && w.outcome == 0
	return w
}

// BestOfN tries out N continuations with an inner agent before each action, and
// takes the first action of the best that was ever found. It sees the outcomes of
// what it tries, and the environment's chance with them: what it reaches is what
// can be found, not what an agent would know to do.
type BestOfN struct {
	Inner Agent
	N     int
	Depth int // actions of a continuation; 0: to the episode's end
}

// Join starts a player, in an environment that can be saved and restored.
func (b BestOfN) Join(_ context.Context, t gym.Task, env gym.Env) (Player, error) {
	s, err := newTrial(b.Inner, t, env)
	if err != nil {
		return nil, err
	}
	return &bestOfN{b: b, trial: s}, nil
}

type bestOfN struct {
	*trial
	b    BestOfN
	best plan
}

func (p *bestOfN) Act(ctx context.Context, o gym.Observation) (gym.Move, error) {
	if !p.best.solved() {
		here, err := p.fork.Snapshot(ctx)
		if err != nil {
			return gym.Move{}, err
		}
		for range max(1, p.b.N) {
			tried, err := p.attempt(ctx, o)
			if err == nil {
				_, err = p.fork.Restore(ctx, here)
			}
			if err != nil {
				return gym.Move{}, err
			}
			if p.best.better(tried); p.best.solved() {
				break
			}
		}
	}
	a := p.best.next()
	p.took(o, a)
	return gym.Move{Action: a, Text: a.String()}, nil
}

// attempt plays one continuation.
func (p *bestOfN) attempt(ctx context.Context, o gym.Observation) (tried plan, err error) {
	inner, err := p.join(ctx, nil)
	if err != nil {
		return tried, err
	}
	defer p.part(inner)
	for p.b.Depth == 0 || len(tried.actions) < p.b.Depth {
		move, err := inner.Act(ctx, o)
		if err != nil {
			return tried, err
		}
		out, err := p.env.Step(ctx, move.Action)
		if err != nil {
			return tried, err
		}
		tried.actions = append(tried.actions, move.Action)
		tried.worth = judge(&out, len(tried.actions))
		if o = out.Observation; out.Terminated || out.Truncated {
			break
		}
	}
	return tried, nil
}
