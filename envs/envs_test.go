package envs

import (
	"testing"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

// Whatever is in the list passes the suite, as it comes out of its
// constructor, and has playthroughs. A family's own test has more seeds.
func TestEveryFamilyInTheListIsSound(t *testing.T) {
	for _, e := range All().Entries() {
		t.Run(e.Name, func(t *testing.T) {
			gymtest.Suite{Name: e.Name, Golden: "../testdata/playthroughs", Seeds: 3, Episodes: 10,
				Open: func(testing.TB) gym.Family { return e.New() }}.Run(t)
		})
	}
}
