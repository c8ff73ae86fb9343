package search_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turngym/turngym/envs/search"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools/retrieve"
)

// handbook is a corpus of pages that are long enough to be searched in.
func handbook() []retrieve.Page {
	animals := strings.Fields("Aardvark Badger Camel Dingo Eland Ferret Gecko Heron Ibis Jackal Kestrel Lemur Marmot Newt Okapi Puffin Quokka Raven Stoat Tapir")
	colours := strings.Fields("amber black crimson dun ebony fawn grey hazel ivory jade")
	var pages []retrieve.Page
	for i, a := range animals {
		for j, c := range colours {
			var b strings.Builder
			for k := range 16 {
				fmt.Fprintf(&b, "In room %d the %s %s was fed %d apples, Ms. Orr says. ", k+1, c, strings.ToLower(a), 100+37*i+11*j+k)
			}
			pages = append(pages, retrieve.Page{ID: fmt.Sprintf("%s-%s", a, c), Title: "The " + c + " " + strings.ToLower(a), Text: b.String()})
		}
	}
	return pages
}

func corpusFile(t testing.TB, pages []retrieve.Page) string {
	t.Helper()
	var b strings.Builder
	for _, p := range pages {
		line, err := json.Marshal(map[string]string{"id": p.ID, "contents": p.Contents()})
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	path := filepath.Join(t.TempDir(), "corpus.jsonl")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// server is Search-R1's, over an index.
func server(t testing.TB, pages []retrieve.Page) string {
	x, err := retrieve.NewIndex(pages)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var ask struct {
			Queries []string
			TopK    int
		}
		if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		hits, _ := x.Search(r.Context(), ask.Queries[0], ask.TopK)
		list := []any{}
		for _, h := range hits {
			list = append(list, map[string]any{"document": map[string]string{"id": h.Page.ID, "contents": h.Page.Contents()}, "score": h.Score})
		}
		json.NewEncoder(w).Encode(map[string]any{"result": [][]any{list}})
	}))
	t.Cleanup(s.Close)
	return s.URL + "/retrieve"
}

// TestACorpusOfOnesOwnIsSound runs the suite over a user's corpus with each
// engine. Its pages are longer than what is shown at once, so the oracle must
// look for lines on them.
func TestACorpusOfOnesOwnIsSound(t *testing.T) {
	path := corpusFile(t, handbook())
	dir := filepath.Join(t.TempDir(), "index")
	for name, f := range map[string]*search.Family{
		"bm25":     {Corpus: path},
		"bleve":    {Corpus: path, Engine: "bleve", Index: dir},
		"endpoint": {Corpus: path, Endpoint: server(t, handbook())},
	} {
		t.Run(name, func(t *testing.T) {
			if err := f.Load(); err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			finds := 0
			for seed := range uint64(10) {
				for level := 1; level <= 2; level++ {
					finds += solve(t, f, gym.Task{Scenario: "masked", Seed: seed, Level: level, Split: gym.Split(seed % 2)})
				}
			}
			if finds == 0 {
				t.Error("no line had to be looked for")
			}
		})
	}
}

// solve lets the oracle play and says how often it looked for a line.
func solve(t *testing.T, f gym.Family, task gym.Task) (finds int) {
	t.Helper()
	env, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	o, err := env.Reset(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	oracle, _ := gym.As[gym.Oracle](env)
	for {
		a, err := oracle.Demonstrate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := gym.NewGrammar(&o).Path(a); !ok {
			t.Errorf("%s: the grammar cannot write %s on\n%s", task, a, &o)
		}
		if a.Verb == "find" {
			finds++
		}
		out, err := env.Step(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		if o = out.Observation; out.Terminated || out.Truncated {
			if v, _ := out.Signals.Value(gym.SignalOutcome); v != 1 {
				t.Errorf("%s: the oracle's outcome is %v, after %s\n%s\n%s", task, v, a, o.Goal, &o)
			}
			return finds
		}
	}
}

func TestWhatIsWrongWithTheConfigurationIsSaid(t *testing.T) {
	good := corpusFile(t, handbook())
	few := corpusFile(t, []retrieve.Page{{ID: "1", Title: "A", Text: "nothing here is a name"}})
	twice := corpusFile(t, append(handbook(), handbook()[0]))
	for _, c := range []struct {
		family *search.Family
		want   []string
	}{
		{&search.Family{Engine: "bleve"}, []string{"name its file as corpus"}},
		{&search.Family{Corpus: good, Engine: "lucene", Index: "x"}, []string{`engine "lucene": want bm25 or bleve`, "index is a folder of engine bleve"}},
		{&search.Family{Corpus: good, Engine: "bleve"}, []string{"name a folder for it as index"}},
		{&search.Family{Corpus: good, Engine: "bm25", Endpoint: "http://localhost/"}, []string{"leave one of them out"}},
		{&search.Family{Corpus: "nowhere.jsonl"}, []string{"nowhere.jsonl"}},
		{&search.Family{Corpus: few}, []string{few, "no train page", "4 to 40 words"}},
		{&search.Family{Corpus: twice}, []string{twice, "have the same id"}},
	} {
		err := c.family.Load()
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: got %v, want %q", []string{c.family.Corpus, c.family.Engine, c.family.Index, c.family.Endpoint}, err, want)
			}
		}
		if list := c.family.Scenarios(); list != nil {
			t.Errorf("it has the scenarios %v all the same", list)
		}
	}
}

// FuzzCorpus: whatever a corpus says, it is refused, or its questions can be
// asked and their oracle is right.
func FuzzCorpus(f *testing.F) {
	var lines []string
	for i := range 8 { // of both splits
		lines = append(lines, fmt.Sprintf(`{"id": %d, "contents": "Mr. Fox %d\nOld Mr. Fox %d met Ann (of Rye), and É. %d cats? \"Yes,\" said Ms. Ivy."}`, i, i, i, 70+i))
	}
	f.Add(strings.Join(lines, "\n"))
	f.Add(`{"id": 1, "contents": "A\n___ (B) said: \"It is 5.\" No. 7 is É É, too."}` + "\n" + `{"id": 2, "contents": "B"}`)
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "c.jsonl")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		family := &search.Family{Corpus: path}
		defer family.Close()
		if family.Load() != nil {
			return
		}
		for level := 1; level <= 2; level++ {
			env, err := family.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := env.Reset(t.Context(), gym.Task{Scenario: "masked", Level: level}); err == nil {
				solve(t, family, gym.Task{Scenario: "masked", Level: level})
			}
			env.Close()
		}
	})
}
