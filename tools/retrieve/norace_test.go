//go:build !race

package retrieve_test

import "testing"

// Under the race detector a pool forgets on purpose.
func TestSearchAllocatesItsHitsAlone(t *testing.T) {
	x := index(t, zipf(2000, 20, 2000))
	x.Search(t.Context(), "w1 w2 w3", 10)
	if n := testing.AllocsPerRun(100, func() { x.Search(t.Context(), "w1 w2 w3", 10) }); n > 1.5 {
		t.Errorf("a search allocates %v times, want once", n)
	}
}
