package search

import "strconv"

// aggregate asks about somebody's works: how many there are (level 1; level 2
// describes the person by what another page says), or which of them came first
// or last (levels 3 and 4), for which the page of each must be read. As in
// compare, guesses do not count.
func aggregate(d *drawer) (question, bool) {
	made, dated, ask := d.relation("directed"), d.relation("film-year"), "How many films did {} direct?"
	which := "films directed"
	if d.rng.IntN(2) == 0 {
		made, dated, ask, which = d.relation("wrote"), d.relation("book-year"), "How many books did {} write?", "books written"
	}
	c := chain{first: d.start(person)}
	if d.level%2 == 0 {
		var ok bool
		if c, ok = d.described(person); !ok {
			return question{}, false
		}
	}
	works := d.listed(c.last(), made)
	if len(works) == 0 {
		return question{}, false
	}
	q := question{steps: d.steps(c, 0, true), hits: manyHits, verbs: canCount, strict: true}
	who := len(q.steps) - 1
	if d.level <= 2 {
		n := len(works)
		q.goal, q.gold, q.action, q.from = fill(ask, d.phrase(c)), []string{strconv.Itoa(n), numerals[n]}, countVerb, -1
		return q, true
	}
	const few, many = 2, 4
	if len(works) < few || len(works) > many {
		return question{}, false
	}
	for _, w := range works {
		q.steps = append(q.steps, step{d.things[w].name, id(w), who})
	}
	form, best, ok := d.most(dated, works)
	q.goal = fill(form, "of the "+which+" by "+d.phrase(c))
	q.gold, q.action, q.from, q.loose = []string{d.things[best].name}, answerVerb, who, true
	return q, ok
}

// numerals are small numbers as words, which are as right as digits.
var numerals = [...]string{"zero", "one", "two", "three", "four", "five"}
