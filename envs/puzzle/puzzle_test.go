package puzzle_test

import (
	"os"
	"testing"

	"github.com/turngym/turngym/envs/puzzle"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

// TestFamily proves every puzzle. GYM_ONLY names one, to work on it. Under the
// race detector, where Lua is ten times slower, it asks for less; make test
// runs it without, too.
func TestFamily(t *testing.T) {
	s := gymtest.Suite{Name: "puzzle", Golden: "../../testdata/playthroughs", Parallel: true,
		Open: func(testing.TB) gym.Family { return &puzzle.Family{} }}
	if name := os.Getenv("GYM_ONLY"); name != "" {
		s.Only = []string{name}
	}
	if race {
		s.Seeds, s.Episodes = 2, 4
	}
	s.Run(t)
}
