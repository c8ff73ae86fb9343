package gym_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

// walk takes uniform choices to the end of an action.
func walk(t *testing.T, rng *rand.Rand, o *gym.Observation) (gym.Action, []gym.Piece) {
	t.Helper()
	g := gym.NewGrammar(o)
	var path []gym.Piece
	for next := g.Next(nil); len(next) > 0; next = g.Next(nil) {
		if len(path) > 100 {
			t.Fatalf("the walk does not end: %v", path)
		}
		p := next[rng.IntN(len(next))]
		g.Take(p)
		path = append(path, p)
	}
	return g.Action(), path
}

// random makes an observation of anything a page may hold.
func random(rng *rand.Rand) *gym.Observation {
	words := []string{"Ada", "Bob,", "(7)", "2.5", "1000000", "-0", "0", "Inf", "nan", `"quoted"`, "it's", "...", "a\nb", "é", "Ada", "", "\t"}
	text := func() string {
		var s []string
		for range rng.IntN(8) {
			s = append(s, words[rng.IntN(len(words))])
		}
		return strings.Join(s, []string{" ", "  ", ", "}[rng.IntN(3)])
	}
	roles := []string{"button", "textbox", "combobox"}
	o := &gym.Observation{Goal: text()}
	for i := range rng.IntN(6) {
		e := gym.Element{Role: roles[rng.IntN(3)], Name: text(), Value: text()}
		if rng.IntN(4) > 0 {
			e.ID = fmt.Sprint(i)
		}
		if rng.IntN(4) == 0 {
			e.State = "checked, disabled"
		}
		for range rng.IntN(3) {
			e.Options = append(e.Options, text())
		}
		o.Elements = append(o.Elements, e)
	}
	for i := range rng.IntN(5) {
		v := gym.Verb{Name: fmt.Sprint("verb", i)}
		for j := range rng.IntN(4) {
			p := gym.Param{Name: fmt.Sprint("p", j), Kind: gym.Kind(1 + rng.IntN(6))}
			switch rng.IntN(3) {
			case 0:
				p.Roles, p.Min, p.Max = roles[:rng.IntN(3)], 0.5, 4
			case 1:
				p.Enum, p.Min, p.Max = []string{"x", "y", "x"}, 999999, 1000001
			}
			v.Params = append(v.Params, p)
		}
		o.Verbs = append(o.Verbs, v)
	}
	return o
}

func TestEveryWalkIsAValidActionThatPathWrites(t *testing.T) {
	verbs, rng := map[string]int{}, rand.New(rand.NewPCG(1, 1))
	for i := range 6000 {
		o := page()
		if i%3 > 0 {
			o = random(rng)
		}
		first := gym.NewGrammar(o).Next(nil)
		a, walked := walk(t, rng, o)
		if len(first) == 0 {
			continue
		}
		verbs[a.Verb]++
		if err := o.Validate(a); err != nil {
			t.Fatalf("the walk %v gives %s: %v\n%#v", walked, a, err, o)
		}
		if got, err := o.Parse(a.String()); err != nil || !got.Equal(a) {
			t.Fatalf("%s is read as %s (%v)", a, got, err)
		}
		path, ok := gym.NewGrammar(o).Path(a)
		if !ok || !slices.Equal(path, walked) {
			t.Fatalf("the path of %s is %v, %v; the walk was %v", a, path, ok, walked)
		}
		g := gym.NewGrammar(o)
		for _, p := range path {
			g.Take(p)
		}
		if !g.Action().Equal(a) || len(g.Next(nil)) > 0 {
			t.Fatalf("the path of %s replays as %s, then %v", a, g.Action(), g.Next(nil))
		}
	}
	for _, v := range page().Verbs {
		if verbs[v.Name] < 50 {
			t.Errorf("%s was walked %d times", v.Name, verbs[v.Name])
		}
	}
}

// after is what may come after the written pieces.
func after(o *gym.Observation, pieces ...gym.Piece) []string {
	g := gym.NewGrammar(o)
	for _, p := range pieces {
		g.Take(p)
	}
	var out []string
	for _, p := range g.Next(nil) {
		if p == gym.EndText {
			p.Text = "END"
		}
		out = append(out, p.Text)
	}
	return out
}

func verbPiece(s string) gym.Piece { return gym.Piece{Kind: gym.VerbPiece, Text: s} }
func refPiece(s string) gym.Piece  { return gym.Piece{Kind: gym.RefPiece, Text: s} }
func wordPiece(s string) gym.Piece { return gym.Piece{Kind: gym.WordPiece, Text: s} }

func TestGrammarOffersWhatFits(t *testing.T) {
	fill := []gym.Piece{verbPiece("fill"), refPiece("3")}
	for _, c := range []struct {
		name   string
		pieces []gym.Piece
		want   []string
	}{
		{"verbs in order", nil, []string{"click", "fill", "choose", "scroll", "wait", "scale", "stop"}},
		{"elements with an id that are not disabled", []gym.Piece{verbPiece("click")}, []string{"1", "a,b", "3", "4", "5"}},
		{"elements of the role", []gym.Piece{verbPiece("fill")}, []string{"3"}},
		{"lists with options", []gym.Piece{verbPiece("choose")}, []string{"4"}},
		{"options, each once", []gym.Piece{verbPiece("choose"), refPiece("4")}, []string{"S", "M", `L "large"`}},
		{"choices, each once", []gym.Piece{verbPiece("scroll")}, []string{"up", "down"}},
		{"all of a small range", []gym.Piece{verbPiece("wait")}, []string{"1", "2", "3"}},
		{"numbers that can be read", []gym.Piece{verbPiece("scale")}, []string{"7", "2.5"}},
		{"no argument, nothing more", []gym.Piece{verbPiece("stop")}, nil},
		{"words of the goal, names and values", fill, []string{"Write", "Ada", "Bob", "and", "7", "on", "the", "page", "2.5", "times",
			"It's", "a", "Save", "Delete", "Odd", "id", "Name", "old", "value", "Size", "Empty"}},
		{"the next word of the span", append(slices.Clip(fill), wordPiece("Ada")), []string{"END", "Bob"}},
		{"the next word of either span", append(slices.Clip(fill), wordPiece("page")), []string{"END", "2.5"}},
	} {
		if got := after(page(), c.pieces...); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSpanKeepsWhatStandsBetweenItsWords(t *testing.T) {
	g := gym.NewGrammar(page())
	for _, p := range []gym.Piece{verbPiece("fill"), refPiece("3"), wordPiece("Ada"), wordPiece("Bob"), gym.EndText} {
		g.Take(p)
	}
	if got := g.Action().String(); got != `fill(3, "Ada, Bob")` {
		t.Error(got)
	}
	long := page()
	long.Goal = strings.Repeat("word ", 40)
	pieces := []gym.Piece{verbPiece("fill"), refPiece("3")}
	for range 12 {
		pieces = append(pieces, wordPiece("word"))
	}
	if got := after(long, pieces...); !slices.Equal(got, []string{"END"}) {
		t.Errorf("after twelve words: %q", got)
	}
}

func TestTextsAtHandAndLargeRanges(t *testing.T) {
	o := &gym.Observation{Goal: "Go", Verbs: []gym.Verb{
		{Name: "press", Params: []gym.Param{{Kind: gym.Str, Enum: []string{"Enter", "Tab"}}}},
		{Name: "at", Params: []gym.Param{{Kind: gym.Int, Min: 0, Max: 1280}}},
		{Name: "scroll", Params: []gym.Param{{Kind: gym.Int, Min: -10_000, Max: 10_000}}},
	}}
	for _, a := range []gym.Action{act("press", str("Tab")), act("at", num(gym.Int, 641)), act("scroll", num(gym.Int, -300))} {
		if _, ok := gym.NewGrammar(o).Path(a); !ok {
			t.Errorf("%s cannot be written", a)
		}
	}
	for _, a := range []gym.Action{act("press", str("Escape")), act("press", str("Go")), act("scroll", num(gym.Int, 301))} {
		if _, ok := gym.NewGrammar(o).Path(a); ok {
			t.Errorf("%s can be written", a)
		}
	}
}

func TestVerbsThatCannotBeWrittenAreNotOffered(t *testing.T) {
	o := &gym.Observation{Elements: []gym.Element{{ID: "1", Role: "button", State: "disabled"}, {ID: "2", Role: "combobox"}}}
	for _, p := range [][]gym.Param{
		{{Kind: gym.Ref, Roles: []string{"button"}}},
		{{Kind: gym.Ref}, {Kind: gym.Option}},
		{{Kind: gym.Option}},
		{{Kind: gym.Enum}},
		{{Kind: gym.Str}},
		{{Kind: gym.Num}},
		{{Kind: gym.Int, Min: 1.2, Max: 1.8}},
		{{Kind: gym.Ref}, {Kind: gym.Int, Min: 1, Max: 2}, {Kind: gym.Option}},
	} {
		o.Verbs = []gym.Verb{{Name: "v", Params: p}}
		if got := after(o); got != nil {
			t.Errorf("%s is offered, and leads nowhere", o.Verbs[0].Signature())
		}
	}
	if got := after(&gym.Observation{}); got != nil {
		t.Errorf("without verbs: %q", got)
	}
}

func TestPathRefusesWhatTheGrammarCannotWrite(t *testing.T) {
	for _, a := range []gym.Action{
		{}, act("tap"), act("click", ref("9")), act("click", ref("2")), act("click"),
		act("fill", ref("3"), str("")), act("fill", ref("3"), str("nowhere")), act("fill", ref("3"), str("Bob Ada")),
		act("fill", ref("3"), str("Ada Bob")), // it stands there with a comma
		act("scale", num(gym.Num, 8)), gym.Malformed(gym.Mistakef("x")),
	} {
		if path, ok := gym.NewGrammar(page()).Path(a); ok {
			t.Errorf("%s has the path %v", a, path)
		}
	}
}

// shell has a verb whose text is composed.
func shell() *gym.Observation {
	return &gym.Observation{Goal: "Count the lines of app.log with 'ERROR', please.", Elements: []gym.Element{{Role: "text", Name: "app.log 12"}},
		Verbs: []gym.Verb{{Name: "run", Params: []gym.Param{{Name: "command", Kind: gym.Str, Words: []string{"grep", "-c", "|"}}}}}}
}

func TestAComposedTextIsMadeOfWordsAtHandAndOfThoseThatCanBeRead(t *testing.T) {
	o := shell()
	for text, want := range map[string]bool{
		"grep -c 'ERROR' app.log": true, "app.log": true, "grep grep grep | |": true, "please": true,
		"": false, "grep  -c": false, "wc app.log": false, "please,": false, " grep": false,
		strings.TrimSpace(strings.Repeat("grep ", 40)): true, strings.TrimSpace(strings.Repeat("grep ", 41)): false,
	} {
		a := act("run", str(text))
		path, ok := gym.NewGrammar(o).Path(a)
		if ok != want {
			t.Errorf("%.40q can be composed: %v, want %v", text, ok, want)
		}
		if ok && len(path) != 2+len(strings.Fields(text)) {
			t.Errorf("%q is written in %d pieces", text, len(path))
		}
	}
	g := gym.NewGrammar(o)
	g.Take(g.Next(nil)[0])
	if next := g.Next(nil); slices.Contains(next, gym.EndText) || len(next) != 3+8+1 {
		t.Errorf("a composed text begins with one of %v", next)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		if a, _ := walk(t, rng, o); o.Validate(a) != nil {
			t.Fatalf("%s is not valid", a)
		}
	}
}

// A span follows its words without regard to case: policies read without it.
func TestASpanIsFoundInWhateverCaseItBegins(t *testing.T) {
	o := &gym.Observation{Goal: "Where is the People Coin Museum?", Elements: []gym.Element{{Role: "text", Name: "it has 7 people"}},
		Verbs: []gym.Verb{{Name: "search", Params: []gym.Param{{Name: "query", Kind: gym.Str}}}}}
	o.Elements[0].Name, o.Goal = o.Goal, o.Elements[0].Name // the small letters come first
	for text, want := range map[string]string{"People Coin Museum": "People Coin Museum", "7 people": "7 people", "People": "people", "people coin": "People Coin"} {
		g := gym.NewGrammar(o)
		if _, ok := g.Path(act("search", str(text))); !ok || g.Action().Args[0].Text != want {
			t.Errorf("%q is written as %s (%v), want %q", text, g.Action(), ok, want)
		}
	}
}
