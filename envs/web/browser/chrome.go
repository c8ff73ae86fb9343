package browser

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

//go:embed clock.js
var clockScript string

//go:embed store.js
var storeScript string

//go:embed page.js
var pageScript string

// closeMax is how long the end of a page may take.
const closeMax = 5 * time.Second

// Libraries are the names of those that can drive Chrome; the first, measured
// best, is the default.
var Libraries = []string{"rod", "chromedp"}

// Inputs say how a page is acted on: by trusted events, as a person's hands make
// them, by a script's events, which are faster, or by the first where the
// document has scripts that could tell.
var Inputs = []string{"auto", "trusted", "script"}

// Options say how Chrome is driven. The zero value is the default.
type Options struct {
	Library  string        // of Libraries; "" is the first
	Path     string        // of the program; "" finds one
	Browser  string        // the web socket's address of one that runs already, instead
	Input    string        // of Inputs; "" is auto
	Boxes    bool          // views say where elements are
	Patience time.Duration // how long a page may take to answer or to come up before it is a fault; 0 is 20 s
	Bids     bool          // elements' ids are BrowserGym's; for pages that are seen by Snapshot
}

// Chrome drives a real headless Chrome. Each page has a browser context and a
// proxy of its own. Where the program can, pages that need not be drawn live in
// a process that draws nothing, beside the one for those that must be; each is
// started when it is wanted.
type Chrome struct {
	options Options
	path    string // of the program; "" where the browser is another's

	mu      sync.Mutex
	running [2]*running // for what is drawn, and for what is not
}

// running is a browser and the connection to it.
type running struct {
	wire    wire
	process *process // nil where the browser is another's
}

// NewChrome starts a browser with an empty profile, or connects to one.
func NewChrome(ctx context.Context, o Options) (*Chrome, error) {
	if o.Library == "" {
		o.Library = Libraries[0]
	}
	if !slices.Contains(Libraries, o.Library) {
		return nil, catalog.Unknown("library", o.Library, Libraries)
	}
	if o.Patience == 0 {
		o.Patience = 20 * time.Second
	}
	c := &Chrome{options: o}
	if o.Browser == "" {
		var err error
		if c.path, err = FindChrome(o.Path); err != nil {
			return nil, err
		}
	}
	_, err := c.browser(c.unseen())
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		c.Close()
		return nil, gym.Faultf("start Chrome", "%w", err)
	}
	return c, nil
}

// unseen is how tabs are made that need not be drawn.
func (c *Chrome) unseen() sight {
	switch {
	case c.options.Input == "trusted" || c.options.Library != "rod":
		return painted
	case isShell(c.path):
		return unpainted
	}
	return hidden
}

// browser is the one for tabs of a kind, started where it is not yet.
func (c *Chrome) browser(how sight) (*running, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, more := &c.running[0], []string(nil)
	if how == unpainted {
		at, more = &c.running[1], []string{"--enable-begin-frame-control"}
	}
	if *at != nil {
		return *at, nil
	}
	r := &running{}
	var err error
	if c.options.Browser == "" {
		if r.process, err = launch(c.path, more...); err != nil {
			return nil, err
		}
	}
	connect := map[string]func(*process, string) (wire, error){"chromedp": newChromedp, "rod": newRod}[c.options.Library]
	if r.wire, err = connect(r.process, c.options.Browser); err != nil {
		return nil, errors.Join(err, r.close())
	}
	*at = r
	return r, nil
}

// dead says whether the browser is gone: its children may hold the pipe open for
// a while when it is killed.
func (r *running) dead() bool {
	ended := make(<-chan struct{})
	if r.process != nil {
		ended = r.process.gone
	}
	select {
	case <-r.wire.lost():
		return true
	case <-ended:
		return true
	default:
		return false
	}
}

func (r *running) close() error {
	var errs []error
	if r.wire != nil {
		errs = append(errs, r.wire.close())
	}
	if r.process != nil {
		errs = append(errs, r.process.end())
	}
	return errors.Join(errs...)
}

// Name is the library's.
func (c *Chrome) Name() string { return c.options.Library }

// all are the browsers that run.
func (c *Chrome) all() []*running {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.running[:]), func(r *running) bool { return r == nil })
}

// PIDs are the browsers' processes; none where the browser is another's.
func (c *Chrome) PIDs() []int {
	var out []int
	for _, r := range c.all() {
		if r.process != nil {
			out = append(out, r.process.cmd.Process.Pid)
		}
	}
	return out
}

// Dead says whether a browser is gone.
func (c *Chrome) Dead() bool {
	return slices.ContainsFunc(c.all(), (*running).dead)
}

// Close ends the browser and removes its profile, or lets go of another's.
func (c *Chrome) Close() error {
	var errs []error
	for _, r := range c.all() {
		errs = append(errs, r.close())
	}
	return errors.Join(errs...)
}

// Open makes a page in a browser context of its own.
func (c *Chrome) Open(ctx context.Context, site Site) (Page, error) {
	proxy, err := newProxy(site)
	if err != nil {
		return nil, gym.Faultf("open a page", "%w", err)
	}
	p := &chromePage{proxy: proxy, chrome: c, first: map[*running]*chromeTab{}}
	return p, nil
}

// chromeTab is one tab of a page and what is known of its document.
type chromeTab struct {
	tab
	in      *running // where it is
	how     sight
	ready   chan string   // views of new documents, as page.js says them
	dialogs chan dialog   // that have opened
	dialog  *dialog       // the open one
	answer  chan answered // of the call that a dialog holds up
	view    View          // the last
	seq     int           // its number, as page.js counts
	blank   bool          // the document has no scripts and can be written over
	cleaned bool          // a snapshot of the document has taken its notes away
	past    trail
	stepped bool // the next document is one of the history
}

// newTab opens a tab. One that is not drawn takes much less work, and has no
// input events.
func (p *chromePage) newTab(ctx context.Context, how sight) (*chromeTab, error) {
	in, err := p.chrome.browser(how)
	if err != nil {
		return nil, err
	}
	var beside tab
	if first := p.first[in]; first != nil {
		beside = first.tab
	}
	wire, err := in.wire.open(ctx, p.proxy.addr, beside, how)
	if err != nil {
		return nil, p.fault(ctx, "open a page", err)
	}
	t := &chromeTab{tab: wire, in: in, how: how, ready: make(chan string, 4), dialogs: make(chan dialog, 4), view: View{URL: "about:blank"}}
	if beside == nil {
		p.first[in] = t
	}
	t.events(func(method string, params []byte) { t.hear(p.proxy, method, params) }, "Runtime.bindingCalled", "Page.javascriptDialogOpening")
	source := clockScript + storeScript + pageScript
	if o := p.chrome.options; o.Boxes || o.Bids {
		source += fmt.Sprintf("\nif (window === window.top) window.__gym.show(%t,%t);", o.Boxes, o.Bids)
	}
	for _, c := range []struct {
		method string
		params args
	}{
		{"Emulation.setFocusEmulationEnabled", args{"enabled": true}},
		{"Runtime.addBinding", args{"name": "__gymReady"}},
		{"Runtime.addBinding", args{"name": "__gymKept"}},
		{"Page.addScriptToEvaluateOnNewDocument", args{"source": source}},
		{"Emulation.setDeviceMetricsOverride", args{"width": Width, "height": Height, "deviceScaleFactor": 1, "mobile": false}},
	} {
		if err := t.call(ctx, c.method, c.params, nil); err != nil {
			return nil, p.fault(ctx, "open a page", fmt.Errorf("%s: %w", c.method, err))
		}
	}
	return t, nil
}

// The size of a page's window, in pixels.
const (
	Width  = 1280
	Height = 720
)

// plain says whether an answer is HTML that nothing but the parser reads.
func plain(r reply) bool {
	body := strings.ToLower(r.body)
	return strings.HasPrefix(r.header.Get("Content-Type"), "text/html") && len(r.header["Set-Cookie"]) == 0 &&
		!strings.Contains(body, "<script") && !strings.Contains(body, "http-equiv") && !strings.Contains(body, "<iframe")
}
