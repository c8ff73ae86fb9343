package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"slices"
	"sync"

	"github.com/go-rod/rod/lib/cdp"
)

// rodWire is a connection by rod's protocol client.
type rodWire struct {
	client *cdp.Client
	pipe   *pipe           // nil where the browser is another's
	ctx    context.Context // of the connection
	end    context.CancelFunc

	mu   sync.Mutex
	tabs map[string]*rodTab // by session
	// kept are the browser contexts that have had a hidden target. Chrome 156 dies
	// now and then when such a context is disposed of (a renderer still refers to
	// it), so it stays, without tabs, until the browser ends.
	kept map[string]bool
}

// pipe is a browser's pipe as rod wants to have it: messages end with a zero.
type pipe struct {
	p    *process
	r    *bufio.Reader
	mu   sync.Mutex
	next map[string]chan struct{} // by session: to be closed when its next command is sent
	lost func()                   // is called when nothing can be sent any more
}

func (p *pipe) Send(message []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err := p.p.out.Write(append(message, 0))
	if err != nil {
		p.lost()
	}
	if len(p.next) > 0 {
		var of struct{ SessionID string }
		json.Unmarshal(message, &of)
		if sent, ok := p.next[of.SessionID]; ok {
			close(sent)
			delete(p.next, of.SessionID)
		}
	}
	return err
}

// sent is closed when a session's next command has been sent.
func (p *pipe) sent(session string) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := make(chan struct{})
	p.next[session] = c
	return c
}

func (p *pipe) Read() ([]byte, error) {
	message, err := p.r.ReadBytes(0)
	if err != nil {
		return nil, io.EOF
	}
	return message[:len(message)-1], nil
}

// newRod connects to a process, or to the browser at a web socket's address
// where there is none.
func newRod(p *process, address string) (wire, error) {
	w := &rodWire{client: cdp.New(), tabs: map[string]*rodTab{}, kept: map[string]bool{}}
	w.ctx, w.end = context.WithCancel(context.Background())
	if p != nil {
		w.pipe = &pipe{p: p, r: bufio.NewReaderSize(p.in, 1<<16), next: map[string]chan struct{}{}, lost: w.end}
		w.client.Start(w.pipe)
	} else {
		ws := &cdp.WebSocket{}
		if err := ws.Connect(w.ctx, address, nil); err != nil {
			w.end()
			return nil, err
		}
		w.client.Start(ws)
	}
	go w.listen()
	return w, nil
}

// listen hands events to their tabs until the connection ends.
func (w *rodWire) listen() {
	defer w.end()
	for e := range w.client.Event() {
		session := e.SessionID
		var detached struct{ SessionID string }
		if e.Method == "Target.detachedFromTarget" && json.Unmarshal(e.Params, &detached) == nil {
			session = detached.SessionID
		}
		w.mu.Lock()
		t := w.tabs[session]
		w.mu.Unlock()
		if t != nil {
			t.hear(e)
		}
	}
}

func (w *rodWire) name() string          { return "rod" }
func (w *rodWire) lost() <-chan struct{} { return w.ctx.Done() }
func (w *rodWire) close() error          { w.end(); return nil }

// ask calls a command of the browser or of a session.
func (w *rodWire) ask(ctx context.Context, session, method string, params, result any) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(w.ctx, func() { cancel(errGone) })() // or a call would wait for ever
	out, err := w.client.Call(ctx, session, method, params)
	switch {
	case err != nil && ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil || result == nil:
		return err
	}
	return json.Unmarshal(out, result)
}

func (w *rodWire) open(ctx context.Context, proxy string, beside tab, how sight) (tab, error) {
	t := &rodTab{wire: w, ended: make(chan struct{})}
	if beside != nil {
		t.context = beside.(*rodTab).context
	} else {
		var made struct{ BrowserContextID string }
		err := w.ask(ctx, "", "Target.createBrowserContext", args{"proxyServer": "http://" + proxy, "proxyBypassList": "<-loopback>", "disposeOnDetach": true}, &made)
		if err != nil {
			return nil, err
		}
		t.context, t.owner = made.BrowserContextID, true
	}
	var made struct{ TargetID string }
	if err := w.ask(ctx, "", "Target.createTarget", args{"url": "about:blank", "browserContextId": t.context,
		"hidden": how == hidden, "enableBeginFrameControl": how == unpainted}, &made); err != nil {
		return nil, err
	}
	t.target = made.TargetID
	var attached struct{ SessionID string }
	if err := w.ask(ctx, "", "Target.attachToTarget", args{"targetId": t.target, "flatten": true}, &attached); err != nil {
		return nil, err
	}
	t.session = attached.SessionID
	w.mu.Lock()
	w.tabs[t.session] = t
	w.kept[t.context] = w.kept[t.context] || how == hidden
	w.mu.Unlock()
	for _, domain := range []string{"Page.enable", "Runtime.enable", "Inspector.enable"} {
		if err := w.ask(ctx, t.session, domain, nil, nil); err != nil {
			t.close()
			return nil, err
		}
	}
	return t, nil
}

type rodTab struct {
	wire                     *rodWire
	context, target, session string
	owner                    bool // of the context
	once                     sync.Once
	ended                    chan struct{}

	mu      sync.Mutex
	f       func(string, []byte)
	methods []string
}

func (t *rodTab) call(ctx context.Context, method string, params, result any) error {
	return t.wire.ask(ctx, t.session, method, params, result)
}

func (t *rodTab) start(ctx context.Context, method string, params any) (wait func() error) {
	done := make(chan error, 1)
	if t.wire.pipe == nil {
		done <- t.call(ctx, method, params, nil)
		return func() error { return <-done }
	}
	sent := t.wire.pipe.sent(t.session)
	go func() { done <- t.call(ctx, method, params, nil) }()
	select {
	case <-sent:
	case err := <-done:
		done <- err
	}
	return func() error { return <-done }
}

func (t *rodTab) events(f func(string, []byte), methods ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.f, t.methods = f, methods
}

func (t *rodTab) hear(e *cdp.Event) {
	if e.Method == "Target.detachedFromTarget" {
		t.once.Do(func() { close(t.ended) })
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if slices.Contains(t.methods, e.Method) {
		t.f(e.Method, e.Params)
	}
}

func (t *rodTab) gone() <-chan struct{} { return t.ended }

func (t *rodTab) close() {
	ctx, cancel := context.WithTimeout(context.Background(), closeMax)
	defer cancel()
	t.wire.mu.Lock()
	kept := t.wire.kept[t.context]
	t.wire.mu.Unlock()
	t.wire.ask(ctx, "", "Target.closeTarget", args{"targetId": t.target}, nil)
	if t.owner && !kept {
		t.wire.ask(ctx, "", "Target.disposeBrowserContext", args{"browserContextId": t.context}, nil)
	}
	t.wire.mu.Lock()
	delete(t.wire.tabs, t.session)
	t.wire.mu.Unlock()
	t.once.Do(func() { close(t.ended) })
}
