package sites

import (
	"context"
	"net/http"
	"strconv"
	"strings"
)

// pageTable is the pages of a kind of site with many of them. All its episodes
// share one: a mux of 40 pages takes 0.1 ms to make, and opening a site should
// cost less than that.
type pageTable[S Site] struct{ mux *http.ServeMux }

// pageTableKey is under what a request's context holds the episode's site.
type pageTableKey struct{}

// newPageTable takes the pages by pattern; the patterns are those of
// [http.ServeMux].
func newPageTable[S Site](pages map[string]func(S, http.ResponseWriter, *http.Request)) pageTable[S] {
	mux := http.NewServeMux()
	for pattern, page := range pages {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			page(r.Context().Value(pageTableKey{}).(S), w, r)
		})
	}
	return pageTable[S]{mux}
}

// answer gives a site all of these pages.
func (t pageTable[S]) answer(s S) {
	s.base().handle("/", func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := t.mux.Handler(r); pattern == "" {
			s.base().missing(w)
			return
		}
		t.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), pageTableKey{}, s)))
	})
}

// leaf is one page of a long list: what is on it, and the ways to its
// neighbours, "" where there is none.
type leaf struct {
	From, To, Total int // counted from 1
	Prev, Next      string
}

// leafSize is how many things a page of a list shows.
const leafSize = 8

// leafOf cuts a list for a request, whose field from says where it begins.
func leafOf[T any](r *http.Request, list []T) ([]T, leaf) {
	from := min(max(0, atoi(r.FormValue("from"))), max(0, len(list)-1))
	to := min(from+leafSize, len(list))
	at := func(n int) string {
		q := r.URL.Query()
		q.Set("from", strconv.Itoa(n))
		return r.URL.Path + "?" + q.Encode()
	}
	l := leaf{From: from + 1, To: to, Total: len(list)}
	if from > 0 {
		l.Prev = at(max(0, from-leafSize))
	}
	if to < len(list) {
		l.Next = at(to)
	}
	return list[from:to], l
}

// typed is a form's field without the space around it, one line.
func typed(r *http.Request, name string) string {
	return strings.Join(strings.Fields(r.PostFormValue(name)), " ")
}
