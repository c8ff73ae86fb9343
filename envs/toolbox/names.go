package toolbox

import (
	"math/rand/v2"
	"strings"

	"github.com/turngym/turngym/gym"
)

// An API's names and docs are made of words that mean the same. The first is
// the plain one; the last of four is met in the test split only.
const (
	plainName = 0
	testName  = 3
	docs      = 3 // docs are made of other words than names, in both splits
)

// synonyms are words that mean the same: for names and for docs.
type synonyms struct{ names, says []string }

// words reads synonyms: "cancel|delete|remove|drop", "Cancel|Call off|Remove".
func words(names, says string) synonyms {
	return synonyms{strings.Split(names, "|"), strings.Split(says, "|")}
}

// function is one function of an API. Its name is what it does and to what.
type function struct {
	name        string // the plain one, by which requests and tables speak of it
	act, object synonyms
	tail        string // ends its doc: "by the other person"
	params      []param
	reads       bool // it changes nothing
	// do does it and says what came of it; where it refuses nothing has changed.
	do func(d *data, args []arg) (said string, ok bool)
}

// param is one parameter of a function.
type param struct {
	names    []string
	kind     gym.Kind
	table    *table   // of a Ref, and of a Str that is a record's number
	values   []string // of an Enum; what tasks draw for a Str
	min, max int      // of an Int: what tasks draw
	open     bool     // an Int of any size: the range is not the API's
	optional bool
	ask      string   // the question for it
	tell     string   // how the user answers: "On %s."
	words    []string // one of them is in a question for it
	from     *table   // some records have such a value in a column,
	column   int
	same     string // and it can be said by them: "the day of %s"
}

// verb is the function as it is offered, its names drawn from the split's own.
func (f *function) verb(rng *rand.Rand, varied bool, split gym.Split) gym.Verb {
	name := func(list []string) string {
		switch {
		case !varied:
			return list[plainName]
		case split == gym.Test:
			return list[testName]
		}
		return list[rng.IntN(testName)]
	}
	doc := 0
	if varied {
		doc = rng.IntN(docs)
	}
	v := gym.Verb{
		Name:   name(f.act.names) + "_" + name(f.object.names),
		Doc:    f.act.says[doc] + " " + f.object.says[doc] + f.tail + ".",
		Params: make([]gym.Param, len(f.params)),
	}
	for i := range f.params {
		p := &f.params[i]
		q := &v.Params[i]
		q.Name, q.Kind, q.Optional = name(p.names), p.kind, p.optional
		if p.kind == gym.Str {
			q.Words = readable
		}
		switch {
		case p.kind == gym.Ref:
			q.Roles, q.Doc = []string{p.table.role}, "the id of one that was shown"
		case p.table != nil:
			q.Doc = "its number"
		case p.kind == gym.Enum:
			q.Enum = p.values
		case p.kind == gym.Int && !p.open:
			q.Min, q.Max = float64(p.min), float64(p.max)
		}
	}
	return v
}

// readable has texts composed of the words that can be read. As spans, which end
// without a sign, the number 49 would stand in the way of 4997.
var readable = []string{}

// Parameters that several functions take.

func ref(names string, t *table) param {
	return param{names: strings.Split(names, "|"), kind: gym.Ref, table: t}
}

// number names a record by the number in its first column.
func number(names string, t *table) param {
	return param{names: strings.Split(names, "|"), kind: gym.Str, table: t}
}

func text(names string, values []string) param {
	return param{names: strings.Split(names, "|"), kind: gym.Str, values: values}
}

func choice(names string, values []string) param {
	return param{names: strings.Split(names, "|"), kind: gym.Enum, values: values}
}

func whole(names string, least, most int) param {
	return param{names: strings.Split(names, "|"), kind: gym.Int, min: least, max: most}
}

// asked is a parameter that the user can be asked for, by a question with one of
// the words.
func (p param) asked(ask, tell, words string) param {
	p.ask, p.tell, p.words = ask, tell, strings.Split(words, "|")
	return p
}

// as is a parameter whose value can be said by another record that has it.
func (p param) as(t *table, column int, same string) param {
	p.from, p.column, p.same = t, column, same
	return p
}

// unbounded is a number whose range is not the API's.
func (p param) unbounded() param {
	p.open = true
	return p
}

// priority is an optional parameter that nothing depends on.
func priority() param {
	p := choice("priority|urgency|importance|speed", []string{"low", "normal", "high"})
	p.optional = true
	return p
}

// Functions that every service has.

// look looks records up by a column; with no parameters it lists all.
func look(act, object synonyms, tail string, t *table, column int, params ...param) function {
	return function{act: act, object: object, tail: tail, params: params, reads: true, do: func(d *data, args []arg) (string, bool) {
		found := 0
		for i := range *d {
			r := &(*d)[i]
			if r.table == t && !r.gone && (len(args) == 0 || strings.EqualFold(r.cells[column], args[0].text)) {
				r.known = true
				found++
			}
		}
		if found == 0 {
			return "nothing found", true
		}
		return "found " + digits(found), true
	}}
}

// put sets columns of the record that is the first argument to those after it.
func put(act, object synonyms, tail, said string, params []param, columns ...int) function {
	return function{act: act, object: object, tail: tail, params: params, do: func(d *data, args []arg) (string, bool) {
		for i, c := range columns {
			d.set(args[0].at, c, args[i+1].text)
		}
		return said, true
	}}
}

// mark sets a column of the record that is the first argument to a fixed cell.
func mark(act, object synonyms, tail, said string, column int, cell string, params ...param) function {
	return function{act: act, object: object, tail: tail, params: params, do: func(d *data, args []arg) (string, bool) {
		d.set(args[0].at, column, cell)
		return said, true
	}}
}

// drop takes away the record that is the first argument.
func drop(act, object synonyms, tail, said string, params ...param) function {
	return function{act: act, object: object, tail: tail, params: params, do: func(d *data, args []arg) (string, bool) {
		d.drop(args[0].at)
		return said, true
	}}
}
