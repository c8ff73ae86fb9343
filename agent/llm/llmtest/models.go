package llmtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
)

// Random calls a tool at random with arguments that fit its schema. What it says
// beside is different every time.
func Random(q *Request, rng *rand.Rand) Answer {
	a := Answer{Text: fmt.Sprintf("reply %d", q.N)}
	if len(q.Tools) == 0 || q.ToolChoice == "none" {
		return a
	}
	f := &q.Tools[rng.IntN(len(q.Tools))].Function
	var s struct {
		Properties map[string]schema
		Required   []string
	}
	json.Unmarshal(f.Parameters, &s)
	args := object{}
	for _, name := range s.Required {
		args[name] = draw(s.Properties[name], q, rng)
	}
	text, _ := json.Marshal(args)
	a.Calls = []Call{{f.Name, string(text)}}
	return a
}

type schema struct {
	Type             string
	Enum             []string
	Minimum, Maximum int
}

var numbered = regexp.MustCompile(`(?m)^\[(\w+)\]`)

// draw is a value that fits: one of the enum, a number, the id of something that
// is shown, a word.
func draw(s schema, q *Request, rng *rand.Rand) any {
	switch {
	case len(s.Enum) > 0:
		return s.Enum[rng.IntN(len(s.Enum))]
	case s.Type == "integer" || s.Type == "number":
		return s.Minimum + rng.IntN(max(1, s.Maximum-s.Minimum+1))
	}
	if ids := numbered.FindAllStringSubmatch(q.Last(), -1); ids != nil {
		return ids[rng.IntN(len(ids))][1]
	}
	words := strings.Fields(q.Messages[0].Text())
	return words[rng.IntN(len(words))]
}

// Script is a model that says one text after the other, the last one again and
// again.
func Script(texts ...string) Model {
	return func(q *Request, _ *rand.Rand) Answer {
		return Answer{Text: texts[min(q.Turn(), len(texts)-1)]}
	}
}

// Calls is a model that makes one tool call after the other, the last one again
// and again.
func Calls(list ...Call) Model {
	return func(q *Request, _ *rand.Rand) Answer {
		return Answer{Calls: list[min(q.Turn(), len(list)-1):][:1]}
	}
}
