package toolbox

import (
	"slices"
	"strconv"
	"strings"
)

// width is the most columns a table may have.
const width = 6

// table is a kind of record: what its columns are, and how people speak of one.
type table struct {
	role    string // of the elements that show its records
	columns []column
	key     int    // the column that records are looked up by
	by      string // the record by its key: "the meeting with %s"
	find    string // the function that looks records up, by its plain name
	most    []most
	number  bool // the first column is a number that callers name the record by
}

// column is one of a table's columns. Its cells are drawn from values, or are
// numbers between min and max; a column with neither starts empty.
type column struct {
	label    string // before the cell where a record is shown
	values   []string
	min, max int
	step     int
	like     *table // drawn from the keys of this table's records
	once     bool   // no two records of a task have the same
	fixed    bool   // a record's name: it is no function's to change
	also     string // tells records with the same key apart: "on %s"
	asked    string // a question for the cell: "On which day is %s?"
}

// most is the record that has the least or the most of something.
type most struct {
	column int
	high   bool
	by     string // "the cheapest flight to %s"
}

// record is a row of a table, with the texts that show it.
type record struct {
	table       *table
	id          int
	cells       [width]string
	gone        bool
	known       bool   // it has been shown
	name, value string // the texts; no name: they are to be made
}

// same says whether two records have the same cells and are both there.
func (r *record) same(o *record) bool {
	if r.table != o.table || r.gone != o.gone {
		return false
	}
	for i := range r.cells {
		if r.cells[i] != o.cells[i] && !strings.EqualFold(r.cells[i], o.cells[i]) {
			return false
		}
	}
	return true
}

// spell makes the texts that show the record anew. What never changes is its
// name, so that a change is seen as one of the same record.
func (r *record) spell() {
	var name, value []byte
	for i := range r.table.columns {
		c := &r.table.columns[i]
		if r.cells[i] == "" {
			continue
		}
		dst := &value
		if c.fixed {
			dst = &name
		}
		for _, s := range [2]string{c.label, r.cells[i]} {
			if s != "" {
				if len(*dst) > 0 {
					*dst = append(*dst, ' ')
				}
				*dst = append(*dst, s...)
			}
		}
	}
	r.name, r.value = string(name), string(value)
}

// count is a cell as a number; what is none is 0.
func (r *record) count(column int) int {
	n, _ := strconv.Atoi(r.cells[column])
	return n
}

// data are the records of a service, those that have been made since at the end.
type data []record

// set changes a cell.
func (d data) set(i, column int, cell string) {
	d[i].cells[column] = cell
	d[i].known, d[i].name = true, ""
}

// drop takes a record away; it is still shown, as gone.
func (d data) drop(i int) { d[i].gone, d[i].known = true, true }

// add makes a record, which is shown.
func (d *data) add(t *table, cells ...string) {
	r := record{table: t, id: 1, known: true}
	for i := range *d {
		r.id = max(r.id, (*d)[i].id+1)
	}
	copy(r.cells[:], cells)
	*d = append(*d, r)
}

// find is the index of the first record with that cell, or -1.
func (d data) find(t *table, column int, cell string) int {
	return slices.IndexFunc(d, func(r record) bool {
		return r.table == t && !r.gone && strings.EqualFold(r.cells[column], cell)
	})
}

// difference is how far the records are on their way from start to want:
// how many must be other than they were, how many of those are right, and how
// many are neither what they were nor what they must be.
func (d data) difference(start, want data) (needed, right, wrong int) {
	for i := range start {
		must := !start[i].same(&want[i])
		if must {
			needed++
		}
		switch {
		case d[i].same(&want[i]):
			if must {
				right++
			}
		case !d[i].same(&start[i]):
			wrong++
		}
	}
	needed += len(want) - len(start)
	var taken uint64 // of those that want has more; a task makes a few
	for i := len(start); i < len(d); i++ {
		if d[i].gone {
			continue
		}
		at := len(start)
		for at < len(want) && (taken&(1<<(at-len(start))) != 0 || !d[i].same(&want[at])) {
			at++
		}
		if at == len(want) {
			wrong++
			continue
		}
		taken |= 1 << (at - len(start))
		right++
	}
	return needed, right, wrong
}
