package toolbox

import (
	"context"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym"
)

// stepKind is what a step of the plan is.
type stepKind uint8

const (
	stepLook    stepKind = iota + 1 // a record is looked up
	stepAsk                         // the user tells something
	stepConfirm                     // the user says yes
	stepChange                      // a call changes records
	stepFinish                      // the episode is ended
)

// step is one step of the reference's plan.
type step struct {
	kind   stepKind
	call   call   // of look and change
	target int    // the record that look is for
	say    string // of ask and confirm
	slot   int    // of ask: the place among hidden, and then wavering
}

// schedule makes the plan: look everything up, ask for what is missing, have it
// confirmed, do it, end.
func (t *task) schedule() {
	t.plan = make([]step, 0, 8)
	looked := make([]int, 0, 4)
	for i := range t.wishes {
		for _, a := range t.wishes[i].records() {
			if t.shown || a.at < 0 || slices.Contains(looked, a.at) || t.end == endHuman {
				continue
			}
			looked = append(looked, a.at)
			r := &t.begin[a.at]
			c := call{fn: t.function(r.table.find)}
			if len(c.fn.params) > 0 {
				c.args = []arg{{text: r.cells[r.table.key], at: -1}}
			}
			t.plan = append(t.plan, step{kind: stepLook, call: c, target: a.at})
		}
	}
	if t.end != endHuman {
		for i, s := range t.hidden {
			t.plan = append(t.plan, step{kind: stepAsk, say: s.param.ask, slot: i})
		}
		for i := range t.wavering {
			t.plan = append(t.plan, step{kind: stepAsk, say: confirmation, slot: len(t.hidden) + i})
		}
	}
	if t.end == endDone {
		if slices.ContainsFunc(t.wishes, func(w wish) bool { return w.confirm }) {
			t.plan = append(t.plan, step{kind: stepConfirm, say: confirmation})
		}
		for _, w := range t.wishes {
			t.plan = append(t.plan, step{kind: stepChange, call: w.call})
		}
	}
	t.plan = append(t.plan, step{kind: stepFinish})
}

// settle notes which steps of the plan have come about, however they did, and
// says whether one has now. What was looked up or heard stays so.
func (e *episode) settle() (came bool) {
	for i := range e.plan {
		if e.done[i] {
			continue
		}
		switch s := &e.plan[i]; s.kind {
		case stepLook:
			e.done[i] = e.now[s.target].known
		case stepAsk:
			e.done[i] = e.heard[s.slot]
		case stepConfirm:
			e.done[i] = e.yes
		}
		came = came || e.done[i]
	}
	return came
}

// pending is the first step that is to be done.
func (e *episode) pending() int {
	for i := range e.plan {
		if !e.done[i] {
			return i
		}
	}
	return len(e.plan) - 1
}

// Expert does the plan's next step.
func (e *episode) Expert(context.Context) (gym.Action, error) {
	s := &e.plan[e.pending()]
	switch s.kind {
	case stepLook, stepChange:
		return e.legible(e.now.action(s.call, e.verb(s.call.fn))), nil
	case stepAsk, stepConfirm:
		return gym.Action{Verb: sayVerb, Args: []gym.Value{{Kind: gym.Str, Text: s.say}}}, nil
	}
	return e.last(), nil
}

// legible is an action whose texts have each word as it stands first in what can
// be read: in small letters "Please" and "please" are one, to a policy that
// composes texts and to the services.
func (e *episode) legible(a gym.Action) gym.Action {
	o := e.See()
	texts := []string{e.goal}
	for i := range o.Elements {
		texts = append(texts, o.Elements[i].Name, o.Elements[i].Value)
	}
	for i := range a.Args {
		if a.Args[i].Kind != gym.Str {
			continue
		}
		words := strings.Fields(a.Args[i].Text)
		for j := range words {
			words[j] = first(texts, words[j])
		}
		a.Args[i].Text = strings.Join(words, " ")
	}
	return a
}

// first is the first word of some texts that is equal to one but for the case of
// its letters, or the word itself.
func first(texts []string, word string) string {
	for _, text := range texts {
		for w := range strings.FieldsSeq(text) {
			if w = strings.TrimRight(w, ".,;:!?"); strings.EqualFold(w, word) {
				return w
			}
		}
	}
	return word
}

// last is the action that ends the episode as it must be.
func (e *episode) last() gym.Action {
	switch e.task.end {
	case endAnswer:
		return gym.Action{Verb: answerVerb, Args: []gym.Value{{Kind: gym.Str, Text: e.told}}}
	case endRefuse:
		return gym.Action{Verb: refuseVerb, Args: []gym.Value{{Kind: gym.Enum, Text: e.told}}}
	case endHuman:
		return gym.Action{Verb: humanVerb}
	}
	return gym.Action{Verb: doneVerb}
}

// The signals of every valid action beside those that all environments give, each
// from 0 to 1.
const (
	SignalTool      = "tool"      // it is a function that the reference still calls
	SignalParams    = "params"    // the share of parameters that are the reference's
	SignalValues    = "values"    // the share of arguments that are the reference's
	SignalViolation = "violation" // it broke a rule
)

// marks are how right a call was beside the reference's calls that are still
// needed: the parts of ToolRL's reward (Qian et al. 2025, equations 2 to 4), each
// as a share,
//
//	tool    1 if a needed call is of that function
//	params  |given ∩ wanted| / |given ∪ wanted| of the parameters' names
//	values  the share of the wanted parameters whose values are right
//
// of the needed call that it is most like. ToolRL's reward for being right is a
// multiple of their sum; the sum's weights are the caller's to choose. A call that
// brings what another one was planned for is as good.
type marks struct{ tool, params, values, violation float64 }

// full marks are those of a needed call.
func (m *marks) full() { m.tool, m.params, m.values = 1, 1, 1 }

// compare marks a call before it is done.
func (e *episode) compare(c call) (best marks) {
	for i := range e.plan {
		s := &e.plan[i]
		if e.done[i] || s.kind != stepLook && s.kind != stepChange || s.call.fn != c.fn {
			continue
		}
		m := marks{tool: 1, params: 1, values: 1}
		if n := len(s.call.args); n > 0 {
			same := 0
			for j := range s.call.args {
				if c.args[j].same(s.call.args[j]) {
					same++
				}
			}
			given := len(c.args)
			for _, a := range c.args {
				if a.text == "" && a.at < 0 {
					given--
				}
			}
			m.params, m.values = float64(min(n, given))/float64(max(n, given)), float64(same)/float64(n)
		}
		if m.params+m.values >= best.params+best.values {
			best = m
		}
	}
	return best
}

// Signals are the marks of the action just done; a mistake after it has none.
func (e *episode) Signals(bool) gym.Signals {
	defer func() { e.marks = marks{} }()
	return gym.Signals{{Name: SignalTool, Value: e.marks.tool}, {Name: SignalParams, Value: e.marks.params},
		{Name: SignalValues, Value: e.marks.values}, {Name: SignalViolation, Value: e.marks.violation}}
}
