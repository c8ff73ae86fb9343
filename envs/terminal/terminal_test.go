package terminal_test

import (
	"os"
	"testing"

	"github.com/turngym/turngym/envs/terminal"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

func TestFamily(t *testing.T) {
	s := gymtest.Suite{Name: "terminal", Golden: "../../testdata/playthroughs", Seeds: 6, Episodes: 10, Parallel: true,
		Open: func(testing.TB) gym.Family { return terminal.Family{} }}
	if os.Getenv("GYM_LONG") != "" {
		s.Seeds, s.Episodes = 0, 0
	}
	s.Run(t)
}
