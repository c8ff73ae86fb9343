package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	chromelog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/turngym/turngym/gym"
)

//go:embed page.js
var pageScript string

// settleMax is how long a page may take to come up before it is a fault.
const settleMax = 20 * time.Second

// FindChrome is the path of a Chrome or Chromium on this machine: the preferred
// one where it is not "", else the first known name on the PATH.
func FindChrome(preferred string) (string, error) {
	names := []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "headless-shell",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"}
	if preferred != "" {
		names = []string{preferred}
	}
	for _, n := range names {
		if path, err := exec.LookPath(n); err == nil {
			return path, nil
		}
	}
	if preferred != "" {
		return "", fmt.Errorf("no browser at %s", preferred)
	}
	return "", errors.New("no Chrome or Chromium on the PATH")
}

// Chrome drives a real headless Chrome through chromedp. Each page has a
// browser context and a proxy of its own.
type Chrome struct {
	ctx    context.Context // of the browser's first tab, which stays empty
	cancel context.CancelFunc
	path   string
	pid    atomic.Int64
	dir    string
}

// NewChrome starts the browser at path with an empty profile.
func NewChrome(ctx context.Context, path string) (*Chrome, error) {
	dir, err := os.MkdirTemp("", "gym-chrome-")
	if err != nil {
		return nil, fmt.Errorf("make a browser profile: %w", err)
	}
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(dir),
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless, chromedp.DisableGPU, chromedp.NoSandbox,
	}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync",
		"disable-background-timer-throttling", "disable-backgrounding-occluded-windows", "disable-renderer-backgrounding",
		"disable-breakpad", "disable-default-apps", "disable-extensions", "disable-hang-monitor",
		"disable-ipc-flooding-protection", "disable-popup-blocking", "disable-prompt-on-repost", "disable-client-side-phishing-detection",
		"disable-back-forward-cache", "disable-dev-shm-usage", "mute-audio", "disable-domain-reliability", "no-pings"} {
		opts = append(opts, chromedp.Flag(flag, true))
	}
	opts = append(opts, chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("password-store", "basic"),
		chromedp.Flag("disable-features", "Translate,PaintHolding,BackForwardCache,OptimizationHints,MediaRouter,SpareRendererForSitePerProcess,AutofillServerCommunication"))
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.WithoutCancel(ctx), opts...)
	bctx, cancelBrowser := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}), chromedp.WithLogf(func(string, ...any) {}))
	c := &Chrome{ctx: bctx, path: path, dir: dir}
	c.cancel = func() { cancelBrowser(); cancelAlloc() }
	if err := chromedp.Do(bctx); err != nil {
		c.Close()
		return nil, gym.Faultf("start "+path, "%w", err)
	}
	if p := chromedp.FromContext(bctx).Browser.Process(); p != nil {
		c.pid.Store(int64(p.Pid))
	}
	return c, nil
}

// Name is "chrome".
func (c *Chrome) Name() string { return "chrome" }

// PID is the browser's process.
func (c *Chrome) PID() int { return int(c.pid.Load()) }

// Dead says whether the browser is gone.
func (c *Chrome) Dead() bool {
	select {
	case <-chromedp.FromContext(c.ctx).Browser.LostConnection:
		return true
	case <-c.ctx.Done():
		return true
	default:
		return false
	}
}

// Close ends the browser and removes its profile.
func (c *Chrome) Close() error {
	c.cancel()
	return os.RemoveAll(c.dir)
}

// Open makes a tab in a browser context of its own.
func (c *Chrome) Open(ctx context.Context, site Site) (Page, error) {
	proxy, err := newProxy(site)
	if err != nil {
		return nil, gym.Faultf("open a page", "%w", err)
	}
	tctx, cancel := chromedp.NewContext(c.ctx, chromedp.WithNewBrowserContext(func(p *target.CreateBrowserContextParams) {
		p.ProxyServer = "http://" + proxy.addr
		p.ProxyBypassList = "<-loopback>" // or Chrome goes past the proxy to this machine's own ports
	}))
	p := &chromePage{proxy: proxy, cancel: cancel, ready: make(chan string, 4)}
	if err := p.attach(ctx, tctx); err != nil {
		p.Close()
		return nil, gym.Faultf("open a page", "%w", err)
	}
	return p, nil
}

type chromePage struct {
	proxy   *proxy
	target  *chromedp.Target
	dead    <-chan struct{} // closed when the tab is gone
	cancel  context.CancelFunc
	ready   chan string // views of new documents, as page.js says them
	blank   bool        // the document at hand has no scripts and can be written over
	url     string      // of the document at hand
	past    trail
	stepped bool // the next document is one of the history
	closed  bool
}

var (
	_ Page          = (*chromePage)(nil)
	_ Scripter      = (*chromePage)(nil)
	_ Screenshotter = (*chromePage)(nil)
)

func (p *chromePage) attach(ctx, tctx context.Context) error {
	stop := context.AfterFunc(ctx, p.cancel)
	defer stop()
	if err := chromedp.Do(tctx); err != nil {
		return err
	}
	p.target, p.dead = chromedp.FromContext(tctx).Target, tctx.Done()
	err := chromedp.Listen(tctx, func(ev any) {
		if b, ok := ev.(*runtime.EventBindingCalled); ok && b.Name == "__gymReady" {
			select {
			case p.ready <- b.Payload:
			default: // nobody waits: a page that reloads itself for ever
			}
		}
	})
	if err != nil {
		return err
	}
	// chromedp watches the DOM, styles, network and log of every tab; each
	// would cost messages on every navigation, and nothing here reads them.
	yes := true
	return errors.Join(
		off(ctx, p.target, dom.Disable), off(ctx, p.target, css.Disable),
		off(ctx, p.target, network.Disable), off(ctx, p.target, chromelog.Disable),
		do(ctx, p.target, page.SetLifecycleEventsEnabled, page.SetLifecycleEventsEnabledParams{Enabled: false}),
		do(ctx, p.target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: yes}),
		do(ctx, p.target, runtime.AddBinding, runtime.AddBindingParams{Name: "__gymReady"}),
		do(ctx, p.target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: pageScript}),
	)
}

func do[P, R any](ctx context.Context, s cdp.Session, cmd cdp.Command[P, R], params P) error {
	_, err := cdp.Call(ctx, s, cmd, params)
	return err
}

func off[R any](ctx context.Context, s cdp.Session, cmd cdp.Command[cdp.Empty, R]) error {
	return do(ctx, s, cmd, cdp.Empty{})
}

func (p *chromePage) Goto(ctx context.Context, address string) (View, error) {
	p.drain()
	p.past = trail{}
	address = absolute(address)
	if p.proxy.takeDirty() {
		p.blank = false
		for _, origin := range p.proxy.origins() {
			err := do(ctx, p.target, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{Origin: origin, StorageTypes: "all"})
			if err != nil {
				return View{}, p.fault(ctx, "clear storage", err)
			}
		}
	}
	if !p.blank {
		return p.navigate(ctx, address)
	}
	return p.bring(ctx, request{http.MethodGet, address, ""}, true)
}

// navigate opens an address as a browser does.
func (p *chromePage) navigate(ctx context.Context, address string) (View, error) {
	res, err := cdp.Call(ctx, p.target, page.Navigate, page.NavigateParams{URL: address})
	if err != nil {
		return View{}, p.fault(ctx, "open "+address, err)
	}
	if res.ErrorText != "" && res.ErrorText != "net::ERR_ABORTED" { // aborted: answered with 204
		return View{}, gym.Faultf("open "+address, "%s", res.ErrorText)
	}
	return p.arrive(ctx, "open "+address)
}

// bring asks the site in the browser's place and writes the answer into the
// document at hand; an answer with scripts or cookies is navigated to.
func (p *chromePage) bring(ctx context.Context, q request, start bool) (View, error) {
	r, err := p.proxy.ask(ctx, q)
	if err != nil {
		return View{}, err
	}
	if r.blocked || r.status == http.StatusNoContent {
		return p.See(ctx)
	}
	if !plain(r) || !sameOrigin(r.url, p.url) {
		p.proxy.again(&r)
		return p.navigate(ctx, r.url)
	}
	path, _ := json.Marshal(r.url)
	body, _ := json.Marshal(r.body)
	out, err := p.Eval(ctx, fmt.Sprintf("JSON.stringify(__gym.write(%s,%s,%t))", path, body, start))
	if err != nil {
		return View{}, err
	}
	return p.read([]byte(out))
}

// sameOrigin says whether two addresses have the same host; a document can be
// written over only by one of its own origin.
func sameOrigin(a, b string) bool {
	ua, err := url.Parse(a)
	ub, err2 := url.Parse(b)
	return err == nil && err2 == nil && ua.Host == ub.Host
}

// read decodes a view that is now the page's.
func (p *chromePage) read(text []byte) (View, error) {
	v, err := readView(text)
	if err == nil {
		p.url, v.Blocked = v.URL, v.Blocked+p.proxy.blocked()
		if !p.stepped {
			p.past.add(v.URL)
		}
		p.stepped = false
		v.Back, v.Forward = p.past.at > 0, p.past.at+1 < len(p.past.urls)
	}
	return v, err
}

// plain says whether an answer is HTML that nothing but the parser reads.
func plain(r reply) bool {
	body := strings.ToLower(r.body)
	return strings.HasPrefix(r.header.Get("Content-Type"), "text/html") && len(r.header["Set-Cookie"]) == 0 &&
		!strings.Contains(body, "<script") && !strings.Contains(body, "http-equiv")
}

// drain forgets what documents that are gone had said.
func (p *chromePage) drain() {
	for {
		select {
		case <-p.ready:
		case <-p.proxy.stay:
		default:
			return
		}
	}
}

// arrive waits for the next document, or for the site's word that none comes.
func (p *chromePage) arrive(ctx context.Context, op string) (View, error) {
	late := time.NewTimer(settleMax)
	defer late.Stop()
	select {
	case text := <-p.ready:
		v, err := p.read([]byte(text))
		if !v.plain {
			p.proxy.soil()
		}
		p.blank = v.plain && !p.proxy.isDirty()
		return v, err
	case <-p.proxy.stay:
		return p.See(ctx)
	case <-ctx.Done():
		return View{}, ctx.Err()
	case <-p.dead:
		return View{}, gym.Faultf(op, "the browser is gone")
	case <-late.C:
		return View{}, gym.Faultf(op, "no document came up within %v", settleMax)
	}
}

// open shows another address in the same episode.
func (p *chromePage) open(ctx context.Context, address string) (View, error) {
	if p.blank || !p.proxy.serves(address) { // the second: to be told so without a try
		return p.bring(ctx, request{http.MethodGet, address, ""}, false)
	}
	return p.navigate(ctx, address)
}

func (p *chromePage) Do(ctx context.Context, a gym.Action) (View, error) {
	switch a.Verb {
	case "goto":
		p.drain()
		return p.open(ctx, a.Args[0].Text)
	case "go_back", "go_forward":
		to, ok := p.past.step(a.Verb == "go_forward")
		if !ok {
			return View{}, noPage(a.Verb)
		}
		p.drain()
		p.stepped = true
		return p.open(ctx, to)
	}
	id, err := strconv.Atoi(a.Args[0].Text)
	if err != nil {
		return View{}, gym.Mistakef("there is no element %s", a.Args[0].Text)
	}
	text := ""
	if len(a.Args) > 1 {
		text = a.Args[1].Text
	}
	quoted, _ := json.Marshal(text)
	p.drain()
	out, err := p.Eval(ctx, fmt.Sprintf("JSON.stringify(__gym.act(%q,%d,%s,%t))", a.Verb, id, quoted, p.blank))
	if err != nil {
		return View{}, err
	}
	var next struct {
		Pending, Gone bool
		Request       []string
	}
	if strings.HasPrefix(out, `{"url"`) {
		return p.read([]byte(out))
	}
	if err := json.Unmarshal([]byte(out), &next); err != nil {
		return View{}, gym.Faultf(a.String(), "%w", err)
	}
	switch {
	case next.Pending:
		return p.arrive(ctx, a.String())
	case len(next.Request) == 3:
		return p.bring(ctx, request{next.Request[0], next.Request[1], next.Request[2]}, false)
	}
	return View{}, gym.Mistakef("element %d is no longer there", id)
}

func (p *chromePage) See(ctx context.Context) (View, error) {
	out, err := p.Eval(ctx, "JSON.stringify(__gym.view())")
	if err != nil {
		return View{}, err
	}
	return p.read([]byte(out))
}

func (p *chromePage) Eval(ctx context.Context, expression string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, settleMax, errSlow)
	defer cancel()
	yes := true
	res, err := cdp.Call(ctx, p.target, runtime.Evaluate, runtime.EvaluateParams{Expression: expression, ReturnByValue: &yes, AwaitPromise: &yes})
	if err != nil {
		return "", p.fault(ctx, "evaluate in the page", err)
	}
	if res.ExceptionDetails != nil {
		return "", gym.Faultf("evaluate in the page", "%s", exception(res.ExceptionDetails))
	}
	var s string
	if err := json.Unmarshal([]byte(res.Result.Value), &s); err != nil {
		return "", gym.Faultf("evaluate in the page", "not a string: %s", res.Result.Value)
	}
	return s, nil
}

var errSlow = errors.New("the page does not answer")

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}

func (p *chromePage) Screenshot(ctx context.Context) ([]byte, error) {
	res, err := cdp.Call(ctx, p.target, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	if err != nil {
		return nil, p.fault(ctx, "take a screenshot", err)
	}
	return []byte(res.Data), nil
}

// fault tells the caller's own end from the browser's.
func (p *chromePage) fault(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil && !errors.Is(context.Cause(ctx), errSlow) {
		return ctx.Err()
	}
	if errors.Is(context.Cause(ctx), errSlow) {
		err = errSlow
	}
	return &gym.Fault{Op: op, Err: err}
}

func (p *chromePage) Close() error {
	if p.closed {
		return nil
	}
	p.closed = true
	p.cancel()
	p.proxy.close()
	return nil
}

// readView decodes what page.js's view makes.
func readView(text []byte) (View, error) {
	var raw struct {
		URL, Title string
		Plain      bool
		Blocked    int
		Extra      []float64
		Elements   [][6]json.RawMessage
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return View{}, gym.Faultf("read the page", "%w", err)
	}
	v := View{URL: raw.URL, Title: raw.Title, Blocked: raw.Blocked, plain: raw.Plain, Extra: raw.Extra, Elements: make([]gym.Element, len(raw.Elements))}
	for i, e := range raw.Elements {
		x := &v.Elements[i]
		for j, dst := range []any{&x.ID, &x.Role, &x.Name, &x.Value, &x.State, &x.Options} {
			if len(e[j]) == 0 {
				break // text has neither value nor state
			}
			if err := json.Unmarshal(e[j], dst); err != nil {
				return View{}, gym.Faultf("read the page", "%w", err)
			}
		}
	}
	return v, nil
}
