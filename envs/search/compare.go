package search

import (
	"slices"
	"strconv"
	"strings"
)

// compare asks which of several has the most or the least of something: of two
// at level 1, of three at level 2, and at level 3 of two that are described by
// what other pages say: "Who was born first, the founder of Opal Key Works or
// the author of Songs of Salt?" A guess is right half of the time, so an answer
// counts only after their pages were read.
func compare(d *drawer) (question, bool) {
	var list []*relation
	for i := range d.relations {
		if r := &d.relations[i]; r.less != "" {
			list = append(list, r)
		}
	}
	r := list[d.rng.IntN(len(list))]
	n := 2
	if d.level == 2 {
		n = 3
	}
	q := question{action: answerVerb, from: -1, hits: hitsAt(d.level), loose: true, strict: true}
	var phrases []string
	var who []int
	for range n {
		c := chain{first: d.start(r.from)}
		if d.level == 3 {
			var ok bool
			if c, ok = d.described(r.from); !ok {
				return q, false
			}
		}
		at := c.last()
		if d.stated(at, r) == nil || slices.Contains(who, at) {
			return q, false
		}
		phrases, who = append(phrases, d.phrase(c)), append(who, at)
		q.steps = append(q.steps, d.steps(c, len(q.steps), true)...)
	}
	if d.level == 3 {
		q.from = len(q.steps) - 1 // the pages that were opened are named there
	}
	ask, best, ok := d.most(r, who)
	q.goal = fill(ask, strings.Join(phrases[:n-1], ", ")+" or "+phrases[n-1])
	q.gold = []string{d.things[best].name}
	return q, ok
}

// described is a chain of one fact that leads to a thing of a kind.
func (d *drawer) described(k kind) (chain, bool) {
	c, ok := d.grow(chain{first: d.start()}, 1, false)
	return c, ok && d.things[c.last()].kind == k
}

// most asks for the least or the most of a number, and says which one is right,
// where no two have the same.
func (d *drawer) most(r *relation, of []int) (ask string, best int, ok bool) {
	more := d.rng.IntN(2) == 0
	ask, best = r.less, -1
	if more {
		ask = r.more
	}
	var numbers []int
	for _, t := range of {
		n, err := strconv.Atoi(d.stated(t, r).text)
		if err != nil || slices.Contains(numbers, n) {
			return ask, t, false
		}
		if len(numbers) == 0 || more && n > slices.Max(numbers) || !more && n < slices.Min(numbers) {
			best = t
		}
		numbers = append(numbers, n)
	}
	return ask, best, true
}
