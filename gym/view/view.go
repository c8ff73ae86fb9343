// Package view shows recorded episodes as a local web page: what the agent
// saw, what it wrote token by token and how sure it was, what that gave.
//
// It reads folders of shards (gym/record) and nothing else; how tokens are
// spelt, what a run pays and what a turn looked like are functions that the
// caller gives. It is no dashboard: curves and comparisons of runs are not its
// business. Start with [Handler]; [Replay] draws the pictures.
//
// What is shown comes from pages that nobody vouches for. The page puts it on
// the screen as text only, a content security policy forbids all else, and a
// name under which the address is reached must be this machine's own.
package view

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"github.com/turngym/turngym/gym"
)

//go:embed page
var embedded embed.FS

// Folder is a folder of recorded episodes, and its name on the page.
type Folder struct{ Name, Dir string }

// Picture is what a turn's observation looked like.
type Picture struct {
	Image []byte // PNG or JPEG
	Mark  *Mark  // where the turn's action went; nil where that is not known
}

// Mark is a box, in the picture's pixels.
type Mark struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	W float64 `json:"w"`
	H float64 `json:"h"`
}

// Handler serves the page and the episodes behind it. The exported fields are
// set before the first request; those that are nil are done without. It is
// safe for many goroutines, and calls Pieces and Pay from several.
type Handler struct {
	Name    string   // of the run
	Folders []Folder // listed in this order; they may grow, and need not be there yet
	Public  bool     // answer under any name, not only under this machine's own

	Pieces  func(ids []int32) []string                                            // the text of each token; nil: their numbers
	Pay     func(ep *gym.Episode) ([]gym.Signals, error)                          // what each reward paid each turn
	Picture func(ctx context.Context, ep *gym.Episode, turn int) (Picture, error) // turn len(ep.Turns) is the end

	once  sync.Once
	mux   *http.ServeMux
	index index
}

var _ http.Handler = (*Handler)(nil)

// Scan reads what was recorded since the last look and returns how many
// episodes there are. Every request for the list does the same; the first
// look reads all and may take long.
func (h *Handler) Scan() int { return h.index.scan(h) }

// policy lets the page load its own files and pictures in data, and no more.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP answers for the page's files and for /api.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.once.Do(h.routes)
	head := w.Header()
	head.Set("Content-Security-Policy", policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Cache-Control", "no-store")
	if !h.Public && !Loopback(r.Host) {
		fail(w, http.StatusForbidden, fmt.Errorf("this page is not served as %q; open it under the address that gym view printed", r.Host))
		return
	}
	h.mux.ServeHTTP(w, r)
}

// Loopback says whether a host, with or without a port, is a name that only
// this machine has for itself.
func Loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func (h *Handler) routes() {
	files, _ := fs.Sub(embedded, "page") // the folder is embedded
	h.mux = http.NewServeMux()
	h.mux.Handle("GET /", http.FileServerFS(files))
	h.mux.HandleFunc("GET /api/episodes", h.list)
	h.mux.HandleFunc("GET /api/episode/{key...}", h.episode)
	h.mux.HandleFunc("GET /api/picture/{turn}/{key...}", h.picture)
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) {
	q, err := parseQuery(r.URL.Query())
	if err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	h.Scan()
	answer(w, h.index.search(h, q))
}

func (h *Handler) episode(w http.ResponseWriter, r *http.Request) {
	ep, key := h.find(w, r)
	if ep != nil {
		answer(w, h.describe(key, ep))
	}
}

func (h *Handler) picture(w http.ResponseWriter, r *http.Request) {
	ep, key := h.find(w, r)
	if ep == nil {
		return
	}
	turn, err := strconv.Atoi(r.PathValue("turn"))
	if err != nil || turn < 0 || turn > len(ep.Turns) {
		fail(w, http.StatusNotFound, fmt.Errorf("episode %s has turns 0 to %d, and no %q", key, len(ep.Turns), r.PathValue("turn")))
		return
	}
	if h.Picture == nil {
		fail(w, http.StatusNotFound, errors.New("this run has no pictures"))
		return
	}
	p, err := h.Picture(r.Context(), ep, turn)
	if err != nil {
		fail(w, http.StatusConflict, err)
		return
	}
	kind := http.DetectContentType(p.Image)
	if kind != "image/png" && kind != "image/jpeg" {
		fail(w, http.StatusConflict, fmt.Errorf("the picture is %s; want PNG or JPEG", kind))
		return
	}
	answer(w, map[string]any{"type": kind, "image": p.Image, "mark": p.Mark})
}

// find reads the episode that a request names, or answers that there is none.
func (h *Handler) find(w http.ResponseWriter, r *http.Request) (*gym.Episode, string) {
	key := r.PathValue("key")
	ep, err := h.index.read(h, key)
	if err != nil {
		code := http.StatusInternalServerError
		if _, none := errors.AsType[unknown](err); none {
			code = http.StatusNotFound
		}
		fail(w, code, err)
		return nil, key
	}
	return ep, key
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v) // an error is a browser that went away
}

// fail answers with one line of text.
func fail(w http.ResponseWriter, code int, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	fmt.Fprintln(w, strings.ReplaceAll(err.Error(), "\n", " "))
}
