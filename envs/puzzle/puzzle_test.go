package puzzle_test

import (
	"os"
	"testing"

	"github.com/turngym/turngym/envs/puzzle"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

// TestFamily proves every puzzle, on fewer seeds than gym check, and with GYM_LONG
// on as many. GYM_ONLY names one, to work on it. The race
// detector makes Lua ten times slower and finds nothing in a Lua file: make test
// runs this without, and the list of families (package envs) under it.
func TestFamily(t *testing.T) {
	if race {
		t.Skip("too slow under the race detector; make test runs it without")
	}
	s := gymtest.Suite{Name: "puzzle", Seeds: 8, Episodes: 20, Golden: "../../testdata/playthroughs", Parallel: true,
		Open: func(testing.TB) gym.Family { return &puzzle.Family{} }}
	if os.Getenv("GYM_LONG") != "" {
		s.Seeds, s.Episodes = 0, 0
	}
	if name := os.Getenv("GYM_ONLY"); name != "" {
		s.Only = []string{name}
	}
	s.Run(t)
}

// All puzzles are loaded before any is played, in far less than a second.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		f := &puzzle.Family{}
		if err := f.Load(); err != nil {
			b.Fatal(err)
		}
	}
}
