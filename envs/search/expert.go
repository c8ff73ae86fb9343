package search

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools/retrieve"
)

// Expert goes the shortest way from here: it opens what it needs, searches for
// it where its name can be read, and else goes back to where it can.
func (e *episode) Expert(context.Context) (gym.Action, error) {
	if e.looked != "" && e.evidence() == 0 {
		return answerOf(searchVerb, e.looked), nil
	}
	for i, s := range e.steps {
		if e.opened(s.page) < 0 {
			return e.reach(i, searchVerb, s.query, s.from)
		}
	}
	return e.reach(-1, e.action, e.gold[0], e.from)
}

// reach opens the page of step i where it is at hand, and else does what leads
// on: a verb with a text that can be read here or on the page of step from.
func (e *episode) reach(i int, verb, text string, from int) (gym.Action, error) {
	if i >= 0 {
		if a, ok := e.atHand(e.steps[i].page); ok {
			return a, nil
		}
	}
	o := e.See()
	o.Goal = e.goal
	a := answerOf(verb, text)
	if _, ok := gym.NewGrammar(&o).Path(a); ok {
		return a, nil
	}
	if from < 0 {
		return a, errors.New("what the question names cannot be read in it: " + text)
	}
	s := e.steps[from]
	if e.page >= 0 && e.read[e.page].ID == s.page { // a long page, and it is not this part of it
		return answerOf(findVerb, e.steps[max(i, from)].query), nil
	}
	return e.reach(from, searchVerb, s.query, s.from)
}

// atHand opens a page that is shown as a hit or as one that was read.
func (e *episode) atHand(page string) (gym.Action, bool) {
	number := -1
	if i := slices.IndexFunc(e.found, func(h retrieve.Hit) bool { return h.Page.ID == page }); i >= 0 {
		number = i + 1
	} else if i := e.opened(page); i >= 0 && i != e.page && i >= len(e.read)-visitedMax {
		number = visitedFirst + i
	}
	return gym.Action{Verb: openVerb, Args: []gym.Value{{Kind: gym.Ref, Text: strconv.Itoa(number)}}}, number > 0
}
