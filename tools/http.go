package tools

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"github.com/turngym/turngym/gym"
)

// HTTP fetches what stands under some addresses and nothing else. It keeps no
// cookies, uses no proxy, follows redirects only to what is allowed, and speaks
// to no address of a private network, whatever a name resolves to, unless that
// very address was allowed.
type HTTP struct {
	allow  []*url.URL
	client *http.Client
}

var _ Outsider = (*HTTP)(nil)

// The bounds of a fetch.
const (
	bodyMax      = 1 << 20 // bytes, unpacked
	redirectsMax = 5
)

// NewHTTP allows what stands under the prefixes: a whole site
// ("https://example.org"), a part of one ("https://example.org/docs/"), or an
// address of a private network ("http://127.0.0.1:8080").
func NewHTTP(prefixes ...string) (*HTTP, error) {
	h := &HTTP{}
	for _, p := range prefixes {
		u, err := url.Parse(p)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return nil, fmt.Errorf("http_get: %q is no prefix of addresses; want one as https://example.org/docs/", p)
		}
		h.allow = append(h.allow, u)
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error { return h.dialled(address) }}
	h.client = &http.Client{
		Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true, TLSHandshakeTimeout: 10 * time.Second,
			ResponseHeaderTimeout: 20 * time.Second, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > redirectsMax {
				return gym.Mistakef("%s leads through more than %d redirects", via[0].URL.Redacted(), redirectsMax)
			}
			return h.allowed(r.URL)
		},
	}
	return h, nil
}

// Outside is true: the network cannot be put back.
func (*HTTP) Outside() bool { return true }

// Verb is http_get(url).
func (h *HTTP) Verb() gym.Verb {
	return gym.Verb{Name: "http_get", Doc: "Fetch the text that stands at an address.", Params: []gym.Param{
		{Name: "url", Doc: "the address, under " + h.places(), Kind: gym.Str}}}
}

// places are what is allowed, in words.
func (h *HTTP) places() string {
	if len(h.allow) == 0 {
		return "nothing: no address is allowed"
	}
	list := make([]string, len(h.allow))
	for i, u := range h.allow {
		list[i] = u.String()
	}
	return strings.Join(list, ", ")
}

// Call fetches.
func (h *HTTP) Call(ctx context.Context, args []gym.Value) (Result, error) {
	u, err := url.Parse(strings.TrimSpace(args[0].Text))
	if err != nil {
		return Result{}, gym.Mistakef("%.80q is no address", args[0].Text)
	}
	if err := h.allowed(u); err != nil {
		return Result{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Result{}, gym.Mistakef("%.80q is no address", args[0].Text)
	}
	req.Header.Set("User-Agent", "turngym")
	resp, err := h.client.Do(req)
	if err != nil {
		return Result{}, mistaken(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return Result{}, gym.Mistakef("%s answers: %s", u.Redacted(), resp.Status)
	}
	text, err := readText(resp)
	if err != nil {
		return Result{}, mistaken(err)
	}
	return Result{Text: text}, nil
}

// mistaken is the mistake within an error of the client's, where there is one.
func mistaken(err error) error {
	var m *gym.Mistake
	if errors.As(err, &m) {
		return m
	}
	return err
}

// readText is a response's text in UTF-8.
func readText(resp *http.Response) (string, error) {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	readable := kind == "" || strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml") || strings.HasSuffix(kind, "javascript")
	if !readable {
		return "", gym.Mistakef("%s is %s, not text", resp.Request.URL.Redacted(), kind)
	}
	body := io.LimitReader(resp.Body, bodyMax)
	if r, err := charset.NewReader(body, resp.Header.Get("Content-Type")); err == nil {
		body = r
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return "", err
	}
	if kind == "" && !utf8.Valid(text) {
		return "", gym.Mistakef("%s is not text", resp.Request.URL.Redacted())
	}
	return string(text), nil
}

// allowed says whether an address is under one of the prefixes, and if not,
// what is.
func (h *HTTP) allowed(u *url.URL) error {
	for _, a := range h.allow {
		if u.Scheme == a.Scheme && u.User == nil && strings.EqualFold(u.Hostname(), a.Hostname()) && port(u) == port(a) && under(u, a) {
			return nil
		}
	}
	return gym.Mistakef("%.80q is not allowed; allowed is what stands under %s", u.Redacted(), h.places())
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}

// under compares paths by whole steps, and takes no path that a server might
// read as another one.
func under(u, a *url.URL) bool {
	prefix := strings.TrimSuffix(a.Path, "/")
	if prefix == "" {
		return true
	}
	if strings.Contains(u.Path, "\\") || strings.Contains(strings.ToLower(u.EscapedPath()), "%2f") || strings.Contains(u.Path, "%") ||
		slices.Contains(strings.Split(u.Path, "/"), "..") {
		return false
	}
	p := path.Clean("/" + u.Path)
	return p == prefix || strings.HasPrefix(p, prefix+"/")
}

// reserved are networks that [netip.Addr] has no word for.
func reserved() []netip.Prefix {
	var list []netip.Prefix
	for _, s := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10"} {
		list = append(list, netip.MustParsePrefix(s))
	}
	return list
}

// dialled says whether an address may be connected to: it is asked for the very
// address, after the name was resolved.
func (h *HTTP) dialled(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap().WithZone("")
	for _, a := range h.allow {
		if listed, err := netip.ParseAddr(a.Hostname()); err == nil && listed.Unmap() == ip || a.Hostname() == "localhost" && ip.IsLoopback() {
			return nil
		}
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || slices.ContainsFunc(reserved(), func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return gym.Mistakef("this address leads into a private network, which is not allowed")
	}
	return nil
}
