package llmtest

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

// Faults are the shares of requests that go wrong, from 0 to 1, together at most 1.
type Faults struct {
	Errors  float64 // 429, 500, 502, 503
	Hangs   float64 // nothing comes until the client gives up
	Garbage float64 // 200, and nothing that can be used
	Cuts    float64 // the connection breaks within the answer

	RetryAfter time.Duration // said with a 429
}

// Entry is what came of all tries of one call, by its X-Client-Request-Id.
type Entry struct {
	Answers, Errors, Hangs, Garbage, Cuts int
}

// Tries is how often the call was sent.
func (e Entry) Tries() int { return e.Answers + e.Errors + e.Hangs + e.Garbage + e.Cuts }

func refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"message": why}})
}

// fail answers with an error that another try may not meet. Some come from
// machines in between, which speak no JSON.
func (e *Endpoint) fail(w http.ResponseWriter, rng *rand.Rand) {
	switch rng.IntN(4) {
	case 0:
		if s := e.Faults.RetryAfter; s > 0 {
			w.Header().Set("Retry-After", fmt.Sprintf("%g", s.Seconds()))
		}
		refuse(w, http.StatusTooManyRequests, "Rate limit reached.")
	case 1:
		refuse(w, http.StatusInternalServerError, "The server had an error.")
	case 2:
		http.Error(w, "<html>502 Bad Gateway</html>", http.StatusBadGateway)
	default:
		http.Error(w, "", http.StatusServiceUnavailable)
	}
}

// garbage answers 200 with what no client can use.
func garbage(w http.ResponseWriter, q *Request, rng *rand.Rand) {
	text := fmt.Sprintf("garbage %d", q.N)
	switch rng.IntN(5) {
	case 0:
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"id": "`+text+`", "choices": [{"mess`)
	case 1:
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<html><body>"+text+"</body></html>")
	case 2:
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"id": "`+text+`", "object": "chat.completion", "choices": []}`)
	case 3:
		send(w, q, Answer{Text: text, Calls: []Call{{"launch_rocket", "{}"}}})
	default:
		send(w, q, Answer{Text: text, Calls: []Call{{"click", `{"element": `}}})
	}
}
