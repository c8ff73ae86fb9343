// Package llmtest is an endpoint for tests that speaks OpenAI's chat
// completions on this machine: in one piece and streamed, with tool calls,
// log-probs, token ids and usage. Its model is a function. It can go wrong as
// real endpoints do, by a seeded plan, and it keeps a [Ledger] of every request,
// so that a test can say that none was lost and none was done twice.
package llmtest

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
)

// Endpoint is the server's handler. Its fields are set before it is first used.
type Endpoint struct {
	Model  Model
	Key    string // other keys are refused; "" takes any
	Name   string // other models are not found; "" takes any
	Faults Faults
	Seed   uint64 // of the faults, and of what the model draws

	mu     sync.Mutex
	n      int
	now    int
	most   int
	ledger map[string]*Entry
}

// Model answers a request.
type Model func(r *Request, rng *rand.Rand) Answer

// Request is what the model is asked.
type Request struct {
	N          int       `json:"-"` // no two requests have the same
	Model      string    `json:"model"`
	Messages   []Message `json:"messages"`
	Tools      []Tool    `json:"tools"`
	ToolChoice string    `json:"tool_choice"`
	Stream     bool      `json:"stream"`
	LogProbs   bool      `json:"logprobs"`
	TokenIDs   bool      `json:"return_token_ids"`
	Seed       int64     `json:"seed"`
	Options    struct {
		Usage bool `json:"include_usage"`
	} `json:"stream_options"`
}

// Last is the text of the last message.
func (r *Request) Last() string { return r.Messages[len(r.Messages)-1].Text() }

// Turn is how often the model has answered in this conversation.
func (r *Request) Turn() (n int) {
	for i := range r.Messages {
		if r.Messages[i].Role == "assistant" {
			n++
		}
	}
	return n
}

// Message is one of the conversation.
type Message struct {
	Role       string          `json:"role"`
	Content    json.RawMessage `json:"content"`
	ToolCallID string          `json:"tool_call_id"`
	ToolCalls  []struct {
		ID       string `json:"id"`
		Function Call   `json:"function"`
	} `json:"tool_calls"`
}

// part is a piece of a message that is not text alone.
type part struct {
	Type  string `json:"type"`
	Text  string `json:"text"`
	Image struct {
		URL string `json:"url"`
	} `json:"image_url"`
}

// Text is what the message says.
func (m *Message) Text() string {
	var s string
	if json.Unmarshal(m.Content, &s) == nil {
		return s
	}
	var parts []part
	json.Unmarshal(m.Content, &parts)
	for _, p := range parts {
		s += p.Text
	}
	return s
}

// Images are the addresses of its pictures.
func (m *Message) Images() (urls []string) {
	var parts []part
	json.Unmarshal(m.Content, &parts)
	for _, p := range parts {
		if p.Type == "image_url" {
			urls = append(urls, p.Image.URL)
		}
	}
	return urls
}

// Tool is one that may be called.
type Tool struct {
	Function struct {
		Name       string          `json:"name"`
		Parameters json.RawMessage `json:"parameters"`
	} `json:"function"`
}

// Call is a tool call; Arguments are JSON, or meant to be.
type Call struct {
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
}

// Answer is what the model says.
type Answer struct {
	Text   string
	Calls  []Call
	Finish string // "": stop, or tool_calls
	Silent bool   // the usage is not told
}

// Ledger is what came of every call so far.
func (e *Endpoint) Ledger() map[string]Entry {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := make(map[string]Entry, len(e.ledger))
	for id, x := range e.ledger {
		l[id] = *x
	}
	return l
}

// Requests is how many came so far; Most how many were under way at once.
func (e *Endpoint) Requests() int { e.mu.Lock(); defer e.mu.Unlock(); return e.n }

// Most is how many requests were under way at once, at most.
func (e *Endpoint) Most() int { e.mu.Lock(); defer e.mu.Unlock(); return e.most }

// ServeHTTP answers a request, or goes wrong as planned.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := e.enter()
	defer e.leave()
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/v1/chat/completions") {
		refuse(w, http.StatusNotFound, "no such path")
		return
	}
	if key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); e.Key != "" && key != e.Key {
		refuse(w, http.StatusUnauthorized, "Incorrect API key provided: "+key)
		return
	}
	body, err := io.ReadAll(r.Body)
	q := Request{N: n}
	if err == nil {
		err = json.Unmarshal(body, &q)
	}
	if err != nil || len(q.Messages) == 0 {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("the request cannot be read: %v", err))
		return
	}
	if e.Name != "" && q.Model != e.Name {
		refuse(w, http.StatusNotFound, fmt.Sprintf("The model %q does not exist.", q.Model))
		return
	}
	rng := rand.New(rand.NewPCG(e.Seed, uint64(n)))
	count := func(f func(x *Entry)) {
		e.mu.Lock()
		defer e.mu.Unlock()
		id := r.Header.Get("X-Client-Request-Id")
		if e.ledger == nil {
			e.ledger = map[string]*Entry{}
		}
		if e.ledger[id] == nil {
			e.ledger[id] = &Entry{}
		}
		f(e.ledger[id])
	}
	f, luck := e.Faults, rng.Float64()
	switch {
	case luck < f.Errors:
		count(func(x *Entry) { x.Errors++ })
		e.fail(w, rng)
	case luck < f.Errors+f.Hangs:
		count(func(x *Entry) { x.Hangs++ })
		<-r.Context().Done()
	case luck < f.Errors+f.Hangs+f.Garbage:
		count(func(x *Entry) { x.Garbage++ })
		garbage(w, &q, rng)
	case luck < f.Errors+f.Hangs+f.Garbage+f.Cuts:
		count(func(x *Entry) { x.Cuts++ })
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "500")
		if io.WriteString(w, `{"id":"x","choices":[`); n%2 == 0 { // else it breaks before anything came
			http.NewResponseController(w).Flush()
		}
		panic(http.ErrAbortHandler)
	default:
		count(func(x *Entry) { x.Answers++ })
		send(w, &q, e.Model(&q, rng))
	}
}

func (e *Endpoint) enter() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.n++
	e.now++
	e.most = max(e.most, e.now)
	return e.n
}

func (e *Endpoint) leave() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.now--
}
