package retrieve

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Index is an inverted index in memory that ranks by BM25 (Robertson and
// Zaragoza 2009, The Probabilistic Relevance Framework, equation 3.15):
//
//	score(q, d) = Σ_t∈q idf(t) · tf(t,d) · (k1 + 1) / (tf(t,d) + k1 · (1 − b + b · |d| / avg|d|))
//	idf(t)      = ln(1 + (N − n(t) + 0.5) / (n(t) + 0.5))
//
// with k1 = 1.2 and b = 0.75, over the words of title and text. The 1 in idf
// keeps a word of most pages from counting against a page (Lucene's form). Hits
// of the same score are in the order of their ids.
type Index struct {
	pages    []Page
	byID     map[string]int32
	terms    map[string]int32
	postings [][]posting // of each term, by page
	most     []float32   // of each term: the largest share
	pool     sync.Pool   // of *sums
}

const (
	k1 = 1.2
	b  = 0.75
)

// posting is a page that has a term, and what the term adds to its score: a
// search only adds. While the index is built it is how often it has the term.
type posting struct {
	page  int32
	share float32
}

var _ Retriever = (*Index)(nil)

// NewIndex indexes pages, which it keeps. Two pages with one id are an error.
func NewIndex(pages []Page) (*Index, error) {
	if len(pages) > math.MaxInt32 {
		return nil, errors.New("an index in memory holds at most 2^31 pages; use an index on disk")
	}
	x := &Index{pages: pages, byID: make(map[string]int32, len(pages))}
	for i := range pages {
		if j, twice := x.byID[pages[i].ID]; twice {
			return nil, fmt.Errorf("pages %d and %d (%q and %q) have the same id %s", j+1, i+1, pages[j].Title, pages[i].Title, strconv.Quote(pages[i].ID))
		}
		x.byID[pages[i].ID] = int32(i)
	}
	length := make([]float64, len(pages))
	x.merge(x.parts(length))
	x.weigh(length)
	x.pool.New = func() any { return &sums{score: make([]float32, len(pages))} }
	return x, nil
}

// part is the index of a run of pages.
type part struct {
	terms    map[string]int32
	names    []string
	postings [][]posting
}

// parts indexes runs of pages side by side. They are in the order of the pages,
// so that postings are, too, however many there were.
func (x *Index) parts(length []float64) []part {
	parts := make([]part, max(1, min(runtime.GOMAXPROCS(0), len(x.pages)/500)))
	var wg sync.WaitGroup
	for n := range parts {
		wg.Go(func() {
			parts[n] = x.part(length, n*len(x.pages)/len(parts), (n+1)*len(x.pages)/len(parts))
		})
	}
	wg.Wait()
	return parts
}

// part indexes a run of pages and counts their words.
func (x *Index) part(length []float64, from, to int) part {
	p := part{terms: map[string]int32{}}
	var buf []byte
	for i := from; i < to; i++ {
		for _, text := range [2]string{x.pages[i].Title, x.pages[i].Text} {
			for at := 0; ; {
				if buf, at = nextWord(buf[:0], text, at); len(buf) == 0 {
					break
				}
				length[i]++
				p.add(buf, int32(i))
			}
		}
	}
	return p
}

// add counts a word of a page.
func (p *part) add(word []byte, page int32) {
	t, known := p.terms[string(word)]
	if !known {
		t = int32(len(p.names))
		name := string(word)
		p.terms[name] = t
		p.names, p.postings = append(p.names, name), append(p.postings, nil)
	}
	list := p.postings[t]
	if n := len(list); n > 0 && list[n-1].page == page {
		list[n-1].share++
		return
	}
	p.postings[t] = append(list, posting{page, 1})
}

// merge makes one index of the parts; it takes over the first one's.
func (x *Index) merge(parts []part) {
	x.terms, x.postings = parts[0].terms, parts[0].postings
	for _, p := range parts[1:] {
		for i, name := range p.names {
			t, known := x.terms[name]
			if !known {
				t = int32(len(x.postings))
				x.terms[name] = t
				x.postings = append(x.postings, nil)
			}
			x.postings[t] = append(x.postings[t], p.postings[i]...)
		}
	}
}

// weigh turns counts into shares.
func (x *Index) weigh(length []float64) {
	all, n := 0.0, float64(len(x.pages))
	for _, l := range length {
		all += l
	}
	norm := make([]float64, len(length))
	for i, l := range length {
		norm[i] = k1 * (1 - b + b*l/max(all/n, 1e-9))
	}
	x.most = make([]float32, len(x.postings))
	for t, list := range x.postings {
		has := float64(len(list))
		weight := math.Log(1+(n-has+0.5)/(has+0.5)) * (k1 + 1)
		for i := range list {
			tf := float64(list[i].share)
			list[i].share = float32(weight * tf / (tf + norm[list[i].page]))
			x.most[t] = max(x.most[t], list[i].share)
		}
	}
}

// Len is how many pages there are.
func (x *Index) Len() int { return len(x.pages) }

// At is the i-th page, in the order in which they were given.
func (x *Index) At(i int) (Page, error) { return x.pages[i], nil }

// Page is the page with that id.
func (x *Index) Page(_ context.Context, id string) (Page, error) {
	i, ok := x.byID[id]
	if !ok {
		return Page{}, fmt.Errorf("page %s: %w", strconv.Quote(id), ErrNoPage)
	}
	return x.pages[i], nil
}

// nextWord appends the first word of s at or after at, in lower case, to dst and
// gives where it ends. A word is a run of letters and digits; none is left where
// dst stays empty.
func nextWord(dst []byte, s string, at int) ([]byte, int) {
	for at < len(s) {
		if c := s[at]; c < utf8.RuneSelf {
			switch {
			case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
				dst = append(dst, c)
			case c >= 'A' && c <= 'Z':
				dst = append(dst, c+'a'-'A')
			case len(dst) > 0:
				return dst, at
			}
			at++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[at:])
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		} else if len(dst) > 0 {
			return dst, at
		}
		at += n
	}
	return dst, at
}
