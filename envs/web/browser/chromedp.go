package browser

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	chromelog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"
)

// chromedpWire is a connection by chromedp.
type chromedpWire struct {
	ctx    context.Context // of the browser's first tab, which stays empty
	cancel context.CancelFunc
}

// piped is a browser that was started here, as chromedp wants to have it.
type piped struct{ p *process }

func (a piped) Allocate(ctx context.Context, opts ...chromedp.BrowserOption) (*chromedp.Browser, error) {
	return chromedp.NewBrowserTransport(context.WithoutCancel(ctx), chromedp.NewPipeConn(a.p.in, a.p.out), opts...)
}

func (a piped) Wait()          {}
func (a piped) Attaches() bool { return true } // the process is ours to end

// newChromedp connects to a process, or to the browser at a web socket's
// address where there is none.
func newChromedp(p *process, address string) (wire, error) {
	var alloc context.Context
	var cancelAlloc context.CancelFunc
	if p != nil {
		alloc, cancelAlloc = chromedp.NewAllocatorContext(context.Background(), piped{p})
	} else {
		alloc, cancelAlloc = remote.NewAllocator(context.Background(), address)
	}
	quiet := func(string, ...any) {}
	ctx, cancel := chromedp.NewContext(alloc, chromedp.WithErrorf(quiet), chromedp.WithLogf(quiet))
	w := &chromedpWire{ctx: ctx, cancel: func() { cancel(); cancelAlloc() }}
	if err := chromedp.Do(ctx); err != nil {
		w.cancel()
		return nil, err
	}
	return w, nil
}

func (w *chromedpWire) name() string { return "chromedp" }
func (w *chromedpWire) lost() <-chan struct{} {
	return chromedp.FromContext(w.ctx).Browser.LostConnection
}
func (w *chromedpWire) close() error { w.cancel(); return nil }

func (w *chromedpWire) open(ctx context.Context, proxy string, beside tab, _ sight) (tab, error) {
	parent, opts := w.ctx, []chromedp.ContextOption(nil)
	if beside != nil {
		parent = beside.(*chromedpTab).ctx
	} else {
		opts = append(opts, chromedp.WithNewBrowserContext(func(p *target.CreateBrowserContextParams) {
			p.ProxyServer = "http://" + proxy
			p.ProxyBypassList = "<-loopback>" // or Chrome goes past the proxy to this machine's own ports
		}))
	}
	t := &chromedpTab{}
	t.ctx, t.cancel = chromedp.NewContext(parent, opts...)
	stop := context.AfterFunc(ctx, t.cancel)
	defer stop()
	if err := chromedp.Do(t.ctx); err != nil {
		t.cancel()
		return nil, err
	}
	t.target = chromedp.FromContext(t.ctx).Target
	// chromedp watches the DOM, styles, network and log of every tab; each would
	// cost messages on every navigation, and nothing here reads them.
	for _, domain := range []string{dom.CommandDisable, css.CommandDisable, network.CommandDisable, chromelog.CommandDisable} {
		if err := t.target.Call(ctx, domain, cdp.Empty{}, nil); err != nil {
			t.cancel()
			return nil, err
		}
	}
	return t, nil
}

type chromedpTab struct {
	ctx    context.Context
	cancel context.CancelFunc
	target *chromedp.Target
	wait   sync.WaitGroup // for the readers of events
}

func (t *chromedpTab) call(ctx context.Context, method string, params, result any) error {
	var raw json.RawMessage // decoded here: chromedp's decoder minds the case of names
	if err := t.target.Call(ctx, method, params, &raw); err != nil || result == nil {
		return err
	}
	return json.Unmarshal(raw, result)
}

func (t *chromedpTab) start(ctx context.Context, method string, params any) (wait func() error) {
	err := t.call(ctx, method, params, nil)
	return func() error { return err }
}

func (t *chromedpTab) gone() <-chan struct{} { return t.ctx.Done() }

func (t *chromedpTab) events(f func(string, []byte), methods ...string) {
	var mu sync.Mutex
	for _, m := range methods {
		events, stop := t.target.Subscribe(m)
		t.wait.Go(func() {
			defer stop()
			for {
				select {
				case e, ok := <-events:
					if !ok {
						return
					}
					mu.Lock()
					f(m, e)
					mu.Unlock()
				case <-t.ctx.Done():
					return
				}
			}
		})
	}
}

func (t *chromedpTab) close() {
	t.cancel()
	t.wait.Wait()
}
