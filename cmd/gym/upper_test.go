package main

import (
	"context"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/toolstest"
)

// Upper writes a text in capitals.
type Upper struct{}

// Verb is upper(text).
func (Upper) Verb() gym.Verb {
	return gym.Verb{Name: "upper", Doc: "Write a text in capitals.",
		Params: []gym.Param{{Name: "text", Doc: "any text", Kind: gym.Str}}}
}

// Call writes it.
func (Upper) Call(_ context.Context, args []gym.Value) (tools.Result, error) {
	if args[0].Text == "" {
		return tools.Result{}, gym.Mistakef("the text is empty; give at least one letter")
	}
	return tools.Result{Text: strings.ToUpper(args[0].Text)}, nil
}

// The example of docs/tools.md.
func TestUpper(t *testing.T) {
	toolstest.Run(t, func() tools.Tool { return Upper{} }, `upper("a")`)
}
