package sql

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/tools/sqlbox"
)

// shape is which tables of a domain a question needs.
type shape uint8

const (
	alone  shape = iota // things, at level 1 without keys
	timed               // the same, with their day
	pair                // things and owners
	linked              // things and events
	chain               // things, owners and events; people from level 3
)

// tablesOf are the tables that a database of a shape has; higher levels have
// more than the question needs.
func tablesOf(s shape, level int) []int {
	list := [][]int{alone: {things}, timed: {things}, pair: {things, owners}, linked: {things, events}, chain: {things, owners, events}}[s]
	switch {
	case level >= 3:
		return []int{things, owners, events, people}
	case level == 2 && len(list) < 3:
		if s == linked {
			return []int{things, events, people}
		}
		return []int{things, owners, events}
	}
	return list
}

// data is a database: its tables as they were drawn, and all its rows. It does
// not change once it is made, and boxes are copies of its image.
type data struct {
	domain *domain
	tables []filled // in the order in which they are shown
	image  sqlbox.Image
}

// filled is a table with the columns that were drawn for it, and its rows. Cells
// are as SQL writes them, but for the quotes.
type filled struct {
	*table
	role int // things, owners, …
	cols []column
	rows [][]string
}

// sizes are how many rows tables have at most and at least, by level and by what
// they are.
var sizes = [3][4][2]int{
	{{8, 14}, {3, 5}, {10, 16}, {4, 6}},
	{{18, 36}, {5, 8}, {24, 50}, {8, 14}},
	{{40, 90}, {8, 12}, {90, 180}, {14, 30}},
}

// draw draws a database and fills it.
func draw(ctx context.Context, d *domain, s shape, level int, rng *rand.Rand) (*data, error) {
	db := &data{domain: d}
	have := tablesOf(s, level)
	for _, role := range have {
		size := sizes[level-1][role]
		f := filled{table: &d.tables[role], role: role, cols: d.columns(role, have, s, level, rng)}
		f.rows = make([][]string, size[0]+rng.IntN(size[1]-size[0]+1))
		for r := range f.rows {
			f.rows[r] = make([]string, len(f.cols))
		}
		db.tables = append(db.tables, f)
	}
	for i := range db.tables {
		for c := range db.tables[i].cols {
			db.fill(&db.tables[i], c, rng)
		}
	}
	rng.Shuffle(len(db.tables), func(i, j int) { db.tables[i], db.tables[j] = db.tables[j], db.tables[i] })
	var err error
	db.image, err = sqlbox.Build(ctx, db.script())
	return db, err
}

// columns are those that a table has in one database: at level 1 as few as the
// question can do with, and some beside them.
func (d *domain) columns(role int, have []int, s shape, level int, rng *rand.Rand) []column {
	t := &d.tables[role]
	var list []column
	seen := map[kind]bool{}
	for _, c := range t.columns {
		needed := level > 1 || c.kind == label || c.kind == date && s == timed || c.kind != date && !seen[c.kind]
		if needed || c.kind != date && s == alone && rng.IntN(3) > 0 {
			list = append(list, c)
		}
		seen[c.kind] = true
	}
	for _, of := range t.refs {
		if slices.Contains(have, of) {
			list = append(list, column{name: d.tables[of].key(), kind: key, of: of})
		}
	}
	rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	if len(have) > 1 && !(level == 1 && role == events) {
		list = slices.Insert(list, 0, column{name: t.key(), kind: key, of: role})
	}
	return list
}

// fill draws a column's cells.
func (db *data) fill(f *filled, c int, rng *rand.Rand) {
	col := &f.cols[c]
	order := rng.Perm(len(col.words))
	taken := map[string]bool{}
	some := min(len(col.words), 3+rng.IntN(3)) // of the words of a column, a few are in use
	for r := range f.rows {
		cell := &f.rows[r][c]
		switch col.kind {
		case label:
			*cell = col.words[order[r%len(order)]]
		case word:
			*cell = col.words[order[rng.IntN(some)]]
		case number:
			for *cell = ""; *cell == "" || taken[*cell]; {
				*cell = strconv.Itoa(col.min + rng.IntN(col.max-col.min+1))
			}
			taken[*cell] = col.max-col.min >= 2*len(f.rows) // where there is room, no two are alike: orders are clear
		case date:
			*cell = fmt.Sprintf("%d-%02d-%02d", 2020+rng.IntN(4), 1+rng.IntN(12), 1+rng.IntN(28))
		case key:
			if *cell = strconv.Itoa(r + 1); col.of != f.role { // some rows have nothing that belongs to them
				n := len(db.role(col.of).rows)
				*cell = strconv.Itoa(1 + rng.IntN(max(1, n*3/4)))
			}
		}
	}
}

// role is the table that has this role, or nil.
func (db *data) role(role int) *filled {
	for i := range db.tables {
		if db.tables[i].role == role {
			return &db.tables[i]
		}
	}
	return nil
}

// script makes the database in SQL.
func (db *data) script() string {
	var b strings.Builder
	for i := range db.tables {
		f := &db.tables[i]
		b.WriteString("CREATE TABLE " + f.name + " (")
		for c := range f.cols {
			if c > 0 {
				b.WriteString(", ")
			}
			b.WriteString(f.cols[c].name + " " + f.cols[c].sqlType())
			if col := &f.cols[c]; col.kind == key && col.of == f.role {
				b.WriteString(" PRIMARY KEY")
			} else if col.kind == key {
				b.WriteString(" REFERENCES " + db.domain.tables[col.of].name)
			}
		}
		b.WriteString(");\nINSERT INTO " + f.name + " VALUES ")
		for r, row := range f.rows {
			if r > 0 {
				b.WriteString(", ")
			}
			b.WriteByte('(')
			for c, cell := range row {
				if c > 0 {
					b.WriteByte(',')
				}
				b.WriteString(f.cols[c].quote(cell))
			}
			b.WriteByte(')')
		}
		b.WriteString(";\n")
	}
	return b.String()
}

// sqlType is the column's type, in SQL and as it is shown.
func (c *column) sqlType() string {
	switch c.kind {
	case number, key:
		return "INTEGER"
	case date:
		return "DATE"
	}
	return "TEXT"
}

// quote is a cell as SQL writes it.
func (c *column) quote(cell string) string {
	if c.kind == number || c.kind == key {
		return cell
	}
	return "'" + cell + "'"
}
