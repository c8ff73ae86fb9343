package rollout

import (
	"context"
	"errors"
	"math/rand/v2"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/curriculum"
	"github.com/turngym/turngym/policy"
)

// Stream plays the steps of a training run, one after the other, into a bounded
// queue that the trainer reads. The episodes of step s are not begun before the
// policy has reached version s - Staleness: 0 is synchronous, 1 plays the next
// step while the trainer works on this one.
type Stream struct {
	Engine    *Engine
	Policy    *policy.Policy // nil: neither agents nor tasks depend on it
	Staleness int
	Tasks     Tasks
	Agent     func(step, i int) agent.Agent // of a step's i-th episode

	queue  chan curriculum.Step
	failed chan error
	cancel context.CancelFunc
	ended  chan struct{}
}

// Tasks says what is played in a step: Begin gives the tasks of its first
// round, Hear those of the next one, none when the step is complete; Done is
// what is learnt from then.
type Tasks interface {
	Begin(step int) []gym.Task
	Hear(episodes []*gym.Episode) []gym.Task
	Done() (curriculum.Step, error)
}

// Fixed are tasks that do not depend on what came of others.
func Fixed(tasks func(step int) []gym.Task) Tasks { return &fixed{tasks: tasks} }

type fixed struct {
	tasks func(step int) []gym.Task
	heard []*gym.Episode
}

func (f *fixed) Begin(step int) []gym.Task { return f.tasks(step) }
func (f *fixed) Hear(episodes []*gym.Episode) []gym.Task {
	f.heard = episodes
	return nil
}
func (f *fixed) Done() (curriculum.Step, error) {
	return curriculum.Step{Episodes: f.heard, Played: len(f.heard)}, nil
}

// Course are the tasks of a plan: N in a step, each played by Group episodes.
// What the plan draws depends on Seed and the step.
type Course struct {
	Plan     *curriculum.Plan
	Seed     uint64
	N, Group int

	rng    *rand.Rand
	played int
}

// Begin proposes a step's tasks.
func (c *Course) Begin(step int) []gym.Task {
	c.rng, c.played = rand.New(rand.NewPCG(c.Seed, uint64(step))), 0
	return c.Plan.Propose(c.rng, c.N, c.Group)
}

// Hear tells the plan.
func (c *Course) Hear(episodes []*gym.Episode) []gym.Task {
	c.played += len(episodes)
	return c.Plan.Hear(c.rng, episodes)
}

// Done is the step with the plan's state after it.
func (c *Course) Done() (curriculum.Step, error) {
	state, err := c.Plan.Save()
	return curriculum.Step{Episodes: c.Plan.Learn(), Played: c.played, Plan: state}, err
}

// queueSteps is how many steps may wait where nothing else holds them back.
const queueSteps = 2

// errEnded is the error of Next after the last step.
var errEnded = errors.New("the stream has no more steps")

// Start plays the steps from to to-1 until Stop.
func (s *Stream) Start(ctx context.Context, from, to int) {
	ctx, s.cancel = context.WithCancel(ctx)
	s.failed, s.ended = make(chan error, 1), make(chan struct{})
	s.queue = make(chan curriculum.Step, queueSteps)
	go func() {
		defer close(s.ended)
		for step := from; step < to; step++ {
			if err := s.play(ctx, step); err != nil {
				s.failed <- err
				return
			}
		}
		s.failed <- errEnded
	}()
}

// play plays one step, round by round.
func (s *Stream) play(ctx context.Context, step int) error {
	if s.Policy != nil && step > s.Staleness {
		if err := s.Policy.Await(ctx, uint32(step-s.Staleness)); err != nil {
			return err
		}
	}
	before := 0
	for tasks := s.Tasks.Begin(step); len(tasks) > 0; {
		episodes, err := s.Engine.Play(ctx, func(i int) agent.Agent { return s.Agent(step, before+i) }, tasks)
		if err != nil {
			return err
		}
		before += len(tasks)
		tasks = s.Tasks.Hear(episodes)
	}
	done, err := s.Tasks.Done()
	if err != nil {
		return err
	}
	select {
	case s.queue <- done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Next is the next step.
func (s *Stream) Next(ctx context.Context) (curriculum.Step, error) {
	select {
	case step := <-s.queue:
		return step, nil
	default:
	}
	select {
	case step := <-s.queue:
		return step, nil
	case err := <-s.failed:
		s.failed <- err
		select {
		case step := <-s.queue: // what was played before it failed
			return step, nil
		default:
			return curriculum.Step{}, err
		}
	case <-ctx.Done():
		return curriculum.Step{}, ctx.Err()
	}
}

// Stop ends the stream and waits until nothing is playing.
func (s *Stream) Stop() {
	s.cancel()
	<-s.ended
}
