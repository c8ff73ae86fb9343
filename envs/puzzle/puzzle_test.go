package puzzle_test

import (
	"os"
	"testing"

	"github.com/turngym/turngym/envs/puzzle"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

func TestFamily(t *testing.T) {
	var only []string
	if s := os.Getenv("GYM_ONLY"); s != "" {
		only = []string{s}
	}
	gymtest.Suite{Name: "puzzle", Golden: "../../testdata/playthroughs", Only: only,
		Open: func(testing.TB) gym.Family { return &puzzle.Family{} }}.Run(t)
}
