package toolbox_test

import (
	"os"
	"testing"

	"github.com/turngym/turngym/envs/toolbox"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

func TestFamily(t *testing.T) {
	s := gymtest.Suite{Name: "toolbox", Open: func(testing.TB) gym.Family { return toolbox.Family{} },
		Golden: "../../testdata/playthroughs", Seeds: 20, Episodes: 20, Parallel: true}
	if os.Getenv("GYM_LONG") != "" {
		s.Seeds, s.Episodes = 0, 0
	}
	s.Run(t)
}
