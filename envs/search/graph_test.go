package search

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

func build(t testing.TB) *graph {
	t.Helper()
	g, err := newGraph(0)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestEveryPageIsAmongTheFirstHitsForItsName(t *testing.T) {
	g := build(t)
	first := 0
	for i, p := range g.pages {
		hits, err := g.index.Search(t.Context(), p.Title, fewHits)
		if err != nil {
			t.Fatal(err)
		}
		if !found(hits, id(i)) {
			t.Errorf("%s is not among %v", p.Title, hits)
		} else if hits[0].Page.ID == id(i) {
			first++
		}
	}
	if n := len(g.pages); n < 2000 || first < n*9/10 {
		t.Errorf("of %d pages %d come first; want thousands, nearly all", n, first)
	}
}

func TestPagesAreShort(t *testing.T) {
	for _, p := range build(t).pages {
		if n := strings.Count(p.Text, "\n") + 1; n < 3 || n > pageLines {
			t.Errorf("%s has %d lines:\n%s", p.Title, n, p.Text)
		}
		for line := range strings.Lines(p.Text) {
			if n := len(strings.Fields(line)); n > 14 || strings.ContainsAny(line, "{}=") {
				t.Errorf("%s: %s", p.Title, line)
			}
		}
		if got := sentences(p.Text); len(got) != strings.Count(p.Text, "\n")+1 {
			t.Errorf("%s is cut into %q", p.Title, got)
		}
	}
}

func TestTheWorldIsTheSameEveryTime(t *testing.T) {
	if a, b := build(t), build(t); !slices.Equal(a.pages, b.pages) {
		t.Error("two worlds differ")
	}
}

func TestFactsAgree(t *testing.T) {
	g := build(t)
	for i := range g.things {
		for _, f := range g.things[i].facts {
			if f.to < 0 {
				continue
			}
			back := func(name string) *fact { return g.stated(f.to, g.relation(name)) }
			var other *fact
			switch f.rel.name {
			case "spouse":
				other = back("spouse")
			case "capital":
				other = back("country")
			case "mouth":
				other = back("river")
			}
			if other != nil && other.to != i {
				t.Errorf("%s: %s is %s, whose page says %s", g.things[i].name, f.rel.name, f.text, other.text)
			}
		}
	}
}

// draws are questions of a kind, as tasks have them.
func draws(t *testing.T, g *graph, draw func(*drawer) (question, bool), level int, split gym.Split, n int) []question {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(level), uint64(split)))
	var list []question
	for range n {
		q, err := (&drawer{g, rng, split, level}).ask(draw)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, q)
	}
	return list
}

func TestCombinationsOfTestsAreNeverTrainedOn(t *testing.T) {
	g := build(t)
	kept := 0
	for i := range g.relations {
		for j := range g.relations {
			if a, b := &g.relations[i], &g.relations[j]; a.to == b.from && !a.many() && !b.many() && keptApart(a, b) {
				kept++
			}
		}
	}
	if kept < 10 {
		t.Errorf("only %d pairs of relations are kept for tests", kept)
	}
	for level := 1; level <= 2; level++ {
		train := draws(t, g, combine, level, gym.Train, 500)
		for _, q := range draws(t, g, combine, level, gym.Test, 500) {
			for _, other := range train {
				if q.goal == other.goal || q.steps[0].page == other.steps[0].page {
					t.Fatalf("%q is asked in a test, %q in training", q.goal, other.goal)
				}
			}
		}
	}
}

func TestHalfOfTheUnanswerableHaveAnAnswer(t *testing.T) {
	g := build(t)
	for level := 1; level <= 3; level++ {
		none := 0
		for _, q := range draws(t, g, unanswerable, level, gym.Train, 400) {
			if q.gold[0] == unknown {
				none++
			}
		}
		if none < 120 || none > 280 {
			t.Errorf("level %d: %d of 400 have no answer", level, none)
		}
	}
}

// TestGuessingDoesNotPay: the answer that is right most often is right seldom.
func TestGuessingDoesNotPay(t *testing.T) {
	g := build(t)
	for name, draw := range map[string]func(*drawer) (question, bool){"path": path, "combine": combine, "inject": inject} {
		for level := 1; level <= 2; level++ {
			count := map[string]int{}
			for _, q := range draws(t, g, draw, level, gym.Train, 500) {
				if count[q.gold[0]]++; count[q.gold[0]] > 50 {
					t.Errorf("%s level %d: %s is the answer of one question in ten", name, level, q.gold[0])
				}
			}
		}
	}
}

func TestJudging(t *testing.T) {
	for _, c := range []struct {
		answer string
		gold   []string
		exact  bool
		f1     float64
	}{
		{"Velmoor", []string{"Velmoor"}, true, 1},
		{" the VELMOOR. ", []string{"Velmoor"}, true, 1},
		{"Ada Abel", []string{"Ada Adler"}, false, 0.5},
		{"4", []string{"3", "4"}, true, 1},
		{"", []string{"Velmoor"}, false, 0},
		{"the", []string{"a"}, false, 0},
		{"Silent Harbour Hotel", []string{"Silent Hotel"}, false, 0.8},
	} {
		if got := exact(c.answer, c.gold); got != c.exact {
			t.Errorf("%q for %q: exact is %v", c.answer, c.gold, got)
		}
		if got := overlap(c.answer, c.gold); got < c.f1-1e-9 || got > c.f1+1e-9 {
			t.Errorf("%q for %q: F1 is %v, want %v", c.answer, c.gold, got, c.f1)
		}
	}
}

func TestSentencesAreCutWhereTheyEnd(t *testing.T) {
	for text, want := range map[string][]string{
		"One is 3.5 long. Two is short! \"Three?\" Four":  {"One is 3.5 long.", "Two is short!", "\"Three?\" Four"},
		"a line\n\n another line.\r\nThe end. 7 is a lot": {"a line", "another line.", "The end.", "7 is a lot"},
		"e.g. this stays": {"e.g. this stays"},
		"":                nil,
	} {
		if got := sentences(text); !slices.Equal(got, want) {
			t.Errorf("%q is cut into %q, want %q", text, got, want)
		}
	}
}

func BenchmarkWorld(b *testing.B) {
	for b.Loop() {
		build(b)
	}
}

func BenchmarkReset(b *testing.B) {
	f := &Family{}
	env, err := f.Open(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, sc := range f.Scenarios() {
		for _, level := range []int{1, sc.Levels} {
			b.Run(sc.Name+"/"+id(level-1), func(b *testing.B) {
				seed := uint64(0)
				for b.Loop() {
					seed++
					if _, err := env.Reset(b.Context(), gym.Task{Scenario: sc.Name, Level: level, Seed: seed}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkStep plays the oracle's actions of one task again and again.
func BenchmarkStep(b *testing.B) {
	f := &Family{}
	env, err := f.Open(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	task := gym.Task{Scenario: "path", Level: 3, Seed: 1}
	oracle, _ := gym.As[gym.Oracle](env)
	var actions []gym.Action
	for over := false; !over; {
		if len(actions) == 0 {
			env.Reset(b.Context(), task)
		}
		a, err := oracle.Demonstrate(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		actions = append(actions, a)
		out, _ := env.Step(b.Context(), a)
		over = out.Terminated
	}
	b.ReportAllocs()
	at := len(actions)
	for b.Loop() {
		if at == len(actions) {
			at = 0
			b.StopTimer()
			env.Reset(b.Context(), task)
			b.StartTimer()
		}
		if _, err := env.Step(b.Context(), actions[at]); err != nil {
			b.Fatal(err)
		}
		at++
	}
}
