package sites

import (
	"net/http"
	"strconv"
	"strings"
)

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
