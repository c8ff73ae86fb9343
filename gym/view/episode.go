package view

import (
	"encoding/json"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/turngym/turngym/gym"
)

// number is a float that JSON may lack: one that is not finite is null.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// episode is all that the page shows of one.
type episode struct {
	Key      string `json:"key"`
	ID       string `json:"id"`
	Env      string `json:"env"`
	Task     task   `json:"task"`
	Step     int    `json:"step"`
	Goal     string `json:"goal"`
	Turns    []turn `json:"turns"`
	End      seen   `json:"end"`
	Reason   string `json:"reason"`
	Outcome  number `json:"outcome"`
	Pictures bool   `json:"pictures"` // there may be some
	PayError string `json:"payError,omitempty"`
}

type task struct {
	Scenario string `json:"scenario"`
	Level    int    `json:"level"`
	Seed     string `json:"seed"` // as text: JavaScript's numbers have no 64 bits
	Hint     int    `json:"hint"`
	Split    string `json:"split"`
	Start    string `json:"start,omitempty"`
}

// seen is what one observation shows.
type seen struct {
	Hint     string    `json:"hint,omitempty"`
	Text     string    `json:"text,omitempty"`
	Note     string    `json:"note,omitempty"`
	Elements []element `json:"elements"`
}

type element struct {
	ID      string   `json:"id,omitempty"`
	Role    string   `json:"role"`
	Name    string   `json:"name,omitempty"`
	Value   string   `json:"value,omitempty"`
	Options []string `json:"options,omitempty"`
	State   string   `json:"state,omitempty"`
	Acted   bool     `json:"acted,omitempty"` // the turn's action points to it
}

type turn struct {
	seen
	Action  string   `json:"action"`
	Written string   `json:"written,omitempty"` // what the policy wrote, where that is not the action
	Tokens  []token  `json:"tokens"`
	LogProb number   `json:"logprob"` // of all that was sampled
	Signals []signal `json:"signals"`
	Paid    []signal `json:"paid,omitempty"`
}

type signal struct {
	Name  string `json:"name"`
	Value number `json:"value"`
}

type token struct {
	ID      int32    `json:"id"`
	Text    string   `json:"text"`
	Type    uint8    `json:"type,omitempty"`
	Sampled bool     `json:"sampled,omitempty"`
	LogProb number   `json:"logprob,omitempty"`
	Version uint32   `json:"version,omitempty"`
	Allowed int      `json:"allowed,omitempty"` // among so many; 0: all
	Among   []string `json:"among,omitempty"`   // the first of them
}

// amongMax is how many of the tokens that might have been written are named.
const amongMax = 12

func (h *Handler) describe(key string, ep *gym.Episode) episode {
	e := episode{Key: key, ID: ep.ID, Env: ep.Env, Step: Step(ep.ID), Turns: make([]turn, len(ep.Turns)), End: see(&ep.End.Observation, ""),
		Reason: ep.End.Reason, Outcome: number(ep.Outcome()), Pictures: h.Picture != nil,
		Task: task{ep.Task.Scenario, ep.Task.Level, fmt.Sprint(ep.Task.Seed), ep.Task.Hint, ep.Task.Split.String(), ep.Task.Start}}
	for i := range ep.Turns {
		t := &ep.Turns[i]
		e.Goal = ep.Turns[0].Observation.Goal
		e.Turns[i] = turn{seen: see(&t.Observation, target(t.Move.Action)), Action: t.Move.Action.String(), Signals: signals(t.Signals)}
		if t.Move.Text != e.Turns[i].Action {
			e.Turns[i].Written = t.Move.Text
		}
		e.Turns[i].Tokens, e.Turns[i].LogProb = h.tokens(&t.Move.Tokens)
	}
	if h.Pay == nil {
		return e
	}
	paid, err := h.Pay(ep)
	if err != nil {
		e.PayError = err.Error()
		return e
	}
	for i := range min(len(paid), len(e.Turns)) {
		e.Turns[i].Paid = signals(paid[i])
	}
	return e
}

// target is the id of the element that an action points to, "" for none.
func target(a gym.Action) string {
	for _, v := range a.Args {
		if v.Kind == gym.Ref {
			return v.Text
		}
	}
	return ""
}

func see(o *gym.Observation, acted string) seen {
	s := seen{Hint: o.Hint, Text: o.Text, Note: o.Note, Elements: make([]element, len(o.Elements))}
	for i, e := range o.Elements {
		s.Elements[i] = element{e.ID, e.Role, e.Name, e.Value, e.Options, e.State, acted != "" && e.ID == acted}
	}
	return s
}

func signals(list gym.Signals) []signal {
	out := make([]signal, len(list))
	for i, s := range list {
		out[i] = signal{s.Name, number(s.Value)}
	}
	return out
}

func (h *Handler) tokens(t *gym.Tokens) (list []token, sum number) {
	list = make([]token, len(t.IDs))
	texts := h.spell(t.IDs)
	for i, id := range t.IDs {
		list[i] = token{ID: id, Text: texts[i], Type: t.Type[i], Sampled: t.Sampled[i]}
		if !t.Sampled[i] {
			continue
		}
		list[i].LogProb, list[i].Version, list[i].Allowed = number(t.LogProb[i]), t.Version[i], len(t.Allow[i])
		for _, a := range t.Allow[i][:min(amongMax, len(t.Allow[i]))] {
			list[i].Among = append(list[i].Among, h.spell([]int32{a})[0])
		}
		sum += list[i].LogProb
	}
	return list, sum
}

// spell is each token's text: its number where it has none, and the bytes of a
// character that is written in several.
func (h *Handler) spell(ids []int32) []string {
	texts := make([]string, len(ids))
	if h.Pieces != nil {
		copy(texts, h.Pieces(ids))
	}
	for i, text := range texts {
		if text == "" {
			texts[i] = fmt.Sprintf("#%d ", ids[i])
		} else if !utf8.ValidString(text) {
			texts[i] = fmt.Sprintf("<% X>", text)
		}
	}
	return texts
}
