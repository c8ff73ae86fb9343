// Package search is a family of questions that are answered by searching: verbs
// are search, open and answer, and what is found and read are elements.
//
// The questions are about twelve generated worlds (graph.go), one at a time: some
// 2,400 pages each on people, places, companies and works, of a few short sentences,
// whose facts hang together. So questions of many hops, with one right answer and a
// known way to it, are drawn without end, and those of tests begin with things that
// no training question begins with.
//
//	path          a chain of as many pages as the level is high
//	combine       relations side by side that training never put there
//	compare       the most or the least of several
//	aggregate     how many, which first
//	unanswerable  half of them have no answer
//	masked        the missing words of a sentence, of any corpus
//	inject        names replaced by descriptions, again and again
//
// With a corpus of the user's there is no graph, and masked is all. Start with
// [Family]; a kind of question is a function and a line in search.go (see path.go).
package search

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
	"github.com/turngym/turngym/tools/retrieve"
)

// Family opens environments that ask questions about one collection of pages,
// which they share.
type Family struct {
	Corpus   string // a file of pages, {"id", "contents"} on each line; "" is the generated world
	Engine   string // that searches a corpus: bm25 in memory, or bleve on disk; "" is bm25
	Index    string // the folder of the index on disk
	Endpoint string // a Search-R1 server that searches instead: http://localhost:8000/retrieve

	once   sync.Once
	err    error
	list   []world.Scenario
	closes []func() error
}

var _ gym.Family = (*Family)(nil)

// Validate says all that is wrong with the configuration.
func (f *Family) Validate() error {
	var errs []error
	wrong := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	wrong(f.Engine != "" && f.Engine != "bm25" && f.Engine != "bleve", "engine %q: want bm25 or bleve", f.Engine)
	wrong(f.Corpus == "" && f.Engine+f.Index+f.Endpoint != "", "engine, index and endpoint are of a corpus: name its file as corpus")
	wrong(f.Engine == "bleve" && f.Index == "" && f.Corpus != "", "engine bleve keeps its index on disk: name a folder for it as index")
	wrong(f.Engine != "bleve" && f.Index != "" && f.Corpus != "", "index is a folder of engine bleve; engine is %q", f.Engine)
	wrong(f.Endpoint != "" && f.Engine != "", "an endpoint searches in place of an engine: leave one of them out")
	return errors.Join(errs...)
}

// Load makes or reads the pages. It is called by the other methods where the
// caller did not; its error is the caller's.
func (f *Family) Load() error {
	f.once.Do(func() {
		if f.err = f.Validate(); f.err != nil {
			return
		}
		if f.Corpus != "" {
			f.err = f.useCorpus()
			return
		}
		u := newUniverse()
		g, err := u[0]()
		if f.err = err; err == nil {
			f.list = u.scenarios(g)
		}
	})
	return f.err
}

// useCorpus makes a scenario of the user's pages.
func (f *Family) useCorpus() (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	c, err := retrieve.OpenCorpus(f.Corpus)
	if err != nil {
		return err
	}
	f.closes = append(f.closes, c.Close)
	m := &masker{source: c}
	switch {
	case f.Endpoint != "":
		m.retriever = &retrieve.Endpoint{URL: f.Endpoint}
	case f.Engine == "bleve":
		d, err := retrieve.OpenDisk(context.Background(), f.Index, f.Corpus)
		if err != nil {
			return err
		}
		m.retriever = d
		f.closes = append(f.closes, d.Close)
	default:
		pages, err := c.Pages()
		if err != nil {
			return err
		}
		x, err := retrieve.NewIndex(pages)
		if err != nil {
			return fmt.Errorf("corpus %s: %w", f.Corpus, err)
		}
		m.source, m.retriever = x, x
	}
	if err := m.try(context.Background()); err != nil {
		return fmt.Errorf("corpus %s: %w", f.Corpus, err)
	}
	f.list = []world.Scenario{m.scenario()}
	return nil
}

// scenarios are the kinds of questions about the generated worlds; masked is about
// the pages of first alone.
func (u *universe) scenarios(first *graph) []world.Scenario {
	var list []world.Scenario
	for _, k := range []struct {
		gym.Scenario
		draw func(*drawer) (question, bool)
	}{
		{gym.Scenario{Name: "path", Doc: "a chain of pages, one more at each level", Levels: 6, Turns: 20, Floor: 0.02}, path},
		{gym.Scenario{Name: "combine", Doc: "relations that training never put side by side", Levels: 2, Turns: 12, Floor: 0.02}, combine},
		{gym.Scenario{Name: "compare", Doc: "the most or the least of two or three", Levels: 3, Turns: 16, Floor: 0.02}, compare},
		{gym.Scenario{Name: "aggregate", Doc: "how many works, or which came first", Levels: 4, Turns: 24, Floor: 0.02}, aggregate},
		{gym.Scenario{Name: "unanswerable", Doc: "half of the questions have no answer", Levels: 3, Turns: 14, Floor: 0.03}, unanswerable},
		{gym.Scenario{Name: "inject", Doc: "names replaced by descriptions, once more at each level", Levels: 3, Turns: 16, Floor: 0.02}, inject},
	} {
		k.Oracle = true
		list = append(list, world.Scenario{Scenario: k.Scenario, Start: func(_ context.Context, t gym.Task, rng *rand.Rand) (world.World, error) {
			g, err := u[rng.IntN(worlds)]()
			if err != nil {
				return nil, err
			}
			q, err := (&drawer{g, rng, t.Split, t.Level}).ask(k.draw)
			return newEpisode(q, g.index), err
		}})
	}
	m := &masker{first.index, first.index}
	return append(list, m.scenario())
}

const maskedName = "masked"

// scenario asks for the missing words of a sentence.
func (m *masker) scenario() world.Scenario {
	return world.Scenario{
		Scenario: gym.Scenario{Name: maskedName, Doc: "the missing words of a sentence", Levels: 2, Turns: 10, Floor: 0.02, Oracle: true},
		Start: func(ctx context.Context, t gym.Task, rng *rand.Rand) (world.World, error) {
			q, err := m.ask(ctx, rng, t)
			return newEpisode(q, m.retriever), err
		},
	}
}

// Scenarios lists them; nil where the pages cannot be loaded (see Load).
func (f *Family) Scenarios() []gym.Scenario {
	if f.Load() != nil {
		return nil
	}
	return world.Infos(f.list)
}

// Open opens an environment that plays any of them.
func (f *Family) Open(ctx context.Context) (gym.Env, error) {
	if err := f.Load(); err != nil {
		return nil, err
	}
	return world.New("search", f.list), ctx.Err()
}

// Close lets go of the user's corpus and index.
func (f *Family) Close() error {
	var errs []error
	for _, c := range f.closes {
		errs = append(errs, c())
	}
	f.closes = nil
	return errors.Join(errs...)
}
