package tools

import "github.com/turngym/turngym/gym/catalog"

// All is the list of tools that need no more than their name. New makes fresh
// ones for one environment: mostly one, and several where they share something.
func All() *catalog.Catalog[[]Tool] {
	return catalog.Must("tool",
		catalog.Entry[[]Tool]{Name: "calculator", Doc: "work out expressions, exactly in fractions", New: one[Calculator]},
		catalog.Entry[[]Tool]{Name: "notes", Doc: "keep texts for later in the episode", New: Notes},
		catalog.Entry[[]Tool]{Name: "units", Doc: "convert between units of measurement", New: one[Units]},
		catalog.Entry[[]Tool]{Name: "dates", Doc: "reckon with days; today is " + firstDay, New: func() []Tool {
			list, _ := Dates(firstDay)
			return list
		}},
		catalog.Entry[[]Tool]{Name: "table", Doc: "filter, sort and group tables in CSV", New: one[Table]},
		catalog.Entry[[]Tool]{Name: "shell", Doc: "commands and files of its own, in memory", New: func() []Tool { return []Tool{&Shell{}} }},
		catalog.Entry[[]Tool]{Name: "sql", Doc: "a database of its own, in memory", New: func() []Tool { return []Tool{&SQL{Write: true}} }},
		catalog.Entry[[]Tool]{Name: "lua", Doc: "run programs in Lua", New: func() []Tool { return []Tool{NewLua()} }},
		catalog.Entry[[]Tool]{Name: "javascript", Doc: "run programs in JavaScript", New: func() []Tool { return []Tool{NewJavaScript()} }},
	)
}

// one is a tool whose zero value works.
func one[T Tool]() []Tool {
	var t T
	return []Tool{t}
}
