package sql

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
	"github.com/turngym/turngym/tools/sqlbox"
)

// words are what queries are composed of, beside what can be read. Capitals
// make no difference to SQL.
var words = []string{"select", "distinct", "from", "where", "and", "or", "not", "in", "between", "like", "is", "null", "exists",
	"join", "left", "using", "on", "as", "group", "order", "by", "having", "limit", "asc", "desc", "union", "intersect", "except",
	"count(*)", "count(", "sum(", "avg(", "min(", "max(", "over", "rank()", "row_number()", "partition", "r", "with",
	"(", ")", ",", ".", "*", "=", "<>", "<", ">", "<=", ">=", "+", "-", "1"}

// The verbs. A table's columns are asked for where they are not shown at once.
var (
	schemaVerb = gym.Verb{Name: "schema", Doc: "Show the columns of a table.", Params: []gym.Param{
		{Name: "table", Doc: "the table's id", Kind: gym.Ref, Roles: []string{"heading"}}}}
	queryVerb = gym.Verb{Name: "query", Doc: "Run a query (SQLite, reading only) and see its result.", Params: []gym.Param{
		{Name: "sql", Doc: "one SELECT", Kind: gym.Str, Words: words}}}
	submitVerb = gym.Verb{Name: "submit", Doc: "Hand in the last query that ran as the answer."}
)

// linesMax is how many rows of a result are shown.
const linesMax = 8

// episode is one question being answered.
type episode struct {
	family *Family
	borrowed
	question
	level   int
	open    []bool        // whose columns are shown, by table
	answer  *sqlbox.Table // of the last query that ran
	near    float64       // of the answer
	message string        // why the last query did not run
	ran     bool          // the last action was a query that ran
	handed  bool
}

var (
	_ world.Expert    = (*episode)(nil)
	_ world.Hinter    = (*episode)(nil)
	_ world.Signaller = (*episode)(nil)
	_ world.Secretive = (*episode)(nil)
	_ world.Closer    = (*episode)(nil)
)

func newEpisode(f *Family, b borrowed, q question, level int) *episode {
	e := &episode{family: f, borrowed: b, question: q, level: level, open: make([]bool, len(b.tables))}
	for i := range e.open {
		e.open[i] = level == 1
	}
	return e
}

// Goal is the question.
func (e *episode) Goal() string { return e.goal }

// See shows the tables, the columns of those that were looked at, and what the
// last query gave.
func (e *episode) See() gym.Observation {
	o := gym.Observation{Text: "Database: " + e.domain.name}
	hidden := false
	for i := range e.tables {
		t := &e.tables[i]
		head := gym.Element{Role: "heading", Name: t.name}
		if e.level > 1 {
			head.ID = strconv.Itoa(i + 1)
		}
		if o.Elements = append(o.Elements, head); !e.open[i] {
			hidden = true
			continue
		}
		for c := range t.cols {
			o.Elements = append(o.Elements, gym.Element{Role: "listitem", Name: t.cols[c].name, Value: strings.ToLower(t.cols[c].sqlType())})
		}
	}
	if hidden {
		o.Verbs = append(o.Verbs, schemaVerb)
	}
	o.Verbs = append(o.Verbs, queryVerb)
	switch {
	case e.message != "":
		o.Elements = append(o.Elements, gym.Element{Role: "text", Name: "error: " + e.message})
	case e.answer != nil:
		o.Elements = append(o.Elements, show(e.answer)...)
	}
	if e.answer != nil {
		o.Verbs = append(o.Verbs, submitVerb)
	}
	return o
}

// show is a result, a line for each of its first rows.
func show(t *sqlbox.Table) []gym.Element {
	list := []gym.Element{{Role: "text", Name: "result: " + strings.Join(t.Columns, " | ")}}
	for i, row := range t.Rows {
		if i == linesMax {
			break
		}
		list = append(list, gym.Element{Role: "row", Name: sqlbox.Line(row)})
	}
	switch n := len(t.Rows) - linesMax; {
	case t.More:
		list = append(list, gym.Element{Role: "text", Name: "and many more rows"})
	case n > 0:
		list = append(list, gym.Element{Role: "text", Name: fmt.Sprintf("and %d more rows", n)})
	case len(t.Rows) == 0:
		list = append(list, gym.Element{Role: "text", Name: "no rows"})
	}
	return list
}

// Do looks at a table, runs a query or hands in.
func (e *episode) Do(ctx context.Context, a gym.Action) (bool, error) {
	e.ran = false
	switch a.Verb {
	case schemaVerb.Name:
		i, err := strconv.Atoi(a.Args[0].Text)
		if err != nil {
			return false, err
		}
		e.open[i-1] = true
		return false, nil
	case submitVerb.Name:
		e.handed = true
		return true, nil
	}
	t, err := e.box.Query(ctx, a.Args[0].Text, limits)
	var wrong *sqlbox.Error
	switch {
	case errors.As(err, &wrong):
		e.message = wrong.Text
		return false, nil
	case err != nil:
		return false, err
	}
	e.answer, e.near, e.message, e.ran = t, match(t, e.result, e.ordered), "", true
	return false, nil
}

// Outcome is whether what was handed in is right.
func (e *episode) Outcome() float64 { return world.Yes(e.handed && e.near == 1) }

// handing is the part of the progress that is for handing in what is right.
const handing = 0.1

// Progress is how near the last query that ran is.
func (e *episode) Progress() float64 { return (1-handing)*e.near + handing*e.Outcome() }

// Signals are whether the query just written ran, and how near its result is.
func (e *episode) Signals(bool) gym.Signals {
	return gym.Signals{{Name: "ran", Value: world.Yes(e.ran)}, {Name: "match", Value: e.near * world.Yes(e.ran)}}
}

// Expert looks at the tables that the query needs, runs it and hands it in.
func (e *episode) Expert(context.Context) (gym.Action, error) {
	if e.near == 1 {
		return gym.Action{Verb: submitVerb.Name}, nil
	}
	for i := range e.tables {
		if !e.open[i] && e.needs(e.tables[i].name) {
			return gym.Action{Verb: schemaVerb.Name, Args: []gym.Value{{Kind: gym.Ref, Text: strconv.Itoa(i + 1)}}}, nil
		}
	}
	return gym.Action{Verb: queryVerb.Name, Args: []gym.Value{{Kind: gym.Str, Text: e.sql}}}, nil
}

// needs says whether the right query reads a table.
func (e *episode) needs(table string) bool {
	return strings.Contains(e.sql+" ", " "+table+" ")
}

// Hints name the tables, then the shape of the query, then the query.
func (e *episode) Hints() []string {
	var tables, form []string
	for i := range e.tables {
		if e.needs(e.tables[i].name) {
			tables = append(tables, e.tables[i].name)
		}
	}
	for w := range strings.FieldsSeq(e.sql) {
		for _, k := range words {
			if w == k && w[0] >= 'a' && w[0] <= 'z' {
				form = append(form, w)
			}
		}
	}
	return []string{"It needs " + strings.Join(tables, ", ") + ".", "The form is: " + strings.Join(form, " … ") + ".", "The query is: " + e.sql}
}

// Secrets is the query.
func (e *episode) Secrets() []string { return []string{e.sql} }

// Close gives the database back.
func (e *episode) Close() error {
	if e.box == nil {
		return nil
	}
	err := e.family.shelf.put(e.borrowed)
	e.box = nil
	return err
}
