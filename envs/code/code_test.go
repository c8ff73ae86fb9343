package code_test

import (
	"os"
	"testing"

	"github.com/turngym/turngym/envs/code"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

func TestFamily(t *testing.T) {
	s := gymtest.Suite{Name: "code", Seeds: 12, Episodes: 20, Parallel: true, Golden: "../../testdata/playthroughs",
		Open: func(testing.TB) gym.Family { return code.Family{} }}
	if os.Getenv("GYM_LONG") != "" {
		s.Seeds, s.Episodes = 0, 0
	}
	s.Run(t)
}
