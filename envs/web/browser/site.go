package browser

import (
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	"github.com/turngym/turngym/gym"
)

// proxy is the one way out of a Chrome page: an HTTP proxy on a loopback port
// of its own that answers for [Origin] with the page's site and refuses
// everything else at once. So a page reaches its site under a constant
// address, and the network is closed without a check in the browser.
type proxy struct {
	addr   string
	server *http.Server
	done   chan struct{}

	mu   sync.Mutex
	site http.Handler

	replay *reply        // given once in place of the site's own answer
	stay   chan struct{} // a navigation was answered with 204: the page stays
	dirty  bool          // since the last clean-up, the site has set a cookie or a script has run
}

func newProxy(site http.Handler) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{addr: l.Addr().String(), site: site, done: make(chan struct{}), stay: make(chan struct{}, 1)}
	p.server = &http.Server{Handler: p}
	go func() {
		defer close(p.done)
		p.server.Serve(l)
	}()
	return p, nil
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect || "http://"+r.Host != Origin {
		http.Error(w, "the network is closed: only "+Origin+" answers", http.StatusForbidden)
		return
	}
	if r.URL.Path == "/favicon.ico" {
		http.NotFound(w, r)
		return
	}
	r.URL.Scheme, r.URL.Host, r.RequestURI = "", "", ""
	p.mu.Lock() // a site is a single half: one request at a time
	defer p.mu.Unlock()
	rec := &statusWriter{ResponseWriter: w}
	if again := p.replay; again != nil && again.path == r.URL.RequestURI() {
		p.replay = nil
		maps.Copy(w.Header(), again.header)
		rec.WriteHeader(again.status)
		io.WriteString(w, again.body)
	} else {
		p.site.ServeHTTP(rec, r)
	}
	if len(w.Header()["Set-Cookie"]) > 0 {
		p.dirty = true
	}
	if rec.status == http.StatusNoContent {
		select {
		case p.stay <- struct{}{}:
		default:
		}
	}
}

// ask makes a request of the site in the browser's place.
func (p *proxy) ask(ctx context.Context, q request) (reply, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return ask(ctx, p.site, q, map[string]string{})
}

// again has the next request for r's path answered with r.
func (p *proxy) again(r *reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.replay = r
}

// soil says that a script has run: it may have stored anything.
func (p *proxy) soil() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dirty = true
}

// isDirty says whether there is anything to clean up.
func (p *proxy) isDirty() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dirty
}

// takeDirty says whether there is anything to clean up, once.
func (p *proxy) takeDirty() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.dirty
	p.dirty = false
	return d
}

func (p *proxy) close() {
	p.server.Close()
	<-p.done
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(code int) {
	s.status = code
	s.ResponseWriter.WriteHeader(code)
}

// request is what a page asks of its site.
type request struct {
	method, path, body string // body: a urlencoded form
}

// reply is a site's answer, after its redirects.
type reply struct {
	status int
	path   string // of the last request
	header http.Header
	body   string
}

// redirectsMax is how many redirects in a row are followed.
const redirectsMax = 10

// ask makes a request of a site in this process and follows its redirects.
// Cookies that the site sets are added to jar.
func ask(ctx context.Context, site http.Handler, q request, jar map[string]string) (reply, error) {
	for range redirectsMax {
		r := httptest.NewRequestWithContext(ctx, q.method, Origin+q.path, strings.NewReader(q.body))
		r.RequestURI, r.URL.Scheme, r.URL.Host, r.RemoteAddr = "", "", "", ""
		if q.method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for _, name := range slices.Sorted(maps.Keys(jar)) {
			r.AddCookie(&http.Cookie{Name: name, Value: jar[name]})
		}
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		res := w.Result()
		for _, c := range res.Cookies() {
			jar[c.Name] = c.Value
		}
		if res.StatusCode/100 != 3 {
			return reply{res.StatusCode, q.path, res.Header, w.Body.String()}, nil
		}
		next, err := r.URL.Parse(res.Header.Get("Location"))
		if err != nil || next.Host != "" && "http://"+next.Host != Origin {
			return reply{}, gym.Faultf("open "+q.path, "it redirects to %q, outside its site", res.Header.Get("Location"))
		}
		q = request{http.MethodGet, next.RequestURI(), ""}
	}
	return reply{}, gym.Faultf("open "+q.path, "more than %d redirects", redirectsMax)
}
