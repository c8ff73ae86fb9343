package retrieve

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

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
