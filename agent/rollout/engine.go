package rollout

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/gym"
)

// Engine plays tasks on several live environments of one family. An
// environment that has a fault is closed and replaced, and the task is played
// again: a fault is counted, never a reward.
type Engine struct {
	Family gym.Family
	Name   string // of the family, for the episodes
	Envs   int    // how many environments live side by side

	faults atomic.Int64
	steps  atomic.Int64
	idle   chan gym.Env // environments between two plays; nil slots are yet to be opened
	once   sync.Once
}

// triesMax is how often a task is played again before the engine gives up: it
// is then not the browser that is broken.
const triesMax = 5

// Faults is how many episodes were thrown away; Steps how many were taken in
// those that were kept.
func (e *Engine) Faults() int64 { return e.faults.Load() }

// Steps counts the steps of the episodes that were kept.
func (e *Engine) Steps() int64 { return e.steps.Load() }

func (e *Engine) start() {
	e.once.Do(func() {
		e.idle = make(chan gym.Env, e.Envs)
		for range e.Envs {
			e.idle <- nil
		}
	})
}

// Play plays all tasks, the i-th with agentOf(i), and gives the episodes in the
// tasks' order, so that the result does not depend on which environment was
// faster.
func (e *Engine) Play(ctx context.Context, agentOf func(i int) agent.Agent, tasks []gym.Task) ([]*gym.Episode, error) {
	episodes := make([]*gym.Episode, len(tasks))
	err := e.Each(ctx, agentOf, tasks, func(i int, ep *gym.Episode, err error) error {
		episodes[i] = ep
		return err
	})
	if err != nil {
		return nil, err
	}
	return episodes, nil
}

// ErrEnough is what done of [Engine.Each] returns for no more tasks to be begun.
var ErrEnough = errors.New("no more episodes are wanted")

// Each plays all tasks, the i-th with agentOf(i), and tells done of each as soon
// as it ends: its episode, or the error for which there is none. What done
// returns stops the play at once, but for [ErrEnough]: then those that are
// playing go on to their end. done is called by many goroutines.
func (e *Engine) Each(ctx context.Context, agentOf func(i int) agent.Agent, tasks []gym.Task, done func(i int, ep *gym.Episode, err error) error) error {
	e.start()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var enough atomic.Bool
	left := shares(tasks, min(e.Envs, len(tasks)))
	var wg sync.WaitGroup
	for worker := range left.parts {
		wg.Go(func() {
			env := <-e.idle
			defer func() { e.idle <- env }()
			for ctx.Err() == nil && !enough.Load() {
				i, ok := left.take(worker)
				if !ok {
					return
				}
				ep, err := e.play(ctx, &env, agentOf(i), tasks[i])
				if err == nil {
					e.steps.Add(int64(len(ep.Turns)))
				}
				switch err := done(i, ep, err); {
				case errors.Is(err, ErrEnough):
					enough.Store(true)
				case err != nil:
					cancel(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// share is what is left to play: a part for each environment.
type share struct {
	mu    sync.Mutex
	parts [][]int // numbers of tasks
}

// shares orders tasks by scenario and gives each of n environments a stretch of
// them, since one that stays on a scenario's page resets faster.
func shares(tasks []gym.Task, n int) *share {
	order := make([]int, len(tasks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(tasks[a].Scenario, tasks[b].Scenario) })
	s := &share{parts: make([][]int, n)}
	for i := range s.parts {
		s.parts[i] = order[i*len(order)/n : (i+1)*len(order)/n]
	}
	return s
}

// take is the next task of an environment's own part; once that is done, half
// of what is left of the longest becomes its own.
func (s *share) take(worker int) (task int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.parts[worker]) == 0 {
		longest := 0
		for i, p := range s.parts {
			if len(p) > len(s.parts[longest]) {
				longest = i
			}
		}
		p := s.parts[longest]
		s.parts[longest], s.parts[worker] = p[:len(p)/2], p[len(p)/2:]
	}
	own := s.parts[worker]
	if len(own) == 0 {
		return 0, false
	}
	s.parts[worker] = own[1:]
	return own[0], true
}

// play plays one task, again after a fault, in *env, which it replaces.
func (e *Engine) play(ctx context.Context, env *gym.Env, a agent.Agent, t gym.Task) (*gym.Episode, error) {
	var last error
	for range triesMax {
		if *env == nil {
			opened, err := e.Family.Open(ctx)
			if err != nil {
				if !isFault(err) || ctx.Err() != nil {
					return nil, err
				}
				e.faults.Add(1)
				last = err
				continue
			}
			*env = opened
		}
		ep, err := agent.Play(ctx, *env, a, t)
		if err == nil {
			ep.Env = e.Name
			return ep, nil
		}
		if !isFault(err) || ctx.Err() != nil {
			if ctx.Err() != nil {
				(*env).Close() // it was left in the middle of something
				*env = nil
			}
			return nil, err
		}
		e.faults.Add(1)
		(*env).Close()
		*env, last = nil, err
	}
	return nil, fmt.Errorf("play %s: it failed %d times in a row: %w", t, triesMax, last)
}

func isFault(err error) bool {
	var f *gym.Fault
	return errors.As(err, &f)
}

// Close closes the environments; nothing may be playing.
func (e *Engine) Close() error {
	e.start()
	var errs []error
	for range e.Envs {
		if env := <-e.idle; env != nil {
			errs = append(errs, env.Close())
		}
	}
	for range e.Envs {
		e.idle <- nil
	}
	return errors.Join(errs...)
}
