package tools

import "github.com/turngym/turngym/gym"

// JavaScript runs a JavaScript program and gives what it printed. Each call
// starts anew.
type JavaScript struct{ coder }

var _ Tool = (*JavaScript)(nil)

// NewJavaScript makes the tool.
func NewJavaScript() *JavaScript { return &JavaScript{newCoder("javascript")} }

// Verb is javascript(code).
func (*JavaScript) Verb() gym.Verb {
	return gym.Verb{Name: "javascript", Doc: "Run a JavaScript program and read what it prints.",
		Params: []gym.Param{{Name: "code", Doc: "the program; console.log shows results", Kind: gym.Str}}}
}
