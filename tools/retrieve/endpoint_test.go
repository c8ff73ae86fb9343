package retrieve_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turngym/turngym/tools/retrieve"
)

// server is Search-R1's retrieval server over an index.
func server(t *testing.T, x *retrieve.Index, scores bool) *httptest.Server {
	type document struct {
		ID       string `json:"id"`
		Contents string `json:"contents"`
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var ask struct {
			Queries      []string `json:"queries"`
			TopK         int      `json:"topk"`
			ReturnScores bool     `json:"return_scores"`
		}
		if err := json.NewDecoder(r.Body).Decode(&ask); err != nil || r.Method != http.MethodPost || r.URL.Path != "/retrieve" || !ask.ReturnScores {
			http.Error(w, "bad request", http.StatusUnprocessableEntity)
			return
		}
		result := [][]any{}
		for _, q := range ask.Queries {
			hits, _ := x.Search(r.Context(), q, ask.TopK)
			list := []any{}
			for _, h := range hits {
				doc := document{h.Page.ID, `"` + h.Page.Title + "\"\n" + h.Page.Text}
				if scores {
					list = append(list, map[string]any{"document": doc, "score": h.Score})
				} else {
					list = append(list, doc)
				}
			}
			result = append(result, list)
		}
		json.NewEncoder(w).Encode(map[string]any{"result": result})
	}))
	t.Cleanup(s.Close)
	return s
}

func TestAServerFindsWhatItsIndexFinds(t *testing.T) {
	pages := zipf(200, 20, 300)
	for i := range pages {
		pages[i].Text = strings.TrimSpace(pages[i].Text)
	}
	x := index(t, pages)
	for _, scores := range []bool{true, false} {
		e := &retrieve.Endpoint{URL: server(t, x, scores).URL + "/retrieve"}
		for _, q := range append(queries(pages, 5), "nothing at all") {
			got, err := e.Search(t.Context(), q, 4)
			if err != nil {
				t.Fatal(err)
			}
			want, _ := x.Search(t.Context(), q, 4)
			for i := range want {
				if !scores {
					want[i].Score = 0
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", q, got, want)
			}
		}
		if _, err := e.Page(t.Context(), "1"); !errors.Is(err, retrieve.ErrNoPage) {
			t.Errorf("got %v, want ErrNoPage", err)
		}
	}
}

func TestABusyServerIsAskedAgain(t *testing.T) {
	for _, c := range []struct {
		name    string
		status  int
		asked   int32 // attempts that are to be made
		succeed int32 // the attempt that goes well
		ok      bool
	}{
		{"busy twice", http.StatusServiceUnavailable, 3, 3, true},
		{"too many requests", http.StatusTooManyRequests, 2, 2, true},
		{"broken for good", http.StatusInternalServerError, 3, 9, false},
		{"refused", http.StatusUnprocessableEntity, 1, 9, false},
	} {
		var asked atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if asked.Add(1) < c.succeed {
				http.Error(w, "not now", c.status)
				return
			}
			io.WriteString(w, `{"result": [[]]}`)
		}))
		e := &retrieve.Endpoint{URL: s.URL, Wait: time.Microsecond}
		_, err := e.Search(t.Context(), "x", 3)
		if (err == nil) != c.ok || asked.Load() != c.asked {
			t.Errorf("%s: asked %d times, and got %v", c.name, asked.Load(), err)
		}
		if err != nil && (!strings.Contains(err.Error(), s.URL) || !strings.Contains(err.Error(), "not now")) {
			t.Errorf("%s: the error names neither the server nor its words: %v", c.name, err)
		}
		s.Close()
	}
}

func TestASilentServerIsGivenUp(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer s.Close()
	e := &retrieve.Endpoint{URL: s.URL, Timeout: time.Millisecond, Wait: time.Microsecond, Tries: 2}
	if _, err := e.Search(t.Context(), "x", 3); err == nil || !strings.Contains(err.Error(), "attempt 2") {
		t.Errorf("got %v, want that the second attempt was the last", err)
	}
}

func TestAnEndedContextEndsTheAsking(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		http.Error(w, "not now", http.StatusServiceUnavailable)
	}))
	defer s.Close()
	e := &retrieve.Endpoint{URL: s.URL, Wait: time.Hour}
	if _, err := e.Search(ctx, "x", 3); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the context was cancelled", err)
	}
}

// FuzzAnswer: whatever a server says is hits with ids, at most as many as were
// asked for, or an error.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{`{"result": [[{"document": {"id": "1", "contents": "\"T\"\ntext"}, "score": 0.9}]]}`, `{"result": [[{"id": 1, "contents": "T\ntext"}]]}`,
		`{"result": []}`, `{"result": [[null]]}`, `{"result": null}`, `[]`, `{"result": [[{"document": null}]]}`, "\xff", `{"result": [[],[]]}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, reply string) {
		client := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Body: io.NopCloser(strings.NewReader(reply))}, nil
		})}
		e := &retrieve.Endpoint{URL: "http://localhost/retrieve", Client: client}
		hits, err := e.Search(t.Context(), "x", 2)
		if err != nil && hits != nil || len(hits) > 2 {
			t.Errorf("got %v and %v", hits, err)
		}
		for _, h := range hits {
			if h.Page.ID == "" {
				t.Errorf("a hit has no id: %v", h)
			}
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
