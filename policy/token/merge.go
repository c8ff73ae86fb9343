package token

import (
	"container/heap"
	"fmt"
)

// rule is what a pair of tokens becomes; the lowest rank was learnt first.
type rule struct{ rank, to int32 }

// rules are all merges of a vocabulary.
type rules map[[2]int32]rule

// newRules puts merges together and reports what does not fit.
func newRules(ids map[string]int32, merges []pair) (rules, error) {
	r := make(rules, len(merges))
	for i, m := range merges {
		a, okA := ids[m.a]
		b, okB := ids[m.b]
		to, ok := ids[m.a+m.b]
		if !okA || !okB || !ok {
			return nil, fmt.Errorf("merge %d joins %q and %q, but not all of these and %q are in the vocabulary", i, m.a, m.b, m.a+m.b)
		}
		if _, twice := r[[2]int32{a, b}]; !twice {
			r[[2]int32{a, b}] = rule{rank: int32(i), to: to}
		}
	}
	return r, nil
}

// candidate is a pair that could be merged: the symbol at, and the one after.
type candidate struct {
	rule
	at int32
}

// queue has the pair that was learnt first on top, the leftmost of equals.
type queue []candidate

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if q[i].rank != q[j].rank {
		return q[i].rank < q[j].rank
	}
	return q[i].at < q[j].at
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(candidate)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	c := (*q)[last]
	*q = (*q)[:last]
	return c
}

// merge joins the symbols of one word in place: always the pair that was
// learnt first, the leftmost of equals, until there is none. A queue keeps a
// word of n symbols at n log n; a page may hold a word of any length.
func (rs rules) merge(ids []int32) []int32 {
	const gone = -1
	n := int32(len(ids))
	next, prev := make([]int32, n), make([]int32, n)
	var q queue
	look := func(at int32) {
		if at >= 0 && next[at] < n {
			if r, ok := rs[[2]int32{ids[at], ids[next[at]]}]; ok {
				heap.Push(&q, candidate{r, at})
			}
		}
	}
	for i := range n {
		next[i], prev[i] = i+1, i-1
	}
	for i := range n {
		look(i)
	}
	for len(q) > 0 {
		c := heap.Pop(&q).(candidate)
		if ids[c.at] == gone || next[c.at] >= n {
			continue
		}
		b := next[c.at]
		if r, ok := rs[[2]int32{ids[c.at], ids[b]}]; !ok || r != c.rule {
			continue // one of the two has been merged since
		}
		ids[c.at], ids[b] = c.to, gone
		next[c.at] = next[b]
		if next[b] < n {
			prev[next[b]] = c.at
		}
		look(prev[c.at])
		look(c.at)
	}
	out := ids[:0]
	for _, id := range ids {
		if id != gone {
			out = append(out, id)
		}
	}
	return out
}
