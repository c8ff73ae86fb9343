package tools

import "github.com/turngym/turngym/gym"

// Lua runs a Lua program and gives what it printed. Each call starts anew.
type Lua struct{ coder }

var _ Tool = (*Lua)(nil)

// NewLua makes the tool.
func NewLua() *Lua { return &Lua{newCoder("lua")} }

// Verb is lua(code).
func (*Lua) Verb() gym.Verb {
	return gym.Verb{Name: "lua", Doc: "Run a Lua program and read what it prints.",
		Params: []gym.Param{{Name: "code", Doc: "the program; print shows results", Kind: gym.Str}}}
}
