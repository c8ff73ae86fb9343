package search

import (
	"hash/fnv"

	"github.com/turngym/turngym/gym"
)

// path asks for what stands at the end of a chain of as many pages as the level
// is high: "In which city was the founder of Opal Key Works born?"
func path(d *drawer) (question, bool) {
	c, ok := d.grow(chain{first: d.start()}, d.level, true)
	if !ok || d.level <= 2 && !d.small(c) {
		return question{}, false
	}
	return d.chained(c), true
}

// combine asks as path does, with relations that stand beside each other in test
// questions and never in training ones, though each alone is asked for in both.
// Level 1 has two of them, level 2 three.
func combine(d *drawer) (question, bool) {
	c, ok := d.grow(chain{first: d.start()}, d.level+1, true)
	if !ok || d.level == 1 && !d.small(c) {
		return question{}, false
	}
	kept := false
	for i := 1; i < len(c.facts); i++ {
		kept = kept || keptApart(c.facts[i-1].rel, c.facts[i].rel)
	}
	return d.chained(c), kept == (d.split == gym.Test)
}

// keptApart says whether two relations, one after the other, are kept for tests:
// one pair of four.
func keptApart(a, b *relation) bool {
	h := fnv.New32a()
	h.Write([]byte(a.name + ">" + b.name))
	return h.Sum32()%4 == 0
}

// chained is the question for a chain's end.
func (d *drawer) chained(c chain) question {
	n := len(c.facts) - 1
	last := c.facts[n]
	before := chain{c.first, c.facts[:n]}
	return question{
		goal:   fill(one(d.rng, last.rel.asks), d.phrase(before)),
		steps:  d.steps(c, 0, false),
		gold:   []string{last.text},
		action: answerVerb,
		from:   n,
		hits:   hitsAt(d.level),
	}
}

// unanswerable mixes questions as path asks with as many whose answer is on no
// page: the page that would have it says nothing of it, or what the question
// names is not there at all. "unknown" is right only for who has looked.
func unanswerable(d *drawer) (question, bool) {
	if d.rng.IntN(2) == 0 {
		q, ok := path(d)
		q.verbs = canDeny
		return q, ok
	}
	if d.level == 1 && d.rng.IntN(3) == 0 {
		return d.stranger(), true
	}
	c, ok := d.grow(chain{first: d.start()}, d.level-1, false)
	if !ok || d.level <= 2 && !d.small(c) {
		return question{}, false
	}
	at := c.last()
	var silent []*relation
	for i := range d.relations {
		if r := &d.relations[i]; r.from == d.things[at].kind && !r.many() && d.stated(at, r) == nil {
			silent = append(silent, r)
		}
	}
	if len(silent) == 0 {
		return question{}, false
	}
	r := silent[d.rng.IntN(len(silent))]
	return question{goal: fill(one(d.rng, r.asks), d.phrase(c)), steps: d.steps(c, 0, true), gold: []string{unknown},
		action: unknownVerb, hits: hitsAt(d.level), verbs: canDeny, strict: true}, true
}

// stranger asks about somebody who is on no page.
func (d *drawer) stranger() question {
	name := newName(d.rng, person, 0)
	for d.titles[name] {
		name = newName(d.rng, person, 0)
	}
	var asked []*relation
	for i := range d.relations {
		if r := &d.relations[i]; r.from == person && !r.many() {
			asked = append(asked, r)
		}
	}
	r := asked[d.rng.IntN(len(asked))]
	return question{goal: fill(one(d.rng, r.asks), name), gold: []string{unknown}, action: unknownVerb, hits: hitsAt(d.level),
		verbs: canDeny, strict: true, looked: name}
}
