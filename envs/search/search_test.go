package search_test

import (
	"os"
	"testing"

	"github.com/turngym/turngym/envs/search"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

// suite is the checks of a family, short unless GYM_LONG is set.
func suite(golden string, open func(testing.TB) gym.Family) gymtest.Suite {
	s := gymtest.Suite{Name: "search", Open: open, Golden: golden, Parallel: true, Seeds: 20, Episodes: 20}
	if os.Getenv("GYM_LONG") != "" {
		s.Seeds, s.Episodes = 0, 0
	}
	return s
}

func TestFamily(t *testing.T) {
	suite("../../testdata/playthroughs", func(testing.TB) gym.Family { return &search.Family{} }).Run(t)
}
