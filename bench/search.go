package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/turngym/turngym/tools/retrieve"
)

// The pages that an index is measured with: so many, of so many words out of a
// vocabulary of which a few are frequent and most rare.
const (
	indexPages = 100_000
	pageWords  = 120
	vocabulary = 60_000
	indexHits  = 10
)

// Index measures the index in memory: pages a second while it is built, and
// queries of three to five words a second, so many at once.
func Index(ctx context.Context, workers, rounds int, each time.Duration) ([]Rate, error) {
	rng := rand.New(rand.NewPCG(1, 2))
	z := rand.NewZipf(rng, 1.07, 4, vocabulary-1)
	pages := make([]retrieve.Page, indexPages)
	for i := range pages {
		words := make([]string, pageWords)
		for j := range words {
			words[j] = "w" + strconv.FormatUint(z.Uint64(), 36)
		}
		pages[i] = retrieve.Page{ID: strconv.Itoa(i), Title: "page" + strconv.Itoa(i), Text: strings.Join(words, " ")}
	}
	begun := time.Now()
	x, err := retrieve.NewIndex(pages)
	if err != nil {
		return nil, err
	}
	took := time.Since(begun)
	queries := make([]string, 10_000)
	for i := range queries {
		words := strings.Fields(pages[rng.IntN(len(pages))].Text)
		rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		queries[i] = strings.Join(words[:3+rng.IntN(3)], " ")
	}
	var rates []float64
	for round := range rounds {
		var n atomic.Int64
		var failed error
		var once sync.Once
		var wg sync.WaitGroup
		begun := time.Now()
		for w := range workers {
			wg.Go(func() {
				for i := (round*workers + w) * 997; time.Since(begun) < each; i++ {
					if _, err := x.Search(ctx, queries[i%len(queries)], indexHits); err != nil {
						once.Do(func() { failed = err })
						return
					}
					n.Add(1)
				}
			})
		}
		wg.Wait()
		if failed != nil {
			return nil, failed
		}
		rates = append(rates, float64(n.Load())/time.Since(begun).Seconds())
	}
	return []Rate{
		{Name: "queries", StepsPerSecond: median(rates)},
		{Name: fmt.Sprintf("index %d pages in %.1f s", indexPages, took.Seconds()), StepsPerSecond: indexPages / took.Seconds()},
	}, nil
}
