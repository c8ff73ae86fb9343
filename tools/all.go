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
	)
}

// one is a tool whose zero value works.
func one[T Tool]() []Tool {
	var t T
	return []Tool{t}
}
