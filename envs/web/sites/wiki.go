package sites

import (
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/turngym/turngym/scenarios"
)

// wikiWorld is an encyclopedia of an invented country: its cities, towns,
// people and companies, and how they hang together. What its pages do is in
// wiki_pages.go.
type wikiWorld struct {
	articles []article
	titles   map[string]int
	plain    map[string][]int // people of the same name, whose titles tell them apart
}

// article is one page: a few facts, some of which name other articles.
type article struct {
	Title, Kind, Intro string
	Facts              []fact
	trade              string // of a person
}

type fact struct{ Name, Value string }

// The numbers of articles of each kind.
const (
	wikiTowns     = 200
	wikiPeople    = 500
	wikiCompanies = 300
)

func newWiki(rng *rand.Rand) World {
	w := &wikiWorld{titles: map[string]int{}, plain: map[string][]int{}}
	var cities []int
	for _, c := range countryCities {
		cities = append(cities, w.put(c.Name, "city"))
	}
	towns := w.add(rng, "town", wikiTowns, townName)
	people := w.addPeople(rng)
	companies := w.add(rng, "company", wikiCompanies, companyName)
	pick := func(of []int) string { return w.articles[of[rng.IntN(len(of))]].Title }
	number := func(from, n int) string { return strconv.Itoa(from + rng.IntN(n)) }
	for i, c := range countryCities {
		w.tell(cities[i], "a city with an airport.", fact{"Population", number(300_000, 3_000_000)}, fact{"Founded", number(700, 800)},
			fact{"River", pickOne(rng, riverNames)}, fact{"Mayor", pick(people)}, fact{"Airport", c.Code})
	}
	for _, i := range towns {
		w.tell(i, "a town.", fact{"Population", number(1000, 200_000)}, fact{"Founded", number(900, 900)},
			fact{"River", pickOne(rng, riverNames)}, fact{"Mayor", pick(people)})
	}
	for _, i := range people {
		born := towns
		if rng.IntN(3) == 0 {
			born = cities
		}
		w.tell(i, "a "+w.articles[i].trade+".", fact{"Trade", w.articles[i].trade}, fact{"Born", number(1930, 70)}, fact{"Birthplace", pick(born)}, fact{"Employer", pick(companies)})
	}
	for _, i := range companies {
		w.tell(i, "a company.", fact{"Founded", number(1850, 170)}, fact{"Headquarters", pick(towns)},
			fact{"Director", pick(people)}, fact{"Employees", number(10, 9000)})
	}
	return w
}

var (
	riverNames = strings.Fields("Alder Brisk Cray Dunn Esker Fallow Garn Hollin Ister Jarrow Kell Lune")
	trades     = strings.Fields("painter writer chemist engineer singer pilot judge teacher baker sailor")
)

func pickOne(rng *rand.Rand, of []string) string { return of[rng.IntN(len(of))] }

func townName(rng *rand.Rand) string {
	return pickOne(rng, strings.Fields("Ash Bram Cold Dray Elm Fen Gold Hart Iron Kings Long Marsh North Oak Pen Raven Stone Thorn West Wool")) +
		pickOne(rng, strings.Fields("bridge bury by combe dale field ford gate ham hurst ley mere mouth port stead ton well wick wood worth"))
}

func personName(rng *rand.Rand) string {
	return pickOne(rng, scenarios.Words("names")) + " " + pickOne(rng, scenarios.Words("surnames"))
}

func companyName(rng *rand.Rand) string {
	return pickOne(rng, scenarios.Words("surnames")) + " " + pickOne(rng, strings.Fields("Mills Works Bank Lines Press Foods Motors Glass Paper Textiles Tools Optics Mining Energy Radio"))
}

// add makes n articles with titles of their own.
func (w *wikiWorld) add(rng *rand.Rand, kind string, n int, name func(*rand.Rand) string) []int {
	var ids []int
	for len(ids) < n {
		title := name(rng)
		if _, taken := w.titles[title]; taken {
			title = pickOne(rng, riverNames) + " " + title
			if _, taken := w.titles[title]; taken {
				continue
			}
		}
		ids = append(ids, w.put(title, kind))
	}
	return ids
}

// put makes an article without facts.
func (w *wikiWorld) put(title, kind string) int {
	w.titles[title] = len(w.articles)
	w.articles = append(w.articles, article{Title: title, Kind: kind})
	return len(w.articles) - 1
}

// addPeople makes people. Some have the same name; their trades, which are in
// the titles then, differ.
func (w *wikiWorld) addPeople(rng *rand.Rand) []int {
	type person struct{ name, trade string }
	var all []person
	taken, count := map[person]bool{}, map[string]int{}
	for len(all) < wikiPeople {
		p := person{personName(rng), pickOne(rng, trades)}
		if !taken[p] {
			taken[p], all = true, append(all, p)
			count[p.name]++
		}
	}
	var ids []int
	for _, p := range all {
		title := p.name
		if count[p.name] > 1 {
			title += ", " + p.trade
		}
		id := w.put(title, "person")
		w.articles[id].trade = p.trade
		ids = append(ids, id)
		if count[p.name] > 1 {
			w.plain[p.name] = append(w.plain[p.name], id)
		}
	}
	return ids
}

func (w *wikiWorld) tell(i int, what string, facts ...fact) {
	a := &w.articles[i]
	a.Intro, a.Facts = a.Title+" is "+what, facts
}
