package sites

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// wiki is an episode's encyclopedia: the world and the edits made to it.
type wiki struct {
	Base
	world   *wikiWorld
	changed map[int][]fact // the facts of articles that were changed
	notes   map[int]string // a paragraph of this episode
	talks   map[int][]wikiComment
	watched []int // articles, in order
	log     []wikiEdit
}

type wikiEdit struct {
	article                     int
	Number                      int // in the log
	By, Fact, Old, New, Summary string
	Article                     string
	Undone                      bool
}

type wikiComment struct{ By, Text string }

// wikiUser is who edits here: the agent.
const wikiUser = "you"

var wikiPages = load("wiki")

// wikiMux has the pages.
var wikiMux = muxOf(handlers[*wiki]{
	"GET /{$}": func(s *wiki, w http.ResponseWriter, _ *http.Request) {
		s.show(w, "Main page", "home", len(s.world.articles))
	},
	"GET /search":       (*wiki).search,
	"GET /named/{name}": (*wiki).named,
	"GET /categories": func(s *wiki, w http.ResponseWriter, _ *http.Request) {
		s.show(w, "Categories", "categories", wikiCategories)
	},
	"GET /category/{name}":        (*wiki).category,
	"GET /list/{name}":            (*wiki).list,
	"GET /watchlist":              (*wiki).watchlist,
	"GET /article/{id}":           about((*wiki).article),
	"GET /article/{id}/edit":      about((*wiki).edit),
	"POST /article/{id}/edit":     about((*wiki).save),
	"GET /article/{id}/history":   about((*wiki).history),
	"POST /article/{id}/undo/{n}": about((*wiki).undo),
	"GET /article/{id}/talk":      about((*wiki).talk),
	"POST /article/{id}/talk":     about((*wiki).comment),
	"POST /article/{id}/watch":    about((*wiki).watch),
	"GET /article/{id}/links":     about((*wiki).links),
})

// about is a page about the article that a request's path names; it answers
// where there is none.
func about(page func(*wiki, http.ResponseWriter, *http.Request, int)) func(*wiki, http.ResponseWriter, *http.Request) {
	return func(s *wiki, w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil || id < 0 || id >= len(s.world.articles) {
			s.missing(w)
			return
		}
		page(s, w, r, id)
	}
}

// Open makes an episode's copy.
func (w *wikiWorld) Open() Site {
	s := &wiki{world: w, changed: map[int][]fact{}, notes: map[int]string{}, talks: map[int][]wikiComment{}}
	s.Base = newBase("wiki", "Wiki", wikiPages, wikiNav...)
	return serve(s, wikiMux)
}

var wikiNav = []Link{{"Main page", "/"}, {"Categories", "/categories"}, {"Watch list", "/watchlist"}}

// facts are an article's as they stand.
func (s *wiki) facts(id int) []fact {
	if f, ok := s.changed[id]; ok {
		return f
	}
	return s.world.articles[id].Facts
}

// value is an article's fact, "" where it has none of that name.
func (s *wiki) value(id int, name string) string {
	for _, f := range s.facts(id) {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// wikiHit is an article in a list.
type wikiHit struct {
	ID    int
	Title string
	Facts []fact
}

func (s *wiki) hit(id int) wikiHit { return wikiHit{id, s.world.articles[id].Title, s.facts(id)} }

func (s *wiki) search(w http.ResponseWriter, r *http.Request) {
	query := strings.TrimSpace(r.FormValue("q"))
	var hits []wikiHit
	for id := range s.world.articles {
		if contains(s.world.articles[id].Title, query) {
			hits = append(hits, s.hit(id))
		}
	}
	named := ""
	for name := range s.world.plain { // no two are equal, so no order is seen
		if strings.EqualFold(name, query) {
			named = name
		}
	}
	page, pages := paged(r, hits)
	s.show(w, "Search", "search", map[string]any{"Query": query, "Hits": page, "Total": len(hits), "Pages": pages, "Named": named})
}

// contains says whether a text has all words of a query, in any case.
func contains(text, query string) bool {
	text = strings.ToLower(text)
	for word := range strings.FieldsSeq(strings.ToLower(query)) {
		if !strings.Contains(text, strings.Trim(word, ",")) {
			return false
		}
	}
	return true
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// named is the page that tells people of the same name apart.
func (s *wiki) named(w http.ResponseWriter, r *http.Request) {
	ids, ok := s.world.plain[r.PathValue("name")]
	if !ok {
		s.missing(w)
		return
	}
	var hits []wikiHit
	for _, id := range ids {
		hits = append(hits, s.hit(id))
	}
	s.show(w, r.PathValue("name"), "named", map[string]any{"Name": r.PathValue("name"), "Hits": hits})
}

// wikiCategories are those that have a page; a person is in that of the trade
// as well, a town in that of its river.
var wikiCategories = func() []string {
	out := []string{"Cities", "Towns", "Companies"}
	for _, r := range riverNames {
		out = append(out, "Towns on the "+r)
	}
	for _, t := range trades {
		out = append(out, upper(t)+"s")
	}
	return out
}()

// within says whether an article is in a category, by its facts as they stand.
func (s *wiki) within(id int, category string) bool {
	kind := s.world.articles[id].Kind
	switch category {
	case "Cities":
		return kind == "city"
	case "Towns":
		return kind == "town"
	case "Companies":
		return kind == "company"
	}
	if river, ok := strings.CutPrefix(category, "Towns on the "); ok {
		return kind == "town" && s.value(id, "River") == river
	}
	return kind == "person" && upper(s.value(id, "Trade") + " ")[:1] != " " && upper(s.value(id, "Trade"))+"s" == category
}

// members are a category's articles by title.
func (s *wiki) members(category string) []wikiHit {
	var out []wikiHit
	for id := range s.world.articles {
		if s.within(id, category) {
			out = append(out, s.hit(id))
		}
	}
	slices.SortFunc(out, func(a, b wikiHit) int { return cmp.Compare(a.Title, b.Title) })
	return out
}

func (s *wiki) category(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if !slices.Contains(wikiCategories, name) {
		s.missing(w)
		return
	}
	all := s.members(name)
	page, pages := paged(r, all)
	s.show(w, name, "category", map[string]any{"Name": name, "Hits": page, "Total": len(all), "Pages": pages})
}

// list is a category as a table, which can be sorted by a fact.
func (s *wiki) list(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if !slices.Contains(wikiCategories, name) {
		s.missing(w)
		return
	}
	all := s.members(name)
	columns := []string{"Title"}
	if len(all) > 0 {
		for _, f := range s.world.articles[all[0].ID].Facts {
			columns = append(columns, f.Name)
		}
	}
	if by := r.FormValue("sort"); by != "" && by != "Title" {
		slices.SortStableFunc(all, func(a, b wikiHit) int {
			x, y := s.value(a.ID, by), s.value(b.ID, by)
			return cmp.Or(atoi(y)-atoi(x), cmp.Compare(x, y)) // the greatest number first
		})
	}
	page, pages := paged(r, all)
	s.show(w, "List of "+name, "list", map[string]any{"Name": name, "Columns": columns, "Rows": page, "Pages": pages, "Sort": menu{"sort", "Sort by", columns, r.FormValue("sort")}})
}

func (s *wiki) article(w http.ResponseWriter, _ *http.Request, id int) {
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
	var in []string
	for _, c := range wikiCategories {
		if s.within(id, c) {
			in = append(in, c)
		}
	}
	a := s.world.articles[id]
	s.show(w, a.Title, "article", map[string]any{"ID": id, "Title": a.Title, "Intro": a.Intro, "Facts": rows, "Note": s.notes[id], "Categories": in,
		"Watched": slices.Contains(s.watched, id)})
}

// links are the articles that name this one.
func (s *wiki) links(w http.ResponseWriter, r *http.Request, id int) {
	var hits []wikiHit
	for other := range s.world.articles {
		if slices.ContainsFunc(s.facts(other), func(f fact) bool { return f.Value == s.world.articles[id].Title }) {
			hits = append(hits, s.hit(other))
		}
	}
	page, pages := paged(r, hits)
	s.show(w, "What links to "+s.world.articles[id].Title, "links", map[string]any{"ID": id, "Title": s.world.articles[id].Title, "Hits": page, "Total": len(hits), "Pages": pages})
}

func (s *wiki) watch(w http.ResponseWriter, r *http.Request, id int) {
	title := s.world.articles[id].Title
	if i := slices.Index(s.watched, id); r.PostFormValue("do") == "unwatch" {
		if i >= 0 {
			s.watched = slices.Delete(s.watched, i, i+1)
		}
		s.tell("%s is no longer on your watch list.", title)
	} else {
		if i < 0 {
			s.watched = append(s.watched, id)
		}
		s.tell("%s is on your watch list.", title)
	}
	goTo(w, r, fmt.Sprintf("/article/%d", id))
}

func (s *wiki) watchlist(w http.ResponseWriter, r *http.Request) {
	var hits []wikiHit
	for _, id := range s.watched {
		hits = append(hits, s.hit(id))
	}
	page, pages := paged(r, hits)
	s.show(w, "Watch list", "watchlist", map[string]any{"Hits": page, "Total": len(hits), "Pages": pages})
}
