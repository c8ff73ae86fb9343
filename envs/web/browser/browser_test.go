package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/turngym/turngym/gym"
)

// shop is a small site without scripts that has every kind of element. What
// was sent stands on the page after.
func shop(cookie bool) http.Handler {
	mux := http.NewServeMux()
	page := func(w http.ResponseWriter, body string) {
		if cookie {
			w.Header().Set("Set-Cookie", "seen=1")
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!doctype html><html><head><title>Shop &amp; Co</title></head><body>%s</body></html>", body)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		page(w, `<h1>Buy <b>now</b></h1><p>Two   words<br>and <i>more</i>.</p><div hidden>gone</div>
<ul><li>one</li><li>two <a href="/item?n=2">open 2</a></li></ul>
<table><tr><th>Name</th><th>Price</th></tr><tr><td>Ink</td><td>3&nbsp;€</td></tr><tr><td>Pen</td><td><a href='/item?n=3'>more</a></td></tr></table>
<details><summary>Terms</summary><p>small print</p></details>
<form action="/send" method="post">
 <label>Name <input name=name value="Ada"></label> <label for=m>Mail</label><input id=m type=email name=mail placeholder="you@there">
 <input type=password name=pw aria-label="Secret"> <input type=hidden name=token value=t1>
 <label><input type=checkbox name=c value=red checked> Red</label> <label><input type=checkbox name=c value=blue> Blue</label>
 <label><input type=radio name=r value=a> A</label> <label><input type=radio name=r value=b checked> B</label>
 <select name=s aria-label="Size"><option value=1>Small</option><option value=2 selected>Large one</option></select>
 <textarea name=t aria-label=Note>old
text</textarea>
 <button name=go value=buy>Buy</button> <button type=button>Nothing</button> <button disabled>Off</button> <input type=submit name=go value=Later>
</form>
<form action="/find"><input name=q aria-label=Query><button>Find</button></form> <a href="/stay">stay</a> <a href="#x">here</a> <a>no link</a>`)
	})
	show := func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		page(w, fmt.Sprintf(`<h2>%s %s</h2><pre>%s</pre><a href="/">back</a>`, r.Method, r.URL.Path, strings.ReplaceAll(r.Form.Encode(), "&", "&amp;")))
	}
	mux.HandleFunc("/item", show)
	mux.HandleFunc("/send", show)
	mux.HandleFunc("/find", show)
	mux.HandleFunc("/stay", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/item?n=9", http.StatusFound) })
	return mux
}

// walk opens the shop and does one action after the other; an action is a
// verb, an element's name and, for some verbs, a text.
func walk(t *testing.T, d Driver, site http.Handler, actions [][]string) []View {
	t.Helper()
	p, err := d.Open(t.Context(), At(Host, site))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	v, err := p.Goto(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	views := []View{v}
	for _, a := range actions {
		if v, err = p.Do(t.Context(), action(t, v, a...)); err != nil {
			t.Fatalf("%s, %v: %v", d.Name(), a, err)
		}
		views = append(views, v)
	}
	for i := range views {
		views[i].plain = false // the driver's own business
	}
	return views
}

func action(t *testing.T, v View, a ...string) gym.Action {
	t.Helper()
	for _, e := range v.Elements {
		if e.ID != "" && e.Name == a[1] {
			out := gym.Action{Verb: a[0], Args: []gym.Value{{Kind: gym.Ref, Text: e.ID}}}
			for _, text := range a[2:] {
				out.Args = append(out.Args, gym.Value{Kind: gym.Str, Text: text})
			}
			return out
		}
	}
	t.Fatalf("no element %q in %+v", a[1], v.Elements)
	panic(1)
}

var walks = map[string][][]string{
	"look":         {},
	"link":         {{"click", "open 2"}, {"click", "back"}, {"click", "more"}},
	"post":         {{"fill", "Name", "Grace & <Co>"}, {"fill", "Mail", "g@x.y"}, {"fill", "Note", "a\nb"}, {"click", "Blue"}, {"click", "Red"}, {"click", "A"}, {"select_option", "Size", "Small"}, {"click", "Buy"}},
	"other button": {{"click", "Later"}, {"click", "back"}},
	"get":          {{"fill", "Query", "pen + ink"}, {"click", "Find"}},
	"stay":         {{"fill", "Secret", "x"}, {"click", "stay"}, {"click", "Nothing"}, {"click", "here"}},
	"open":         {{"click", "Terms"}, {"click", "Terms"}},
}

// A page without scripts looks and acts alike in this process, in Chrome where
// the driver brings the documents, and in Chrome where Chrome navigates (which
// a cookie makes it do).
func TestDriversAgree(t *testing.T) {
	each(t, func(t *testing.T, c *Chrome) {
		for name, actions := range walks {
			t.Run(name, func(t *testing.T) {
				want := walk(t, Static{}, shop(false), actions)
				for how, got := range map[string][]View{"brought": walk(t, c, shop(false), actions), "navigated": walk(t, c, shop(true), actions)} {
					for i := range want {
						if !reflect.DeepEqual(got[i], want[i]) {
							t.Errorf("%s, view %d:\n static %+v\n chrome %+v", how, i, want[i], got[i])
						}
					}
				}
			})
		}
	})
}

// each runs a test under every library that drives Chrome.
func each(t *testing.T, f func(t *testing.T, c *Chrome)) {
	for _, library := range Libraries {
		t.Run(library, func(t *testing.T) { f(t, drive(t, Options{Library: library})) })
	}
}

func drive(t testing.TB, o Options) *Chrome {
	t.Helper()
	if _, err := FindChrome(""); err != nil {
		t.Skip(err)
	}
	c, err := NewChrome(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// scripted is a page with a script, and some state that an episode may leave.
func scripted(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<!doctype html><title>S</title><body>%s</body>", body)
	})
}

func open(t *testing.T, c *Chrome, site http.Handler) (Page, View) {
	t.Helper()
	p, err := c.Open(t.Context(), At(Host, site))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	v, err := p.Goto(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	return p, v
}

func TestAPageReachesItsOwnSiteOnly(t *testing.T) {
	each(t, func(t *testing.T, c *Chrome) {
		reached := make(chan string, 8)
		outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			reached <- r.URL.Path
		}))
		defer outside.Close()
		p, _ := open(t, c, scripted(`<script>var x = 1</script>`))
		for _, url := range []string{outside.URL + "/loopback", "http://example.com/", "https://example.com/"} {
			got, err := p.(Scripter).Eval(t.Context(), fmt.Sprintf(`fetch(%q).then(r => r.ok ? 'reached' : 'refused', e => 'refused')`, url))
			if err != nil || got != "refused" {
				t.Errorf("%s: %q %v", url, got, err)
			}
		}
		if got, err := p.(Scripter).Eval(t.Context(), `fetch('/own').then(r => r.ok ? 'reached' : 'refused')`); err != nil || got != "reached" {
			t.Errorf("its own site: %q %v", got, err)
		}
		select {
		case path := <-reached:
			t.Errorf("the page reached %s outside", path)
		default:
		}
	})
}

func TestGotoStartsOver(t *testing.T) {
	each(t, func(t *testing.T, c *Chrome) {
		p, v := open(t, c, scripted(`<button onclick="localStorage.x = 1; document.cookie = 'y=2'; this.textContent = localStorage.x + document.cookie">go</button>
<script>document.title = (localStorage.x || 'none') + (document.cookie || 'none')</script>`))
		v, err := p.Do(t.Context(), action(t, v, "click", "go"))
		if err != nil || v.Elements[0].Name != "1y=2" {
			t.Fatalf("%+v %v", v, err)
		}
		if v, err = p.Goto(t.Context(), "/"); err != nil || v.Title != "nonenone" {
			t.Errorf("the next episode sees %q %v", v.Title, err)
		}
	})
}

func TestAnElementThatIsGoneIsAMistake(t *testing.T) {
	each(t, func(t *testing.T, c *Chrome) {
		p, v := open(t, c, scripted(`<button onclick="this.nextSibling.remove()">first</button><button>second</button><script></script>`))
		second := action(t, v, "click", "second")
		if _, err := p.Do(t.Context(), action(t, v, "click", "first")); err != nil {
			t.Fatal(err)
		}
		var m *gym.Mistake
		if _, err := p.Do(t.Context(), second); !errors.As(err, &m) {
			t.Errorf("%v is not a mistake", err)
		}
	})
}

func TestADeadBrowserIsAFault(t *testing.T) {
	each(t, func(t *testing.T, c *Chrome) {
		p, _ := open(t, c, shop(false))
		for _, pid := range c.PIDs() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var f *gym.Fault
		if _, err := p.Goto(ctx, "/"); !errors.As(err, &f) {
			t.Errorf("%v is not a fault", err)
		}
	})
}

// A page that loops, that opens dialogs for ever, or that never ends its
// request is a fault in time, and leaves the browser fit for the next one.
func TestAStuckPageIsAFault(t *testing.T) {
	for name, body := range map[string]string{
		"loop":     `<button onclick="for (;;);">go</button><script></script>`,
		"timers":   `<button onclick="const f = () => setTimeout(f, 0); f()">go</button><script></script>`,
		"promises": `<button onclick="const f = () => Promise.resolve().then(f); f()">go</button><script></script>`,
		"request":  `<button onclick="fetch('/hang')">go</button><script></script>`,
		"reload":   `<button onclick="location.reload()">go</button><script>addEventListener('load', () => location.reload())</script>`,
	} {
		t.Run(name, func(t *testing.T) {
			c := drive(t, Options{Patience: 3 * time.Second})
			site := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/hang" {
					<-r.Context().Done()
					return
				}
				scripted(body).ServeHTTP(w, r)
			})
			p, err := c.Open(t.Context(), At(Host, site))
			if err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			v, err := p.Goto(t.Context(), "/")
			if err == nil {
				_, err = p.Do(t.Context(), action(t, v, "click", "go"))
			}
			var f *gym.Fault
			var m *gym.Mistake // of an action on a document that is gone by then
			if err != nil && !errors.As(err, &f) && !(name == "reload" && errors.As(err, &m)) || err == nil && name != "timers" && name != "reload" {
				t.Errorf("%v is not a fault", err)
			}
			if d := time.Since(begun); d > 60*time.Second {
				t.Errorf("it took %v", d)
			}
			p.Close()
			if _, v := open(t, c, shop(false)); len(v.Elements) == 0 {
				t.Error("the next page is empty")
			}
		})
	}
}

func TestAScreenshotIsPNG(t *testing.T) {
	each(t, func(t *testing.T, c *Chrome) {
		p, _ := open(t, c, shop(false))
		png, err := p.(Screenshotter).Screenshot(t.Context())
		if err != nil || !bytes.HasPrefix(png, []byte("\x89PNG\r\n")) {
			t.Errorf("%d bytes, %v", len(png), err)
		}
	})
}

// The cost of what an episode is made of: the start (goto) and a step (tick),
// on one page, and with four pages at once (time for each of theirs).
func BenchmarkPage(b *testing.B) {
	drivers := []Driver{Static{}}
	if _, err := FindChrome(""); err == nil {
		for _, library := range Libraries {
			drivers = append(drivers, drive(b, Options{Library: library}))
		}
	}
	for _, d := range drivers {
		for _, way := range []string{"brought", "navigated"} {
			for _, pages := range []int{1, 4} {
				name := fmt.Sprintf("%s/%s/pages=%d/", d.Name(), way, pages)
				all := make([]Page, pages)
				tick := gym.Action{Verb: "click"}
				for i := range all {
					p, err := d.Open(b.Context(), unseen{At(Host, shop(way == "navigated"))})
					if err != nil {
						b.Fatal(err)
					}
					v, err := p.Goto(b.Context(), "/")
					if err != nil {
						b.Fatal(err)
					}
					for _, e := range v.Elements {
						if e.Name == "Blue" {
							tick.Args = []gym.Value{{Kind: gym.Ref, Text: e.ID}}
						}
					}
					all[i] = p
				}
				b.Run(name+"goto", func(b *testing.B) {
					together(b, all, func(p Page) error { _, err := p.Goto(b.Context(), "/"); return err })
				})
				b.Run(name+"tick", func(b *testing.B) {
					together(b, all, func(p Page) error { _, err := p.Do(b.Context(), tick); return err })
				})
				for _, p := range all {
					p.Close()
				}
			}
		}
	}
}

// together shares b.N calls among pages.
func together(b *testing.B, pages []Page, f func(Page) error) {
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	for _, p := range pages {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := f(p); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// unseen is a site whose pages need not be drawn.
type unseen struct{ Site }

func (unseen) Drawn() bool { return false }
