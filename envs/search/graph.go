package search

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"

	"github.com/turngym/turngym/tools/retrieve"
)

// graph is a generated world: things, and what is said of them. It is the same
// in every process and nothing changes it.
type graph struct {
	relations []relation
	things    []thing
	of        [kinds][]int // the things of each kind
	into      [][]edge     // for each thing, what points to it
	pages     []retrieve.Page
	index     *retrieve.Index
	titles    map[string]bool
}

// thing is a person, a place, a work: whatever has a page.
type thing struct {
	kind  kind
	name  string
	trade string // of a person
	facts []fact // stated on its page
	test  bool   // questions that begin with it are test questions
}

// fact is one sentence on a page.
type fact struct {
	rel  *relation
	to   int    // the object, -1 of a number
	text string // the object as it is written
}

// edge is a fact from its object's side.
type edge struct {
	from int
	fact *fact
}

// counts are how many things there are of each kind.
var counts = [kinds]int{person: 1000, city: 240, country: len(countries), river: len(rivers), company: 300,
	university: 80, museum: 100, festival: 80}

const (
	makers   = 90 // people who made films, and as many who wrote books
	worksMax = 5  // of one of them
	heldOut  = 4  // one thing in so many is kept for test questions
	seed     = 20
)

// newGraph draws the n-th world.
func newGraph(n int) (*graph, error) {
	rng := rand.New(rand.NewPCG(seed, uint64(seed+n)))
	g := &graph{relations: relations(), titles: map[string]bool{}}
	for k := person; k < kinds; k++ {
		for range counts[k] {
			g.add(rng, k)
		}
	}
	works := g.makeWorks(rng)
	g.relate(rng, works)
	g.into = make([][]edge, len(g.things))
	for i := range g.things {
		t := &g.things[i]
		rng.Shuffle(len(t.facts), func(a, b int) { t.facts[a], t.facts[b] = t.facts[b], t.facts[a] })
		for j := range t.facts {
			if f := &t.facts[j]; f.to >= 0 {
				g.into[f.to] = append(g.into[f.to], edge{i, f})
			}
		}
	}
	for i := range g.things {
		g.pages = append(g.pages, retrieve.Page{ID: id(i), Title: g.things[i].name, Text: g.write(rng, i)})
	}
	var err error
	g.index, err = retrieve.NewIndex(g.pages)
	return g, err
}

// worlds is how many there are. What is true in one is not in another, so that a
// policy learns to read and not who was born where: with one world a small policy
// answered 0.91 of the questions of training and 0.76 of those of the test.
const worlds = 12

// universe is the worlds, each made when it is first asked about.
type universe [worlds]func() (*graph, error)

func newUniverse() *universe {
	var u universe
	for n := range u {
		u[n] = sync.OnceValues(func() (*graph, error) { return newGraph(n) })
	}
	return &u
}

// id is the id of a thing's page.
func id(thing int) string { return strconv.Itoa(thing + 1) }

// add makes a thing with a name that no other has.
func (g *graph) add(rng *rand.Rand, k kind) int {
	name := newName(rng, k, len(g.of[k]))
	for g.titles[name] {
		name = newName(rng, k, len(g.of[k]))
	}
	g.titles[name] = true
	t := thing{kind: k, name: name, test: rng.IntN(heldOut) == 0}
	if k == person {
		t.trade = one(rng, trades)
	}
	g.of[k] = append(g.of[k], len(g.things))
	g.things = append(g.things, t)
	return len(g.things) - 1
}

func one(rng *rand.Rand, list []string) string { return list[rng.IntN(len(list))] }

// newName composes a name; it is the n-th of its kind.
func newName(rng *rand.Rand, k kind, n int) string {
	switch k {
	case person:
		return one(rng, firstNames) + " " + one(rng, lastNames)
	case city:
		return one(rng, cityStarts) + one(rng, cityEnds)
	case country:
		return countries[n]
	case river:
		return rivers[n] + " River"
	case company:
		return one(rng, materials) + " " + one(rng, objects) + " " + one(rng, companyKinds)
	case film:
		return one(rng, moods) + " " + one(rng, scenes)
	case book:
		return one(rng, tales) + " of " + one(rng, themes)
	case university:
		return one(rng, lastNames) + " University"
	case museum:
		return one(rng, manners) + " " + one(rng, arts) + " Museum"
	}
	return one(rng, seasons) + " " + one(rng, shows) + " Festival"
}

// makeWorks makes the films and books of some people, and says whose each is.
func (g *graph) makeWorks(rng *rand.Rand) map[int]int {
	maker := map[int]int{}
	people := g.of[person]
	for i := range 2 * makers {
		k, trade := film, "film director"
		if i >= makers {
			k, trade = book, "writer"
		}
		g.things[people[i]].trade = trade
		for range 1 + rng.IntN(worksMax) {
			maker[g.add(rng, k)] = people[i]
		}
	}
	return maker
}

// relate says what is true and stated on a page. Of what may be left out a
// page leaves out one thing at most; that is what cannot be known.
func (g *graph) relate(rng *rand.Rand, maker map[int]int) {
	spouse, place := g.couples(rng), g.settle(rng)
	silent := map[int]bool{}
	years := map[[2]int]bool{} // of somebody's works: each has one of its own
	number := func(from int, r *relation) int {
		n := r.low + rng.IntN(r.n)
		if who, is := maker[from]; is {
			for years[[2]int{who, n}] {
				n = r.low + rng.IntN(r.n)
			}
			years[[2]int{who, n}] = true
		}
		return n
	}
	for i := range g.relations {
		r := &g.relations[i]
		for _, from := range g.of[r.from] {
			if r.many() {
				continue
			}
			if rng.Float64() >= r.share && !silent[from] {
				silent[from] = true
				continue
			}
			placed, has := place[from]
			partner, married := spouse[from]
			switch {
			case r.to == none:
				g.state(from, fact{rel: r, to: -1, text: strconv.Itoa(number(from, r))})
			case r.name == "spouse":
				if married {
					g.state(from, fact{rel: r, to: partner})
				}
			case r.name == "director" || r.name == "author":
				g.state(from, fact{rel: r, to: maker[from]})
			case has && g.things[placed].kind == r.to && r.name != "source":
				g.state(from, fact{rel: r, to: placed})
			default:
				g.state(from, fact{rel: r, to: g.of[r.to][rng.IntN(len(g.of[r.to]))]})
			}
		}
	}
	g.credit()
}

// state puts a fact on a page.
func (g *graph) state(from int, f fact) {
	if f.to >= 0 {
		f.text = g.things[f.to].name
	}
	g.things[from].facts = append(g.things[from].facts, f)
}

// couples are who is married to whom, both ways.
func (g *graph) couples(rng *rand.Rand) map[int]int {
	pairs := map[int]int{}
	order := rng.Perm(counts[person])
	for i := 0; i+1 < len(order)*6/10; i += 2 {
		a, b := g.of[person][order[i]], g.of[person][order[i+1]]
		pairs[a], pairs[b] = b, a
	}
	return pairs
}

// settle gives each country a capital and each river a city at its mouth, and
// those cities their country and river.
func (g *graph) settle(rng *rand.Rand) map[int]int {
	place := map[int]int{}
	order := rng.Perm(counts[city])
	for i, t := range slices.Concat(g.of[country], g.of[river]) {
		c := g.of[city][order[i]]
		place[t], place[c] = c, t
	}
	return place
}

// credit lists on a maker's page what the works' pages say.
func (g *graph) credit() {
	for i := range g.relations {
		r := &g.relations[i]
		if !r.many() {
			continue
		}
		for _, work := range g.of[r.to] {
			for _, f := range g.things[work].facts {
				if f.to >= 0 && f.rel.to == person && (f.rel.name == "director" || f.rel.name == "author") {
					g.state(f.to, fact{rel: r, to: work})
				}
			}
		}
	}
}

// stated is what a thing's page says of a relation, or nil.
func (g *graph) stated(i int, r *relation) *fact {
	for j := range g.things[i].facts {
		if f := &g.things[i].facts[j]; f.rel == r {
			return f
		}
	}
	return nil
}

// listed are the objects of a relation that a page lists.
func (g *graph) listed(i int, r *relation) []int {
	var list []int
	for _, f := range g.things[i].facts {
		if f.rel == r {
			list = append(list, f.to)
		}
	}
	return list
}

// relation finds one by its name.
func (g *graph) relation(name string) *relation {
	for i := range g.relations {
		if g.relations[i].name == name {
			return &g.relations[i]
		}
	}
	return nil
}
