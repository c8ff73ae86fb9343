package retrieve

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Endpoint is a server that speaks Search-R1's protocol: POST
// {"queries": […], "topk": k, "return_scores": true}, answered by a list of
// documents for each query. It may be dense retrieval or anything else; the
// order of its hits is kept. What it answers is not ours to repeat: episodes are
// the same again only while the server is.
type Endpoint struct {
	URL     string        // http://localhost:8000/retrieve
	Timeout time.Duration // of one attempt; 0 is 10 s
	Tries   int           // attempts in all; 0 is 3
	Wait    time.Duration // before the second attempt, twice as long before each further one; 0 is 200 ms
	Client  *http.Client  // nil is http.DefaultClient
}

var _ Retriever = (*Endpoint)(nil)

// answerMax bounds a server's answer.
const answerMax = 16 << 20

// Outside says that a search reaches what an episode cannot put back.
func (*Endpoint) Outside() bool { return true }

// Page fails with ErrNoPage: the protocol has no such question. Hits hold their pages.
func (*Endpoint) Page(_ context.Context, id string) (Page, error) {
	return Page{}, fmt.Errorf("page %s: %w: a search server shows pages as hits only", strconv.Quote(id), ErrNoPage)
}

// Search asks the server, again where it is busy or cannot be reached.
func (e *Endpoint) Search(ctx context.Context, query string, k int) ([]Hit, error) {
	if err := ctx.Err(); err != nil || k <= 0 {
		return nil, err
	}
	body, err := json.Marshal(map[string]any{"queries": []string{query}, "topk": k, "return_scores": true})
	if err != nil {
		return nil, err
	}
	wait := cmp.Or(e.Wait, 200*time.Millisecond)
	for try := 1; ; try++ {
		hits, again, err := e.ask(ctx, body)
		switch {
		case err == nil:
			return hits[:min(k, len(hits))], nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case !again || try >= cmp.Or(e.Tries, 3):
			return nil, fmt.Errorf("search at %s, attempt %d: %w", e.URL, try, err)
		}
		select {
		case <-time.After(wait):
			wait *= 2
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// ask makes one attempt, and says whether another one may go better.
func (e *Endpoint) ask(ctx context.Context, body []byte) (hits []Hit, again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(e.Timeout, 10*time.Second))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(body))
	if err != nil {
		return nil, false, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := cmp.Or(e.Client, http.DefaultClient).Do(req)
	if err != nil {
		return nil, true, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, answerMax+1))
	switch {
	case err != nil:
		return nil, true, err
	case len(text) > answerMax:
		return nil, false, fmt.Errorf("the answer is longer than %d bytes", answerMax)
	case res.StatusCode != http.StatusOK:
		again = res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests
		return nil, again, fmt.Errorf("%s: %.200s", res.Status, text)
	}
	hits, err = answer(text)
	return hits, false, err
}

// answer reads a server's answer to one query, with scores or without.
func answer(text []byte) ([]Hit, error) {
	type document struct {
		ID       json.RawMessage `json:"id"`
		Contents string          `json:"contents"`
	}
	var reply struct {
		Result [][]struct {
			document
			Document *document `json:"document"`
			Score    float64   `json:"score"`
		} `json:"result"`
	}
	if err := json.Unmarshal(text, &reply); err != nil {
		return nil, fmt.Errorf(`want {"result": [[{"document": {"id", "contents"}, "score"}, …]]}: %w`, err)
	}
	if len(reply.Result) != 1 {
		return nil, fmt.Errorf("one query was asked, and %d were answered", len(reply.Result))
	}
	var hits []Hit
	for i, r := range reply.Result[0] {
		doc := r.document
		if r.Document != nil {
			doc = *r.Document
		}
		id, err := identity(doc.ID)
		if err == nil && doc.Contents == "" {
			err = errors.New(`"contents" is missing`)
		}
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", i+1, err)
		}
		hits = append(hits, Hit{FromContents(id, doc.Contents), r.Score})
	}
	return hits, nil
}
