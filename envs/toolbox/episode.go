package toolbox

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
)

// episode is a task being played.
type episode struct {
	*task
	user func(ctx context.Context, c Conversation) (string, error)

	now      data
	log      []entry // what was answered, by the API and by the user
	talk     []Line
	heard    []bool // of the slots: hidden, and then wavering
	yes      bool   // the user has said so
	done     []bool // of the plan's steps
	violated bool   // a rule was broken
	ended    ending
	said     string // at the end: the answer or the reason
	marks    marks  // of the last action
}

// entry is a line that was answered.
type entry struct {
	role, text string
	times      int // it has been answered so often
}

var (
	_ world.Expert    = (*episode)(nil)
	_ world.Hinter    = (*episode)(nil)
	_ world.Signaller = (*episode)(nil)
)

func start(d drawing, user func(context.Context, Conversation) (string, error)) (world.World, error) {
	t, err := d.draw()
	if err != nil {
		return nil, err
	}
	e := &episode{task: t, user: user, now: append(make(data, 0, len(t.begin)+4), t.begin...)}
	e.heard = make([]bool, len(t.hidden)+len(t.wavering))
	e.done = make([]bool, len(t.plan))
	e.settle()
	return e, nil
}

// Goal is what is asked for.
func (e *episode) Goal() string { return e.goal }

// Hints are what is always good, and the reference's calls by name.
func (e *episode) Hints() []string {
	var names []string
	for i := range e.plan {
		switch s := &e.plan[i]; s.kind {
		case stepLook, stepChange:
			names = append(names, e.verb(s.call.fn))
		case stepAsk, stepConfirm:
			names = append(names, sayVerb)
		case stepFinish:
			names = append(names, e.last().Verb)
		}
	}
	return []string{"Look up what is not shown, ask for what is missing, obey the rules, and say when it is done.", "The calls are, in this order: " + strings.Join(names, ", ") + "."}
}

// See shows the rules, the tools, the records that are known, and what was
// answered. What was shown stays, so that a turn only adds lines.
func (e *episode) See() gym.Observation {
	n := len(e.head) + len(e.log)
	for i := range e.now {
		if e.now[i].known {
			n++
		}
	}
	list := append(make([]gym.Element, 0, n), e.head...)
	for i := range e.now {
		r := &e.now[i]
		if !r.known {
			continue
		}
		if r.name == "" {
			r.spell()
		}
		x := gym.Element{ID: digits(r.id), Role: r.table.role, Name: r.name, Value: r.value}
		if r.gone {
			x.State = "gone, disabled"
		}
		list = append(list, x)
	}
	for i := range e.log {
		x := gym.Element{Role: e.log[i].role, Name: e.log[i].text}
		if e.log[i].times > 1 {
			x.State = "again"
			x.Value = digits(e.log[i].times)
		}
		list = append(list, x)
	}
	return gym.Observation{Text: e.name, Elements: list, Verbs: e.verbs[:len(e.verbs):len(e.verbs)]}
}

// note adds a line to what was answered.
func (e *episode) note(role, text string) {
	times := 1
	for i := range e.log {
		if e.log[i].role == role && e.log[i].text == text {
			times++
		}
	}
	e.log = append(e.log, entry{role, text, times})
}

// Do calls a function, says something to the user, or ends.
func (e *episode) Do(ctx context.Context, a gym.Action) (bool, error) {
	for i := range e.tools {
		if e.tools[i].verb.Name == a.Verb {
			e.call(e.tools[i].fn, a)
			return false, nil
		}
	}
	if a.Verb == sayVerb {
		return false, e.speak(ctx, a.Args[0].Text)
	}
	e.end(a)
	return true, nil
}

// call does a call of the API. The API does what it can; whether it may is for
// the agent to know.
func (e *episode) call(fn *function, a gym.Action) {
	c, said := e.now.read(fn, a)
	e.marks = e.compare(c)
	if said != "" {
		e.note("result", said)
		return
	}
	reason, _ := e.reason(e.now, c)
	broken := reason != "" || e.confirms(e.now, c) && !e.yes
	said, ok := fn.do(&e.now, c.args)
	e.note("result", said)
	if !ok {
		return
	}
	if broken {
		e.violated, e.marks.violation = true, 1
	}
	for i := range e.plan {
		if s := &e.plan[i]; s.kind == stepChange && !e.done[i] && s.call.same(c) {
			e.done[i] = true
			break
		}
	}
	if e.settle() && fn.reads {
		e.marks.full()
	}
}

// speak says something to the user and hears the answer.
func (e *episode) speak(ctx context.Context, text string) error {
	e.talk = append(e.talk, Line{Text: text})
	wavered := len(e.wavering) > 0 && e.heard[len(e.hidden)]
	answer := ""
	if e.user == nil {
		answer = e.reply(text, wavered)
	} else {
		var err error
		if answer, err = e.user(ctx, Conversation{e.brief(), slices.Clone(e.talk)}); err != nil {
			return fmt.Errorf("the user: %w", err)
		}
	}
	e.talk = append(e.talk, Line{true, answer})
	e.note("user", answer)
	e.yes = e.yes || agrees(answer)
	for i := range e.heard {
		if holds(answer, e.slot(i).value) {
			e.heard[i] = true
		}
	}
	e.marks = marks{}
	if e.settle() {
		e.marks.full()
	}
	return nil
}

func (e *episode) slot(i int) slot {
	if i < len(e.hidden) {
		return e.hidden[i]
	}
	return e.wavering[i-len(e.hidden)]
}

// end ends the episode.
func (e *episode) end(a gym.Action) {
	switch a.Verb {
	case answerVerb:
		e.ended, e.said = endAnswer, a.Args[0].Text
	case doneVerb:
		e.ended = endDone
	case refuseVerb:
		e.ended, e.said = endRefuse, a.Args[0].Text
	case humanVerb:
		e.ended = endHuman
	}
	e.marks = marks{tool: world.Yes(e.ended == e.task.end && e.pending() == len(e.plan)-1)}
	e.marks.params = e.marks.tool
	e.marks.values = world.Yes(e.marks.tool == 1 && e.rightly())
	e.done[len(e.plan)-1] = e.rightly()
}

// rightly says whether the episode was ended as it must be: who is told
// something when all is done takes it as a courtesy.
func (e *episode) rightly() bool {
	switch e.task.end {
	case endDone:
		return e.ended == endDone || e.ended == endAnswer
	case endAnswer:
		return e.ended == endAnswer && e.tells(e.said)
	case endRefuse:
		// Before the user has another mind there is nothing to refuse.
		return e.ended == endRefuse && e.said == e.told && !slices.Contains(e.heard[len(e.hidden):], false)
	default:
		return e.ended == e.task.end
	}
}

// Outcome is 1 when the records are what the reference makes of them, no rule was
// broken and the user was told what must be told (Yao et al. 2024, section 3).
func (e *episode) Outcome() float64 {
	needed, right, wrong := e.now.difference(e.begin, e.want)
	return world.Yes(e.rightly() && !e.violated && needed == right && wrong == 0)
}

// Progress is the share of what the reference knows, hears, changes and tells
// that is so now, less what is wrong. Where all is as it must be, what would have
// led there does not matter.
func (e *episode) Progress() float64 {
	total, right, wrong := e.now.difference(e.begin, e.want)
	if (e.task.end == endDone || e.rightly()) && right == total && wrong == 0 && !e.violated {
		return 1
	}
	for i := range e.plan {
		switch e.plan[i].kind {
		case stepLook, stepAsk, stepConfirm:
			total++
			if e.done[i] {
				right++
			}
		case stepFinish:
			if e.task.end != endDone {
				total++
				if e.done[i] {
					right++
				}
			}
		}
	}
	if e.violated {
		wrong++
	}
	return float64(max(0, right-wrong)) / float64(total)
}
