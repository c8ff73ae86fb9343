package retrieve_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turngym/turngym/tools/retrieve"
)

// zipf makes pages of so many words, of which a few are frequent and most rare.
func zipf(n, words, vocabulary int) []retrieve.Page {
	rng := rand.New(rand.NewPCG(1, 2))
	z := rand.NewZipf(rng, 1.07, 4, uint64(vocabulary-1))
	pages := make([]retrieve.Page, n)
	var b strings.Builder
	for i := range pages {
		b.Reset()
		for range words {
			b.WriteString("w" + strconv.FormatUint(z.Uint64(), 36) + " ")
		}
		pages[i] = retrieve.Page{ID: strconv.Itoa(i), Title: "page" + strconv.Itoa(i), Text: b.String()}
	}
	return pages
}

// queries are three to five words out of a page each.
func queries(pages []retrieve.Page, n int) []string {
	rng := rand.New(rand.NewPCG(3, 4))
	list := make([]string, n)
	for i := range list {
		words := strings.Fields(pages[rng.IntN(len(pages))].Text)
		var q []string
		for range 3 + rng.IntN(3) {
			q = append(q, words[rng.IntN(len(words))])
		}
		list[i] = strings.Join(q, " ")
	}
	return list
}

func index(t testing.TB, pages []retrieve.Page) *retrieve.Index {
	t.Helper()
	x, err := retrieve.NewIndex(pages)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func ids(hits []retrieve.Hit) []string {
	var list []string
	for _, h := range hits {
		list = append(list, h.Page.ID)
	}
	return list
}

// byHand ranks pages by the formula, word by word, with nothing worked out before.
func byHand(pages []retrieve.Page, query string, k int) []retrieve.Hit {
	var docs [][]string
	var all float64
	for _, p := range pages {
		docs = append(docs, strings.Fields(strings.ToLower(p.Title+" "+p.Text)))
		all += float64(len(docs[len(docs)-1]))
	}
	n, avg := float64(len(pages)), all/float64(len(pages))
	has := map[string]float64{}
	for _, t := range strings.Fields(query) {
		has[t] = 0
		for _, d := range docs {
			if slices.Contains(d, t) {
				has[t]++
			}
		}
	}
	var hits []retrieve.Hit
	for i, d := range docs {
		score := 0.0
		for _, t := range strings.Fields(query) {
			tf := 0.0
			for _, w := range d {
				if w == t {
					tf++
				}
			}
			score += math.Log(1+(n-has[t]+0.5)/(has[t]+0.5)) * tf * 2.2 / (tf + 1.2*(1-0.75+0.75*float64(len(d))/avg))
		}
		if score > 0 {
			hits = append(hits, retrieve.Hit{Page: pages[i], Score: score})
		}
	}
	slices.SortFunc(hits, func(a, b retrieve.Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.Page.ID, b.Page.ID))
	})
	return hits[:min(k, len(hits))]
}

func TestScoresAreTheFormula(t *testing.T) {
	pages := zipf(300, 20, 400)
	x := index(t, pages)
	for i, q := range queries(pages, 40) {
		k := 1 + i%10
		got, err := x.Search(t.Context(), q, k)
		if err != nil {
			t.Fatal(err)
		}
		want := byHand(pages, q, k)
		if len(got) != len(want) {
			t.Fatalf("%s: %d hits, want %d", q, len(got), len(want))
		}
		for i := range want {
			if math.Abs(got[i].Score-want[i].Score) > 1e-4 {
				t.Errorf("%s, hit %d: page %s with %v, want page %s with %v", q, i, got[i].Page.ID, got[i].Score, want[i].Page.ID, want[i].Score)
			}
		}
	}
}

func TestSearchFinds(t *testing.T) {
	x := index(t, []retrieve.Page{
		{ID: "b", Title: "Harbour", Text: "A harbour of ships."},
		{ID: "a", Title: "Harbour", Text: "A harbour of ships."},
		{ID: "c", Title: "Überfluss", Text: "Numbers: 42, no ships."},
		{ID: "d", Title: "Empty", Text: ""},
	})
	for _, c := range []struct {
		query string
		k     int
		want  []string
	}{
		{"harbour", 3, []string{"a", "b"}},
		{"HARBOUR!", 1, []string{"a"}},
		{"überfluss", 3, []string{"c"}},
		{"42", 3, []string{"c"}},
		{"ships", 3, []string{"a", "b", "c"}},
		{"submarine", 3, nil},
		{"", 3, nil},
		{"...", 3, nil},
		{"harbour", 0, nil},
		{"harbour", -1, nil},
		{"\xff\xfe", 3, nil},
	} {
		hits, err := x.Search(t.Context(), c.query, c.k)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(hits); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %v, want %v", c.query, got, c.want)
		}
	}
}

func TestAnIndexIsTheSameHoweverManyBuiltIt(t *testing.T) {
	pages := zipf(3000, 20, 2000)
	list := queries(pages, 50)
	wide := index(t, pages)
	before := runtime.GOMAXPROCS(1)
	narrow := index(t, pages)
	runtime.GOMAXPROCS(before)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, q := range list {
				a, _ := wide.Search(t.Context(), q, 10)
				b, _ := narrow.Search(t.Context(), q, 10)
				if !slices.Equal(a, b) {
					t.Errorf("%s: %v and %v", q, a, b)
				}
			}
		})
	}
	wg.Wait()
}

func TestTwoPagesCannotHaveOneID(t *testing.T) {
	_, err := retrieve.NewIndex([]retrieve.Page{{ID: "7", Title: "A"}, {ID: "8", Title: "B"}, {ID: "7", Title: "C"}})
	if err == nil || !strings.Contains(err.Error(), `pages 1 and 3 ("A" and "C") have the same id "7"`) {
		t.Errorf("got %v", err)
	}
}

func TestPageByID(t *testing.T) {
	x := index(t, zipf(10, 5, 10))
	if p, err := x.Page(t.Context(), "3"); err != nil || p.Title != "page3" {
		t.Errorf("got %v, %v", p, err)
	}
	if _, err := x.Page(t.Context(), "99"); !errors.Is(err, retrieve.ErrNoPage) {
		t.Errorf("got %v, want ErrNoPage", err)
	}
	if p, err := x.At(4); err != nil || p.ID != "4" || x.Len() != 10 {
		t.Errorf("got %v, %v of %d", p, err, x.Len())
	}
}

// corpusSize is that of the goal: 100,000 pages of 120 words.
const corpusSize = 100_000

func BenchmarkBuild(b *testing.B) {
	pages := zipf(corpusSize, 120, 60_000)
	for b.Loop() {
		index(b, pages)
	}
	b.ReportMetric(float64(corpusSize)*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
}

func BenchmarkSearch(b *testing.B) {
	pages := zipf(corpusSize, 120, 60_000)
	list := queries(pages, 1000)
	x := index(b, pages)
	start := time.Now()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, err := x.Search(b.Context(), list[i%len(list)], 10); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "queries/s")
}

func ExampleIndex_Search() {
	x, err := retrieve.NewIndex([]retrieve.Page{
		{ID: "1", Title: "Velmoor", Text: "Velmoor is a city on the Alder."},
		{ID: "2", Title: "Alder", Text: "The Alder is a river."},
	})
	if err != nil {
		panic(err)
	}
	hits, err := x.Search(context.Background(), "which city", 3)
	fmt.Println(len(hits), hits[0].Page.Title, err)
	// Output: 1 Velmoor <nil>
}
