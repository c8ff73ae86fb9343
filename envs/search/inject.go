package search

import "context"

// inject begins with a question about one page and hides what it names: again
// and again the thing that is named is replaced by a description, from what its
// own page says of another thing ("the film directed by Ada Abel") or another
// page of it ("the mayor of Velmoor"). The level is how often. A description
// fits one thing only, and that one can be found by searching for the name in it.
func inject(d *drawer) (question, bool) {
	target := d.start()
	asked := d.answerable(target)
	if asked == nil {
		return question{}, false
	}
	// hidden are the things from the question's own outwards to the one it names.
	hidden, forms, forward := []int{target}, []string{}, []bool{}
	for range d.level {
		e, form, ok := d.describe(hidden)
		if !ok {
			return question{}, false
		}
		hidden, forms, forward = append(hidden, e.thing), append(forms, form), append(forward, e.forward)
	}
	named := hidden[len(hidden)-1]
	if d.things[named].test != d.things[target].test {
		return question{}, false
	}
	q := question{gold: []string{asked.text}, action: answerVerb, hits: manyHits}
	text, at := d.called(named), -1 // at is the step whose page names the thing at hand
	for i := len(forms) - 1; i >= 0; i-- {
		next, name := hidden[i], d.things[hidden[i+1]].name
		if forward[i] {
			if at < 0 {
				q.steps = append(q.steps, step{name, id(hidden[i+1]), at})
				at = len(q.steps) - 1
			}
			name = d.things[next].name
		} else if hits, err := d.index.Search(context.Background(), name, q.hits); err != nil || !found(hits, id(next)) {
			return q, false
		}
		q.steps = append(q.steps, step{name, id(next), at})
		at = len(q.steps) - 1
		text = fill(forms[i], text)
	}
	q.goal, q.from = fill(one(d.rng, asked.rel.asks), text), at
	return q, true
}

// answerable is a fact of a thing's page that can be asked for.
func (d *drawer) answerable(thing int) *fact {
	var list []*fact
	for i := range d.things[thing].facts {
		if f := &d.things[thing].facts[i]; !f.rel.many() {
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[d.rng.IntN(len(list))]
}

// description is how one thing is described by another.
type description struct {
	thing   int
	forward bool // the other's page names it; else its page names the other
}

// describe describes the last of the hidden things by one that is not among
// them.
func (d *drawer) describe(hidden []int) (description, string, bool) {
	what := hidden[len(hidden)-1]
	type option struct {
		description
		form string
	}
	var list, others []option
	fresh := func(t int) bool {
		for _, h := range hidden {
			if h == t {
				return false
			}
		}
		return true
	}
	for i := range d.things[what].facts {
		f := &d.things[what].facts[i]
		if f.to >= 0 && f.rel.inverse != "" && fresh(f.to) && d.only(what, f) {
			list = append(list, option{description{f.to, false}, f.rel.inverse})
		}
	}
	for _, e := range d.into[what] {
		if !e.fact.rel.many() && fresh(e.from) {
			others = append(others, option{description{e.from, true}, e.fact.rel.of})
		}
	}
	if len(list) == 0 || len(others) > 0 && d.rng.IntN(2) == 0 { // there are many more of them
		list = others
	}
	if len(list) == 0 {
		return description{}, "", false
	}
	o := list[d.rng.IntN(len(list))]
	return o.description, o.form, true
}

// only says whether a fact is true of no other thing.
func (d *drawer) only(what int, f *fact) bool {
	for _, e := range d.into[f.to] {
		if e.fact.rel == f.rel && e.from != what {
			return false
		}
	}
	return true
}
