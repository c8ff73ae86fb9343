package browser

import (
	"fmt"
	"net/http"
	"testing"
	"time"
	"sync"

	"github.com/turngym/turngym/gym"
)

func TestSpeed(t *testing.T) {
	path, err := FindChrome("")
	if err != nil { t.Skip(err) }
	c, err := NewChrome(t.Context(), path)
	if err != nil { t.Fatal(err) }
	defer c.Close()
	n := 0
	var mu sync.Mutex
	site := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock(); n++; mu.Unlock()
		if r.URL.Path == "/go" { w.WriteHeader(204); return }
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><html><head><title>T</title><style>body{font:14px sans-serif}</style></head><body><h1>Hello</h1><form action="/go" method=post><label>Name <input name=a></label><label><input type=checkbox name=b> Red</label><button>Save</button><button name=x value=1>Cancel</button></form><a href="/next">next</a></body></html>`)
	})
	open := func() Page { p, err := c.Open(t.Context(), site); if err != nil { t.Fatal(err) }; return p }
	p := open()
	v, err := p.Goto(t.Context(), "/")
	if err != nil { t.Fatal(err) }
	for _, e := range v.Elements { fmt.Println(e) }
	find := func(v View, name string) gym.Action { for _, e := range v.Elements { if e.Name == name { return gym.Action{Verb:"click", Args: []gym.Value{{Kind: gym.Ref, Text: e.ID}}} } }; t.Fatal(name); panic(1) }
	t0 := time.Now()
	const N = 300
	for range N { if v, err = p.Goto(t.Context(), "/"); err != nil { t.Fatal(err) } }
	fmt.Println("goto", time.Since(t0)/N)
	t0 = time.Now()
	for range N { if v, err = p.Do(t.Context(), find(v, "next")); err != nil { t.Fatal(err) } }
	fmt.Println("link", time.Since(t0)/N)
	t0 = time.Now()
	for range N { if v, err = p.Do(t.Context(), find(v, "Red")); err != nil { t.Fatal(err) } }
	fmt.Println("tick", time.Since(t0)/N)
	t0 = time.Now()
	for range N { if v, err = p.Do(t.Context(), find(v, "Save")); err != nil { t.Fatal(err) } }
	fmt.Println("204", time.Since(t0)/N)
	for _, k := range []int{2, 4, 8} {
		ps := make([]Page, k)
		for i := range ps { ps[i] = open() }
		var wg sync.WaitGroup
		t0 = time.Now()
		for _, p := range ps { wg.Go(func() { for range N { if _, err := p.Goto(t.Context(), "/"); err != nil { t.Error(err) } } }) }
		wg.Wait()
		fmt.Println("pages", k, "goto each", time.Since(t0)/time.Duration(N*k))
		for i := range ps { ps[i].Close() }
	}
}
