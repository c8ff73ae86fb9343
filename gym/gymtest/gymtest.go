// Package gymtest is the suite that every family passes. A family gets it by
// a test of a few lines:
//
//	func TestMain(m *testing.M) { gymtest.Main(m, open) }
//	func TestFamily(t *testing.T) { gymtest.Run(t, "probe", open, "../../testdata/playthroughs") }
//
// It proves that the same task gives the same bytes, also after other
// episodes, in another environment and in another process; that the oracle
// solves every level and its playthrough is the recorded one; that a random
// agent stays under the floor; that mistakes are explained; that signals are
// in range; that ended contexts and closed environments are answered as the
// contract says; and that train and test tasks differ.
package gymtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

var update = flag.Bool("update", false, "rewrite the golden playthroughs")

// Open makes the family under test.
type Open func() (gym.Family, error)

const (
	oracleSeeds = 100 // of each split, every level
	randomSeeds = 60  // of every level
	childEnv    = "GYMTEST_DIGEST"
)

// Main runs the tests, or, in the process that Run starts for it, prints the
// digest of the family's episodes.
func Main(m *testing.M, open Open) {
	if os.Getenv(childEnv) == "" {
		os.Exit(m.Run())
	}
	f, err := open()
	if err == nil {
		var sum string
		if sum, err = digest(context.Background(), f, f.Scenarios()); err == nil {
			fmt.Println(sum)
		}
		f.Close()
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

type suite struct {
	*testing.T
	name   string
	family gym.Family
	golden string
}

// Run checks every scenario of the family. golden is the folder of the
// playthroughs; "" where the family has no oracle.
func Run(t *testing.T, name string, open Open, golden string) {
	f, err := open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })

	if len(f.Scenarios()) == 0 {
		t.Fatal("the family has no scenarios")
	}
	for _, sc := range f.Scenarios() {
		t.Run(sc.Name, func(t *testing.T) {
			s := suite{t, name, f, golden}
			env := s.open()
			if sc.Oracle {
				s.oracle(env, sc)
			}
			s.random(env, sc)
			s.repeats(env, sc)
			s.splits(env, sc)
			s.mistakes(env, sc)
		})
	}
	t.Run("Contract", func(t *testing.T) { suite{t, name, f, golden}.contract() })
	t.Run("OtherProcess", func(t *testing.T) {
		want, err := digest(t.Context(), f, f.Scenarios())
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"=1")
		got, err := cmd.CombinedOutput()
		if err != nil || strings.TrimSpace(string(got)) != want {
			t.Errorf("another process plays other episodes: %s (%v), here %s", got, err, want)
		}
	})
}

func (s suite) open() gym.Env {
	s.Helper()
	env, err := s.family.Open(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { env.Close() })
	return env
}

func (s suite) levels(sc gym.Scenario, f func(level int)) {
	for level := 1; level <= sc.Levels; level++ {
		f(level)
	}
}

// oracle solves every level on many seeds of both splits, and plays as recorded.
func (s suite) oracle(env gym.Env, sc gym.Scenario) {
	s.levels(sc, func(level int) {
		for seed := range uint64(2 * oracleSeeds) {
			t := gym.Task{Scenario: sc.Name, Seed: seed / 2, Level: level, Split: gym.Split(seed % 2)}
			text, outcome, err := play(s.Context(), env, t, expert)
			if err != nil || outcome != 1 {
				s.Fatalf("the oracle's outcome is %v in %s (%v)\n%s", outcome, t, err, text)
			}
			if seed == 2 && s.golden != "" {
				s.compare(fmt.Sprintf("%s_%s-%d.txt", s.name, sc.Name, level), text)
			}
		}
	})
}

func (s suite) compare(file, text string) {
	path := filepath.Join(s.golden, file)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			s.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		s.Fatalf("%v; make it with -update", err)
	}
	if string(want) != text {
		s.Errorf("the playthrough %s has changed; look at it, then -update:\n%s", file, text)
	}
}

// random stays under the floor, and is never refused.
func (s suite) random(env gym.Env, sc gym.Scenario) {
	var sum, n float64
	s.levels(sc, func(level int) {
		for seed := range uint64(randomSeeds) {
			t := gym.Task{Scenario: sc.Name, Seed: 1000 + seed, Level: level}
			text, outcome, err := play(s.Context(), env, t, walker(seed))
			if err != nil {
				s.Fatalf("%s: %v\n%s", t, err, text)
			}
			if strings.Contains(text, "\n! ") {
				s.Errorf("%s: an action that the grammar allows was refused:\n%s", t, text)
			}
			sum, n = sum+outcome, n+1
		}
	})
	mean := sum / n
	if margin := 2 / math.Sqrt(n) * math.Sqrt(sc.Floor*(1-sc.Floor)+0.01); mean > sc.Floor+margin {
		s.Errorf("a random agent's mean outcome is %.2f, the floor is said to be %.2f", mean, sc.Floor)
	}
}

// repeats plays a task again after another one and in another environment.
func (s suite) repeats(env gym.Env, sc gym.Scenario) {
	other := s.open()
	s.levels(sc, func(level int) {
		t := gym.Task{Scenario: sc.Name, Seed: 7, Level: level}
		first, _, err := play(s.Context(), env, t, walker(3))
		if err != nil {
			s.Fatal(err)
		}
		for _, e := range []gym.Env{env, other} {
			if _, _, err := play(s.Context(), e, gym.Task{Scenario: sc.Name, Seed: 8, Level: level}, walker(4)); err != nil {
				s.Fatal(err)
			}
			if again, _, err := play(s.Context(), e, t, walker(3)); err != nil || again != first {
				s.Errorf("%s is not the same after another episode (%v):\n%s\nthen\n%s", t, err, first, again)
			}
		}
	})
}

func (s suite) splits(env gym.Env, sc gym.Scenario) {
	same, n := 0, 20
	for seed := range uint64(n) {
		t := gym.Task{Scenario: sc.Name, Seed: seed, Level: sc.Levels}
		a, err := env.Reset(s.Context(), t)
		if err != nil {
			s.Fatal(err)
		}
		t.Split = gym.Test
		b, err := env.Reset(s.Context(), t)
		if err != nil {
			s.Fatal(err)
		}
		if a.Goal == b.Goal && a.String() == b.String() {
			same++
		}
		t.Hint = 1
		if h, err := env.Reset(s.Context(), t); err != nil || h.Goal != b.Goal || h.String() != b.String() {
			s.Errorf("%s: a hint changes more than Hint (%v)", t, err)
		}
	}
	if same > n/2 {
		s.Errorf("%d of %d train and test tasks look the same", same, n)
	}
}

// mistakes are answered with what was wrong, and change nothing.
func (s suite) mistakes(env gym.Env, sc gym.Scenario) {
	o, err := env.Reset(s.Context(), gym.Task{Scenario: sc.Name, Seed: 3, Level: 1})
	if err != nil {
		s.Fatal(err)
	}
	bad := []gym.Action{{Verb: "no-such-verb"}, gym.Malformed(gym.Mistakef("cannot read that")),
		{Verb: o.Verbs[0].Name, Args: []gym.Value{{Kind: gym.Str, Text: "x"}, {Kind: gym.Str, Text: "y"}, {Kind: gym.Str, Text: "z"}}},
		{Verb: o.Verbs[0].Name, Args: []gym.Value{{Kind: gym.Ref, Text: "987654"}}}}
	for i, a := range bad {
		if i >= sc.Turns-1 {
			break
		}
		out, err := env.Step(s.Context(), a)
		if err != nil {
			s.Fatalf("%v is an error: %v", a, err)
		}
		if v, _ := out.Signals.Value(gym.SignalFormat); out.Observation.Note == "" || v != 1 {
			s.Errorf("%v was answered with note %q and signals %v", a, out.Observation.Note, out.Signals)
		}
		if out.Terminated || len(out.Observation.Elements) != len(o.Elements) || out.Observation.Goal != o.Goal {
			s.Errorf("%v changed the episode", a)
		}
	}
}

// contract is about ended contexts, closed environments and unknown names.
func (s suite) contract() {
	sc := s.family.Scenarios()[0]
	task := gym.Task{Scenario: sc.Name, Level: 1}
	env := s.open()
	if _, err := env.Reset(s.Context(), gym.Task{Scenario: "no-such-scenario", Level: 1}); err == nil || !strings.Contains(err.Error(), "no-such-scenario") {
		s.Errorf("an unknown scenario: %v", err)
	}
	if _, err := env.Reset(s.Context(), gym.Task{Scenario: sc.Name, Level: sc.Levels + 1}); err == nil {
		s.Error("a level that is not there is no error")
	}
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	if _, err := env.Reset(ctx, task); !errors.Is(err, context.Canceled) {
		s.Errorf("Reset with an ended context: %v", err)
	}
	o, err := env.Reset(s.Context(), task)
	if err != nil {
		s.Fatalf("Reset after an ended context: %v", err)
	}
	if _, err := env.Step(ctx, RandomAction(rand.New(rand.NewPCG(1, 1)), &o)); !errors.Is(err, context.Canceled) {
		s.Errorf("Step with an ended context: %v", err)
	}
	if err := errors.Join(env.Close(), env.Close()); err != nil {
		s.Errorf("Close twice: %v", err)
	}
	if _, err := env.Reset(s.Context(), task); !errors.Is(err, gym.ErrClosed) {
		s.Errorf("Reset after Close: %v", err)
	}
	if _, err := env.Step(s.Context(), gym.Action{}); !errors.Is(err, gym.ErrClosed) {
		s.Errorf("Step after Close: %v", err)
	}
}

// chooser says what to do next.
type chooser func(ctx context.Context, env gym.Env, o *gym.Observation) (gym.Action, error)

func expert(ctx context.Context, env gym.Env, _ *gym.Observation) (gym.Action, error) {
	o, ok := gym.As[gym.Oracle](env)
	if !ok {
		return gym.Action{}, errors.New("the environment has no oracle, though its scenario says so")
	}
	return o.Demonstrate(ctx)
}

func walker(seed uint64) chooser {
	rng := rand.New(rand.NewPCG(seed, 99))
	return func(_ context.Context, _ gym.Env, o *gym.Observation) (gym.Action, error) {
		return RandomAction(rng, o), nil
	}
}

// RandomAction takes uniform choices piece by piece.
func RandomAction(rng *rand.Rand, o *gym.Observation) gym.Action {
	g := gym.NewGrammar(o)
	for next := g.Next(nil); len(next) > 0; next = g.Next(next[:0]) {
		g.Take(next[rng.IntN(len(next))])
	}
	return g.Action()
}

// Playthrough is the oracle's episode of a task as a text for people.
func Playthrough(ctx context.Context, env gym.Env, t gym.Task) (string, error) {
	text, _, err := play(ctx, env, t, expert)
	return text, err
}

// play plays one episode, writes it down, and checks every signal.
func play(ctx context.Context, env gym.Env, t gym.Task, next chooser) (text string, outcome float64, err error) {
	var b strings.Builder
	o, err := env.Reset(ctx, t)
	if err != nil {
		return "", 0, err
	}
	fmt.Fprintf(&b, "task  %s\ngoal  %s\n\n%s", t, o.Goal, &o)
	goal := o.Goal
	for turn := 0; ; turn++ {
		a, err := next(ctx, env, &o)
		if err != nil {
			return b.String(), 0, err
		}
		out, err := env.Step(ctx, a)
		if err != nil {
			return b.String(), 0, err
		}
		over := out.Terminated || out.Truncated
		fmt.Fprintf(&b, "\n> %s\n  %s\n", a, signals(out.Signals))
		if !over || out.Observation.Note != "" {
			fmt.Fprintf(&b, "\n%s", &out.Observation)
		}
		if err := check(out, over); err != nil {
			return b.String(), 0, err
		}
		if o = out.Observation; o.Goal != goal {
			return b.String(), 0, errors.New("the goal has changed")
		}
		if over {
			outcome, _ = out.Signals.Value(gym.SignalOutcome)
			return b.String(), outcome, nil
		}
		if turn > 1000 {
			return b.String(), 0, errors.New("the episode does not end")
		}
	}
}

func signals(s gym.Signals) string {
	parts := make([]string, len(s))
	for i, x := range s {
		parts[i] = fmt.Sprintf("%s %.3g", x.Name, x.Value)
	}
	return strings.Join(parts, ", ")
}

func check(out gym.Outcome, over bool) error {
	for _, s := range out.Signals {
		if math.IsNaN(s.Value) || math.IsInf(s.Value, 0) {
			return fmt.Errorf("signal %s is %v", s.Name, s.Value)
		}
		if (s.Name == gym.SignalOutcome || s.Name == gym.SignalProgress) && (s.Value < 0 || s.Value > 1) {
			return fmt.Errorf("signal %s is %v, want 0 to 1", s.Name, s.Value)
		}
	}
	if _, has := out.Signals.Value(gym.SignalOutcome); has != over {
		return fmt.Errorf("the outcome signal is there: %v, the episode is over: %v", has, over)
	}
	return nil
}

// digest sums up random episodes of all scenarios.
func digest(ctx context.Context, f gym.Family, list []gym.Scenario) (string, error) {
	env, err := f.Open(ctx)
	if err != nil {
		return "", err
	}
	defer env.Close()
	h := sha256.New()
	for _, sc := range list {
		for level := 1; level <= sc.Levels; level++ {
			text, _, err := play(ctx, env, gym.Task{Scenario: sc.Name, Seed: 11, Level: level}, walker(5))
			if err != nil {
				return "", err
			}
			h.Write([]byte(text))
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}
