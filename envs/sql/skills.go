package sql

import (
	"fmt"
	"strconv"
	"strings"
)

// skill is one scenario: a kind of question, the tables it is about, and how one
// is drawn. A draw may fail: then it gives a question without SQL.
type skill struct {
	name, doc string
	shape     shape
	draw      func(*asker) question
}

// skills are the scenarios, from the plainest to the hardest.
var skills = []skill{
	{"filter", "rows that meet a condition: WHERE", alone, filter},
	{"count", "how many rows meet a condition: COUNT", alone, count},
	{"extreme", "the largest or smallest value: MAX, MIN", alone, extreme},
	{"total", "a sum or an average: SUM, AVG", alone, total},
	{"top", "the first few by a column: ORDER BY, LIMIT", alone, top},
	{"distinct", "the different values of a column: DISTINCT", alone, distinct},
	{"dates", "rows before, after or between days", timed, dates},
	{"group", "a number for each group: GROUP BY", alone, group},
	{"having", "groups that meet a condition: HAVING", alone, having},
	{"nested", "a comparison with the answer to another question: a subquery", alone, nested},
	{"sets", "values in this set and that, or in one of them: INTERSECT, EXCEPT, UNION", alone, sets},
	{"join", "two tables: JOIN", pair, join},
	{"missing", "rows that nothing belongs to: NOT IN, NOT EXISTS, LEFT JOIN", linked, missing},
	{"chain", "three tables: JOIN, JOIN", chain, joins},
	{"window", "ranks within all rows or groups: OVER", alone, window},
}

// show is what a question asks to be shown of things: the label, later also a
// second column. The words for both are in the order of the columns.
func (a *asker) show() (said, sql string) {
	l := a.col(things, label)
	if a.level < 3 {
		return a.say(l), l.name
	}
	c := a.col(things, number)
	return a.say(l) + " and " + a.say(c), l.name + " , " + c.name
}

func filter(a *asker) question {
	w := a.harder(things)
	said, sql := a.show()
	t := a.name(things)
	return question{
		goal: fmt.Sprintf(pick(a.rng, "Show the %s of the %s %s.", "List the %s of all %s %s.", "Find the %s of the %s %s."), said, t, w.said),
		sql:  "select " + sql + " from " + t + " where " + w.sql,
	}
}

func count(a *asker) question {
	w, t := a.harder(things), a.name(things)
	return question{
		goal: fmt.Sprintf(pick(a.rng, "How many %s are there %s?", "Count the %s %s.", "What is the number of %s %s?"), t, w.said),
		sql:  "select count(*) from " + t + " where " + w.sql,
	}
}

// ends are the two ends of a column, in words and in SQL.
var ends = [2][2]string{{"largest", "max("}, {"smallest", "min("}}

func extreme(a *asker) question {
	c, t, e := a.col(things, number), a.name(things), pick(a.rng, ends[:]...)
	w := a.harder(things)
	if a.level > 2 {
		return question{
			goal: fmt.Sprintf("What are the smallest and the largest %s of the %s %s?", a.say(c), t, w.said),
			sql:  fmt.Sprintf("select min( %s ) , max( %s ) from %s where %s", c.name, c.name, t, w.sql),
		}
	}
	return question{
		goal: fmt.Sprintf(pick(a.rng, "What is the %s %s of the %s %s?", "Find the %s %s of the %s %s."), e[0], a.say(c), t, w.said),
		sql:  fmt.Sprintf("select %s %s ) from %s where %s", e[1], c.name, t, w.sql),
	}
}

// totals are ways to make one number of many, in words and in SQL.
var totals = [2][2]string{{"total", "sum("}, {"average", "avg("}}

func total(a *asker) question {
	c, t, f := a.col(things, number), a.name(things), pick(a.rng, totals[:]...)
	w := a.harder(things)
	if a.level > 2 {
		return question{
			goal: fmt.Sprintf("What are the total %s and the average %s of the %s %s?", a.say(c), a.say(c), t, w.said),
			sql:  fmt.Sprintf("select sum( %s ) , avg( %s ) from %s where %s", c.name, c.name, t, w.sql),
		}
	}
	return question{
		goal: fmt.Sprintf(pick(a.rng, "What is the %s %s of the %s %s?", "Work out the %s %s of the %s %s."), f[0], a.say(c), t, w.said),
		sql:  fmt.Sprintf("select %s %s ) from %s where %s", f[1], c.name, t, w.sql),
	}
}

// tied says whether the first n rows of a query by order are not the only ones
// that could be: the row after them is as good, or two of them are alike.
func (a *asker) tied(c *column, keep func(row []string) bool, n int, desc bool) bool {
	f := a.role(things)
	var list []int
	for _, row := range f.rows {
		if keep == nil || keep(row) {
			list = append(list, atoi(row[f.at(c)]))
		}
	}
	sortInts(list, desc)
	for i := 1; i < len(list) && i <= n; i++ {
		if list[i] == list[i-1] {
			return true
		}
	}
	return len(list) <= n
}

func top(a *asker) question {
	c, t, n := a.col(things, number), a.name(things), 1+a.rng.IntN(3)
	l := a.col(things, label)
	side, order := "largest", " desc"
	if a.rng.IntN(2) == 0 {
		side, order = "smallest", ""
	}
	var keep func([]string) bool
	said, where, f := "", "", a.role(things)
	if a.level > 1 {
		w := a.col(things, word)
		v := a.cell(things, w)
		keep = func(row []string) bool { return row[f.at(w)] == v }
		said, where = " among those whose "+a.say(w)+" is "+w.quote(v), " where "+w.name+" = "+w.quote(v)
	}
	if a.tied(c, keep, n, order != "") {
		return question{}
	}
	shown, sql := a.say(l), l.name
	if a.level > 2 {
		shown, sql = shown+" and the "+a.say(c), sql+" , "+c.name
	}
	form := pick(a.rng, "Show the %s of the %s with the %s %s%s", "List the %s of the %s with the %s %s%s")
	first, end := strconv.Itoa(n)+" "+t, ", the "+side+" first."
	if n == 1 {
		first, end = a.domain.tables[things].one, "."
	}
	return question{
		goal:    fmt.Sprintf(form, shown, first, side, a.say(c), said) + end,
		sql:     fmt.Sprintf("select %s from %s%s order by %s%s limit %d", sql, t, where, c.name, order, n),
		ordered: true,
	}
}

func distinct(a *asker) question {
	c, t := a.col(things, word), a.name(things)
	w := a.few(things, a.col(things, number))
	if a.level > 2 {
		return question{
			goal: fmt.Sprintf("How many different %s are there among the %s %s?", plural(a.say(c)), t, w.said),
			sql:  fmt.Sprintf("select count( distinct %s ) from %s where %s", c.name, t, w.sql),
		}
	}
	said, where := "", ""
	if a.level > 1 || a.rng.IntN(2) == 0 {
		said, where = " "+w.said, " where "+w.sql
	}
	return question{
		goal: fmt.Sprintf(pick(a.rng, "List once each different %s of the %s%s.", "Show every %s of the %s%s without repeating."), a.say(c), t, said),
		sql:  fmt.Sprintf("select distinct %s from %s%s", c.name, t, where),
	}
}

// plural is good enough for the names in domains.go: kinds of goods, categories.
func plural(s string) string {
	head, rest := s, ""
	for _, by := range []string{" of ", " on "} {
		if i := strings.Index(s, by); i >= 0 {
			head, rest = s[:i], s[i:]
		}
	}
	switch {
	case strings.HasSuffix(head, "s"):
		return s
	case strings.HasSuffix(head, "y"):
		return strings.TrimSuffix(head, "y") + "ies" + rest
	}
	return head + "s" + rest
}

func dates(a *asker) question {
	l, c, t := a.col(things, label), a.col(things, date), a.name(things)
	day := a.cell(things, c)
	v := c.quote(day)
	said, sql := "whose "+a.say(c)+" is after "+v, c.name+" > "+v
	switch {
	case a.level > 1 && a.rng.IntN(2) == 0:
		other := a.cell(things, c)
		v, w := c.quote(min(day, other)), c.quote(max(day, other))
		said, sql = "whose "+a.say(c)+" is from "+v+" to "+w, c.name+" between "+v+" and "+w
	case a.rng.IntN(2) == 0:
		said, sql = "whose "+a.say(c)+" is before "+v, c.name+" < "+v
	}
	if a.level > 2 {
		w := a.is(things, a.col(things, word))
		said, sql = said+" and "+w.said, sql+" and "+w.sql
	}
	if a.rng.IntN(3) == 0 {
		return question{goal: fmt.Sprintf("How many %s are there %s?", t, said), sql: "select count(*) from " + t + " where " + sql}
	}
	return question{
		goal: fmt.Sprintf(pick(a.rng, "Show the %s of the %s %s.", "List the %s of all %s %s."), a.say(l), t, said),
		sql:  "select " + l.name + " from " + t + " where " + sql,
	}
}

func group(a *asker) question {
	c, t := a.col(things, word), a.name(things)
	of, by := "the number of "+t, "count(*)"
	if a.level > 1 {
		n, f := a.col(things, number), pick(a.rng, append(totals[:], ends[:]...)...)
		of, by = "the "+f[0]+" "+a.say(n), f[1]+" "+n.name+" )"
	}
	said, where := "", ""
	if a.level > 2 || a.level == 1 && a.rng.IntN(3) == 0 {
		w := a.than(things, a.col(things, number))
		said, where = " of the "+t+" "+w.said, " where "+w.sql
		if a.level == 1 {
			said = " " + w.said
		}
	}
	return question{
		goal: fmt.Sprintf(pick(a.rng, "For each %s of the %s, show the %s and %s%s.", "For every %s of the %s, list the %s and %s%s."), a.say(c), t, a.say(c), of, said),
		sql:  fmt.Sprintf("select %s , %s from %s%s group by %s", c.name, by, t, where, c.name),
	}
}

func having(a *asker) question {
	c, t := a.col(things, word), a.name(things)
	k := strconv.Itoa(1 + a.rng.IntN(3*a.level))
	of, by := "more than "+k+" "+t, "count(*) > "+k
	if a.level > 1 && a.rng.IntN(2) == 0 {
		n, f := a.col(things, number), pick(a.rng, totals[1], ends[0], ends[1])
		v := a.cell(things, n)
		of, by = article(f[0])+" "+a.say(n)+" of more than "+v, f[1]+" "+n.name+" ) > "+v
	}
	said, where := "", ""
	if a.level > 2 {
		w := a.than(things, a.col(things, number))
		said, where = " among the "+t+" "+w.said, " where "+w.sql
	}
	return question{
		goal: fmt.Sprintf(pick(a.rng, "Show each %s of the %s that has %s%s.", "Which %s of the %s has %s%s?"), a.say(c), t, of, said),
		sql:  fmt.Sprintf("select %s from %s%s group by %s having %s", c.name, t, where, c.name, by),
	}
}

// article is a word with "a" or "an" before it.
func article(word string) string {
	if strings.ContainsAny(word[:1], "aeiou") {
		return "an " + word
	}
	return "a " + word
}

func nested(a *asker) question {
	l, c, t := a.col(things, label), a.col(things, number), a.name(things)
	said, where := "", ""
	if a.level > 1 {
		w := a.is(things, a.col(things, word))
		said, where = " of the "+t+" "+w.said, " where "+w.sql
	}
	inner := func(f string) string { return "( select " + f + " " + c.name + " ) from " + t + where + " )" }
	compare, by := "above the average "+a.say(c)+said, "> "+inner("avg(")
	switch a.rng.IntN(3) {
	case 0:
		compare, by = "below the average "+a.say(c)+said, "< "+inner("avg(")
	case 1:
		e := pick(a.rng, ends[:]...)
		compare, by = "the "+e[0]+" "+a.say(c)+said, "= "+inner(e[1])
	}
	sql := "select " + l.name + " from " + t + " where " + c.name + " " + by
	if a.level > 2 {
		w := a.than(things, a.col(things, number))
		return question{
			goal: fmt.Sprintf("Show the %s of the %s %s and whose %s is %s.", a.say(l), t, w.said, a.say(c), compare),
			sql:  sql + " and " + w.sql,
		}
	}
	return question{
		goal: fmt.Sprintf(pick(a.rng, "Show the %s of the %s whose %s is %s.", "Find the %s of all %s whose %s is %s."), a.say(l), t, a.say(c), compare),
		sql:  sql,
	}
}
