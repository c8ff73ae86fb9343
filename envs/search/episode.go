package search

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
	"github.com/turngym/turngym/tools/retrieve"
)

// The verbs.
const (
	searchVerb  = "search"
	openVerb    = "open"
	findVerb    = "find"
	answerVerb  = "answer"
	countVerb   = "count"
	unknownVerb = "unknown"
)

// The roles of what is shown beside headings and text.
const (
	resultRole  = "result"
	visitedRole = "visited"
)

// The signals beside those that every environment gives. The first two are of a
// search, the third of the answer; all are worth a negative weight.
const (
	SignalEmpty       = "empty"       // it found nothing
	SignalRedundant   = "redundant"   // it was made before
	SignalUnsupported = "unsupported" // it stands in nothing that was read
)

const (
	countMax     = 12
	pageLines    = 12 // of a page are shown at once
	snippetWords = 8
	visitedMax   = 8  // of the pages that were read last can be opened again
	visitedFirst = 20 // is the id of the first page read; hits have lower ones
)

// episode is one question being answered.
type episode struct {
	question
	retriever retrieve.Retriever

	found    []retrieve.Hit // of the last search, while they are shown
	searched bool           // a search is what was done last
	page     int            // the page that is shown, of read; -1 is none
	top      int            // its first line that is shown
	missing  bool           // a text was not found on it

	read    []retrieve.Page // pages that were opened, each once
	shown   []retrieve.Page // hits that were shown, each once
	queries []string        // normalised
	given   string          // the answer
	said    bool            // there is one

	empty, redundant bool // of the action just done
}

var (
	_ world.Expert    = (*episode)(nil)
	_ world.Hinter    = (*episode)(nil)
	_ world.Signaller = (*episode)(nil)
)

func newEpisode(q question, r retrieve.Retriever) *episode {
	return &episode{question: q, retriever: r, page: -1}
}

// Goal is the question.
func (e *episode) Goal() string { return e.goal }

// Hints say how to go about it, and which pages to read.
func (e *episode) Hints() []string {
	hints := []string{"Search for a name, open its page, read there what to search for next."}
	var names []string
	for _, s := range e.steps {
		names = append(names, s.query)
	}
	if len(names) == 0 {
		return append(hints, "Search for the name, and give up if there is no such page.")
	}
	return append(hints, "Search, one after the other, for: "+strings.Join(names, "; ")+".")
}

// See shows the hits of the last search, or an open page, and below it the pages
// that were read.
func (e *episode) See() gym.Observation {
	o := gym.Observation{Verbs: e.offered(), Elements: make([]gym.Element, 0, 16)}
	switch {
	case e.page >= 0:
		o.Text = "page"
		lines := sentences(e.read[e.page].Text)
		o.Elements = append(o.Elements, gym.Element{Role: "heading", Name: e.read[e.page].Title})
		for _, line := range lines[e.top:min(e.top+pageLines, len(lines))] {
			o.Elements = append(o.Elements, gym.Element{Role: "text", Name: line})
		}
		if e.missing {
			o.Text = "not found on this page"
		}
	case len(e.found) > 0:
		o.Text = "results"
		for i, h := range e.found {
			o.Elements = append(o.Elements, gym.Element{ID: strconv.Itoa(i + 1), Role: resultRole, Name: h.Page.Title, Value: snippet(h.Page)})
		}
	case e.searched:
		o.Text = "no results"
	}
	for i := max(0, len(e.read)-visitedMax); i < len(e.read); i++ {
		if i != e.page {
			o.Elements = append(o.Elements, gym.Element{ID: strconv.Itoa(visitedFirst + i), Role: visitedRole, Name: e.read[i].Title})
		}
	}
	return o
}

// snippet is what a page is, without its title.
func snippet(p retrieve.Page) string {
	first := p.Text
	if list := sentences(p.Text); len(list) > 0 {
		first = list[0]
	}
	if rest, ok := strings.CutPrefix(strings.TrimPrefix(first, "The "), p.Title+" "); ok {
		first = rest
	}
	words := strings.Fields(first)
	if len(words) > snippetWords {
		return strings.Join(words[:snippetWords], " ") + " …"
	}
	return strings.Join(words, " ")
}

// offered are the verbs that make sense now.
func (e *episode) offered() []gym.Verb {
	list := make([]gym.Verb, 0, 6)
	list = append(list, gym.Verb{Name: searchVerb, Doc: "Find pages by words, the best first.", Params: []gym.Param{
		{Name: "query", Doc: "the words to search for", Kind: gym.Str}}})
	if len(e.found) > 0 || len(e.read) > 1 || len(e.read) == 1 && e.page < 0 {
		list = append(list, gym.Verb{Name: openVerb, Doc: "Read a page: a result, or one that was read before.", Params: []gym.Param{
			{Name: "page", Doc: "its number", Kind: gym.Ref, Roles: []string{resultRole, visitedRole}}}})
	}
	if e.page >= 0 && len(sentences(e.read[e.page].Text)) > pageLines {
		list = append(list, gym.Verb{Name: findVerb, Doc: "Go to the next line of this long page that has a text.", Params: []gym.Param{
			{Name: "text", Doc: "what the line has", Kind: gym.Str}}})
	}
	list = append(list, gym.Verb{Name: answerVerb, Doc: "Answer the question with a name or a number, nothing else; this ends the task.", Params: []gym.Param{
		{Name: "text", Doc: "the answer", Kind: gym.Str}}})
	if e.verbs&canCount != 0 {
		list = append(list, gym.Verb{Name: countVerb, Doc: "Answer the question with how many there are; this ends the task.", Params: []gym.Param{
			{Name: "number", Doc: "how many", Kind: gym.Int, Min: 0, Max: countMax}}})
	}
	if e.verbs&canDeny != 0 {
		list = append(list, gym.Verb{Name: unknownVerb, Doc: "Say that no page has the answer, after looking; this ends the task."})
	}
	return list
}

// Do does an action.
func (e *episode) Do(ctx context.Context, a gym.Action) (over bool, err error) {
	e.empty, e.redundant, e.missing = false, false, false
	switch a.Verb {
	case searchVerb:
		return false, e.search(ctx, a.Args[0].Text)
	case openVerb:
		return false, e.open(a.Args[0].Text)
	case findVerb:
		e.find(a.Args[0].Text)
		return false, nil
	case countVerb:
		e.given = strconv.Itoa(int(a.Args[0].Num))
	case unknownVerb:
		e.given = unknown
	default:
		e.given = a.Args[0].Text
	}
	e.said = true
	return true, nil
}

func (e *episode) search(ctx context.Context, query string) error {
	hits, err := e.retriever.Search(ctx, query, e.hits)
	if err != nil {
		return err
	}
	words := strings.Join(normal(query), " ")
	e.empty, e.redundant = len(hits) == 0, slices.Contains(e.queries, words)
	e.queries = append(e.queries, words)
	e.found, e.searched, e.page = hits, true, -1
	for _, h := range hits {
		if !slices.ContainsFunc(e.shown, func(p retrieve.Page) bool { return p.ID == h.Page.ID }) {
			e.shown = append(e.shown, h.Page)
		}
	}
	return nil
}

// open shows a page, by the number of a hit or of a page that was read.
func (e *episode) open(number string) error {
	n, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	if n >= visitedFirst {
		e.page = n - visitedFirst
	} else {
		p := e.found[n-1].Page
		if e.page = e.opened(p.ID); e.page < 0 {
			e.page = len(e.read)
			e.read = append(e.read, p)
		}
	}
	e.found, e.searched, e.top = nil, false, 0
	return nil
}

// opened is which of the pages that were read has the id, -1 where none has.
func (e *episode) opened(id string) int {
	return slices.IndexFunc(e.read, func(p retrieve.Page) bool { return p.ID == id })
}

// find goes on to the next line that has a text, from the beginning again after
// the last.
func (e *episode) find(text string) {
	lines := sentences(e.read[e.page].Text)
	text = strings.ToLower(text)
	for i := range lines {
		at := (e.top + 1 + i) % len(lines)
		if strings.Contains(strings.ToLower(lines[at]), text) {
			e.top = at
			return
		}
	}
	e.missing = true
}

// right says whether the answer is one of the right ones, and was not a guess
// where it must not be one.
func (e *episode) right() bool {
	return e.said && exact(e.given, e.gold) && (!e.strict || e.evidence() == 1)
}

// Outcome is 1 for an exact match, as Search-R1 scores.
func (e *episode) Outcome() float64 { return world.Yes(e.right()) }

// Progress is how much of the way is gone: the pages that have the evidence,
// read in their order, and at last the answer.
func (e *episode) Progress() float64 {
	n := float64(e.parts())
	return (n*e.evidence() + e.Outcome()) / (n + 1)
}

// parts are how many things must be looked at.
func (e *episode) parts() int { return max(1, len(e.steps)) }

// evidence is the share of them that was. Where one page leads to the next, a
// later one counts only after those before it.
func (e *episode) evidence() float64 {
	if len(e.steps) == 0 {
		return world.Yes(slices.ContainsFunc(e.queries, func(q string) bool { return stands(e.looked, q) }))
	}
	n := 0
	for _, s := range e.steps {
		if e.opened(s.page) >= 0 {
			n++
		} else if !e.loose {
			break
		}
	}
	return float64(n) / float64(len(e.steps))
}

// Signals are what is known of the last search, and at the end of the answer.
func (e *episode) Signals(over bool) gym.Signals {
	s := gym.Signals{{Name: SignalEmpty, Value: world.Yes(e.empty)}, {Name: SignalRedundant, Value: world.Yes(e.redundant)}}
	e.empty, e.redundant = false, false // a mistake that follows is no search
	if over {
		s = append(s, gym.Signal{Name: SignalUnsupported, Value: world.Yes(e.unsupported())},
			gym.Signal{Name: gym.SignalRubric + "f1", Value: overlap(e.given, e.gold)},
			gym.Signal{Name: gym.SignalRubric + "evidence", Value: e.evidence()})
	}
	return s
}

// unsupported says whether the answer is a claim that nothing which was shown
// has. A count and "unknown" stand nowhere.
func (e *episode) unsupported() bool {
	if !e.said || e.given == unknown || e.verbs&canCount != 0 && e.action == countVerb {
		return false
	}
	for _, p := range e.read {
		if stands(e.given, p.Contents()) {
			return false
		}
	}
	for _, p := range e.shown {
		if stands(e.given, p.Title+" "+snippet(p)) {
			return false
		}
	}
	return true
}
