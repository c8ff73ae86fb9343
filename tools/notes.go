package tools

import (
	"context"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// Notes are two tools that share a memory, which lasts for an episode: note
// keeps a text under a key, recall shows it again.
func Notes() []Tool {
	m := &memory{}
	return []Tool{note{m}, recall{m}}
}

// The bounds of a memory.
const (
	notesMax = 100
	keyMax   = 100  // bytes
	noteMax  = 2000 // bytes
)

// memory is what was noted, in the order in which the keys first came.
type memory struct{ list []noted }

type noted struct{ key, text string }

// Reset forgets everything.
func (m *memory) Reset(context.Context) error {
	m.list = nil
	return nil
}

func (m *memory) find(key string) int {
	return slices.IndexFunc(m.list, func(n noted) bool { return strings.EqualFold(n.key, key) })
}

func (m *memory) keys() []string {
	keys := make([]string, len(m.list))
	for i, n := range m.list {
		keys[i] = n.key
	}
	return keys
}

type note struct{ *memory }

// Verb is note(key, text).
func (note) Verb() gym.Verb {
	return gym.Verb{Name: "note", Doc: "Keep a text under a key for later; a second one under the same key replaces it.", Params: []gym.Param{
		{Name: "key", Doc: "a short name", Kind: gym.Str}, {Name: "text", Doc: "what to keep", Kind: gym.Str}}}
}

// Call keeps the text.
func (n note) Call(_ context.Context, args []gym.Value) (Result, error) {
	key, text := strings.TrimSpace(args[0].Text), args[1].Text
	switch at := n.find(key); {
	case key == "" || len(key) > keyMax || strings.ContainsAny(key, "\r\n"):
		return Result{}, gym.Mistakef("the key must be one line of 1 to %d characters", keyMax)
	case len(text) > noteMax:
		return Result{}, gym.Mistakef("the text has %d characters; a note holds at most %d", len(text), noteMax)
	case at >= 0:
		n.list[at].text = text
		return Result{Text: "replaced: " + n.list[at].key}, nil
	case len(n.list) == notesMax:
		return Result{}, gym.Mistakef("there are %d notes, which is all there can be; use one of their keys again", notesMax)
	}
	n.list = append(n.list, noted{key, text})
	return Result{Text: "noted: " + key}, nil
}

type recall struct{ *memory }

// Verb is recall(key?).
func (recall) Verb() gym.Verb {
	return gym.Verb{Name: "recall", Doc: "Show the note of a key, or all notes.", Params: []gym.Param{
		{Name: "key", Doc: "the note's name; without it all notes are shown", Kind: gym.Str, Optional: true}}}
}

// Call shows notes.
func (r recall) Call(_ context.Context, args []gym.Value) (Result, error) {
	key := strings.TrimSpace(args[0].Text)
	if key != "" {
		at := r.find(key)
		if at >= 0 {
			return Result{Text: r.list[at].key + ": " + r.list[at].text}, nil
		}
		near := "the keys are " + strings.Join(r.keys(), ", ")
		if len(r.list) == 0 {
			near = "nothing was noted yet"
		} else if n := catalog.Nearest(key, r.keys()); n != "" {
			near = "did you mean " + n + "?"
		}
		return Result{}, gym.Mistakef("there is no note %q; %s", key, near)
	}
	if len(r.list) == 0 {
		return Result{Text: "nothing was noted yet"}, nil
	}
	var b strings.Builder
	for _, n := range r.list {
		b.WriteString(n.key + ": " + n.text + "\n")
	}
	return Result{Text: b.String()}, nil
}
