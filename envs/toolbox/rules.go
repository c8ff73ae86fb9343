package toolbox

import (
	"fmt"
	"slices"
)

// rule is one line of a service's policy.
type rule struct {
	says   string // with %d for the limit
	limits []int  // one of which is drawn
	fns    []string
	reason string // for which a call is to be refused; "" wants the user's yes before the call
	broken func(d data, args []arg, limit int) bool
}

// applies says whether the rule speaks of that call.
func (r *rule) applies(d data, c call, limit int) bool {
	return slices.Contains(r.fns, c.fn.name) && r.broken(d, c.args, limit)
}

// always is a rule that needs no look at the records.
func always(data, []arg, int) bool { return true }

// cell is a rule about a cell of the record that is the first argument.
func cell(column int, bad string) func(data, []arg, int) bool {
	return func(d data, args []arg, _ int) bool { return args[0].at >= 0 && d[args[0].at].cells[column] == bad }
}

// reasons are those for which something may have to be refused.
func (d *domain) reasons() []string {
	var list []string
	for i := range d.rules {
		if r := d.rules[i].reason; r != "" && !slices.Contains(list, r) {
			list = append(list, r)
		}
	}
	return list
}

// policy draws the limits of the rules that hold.
func (d drawing) policy(from *domain) []drawnRule {
	var list []drawnRule
	if d.wavers {
		list = append(list, drawnRule{rule: &everything, text: everything.says})
	}
	for i := range from.rules {
		r := &from.rules[i]
		if r.reason != "" && !d.refusals || r.reason == "" && d.wavers {
			continue
		}
		x := drawnRule{rule: r, text: r.says}
		if r.limits != nil {
			x.limit = r.limits[d.rng.IntN(len(r.limits))]
			x.text = fmt.Sprintf(r.says, x.limit)
		}
		list = append(list, x)
	}
	if d.refusals {
		list = append(list, drawnRule{rule: &handover, text: handover.says})
	}
	return list
}

// everything is the rule of users who waver.
var everything = rule{says: "Ask for a yes before every change."}

// handover is a rule that no call breaks.
var handover = rule{says: "What no tool can do is transferred to a human."}

// confirms says whether a call needs the user's yes first.
func (t *task) confirms(d data, c call) bool {
	if c.fn.reads {
		return false
	}
	return slices.ContainsFunc(t.rules, func(r drawnRule) bool {
		return r.rule == &everything || r.reason == "" && r.applies(d, c, r.limit)
	})
}

// reason is that for which a call must be refused, "" where it may be done;
// two reasons at once are as good as none, and said by ok.
func (t *task) reason(d data, c call) (reason string, ok bool) {
	ok = true
	for i := range t.rules {
		if r := &t.rules[i]; r.reason != "" && r.applies(d, c, r.limit) {
			reason, ok = r.reason, reason == ""
		}
	}
	return reason, ok
}
