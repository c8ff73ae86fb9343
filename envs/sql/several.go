package sql

import (
	"fmt"
	"slices"
	"strings"
)

// This file is the questions about more than one set of rows.

// at is the place of a column of the table.
func (f *filled) at(c *column) int {
	return slices.IndexFunc(f.cols, func(x column) bool { return x.name == c.name })
}

func sortInts(list []int, desc bool) {
	slices.Sort(list)
	if desc {
		slices.Reverse(list)
	}
}

func sets(a *asker) question {
	c, t := a.col(things, word), a.name(things)
	x, y := a.few(things, a.col(things, number)), a.few(things, a.col(things, number))
	if a.level > 2 {
		w := a.is(things, a.col(things, word))
		x = cond{x.said + " and " + w.said, x.sql + " and " + w.sql}
		c = a.col(things, label)
	}
	if x.sql == y.sql {
		return question{}
	}
	said, by := "and also", "intersect"
	switch n := a.rng.IntN(min(3, a.level+1)); {
	case n == 1:
		said, by = "but not", "except"
	case n == 2:
		said, by = "or", "union"
	}
	first := "select " + c.name + " from " + t + " where "
	return question{
		goal: fmt.Sprintf(pick(a.rng, "Show each %s of the %s %s %s of the %s %s.", "List once every %s of the %s %s %s of the %s %s."), a.say(c), t, x.said, said, t, y.said),
		sql:  first + x.sql + " " + by + " " + first + y.sql,
	}
}

func join(a *asker) question {
	l, w := a.col(things, label), a.where(owners)
	t, o := a.name(things), a.domain.tables[owners].one
	from := " from " + t + " " + a.join(owners, owners)
	whose := "the " + a.name(owners) + " " + w.said
	if a.level > 2 {
		c, f := a.col(things, number), pick(a.rng, append(totals[:], ends[:]...)...)
		k := a.col(owners, word)
		more := a.where(things)
		return question{
			goal: fmt.Sprintf("For each %s of the %s, show the %s and the %s %s of the %s %s.", a.say(k), a.name(owners), a.say(k), f[0], a.say(c), t, more.said),
			sql:  fmt.Sprintf("select %s , %s %s )%s where %s group by %s", k.name, f[1], c.name, from, more.sql, k.name),
		}
	}
	if a.level > 1 {
		n, more := a.col(owners, label), a.where(things)
		return question{
			goal: fmt.Sprintf("Show the %s and the %s's %s of the %s %s %s.", a.say(l), o, a.say(n), t, more.said, "and that belong to "+whose),
			sql:  fmt.Sprintf("select %s , %s%s where %s and %s", l.name, n.name, from, more.sql, w.sql),
		}
	}
	return question{
		goal: fmt.Sprintf(pick(a.rng, "Show the %s of the %s of %s.", "List the %s of all %s of %s."), a.say(l), t, whose),
		sql:  "select " + l.name + from + " where " + w.sql,
	}
}

func missing(a *asker) question {
	l, t, e := a.col(things, label), a.name(things), a.name(events)
	id := a.domain.tables[things].key()
	inner, without := "select "+id+" from "+e, "without "+e
	said, where := "", ""
	if a.level > 1 {
		w := a.where(things)
		said, where, without = " "+w.said, w.sql+" and ", "and that have no "+e
	}
	if a.level > 2 {
		w := a.where(events)
		inner, without = inner+" where "+w.sql, "and that have none of the "+e+" "+w.said
	}
	return question{
		goal: fmt.Sprintf(pick(a.rng, "Show the %s of the %s%s %s.", "List the %s of the %s%s %s.", "Find the %s of the %s%s %s."), a.say(l), t, said, without),
		sql:  "select " + l.name + " from " + t + " where " + where + id + " not in ( " + inner + " )",
	}
}

func joins(a *asker) question {
	t, o, e := a.name(things), a.name(owners), a.name(events)
	w := a.where(owners)
	from := " from " + e + " " + a.join(things, things) + " " + a.join(owners, owners)
	belong := fmt.Sprintf("the %s of the %s %s", t, o, w.said)
	if a.level > 2 {
		p := a.col(people, label)
		belong = fmt.Sprintf("%s of the %s of the %s %s", e, t, o, w.said)
		return question{
			goal: fmt.Sprintf("List each different %s of the %s who have %s.", a.say(p), a.name(people), belong),
			sql:  "select distinct " + p.name + from + " " + a.join(people, people) + " where " + w.sql,
		}
	}
	if n := a.col(events, number); a.level > 1 {
		f, more := pick(a.rng, append(totals[:], ends[:]...)...), a.where(events)
		return question{
			goal: fmt.Sprintf("What is the %s %s of the %s %s and that belong to %s?", f[0], a.say(n), e, more.said, belong),
			sql:  fmt.Sprintf("select %s %s )%s where %s and %s", f[1], n.name, from, more.sql, w.sql),
		}
	}
	return question{
		goal: fmt.Sprintf(pick(a.rng, "How many %s are there of %s?", "Count the %s of %s."), e, belong),
		sql:  "select count(*)" + from + " where " + w.sql,
	}
}

// window asks for ranks. Where rows are equal there are several ways to count,
// so it asks where they all give the same.
func window(a *asker) question {
	q := ranks(a)
	for _, f := range []string{"dense_rank()", "row_number()"} {
		q.alike = append(q.alike, strings.Replace(q.sql, "rank()", f, 1))
	}
	return q
}

func ranks(a *asker) question {
	l, c, t := a.col(things, label), a.col(things, number), a.name(things)
	side, order := "largest", " desc"
	if a.rng.IntN(2) == 0 {
		side, order = "smallest", ""
	}
	if a.level == 1 {
		return question{
			goal:  fmt.Sprintf("Show the %s of every one of the %s and its rank by %s, where the %s is rank 1.", a.say(l), t, a.say(c), side),
			sql:   fmt.Sprintf("select %s , rank() over ( order by %s%s ) from %s", l.name, c.name, order, t),
			whole: true,
		}
	}
	g := a.col(things, word)
	ranked := fmt.Sprintf("rank() over ( partition by %s order by %s%s )", g.name, c.name, order)
	if a.level == 2 {
		return question{
			goal:  fmt.Sprintf("Show the %s of every one of the %s and its rank by %s among those with the same %s, where the %s is rank 1.", a.say(l), t, a.say(c), a.say(g), side),
			sql:   fmt.Sprintf("select %s , %s from %s", l.name, ranked, t),
			whole: true,
		}
	}
	w := a.than(things, a.col(things, number))
	return question{
		goal: fmt.Sprintf("For each %s, show the %s of the one with the %s %s among the %s %s.", a.say(g), a.say(l), side, a.say(c), t, w.said),
		sql:  fmt.Sprintf("select %s from ( select %s , %s r from %s where %s ) where r = 1", l.name, l.name, ranked, t, w.sql),
	}
}
