package agent_test

import (
	"context"
	"errors"
	"testing"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/envs/probe"
	"github.com/turngym/turngym/envs/puzzle"
	"github.com/turngym/turngym/gym"
)

// success is the mean outcome of an agent over so many tasks of a scenario, each
// of which is played twice: a search must be the same again.
func success(t *testing.T, f gym.Family, a agent.Agent, scenario string, level, seeds int) (mean float64) {
	t.Helper()
	env, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	for seed := range seeds {
		task := gym.Task{Scenario: scenario, Level: level, Seed: uint64(seed)}
		ep, err := agent.Play(t.Context(), env, a, task)
		if err != nil {
			t.Fatal(err)
		}
		mean += ep.Outcome() / float64(seeds)
		if seed < 2 {
			again, err := agent.Play(t.Context(), env, a, task)
			if err != nil || len(again.Turns) != len(ep.Turns) || again.Outcome() != ep.Outcome() {
				t.Errorf("%v was played in %d turns, then in %d (%v)", task, len(ep.Turns), len(again.Turns), err)
			}
		}
	}
	return mean
}

func TestSearchIsBetterThanWhatItSearchesWith(t *testing.T) {
	puzzles := &puzzle.Family{}
	for _, c := range []struct {
		family   gym.Family
		scenario string
		level    int
	}{
		{puzzles, "frozen-lake", 2}, {puzzles, "lights-out", 2}, {puzzles, "hanoi", 1}, {probe.Family{}, "corridor", 3},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			const seeds = 8
			alone := success(t, c.family, agent.Random{}, c.scenario, c.level, seeds)
			best := success(t, c.family, agent.BestOfN{Inner: agent.Random{}, N: 6}, c.scenario, c.level, seeds)
			tree := agent.NewTree(nil)
			tree.Budget = 80
			uct := success(t, c.family, tree, c.scenario, c.level, seeds)
			t.Logf("random %.2f, best of 6 %.2f, tree %.2f", alone, best, uct)
			if best < alone+0.15 || uct < alone+0.15 {
				t.Errorf("random reaches %.2f, the best of 6 %.2f, a tree %.2f", alone, best, uct)
			}
		})
	}
}

// An inner agent is asked in the state that its proposal is for: one that knows
// the way needs no luck.
func TestASearchTriesWhatItsInnerAgentProposes(t *testing.T) {
	tree := agent.NewTree(agent.Oracle{})
	tree.Budget, tree.Width, tree.Depth = 12, 1, 2
	for name, a := range map[string]agent.Agent{"tree": tree, "best of 1": agent.BestOfN{Inner: agent.Oracle{}, N: 1}} {
		if got := success(t, &puzzle.Family{}, a, "hanoi", 1, 5); got != 1 {
			t.Errorf("%s reaches %.2f", name, got)
		}
	}
}

// flat is an environment that cannot be saved.
type flat struct{ gym.Env }

func TestWhatCannotBeSavedCannotBeSearched(t *testing.T) {
	for _, a := range []agent.Agent{agent.BestOfN{Inner: agent.Random{}, N: 2}, agent.NewTree(nil)} {
		if _, err := a.Join(t.Context(), gym.Task{}, flat{}); !errors.Is(err, agent.ErrNoFork) {
			t.Errorf("%T: %v", a, err)
		}
	}
}

// spender is a random player that costs a call a turn, and knows what it watched.
type spender struct {
	agent.Player
	calls   int
	watched int
	begins  func(watched int)
}

func (s *spender) Usage() agent.Usage { return agent.Usage{Calls: s.calls} }

type spenders struct{ begins func(watched int) }

func (a spenders) Join(ctx context.Context, t gym.Task, env gym.Env) (agent.Player, error) {
	p, err := agent.Random{}.Join(ctx, t, env)
	return &spender{Player: p, begins: a.begins}, err
}

func (s *spender) Act(ctx context.Context, o gym.Observation) (gym.Move, error) {
	if s.calls == 0 {
		s.begins(s.watched)
	}
	s.calls++
	return s.Player.Act(ctx, o)
}

func (s *spender) Watch(_ context.Context, _ gym.Observation, a gym.Action) (gym.Move, error) {
	s.watched++
	return gym.Move{Action: a}, nil
}

// What the players that try things out cost is the searcher's cost, and each of
// them is told what was done before it came.
func TestASearcherPaysForItsTrials(t *testing.T) {
	f := probe.Family{}
	env, _ := f.Open(t.Context())
	task := gym.Task{Scenario: "corridor", Level: 3}
	o, err := env.Reset(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	most, begun := 0, 0
	inner := spenders{func(watched int) { most, begun = max(most, watched), begun+1 }}
	p, err := agent.BestOfN{Inner: inner, N: 3, Depth: 2}.Join(t.Context(), task, env)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		move, err := p.Act(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		out, err := env.Step(t.Context(), move.Action)
		if err != nil {
			t.Fatal(err)
		}
		if o = out.Observation; out.Terminated {
			break
		}
	}
	if u := agent.Spent(p); u.Calls < begun || u.Calls > 2*begun || begun == 0 {
		t.Errorf("%d continuations have cost %d calls", begun, u.Calls)
	}
	if most > 1 {
		t.Errorf("a continuation was told of %d turns after one", most)
	}
}
