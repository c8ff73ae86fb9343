package console

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/envs/probe"
	"github.com/turngym/turngym/gym"
)

// wrapped is a family whose environments are wrapped.
type wrapped struct {
	gym.Family
	wrap func(gym.Env) gym.Env
}

func (w wrapped) Open(ctx context.Context) (gym.Env, error) {
	env, err := w.Family.Open(ctx)
	return w.wrap(env), err
}

// plain hides what an environment can do beside playing.
type plain struct{ gym.Env }

// frail breaks at a step.
type frail struct {
	gym.Env
	left *int
}

func (f frail) Step(ctx context.Context, a gym.Action) (gym.Outcome, error) {
	if *f.left--; *f.left == 0 {
		return gym.Outcome{}, gym.Faultf("step", "it broke")
	}
	return f.Env.Step(ctx, a)
}

var corridor = gym.Task{Scenario: "corridor", Level: 3, Seed: 5}

// begin is a session on the corridor probe.
func begin(t *testing.T, f gym.Family, a agent.Agent) *Session {
	t.Helper()
	s := &Session{Family: f, Name: "probe", Agent: a}
	if err := s.Start(t.Context(), corridor); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// expert does what the oracle would, as the person.
func expert(t *testing.T, s *Session) {
	t.Helper()
	a, err := s.Hint(t.Context())
	if err == nil {
		err = s.Do(t.Context(), a)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasTakenBackNeverHappened(t *testing.T) {
	plainly := wrapped{probe.Family{}, func(e gym.Env) gym.Env { return plain{e} }}
	for name, f := range map[string]gym.Family{"with snapshots": probe.Family{}, "by playing again": plainly} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, f, agent.Oracle{})
			helper := begin(t, probe.Family{}, agent.Oracle{})
			first := s.Now().String()
			var seen []string
			for helper.Over() == "" {
				seen = append(seen, s.Now().String())
				a, _ := helper.Hint(t.Context())
				if err := errors.Join(s.Do(t.Context(), a), helper.Do(t.Context(), a)); err != nil {
					t.Fatal(err)
				}
			}
			for i := len(seen) - 1; i >= 0; i-- {
				if err := s.Undo(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := s.Now().String(); got != seen[i] || s.Over() != "" || len(s.Turns()) != i {
					t.Fatalf("after taking turn %d back one sees\n%s, not\n%s", i+1, got, seen[i])
				}
			}
			if err := s.Undo(t.Context()); err == nil || s.Now().String() != first {
				t.Errorf("before the first turn: %v", err)
			}
		})
	}
}

// listener is an agent that presses the first button and remembers what it was
// told; deaf cannot take in what others did.
type listener struct {
	told *[]string
	deaf bool
}

func (l listener) Join(context.Context, gym.Task, gym.Env) (agent.Player, error) {
	*l.told = append(*l.told, "join")
	return l, nil
}

func (l listener) Act(_ context.Context, o gym.Observation) (gym.Move, error) {
	a := gym.Action{Verb: "click", Args: []gym.Value{{Kind: gym.Ref, Text: o.Elements[0].ID}}}
	return gym.Move{Action: a, Text: a.String(), Tokens: gym.Tokens{IDs: []int32{7}, Sampled: []bool{true}}}, nil
}

func (l listener) Watch(_ context.Context, _ gym.Observation, a gym.Action) (gym.Move, error) {
	if l.deaf {
		return gym.Move{}, errors.New("no such words")
	}
	*l.told = append(*l.told, a.String())
	return gym.Move{Action: a, Tokens: gym.Tokens{IDs: []int32{3}, Sampled: []bool{false}}}, nil
}

func (listener) Close() error { return nil }

func TestAnAgentIsToldWhatWasDoneBefore(t *testing.T) {
	var told []string
	s := begin(t, probe.Family{}, listener{told: &told})
	press := func(id string) {
		t.Helper()
		if err := s.Do(t.Context(), gym.Action{Verb: "click", Args: []gym.Value{{Kind: gym.Ref, Text: id}}}); err != nil {
			t.Fatal(err)
		}
	}
	ask := func() {
		t.Helper()
		if err := s.Ask(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	press("1")
	ask()
	press("2")
	ask()
	if got := strings.Join(told, " "); got != "join click(1) click(2)" {
		t.Errorf("it was told: %s", got)
	}
	if err := s.Undo(t.Context()); err != nil {
		t.Fatal(err)
	}
	ask()
	if got := strings.Join(told, " "); got != "join click(1) click(2) join click(1) click(1) click(2)" {
		t.Errorf("after a turn was taken back it was told: %s", got)
	}
}

func TestTokensAreKeptWhereTheyAreOneContext(t *testing.T) {
	for _, c := range []struct {
		name string
		deaf bool
		last bool // the person takes the last turn, which the agent does not see
		want int
	}{{"the agent has seen all", false, false, 1}, {"the person ends it", false, true, 0}, {"the agent began again", true, false, 0}} {
		var told []string
		s := begin(t, probe.Family{}, listener{told: &told, deaf: c.deaf})
		for i := 0; s.Over() == ""; i++ {
			act := s.Ask
			if i == 0 || c.last {
				act = func(ctx context.Context) error {
					a, err := s.Hint(ctx)
					return errors.Join(err, s.Do(ctx, a))
				}
			}
			if err := act(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		ep, err := s.Episode()
		if err != nil {
			t.Fatal(err)
		}
		for i, turn := range ep.Turns {
			if len(turn.Move.Tokens.IDs) != c.want {
				t.Errorf("%s: turn %d has %d tokens", c.name, i+1, len(turn.Move.Tokens.IDs))
			}
		}
	}
}

func TestABrokenEnvironmentCostsOnlyTheAction(t *testing.T) {
	left := 2
	s := begin(t, wrapped{probe.Family{}, func(e gym.Env) gym.Env { return frail{e, &left} }}, nil)
	a := gym.Action{Verb: "click", Args: []gym.Value{{Kind: gym.Ref, Text: "1"}}}
	if err := s.Do(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	before := s.Now().String()
	if err := s.Do(t.Context(), a); err == nil || !strings.Contains(err.Error(), "was replaced; the action was not done") {
		t.Errorf("%v", err)
	}
	if len(s.Turns()) != 1 || s.Now().String() != before {
		t.Errorf("after the fault: %d turns, %s", len(s.Turns()), s.Now())
	}
	if err := s.Do(t.Context(), a); err != nil || len(s.Turns()) != 2 {
		t.Errorf("it does not go on: %v", err)
	}
}

func TestOnlyAWholeEpisodeIsOne(t *testing.T) {
	s := begin(t, probe.Family{}, nil)
	if _, err := s.Episode(); err == nil {
		t.Error("an episode that has not ended is one")
	}
	if err := s.Ask(t.Context()); !errors.Is(err, ErrNobody) {
		t.Errorf("nobody was asked: %v", err)
	}
	for s.Over() == "" {
		expert(t, s)
	}
	ep, err := s.Episode()
	if err != nil || ep.Outcome() != 1 || ep.Env != "probe" || ep.Task != corridor || ep.End.Reason != gym.Terminated {
		t.Errorf("the episode is %+v (%v)", ep, err)
	}
	if err := s.Do(t.Context(), gym.Action{}); !errors.Is(err, ErrOver) {
		t.Errorf("after the end: %v", err)
	}
}
