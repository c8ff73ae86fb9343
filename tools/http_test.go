package tools_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/toolstest"
)

// site is a server on loopback with one page of each kind.
func site(t testing.TB) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/docs/page", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" {
			fmt.Fprint(w, "a cookie came back")
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		fmt.Fprint(w, "hello")
	})
	mux.HandleFunc("/docs/latin", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=iso-8859-1")
		w.Write([]byte("caf\xe9"))
	})
	mux.HandleFunc("/docs/picture", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
	})
	mux.HandleFunc("/docs/large", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		io.Copy(w, io.LimitReader(zeros{}, 64<<20))
	})
	mux.HandleFunc("/docs/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/docs/loop", 302) })
	mux.HandleFunc("/docs/in", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/docs/page", 302) })
	mux.HandleFunc("/docs/out", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/secret", 302) })
	mux.HandleFunc("/docs/meta", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest", 302)
	})
	mux.HandleFunc("/secret", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "secret") })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func fetcher(t testing.TB, prefixes ...string) *tools.HTTP {
	t.Helper()
	h, err := tools.NewHTTP(prefixes...)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHTTP(t *testing.T) {
	s := site(t)
	toolstest.Run(t, func() tools.Tool { return fetcher(t, s.URL+"/docs/") }, `http_get("`+s.URL+`/docs/page")`, `http_get("`+s.URL+`/docs/in")`)
	h := fetcher(t, s.URL+"/docs/")
	for path, want := range map[string]string{
		"/docs/page":            "hello",
		"/docs/latin":           "café",
		"/docs/none":            "! " + s.URL + "/docs/none answers: 404 Not Found",
		"/docs/picture":         "! " + s.URL + "/docs/picture is image/png, not text",
		"/docs/loop":            "leads through more than 5 redirects",
		"/docs/out":             "is not allowed",
		"/docs/meta":            "is not allowed",
		"/secret":               "is not allowed",
		"/docs/../secret":       "is not allowed",
		"/docs/%2e%2e/secret":   "is not allowed",
		"/docs/%2E%2E%2Fsecret": "is not allowed",
		"/docs/%252e%252e/x":    "is not allowed",
		"/docs/..\\secret":      "is not allowed",
		"/docsecret":            "is not allowed",
		"/docs/large":           strings.Repeat("0", 8<<10) + "\n[cut: ",
	} {
		if got := answered(t, h, s.URL+path); got != want && (len(want) < 10 || !strings.Contains(got, want)) {
			t.Errorf("%s\n got %.200s\nwant %.200s", path, got, want)
		}
	}
	answered(t, h, s.URL+"/docs/page")
	if got := answered(t, h, s.URL+"/docs/page"); got != "hello" {
		t.Errorf("the second time: %s", got)
	}
}

func TestHTTPReachesNothingElse(t *testing.T) {
	s := site(t)
	h := fetcher(t, "https://example.org", s.URL+"/docs")
	for _, address := range []string{
		"", "example.org", "/etc/passwd", "file:///etc/passwd", "ftp://example.org/", "gopher://127.0.0.1:70/", "data:text/plain,x",
		"http://example.org/", "https://example.org:8443/", "https://example.org.evil.test/", "https://evil.test/?example.org",
		"https://example.org@evil.test/", "https://user:word@example.org/", "https://evil.test#@example.org/", "https://[::1]/",
		"http://127.0.0.1/docs/page", "http://localhost:22/", "http://2130706433/", "http://0/", "http://169.254.169.254/latest/meta-data",
		strings.Replace(s.URL, "127.0.0.1", "127.1", 1) + "/docs/page", strings.Replace(s.URL, "127.0.0.1", "localhost", 1) + "/docs/page",
		strings.Replace(s.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1) + "/docs/page",
	} {
		if got := answered(t, h, address); !strings.Contains(got, "is not allowed") {
			t.Errorf("%q: got %q", address, got)
		}
	}
}

// The name is the one of this machine, and may be listed.
func TestLocalhostCanBeAllowed(t *testing.T) {
	s := site(t)
	address := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	if got := answered(t, fetcher(t, address), address+"/secret"); got != "secret" {
		t.Errorf("got %q", got)
	}
}

// Proxies that the environment names are not used.
func TestHTTPUsesNoProxy(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "proxied") }))
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("http_proxy", proxy.URL)
	s := site(t)
	if got := answered(t, fetcher(t, s.URL), s.URL+"/docs/page"); got != "hello" {
		t.Errorf("got %s", got)
	}
}

func TestADeadServerIsAFault(t *testing.T) {
	s := site(t)
	s.Close()
	var fault *gym.Fault
	if _, err := (tools.Use{Tool: fetcher(t, s.URL)}).Call(context.Background(), []gym.Value{{Kind: gym.Str, Text: s.URL}}); !errors.As(err, &fault) {
		t.Errorf("got the error %v", err)
	}
}

func TestPrefixesAreAddresses(t *testing.T) {
	for _, p := range []string{"", "example.org", "file:///", "https://", "https://u:p@example.org", "https://example.org/?q", "https://exa mple.org"} {
		if _, err := tools.NewHTTP(p); err == nil || !strings.Contains(err.Error(), "is no prefix") {
			t.Errorf("%q: got the error %v", p, err)
		}
	}
}

func FuzzHTTP(f *testing.F) {
	h := fetcher(f)
	whatever(f, h, "http://127.0.0.1/", "https://[::1", "http://%zz", "//x", "https://a@b:c")
}
