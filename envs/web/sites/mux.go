package sites

import (
	"context"
	"net/http"
)

// handlers are what a kind of site answers, by the patterns of [http.ServeMux]:
// "POST /cart/{id}".
type handlers[S Site] map[string]func(S, http.ResponseWriter, *http.Request)

// episodeKey is where a request carries the episode's site.
type episodeKey struct{}

// muxOf makes a mux that all episodes of a kind share. A mux of some twenty
// patterns takes longer to make (150 µs) than everything else about an episode.
func muxOf[S Site](p handlers[S]) *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, page := range p {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			page(r.Context().Value(episodeKey{}).(S), w, r)
		})
	}
	return mux
}

// serve makes a mux the one that answers for an episode's site.
func serve[S Site](s S, mux *http.ServeMux) S {
	b := s.base()
	b.mux, b.site = mux, s
	return s
}

// inEpisode is a request that a mux of [muxOf] brings to the pages of s.
func inEpisode(s Site, r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), episodeKey{}, s))
}
