package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools/retrieve"
)

// The words of a hit that a search shows, and the most hits that may be asked for.
const (
	snippetWords = 12
	hitsMax      = 20
	hitsDefault  = 3
)

// NewSearch makes two tools of a retriever: search(query, k?) finds pages, and
// open(page) shows one of them. They belong together: what was found can be
// opened even where the retriever knows no pages by id.
func NewSearch(r retrieve.Retriever) (search, open Tool) {
	s := &searcher{retriever: r}
	return &searchTool{s}, &openTool{s}
}

// searcher is what both tools share in an episode.
type searcher struct {
	retriever retrieve.Retriever
	found     map[string]retrieve.Page
}

// Outside says whether the retriever is a server's.
func (s *searcher) Outside() bool {
	o, ok := s.retriever.(Outsider)
	return ok && o.Outside()
}

// Reset forgets what was found.
func (s *searcher) Reset(context.Context) error {
	s.found = nil
	return nil
}

type searchTool struct{ *searcher }

var (
	_ Resetter = (*searchTool)(nil)
	_ Outsider = (*searchTool)(nil)
)

// Verb is search(query, k?).
func (*searchTool) Verb() gym.Verb {
	return gym.Verb{Name: "search", Doc: "Find pages by words, the best first; each has its id before its title.", Params: []gym.Param{
		{Name: "query", Doc: "the words", Kind: gym.Str},
		{Name: "k", Doc: "how many pages, 3 where it is left out", Kind: gym.Int, Optional: true, Min: 1, Max: hitsMax}}}
}

// Call searches: a line for each hit.
func (t *searchTool) Call(ctx context.Context, args []gym.Value) (Result, error) {
	query := strings.ToValidUTF8(strings.TrimSpace(args[0].Text), "")
	if query == "" {
		return Result{}, gym.Mistakef("the query is empty; search for some words")
	}
	k := int(args[1].Num)
	if k == 0 {
		k = hitsDefault
	}
	hits, err := t.retriever.Search(ctx, query, k)
	if err != nil {
		return Result{}, err
	}
	if len(hits) == 0 {
		return Result{Text: "no page has these words"}, nil
	}
	var b strings.Builder
	for _, h := range hits {
		if t.found == nil {
			t.found = map[string]retrieve.Page{}
		}
		t.found[h.Page.ID] = h.Page
		fmt.Fprintf(&b, "%s | %s | %s\n", h.Page.ID, h.Page.Title, Snippet(h.Page.Text, snippetWords))
	}
	return Result{Text: strings.ToValidUTF8(b.String(), "")}, nil
}

// Snippet is a text's first words, on one line.
func Snippet(text string, words int) string {
	var list []string
	for w := range strings.FieldsSeq(text) {
		if len(list) == words {
			return strings.Join(list, " ") + " …"
		}
		list = append(list, w)
	}
	return strings.Join(list, " ")
}

type openTool struct{ *searcher }

var (
	_ Resetter = (*openTool)(nil)
	_ Outsider = (*openTool)(nil)
)

// Verb is open(page).
func (*openTool) Verb() gym.Verb {
	return gym.Verb{Name: "open", Doc: "Show a page that a search found.", Params: []gym.Param{{Name: "page", Doc: "the page's id", Kind: gym.Str}}}
}

// Call shows a page: its title and its text.
func (t *openTool) Call(ctx context.Context, args []gym.Value) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	id := strings.TrimSpace(args[0].Text)
	page, ok := t.found[id]
	if !ok {
		var err error
		if page, err = t.retriever.Page(ctx, id); errors.Is(err, retrieve.ErrNoPage) {
			return Result{}, gym.Mistakef("there is no page %.40q; open one by the id that a search shows before its title", id)
		} else if err != nil {
			return Result{}, err
		}
	}
	return Result{Text: strings.ToValidUTF8(page.Contents(), "")}, nil
}
