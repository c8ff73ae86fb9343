package rollout

import (
	"context"
	"errors"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/policy"
)

// Stream plays the batches of a training run, one after the other, into a
// bounded queue that the trainer reads. The batch of step s is not begun
// before the policy has reached version s - Staleness: 0 is synchronous, 1
// plays the next batch while the trainer works on this one.
type Stream struct {
	Engine    *Engine
	Policy    *policy.Policy // nil: the agents do not depend on it
	Staleness int
	Tasks     func(step int) []gym.Task
	Agent     func(step, i int) agent.Agent

	queue  chan *gym.Episode
	failed chan error
	cancel context.CancelFunc
	ended  chan struct{}
}

// queueBatches is how many batches may wait where nothing else holds them back.
const queueBatches = 2

// errEnded is the error of Next after the last batch.
var errEnded = errors.New("the stream has no more episodes")

// Start plays the batches of the steps from to to-1 until Stop.
func (s *Stream) Start(ctx context.Context, from, to int) {
	ctx, s.cancel = context.WithCancel(ctx)
	s.failed, s.ended = make(chan error, 1), make(chan struct{})
	s.queue = make(chan *gym.Episode, queueBatches*max(1, len(s.Tasks(from))))
	go func() {
		defer close(s.ended)
		for step := from; step < to; step++ {
			if err := s.batch(ctx, step); err != nil {
				s.failed <- err
				return
			}
		}
		s.failed <- errEnded
	}()
}

func (s *Stream) batch(ctx context.Context, step int) error {
	if s.Policy != nil && step > s.Staleness {
		if err := s.Policy.Await(ctx, uint32(step-s.Staleness)); err != nil {
			return err
		}
	}
	episodes, err := s.Engine.Play(ctx, func(i int) agent.Agent { return s.Agent(step, i) }, s.Tasks(step))
	if err != nil {
		return err
	}
	for _, ep := range episodes {
		select {
		case s.queue <- ep:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Next is the next episode, in the order of the tasks.
func (s *Stream) Next(ctx context.Context) (*gym.Episode, error) {
	select {
	case ep := <-s.queue:
		return ep, nil
	default:
	}
	select {
	case ep := <-s.queue:
		return ep, nil
	case err := <-s.failed:
		s.failed <- err
		select {
		case ep := <-s.queue: // what was played before it failed
			return ep, nil
		default:
			return nil, err
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Stop ends the stream and waits until nothing is playing.
func (s *Stream) Stop() {
	s.cancel()
	<-s.ended
}
