// Package catalog is the one shape of everything that is chosen by name:
// families, recipes, estimators, objectives, devices, agents. A catalog is an
// index, a help page and a strict look-up in one; there are no global tables
// and no init functions.
package catalog

import (
	"fmt"
	"strings"
)

// Entry is one thing that can be chosen.
type Entry[T any] struct {
	Name string
	Doc  string   // one line: help, gallery
	From string   // paper or project; "" where it is our own
	New  func() T // defaults filled in; exported fields are the configuration
}

// Catalog is an ordered list of entries with distinct names.
type Catalog[T any] struct {
	kind    string
	entries []Entry[T]
}

// New makes a catalog of what kind names ("recipe"). It refuses blank and
// double names, blank docs and missing constructors.
func New[T any](kind string, entries ...Entry[T]) (*Catalog[T], error) {
	c := &Catalog[T]{kind: kind}
	for _, e := range entries {
		switch {
		case e.Name == "" || e.Doc == "" || e.New == nil:
			return nil, fmt.Errorf("%s %q: needs a name, a doc and a constructor", kind, e.Name)
		case c.has(e.Name):
			return nil, fmt.Errorf("%s %q is listed twice", kind, e.Name)
		}
		c.entries = append(c.entries, e)
	}
	return c, nil
}

// Must is New for lists that are written in the source, where an error is a bug.
func Must[T any](kind string, entries ...Entry[T]) *Catalog[T] {
	c, err := New(kind, entries...)
	if err != nil {
		panic(err)
	}
	return c
}

func (c *Catalog[T]) has(name string) bool {
	for _, e := range c.entries {
		if e.Name == name {
			return true
		}
	}
	return false
}

// Get finds an entry. The error names the nearest name and all of them.
func (c *Catalog[T]) Get(name string) (Entry[T], error) {
	for _, e := range c.entries {
		if e.Name == name {
			return e, nil
		}
	}
	return Entry[T]{}, Unknown(c.kind, name, c.Names())
}

// Entries are all entries in order; the caller must not change them.
func (c *Catalog[T]) Entries() []Entry[T] { return c.entries }

// Names are all names in order.
func (c *Catalog[T]) Names() []string {
	names := make([]string, len(c.entries))
	for i, e := range c.entries {
		names[i] = e.Name
	}
	return names
}

// Unknown is the error for a name that is not among names: it gives the
// nearest one where one is near, and the list where it is short.
func Unknown(kind, name string, names []string) error {
	msg := fmt.Sprintf("unknown %s %q", kind, name)
	if near := Nearest(name, names); near != "" {
		msg += fmt.Sprintf("; did you mean %q?", near)
	}
	if len(names) > 0 && len(names) <= 16 {
		msg += " (there are: " + strings.Join(names, ", ") + ")"
	}
	return fmt.Errorf("%s", msg)
}

// Nearest is the name with the smallest edit distance to word, or "" where
// none is within half the word's length.
func Nearest(word string, names []string) string {
	best, at := "", max(2, len(word)/2)+1
	for _, n := range names {
		if d := distance(strings.ToLower(word), strings.ToLower(n)); d < at {
			best, at = n, d
		}
	}
	return best
}

// distance is Levenshtein's, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diag
			if a[i] != b[j] {
				cost++
			}
			diag = row[j+1]
			row[j+1] = min(cost, row[j]+1, diag+1)
		}
	}
	return row[len(b)]
}
