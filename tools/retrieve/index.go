package retrieve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
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

// sums are the scores of a query that is at work; all are 0 between queries.
type sums struct {
	score []float32
	pages []int32 // that have one
	top   []int32 // a heap of the best, the worst of them first
	terms []int32
	word  []byte
}

// Search ranks all pages that have a word of the query. A word that stands in it
// twice counts twice.
//
// Words that can add most come first. Once the words that are left cannot lift a
// page that has none of the others among the best, they are only looked up for
// those that have: the long lists of frequent words are not walked (Turtle and
// Flood 1995, MaxScore). The hits are the same.
func (x *Index) Search(ctx context.Context, query string, k int) ([]Hit, error) {
	if err := ctx.Err(); err != nil || k <= 0 {
		return nil, err
	}
	s := x.pool.Get().(*sums)
	for at := 0; ; {
		if s.word, at = nextWord(s.word[:0], query, at); len(s.word) == 0 {
			break
		}
		if t, known := x.terms[string(s.word)]; known {
			s.terms = append(s.terms, t)
		}
	}
	slices.SortFunc(s.terms, func(a, b int32) int {
		return cmp.Or(cmp.Compare(x.most[b], x.most[a]), cmp.Compare(a, b))
	})
	rest := float32(0)
	for _, t := range s.terms {
		rest += x.most[t]
	}
	known := false // all pages that may be among the best have a score
	for _, t := range s.terms {
		if list := x.postings[t]; !known && len(s.pages) >= k && len(list) > 8*len(s.pages) {
			x.choose(s, k)
			if known = rest < 0.999*s.score[s.top[0]]; known {
				slices.Sort(s.pages)
			}
		}
		if known {
			s.lookUp(x.postings[t])
		} else {
			s.add(x.postings[t])
		}
		rest -= x.most[t]
	}
	hits := x.best(s, k)
	for _, p := range s.pages {
		s.score[p] = 0
	}
	s.pages, s.top, s.terms = s.pages[:0], s.top[:0], s.terms[:0]
	x.pool.Put(s)
	return hits, nil
}

// add adds what a word gives its pages. No share is 0, so a score of 0 is a page
// that was not met yet.
func (s *sums) add(list []posting) {
	for _, p := range list {
		if s.score[p.page] == 0 {
			s.pages = append(s.pages, p.page)
		}
		s.score[p.page] += p.share
	}
}

// lookUp adds what a word gives those pages that have a score; they are sorted.
func (s *sums) lookUp(list []posting) {
	for _, page := range s.pages {
		step, to := 1, 0
		for to < len(list) && list[to].page < page {
			to += step
			step *= 2
		}
		i, found := slices.BinarySearchFunc(list[:min(to+1, len(list))], page, func(p posting, page int32) int { return cmp.Compare(p.page, page) })
		if found {
			s.score[page] += list[i].share
		}
		list = list[i:]
	}
}

// choose makes the heap of the k best pages.
func (x *Index) choose(s *sums, k int) {
	s.top = s.top[:0]
	for _, p := range s.pages {
		switch {
		case len(s.top) < k:
			s.top = append(s.top, p)
			for i := len(s.top) - 1; i > 0 && x.worse(s, s.top[i], s.top[(i-1)/2]); i = (i - 1) / 2 {
				s.top[i], s.top[(i-1)/2] = s.top[(i-1)/2], s.top[i]
			}
		case s.score[p] >= s.score[s.top[0]] && x.worse(s, s.top[0], p):
			s.top[0] = p
			x.sink(s)
		}
	}
}

// best is the k best pages as hits.
func (x *Index) best(s *sums, k int) []Hit {
	x.choose(s, k)
	slices.SortFunc(s.top, func(a, b int32) int {
		return cmp.Or(cmp.Compare(s.score[b], s.score[a]), strings.Compare(x.pages[a].ID, x.pages[b].ID))
	})
	if len(s.top) == 0 {
		return nil
	}
	hits := make([]Hit, len(s.top))
	for i, p := range s.top {
		hits[i] = Hit{x.pages[p], float64(s.score[p])}
	}
	return hits
}

// sink puts the heap's first to where it belongs.
func (x *Index) sink(s *sums) {
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(s.top); child++ {
			if x.worse(s, s.top[child], s.top[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		s.top[i], s.top[least] = s.top[least], s.top[i]
		i = least
	}
}

// worse says whether page a stands behind page b.
func (x *Index) worse(s *sums, a, b int32) bool {
	if s.score[a] != s.score[b] {
		return s.score[a] < s.score[b]
	}
	return x.pages[a].ID > x.pages[b].ID
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
