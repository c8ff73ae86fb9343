package sites

import (
	"net/http"
	"strconv"
)

// pageRows is how many rows a page of a list shows.
const pageRows = 8

// pageLinks is what the foot of a list needs: the addresses of its
// neighbours, "" where there is none.
type pageLinks struct {
	Page, Last     int
	Previous, Next string
}

// paged is the part of a list that the request's page shows. A number that is
// no page is the nearest one.
func paged[T any](r *http.Request, all []T) ([]T, pageLinks) {
	last := max(1, (len(all)+pageRows-1)/pageRows)
	p := pageLinks{Page: min(max(1, atoi(r.FormValue("page"))), last), Last: last}
	link := func(n int) string {
		q := r.URL.Query()
		q.Set("page", strconv.Itoa(n))
		return r.URL.Path + "?" + q.Encode()
	}
	if p.Page > 1 {
		p.Previous = link(p.Page - 1)
	}
	if p.Page < last {
		p.Next = link(p.Page + 1)
	}
	from := (p.Page - 1) * pageRows
	return all[from:min(from+pageRows, len(all))], p
}

// menu is a list to choose from, for the template of that name.
type menu struct {
	Name, Label string
	Options     []string
	Chosen      string
}
