// Package retrieve finds pages by words. A [Retriever] is an index in memory
// ([Index], the default: BM25, the same bytes every time), an index on disk
// ([Disk], for corpora that memory does not hold) or a server that speaks
// Search-R1's protocol ([Endpoint]). Pages come from a file in Search-R1's form
// ([Corpus]).
//
// It knows nothing of tools or environments: tools.NewSearch makes a retriever
// something that an agent calls, envs/search a task.
package retrieve

import (
	"context"
	"errors"
	"strings"
)

// Page is one document.
type Page struct{ ID, Title, Text string }

// Contents is a page as one text, its title on the first line.
func (p Page) Contents() string { return p.Title + "\n" + p.Text }

// FromContents is the page of an id and a text whose first line is the title,
// in quotes or without.
func FromContents(id, contents string) Page {
	title, text, _ := strings.Cut(strings.TrimSpace(contents), "\n")
	title = strings.TrimSpace(title)
	if n := len(title); n > 1 && title[0] == '"' && title[n-1] == '"' {
		title = title[1 : n-1]
	}
	return Page{ID: id, Title: title, Text: strings.TrimSpace(text)}
}

// Hit is a page that was found, and how well it fits: more is better, and only
// hits of one search compare.
type Hit struct {
	Page  Page
	Score float64
}

// Retriever finds pages. It is safe for goroutines.
type Retriever interface {
	// Search gives at most k hits, the best first and equal ones by id; none where
	// nothing fits.
	Search(ctx context.Context, query string, k int) ([]Hit, error)
	// Page is the page with that id. The error is ErrNoPage where there is none.
	Page(ctx context.Context, id string) (Page, error)
}

// ErrNoPage says that no page has an id.
var ErrNoPage = errors.New("there is no such page")
