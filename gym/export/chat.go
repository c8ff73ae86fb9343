package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym"
)

// chat is an episode as a conversation: the user says the goal and what is
// seen, the assistant calls a tool, the tool answers with what is seen then.
type chat struct {
	messages []message
	tools    []tool
	acts     []int // the place of each turn's action among the messages
}

type message struct {
	Role       string     `json:"role"`
	Content    string     `json:"content"`
	ToolCalls  []toolCall `json:"tool_calls,omitempty"`
	ToolCallID string     `json:"tool_call_id,omitempty"`
	Name       string     `json:"name,omitempty"`
}

type toolCall struct {
	ID       string   `json:"id"`
	Type     string   `json:"type"`
	Function gym.Call `json:"function"`
}

type tool struct {
	Type     string   `json:"type"`
	Function function `json:"function"`
}

type function struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Parameters  json.RawMessage `json:"parameters"`
}

// converse makes the conversation of an episode, which ends with what was seen
// last.
func converse(ep *gym.Episode) chat {
	c := chat{tools: tools(ep)}
	c.messages = append(c.messages, message{Role: "user", Content: opening(&ep.Turns[0].Observation)})
	for i := range ep.Turns {
		t := &ep.Turns[i]
		act, called := said(t, i)
		c.acts = append(c.acts, len(c.messages))
		answer := message{Role: "user", Content: text(after(ep, i))}
		if called {
			answer.Role, answer.ToolCallID, answer.Name = "tool", act.ToolCalls[0].ID, act.ToolCalls[0].Function.Name
		}
		c.messages = append(c.messages, act, answer)
	}
	return c
}

// opening is what the agent reads first.
func opening(o *gym.Observation) string {
	s := o.Goal + "\n\n"
	if o.Hint != "" {
		s += "Hint: " + o.Hint + "\n\n"
	}
	return s + text(o)
}

func text(o *gym.Observation) string { return strings.TrimSuffix(o.String(), "\n") }

// after is what was seen after a turn.
func after(ep *gym.Episode, i int) *gym.Observation {
	if i+1 < len(ep.Turns) {
		return &ep.Turns[i+1].Observation
	}
	return &ep.End.Observation
}

// said is the message of a turn: a tool call, or the text as it was written
// where none could be made of it.
func said(t *gym.Turn, i int) (m message, called bool) {
	m = message{Role: "assistant"}
	a := t.Move.Action
	call, err := t.Observation.Call(a)
	if err != nil || !json.Valid(call.Arguments) {
		if m.Content = t.Move.Text; m.Content == "" {
			m.Content = a.String()
		}
		return m, false
	}
	if t.Move.Text != a.String() {
		m.Content = t.Move.Text
	}
	m.ToolCalls = []toolCall{{ID: fmt.Sprintf("call_%d", i+1), Type: "function", Function: call}}
	return m, true
}

// tools are the verbs that an episode offered, in the order in which they were
// first seen. Where a verb's choices or bounds changed on the way, they are
// those of all its turns together.
func tools(ep *gym.Episode) []tool {
	var verbs []gym.Verb
	for i := range ep.Turns {
		for _, v := range ep.Turns[i].Observation.Verbs {
			at := slices.IndexFunc(verbs, func(have gym.Verb) bool { return have.Name == v.Name })
			if at < 0 {
				v.Params = slices.Clone(v.Params)
				verbs = append(verbs, v)
			} else {
				widen(&verbs[at], &v)
			}
		}
	}
	list := make([]tool, len(verbs))
	for i := range verbs {
		list[i] = tool{"function", function{verbs[i].Name, verbs[i].Doc, verbs[i].Schema()}}
	}
	return list
}

// widen lets a verb take what another of its name takes.
func widen(v, other *gym.Verb) {
	for i := range min(len(v.Params), len(other.Params)) {
		p, q := &v.Params[i], &other.Params[i]
		if p.Kind != q.Kind || p.Name != q.Name {
			continue
		}
		p.Optional = p.Optional || q.Optional
		if !bytes.Equal(p.Schema, q.Schema) {
			p.Schema = nil
		}
		for _, e := range q.Enum {
			if !slices.Contains(p.Enum, e) {
				p.Enum = append(slices.Clip(p.Enum), e)
			}
		}
		if p.Max > p.Min && q.Max > q.Min {
			p.Min, p.Max = math.Min(p.Min, q.Min), math.Max(p.Max, q.Max)
		} else {
			p.Min, p.Max = 0, 0
		}
	}
	for i := len(v.Params); i < len(other.Params); i++ {
		p := other.Params[i]
		p.Optional = true
		v.Params = append(v.Params, p)
	}
}
