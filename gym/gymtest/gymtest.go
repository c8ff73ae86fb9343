// Package gymtest is the suite that every family passes. A family gets it by a
// test of a few lines:
//
//	func TestFamily(t *testing.T) {
//		gymtest.Run(t, "probe", open, "../../testdata/playthroughs")
//	}
//
// It proves of every scenario and level that the same task gives the same
// bytes, also after other episodes, in other environments at the same time and
// in another process; that the oracle solves it, by actions that the grammar
// can write, and as recorded; that a random agent stays under the floor and is
// never refused; that mistakes are explained and change nothing; that signals
// are in range; that hints change only the hint; and that train and test tasks
// differ. Of the family it proves that ended contexts, wrong tasks and closed
// environments are answered as the contract says.
//
// The playthroughs, the oracle's episodes as text, are also the gallery that
// people read; -update writes them anew.
//
// [Suite] is Run with numbers to choose. [Check] is the same proof outside a
// test. The checks are in checks.go and contract.go; each returns an error, so
// that the suite's own test can see each of them fail.
package gymtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

var update = flag.Bool("update", false, "write the golden playthroughs anew")

// Opener is a family's constructor, in the form that suits its test.
type Opener interface {
	func(testing.TB) gym.Family | func() (gym.Family, error)
}

// Run proves a family sound. Its name is the one it has in the list of
// families, and begins the names of the playthroughs in the folder golden;
// without a folder there are none.
func Run[F Opener](t *testing.T, name string, open F, golden string) {
	t.Helper()
	s := Suite{Name: name, Golden: golden}
	switch open := any(open).(type) {
	case func(testing.TB) gym.Family:
		s.Open = open
	case func() (gym.Family, error):
		s.Open = func(t testing.TB) gym.Family {
			f, err := open()
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
	}
	s.Run(t)
}

// Suite is Run with its numbers to choose; 0 is the default, a tenth of it with
// go test -short.
type Suite struct {
	Name   string
	Open   func(testing.TB) gym.Family
	Golden string // folder of the playthroughs; "" is none

	Only     []string // the scenarios to check; nil is all
	Seeds    int      // of the oracle, in each split and level; 100
	Episodes int      // of the random agent, in each level; 60
	Envs     int      // live at the same time; 3
	NoOracle bool     // do not ask the oracles, even where there are some
	Alike    bool     // some scenarios have so few tasks that train and test look alike
}

func (s Suite) withDefaults() Suite {
	less := 1
	if testing.Testing() && testing.Short() {
		less = 10
	}
	if s.Seeds == 0 {
		s.Seeds = 100 / less
	}
	if s.Episodes == 0 {
		s.Episodes = 60 / less
	}
	if s.Envs == 0 {
		s.Envs = 3
	}
	return s
}

// Run runs the suite, a subtest for each scenario.
func (s Suite) Run(t *testing.T) {
	s = s.withDefaults()
	f := s.Open(t)
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Errorf("close the family: %v", err)
		}
	})
	list, err := s.scenarios(f)
	if err != nil {
		t.Fatal(err)
	}
	if isChild(s.Name) {
		if err := writeDigests(t.Context(), f, list); err != nil {
			t.Fatal(err)
		}
		return
	}
	r, err := s.start(t.Context(), f)
	if err != nil {
		t.Fatal(explain(err))
	}
	t.Cleanup(r.close)
	for _, sc := range list {
		t.Run(sc.Name, func(t *testing.T) {
			if err := r.scenario(t.Context(), sc); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("Contract", func(t *testing.T) {
		if err := contract(t.Context(), f, list[0]); err != nil {
			t.Error(explain(err))
		}
	})
	t.Run("OtherProcess", func(t *testing.T) {
		if err := otherProcess(t.Context(), s.Name, strings.TrimSuffix(t.Name(), "/OtherProcess"), f, list); err != nil {
			t.Error(explain(err))
		}
	})
	if s.Golden != "" && s.Only == nil && !s.NoOracle {
		t.Run("Golden", func(t *testing.T) {
			if err := leftovers(s.Golden, s.Name, list); err != nil {
				t.Error(err)
			}
		})
	}
}

// Check proves one scenario of a family sound, without its playthroughs: what
// Run does, for callers that are not tests.
func Check(ctx context.Context, f gym.Family, sc gym.Scenario) error {
	return Suite{}.check(ctx, f, sc)
}

func (s Suite) check(ctx context.Context, f gym.Family, sc gym.Scenario) error {
	r, err := s.withDefaults().start(ctx, f)
	if err != nil {
		return err
	}
	defer r.close()
	return errors.Join(r.scenario(ctx, sc), contract(ctx, f, sc))
}

// scenarios are those to check, once their list is sound.
func (s Suite) scenarios(f gym.Family) ([]gym.Scenario, error) {
	var list []gym.Scenario
	names := map[string]bool{}
	for _, sc := range f.Scenarios() {
		switch {
		case sc.Name == "" || strings.ContainsAny(sc.Name, "/\\ \n"):
			return nil, fmt.Errorf("scenario %q: the name is to be one word, it names files", sc.Name)
		case names[sc.Name]:
			return nil, fmt.Errorf("scenario %q is listed twice", sc.Name)
		case sc.Doc == "" || strings.Contains(sc.Doc, "\n"):
			return nil, fmt.Errorf("scenario %q: the doc is to be one line, not %q", sc.Name, sc.Doc)
		case sc.Levels < 1 || sc.Turns < 1 || !(sc.Floor >= 0 && sc.Floor <= 1):
			return nil, fmt.Errorf("scenario %q: %d levels, %d turns, floor %v; want one and more, one and more, 0 to 1", sc.Name, sc.Levels, sc.Turns, sc.Floor)
		}
		names[sc.Name] = true
		if s.Only == nil || slices.Contains(s.Only, sc.Name) {
			list = append(list, sc)
		}
	}
	if len(list) == 0 {
		return nil, errors.New("there are no scenarios to check")
	}
	return list, nil
}

// run is a suite at work: one environment for what is done in turn, and others
// beside it. They stay open over all scenarios, as a pool's do.
type run struct {
	Suite
	family gym.Family
	env    gym.Env
	others []gym.Env
}

func (s Suite) start(ctx context.Context, f gym.Family) (*run, error) {
	r := &run{Suite: s, family: f}
	for range s.Envs {
		env, err := f.Open(ctx)
		if err != nil {
			r.close()
			return nil, err
		}
		r.others = append(r.others, env)
	}
	r.env, r.others = r.others[0], r.others[1:]
	return r, nil
}

func (r *run) close() {
	if r.env != nil {
		r.env.Close()
	}
	for _, env := range r.others {
		env.Close()
	}
}

// scenario runs every check on every level. A fault ends it: nothing that
// comes after one proves anything.
func (r *run) scenario(ctx context.Context, sc gym.Scenario) error {
	var errs []error
	for level := 1; level <= sc.Levels; level++ {
		for _, c := range checks {
			err := c.check(ctx, r, place{sc, level})
			if err == nil {
				continue
			}
			errs = append(errs, fmt.Errorf("level %d, %s: %w", level, c.name, explain(err)))
			if isFault(err) {
				return errors.Join(errs...)
			}
		}
	}
	return errors.Join(errs...)
}

func isFault(err error) bool {
	var f *gym.Fault
	return errors.As(err, &f)
}

func explain(err error) error {
	if isFault(err) {
		return fmt.Errorf("the environment broke (a fault): %w", err)
	}
	return err
}
