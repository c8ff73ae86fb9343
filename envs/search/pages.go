package search

import (
	"math/rand/v2"
	"strings"
)

// definite says whether a name wants an article before it.
func (k kind) definite() bool { return k == river || k == museum || k == festival }

// called is a thing as a phrase names it.
func (g *graph) called(i int) string {
	if t := &g.things[i]; t.kind.definite() {
		return "the " + t.name
	}
	return g.things[i].name
}

// write is a page's text: what it is, and a sentence on a line for each fact.
func (g *graph) write(rng *rand.Rand, i int) string {
	var b strings.Builder
	b.WriteString(upper(g.called(i)) + " is " + g.intro(rng, i) + ".")
	for _, f := range g.things[i].facts {
		object := f.text
		if f.to >= 0 {
			object = g.called(f.to)
		}
		b.WriteString("\n" + upper(strings.NewReplacer("{}", g.called(i), "=", object).Replace(one(rng, f.rel.facts))))
	}
	return b.String()
}

// intro says what a thing is, in a few words.
func (g *graph) intro(rng *rand.Rand, i int) string {
	switch t := &g.things[i]; t.kind {
	case person:
		if strings.ContainsRune("aeiou", rune(t.trade[0])) {
			return "an " + t.trade
		}
		return "a " + t.trade
	case company:
		return "a " + one(rng, industries) + " company"
	default:
		return "a " + one(rng, sizes) + " " + kindNames[t.kind]
	}
}

var (
	kindNames = [kinds]string{person: "person", city: "city", country: "country", river: "river", company: "company", film: "film",
		book: "book", university: "university", museum: "museum", festival: "festival"}
	sizes = strings.Fields("young famous quiet busy small rich modest popular")
)

// upper begins a sentence.
func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
