// Package envs is the list of the families; nothing else.
package envs

import (
	"github.com/turngym/turngym/envs/code"
	"github.com/turngym/turngym/envs/probe"
	"github.com/turngym/turngym/envs/puzzle"
	"github.com/turngym/turngym/envs/search"
	"github.com/turngym/turngym/envs/sql"
	"github.com/turngym/turngym/envs/terminal"
	"github.com/turngym/turngym/envs/toolbox"
	"github.com/turngym/turngym/envs/web"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// All are the families by name.
func All() *catalog.Catalog[gym.Family] {
	return catalog.Must("environment",
		catalog.Entry[gym.Family]{Name: "web", Doc: "web pages in headless Chrome", New: func() gym.Family { return &web.Family{} }},
		catalog.Entry[gym.Family]{Name: "gui", Doc: "the same pages as pixels in and coordinates out; grounding tasks", New: func() gym.Family { return &web.Family{GUI: true} }},
		catalog.Entry[gym.Family]{Name: "puzzle", Doc: "puzzles and games in Lua, as text", New: func() gym.Family { return &puzzle.Family{} }},
		catalog.Entry[gym.Family]{Name: "toolbox", Doc: "function calling: the APIs of five services, their users and their rules", New: func() gym.Family { return &toolbox.Family{} }},
		catalog.Entry[gym.Family]{Name: "code", Doc: "small programs to follow, repair, complete and write", New: func() gym.Family { return code.Family{} }},
		catalog.Entry[gym.Family]{Name: "search", Doc: "questions that are answered by searching pages", New: func() gym.Family { return &search.Family{} }},
		catalog.Entry[gym.Family]{Name: "terminal", Doc: "tasks at a shell: find, count, mend, convert, archive", New: func() gym.Family { return terminal.Family{} }},
		catalog.Entry[gym.Family]{Name: "probe", Doc: "five tiny worlds, one skill each: does a trainer work?", New: func() gym.Family { return probe.Family{} }},
		catalog.Entry[gym.Family]{Name: "sql", Doc: "questions about databases, answered by queries", New: func() gym.Family { return &sql.Family{} }},
	)
}
