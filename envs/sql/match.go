package sql

import (
	"slices"
	"strings"

	"github.com/turngym/turngym/tools/sqlbox"
)

// How near a result is to the right one is in the spirit of PaVeRL-SQL (Hao et
// al. 2025, arXiv:2509.07159), whose reward counts a result that is right in
// part, and of BIRD's soft F1 (Li et al. 2023, arXiv:2305.03111). Each column c of
// the right result R has the column p(c) of the result T that is most like it,
// or none; F1 compares bags. Where T is not equal to R:
//
//	match = cap · (0.1 + 0.45 · columns + 0.45 · rows)
//	columns = 2 Σ_c F1(cells of p(c), cells of c) / (columns of T + columns of R)
//	rows    = F1(rows of T in the columns p, rows of R in those c) · share of c that have a p(c)
//
// 0.1 is for a query that runs. What is equal has match 1; what is right but for
// the order, where it was asked for, has cap.
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
	if !got.More && len(got.Columns) == len(want.Columns) && len(got.Rows) == len(want.Rows) {
		every := make([]int, len(want.Columns))
		for i := range every {
			every[i] = i
		}
		a, b := lines(got, every), lines(want, every)
		if slices.Equal(a, b) {
			return 1
		}
		slices.Sort(a)
		slices.Sort(b)
		if !ordered && slices.Equal(a, b) {
			return 1
		}
	}
	pairs, sum := paired(got, want)
	var here, there []int
	for c, p := range pairs {
		if p >= 0 {
			here, there = append(here, p), append(there, c)
		}
	}
	rows := 0.0
	if len(here) > 0 {
		rows = f1(lines(got, here), lines(want, there)) * float64(len(here)) / float64(len(pairs))
	}
	return most * (runs + shares*2*sum/float64(len(got.Columns)+len(want.Columns)) + shares*rows)
}

// paired finds for each right column the one of the result that is most like it,
// each once, or -1; sum is how like they are.
func paired(got, want *sqlbox.Table) (pairs []int, sum float64) {
	taken := make([]bool, len(got.Columns))
	for c := range want.Columns {
		right := lines(want, []int{c})
		best, at := 0.0, -1
		for p := range got.Columns {
			if taken[p] {
				continue
			}
			if f := f1(lines(got, []int{p}), right); f > best {
				best, at = f, p
			}
		}
		if pairs = append(pairs, at); at >= 0 {
			sum, taken[at] = sum+best, true
		}
	}
	return pairs, sum
}

// f1 is the share of what two bags have in common. It sorts them.
func f1(a, b []string) float64 {
	slices.Sort(a)
	slices.Sort(b)
	same := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch c := strings.Compare(a[i], b[j]); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			same, i, j = same+1, i+1, j+1
		}
	}
	return 2 * float64(same) / float64(max(1, len(a)+len(b)))
}

// lines are the rows in some columns, each as one text.
func lines(t *sqlbox.Table, columns []int) []string {
	list := make([]string, len(t.Rows))
	for i, row := range t.Rows {
		if len(columns) == 1 {
			list[i] = canonical(row[columns[0]])
			continue
		}
		parts := make([]string, len(columns))
		for j, c := range columns {
			parts[j] = canonical(row[c])
		}
		list[i] = strings.Join(parts, "\x00")
	}
	return list
}

// canonical is a text that two values share when they are the same answer:
// numbers that look the same when they are shown, whatever their type.
func canonical(v sqlbox.Value) string {
	if v.Kind == sqlbox.Text {
		return "'" + v.Text
	}
	return v.String()
}
