package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"
)

// What is read of a reply at most, and what is kept of one that cannot be read.
const (
	bodyMax = 8 << 20
	headMax = 2000
	callMax = 32 // tool calls of one reply
)

// connect makes the client. A service that is made without its client reads no
// variables of the process, and a redirect is not followed, so that the key goes
// nowhere but to BaseURL.
func (a *Agent) connect() {
	if a.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.Proxy, t.MaxIdleConnsPerHost, t.MaxIdleConns = nil, a.Limits.Calls, 0
		a.Transport = t
	}
	opts := []option.RequestOption{
		option.WithBaseURL(strings.TrimSuffix(a.BaseURL, "/") + "/"), option.WithMaxRetries(0),
		option.WithHTTPClient(&http.Client{Transport: a.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}),
	}
	if a.Key == "" {
		opts = append(opts, option.WithHeaderDel("Authorization"))
	} else {
		opts = append(opts, option.WithAPIKey(a.Key))
	}
	a.chat = openai.NewChatCompletionService(opts...)
}

// Close lets go of connections that are idle. Nobody may be playing.
func (a *Agent) Close() error {
	if c, ok := a.Transport.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
	return nil
}

// problem is why a try came to nothing.
type problem struct {
	text   string
	status int           // 0: nothing was answered
	after  time.Duration // what the endpoint asks to wait
}

func (p *problem) Error() string { return p.text }

// again says whether another try may help.
func (p *problem) again() bool {
	switch p.status {
	case 0, http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return p.status >= 500
}

// tooLong says whether the conversation has outgrown the model. Endpoints agree
// on the status and hardly on the words.
func (p *problem) tooLong() bool {
	t := strings.ToLower(p.text)
	return p.status == http.StatusBadRequest && (strings.Contains(t, "context length") || strings.Contains(t, "context_length") || strings.Contains(t, "context window") || strings.Contains(t, "context size"))
}

// try sends a question once. What the endpoint answered that is no reply is in
// the reply's garbage; the error is a [*problem], or the context's.
func (a *Agent) try(ctx context.Context, q *question, id string) (r reply, err error) {
	whole := ctx
	ctx, cancel := context.WithTimeout(ctx, a.Retry.Timeout)
	defer cancel()
	var body *tap
	opts := []option.RequestOption{
		// The same for all tries of a call. As an Idempotency-Key it would have net/http
		// send a request again by itself, uncounted.
		option.WithHeader("X-Client-Request-Id", id),
		option.WithMiddleware(func(req *http.Request, next option.MiddlewareNext) (*http.Response, error) {
			res, err := next(req)
			if err != nil {
				return nil, err
			}
			if res.StatusCode >= 300 {
				defer res.Body.Close()
				return nil, a.refusal(res)
			}
			body = &tap{ReadCloser: res.Body, left: bodyMax}
			res.Body = body
			return res, nil
		}),
	}
	if a.LogProbs {
		opts = append(opts, option.WithJSONSet("return_token_ids", true))
	}
	if a.Stream {
		r, err = a.stream(ctx, a.params(q), opts)
	} else {
		r, err = a.single(ctx, a.params(q), opts)
	}
	var p *problem
	var said *ssestream.StreamError
	switch {
	case err == nil: // it is paid for, though the time may be over now
	case whole.Err() != nil:
		return r, whole.Err()
	case errors.As(err, &p):
		return r, p
	case ctx.Err() != nil:
		return r, &problem{text: fmt.Sprintf("no answer within %v", a.Retry.Timeout)}
	case body == nil:
		var of *url.Error // it repeats the address
		if errors.As(err, &of) {
			err = of.Err
		}
		return r, &problem{text: a.scrub(err.Error())}
	case body.err != nil:
		return r, &problem{text: "the answer broke off: " + a.scrub(body.err.Error())}
	case errors.As(err, &said):
		return r, &problem{text: a.scrub(clip(said.Message, 300))}
	default:
		r = reply{garbage: "it is no chat completion", text: string(body.head)}
	}
	r.text = a.scrub(strings.ToValidUTF8(r.text, "\uFFFD"))
	for i := range r.calls {
		c := &r.calls[i]
		c.id, c.name, c.args = a.scrub(c.id), a.scrub(c.name), a.scrub(c.args)
	}
	return r, nil
}

// tap is a body that remembers how it began, whether reading it failed, and
// ends when it is too long.
type tap struct {
	io.ReadCloser
	left int
	head []byte
	err  error
}

func (t *tap) Read(p []byte) (int, error) {
	if t.left == 0 {
		return 0, io.EOF
	}
	n, err := t.ReadCloser.Read(p[:min(len(p), t.left)])
	t.left -= n
	t.head = append(t.head, p[:min(n, headMax-len(t.head))]...)
	if err != nil && err != io.EOF {
		t.err = err
	}
	return n, err
}

// refusal is what a status that is no success means.
func (a *Agent) refusal(res *http.Response) *problem {
	text, _ := io.ReadAll(io.LimitReader(res.Body, headMax))
	var said struct {
		Error   struct{ Message, Code string }
		Message string
	}
	why := ""
	if json.Unmarshal(text, &said) == nil {
		why = strings.TrimSpace(said.Error.Message + said.Message)
	}
	p := &problem{status: res.StatusCode, text: fmt.Sprintf("%d %s", res.StatusCode, http.StatusText(res.StatusCode)), after: retryAfter(res.Header, time.Now())}
	if why != "" {
		p.text += ": " + a.scrub(clip(strings.Join(strings.Fields(why), " "), 300))
	}
	if said.Error.Code == "context_length_exceeded" {
		p.text += " (context length)"
	}
	return p
}

// retryAfter is how long the endpoint asks to wait: seconds or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if s, err := strconv.ParseFloat(v, 64); err == nil && s > 0 && s < 1e6 {
		return time.Duration(s * float64(time.Second))
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(0, t.Sub(now))
	}
	return 0
}
