// Package gymtest runs the checks of package gym/check as tests. A family gets
// them by a test of a few lines:
//
//	func TestFamily(t *testing.T) {
//		gymtest.Run(t, "probe", open, "../../testdata/playthroughs")
//	}
//
// Beside the checks it compares every scenario with itself in another process,
// and the oracle's episodes with the recorded ones: the playthroughs, which are
// also the gallery that people read. -update writes them anew.
//
// [Suite] is Run with numbers to choose.
package gymtest

import (
	"errors"
	"flag"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/check"
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

// Suite is Run with its numbers to choose; 0 is the default, less with go test
// -short.
type Suite struct {
	Name   string
	Open   func(testing.TB) gym.Family
	Golden string // folder of the playthroughs; "" is none

	Only     []string // the scenarios to check; nil is all
	Seeds    int      // as in check.Options
	Episodes int
	NoOracle bool
	Alike    bool
	Parallel bool // the scenarios' subtests run side by side
	Replay   bool // only the playthroughs are compared: for a second driver of what is proven
}

// Run runs the suite, a subtest for each scenario.
func (s Suite) Run(t *testing.T) {
	f := s.Open(t)
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Errorf("close the family: %v", err)
		}
	})
	list, err := check.Scenarios(f, s.Only)
	if err != nil {
		t.Fatal(err)
	}
	if isChild(s.Name) {
		if err := writeDigests(t.Context(), f, list); err != nil {
			t.Fatal(err)
		}
		return
	}
	if s.Replay {
		s.playthroughs(t, f, list)
		return
	}
	for _, sc := range list {
		t.Run(sc.Name, func(t *testing.T) {
			if s.Parallel {
				t.Parallel()
			}
			report, err := check.Scenario(t.Context(), f, sc, s.options())
			if err = errors.Join(err, report.Err()); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("OtherProcess", func(t *testing.T) {
		if err := otherProcess(t.Context(), s.Name, strings.TrimSuffix(t.Name(), "/OtherProcess"), f, list); err != nil {
			t.Error(err)
		}
	})
	if s.Golden != "" && !s.NoOracle {
		t.Run("Golden", func(t *testing.T) { s.playthroughs(t, f, list) })
	}
}

// options are those of the checks; a test that is to be short asks for less.
func (s Suite) options() check.Options {
	o := check.Options{Seeds: s.Seeds, Episodes: s.Episodes, NoOracle: s.NoOracle, Alike: s.Alike}
	if testing.Short() && o.Seeds == 0 {
		o.Seeds, o.Episodes = 10, 10
	}
	return o
}

// playthroughs holds the oracle's episodes against the recorded ones.
func (s Suite) playthroughs(t *testing.T, f gym.Family, list []gym.Scenario) {
	env, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	for _, sc := range list {
		for level := 1; level <= sc.Levels && sc.Oracle; level++ {
			if err := s.golden(t.Context(), env, sc, level); err != nil {
				t.Error(err)
			}
		}
	}
	if s.Only == nil {
		if err := leftovers(s.Golden, s.Name, list); err != nil {
			t.Error(err)
		}
	}
}
