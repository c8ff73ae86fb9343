package rollout

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/policy"
	"github.com/turngym/turngym/policy/model"
)

// shaky is a family whose environments break on the calls that fail says.
type shaky struct {
	fail    func(call int64) bool
	calls   atomic.Int64
	changes atomic.Int64 // of an environment's scenario
	mu      sync.Mutex
	open    int // environments that live
	most    int
}

func (f *shaky) Scenarios() []gym.Scenario {
	return []gym.Scenario{{Name: "s", Doc: "d", Levels: 1, Turns: 3}}
}
func (f *shaky) Close() error { return nil }
func (f *shaky) Open(ctx context.Context) (gym.Env, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open++
	f.most = max(f.most, f.open)
	return &shakyEnv{f: f}, ctx.Err()
}

type shakyEnv struct {
	f      *shaky
	task   gym.Task
	turn   int
	broken bool
}

func (e *shakyEnv) call() error {
	if e.broken {
		return errors.New("a broken environment was used again")
	}
	if n := e.f.calls.Add(1); e.f.fail(n) {
		e.broken = true
		return gym.Faultf("call", "number %d", n)
	}
	return nil
}

func (e *shakyEnv) see() gym.Observation {
	return gym.Observation{Goal: fmt.Sprint(e.task.Seed), Text: fmt.Sprint(e.turn)}
}

func (e *shakyEnv) Reset(_ context.Context, t gym.Task) (gym.Observation, error) {
	if t.Scenario != e.task.Scenario {
		e.f.changes.Add(1)
	}
	e.task, e.turn = t, 0
	return e.see(), e.call()
}

func (e *shakyEnv) Step(context.Context, gym.Action) (gym.Outcome, error) {
	e.turn++
	return gym.Outcome{Observation: e.see(), Terminated: e.turn == 3, Signals: gym.Signals{{Name: gym.SignalOutcome, Value: 1}}}, e.call()
}

func (e *shakyEnv) Close() error {
	e.f.mu.Lock()
	defer e.f.mu.Unlock()
	e.f.open--
	return nil
}

func tasks(n int) []gym.Task {
	list := make([]gym.Task, n)
	for i := range list {
		list[i] = gym.Task{Scenario: "s", Level: 1, Seed: uint64(i)}
	}
	return list
}

func random(int) agent.Agent { return agent.Random{} }

func TestAFaultCostsOneEpisodeWhichIsPlayedAgain(t *testing.T) {
	f := &shaky{fail: func(n int64) bool { return n%37 == 0 }}
	e := &Engine{Family: f, Name: "shaky", Envs: 3}
	episodes, err := e.Play(t.Context(), random, tasks(100))
	if err != nil {
		t.Fatal(err)
	}
	for i, ep := range episodes {
		if ep.Task.Seed != uint64(i) || len(ep.Turns) != 3 || ep.Outcome() != 1 || ep.Env != "shaky" {
			t.Errorf("episode %d is %+v", i, ep)
		}
	}
	if e.Faults() == 0 || e.Faults() != f.calls.Load()/37 {
		t.Errorf("%d faults were counted of %d", e.Faults(), f.calls.Load()/37)
	}
	if e.Steps() != 300 {
		t.Errorf("%d steps are counted of 300 that were kept", e.Steps())
	}
	if err := e.Close(); err != nil || f.open != 0 || f.most > 3 {
		t.Errorf("%d environments are left of at most %d (%v)", f.open, f.most, err)
	}
}

// An environment plays a scenario's tasks one after the other: to change the
// page takes longer than to start again on it.
func TestEnvironmentsStayOnAScenario(t *testing.T) {
	f := &shaky{fail: func(int64) bool { return false }}
	e := &Engine{Family: f, Name: "shaky", Envs: 4}
	list := tasks(80)
	for i := range list {
		list[i].Scenario = string(rune('a' + i%8))
	}
	if _, err := e.Play(t.Context(), random, list); err != nil {
		t.Fatal(err)
	}
	if n := f.changes.Load(); n > 8+4*4 {
		t.Errorf("the scenario changed %d times for 8 scenarios in 4 environments", n)
	}
}

func TestATaskThatAlwaysFailsStopsThePlay(t *testing.T) {
	e := &Engine{Family: &shaky{fail: func(int64) bool { return true }}, Envs: 2}
	_, err := e.Play(t.Context(), random, tasks(9))
	if err == nil || !strings.Contains(err.Error(), "it failed 5 times in a row") {
		t.Error(err)
	}
}

func TestAnEndedContextEndsThePlay(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := &shaky{fail: func(n int64) bool {
		if n == 50 {
			cancel()
		}
		return false
	}}
	e := &Engine{Family: f, Envs: 3}
	if _, err := e.Play(ctx, random, tasks(1000)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n := f.calls.Load(); n > 100 {
		t.Errorf("it played on for %d calls", n)
	}
	if e.Close(); f.open != 0 {
		t.Errorf("%d environments are left", f.open)
	}
}

// With staleness k the batch of step s waits for version s-k and no other.
func TestAStreamWaitsForThePolicy(t *testing.T) {
	for stale := range 3 {
		p := policy.New(&model.Decoder{}, 0)
		begun := make(chan int, 100)
		s := &Stream{Engine: &Engine{Family: &shaky{fail: func(int64) bool { return false }}, Envs: 1}, Policy: p, Staleness: stale,
			Tasks: Fixed(func(int) []gym.Task { return tasks(1) }),
			Agent: func(step, _ int) agent.Agent {
				begun <- step
				return agent.Random{}
			}}
		s.Start(t.Context(), 0, 6)
		for step := range 6 {
			if _, err := s.Next(t.Context()); err != nil {
				t.Fatal(err)
			}
			for len(begun) > 0 {
				if b := <-begun; b > step+stale {
					t.Errorf("staleness %d: step %d was begun when the policy was at %d", stale, b, step)
				}
			}
			p.Publish(&model.Decoder{}, uint32(step+1))
		}
		if _, err := s.Next(t.Context()); err != errEnded {
			t.Errorf("after the last batch: %v", err)
		}
		s.Stop()
	}
}

func TestAStreamGivesWhatItHasBeforeItsError(t *testing.T) {
	f := &shaky{fail: func(n int64) bool { return n > 8 }} // two episodes of four calls
	s := &Stream{Engine: &Engine{Family: f, Envs: 1}, Tasks: Fixed(func(int) []gym.Task { return tasks(1) }), Agent: func(int, int) agent.Agent { return agent.Random{} }}
	s.Start(t.Context(), 0, 9)
	defer s.Stop()
	for range 2 {
		if _, err := s.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Next(t.Context()); err == nil || !strings.Contains(err.Error(), "failed 5 times") {
		t.Error(err)
	}
}

// What fails for one episode is told of that one; the others are played.
func TestEachTellsOfEveryTask(t *testing.T) {
	f := &shaky{fail: func(int64) bool { return false }}
	e := &Engine{Family: f, Name: "shaky", Envs: 3}
	broken := errors.New("no answer")
	var mu sync.Mutex
	told := map[int]error{}
	err := e.Each(t.Context(), func(i int) agent.Agent {
		if i%5 == 0 {
			return refuses{broken}
		}
		return agent.Random{}
	}, tasks(50), func(i int, ep *gym.Episode, err error) error {
		mu.Lock()
		defer mu.Unlock()
		if _, twice := told[i]; twice || (ep == nil) != (err != nil) {
			t.Errorf("task %d: %v, %v", i, ep, err)
		}
		told[i] = err
		return nil
	})
	for i := range 50 {
		if err, ok := told[i]; !ok || errors.Is(err, broken) != (i%5 == 0) {
			t.Errorf("task %d: %v", i, err)
		}
	}
	if err != nil || e.Steps() != 40*3 {
		t.Errorf("%d steps, %v", e.Steps(), err)
	}
	if e.Close(); f.open != 0 {
		t.Errorf("%d environments are left", f.open)
	}
}

// refuses is an agent that joins no episode.
type refuses struct{ why error }

func (r refuses) Join(context.Context, gym.Task, gym.Env) (agent.Player, error) { return nil, r.why }

func TestEachEndsWhenItIsEnoughOrAnErrorSaysSo(t *testing.T) {
	for _, stop := range []error{ErrEnough, errors.New("the disk is full")} {
		e := &Engine{Family: &shaky{fail: func(int64) bool { return false }}, Envs: 4}
		var n atomic.Int64
		err := e.Each(t.Context(), random, tasks(500), func(_ int, ep *gym.Episode, err error) error {
			if n.Add(1) >= 20 {
				return stop
			}
			return err
		})
		if got := n.Load(); got < 20 || got > 23 {
			t.Errorf("%v: %d episodes were played", stop, got)
		}
		if enough := stop == ErrEnough; enough != (err == nil) || !enough && !errors.Is(err, stop) {
			t.Errorf("%v: %v", stop, err)
		}
		e.Close()
	}
}
