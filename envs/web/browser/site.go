package browser

import (
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/turngym/turngym/gym"
)

// proxy is the one way out of a Chrome page: an HTTP proxy on a loopback port
// of its own that answers with the page's site for the hosts that it serves,
// and refuses everything else at once. So a page reaches its site under a
// constant address, and the network is closed without a check in the browser.
type proxy struct {
	addr   string
	server *http.Server
	done   chan struct{}

	mu   sync.Mutex
	site Site

	replay *reply          // given once in place of the site's own answer
	stay   chan struct{}   // a navigation was answered with 204: the page stays
	dirty  bool            // since the last clean-up, the site has set a cookie or a script has run
	used   map[string]bool // origins that were asked
	shut   int             // requests to other hosts since they were last counted
}

func newProxy(site Site) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{addr: l.Addr().String(), site: site, done: make(chan struct{}), stay: make(chan struct{}, 1), used: map[string]bool{}}
	p.server = &http.Server{Handler: p}
	go func() {
		defer close(p.done)
		p.server.Serve(l)
	}()
	return p, nil
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect || !p.site.Serves(r.Host) {
		p.refuse(w, r)
		return
	}
	if r.URL.Path == "/favicon.ico" {
		http.NotFound(w, r)
		return
	}
	here := "http://" + r.Host + r.URL.RequestURI()
	r.URL.Scheme, r.URL.Host, r.RequestURI = "", "", ""
	w.Header().Set("Cache-Control", "no-store") // going back asks again, as the static driver does
	p.mu.Lock()                                 // a site is a single half: one request at a time
	defer p.mu.Unlock()
	p.used["http://"+r.Host] = true
	rec := &statusWriter{ResponseWriter: w}
	if again := p.replay; again != nil && again.url == here {
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
		p.remain()
	}
}

// refuse answers a request that leads out of the task. A page that was to be
// left stays.
func (p *proxy) refuse(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.shut++
	p.mu.Unlock()
	if r.Header.Get("Sec-Fetch-Mode") == "navigate" || r.Header.Get("Upgrade-Insecure-Requests") != "" {
		w.WriteHeader(http.StatusNoContent)
		p.remain()
		return
	}
	http.Error(w, "the network is closed: "+r.Host+" is not a site of this task", http.StatusForbidden)
}

// remain says that a navigation came to nothing.
func (p *proxy) remain() {
	select {
	case p.stay <- struct{}{}:
	default:
	}
}

// serves says whether an address is one of the site's.
func (p *proxy) serves(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "http" && p.site.Serves(u.Host)
}

// origins are those that have answered since the last call: what an episode may
// have left something at.
func (p *proxy) origins() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	used := slices.Sorted(maps.Keys(p.used))
	clear(p.used)
	return used
}

// blocked is how many requests were refused since the last call.
func (p *proxy) blocked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.shut
	p.shut = 0
	return n
}

// ask makes a request of the site in the browser's place.
func (p *proxy) ask(ctx context.Context, q request) (reply, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, err := ask(ctx, p.site, q, jar{})
	if r.blocked {
		p.shut++
	}
	return r, err
}

// again has the next request for r's address answered with r.
func (p *proxy) again(r *reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.replay = r
}

// soil says that a script has stored something.
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
	method, url, body string // body: a urlencoded form
}

// reply is a site's answer, after its redirects.
type reply struct {
	status  int
	url     string // of the last request
	header  http.Header
	body    string
	blocked bool // the request, or a redirect, led out of the task: there is no answer
}

// jar is a page's cookies by host.
type jar map[string]map[string]string

// redirectsMax is how many redirects in a row are followed.
const redirectsMax = 10

// ask makes a request of a site in this process and follows its redirects.
// Cookies that the site sets are added to the jar.
func ask(ctx context.Context, site Site, q request, cookies jar) (reply, error) {
	for range redirectsMax {
		u, err := url.Parse(q.url)
		if err != nil {
			return reply{}, gym.Faultf("open "+q.url, "%w", err)
		}
		if u.Scheme != "http" || !site.Serves(u.Host) {
			return reply{blocked: true, url: q.url}, nil
		}
		res, body := answer(ctx, site, q, u, cookies)
		if res.StatusCode/100 != 3 {
			return reply{status: res.StatusCode, url: q.url, header: res.Header, body: body}, nil
		}
		next, err := u.Parse(res.Header.Get("Location"))
		if err != nil {
			return reply{}, gym.Faultf("open "+q.url, "it redirects to %q", res.Header.Get("Location"))
		}
		q = request{http.MethodGet, next.String(), ""}
	}
	return reply{}, gym.Faultf("open "+q.url, "more than %d redirects", redirectsMax)
}

// answer is the site's, to one request.
func answer(ctx context.Context, site Site, q request, u *url.URL, cookies jar) (*http.Response, string) {
	r := httptest.NewRequestWithContext(ctx, q.method, q.url, strings.NewReader(q.body))
	r.RequestURI, r.URL.Scheme, r.URL.Host, r.RemoteAddr = "", "", "", ""
	if q.method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, name := range slices.Sorted(maps.Keys(cookies[u.Host])) {
		r.AddCookie(&http.Cookie{Name: name, Value: cookies[u.Host][name]})
	}
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	res := w.Result()
	for _, c := range res.Cookies() {
		if cookies[u.Host] == nil {
			cookies[u.Host] = map[string]string{}
		}
		cookies[u.Host][c.Name] = c.Value
	}
	return res, w.Body.String()
}

// absolute is an address, or a path of [Origin], as an address.
func absolute(address string) string {
	if strings.HasPrefix(address, "/") {
		return Origin + address
	}
	return address
}
