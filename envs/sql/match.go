package sql

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/tools/sqlbox"
)

// How near a result is to the right one is in the spirit of PaVeRL-SQL (Hao et
// al. 2025, arXiv:2509.07159), whose reward counts a result that is right in
// part, and of BIRD's soft F1 (Li et al. 2023, arXiv:2305.03111). For a result T
// and the right one R that are not equal:
//
//	match = cap · (0.1 + 0.45 · F1(columns) + 0.45 · F1(rows))
//	F1(rows)    = 2 |rows(T) ∩ rows(R)| / (|rows(T)| + |rows(R)|), as bags
//	F1(columns) = 2 Σ_c max_d F1(cells of c in R, cells of d in T) / (columns of T + columns of R), each d once
//
// 0.1 is for a query that runs. What is equal has match 1; where only the order
// is wrong, and it was asked for, and all else that is near, it is at most cap.
const (
	runs   = 0.1
	shares = 0.45
	most   = 0.95 // cap
)

// match is how near got is to want, 0 to 1; 1 is equal.
func match(got, want *sqlbox.Table, ordered bool) float64 {
	if got == nil {
		return 0
	}
	a, b := lines(got), lines(want)
	if !got.More && len(got.Columns) == len(want.Columns) && slices.Equal(a, b) {
		return 1
	}
	slices.Sort(a)
	slices.Sort(b)
	if !ordered && !got.More && len(got.Columns) == len(want.Columns) && slices.Equal(a, b) {
		return 1
	}
	return most * (runs + shares*columnsF1(got, want) + shares*f1(shared(a, b), len(a), len(b)))
}

// f1 is the share of what two bags have in common.
func f1(same, a, b int) float64 {
	if a+b == 0 {
		return 0
	}
	return 2 * float64(same) / float64(a+b)
}

// shared is how many elements two sorted bags have in common.
func shared(a, b []string) (n int) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch c := strings.Compare(a[i], b[j]); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			n, i, j = n+1, i+1, j+1
		}
	}
	return n
}

// columnsF1 pairs each right column with the one of the result that is most
// like it.
func columnsF1(got, want *sqlbox.Table) float64 {
	left := make([][]string, len(got.Columns))
	for i := range left {
		left[i] = cells(got, i)
	}
	sum := 0.0
	for i := range want.Columns {
		right := cells(want, i)
		best, at := 0.0, -1
		for j, l := range left {
			if f := f1(shared(right, l), len(right), len(l)); l != nil && f > best {
				best, at = f, j
			}
		}
		if at >= 0 {
			sum, left[at] = sum+best, nil
		}
	}
	return 2 * sum / float64(len(got.Columns)+len(want.Columns))
}

// cells are a column's values, sorted.
func cells(t *sqlbox.Table, column int) []string {
	list := make([]string, len(t.Rows))
	for i, row := range t.Rows {
		list[i] = canonical(row[column])
	}
	slices.Sort(list)
	return list
}

// lines are the rows, each as one text.
func lines(t *sqlbox.Table) []string {
	list := make([]string, len(t.Rows))
	for i, row := range t.Rows {
		parts := make([]string, len(row))
		for j, v := range row {
			parts[j] = canonical(v)
		}
		list[i] = strings.Join(parts, "\x00")
	}
	return list
}

// canonical is a text that two values share when they are the same answer:
// numbers to six digits, whatever their type.
func canonical(v sqlbox.Value) string {
	if n, ok := v.Number(); ok {
		if n == math.Trunc(n) && math.Abs(n) < 1e15 {
			return strconv.FormatInt(int64(n), 10)
		}
		return strconv.FormatFloat(n, 'g', 6, 64)
	}
	if v.Kind == sqlbox.Text {
		return "'" + v.Text
	}
	return ""
}
