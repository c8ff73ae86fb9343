package sql

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/tools/sqlbox"
)

// question is what a task asks, and its answer.
type question struct {
	goal    string
	sql     string   // a right query, its words apart
	ordered bool     // the order of the rows is asked for
	whole   bool     // it is about every row
	alike   []string // other ways to understand it, which must not make a difference
	result  *sqlbox.Table
}

// asker draws a question about a database.
type asker struct {
	*data
	rng   *rand.Rand
	level int
	said  map[*column]string // in this question: a column is called the same throughout
}

// tries is how often a question is drawn anew before the database is given up.
const tries = 40

// limits are those of every query of an episode.
var limits = sqlbox.Limits{Rows: 300, Steps: 300_000}

// errNoQuestion is a fault: the lists in domains.go do not allow the question.
var errNoQuestion = errors.New("no question about this database has an answer of its own")

// ask draws a question until it is sound.
func ask(ctx context.Context, box *sqlbox.Box, db *data, level int, rng *rand.Rand, draw func(*asker) question) (question, error) {
	a := &asker{data: db, rng: rng, level: level}
	for range tries {
		a.said = map[*column]string{}
		q := draw(a)
		if q.sql == "" {
			continue
		}
		ok, err := a.sound(ctx, box, &q)
		if err != nil {
			return question{}, fmt.Errorf("%s: %w", q.sql, err)
		}
		if ok {
			return q, nil
		}
	}
	return question{}, errNoQuestion
}

// sound runs the right query and says whether the question is worth asking: its
// result is something, it is not just everything, and queries that miss one
// point of the question (see wrong) give something else.
func (a *asker) sound(ctx context.Context, box *sqlbox.Box, q *question) (bool, error) {
	var err error
	if q.result, err = box.Query(ctx, q.sql, limits); err != nil {
		return false, err
	}
	n := len(q.result.Rows)
	if n == 0 || q.result.More || q.result.Rows[0][0].Kind == sqlbox.Null || n > 40 && !q.whole {
		return false, nil
	}
	if first := q.result.Rows[0]; n == 1 && len(first) == 1 && first[0].Kind == sqlbox.Int && first[0].Int == 0 {
		return false, nil
	}
	if !q.whole && n == len(a.role(things).rows) {
		return false, nil
	}
	for _, sql := range q.alike {
		t, err := box.Query(ctx, sql, limits)
		if err != nil || match(t, q.result, q.ordered) < 1 {
			return false, err
		}
	}
	few := limits
	few.Rows = n // one more is a difference
	for _, sql := range wrong(q.sql) {
		t, err := box.Query(ctx, sql, few)
		var bad *sqlbox.Error
		if err != nil && !errors.As(err, &bad) {
			return false, err
		}
		if err == nil && match(t, q.result, q.ordered) == 1 {
			return false, nil
		}
	}
	return true, nil
}

// slips are words that a query may have in place of others by mistake; "" leaves
// the word out.
var slips = [][2]string{{">", "<"}, {"<", ">"}, {">=", "<"}, {"<=", ">"}, {"=", "<>"}, {"<>", "="}, {"max(", "min("}, {"min(", "max("},
	{"sum(", "avg("}, {"avg(", "sum("}, {"sum(", "max("}, {"distinct", ""}, {"desc", ""}, {"not", ""}, {"and", "or"}, {"or", "and"},
	{"intersect", "union"}, {"except", "intersect"}, {"union", "intersect"}}

// clauses are words that a part of a query begins with, which may be forgotten,
// and those that it ends before.
var clauses = []struct {
	begin string
	end   []string
}{
	{"where", []string{"group", "order", "having", "limit", "intersect", "except", "union", ")"}},
	{"having", []string{"order", "limit"}},
	{"limit", nil},
	{"order", []string{"limit", ")"}},
	{"partition", []string{"order"}},
	{"and", []string{"group", "order", "having", "limit", "intersect", "except", "union", ")", "and"}},
}

// wrong are queries that are like a right one and miss one point.
func wrong(sql string) []string {
	words := strings.Fields(sql)
	var list []string
	for i, w := range words {
		for _, s := range slips {
			if s[0] == w {
				list = append(list, strings.Join(slices.Concat(words[:i], []string{s[1]}, words[i+1:]), " "))
			}
		}
		for _, c := range clauses {
			if c.begin == w {
				list = append(list, strings.Join(slices.Concat(words[:i], words[until(words, i+1, c.end):]), " "))
			}
		}
	}
	return list
}

// until is the place of the first of the ends that is not in a bracket opened
// after from, or the end.
func until(words []string, from int, ends []string) int {
	depth := 0
	for i := from; i < len(words); i++ {
		switch {
		case depth == 0 && slices.Contains(ends, words[i]):
			return i
		case strings.HasSuffix(words[i], "("):
			depth++
		case words[i] == ")":
			depth--
		}
	}
	return len(words)
}

// What follows draws the parts of questions.

// pick is one of a list.
func pick[T any](rng *rand.Rand, list ...T) T { return list[rng.IntN(len(list))] }

// col is a column of a kind of the table with this role, or nil.
func (a *asker) col(role int, k kind) *column {
	list := a.cols(role, k)
	if len(list) == 0 {
		return nil
	}
	return list[a.rng.IntN(len(list))]
}

func (a *asker) cols(role int, k kind) (list []*column) {
	f := a.role(role)
	for i := range f.cols {
		if f.cols[i].kind == k {
			list = append(list, &f.cols[i])
		}
	}
	return list
}

// say is a column as the question calls it: by its name, later also otherwise.
func (a *asker) say(c *column) string {
	if _, ok := a.said[c]; !ok {
		a.said[c] = c.name
		if a.level > 1 && c.said != "" && a.rng.IntN(2) == 0 {
			a.said[c] = c.said
		}
	}
	return a.said[c]
}

// cell is a random cell of a column.
func (a *asker) cell(role int, c *column) string {
	f := a.role(role)
	return f.rows[a.rng.IntN(len(f.rows))][f.at(c)]
}

// cond is a condition, in words and in SQL.
type cond struct{ said, sql string }

// is asks for a word, at level 3 also for another one.
func (a *asker) is(role int, c *column) cond {
	v := c.quote(a.cell(role, c))
	if a.level > 2 && a.rng.IntN(3) == 0 {
		return cond{"whose " + a.say(c) + " is not " + v, c.name + " <> " + v}
	}
	return cond{"whose " + a.say(c) + " is " + v, c.name + " = " + v}
}

// than asks for a number on one side of another.
func (a *asker) than(role int, c *column) cond {
	v := a.cell(role, c)
	said := "whose " + a.say(c) + " is "
	switch n := a.rng.IntN(2 * min(a.level, 2)); {
	case a.level > 2 && n == 0:
		w := a.cell(role, c)
		if x, _ := strconv.Atoi(v); x > atoi(w) {
			v, w = w, v
		}
		if v == w {
			return cond{said + v, c.name + " = " + v}
		}
		return cond{said + "between " + v + " and " + w, c.name + " between " + v + " and " + w}
	case n == 0:
		return cond{said + "more than " + v, c.name + " > " + v}
	case n == 1:
		return cond{said + "less than " + v, c.name + " < " + v}
	case n == 2:
		return cond{said + "at least " + v, c.name + " >= " + v}
	default:
		return cond{said + "at most " + v, c.name + " <= " + v}
	}
}

// few asks for a number so near an end of its column that few rows have it.
func (a *asker) few(role int, c *column) cond {
	f := a.role(role)
	var list []int
	for _, row := range f.rows {
		list = append(list, atoi(row[f.at(c)]))
	}
	slices.Sort(list)
	k := 1 + a.rng.IntN(min(6, len(list)/2))
	if a.rng.IntN(2) == 0 {
		v := strconv.Itoa(list[len(list)-1-k])
		return cond{"whose " + a.say(c) + " is more than " + v, c.name + " > " + v}
	}
	v := strconv.Itoa(list[k])
	return cond{"whose " + a.say(c) + " is less than " + v, c.name + " < " + v}
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// where is a condition on the table with this role: on a word or a number.
func (a *asker) where(role int) cond {
	if c := a.col(role, word); c != nil && a.rng.IntN(2) == 0 {
		return a.is(role, c)
	}
	if c := a.col(role, number); c != nil {
		return a.than(role, c)
	}
	return a.is(role, a.col(role, word))
}

// both are two conditions, one on a word and one on a number.
func (a *asker) both(role int) cond {
	x, y := a.is(role, a.col(role, word)), a.than(role, a.col(role, number))
	if a.level > 2 && a.rng.IntN(3) == 0 {
		return cond{x.said + " or " + y.said, x.sql + " or " + y.sql}
	}
	return cond{x.said + " and " + y.said, x.sql + " and " + y.sql}
}

// harder is one condition at level 1 and two after it.
func (a *asker) harder(role int) cond {
	if a.level == 1 {
		return a.where(role)
	}
	return a.both(role)
}

// name is a table's name.
func (a *asker) name(role int) string { return a.domain.tables[role].name }

// join is "join owners using ( owner_id )".
func (a *asker) join(role, by int) string {
	return "join " + a.name(role) + " using ( " + a.domain.tables[by].key() + " )"
}
