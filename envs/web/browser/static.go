package browser

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"github.com/turngym/turngym/gym"
)

// Static shows pages without a browser: HTML is parsed in this process, and
// links, forms, inputs, lists and disclosures work. It runs no scripts and
// reads no style sheets.
type Static struct{}

// Name is "static".
func (Static) Name() string { return "static" }

// Close does nothing.
func (Static) Close() error { return nil }

// Open makes a page.
func (Static) Open(_ context.Context, site Site) (Page, error) {
	return &staticPage{site: site}, nil
}

type staticPage struct {
	site    Site
	cookies jar
	doc     *document
	past    trail
	blocked int // requests refused since the last view
	closed  bool
}

var _ Page = (*staticPage)(nil)

func (p *staticPage) Goto(ctx context.Context, address string) (View, error) {
	p.cookies, p.past, p.doc = jar{}, trail{}, nil
	return p.bring(ctx, request{http.MethodGet, absolute(address), ""}, true)
}

// bring shows what a request gives. keep puts it into the history.
func (p *staticPage) bring(ctx context.Context, q request, keep bool) (View, error) {
	r, err := ask(ctx, p.site, q, p.cookies)
	if err != nil {
		return View{}, err
	}
	if r.blocked {
		p.blocked++
	}
	if (r.blocked || r.status == http.StatusNoContent) && p.doc != nil {
		return p.view(), nil
	}
	if p.doc, err = parse(r.url, r.body); err != nil {
		return View{}, gym.Faultf("read "+r.url, "%w", err)
	}
	if keep {
		p.past.add(r.url)
	}
	return p.view(), nil
}

func (p *staticPage) view() View {
	v := p.doc.view()
	v.Blocked, p.blocked = p.blocked, 0
	v.Back, v.Forward = p.past.at > 0, p.past.at+1 < len(p.past.urls)
	return v
}

func (p *staticPage) Do(ctx context.Context, a gym.Action) (View, error) {
	if err := ctx.Err(); err != nil {
		return View{}, err
	}
	if p.closed {
		return View{}, gym.ErrClosed
	}
	switch a.Verb {
	case "goto":
		return p.bring(ctx, request{http.MethodGet, a.Args[0].Text, ""}, true)
	case "go_back", "go_forward":
		to, ok := p.past.step(a.Verb == "go_forward")
		if !ok {
			return View{}, noPage(a.Verb)
		}
		return p.bring(ctx, request{http.MethodGet, to, ""}, false)
	case "noop":
		return p.view(), nil
	case "click", "fill", "select_option":
	default:
		return View{}, gym.Mistakef("%s needs a browser; the static driver clicks, fills and selects", a.Verb)
	}
	n := p.doc.byID[a.Args[0].Text]
	if n == nil {
		return View{}, gym.Mistakef("element %s is no longer there", a.Args[0].Text)
	}
	if _, off := attr(n, "disabled"); off {
		return p.view(), nil
	}
	switch a.Verb {
	case "click":
		if q, ok := p.doc.click(n); ok {
			return p.bring(ctx, q, true)
		}
	case "fill":
		p.doc.value[n] = a.Args[1].Text
	case "select_option":
		p.doc.choose(n, a.Args[1].Text)
	}
	return p.view(), nil
}

func (p *staticPage) Close() error {
	p.closed = true
	return nil
}

// trail is a page's history: the addresses it has shown, which are asked for
// anew when it goes back.
type trail struct {
	urls []string
	at   int // of the one that is shown
}

func (t *trail) add(url string) {
	if len(t.urls) > 0 {
		if t.urls[t.at] == url { // the same again takes the place of the last
			return
		}
		t.urls = t.urls[:t.at+1]
	}
	t.urls = append(t.urls, url)
	t.at = len(t.urls) - 1
}

// step goes back or forward where there is a page.
func (t *trail) step(forward bool) (url string, ok bool) {
	to := t.at - 1
	if forward {
		to = t.at + 1
	}
	if to < 0 || to >= len(t.urls) {
		return "", false
	}
	t.at = to
	return t.urls[to], true
}

func noPage(verb string) error {
	if verb == "go_back" {
		return gym.Mistakef("there is no page before this one")
	}
	return gym.Mistakef("there is no page after this one")
}

// click does what a click does; ok when it asks for another document.
func (d *document) click(n *html.Node) (q request, ok bool) {
	switch typ, _ := attr(n, "type"); {
	case n.Data == "a":
		return d.follow(n)
	case n.Data == "summary" && n.Parent != nil && n.Parent.Data == "details":
		d.open[n.Parent] = !d.open[n.Parent]
	case n.Data == "input" && typ == "checkbox":
		d.checked[n] = !d.checked[n]
	case n.Data == "input" && typ == "radio":
		name, _ := attr(n, "name")
		for o := range d.root.Descendants() {
			if t, _ := attr(o, "type"); o.Data == "input" && t == "radio" && d.form(o) == d.form(n) {
				if other, _ := attr(o, "name"); other == name {
					d.checked[o] = false
				}
			}
		}
		d.checked[n] = true
	case n.Data == "button" && (typ == "" || typ == "submit"), n.Data == "input" && (typ == "submit" || typ == "image"):
		return d.submit(n)
	case typ == "reset":
		d.reset(d.form(n))
	}
	return q, false
}

func (d *document) follow(a *html.Node) (request, bool) {
	href, _ := attr(a, "href")
	u, err := d.url.Parse(href)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Fragment != "" && u.Host == d.url.Host && u.RequestURI() == d.url.RequestURI() {
		return request{}, false
	}
	return request{http.MethodGet, plainURL(u), ""}, true
}

// plainURL is an address without its fragment.
func plainURL(u *url.URL) string { return u.Scheme + "://" + u.Host + u.RequestURI() }

// submit sends the button's form, unless a required field is empty.
func (d *document) submit(button *html.Node) (request, bool) {
	form := d.form(button)
	if form == nil {
		return request{}, false
	}
	var pairs []string
	add := func(name, value string) {
		pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(value))
	}
	for n := range d.root.Descendants() {
		if n.Type != html.ElementNode || d.form(n) != form {
			continue
		}
		name, _ := attr(n, "name")
		typ, _ := attr(n, "type")
		value, has := d.send(n, typ, n == button)
		if _, required := attr(n, "required"); required && value == "" {
			return request{}, false
		}
		if _, off := attr(n, "disabled"); has && name != "" && !off {
			add(name, value)
		}
	}
	of := func(name string) string {
		if v, ok := attr(button, "form"+name); ok {
			return v
		}
		v, _ := attr(form, name)
		return v
	}
	action, body := of("action"), strings.Join(pairs, "&")
	u := d.url
	if action != "" {
		var err error
		if u, err = d.url.Parse(action); err != nil {
			return request{}, false
		}
	}
	if strings.EqualFold(of("method"), "post") {
		return request{http.MethodPost, plainURL(u), body}, true
	}
	get := *u
	get.RawQuery = body
	return request{http.MethodGet, plainURL(&get), ""}, true
}

// send is what a control contributes to its form.
func (d *document) send(n *html.Node, typ string, clicked bool) (value string, has bool) {
	switch n.Data {
	case "input":
		switch typ {
		case "checkbox", "radio":
			if !d.checked[n] {
				return "", false
			}
			if v, ok := attr(n, "value"); ok {
				return v, true
			}
			return "on", true
		case "submit", "image":
			v, _ := attr(n, "value")
			return v, clicked
		case "button", "reset", "file":
			return "", false
		}
		return d.value[n], true
	case "textarea":
		return strings.ReplaceAll(strings.ReplaceAll(d.value[n], "\r\n", "\n"), "\n", "\r\n"), true
	case "select":
		o := d.chosen[n]
		if o == nil {
			return "", false
		}
		return optionValue(o), true
	case "button":
		v, _ := attr(n, "value")
		return v, clicked
	}
	return "", false
}

func (d *document) choose(sel *html.Node, text string) {
	for _, o := range options(sel) {
		if squeeze(rawText(o)) == text {
			d.chosen[sel] = o
			return
		}
	}
}

// form is the form that a control belongs to.
func (d *document) form(n *html.Node) *html.Node {
	if id, ok := attr(n, "form"); ok {
		return d.named[id]
	}
	for n = n.Parent; n != nil; n = n.Parent {
		if n.Data == "form" {
			return n
		}
	}
	return nil
}
