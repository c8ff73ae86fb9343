package search

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools/retrieve"
)

// question is one task: what is asked, what is right, and how it is found out.
type question struct {
	goal   string
	steps  []step   // the pages that have the evidence, in the order in which one leads to the next
	gold   []string // right answers; the first one is the oracle's
	action string   // the verb by which the oracle gives it
	from   int      // the step whose page the oracle reads the answer from, -1 where the goal has it
	hits   int      // of a search
	verbs  verbs    // beside those of all questions

	looked string // what must have been searched for before "unknown" is right, beside the steps; "" is nothing
	strict bool   // the answer counts only after all evidence was looked at
	loose  bool   // the steps come in any order
}

// step is a page to open, and how it is found.
type step struct {
	query string // part of what is readable at from
	page  string // its id
	from  int    // the step whose page has the query, -1 where the goal has it
}

// verbs are those that only some questions offer.
type verbs uint8

const (
	canCount verbs = 1 << iota
	canDeny
)

// unknown is the answer where there is none.
const unknown = "unknown"

// The hits of a search, by how hard a question is.
const (
	fewHits  = 3
	manyHits = 5
)

// drawer draws questions about a graph.
type drawer struct {
	*graph
	rng   *rand.Rand
	split gym.Split
	level int
}

// tries bounds the drawing of one question.
const tries = 2000

// ask tries until a question comes out that is as it must be.
func (d *drawer) ask(draw func(d *drawer) (question, bool)) (question, error) {
	for range tries {
		if q, ok := draw(d); ok {
			return q, nil
		}
	}
	return question{}, errors.New("no question was found in the whole world")
}

// start is a thing that a question of this split may begin with. Every kind is
// as likely as any other.
func (d *drawer) start(of ...kind) int {
	k := person + kind(d.rng.IntN(int(kinds-person)))
	if len(of) > 0 {
		k = of[d.rng.IntN(len(of))]
	}
	list := d.of[k]
	for {
		if i := list[d.rng.IntN(len(list))]; d.things[i].test == (d.split == gym.Test) {
			return i
		}
	}
}

// chain is facts of which each one's object is the next one's subject.
type chain struct {
	first int
	facts []*fact
}

// last is the thing that a chain leads to; -1 is a number.
func (c *chain) last() int {
	if len(c.facts) == 0 {
		return c.first
	}
	return c.facts[len(c.facts)-1].to
}

// things are those on the way: of each one the page is opened.
func (c *chain) things() []int {
	list := []int{c.first}
	for _, f := range c.facts {
		list = append(list, f.to)
	}
	return list
}

// grow makes a chain longer by n facts, drawn from those that are stated, and
// never comes back to where it was. Only the last may lead to a number, where
// numbers are wanted.
func (d *drawer) grow(c chain, n int, numbers bool) (chain, bool) {
	for ; n > 0; n-- {
		at := c.last()
		var options []*fact
		for i := range d.things[at].facts {
			f := &d.things[at].facts[i]
			if f.rel.many() || f.to < 0 && (n > 1 || !numbers) || f.to >= 0 && d.on(&c, f.to) {
				continue
			}
			options = append(options, f)
		}
		if len(options) == 0 {
			return c, false
		}
		c.facts = append(c.facts, options[d.rng.IntN(len(options))])
	}
	return c, true
}

func (d *drawer) on(c *chain, thing int) bool {
	for _, t := range c.things() {
		if t == thing {
			return true
		}
	}
	return false
}

// phrase describes what a chain leads to: "the mayor of the birthplace of Ada
// Abel".
func (d *drawer) phrase(c chain) string {
	text := d.called(c.first)
	for i, f := range c.facts {
		form := f.rel.of
		if n := len(f.rel.inner); i == 0 && n > 0 && d.rng.IntN(2) == 0 {
			form = f.rel.inner[d.rng.IntN(n)]
		}
		text = fill(form, text)
	}
	return text
}

// fill puts a subject into a form.
func fill(form, subject string) string { return strings.Replace(form, "{}", subject, 1) }

// steps are the pages of a chain's things, and with last that of where it leads.
// They stand after base others.
func (d *drawer) steps(c chain, base int, last bool) []step {
	list := []step{{d.things[c.first].name, id(c.first), -1}}
	for i, f := range c.facts {
		if i < len(c.facts)-1 || last {
			list = append(list, step{d.things[f.to].name, id(f.to), base + i})
		}
	}
	return list
}

// small says whether every page of a chain is short: the first levels are to be
// read by a policy that has learnt little.
func (d *drawer) small(c chain) bool {
	const lines = 7
	for _, t := range c.things() {
		if t >= 0 && len(d.things[t].facts)+1 > lines {
			return false
		}
	}
	return true
}

// hitsAt is how many hits a search has at a level.
func hitsAt(level int) int {
	if level <= 2 {
		return fewHits
	}
	return manyHits
}

// answerOf is the verb that gives an answer, as an action.
func answerOf(verb, text string) gym.Action {
	switch verb {
	case countVerb:
		n, _ := strconv.Atoi(text)
		return gym.Action{Verb: verb, Args: []gym.Value{{Kind: gym.Int, Num: float64(n)}}}
	case unknownVerb:
		return gym.Action{Verb: verb}
	}
	return gym.Action{Verb: verb, Args: []gym.Value{{Kind: gym.Str, Text: text}}}
}

// found says whether a search for a query shows a page.
func found(hits []retrieve.Hit, page string) bool {
	for _, h := range hits {
		if h.Page.ID == page {
			return true
		}
	}
	return false
}
