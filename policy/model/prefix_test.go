package model

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/turngym/turngym/kernels"
)

// Sequences that begin alike take each other's pages over and have the bits that
// they have alone; the tree forgets what began longest ago.
func TestSharedPagesHaveTheBitsOfOnesOwn(t *testing.T) {
	for _, alike := range []bool{false, true} { // whether all begin with the same page
		sharePages(t, alike)
	}
}

func sharePages(t *testing.T, alike bool) {
	m := lively(t, Config{Vocab: 70, Dim: 32, Layers: 2, Heads: 4, KVHeads: 2, Hidden: 48, Context: 1024, Theta: 1e4, Eps: 1e-5, Typed: true})
	d, rng := m.Snapshot(), rand.New(rand.NewPCG(6, 6))
	const pages = 5
	d.prefixes.atMost = pages * d.pageLen()
	prompts := make([][]int32, 12)
	for i := range prompts {
		prompts[i] = make([]int32, 70+rng.IntN(200))
		for j := range prompts[i] {
			prompts[i][j] = int32(rng.IntN(70))
		}
		if i%3 > 0 || alike && i > 0 { // the first page of the one before
			copy(prompts[i], prompts[i-1][:kernels.PageTokens])
		}
	}
	var b Batch
	shared, caches := 0, []*Cache{d.NewCache(), d.NewCache()}
	for round := range 60 {
		ids := prompts[rng.IntN(len(prompts))]
		types := make([]int32, len(ids))
		for i := range types {
			types[i] = int32(round % 2)
		}
		c := caches[round%2]
		c.Reset(d)
		n := c.Adopt(ids[:len(ids)-1], types)
		shared += n
		for n < len(ids) {
			k := min(len(ids)-n, 1+rng.IntN(100))
			if err := b.Extend(More{Cache: c, IDs: ids[n : n+k], Types: types[n : n+k], Share: true}); err != nil {
				t.Fatal(err)
			}
			n += k
		}
		b.Extend(More{Cache: c, IDs: ids[:9], Types: types[:9]})
		alone := m.Snapshot().NewCache()
		b.Extend(More{Cache: alone, IDs: append(slices.Clone(ids), ids[:9]...), Types: append(slices.Clone(types), types[:9]...)})
		if !slices.Equal(read(m.dev, c.hidden), read(m.dev, alone.hidden)) {
			t.Fatalf("round %d: other bits with pages of others", round)
		}
		if p := &d.prefixes; p.size > p.atMost || len(p.begun) != len(p.root.next) {
			t.Fatalf("round %d: %d numbers of at most %d; %d and %d beginnings", round, p.size, p.atMost, len(p.begun), len(p.root.next))
		}
	}
	if shared < 10*kernels.PageTokens {
		t.Errorf("%d tokens were shared", shared)
	}
}
