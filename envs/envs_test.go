package envs

import (
	"testing"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

// Whatever is in the list passes the suite, as it comes out of its
// constructor, and has playthroughs: its first scenario, on a few seeds. A
// family's own test has all.
func TestEveryFamilyInTheListIsSound(t *testing.T) {
	for _, e := range All().Entries() {
		t.Run(e.Name, func(t *testing.T) {
			if e.Name == "gui" {
				t.Skip("it takes pictures by the thousand, and where things are depends on the machine's fonts: see envs/web")
			}
			var only []string
			for _, sc := range e.New().Scenarios() {
				if sc.Set == "" && len(only) < 1 {
					only = append(only, sc.Name)
				}
			}
			gymtest.Suite{Name: e.Name, Only: only, Golden: "../testdata/playthroughs", Seeds: 3, Episodes: 10,
				Open: func(testing.TB) gym.Family { return e.New() }}.Run(t)
		})
	}
}
