package sites

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/scenarios"
)

// wikiWorld is an encyclopedia of an invented country: its towns, people and
// companies, and how they hang together.
type wikiWorld struct {
	articles []article
	titles   map[string]int
}

// article is one page: a few facts, some of which name other articles.
type article struct {
	Title, Kind, Intro string
	Facts              []fact
}

type fact struct{ Name, Value string }

// The numbers of articles of each kind.
const (
	wikiTowns     = 200
	wikiPeople    = 500
	wikiCompanies = 300
)

func newWiki(rng *rand.Rand) World {
	w := &wikiWorld{titles: map[string]int{}}
	towns := w.add(rng, "town", wikiTowns, townName)
	people := w.add(rng, "person", wikiPeople, personName)
	companies := w.add(rng, "company", wikiCompanies, companyName)
	pick := func(of []int) string { return w.articles[of[rng.IntN(len(of))]].Title }
	for _, i := range towns {
		w.tell(i, "a town.", fact{"Population", strconv.Itoa(1000 + rng.IntN(900_000))}, fact{"Founded", strconv.Itoa(900 + rng.IntN(900))},
			fact{"River", pickOne(rng, riverNames)}, fact{"Mayor", pick(people)})
	}
	for _, i := range people {
		w.tell(i, "a "+pickOne(rng, trades)+".", fact{"Born", strconv.Itoa(1930 + rng.IntN(70))}, fact{"Birthplace", pick(towns)}, fact{"Employer", pick(companies)})
	}
	for _, i := range companies {
		w.tell(i, "a company.", fact{"Founded", strconv.Itoa(1850 + rng.IntN(170))}, fact{"Headquarters", pick(towns)},
			fact{"Director", pick(people)}, fact{"Employees", strconv.Itoa(10 + rng.IntN(9000))})
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
		w.titles[title] = len(w.articles)
		ids = append(ids, len(w.articles))
		w.articles = append(w.articles, article{Title: title, Kind: kind})
	}
	return ids
}

func (w *wikiWorld) tell(i int, what string, facts ...fact) {
	a := &w.articles[i]
	a.Intro, a.Facts = a.Title+" is "+what, facts
}

var wikiPages = load("wiki")

// Open makes an episode's copy.
func (w *wikiWorld) Open() Site {
	s := &wiki{Base: newBase("wiki", "Wiki", wikiPages, Link{"Main page", "/"}), world: w, edits: map[int][]fact{}}
	s.handle("GET /{$}", s.home)
	s.handle("GET /search", s.search)
	s.handle("GET /article/{id}", s.article)
	s.handle("GET /article/{id}/edit", s.edit)
	s.handle("POST /article/{id}/edit", s.save)
	s.handle("GET /article/{id}/history", s.history)
	return s
}

// wiki is an episode's encyclopedia: the world and the edits made to it.
type wiki struct {
	Base
	world *wikiWorld
	edits map[int][]fact // the facts of articles that were changed
	log   []wikiEdit
}

type wikiEdit struct {
	article          int
	Fact, Old, New   string
	Summary, Article string
}

// facts are an article's as they stand.
func (s *wiki) facts(id int) []fact {
	if f, ok := s.edits[id]; ok {
		return f
	}
	return s.world.articles[id].Facts
}

func (s *wiki) home(w http.ResponseWriter, _ *http.Request) {
	s.show(w, "Main page", "home", len(s.world.articles))
}

// wikiResults is how many results a page shows.
const wikiResults = 8

func (s *wiki) search(w http.ResponseWriter, r *http.Request) {
	query, from := r.FormValue("q"), max(0, atoi(r.FormValue("from")))
	type hit struct {
		ID    int
		Title string
	}
	var hits []hit
	for id := range s.world.articles {
		if title := s.world.articles[id].Title; contains(title, query) {
			hits = append(hits, hit{id, title})
		}
	}
	page := hits[min(from, len(hits)):min(from+wikiResults, len(hits))]
	s.show(w, "Search", "search", map[string]any{"Query": query, "Hits": page, "Total": len(hits), "Next": from + wikiResults, "More": from+wikiResults < len(hits)})
}

// contains says whether a text has all words of a query, in any case.
func contains(text, query string) bool {
	text = strings.ToLower(text)
	for word := range strings.FieldsSeq(strings.ToLower(query)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// find is the article that a request's path names; it answers where there is
// none.
func (s *wiki) find(w http.ResponseWriter, r *http.Request) (id int, ok bool) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id < 0 || id >= len(s.world.articles) {
		s.missing(w)
		return 0, false
	}
	return id, true
}

func (s *wiki) article(w http.ResponseWriter, r *http.Request) {
	id, ok := s.find(w, r)
	if !ok {
		return
	}
	type row struct {
		Name, Value string
		Link        int // of the article that the value names, -1 for none
	}
	var rows []row
	for _, f := range s.facts(id) {
		link, there := s.world.titles[f.Value]
		if !there {
			link = -1
		}
		rows = append(rows, row{f.Name, f.Value, link})
	}
	a := s.world.articles[id]
	s.show(w, a.Title, "article", map[string]any{"ID": id, "Title": a.Title, "Intro": a.Intro, "Facts": rows})
}

func (s *wiki) edit(w http.ResponseWriter, r *http.Request) {
	if id, ok := s.find(w, r); ok {
		s.show(w, "Edit", "edit", map[string]any{"ID": id, "Title": s.world.articles[id].Title, "Facts": s.facts(id)})
	}
}

func (s *wiki) save(w http.ResponseWriter, r *http.Request) {
	id, ok := s.find(w, r)
	if !ok {
		return
	}
	facts := slices.Clone(s.facts(id))
	for i := range facts {
		now := strings.TrimSpace(r.PostFormValue("fact" + strconv.Itoa(i)))
		if now != facts[i].Value {
			s.log = append(s.log, wikiEdit{id, facts[i].Name, facts[i].Value, now, r.PostFormValue("summary"), s.world.articles[id].Title})
			facts[i].Value = now
		}
	}
	s.edits[id] = facts
	s.tell("Your changes were saved.")
	goTo(w, r, fmt.Sprintf("/article/%d", id))
}

func (s *wiki) history(w http.ResponseWriter, r *http.Request) {
	id, ok := s.find(w, r)
	if !ok {
		return
	}
	var log []wikiEdit
	for _, e := range s.log {
		if e.article == id {
			log = append(log, e)
		}
	}
	s.show(w, "History", "history", map[string]any{"ID": id, "Title": s.world.articles[id].Title, "Log": log})
}

// Functions are what scenarios may call.
func (s *wiki) Functions() []Function {
	return []Function{
		{"titles(kind)", "the titles of all articles of a kind: town, person or company", func(a Args) (any, error) {
			var out []string
			for i := range s.world.articles {
				if s.world.articles[i].Kind == a.Text(0) {
					out = append(out, s.world.articles[i].Title)
				}
			}
			return out, nil
		}},
		{"article(title)", "an article as it stands: id, title, kind and its facts by name; nil where there is none", func(a Args) (any, error) {
			id, ok := s.world.titles[a.Text(0)]
			if !ok {
				return nil, nil
			}
			facts := map[string]any{}
			for _, f := range s.facts(id) {
				facts[f.Name] = f.Value
			}
			return map[string]any{"id": id, "title": a.Text(0), "kind": s.world.articles[id].Kind, "facts": facts}, nil
		}},
		{"edits()", "what was changed, in order: article, fact, old, new, summary", func(Args) (any, error) {
			out := []any{}
			for _, e := range s.log {
				out = append(out, map[string]any{"article": e.Article, "fact": e.Fact, "old": e.Old, "new": e.New, "summary": e.Summary})
			}
			return out, nil
		}},
	}
}
