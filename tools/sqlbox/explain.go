package sqlbox

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym/catalog"

	sqlite3 "modernc.org/sqlite/lib"
)

// explain makes of an error of SQLite's one for who wrote the query.
func (b *Box) explain(ctx context.Context, err error) error {
	var c *code
	if !errors.As(err, &c) {
		return err
	}
	switch c.rc & 0xff {
	case sqlite3.SQLITE_AUTH:
		what := b.guard.refused
		if what == "" {
			what = "this"
		}
		return &Error{what + " is not allowed here"}
	case sqlite3.SQLITE_INTERRUPT:
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &Error{"the query was stopped: it takes too long"}
	case sqlite3.SQLITE_TOOBIG:
		return &Error{"a text or a number of bytes is too big"}
	case sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_INTERNAL, sqlite3.SQLITE_MISUSE:
		return err
	}
	return &Error{c.text + b.near(ctx, c.text)}
}

// near is the end of a message about an unknown name: the nearest one there is.
func (b *Box) near(ctx context.Context, text string) string {
	names := ""
	switch {
	case strings.HasPrefix(text, "no such table: "):
		names = "SELECT name FROM sqlite_schema WHERE type = 'table'"
	case strings.HasPrefix(text, "no such column: "):
		names = "SELECT DISTINCT c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'"
	default:
		return ""
	}
	_, word, _ := strings.Cut(text, ": ")
	if _, after, ok := strings.Cut(word, "."); ok {
		word = after
	}
	if word == "" || len(word) > 40 {
		return ""
	}
	t, err := b.Query(ctx, names, Limits{})
	if err != nil {
		return ""
	}
	var list []string
	for _, row := range t.Rows {
		list = append(list, row[0].Text)
	}
	slices.Sort(list)
	if best := catalog.Nearest(word, list); best != "" {
		return "; the nearest name is " + best
	}
	return ""
}
