package llmtest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/turngym/turngym/agent/llm/llmtest"
)

// ask sends a request and gives the status and the body.
func ask(t *testing.T, e *llmtest.Endpoint, id, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", "http://model.test/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Client-Request-Id", id)
	res, err := llmtest.Direct(e).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

const hello = `{"model":"m","messages":[{"role":"user","content":"[7] button"}]`

// The shares are as planned, the same seed fails at the same requests, and the
// ledger has every one of them.
func TestFaultsComeAsPlanned(t *testing.T) {
	var before string
	for range 2 {
		e := &llmtest.Endpoint{Model: llmtest.Random, Seed: 9, Faults: llmtest.Faults{Errors: 0.2, Garbage: 0.1}}
		var seen strings.Builder
		for i := range 500 {
			status, text := ask(t, e, fmt.Sprint(i%100), hello+"}")
			seen.WriteString(fmt.Sprint(status, len(text), " "))
		}
		if before != "" && seen.String() != before {
			t.Error("the same seed failed at other requests")
		}
		before = seen.String()
		var all llmtest.Entry
		for id, x := range e.Ledger() {
			if x.Tries() != 5 {
				t.Errorf("call %s came %d times", id, x.Tries())
			}
			all.Answers += x.Answers
			all.Errors += x.Errors
			all.Garbage += x.Garbage
		}
		if all.Tries() != 500 || all.Errors < 70 || all.Errors > 130 || all.Garbage < 30 || all.Garbage > 70 || e.Requests() != 500 {
			t.Errorf("%+v of %d", all, e.Requests())
		}
	}
}

func TestWhatIsNoRequestIsRefused(t *testing.T) {
	e := &llmtest.Endpoint{Model: llmtest.Random, Name: "m"}
	for body, want := range map[string]int{
		"": 400, "{}": 400, hello: 400, hello + "}": 200, strings.Replace(hello, `"m"`, `"n"`, 1) + "}": 404,
	} {
		if status, text := ask(t, e, "x", body); status != want {
			t.Errorf("%s: %d %s", body, status, text)
		}
	}
}
