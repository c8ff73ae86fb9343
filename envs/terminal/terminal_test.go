package terminal_test

import (
	"os"
	"testing"

	"github.com/turngym/turngym/envs/terminal"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

// TestFamily proves every kind of task. The kinds share the code that runs
// them, so under the race detector, which makes it five times slower, every
// fourth is enough; GYM_LONG asks for all, and for more seeds.
func TestFamily(t *testing.T) {
	s := gymtest.Suite{Name: "terminal", Golden: "../../testdata/playthroughs", Seeds: 20, Episodes: 20, Parallel: true,
		Open: func(testing.TB) gym.Family { return terminal.Family{} }}
	if os.Getenv("GYM_LONG") != "" {
		s.Seeds, s.Episodes = 0, 0
	} else if race {
		s.Seeds, s.Episodes = 6, 10
		for i, k := range (terminal.Family{}).Scenarios() {
			if i%4 == 0 {
				s.Only = append(s.Only, k.Name)
			}
		}
	}
	s.Run(t)
}
