package llmtest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
)

// Serve starts a server; its address ends in /v1. stop ends it with all its
// connections.
func (e *Endpoint) Serve() (url string, stop func()) {
	s := httptest.NewServer(e)
	return s.URL + "/v1", func() {
		s.CloseClientConnections()
		s.Close()
	}
}

// Pipe starts a server that is reached by the transport alone, over connections
// in memory: all of HTTP, and nothing that a test with a clock of its own
// (testing/synctest) could not wait for. stop ends it with all its connections.
func (e *Endpoint) Pipe() (t *http.Transport, stop func()) {
	l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	s := &http.Server{Handler: e}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Serve(l)
	}()
	t = &http.Transport{DialContext: l.dial}
	return t, func() {
		t.CloseIdleConnections()
		s.Close()
		<-ended
	}
}

// pipes is a listener for connections in memory.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipes) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "pipe"} }

// Direct is a transport that asks a handler in this process, without a
// connection: tests with a clock of their own (testing/synctest) need one.
func Direct(h http.Handler) http.RoundTripper { return direct{h} }

type direct struct{ h http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.h.ServeHTTP(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}
