package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/turngym/turngym/gym"
)

// chromePage is a page in Chrome: its tabs, of which one is shown.
type chromePage struct {
	chrome *Chrome
	proxy  *proxy
	first  map[*running]*chromeTab // the owners of the browser contexts, which end last
	unseen *chromeTab              // the first tab of episodes whose documents need not be drawn
	seen   *chromeTab              // the first tab of the others
	tabs   []*chromeTab            // that are open
	at     int                     // the one that is shown
	closed bool
}

var (
	_ Page          = (*chromePage)(nil)
	_ Scripter      = (*chromePage)(nil)
	_ Screenshotter = (*chromePage)(nil)
)

func (p *chromePage) now() *chromeTab { return p.tabs[p.at] }

// Goto starts over at an address.
func (p *chromePage) Goto(ctx context.Context, address string) (View, error) {
	if p.closed {
		return View{}, gym.ErrClosed
	}
	t, err := p.start(ctx)
	if err != nil {
		return View{}, err
	}
	if err := p.dismiss(ctx, t); err != nil {
		return View{}, err
	}
	t.drain(p.proxy)
	t.past, t.stepped = trail{}, false
	address = absolute(address)
	if p.proxy.takeDirty() {
		t.blank = false
		for _, origin := range p.proxy.origins() {
			if err := p.do(ctx, "Storage.clearDataForOrigin", args{"origin": origin, "storageTypes": "all"}); err != nil {
				return View{}, err
			}
		}
	}
	if !t.blank {
		return p.navigate(ctx, address)
	}
	return p.bring(ctx, request{http.MethodGet, address, ""}, true)
}

// kept says whether a tab is used by episode after episode.
func (p *chromePage) kept(t *chromeTab) bool { return t == p.unseen || t == p.seen }

// start closes an episode's tabs and is the first of the next one.
func (p *chromePage) start(ctx context.Context) (*chromeTab, error) {
	for _, t := range p.tabs {
		if !p.kept(t) {
			t.close()
		}
	}
	at, how := &p.seen, painted
	if !p.proxy.site.Drawn() {
		at, how = &p.unseen, p.chrome.unseen()
	}
	if *at == nil {
		ctx, cancel := context.WithTimeoutCause(ctx, p.chrome.options.Patience, errSlow)
		defer cancel()
		t, err := p.newTab(ctx, how)
		if err != nil {
			return nil, err
		}
		*at = t
	}
	p.tabs, p.at = []*chromeTab{*at}, 0
	return *at, nil
}

// do sends a command to the tab that is shown, within the time that a page has.
func (p *chromePage) do(ctx context.Context, method string, params args) error {
	ctx, cancel := context.WithTimeoutCause(ctx, p.chrome.options.Patience, errSlow)
	defer cancel()
	if err := p.now().call(ctx, method, params, nil); err != nil {
		return p.fault(ctx, method, err)
	}
	return nil
}

// navigate opens an address as a browser does.
func (p *chromePage) navigate(ctx context.Context, address string) (View, error) {
	cctx, cancel := context.WithTimeoutCause(ctx, p.chrome.options.Patience, errSlow)
	defer cancel()
	var res struct{ ErrorText string }
	if err := p.now().call(cctx, "Page.navigate", args{"url": address}, &res); err != nil {
		return View{}, p.fault(cctx, "open "+address, err)
	}
	if res.ErrorText != "" && res.ErrorText != "net::ERR_ABORTED" { // aborted: answered with 204
		return View{}, gym.Faultf("open "+address, "%s", res.ErrorText)
	}
	return p.arrive(ctx, "open "+address)
}

// bring asks the site in the browser's place and writes the answer into the
// document at hand; an answer with scripts or cookies, or of another site, is
// navigated to.
func (p *chromePage) bring(ctx context.Context, q request, start bool) (View, error) {
	r, err := p.proxy.ask(ctx, q)
	if err != nil {
		return View{}, err
	}
	if r.blocked || r.status == http.StatusNoContent {
		return p.See(ctx)
	}
	if !plain(r) || !sameSite(r.url, p.now().view.URL) {
		p.proxy.again(&r)
		return p.navigate(ctx, r.url)
	}
	path, _ := json.Marshal(r.url)
	body, _ := json.Marshal(r.body)
	return p.look(ctx, fmt.Sprintf("__gym.write(%s,%s,%t)", path, body, start))
}

// sameSite says whether two addresses have the same host; a document can be
// written over only by one of its own.
func sameSite(a, b string) bool {
	ua, err := url.Parse(a)
	ub, err2 := url.Parse(b)
	return err == nil && err2 == nil && ua.Host == ub.Host
}

// drain forgets what documents that are gone had said.
func (t *chromeTab) drain(proxy *proxy) {
	for {
		select {
		case <-t.ready:
		case <-proxy.stay:
		default:
			return
		}
	}
}

// arrive waits for the next document, for the site's word that none comes, or
// for a dialog.
func (p *chromePage) arrive(ctx context.Context, op string) (View, error) {
	t, late := p.now(), time.NewTimer(p.chrome.options.Patience)
	defer late.Stop()
	select {
	case text := <-t.ready:
		t.cleaned = false
		if what, wrong := strings.CutPrefix(text, "!"); wrong {
			return View{}, gym.Faultf("read the page", "%s", what)
		}
		v, err := p.read([]byte(text))
		t.blank = v.plain && !p.proxy.isDirty()
		return v, err
	case d := <-t.dialogs:
		t.dialog, t.answer = &d, nil
		return p.dialogView(), nil
	case <-p.proxy.stay:
		return p.See(ctx)
	case <-ctx.Done():
		return View{}, ctx.Err()
	case <-t.gone():
		return View{}, gym.Faultf(op, "%w", errGone)
	case <-t.in.wire.lost():
		return View{}, gym.Faultf(op, "%w", errGone)
	case <-late.C:
		p.interrupt()
		return View{}, gym.Faultf(op, "no document came up within %v", p.chrome.options.Patience)
	}
}

// open shows another address in the same episode.
func (p *chromePage) open(ctx context.Context, address string) (View, error) {
	p.now().drain(p.proxy)
	if p.now().blank || !p.proxy.serves(address) { // the second: to be told so without a try
		return p.bring(ctx, request{http.MethodGet, address, ""}, false)
	}
	return p.navigate(ctx, address)
}

// look evaluates an expression whose value is a view, or what is to be done
// to have one.
func (p *chromePage) look(ctx context.Context, expression string) (View, error) {
	out, err := p.Eval(ctx, expression)
	if errors.Is(err, errDialog) {
		return p.dialogView(), nil
	}
	if errors.Is(err, errLeft) {
		return p.arrive(ctx, "follow the page")
	}
	if err != nil {
		return View{}, err
	}
	return p.follow(ctx, out)
}

// follow reads what page.js says of an action.
func (p *chromePage) follow(ctx context.Context, out string) (View, error) {
	if strings.HasPrefix(out, `{"url"`) {
		return p.read([]byte(out))
	}
	var next struct {
		Pending         bool
		Request         []string
		Opened, Mistake string
	}
	if err := json.Unmarshal([]byte(out), &next); err != nil {
		return View{}, gym.Faultf("read the page", "%w", err)
	}
	switch {
	case next.Pending:
		return p.arrive(ctx, "follow the page")
	case len(next.Request) == 3:
		return p.bring(ctx, request{next.Request[0], next.Request[1], next.Request[2]}, false)
	case next.Opened != "":
		return p.openTab(ctx, next.Opened)
	}
	return View{}, &gym.Mistake{Text: next.Mistake}
}

// See is the view now.
func (p *chromePage) See(ctx context.Context) (View, error) {
	return p.look(ctx, fmt.Sprintf("__gym.view(%d)", p.now().seq))
}

// answered is what a call of Runtime.evaluate came to.
type answered struct {
	text string
	err  error
}

// errLeft is an evaluation's error when its document was left meanwhile: a fault
// for who cannot go on with the next document.
var (
	errLeft error = &gym.Fault{Op: "evaluate in the page", Err: errors.New("the document was left")}
	errSlow       = errors.New("the page does not answer")
)

// Eval runs an expression. Where a dialog opens meanwhile the error is
// errDialog, and the answer is waited for when it is closed.
func (p *chromePage) Eval(ctx context.Context, expression string) (string, error) {
	if len(p.tabs) == 0 {
		return "", gym.Faultf("evaluate in the page", "no document was opened yet")
	}
	t, answer := p.now(), make(chan answered, 1)
	if t.dialog != nil {
		return "", errDialog
	}
	ctx, cancel := context.WithTimeoutCause(ctx, p.chrome.options.Patience, errSlow)
	go func() {
		defer cancel()
		text, err := p.evaluate(ctx, t, expression)
		answer <- answered{text, err}
	}()
	return p.await(t, answer)
}

// await waits for an evaluation, or for a dialog that holds it up.
func (p *chromePage) await(t *chromeTab, answer chan answered) (string, error) {
	select {
	case got := <-answer:
		return got.text, got.err
	case d := <-t.dialogs:
		t.dialog, t.answer = &d, answer
		return "", errDialog
	}
}

func (p *chromePage) evaluate(ctx context.Context, t *chromeTab, expression string) (string, error) {
	var res struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	err := t.call(ctx, "Runtime.evaluate", args{"expression": expression, "returnByValue": true, "awaitPromise": true}, &res)
	if err != nil {
		if text := err.Error(); strings.Contains(text, "navigated or closed") || strings.Contains(text, "context was destroyed") || strings.Contains(text, "Promise was collected") {
			select {
			case <-t.gone():
			default:
				return "", errLeft
			}
		}
		return "", p.fault(ctx, "evaluate in the page", err)
	}
	if x := res.ExceptionDetails; x != nil {
		if x.Exception.Description != "" {
			x.Text = x.Exception.Description
		}
		return "", gym.Faultf("evaluate in the page", "%s", x.Text)
	}
	var s string
	if err := json.Unmarshal(res.Result.Value, &s); err != nil {
		return "", gym.Faultf("evaluate in the page", "not a string: %s", res.Result.Value)
	}
	return s, nil
}

// fault tells the caller's own end from the browser's. A page that does not
// answer is interrupted, so that it can be closed.
func (p *chromePage) fault(ctx context.Context, op string, err error) error {
	if errors.Is(context.Cause(ctx), errSlow) {
		p.interrupt()
		err = errSlow
	} else if ctx.Err() != nil {
		return ctx.Err()
	}
	return &gym.Fault{Op: op, Err: err}
}

// interrupt ends a script that runs for ever.
func (p *chromePage) interrupt() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, t := range p.tabs {
		t.call(ctx, "Runtime.terminateExecution", args{}, nil)
	}
}

// Close ends all tabs.
func (p *chromePage) Close() error {
	if p.closed {
		return nil
	}
	p.closed = true
	for _, t := range append(p.tabs, p.unseen, p.seen) {
		if t != nil && t != p.first[t.in] {
			t.close()
		}
	}
	for _, t := range p.first {
		t.close()
	}
	p.proxy.close()
	return nil
}

// read decodes a view that is now the page's.
func (p *chromePage) read(text []byte) (View, error) {
	t := p.now()
	v, err := t.decode(text)
	if err != nil {
		return v, err
	}
	v.Blocked += p.proxy.blocked()
	if !t.stepped {
		t.past.add(v.URL)
	}
	t.stepped = false
	v.Back, v.Forward = t.past.at > 0, t.past.at+1 < len(t.past.urls)
	t.view = v
	return p.withTabs(v), nil
}

// decode reads what page.js says of a view: the elements between the first
// Head and the last Tail, which are those of the view before.
func (t *chromeTab) decode(text []byte) (View, error) {
	var raw struct {
		URL, Title      string
		Plain           bool
		Blocked         int
		Extra           []float64
		Seq, Head, Tail int
		Elements        [][]json.RawMessage
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return View{}, gym.Faultf("read the page", "%w", err)
	}
	last := t.view.Elements
	if raw.Head+raw.Tail > len(last) || raw.Head+raw.Tail > 0 && raw.Seq != t.seq+1 {
		return View{}, gym.Faultf("read the page", "view %d does not follow on view %d", raw.Seq, t.seq)
	}
	v := View{URL: raw.URL, Title: raw.Title, Blocked: raw.Blocked, plain: raw.Plain, Extra: raw.Extra}
	v.Elements = make([]gym.Element, 0, raw.Head+len(raw.Elements)+raw.Tail)
	v.Elements = append(v.Elements, last[:raw.Head]...)
	for _, e := range raw.Elements {
		var x gym.Element
		for j, dst := range []any{&x.ID, &x.Role, &x.Name, &x.Value, &x.State, &x.Options, &x.Box} {
			if j >= len(e) { // text has neither value nor state
				break
			}
			if err := json.Unmarshal(e[j], dst); err != nil {
				return View{}, gym.Faultf("read the page", "%w", err)
			}
		}
		v.Elements = append(v.Elements, x)
	}
	v.Elements = append(v.Elements, last[len(last)-raw.Tail:]...)
	t.seq = raw.Seq
	return v, nil
}
