package sqlbox

import (
	"math"
	"strconv"
	"strings"
)

// Table is what a query gave.
type Table struct {
	Columns []string
	Rows    [][]Value
	More    bool // rows were left out
}

// Kind is what a value is.
type Kind uint8

// The kinds of values. A blob is a Text, as SQL writes it.
const (
	Null Kind = iota
	Int
	Real
	Text
)

// Value is one cell.
type Value struct {
	Kind Kind
	Int  int64
	Real float64
	Text string
}

// String is the value as it is shown: whole numbers without a point, others
// with at most two digits after it, NULL.
func (v Value) String() string {
	switch v.Kind {
	case Int:
		return strconv.FormatInt(v.Int, 10)
	case Real:
		if s := strconv.FormatFloat(math.Round(v.Real*100)/100+0, 'f', -1, 64); math.Abs(v.Real) < 1e12 {
			return s
		}
		return strconv.FormatFloat(v.Real, 'g', 6, 64)
	case Text:
		return v.Text
	}
	return "NULL"
}

// Line is a row as it is shown, its cells kept apart.
func Line(row []Value) string {
	cells := make([]string, len(row))
	for i, v := range row {
		cells[i] = v.String()
	}
	return strings.Join(cells, " | ")
}

// String is the whole table: its columns, its rows, a line each.
func (t *Table) String() string {
	var b strings.Builder
	b.WriteString(strings.Join(t.Columns, " | "))
	for _, row := range t.Rows {
		b.WriteString("\n" + Line(row))
	}
	if t.More {
		b.WriteString("\n(more rows were left out)")
	}
	return b.String()
}
