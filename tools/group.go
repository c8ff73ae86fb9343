package tools

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
)

// aggregate is one number of a group: sum(price).
type aggregate struct {
	name, function string
	column         int
}

// group makes a row of the rows that have the same cells in some columns, with
// numbers of each: "city: count, sum(price)". Without columns all rows are one.
func (t grid) group(text string) (grid, error) {
	by, rest, ok := strings.Cut(text, ":")
	if !ok {
		return t, gym.Mistakef("write group as: group city: count, sum(price); or of all rows: group : count")
	}
	var keys []int
	if strings.TrimSpace(by) != "" {
		var err error
		if keys, err = t.list(by); err != nil {
			return t, err
		}
	}
	var wanted []aggregate
	for part := range strings.SplitSeq(rest, ",") {
		a, err := t.aggregate(strings.TrimSpace(part))
		if err != nil {
			return t, err
		}
		wanted = append(wanted, a)
	}
	if len(keys)+len(wanted) > columnsMax {
		return t, gym.Mistakef("that is %d columns; at most %d can be made", len(keys)+len(wanted), columnsMax)
	}
	out := grid{columns: chosen(t.columns, keys)}
	for _, a := range wanted {
		out.columns = append(out.columns, a.name)
	}
	place, members := map[string]int{}, [][][]string{}
	for _, row := range t.rows { // groups come in the order of their first rows
		id := strings.Join(chosen(row, keys), "\x00")
		at, seen := place[id]
		if !seen {
			at = len(members)
			place[id], members = at, append(members, nil)
			out.rows = append(out.rows, chosen(row, keys))
		}
		members[at] = append(members[at], row)
	}
	if len(keys) == 0 && len(members) == 0 {
		members, out.rows = append(members, nil), append(out.rows, nil)
	}
	for i, rows := range members {
		for _, a := range wanted {
			cell, err := a.of(rows)
			if err != nil {
				return t, err
			}
			out.rows[i] = append(out.rows[i], cell)
		}
	}
	return out, nil
}

// aggregate reads count or sum(price).
func (t grid) aggregate(text string) (aggregate, error) {
	if strings.EqualFold(text, "count") {
		return aggregate{"count", "count", 0}, nil
	}
	function, rest, ok := strings.Cut(text, "(")
	function = strings.ToLower(strings.TrimSpace(function))
	name, closed := strings.CutSuffix(rest, ")")
	if !ok || !closed || !slices.Contains([]string{"sum", "mean", "min", "max"}, function) {
		return aggregate{}, gym.Mistakef("%.40q is none of count, sum(x), mean(x), min(x), max(x)", text)
	}
	at, err := t.column(name)
	if err != nil {
		return aggregate{}, err
	}
	return aggregate{function + "(" + t.columns[at] + ")", function, at}, nil
}

// of is the aggregate of a group's rows. Empty cells do not count.
func (a aggregate) of(rows [][]string) (string, error) {
	if a.function == "count" {
		return strconv.Itoa(len(rows)), nil
	}
	n, best, sum := int64(0), "", new(big.Rat)
	for _, row := range rows {
		cell := strings.TrimSpace(row[a.column])
		if cell == "" {
			continue
		}
		if a.function == "min" || a.function == "max" {
			if c := cells(cell, best); n == 0 || c != 0 && (c < 0) == (a.function == "min") {
				best = cell
			}
		} else if r := amount(cell); r != nil {
			sum.Add(sum, r)
		} else {
			return "", gym.Mistakef("%s: %.40q is no number", a.name, cell)
		}
		n++
	}
	switch {
	case a.function == "min" || a.function == "max":
		return best, nil
	case a.function == "sum":
		return decimal(sum), nil
	case n == 0:
		return "", nil
	}
	return decimal(sum.Quo(sum, new(big.Rat).SetInt64(n))), nil
}
