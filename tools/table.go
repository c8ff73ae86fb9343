package tools

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// Table works on a table in CSV by steps with a | between any two:
//
//	where price > 3 and city = Rome | group city: count, sum(price) | sort count desc | limit 5
//
// Numbers are compared and added up as numbers, exactly; all else as text.
type Table struct{}

// The bounds of a table.
const (
	tableMax   = 256 << 10 // bytes
	rowsMax    = 5000
	columnsMax = 50
	stepsMax   = 20
)

// Verb is table(csv, steps).
func (Table) Verb() gym.Verb {
	return gym.Verb{Name: "table", Doc: "Work on a CSV table: where, select, sort, group, limit, joined by |.", Params: []gym.Param{
		{Name: "csv", Doc: "the table; its first line names the columns", Kind: gym.Str},
		{Name: "steps", Doc: "as: where price > 3 and city = Rome | select name, price | sort price desc | limit 5; or: group city: count, sum(price)", Kind: gym.Str}}}
}

// Call does the steps.
func (Table) Call(ctx context.Context, args []gym.Value) (Result, error) {
	t, err := readTable(args[0].Text)
	if err != nil {
		return Result{}, err
	}
	steps := strings.Split(args[1].Text, "|")
	if len(steps) > stepsMax {
		return Result{}, gym.Mistakef("there are %d steps; at most %d are done", len(steps), stepsMax)
	}
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		if t, err = t.do(strings.TrimSpace(step)); err != nil {
			return Result{}, err
		}
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(t.columns)
	w.WriteAll(t.rows)
	return Result{Text: b.String()}, nil
}

// grid is a table: every row has a cell for each column.
type grid struct {
	columns []string
	rows    [][]string
}

func readTable(text string) (grid, error) {
	if len(text) > tableMax {
		return grid{}, gym.Mistakef("the table has %d bytes; at most %d are read", len(text), tableMax)
	}
	r := csv.NewReader(strings.NewReader(text))
	r.TrimLeadingSpace = true
	all, err := r.ReadAll()
	var bad *csv.ParseError
	switch {
	case errors.As(err, &bad):
		return grid{}, gym.Mistakef("the table cannot be read: line %d: %v", bad.Line, bad.Err)
	case len(all) == 0:
		return grid{}, gym.Mistakef("the table is empty; its first line is to name the columns")
	case len(all) > rowsMax+1 || len(all[0]) > columnsMax:
		return grid{}, gym.Mistakef("the table has %d rows and %d columns; at most %d and %d are read", len(all)-1, len(all[0]), rowsMax, columnsMax)
	}
	for i, c := range all[0] {
		all[0][i] = strings.TrimSpace(c)
	}
	return grid{all[0], all[1:]}, nil
}

// do is one step.
func (t grid) do(step string) (grid, error) {
	name, rest, _ := strings.Cut(step, " ")
	rest = strings.TrimSpace(rest)
	names := []string{"where", "select", "sort", "group", "limit"}
	switch strings.ToLower(name) {
	case "where":
		return t.where(rest)
	case "select":
		at, err := t.list(rest)
		if err != nil {
			return t, err
		}
		return t.pick(at), nil
	case "sort":
		return t.sort(rest)
	case "group":
		return t.group(rest)
	case "limit":
		n, err := strconv.Atoi(rest)
		if err != nil || n < 0 {
			return t, gym.Mistakef("limit wants a whole number, not %.40q", rest)
		}
		t.rows = t.rows[:min(n, len(t.rows))]
		return t, nil
	case "":
		return t, gym.Mistakef("a step is empty; the steps are %s", strings.Join(names, ", "))
	}
	return t, gym.Mistakef("there is no step %.40q; the steps are %s", name, strings.Join(names, ", "))
}

// column is a column's place.
func (t grid) column(name string) (int, error) {
	name = strings.Trim(strings.TrimSpace(name), `"'`)
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		if at := slices.IndexFunc(t.columns, func(c string) bool { return same(c, name) }); at >= 0 {
			return at, nil
		}
	}
	near := ""
	if n := catalog.Nearest(name, t.columns); n != "" {
		near = "did you mean " + n + "? "
	}
	return 0, gym.Mistakef("there is no column %.40q; %sthe columns are %s", name, near, strings.Join(t.columns, ", "))
}

// list are the places of columns with commas between them.
func (t grid) list(text string) ([]int, error) {
	var list []int
	for name := range strings.SplitSeq(text, ",") {
		at, err := t.column(name)
		if err != nil {
			return nil, err
		}
		list = append(list, at)
	}
	if len(list) > columnsMax {
		return nil, gym.Mistakef("at most %d columns can be named", columnsMax)
	}
	return list, nil
}

func (t grid) pick(at []int) grid {
	out := grid{columns: chosen(t.columns, at)}
	for _, row := range t.rows {
		out.rows = append(out.rows, chosen(row, at))
	}
	return out
}

func chosen(cells []string, at []int) []string {
	out := make([]string, len(at))
	for i, j := range at {
		out[i] = cells[j]
	}
	return out
}

// operators are the comparisons, the longer before those that begin them.
func operators() []string {
	return []string{"<=", ">=", "!=", "<>", "==", "=", "<", ">", " contains "}
}

// where keeps the rows that meet all conditions.
func (t grid) where(text string) (grid, error) {
	for condition := range strings.SplitSeq(text, " and ") {
		at, op := -1, ""
		for _, o := range operators() {
			if i := strings.Index(condition, o); i > 0 && (at < 0 || i < at) {
				at, op = i, o
			}
		}
		if at < 0 {
			return t, gym.Mistakef("%.60q is no condition; write one as price > 3, with = != < <= > >= or contains", condition)
		}
		column, err := t.column(condition[:at])
		if err != nil {
			return t, err
		}
		want := strings.Trim(strings.TrimSpace(condition[at+len(op):]), `"'`)
		var rows [][]string
		for _, row := range t.rows {
			if holds(row[column], strings.TrimSpace(op), want) {
				rows = append(rows, row)
			}
		}
		t.rows = rows
	}
	return t, nil
}

func holds(cell, op, want string) bool {
	if op == "contains" {
		return strings.Contains(strings.ToLower(cell), strings.ToLower(want))
	}
	c := cells(cell, want)
	switch op {
	case "=", "==":
		return c == 0
	case "!=", "<>":
		return c != 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// cells compares two: as numbers where both are, else as text. Numbers come first.
func cells(a, b string) int {
	x, y := amount(a), amount(b)
	switch {
	case x != nil && y != nil:
		return x.Cmp(y)
	case x != nil:
		return -1
	case y != nil:
		return 1
	}
	return cmp.Or(cmp.Compare(strings.ToLower(a), strings.ToLower(b)), cmp.Compare(a, b))
}

// amount is a cell's number, nil where it has none. Long ones are texts.
func amount(cell string) *big.Rat {
	if cell = strings.TrimSpace(cell); len(cell) > 40 || strings.Trim(cell, "0123456789.-+") != "" {
		return nil
	}
	r, ok := new(big.Rat).SetString(cell)
	if !ok {
		return nil
	}
	return r
}

// sort orders the rows; those that are alike stay in their order.
func (t grid) sort(text string) (grid, error) {
	type key struct{ column, sign int }
	var keys []key
	for part := range strings.SplitSeq(text, ",") {
		k, name := key{sign: 1}, strings.TrimSpace(part)
		if n, ok := strings.CutSuffix(name, " desc"); ok {
			name, k.sign = n, -1
		} else {
			name = strings.TrimSuffix(name, " asc")
		}
		var err error
		if k.column, err = t.column(name); err != nil {
			return t, err
		}
		keys = append(keys, k)
	}
	slices.SortStableFunc(t.rows, func(a, b []string) int {
		for _, k := range keys {
			if c := cells(a[k.column], b[k.column]); c != 0 {
				return c * k.sign
			}
		}
		return 0
	})
	return t, nil
}
