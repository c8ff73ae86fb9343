package toolbox

import (
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
)

// arg is one argument of a call. A record is the index of it, and no text.
type arg struct {
	text string
	at   int // of a record; -1 where there is none
}

// count is an argument as a number.
func (a arg) count() int {
	n, _ := strconv.Atoi(a.text)
	return n
}

// same says whether two arguments mean the same.
func (a arg) same(b arg) bool { return a.at == b.at && strings.EqualFold(a.text, b.text) }

// call is a function with its arguments, those of optional parameters perhaps
// left out.
type call struct {
	fn   *function
	args []arg
}

// same says whether two calls lead to the same. What is optional does not matter.
func (c call) same(o call) bool {
	if c.fn != o.fn {
		return false
	}
	for i := range c.fn.params {
		if !c.fn.params[i].optional && !c.args[i].same(o.args[i]) {
			return false
		}
	}
	return true
}

// read makes the call of an action that is valid for the function's verb. Where
// it names a record that is not there, said is the API's answer.
func (d data) read(fn *function, a gym.Action) (c call, said string) {
	c = call{fn, make([]arg, len(a.Args), len(fn.params))}
	for i, v := range a.Args {
		p := &fn.params[i]
		to := &c.args[i]
		to.at = -1
		switch {
		case p.kind == gym.Ref:
			id, _ := strconv.Atoi(v.Text)
			for j := range d {
				if d[j].id == id && d[j].table == p.table {
					to.at = j
				}
			}
		case p.kind == gym.Int:
			to.text = strconv.FormatFloat(v.Num, 'f', -1, 64)
		default:
			to.text = strings.Trim(v.Text, " .,;:!?\"'#\n\t")
		}
		if p.kind == gym.Str && p.table != nil {
			if to.at = d.find(p.table, 0, to.text); to.at < 0 && said == "" {
				said = "error: there is no " + p.table.role + " " + to.text
			}
			to.text = ""
		}
		if to.text == "" && to.at < 0 && !p.optional && said == "" {
			said = "error: an argument is empty"
		}
	}
	return c, said
}

// action is the call as an agent makes it with the verb of that name.
func (d data) action(c call, verb string) gym.Action {
	a := gym.Action{Verb: verb}
	for i := range c.args {
		p := &c.fn.params[i]
		v := gym.Value{Kind: p.kind, Text: c.args[i].text}
		switch {
		case p.kind == gym.Ref:
			v.Text = digits(d[c.args[i].at].id)
		case p.table != nil:
			v.Text = d[c.args[i].at].cells[0]
		case p.kind == gym.Int:
			v.Num, v.Text = float64(c.args[i].count()), ""
		}
		a.Args = append(a.Args, v)
	}
	return a
}

func digits(n int) string { return strconv.Itoa(n) }
