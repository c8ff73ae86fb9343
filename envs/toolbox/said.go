package toolbox

import (
	"fmt"
	"slices"
	"strings"
)

// What follows puts a task into words.

// say puts a call into words: as the user says it at first, and with nothing left
// out. It decides what is left out, and of what the user will have another mind.
func (d drawing) say(t *task, q *request, w *wish) (text, full string, ok bool) {
	c := w.call
	form := q.says[d.rng.IntN(len(q.says))]
	values, begins := make([]string, len(c.args)), make([]string, len(c.args))
	for i, a := range c.args {
		if a.at < 0 {
			values[i] = a.text
		} else if values[i], ok = d.describe(t.begin, a.at); !ok {
			return "", "", false
		}
	}
	for _, l := range w.same {
		named, ok := d.describe(t.begin, l.at)
		if !ok {
			return "", "", false
		}
		values[l.param] = fmt.Sprintf(c.fn.params[l.param].same, named)
	}
	copy(begins, values)
	if !d.hidden {
		text = fill(form, values)
		return text, text, true
	}
	if len(t.wishes) > 0 { // what is asked for later must not be in doubt
		for i := range c.fn.params {
			same := func(s slot) bool { return s.param.ask == c.fn.params[i].ask }
			if slices.ContainsFunc(t.hidden, same) || slices.ContainsFunc(t.wavering, same) {
				return "", "", false
			}
		}
		text = fill(form, values)
		return text, text, true
	}
	return d.hide(t, form, w, values, begins)
}

// hide leaves one or two arguments out, and changes one that is said, where the
// user wavers.
func (d drawing) hide(t *task, form string, w *wish, values, begins []string) (text, full string, ok bool) {
	c := w.call
	first := d.rng.IntN(len(c.args))
	for i := range c.args {
		at := (first + i) % len(c.args)
		p := &c.fn.params[at]
		switch {
		case p.ask == "" || !optional(form, at) || len(w.same) > 0 && w.same[0].param == at:
		case len(t.hidden) == 0 || len(t.hidden) == 1 && d.setting.rules && d.rng.IntN(3) == 0:
			t.hidden = append(t.hidden, slot{p, values[at]})
			begins[at] = ""
		case d.wavers && t.wavering == nil:
			// What is said at first must be as allowed as what comes after.
			early := call{c.fn, slices.Clone(c.args)}
			early.args[at].text = d.value(p)
			if reason, _ := t.reason(t.begin, early); reason == "" && early.args[at].text != values[at] {
				begins[at] = early.args[at].text
				t.wavering = []slot{{p, values[at]}}
			}
		}
	}
	if len(t.hidden) == 0 && !d.setting.rules { // there would be nothing to talk about
		return "", "", false
	}
	return fill(form, begins), fill(form, values), true
}

// optional says whether an argument stands in brackets.
func optional(form string, at int) bool {
	i := strings.Index(form, "{"+digits(at)+"}")
	return i >= 0 && strings.IndexByte(form[i:], ']') >= 0 &&
		(strings.IndexByte(form[i:], '[') < 0 || strings.IndexByte(form[i:], ']') < strings.IndexByte(form[i:], '['))
}

// fill puts arguments into a sentence. A part in brackets is left out where its
// argument is empty.
func fill(form string, values []string) string {
	out := make([]byte, 0, 80)
	part, left := 0, false
	for i := 0; i < len(form); i++ {
		switch form[i] {
		case '[':
			part, left = len(out), false
		case ']':
			if left {
				out = out[:part]
			}
		case '{':
			v := values[form[i+1]-'0']
			out, left = append(out, v...), left || v == ""
			i += 2
		default:
			out = append(out, form[i])
		}
	}
	return string(out)
}

// describe names a record so that there is no doubt: by its id where it is
// shown, else by its key and, among others with the same, by something more.
func (d drawing) describe(from data, at int) (string, bool) {
	r := &from[at]
	switch {
	case d.shown && r.table.number:
		return r.table.role + " " + r.cells[0], true
	case d.shown:
		return r.table.role + " " + digits(r.id), true
	}
	key := r.cells[r.table.key]
	plain := fmt.Sprintf(r.table.by, key)
	var rivals []*record
	for i := range from {
		if o := &from[i]; i != at && o.table == r.table && o.cells[o.table.key] == key {
			rivals = append(rivals, o)
		}
	}
	if len(rivals) == 0 {
		return plain, true
	}
	var ways []string
	for c := range r.table.columns {
		also := r.table.columns[c].also
		if also != "" && r.cells[c] != "" && !slices.ContainsFunc(rivals, func(o *record) bool { return o.cells[c] == r.cells[c] }) {
			ways = append(ways, plain+" "+fmt.Sprintf(also, r.cells[c]))
		}
	}
	for _, m := range r.table.most {
		if !slices.ContainsFunc(rivals, func(o *record) bool {
			return o.count(m.column) == r.count(m.column) || (o.count(m.column) > r.count(m.column)) == m.high
		}) {
			ways = append(ways, fmt.Sprintf(m.by, key))
		}
	}
	if len(ways) == 0 {
		return "", false
	}
	return ways[d.rng.IntN(len(ways))], true
}

// opening is the goal.
func (d drawing) opening(t *task, said []string) string {
	all := strings.Join(said, " ")
	if d.talks {
		return "Serve a user of " + t.doc + ", who says: " + all
	}
	return all
}

// tells says whether an answer tells what was asked for and not everything
// beside it.
func (t *task) tells(answer string) bool {
	return holds(answer, t.told) && !slices.ContainsFunc(t.others, func(o string) bool { return holds(answer, o) })
}

// holds says whether a text has another as whole words, in any case of letters.
func holds(text, part string) bool {
	text, part = strings.ToLower(text), strings.ToLower(part)
	word := func(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }
	for from := 0; part != ""; {
		i := strings.Index(text[from:], part)
		if i < 0 {
			return false
		}
		i += from
		if end := i + len(part); (i == 0 || !word(text[i-1])) && (end == len(text) || !word(text[end])) {
			return true
		}
		from = i + 1
	}
	return false
}
