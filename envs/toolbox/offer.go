package toolbox

import (
	"slices"

	"github.com/turngym/turngym/gym"
)

// offer chooses the functions that are offered, and makes the verbs.
func (d drawing) offer(t *task) {
	var list []*function
	add := func(f *function) {
		if !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	for _, w := range t.wishes {
		if w.fn != nil && t.end != endHuman {
			add(w.fn)
		}
		for _, a := range w.args {
			if a.at >= 0 {
				add(t.function(t.begin[a.at].table.find))
			}
		}
	}
	for _, i := range d.rng.Perm(len(t.functions)) {
		f := &t.functions[i]
		if (d.setting.tools == 0 || len(list) < d.setting.tools) && !(t.end == endHuman && t.wishes[0].fn == f) {
			add(f)
		}
	}
	if d.foreign > 0 {
		other := d.all[(d.at+1+d.rng.IntN(len(d.all)-1))%len(d.all)]
		for _, i := range d.rng.Perm(len(other.functions))[:d.foreign] {
			add(&other.functions[i])
		}
	}
	d.rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	t.tools = make([]tool, len(list))
	t.verbs = make([]gym.Verb, len(list), len(list)+5)
	for i, f := range list {
		t.tools[i] = tool{f, f.verb(d.rng, d.varied, d.split)}
		t.verbs[i] = t.tools[i].verb
	}
	t.verbs = append(t.verbs, d.manners...)
	t.head = make([]gym.Element, 0, len(t.rules)+len(t.tools))
	for i := range t.rules {
		t.head = append(t.head, gym.Element{Role: "rule", Name: t.rules[i].text})
	}
	for i := range t.tools {
		t.head = append(t.head, gym.Element{Role: "tool", Name: t.tools[i].verb.Name, Value: t.tools[i].verb.Doc})
	}
}

// Verbs that are no functions of an API.
const (
	sayVerb    = "say"
	answerVerb = "answer"
	doneVerb   = "done"
	refuseVerb = "refuse"
	humanVerb  = "transfer_to_human"
)

// confirmation is the question that the script takes for a request to confirm.
const confirmation = "Shall I do it?"

// manners are the verbs of a level that are no functions.
func (d *domain) manners(s setting) []gym.Verb {
	var list []gym.Verb
	if s.talks {
		var lines []string
		for i := range d.functions {
			for j := range d.functions[i].params {
				if ask := d.functions[i].params[j].ask; ask != "" && !slices.Contains(lines, ask) {
					lines = append(lines, ask)
				}
			}
		}
		list = append(list, gym.Verb{Name: sayVerb, Doc: "Say something to the user, who answers.",
			Params: []gym.Param{{Name: "text", Doc: "what is said", Kind: gym.Str, Enum: append(lines, confirmation)}}})
	}
	list = append(list,
		gym.Verb{Name: answerVerb, Doc: "End by telling what was asked for.", Params: []gym.Param{{Name: "text", Doc: "the answer", Kind: gym.Str, Words: readable}}},
		gym.Verb{Name: doneVerb, Doc: "End: all that was asked for is done."})
	if s.refusals {
		list = append(list,
			gym.Verb{Name: refuseVerb, Doc: "End: a rule forbids what was asked for.",
				Params: []gym.Param{{Name: "reason", Doc: "the word after the rule", Kind: gym.Enum, Enum: d.reasons()}}},
			gym.Verb{Name: humanVerb, Doc: "End: no tool can do what was asked for, so somebody else must."})
	}
	return list
}

// verb is the name under which a function is offered, "" where it is not.
func (t *task) verb(f *function) string {
	for i := range t.tools {
		if t.tools[i].fn == f {
			return t.tools[i].verb.Name
		}
	}
	return ""
}
