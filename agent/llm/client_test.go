package llm_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turngym/turngym/agent/llm"
	"github.com/turngym/turngym/agent/llm/llmtest"
	"github.com/turngym/turngym/gym"
)

// flaky answers the first n requests with a status, and the others as h does.
type flaky struct {
	h      http.Handler
	n      int
	status int
	header http.Header
	mu     sync.Mutex
	at     []time.Time
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.at = append(f.at, time.Now())
	good := len(f.at) > f.n
	f.mu.Unlock()
	if good {
		f.h.ServeHTTP(w, r)
		return
	}
	maps.Copy(w.Header(), f.header)
	w.WriteHeader(f.status)
	w.Write([]byte(`{"error": {"message": "not now, sk-secret"}}`))
}

func TestTriesAreFurtherAndFurtherApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &flaky{h: &llmtest.Endpoint{Model: right}, n: 5, status: 503}
		a := llm.New("http://model.test/v1", "tiny")
		a.Transport = llmtest.Direct(f)
		a.Retry.Wait, a.Retry.WaitMax = time.Second, 5*time.Second
		if ep := play(t, a, "bandit", 1); ep.Outcome() != 1 {
			t.Errorf("outcome %v", ep.Outcome())
		}
		for i, most := range []time.Duration{1, 2, 4, 5, 5} {
			most *= time.Second
			if d := f.at[i+1].Sub(f.at[i]); d < most/2 || d > most {
				t.Errorf("wait %d is %v, not from %v to %v", i, d, most/2, most)
			}
		}
		if u := a.Spent(); u.Tries != 6 || u.Calls != 1 {
			t.Errorf("spent %+v", u)
		}
	})
}

func TestTheEndpointSaysHowLongToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, asDate := range []bool{false, true} {
			value := "17"
			if asDate {
				value = time.Now().Add(17 * time.Second).UTC().Format(http.TimeFormat)
			}
			f := &flaky{h: &llmtest.Endpoint{Model: right}, n: 1, status: 429, header: http.Header{"Retry-After": {value}}}
			a := llm.New("http://model.test/v1", "tiny")
			a.Transport = llmtest.Direct(f)
			play(t, a, "bandit", 1)
			if d := f.at[1].Sub(f.at[0]); d < 16*time.Second || d > 18*time.Second {
				t.Errorf("after %q it waits %v", value, d)
			}
		}
		// Longer than all tries may take: it does not wait at all.
		f := &flaky{n: 9, status: 429, header: http.Header{"Retry-After": {"3600"}}}
		a := llm.New("http://model.test/v1", "tiny")
		a.Transport = llmtest.Direct(f)
		if _, err := played(t, a, "bandit", 1); !errors.Is(err, llm.ErrGaveUp) || len(f.at) != 1 {
			t.Errorf("%d tries, %v", len(f.at), err)
		}
	})
}

// One player that is told to wait keeps the others from asking.
func TestAPauseIsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &flaky{h: &llmtest.Endpoint{Model: right}, n: 1, status: 429, header: http.Header{"Retry-After": {"20"}}}
		a := llm.New("http://model.test/v1", "tiny")
		a.Transport = llmtest.Direct(f)
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Second) // of the test's own clock
				play(t, a, "bandit", 1)
			})
		}
		wg.Wait()
		if d := f.at[1].Sub(f.at[0]); len(f.at) != 4 || d < 20*time.Second {
			t.Errorf("%d requests, the second %v after the first", len(f.at), d)
		}
	})
}

func TestATryEndsByItsTimeOutAndACallByItsTotal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &llmtest.Endpoint{Faults: llmtest.Faults{Hangs: 1}}
		a := connect(t, e)
		a.Retry = llm.Retry{Timeout: 10 * time.Second, Tries: 100, Wait: time.Second, WaitMax: time.Second, Total: time.Minute, Down: 100}
		begun := time.Now()
		_, err := played(t, a, "bandit", 1)
		if d := time.Since(begun); !errors.Is(err, llm.ErrGaveUp) || d < 40*time.Second || d > 80*time.Second || !strings.Contains(err.Error(), "no answer within 10s") {
			t.Errorf("after %v: %v", d, err)
		}
	})
}

// An endpoint that fails within a stream says so in a piece of it.
func TestAStreamThatSaysItFailedIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		a := llm.New("http://model.test/v1", "tiny")
		a.Stream = true
		a.Transport = llmtest.Direct(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n++; n > 1 {
				(&llmtest.Endpoint{Model: right}).ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "text/event-stream")
			w.Write([]byte("data: {\"choices\":[{\"delta\":{\"content\":\"I\"}}]}\n\ndata: {\"error\":{\"message\":\"out of memory\"}}\n\n"))
		}))
		if ep := play(t, a, "bandit", 1); ep.Outcome() != 1 || n != 2 || a.Spent().Calls != 1 {
			t.Errorf("outcome %v after %d tries, spent %+v", ep.Outcome(), n, a.Spent())
		}
	})
}

// OpenAI's newer models refuse the name that every other server knows.
func TestTheBoundOfAReplyHasTheNameThatTheEndpointKnows(t *testing.T) {
	for base, want := range map[string]string{
		"http://model.test/v1": "max_tokens", "https://api.openai.com/v1": "max_completion_tokens", "https://eu.openai.azure.com/openai/v1": "max_completion_tokens",
	} {
		a := llm.New(base, "tiny")
		a.MaxTokens = 77
		var asked map[string]any
		a.Transport = llmtest.Direct(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			json.Unmarshal(body, &asked)
			r.Body = io.NopCloser(bytes.NewReader(body))
			(&llmtest.Endpoint{Model: right}).ServeHTTP(w, r)
		}))
		play(t, a, "bandit", 1)
		for _, name := range []string{"max_tokens", "max_completion_tokens"} {
			if v, there := asked[name]; there != (name == want) || there && v != 77.0 {
				t.Errorf("%s: %s is %v", base, name, v)
			}
		}
	}
}

// What no other try would change stops the run in one clear line, without the key.
func TestAnEndpointThatCannotBeUsedIsNamed(t *testing.T) {
	for status, want := range map[int]string{
		401: "does not take the key", 403: "the key may not use model tiny", 404: "check that the base URL ends", 307: "the key must not go",
	} {
		f := &flaky{n: 99, status: status, header: http.Header{"Location": {"http://elsewhere.test/v1/chat/completions"}}}
		a := llm.New("http://model.test/v1", "tiny")
		a.Transport, a.Key = llmtest.Direct(f), "sk-secret"
		_, err := played(t, a, "bandit", 1)
		var bad *llm.Unusable
		if !errors.As(err, &bad) || len(f.at) != 1 {
			t.Errorf("%d: %d tries, %v", status, len(f.at), err)
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "sk-secret") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// Calls that come to nothing cost their episodes; so many in a row are an
// endpoint that is down.
func TestAnEndpointThatIsDownStopsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := connect(t, &llmtest.Endpoint{Faults: llmtest.Faults{Errors: 1}})
		a.Retry.Down = 3
		for i := range 3 {
			_, err := played(t, a, "bandit", 1)
			var bad *llm.Unusable
			if last := i == 2; errors.As(err, &bad) != last || errors.Is(err, llm.ErrGaveUp) == last {
				t.Errorf("episode %d: %v", i, err)
			}
		}
	})
	s := httptest.NewServer(nil)
	s.Close() // nobody listens there any more
	a := llm.New(s.URL+"/v1", "tiny")
	a.Retry.Tries, a.Retry.Down = 1, 1
	if _, err := played(t, a, "bandit", 1); err == nil || !strings.Contains(err.Error(), "see whether the endpoint is up") {
		t.Error(err)
	}
}

// The key is sent to the endpoint alone, though it says that it has moved.
func TestTheKeyGoesNowhereElse(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "sk-of-the-process")
	t.Setenv("OPENAI_ORG_ID", "org-of-the-process")
	var elsewhere int
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	var seen http.Header
	moved := false
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if seen = r.Header; moved {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
			return
		}
		(&llmtest.Endpoint{Model: right}).ServeHTTP(w, r)
	}))
	defer s.Close()
	for _, key := range []string{"", "sk-mine"} {
		a := llm.New(s.URL+"/v1", "tiny")
		a.Key, moved = key, false
		play(t, a, "bandit", 1)
		if got := seen.Get("Authorization"); key == "" && got != "" || key != "" && got != "Bearer "+key || seen.Get("Openai-Organization") != "" {
			t.Errorf("key %q: sent %q and %q", key, got, seen.Get("Openai-Organization"))
		}
		moved = true
		if _, err := played(t, a, "bandit", 1); err == nil || elsewhere != 0 {
			t.Errorf("it went elsewhere %d times (%v)", elsewhere, err)
		}
		a.Close()
	}
	a := llm.New("http://user:pass@model.test/v1", "tiny")
	if err := a.Validate(); err == nil || strings.Contains(err.Error(), "pass@") {
		t.Error(err)
	}
}

// A key that the endpoint repeats is not recorded.
func TestTheKeyIsNotRecorded(t *testing.T) {
	a := connect(t, &llmtest.Endpoint{Model: func(*llmtest.Request, *rand.Rand) llmtest.Answer {
		return llmtest.Answer{Text: "You are sk-secret.", Calls: []llmtest.Call{{Name: "sk-secret", Arguments: `{"element":"sk-secret"}`}}}
	}})
	a.Key = "sk-secret"
	ep := play(t, a, "corridor", 1)
	for i := range ep.Turns {
		if m := ep.Turns[i].Move; strings.Contains(m.Text+m.Action.String()+ep.Turns[i].Observation.Note, "sk-secret") {
			t.Errorf("turn %d: %+v", i, m)
		}
	}
}

func TestLimitsHoldForAllPlayers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := connect(t, &llmtest.Endpoint{Model: right})
		a.Limits.Requests = 60
		begun := time.Now()
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() { play(t, a, "bandit", 1) })
		}
		wg.Wait()
		// 10 at once, the other 90 one a second.
		if d := time.Since(begun); d < 89*time.Second || d > 91*time.Second {
			t.Errorf("100 requests at 60 a minute took %v", d)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		e := &llmtest.Endpoint{Model: right}
		a := connect(t, e)
		a.Limits.Tokens = 6000
		begun := time.Now()
		for range 60 {
			play(t, a, "bandit", 1)
		}
		u := a.Spent()
		if d, most := time.Since(begun), time.Duration(u.In+u.Out)*time.Minute/6000; d > most || d < most/2 {
			t.Errorf("%d tokens at 6000 a minute took %v", u.In+u.Out, d)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		e := &llmtest.Endpoint{Model: func(r *llmtest.Request, rng *rand.Rand) llmtest.Answer {
			time.Sleep(time.Second) // of the test's own clock
			return right(r, rng)
		}}
		a := connect(t, e)
		a.Limits.Calls = 3
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { play(t, a, "bandit", 1) })
		}
		if wg.Wait(); e.Most() != 3 {
			t.Errorf("%d calls at once", e.Most())
		}
	})
}

// A budget that is used up ends the episodes that play and begins no more; what
// was spent is what was allowed and no more than a call above it.
func TestABudgetEndsTheRun(t *testing.T) {
	for _, b := range []llm.Budget{{Tokens: 1000}, {Cost: 0.002, PriceIn: 1, PriceOut: 4}} {
		a := connect(t, &llmtest.Endpoint{Model: right})
		a.Budget = b
		var err error
		n := 0
		for ; err == nil && n < 1000; n++ {
			_, err = played(t, a, "bandit", 1)
		}
		u := a.Spent()
		if !errors.Is(err, llm.ErrBudget) || n < 3 {
			t.Errorf("%+v: after %d episodes %v", b, n, err)
		}
		if over := float64(u.In+u.Out) / 1000; b.Tokens > 0 && (over < 1 || over > 1.3) {
			t.Errorf("spent %+v of %+v", u, b)
		}
		if over := u.Cost / 0.002; b.Cost > 0 && (over < 1 || over > 1.3) {
			t.Errorf("spent %+v of %+v", u, b)
		}
		if _, err := a.Join(t.Context(), gym.Task{}, nil); !errors.Is(err, llm.ErrBudget) {
			t.Errorf("another episode begins: %v", err)
		}
	}
	// In the middle of an episode, too, and where usage is not told.
	a := connect(t, &llmtest.Endpoint{Model: func(*llmtest.Request, *rand.Rand) llmtest.Answer {
		return llmtest.Answer{Text: "Hm.", Silent: true}
	}})
	a.Budget.Tokens = 300
	if _, err := played(t, a, "corridor", 3); !errors.Is(err, llm.ErrBudget) {
		t.Error(err)
	}
}

// A conversation that has no room left is the agent's end, not the run's.
func TestAConversationThatIsTooLongIsAMistake(t *testing.T) {
	a := llm.New("http://model.test/v1", "tiny")
	a.Transport = llmtest.Direct(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(400)
		w.Write([]byte(`{"message": "This model's maximum context length is 8 tokens."}`))
	}))
	ep := play(t, a, "corridor", 1)
	if note := ep.End.Observation.Note; !strings.Contains(note, "longer than the model's context") {
		t.Errorf("%q", note)
	}
}

func TestAWrongConfigurationIsNamedAtOnce(t *testing.T) {
	a := llm.New("model.test", "")
	a.Retry.Tries, a.Limits.Calls, a.Budget.Cost, a.System = 0, 0, 1, "{{.Gaol}}"
	err := a.Validate()
	for _, want := range []string{`base URL "model.test": want http://HOST`, "which model?", "tries", "calls at once", "needs the prices", "Gaol"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if err := llm.New("https://model.test/v1", "m").Validate(); err != nil {
		t.Error(err)
	}
}
