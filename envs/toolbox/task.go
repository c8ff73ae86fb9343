package toolbox

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym"
)

// ending is how an episode must end.
type ending uint8

const (
	endDone   ending = iota + 1 // all is done
	endAnswer                   // with what was asked for
	endRefuse                   // for a reason of the rules
	endHuman                    // handed over: no tool does it
)

// task is what is drawn at the start of an episode and does not change.
type task struct {
	setting
	*domain
	goal     string
	begin    data // the records at the start
	want     data // the records as they must be in the end
	tools    []tool
	rules    []drawnRule
	wishes   []wish
	plan     []step
	end      ending
	told     string   // the answer or the reason that must be given
	others   []string // what an answer must not say beside it
	hidden   []slot   // what the user tells when asked
	wavering []slot   // what the user has another mind of when asked to confirm: one or none
	verbs    []gym.Verb
	head     []gym.Element // what is always shown: the rules and the tools
	wants    string        // all that the user wants, for users who are no script
}

// tool is a function as it is offered.
type tool struct {
	fn   *function
	verb gym.Verb
}

// drawnRule is a rule with its limit.
type drawnRule struct {
	*rule
	limit int
	text  string
}

// wish is one of the things that the user wants.
type wish struct {
	call
	confirm bool // it needs the user's yes
	same    []loan
}

// loan is an argument that is said by another record that has the same.
type loan struct{ param, at int }

// records are those that a wish speaks of.
func (w *wish) records() []arg {
	list := slices.Clip(w.args)
	for _, l := range w.same {
		list = append(list, arg{at: l.at})
	}
	return list
}

// slot is an argument that the user tells when asked.
type slot struct {
	param *param
	value string
}

// drawing is a task being drawn.
type drawing struct {
	all []*domain
	at  int // the service
	setting
	manners []gym.Verb // of the level
	split   gym.Split
	rng     *rand.Rand
}

// attempts is how often a task is drawn before the service is called broken;
// more than half are fit, and none of 35,000 tasks took more than 56.
const attempts = 500

// draw draws tasks until one is fit: what it asks can be named without doubt,
// and it is right or wrong by the rules as was decided first.
func (d drawing) draw() (*task, error) {
	end := endDone
	switch k := d.rng.IntN(10); {
	case d.refusals && k < 3:
		end = endRefuse
	case d.refusals && k == 3:
		end = endHuman
	case d.most == 1 && !d.talks && k >= 8:
		end = endAnswer
	}
	// Each reason is as frequent, so that none is a good guess.
	told := ""
	if list := d.all[d.at].reasons(); end == endRefuse {
		told = list[d.rng.IntN(len(list))]
	}
	t := &task{}
	for range attempts {
		*t = task{setting: d.setting, domain: d.all[d.at], end: end, told: told, begin: t.begin[:0], want: t.want[:0]}
		if d.try(t) {
			t.show()
			d.offer(t)
			t.schedule()
			return t, nil
		}
	}
	return nil, fmt.Errorf("%s: no task in %d drawings", d.all[d.at].name, attempts)
}

// show makes the records known that the task is about, where its level says so.
func (t *task) show() {
	for _, w := range t.wishes {
		for _, a := range w.args {
			for i := range t.begin {
				if t.shown && a.at >= 0 && t.begin[i].table == t.begin[a.at].table {
					t.begin[i].known = true
				}
			}
		}
	}
}

// try draws the records, the rules and the requests, and says whether they are a task.
func (d drawing) try(t *task) bool {
	t.begin = d.records(t.domain, t.begin)
	if d.setting.rules {
		t.rules = d.policy(t.domain)
	}
	if t.end == endAnswer {
		return d.question(t)
	}
	n := 1
	if t.end == endDone {
		n = d.least + d.rng.IntN(d.most-d.least+1)
	}
	t.want = append(slices.Grow(t.want, len(t.begin)+d.most), t.begin...)
	var said, whole []string
	for range n {
		text, full, ok := d.wish(t)
		if !ok {
			return false
		}
		said, whole = append(said, text), append(whole, full)
	}
	if t.end != endDone {
		t.want = append(t.want[:0], t.begin...)
	}
	t.goal, t.wants = d.opening(t, said), strings.Join(whole, " ")
	return true
}

// records draws the tables. Where the task says so, some records share a key.
func (d drawing) records(from *domain, into data) data {
	list := slices.Grow(into[:0], d.setting.records*len(from.tables))
	// Multiples of one number by a prime are different ids in no order.
	id, stride := 1+d.rng.IntN(150), 1+d.rng.IntN(150)
	for _, t := range from.tables {
		first := len(list)
		for range d.setting.records {
			r := record{table: t, id: 1 + id%151}
			id += stride
			for c := range t.columns {
				r.cells[c] = d.cell(t, c, list, first)
			}
			list = append(list, r)
		}
	}
	return list
}

// cell draws a cell of a new record beside those of its table.
func (d drawing) cell(t *table, c int, all data, first int) string {
	col, beside := &t.columns[c], all[first:]
	if c == t.key && d.alike && !col.once && len(beside) > 0 && d.rng.IntN(5) < 2 {
		return beside[d.rng.IntN(len(beside))].cells[c]
	}
	for {
		var s string
		switch {
		case col.like != nil: // its table comes before
			at := slices.IndexFunc(all, func(r record) bool { return r.table == col.like })
			s = all[at+d.rng.IntN(d.setting.records)].cells[col.like.key]
		case col.values != nil:
			s = col.values[d.rng.IntN(len(col.values))]
		case col.step > 0:
			s = digits(col.min + col.step*d.rng.IntN((col.max-col.min)/col.step+1))
		}
		if !col.once && (c != t.key || d.alike) || beside.find(t, c, s) < 0 {
			return s
		}
	}
}

// wish draws one request, does it to the records as wanted, and gives its
// sentence: as the user begins, and with nothing left out.
func (d drawing) wish(t *task) (text, full string, ok bool) {
	var q *request
	var w wish
	for range tries {
		if q, w.call, w.same, ok = d.call(t); ok {
			break
		}
	}
	if !ok {
		return "", "", false
	}
	w.confirm = t.confirms(t.want, w.call)
	before, _, _ := t.want.difference(t.begin, t.want)
	if _, ok := w.fn.do(&t.want, w.args); !ok {
		return "", "", false
	}
	if after, _, _ := t.want.difference(t.begin, t.want); after <= before {
		return "", "", false
	}
	if text, full, ok = d.say(t, q, &w); ok {
		t.wishes = append(t.wishes, w)
	}
	return text, full, ok
}

// tries is how many calls are drawn beside the same records.
const tries = 20

// call draws a call that can be asked for: it is of records that were not
// asked for yet, and forbidden for the task's reason if it has one.
func (d drawing) call(t *task) (q *request, c call, same []loan, ok bool) {
	q = &t.requests[d.rng.IntN(len(t.requests))]
	if t.end == endHuman && !q.only {
		return q, c, nil, false
	}
	fn := t.function(q.fn)
	c = call{fn, make([]arg, 0, len(fn.params))}
	for i := range fn.params {
		p := &fn.params[i]
		if p.optional {
			break
		}
		a := arg{at: -1}
		if p.table != nil {
			if a.at = d.target(t, p.table, c.args); a.at < 0 {
				return q, c, nil, false
			}
		} else if a.text = d.value(p); d.loans && p.from != nil && same == nil && d.rng.IntN(2) == 0 {
			if l := (loan{i, d.target(t, p.from, c.args)}); l.at >= 0 {
				a.text, same = t.begin[l.at].cells[p.column], []loan{l}
			}
		}
		c.args = append(c.args, a)
	}
	w := wish{call: c, same: same}
	for i := range t.wishes {
		if t.rivals(w.records(), t.wishes[i].records()) {
			return q, c, nil, false
		}
	}
	reason, clear := t.reason(t.want, c)
	return q, c, same, clear && reason == t.told
}

// target picks a record that is not among the arguments, or -1.
func (d drawing) target(t *task, of *table, args []arg) int {
	first := slices.IndexFunc(t.begin, func(r record) bool { return r.table == of })
	at := first + d.rng.IntN(d.setting.records)
	if t.want[at].gone || shares(args, []arg{{at: at}}) {
		return -1
	}
	return at
}

// rivals says whether two lists of arguments speak of the same people, cities or
// things: a change of one might change what the words for the other mean.
func (t *task) rivals(a, b []arg) bool {
	key := func(x arg) string {
		if x.at < 0 {
			return x.text
		}
		return t.begin[x.at].cells[t.begin[x.at].table.key]
	}
	return slices.ContainsFunc(a, func(x arg) bool {
		return slices.ContainsFunc(b, func(y arg) bool { return (x.at >= 0 || y.at >= 0) && key(x) == key(y) })
	})
}

func shares(a, b []arg) bool {
	return slices.ContainsFunc(a, func(x arg) bool {
		return x.at >= 0 && slices.ContainsFunc(b, func(y arg) bool { return x.at == y.at })
	})
}

// value draws what a parameter is to be.
func (d drawing) value(p *param) string {
	switch {
	case p.values != nil:
		return p.values[d.rng.IntN(len(p.values))]
	case p.open: // amounts are tens
		step := 10
		if p.max-p.min > 500 {
			step = 1
		}
		return digits(p.min + step*d.rng.IntN((p.max-p.min)/step+1))
	}
	return digits(p.min + d.rng.IntN(p.max-p.min+1))
}

// question draws something that is to be looked up and told.
func (d drawing) question(t *task) bool {
	at := d.rng.IntN(len(t.begin))
	r := &t.begin[at]
	c := d.rng.IntN(len(r.table.columns))
	if r.table.columns[c].asked == "" || r.cells[c] == "" {
		return false
	}
	named, ok := d.describe(t.begin, at)
	if !ok {
		return false
	}
	t.want, t.told = append(t.want, t.begin...), r.cells[c]
	for i := range t.begin {
		if o := &t.begin[i]; o.table == r.table && o.cells[c] != t.told && !slices.Contains(t.others, o.cells[c]) {
			t.others = append(t.others, o.cells[c])
		}
	}
	t.wishes = []wish{{call: call{args: []arg{{at: at}}}}}
	t.goal = d.opening(t, []string{fmt.Sprintf(r.table.columns[c].asked, named)})
	return true
}
