// Package console lets a person play: a [Session] is an episode that a person
// and an agent play by turns, with moves that are taken back; a [Model] shows it
// on a whole terminal.
//
// A person is no agent.Agent: one who may take moves back, look at the oracle
// and hand over in the middle needs the episode, and not only its observations.
package console

import (
	"context"
	"errors"
	"fmt"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/gym"
)

// Session is one episode after another in one environment. One goroutine uses it.
type Session struct {
	Family gym.Family
	Name   string      // the family's, for the episodes
	Agent  agent.Agent // whom the person may hand over to; nil: nobody

	env    gym.Env
	task   gym.Task
	now    gym.Observation
	turns  []gym.Turn
	states []gym.State // before each turn; nil where the environment cannot be saved
	final  error       // why the last turn cannot be taken back, where it can be told
	reason string      // why it is over; "" while it is not

	player agent.Player
	heard  int  // turns that the player knows
	broken bool // the player's tokens are not one context: it began again in the middle
}

// ErrOver is the error of an action after the episode's end.
var ErrOver = errors.New("the episode is over")

// ErrNobody is the error of Ask where there is no agent.
var ErrNobody = errors.New("no agent plays along; name one with --agent")

// Start begins a task. The environment is opened where there is none yet.
func (s *Session) Start(ctx context.Context, t gym.Task) error {
	s.task = t
	if err := s.replay(ctx, nil); err != nil {
		return err
	}
	s.states, s.final, s.broken = nil, nil, false
	s.dismiss()
	return nil
}

// replay begins the task anew and takes the actions of turns again, in another
// environment where this one has a fault.
func (s *Session) replay(ctx context.Context, turns []gym.Turn) error {
	err := s.attempt(ctx, turns)
	var fault *gym.Fault
	if errors.As(err, &fault) {
		s.env.Close()
		s.env = nil
		err = s.attempt(ctx, turns)
	}
	return err
}

func (s *Session) attempt(ctx context.Context, turns []gym.Turn) (err error) {
	if s.env == nil {
		env, err := s.Family.Open(ctx)
		if err != nil {
			return err
		}
		s.env = env
	}
	o, err := s.env.Reset(ctx, s.task)
	if err != nil {
		return err
	}
	for i := range turns {
		out, err := s.env.Step(ctx, turns[i].Move.Action)
		if err != nil {
			return err
		}
		o = out.Observation
	}
	s.now, s.turns, s.reason = o, turns, ""
	return nil
}

// Do takes the person's action. Where the environment breaks, it is replaced and
// brought to where it was; the action is not done then.
func (s *Session) Do(ctx context.Context, a gym.Action) error {
	return s.step(ctx, gym.Move{Action: a, Text: a.String()})
}

func (s *Session) step(ctx context.Context, move gym.Move) error {
	if s.reason != "" {
		return ErrOver
	}
	var state gym.State
	if f, ok := gym.As[gym.Forker](s.env); ok {
		state, s.final = f.Snapshot(ctx)
	}
	out, err := s.env.Step(ctx, move.Action)
	var fault *gym.Fault
	if errors.As(err, &fault) {
		if again := s.replay(ctx, s.turns); again != nil {
			return again
		}
		return fmt.Errorf("the environment broke and was replaced; the action was not done: %w", err)
	}
	if err != nil {
		return err
	}
	s.turns = append(s.turns, gym.Turn{Observation: s.now, Move: move, Signals: out.Signals})
	s.states = append(s.states[:len(s.turns)-1], state)
	s.now = out.Observation
	switch {
	case out.Truncated:
		s.reason = gym.Truncated
	case out.Terminated:
		s.reason = gym.Terminated
	}
	return nil
}

// Ask lets the agent take one turn. It has seen what was done before.
func (s *Session) Ask(ctx context.Context) error {
	if s.reason != "" {
		return ErrOver
	}
	if s.Agent == nil {
		return ErrNobody
	}
	if err := s.tell(ctx); err != nil {
		return err
	}
	move, err := s.player.Act(ctx, s.now)
	if err != nil {
		return err
	}
	s.heard++
	return s.step(ctx, move)
}

// tell lets the player take in what it has not seen. One that cannot begins
// again with what is seen now.
func (s *Session) tell(ctx context.Context) (err error) {
	if s.player == nil {
		if s.player, err = s.Agent.Join(ctx, s.task, s.env); err != nil {
			s.player = nil
			return err
		}
		s.heard = 0
	}
	w, ok := s.player.(agent.Watcher)
	for ; s.heard < len(s.turns); s.heard++ {
		t := &s.turns[s.heard]
		if !ok {
			continue
		}
		move, err := w.Watch(ctx, t.Observation, t.Move.Action)
		if err != nil {
			s.dismiss()
			s.player, err = s.Agent.Join(ctx, s.task, s.env)
			s.heard, s.broken = len(s.turns), true
			return err
		}
		if len(t.Move.Tokens.IDs) == 0 {
			t.Move.Tokens = move.Tokens
		}
	}
	return nil
}

// dismiss lets the player go; another one joins when the agent is asked again.
func (s *Session) dismiss() {
	if s.player != nil {
		s.player.Close()
		s.player = nil
	}
}

// Undo takes the last action back.
func (s *Session) Undo(ctx context.Context) error {
	n := len(s.turns) - 1
	if n < 0 {
		return errors.New("nothing was done yet")
	}
	if s.final != nil {
		return fmt.Errorf("the action cannot be taken back: %w", s.final)
	}
	s.dismiss()
	if f, ok := gym.As[gym.Forker](s.env); ok && s.states[n] != nil {
		o, err := f.Restore(ctx, s.states[n])
		if err != nil {
			return err
		}
		s.now, s.turns, s.reason = o, s.turns[:n], ""
		return nil
	}
	return s.replay(ctx, s.turns[:n])
}

// Hint is what the expert would do now.
func (s *Session) Hint(ctx context.Context) (gym.Action, error) {
	o, ok := gym.As[gym.Oracle](s.env)
	if !ok {
		return gym.Action{}, errors.New("this environment has no oracle")
	}
	if s.reason != "" {
		return gym.Action{}, ErrOver
	}
	return o.Demonstrate(ctx)
}

// Pictures are those of the observation, or one drawn now where it has none.
func (s *Session) Pictures(ctx context.Context) ([]gym.Image, error) {
	if len(s.now.Images) > 0 {
		return s.now.Images, nil
	}
	r, ok := gym.As[gym.Renderer](s.env)
	if !ok {
		return nil, errors.New("this environment draws no pictures")
	}
	png, err := r.Screenshot(ctx)
	return []gym.Image{{Name: "picture", Data: png}}, err
}

// Task is the one that is played.
func (s *Session) Task() gym.Task { return s.task }

// Now is what is seen.
func (s *Session) Now() *gym.Observation { return &s.now }

// Turns are those taken so far; the caller must not change them.
func (s *Session) Turns() []gym.Turn { return s.turns }

// Over is why the episode has ended; "" while it has not.
func (s *Session) Over() string { return s.reason }

// Episode is the whole episode once it is over. It has tokens where a policy has
// read or written every turn.
func (s *Session) Episode() (*gym.Episode, error) {
	if s.reason == "" {
		return nil, errors.New("the episode is not over: only a whole one can be saved")
	}
	ep := &gym.Episode{Env: s.Name, Task: s.task, Turns: append([]gym.Turn(nil), s.turns...), End: gym.End{Reason: s.reason, Observation: s.now}}
	whole := !s.broken
	for i := range ep.Turns {
		whole = whole && len(ep.Turns[i].Move.Tokens.IDs) > 0
	}
	for i := range ep.Turns {
		if !whole {
			ep.Turns[i].Move.Tokens = gym.Tokens{}
		}
	}
	return ep, nil
}

// Close closes the environment.
func (s *Session) Close() error {
	s.dismiss()
	if s.env == nil {
		return nil
	}
	err := s.env.Close()
	s.env = nil
	return err
}
