package prompt

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/policy/token"
)

var verbs = []gym.Verb{
	{Name: "click", Params: []gym.Param{{Name: "element", Kind: gym.Ref}}},
	{Name: "fill", Params: []gym.Param{{Name: "element", Kind: gym.Ref, Roles: []string{"textbox"}}, {Name: "text", Kind: gym.Str}}},
	{Name: "select_option", Params: []gym.Param{{Name: "element", Kind: gym.Ref, Roles: []string{"combobox"}}, {Name: "option", Kind: gym.Option}}},
}

func page() gym.Observation {
	return gym.Observation{Goal: "Buy 12 red pens for Ada Byron.", Text: "Shop", Verbs: verbs, Elements: []gym.Element{
		{Role: "heading", Name: "Pens"}, {ID: "3", Role: "link", Name: "red pens, 12"}, {ID: "4", Role: "textbox", Name: "Name"},
		{ID: "250", Role: "combobox", Name: "Size", Value: "Small", Options: []string{"Small", "Large one"}}, {ID: "9", Role: "checkbox", Name: "Gift", State: "checked"},
	}}
}

func codec(o gym.Observation) *Codec {
	return New(token.Train(Texts(&o), Specials([]*gym.Observation{&o}), 1024))
}

// write takes the tokens that a demonstration has.
func write(t *testing.T, c *Codec, o *gym.Observation, ids []int32) gym.Action {
	t.Helper()
	w := c.Write(o)
	for _, id := range ids {
		if allowed := w.Allowed(nil); !slices.Contains(allowed, id) {
			t.Fatalf("token %d is not among %v", id, allowed)
		}
		w.Take(id)
	}
	if !w.Done() {
		t.Fatal("the action is not complete")
	}
	return w.Action()
}

func TestWhatIsDemonstratedCanBeWritten(t *testing.T) {
	o := page()
	c := codec(o)
	for _, text := range []string{`click(3)`, `click(250)`, `fill(4, "Ada Byron")`, `fill(4, "12")`, `fill(4, "red pens")`, `select_option(250, "Large one")`} {
		a, err := o.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		tok, err := c.Demonstrate(&o, a)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := write(t, c, &o, tok.IDs); !reflect.DeepEqual(got, a) {
			t.Errorf("%s came back as %s", a, got)
		}
	}
	if _, err := c.Demonstrate(&o, gym.Action{Verb: "fill", Args: []gym.Value{{Kind: gym.Ref, Text: "4"}, {Kind: gym.Str, Text: "nowhere"}}}); err == nil {
		t.Error("a text that stands nowhere can be written")
	}
}

// A composed text's words end with a token of their own, so that one may begin
// another; two that differ in case alone have the same tokens.
func TestAComposedTextCanBeWritten(t *testing.T) {
	o := gym.Observation{Goal: "Count ERROR in app.log and app.", Verbs: []gym.Verb{{Name: "run", Params: []gym.Param{
		{Name: "command", Kind: gym.Str, Words: []string{"grep", "-c", "-cv", "error"}}}}}}
	c := New(token.Train(Texts(&o), Specials([]*gym.Observation{&o}), 1024))
	for _, text := range []string{"grep -c error app.log", "grep -cv error app"} {
		a := gym.Action{Verb: "run", Args: []gym.Value{{Kind: gym.Str, Text: text}}}
		tok, err := c.Demonstrate(&o, a)
		if err != nil {
			t.Fatal(err)
		}
		if got := write(t, c, &o, tok.IDs); !got.Equal(a) {
			t.Errorf("%s came back as %s", a, got)
		}
	}
	if _, err := c.Demonstrate(&o, gym.Action{Verb: "run", Args: []gym.Value{{Kind: gym.Str, Text: "grep ERROR app.log"}}}); err == nil || !strings.Contains(err.Error(), `run("grep error app.log")`) {
		t.Errorf("a word that is hidden behind another: got %v", err)
	}
}

// In a span a word may begin another: 49 beside 4997.
func TestAWordThatBeginsAnotherCanBeWritten(t *testing.T) {
	o := gym.Observation{Goal: "Pay 49 of 4997 or 499 to Al or Alan and al.", Verbs: []gym.Verb{{Name: "pay", Params: []gym.Param{
		{Name: "amount", Kind: gym.Str}, {Name: "to", Kind: gym.Str}}}}}
	c := New(token.Train(Texts(&o), Specials([]*gym.Observation{&o}), 1024))
	for _, args := range [][2]string{{"49", "Alan"}, {"4997", "Al"}, {"499", "Al or Alan"}, {"49 of 4997", "to Al"}} {
		a := gym.Action{Verb: "pay", Args: []gym.Value{{Kind: gym.Str, Text: args[0]}, {Kind: gym.Str, Text: args[1]}}}
		tok, err := c.Demonstrate(&o, a)
		if err != nil {
			t.Fatal(err)
		}
		if got := write(t, c, &o, tok.IDs); !got.Equal(a) {
			t.Errorf("%s came back as %s", a, got)
		}
	}
}

func TestALaterTurnReadsWhatChanged(t *testing.T) {
	o := page()
	c := codec(o)
	first, _ := c.Observe(nil, &o)
	same, _ := c.Observe(&o, &o)
	after := page()
	after.Elements[2].Value = "Ada"
	changed, _ := c.Observe(&o, &after)
	gone := page()
	gone.Elements = gone.Elements[1:]
	whole, _ := c.Observe(&o, &gone)
	if len(same) != 2 || len(changed) <= len(same) || len(changed) > len(first)/3 || len(whole) < len(first)/2 {
		t.Errorf("tokens: %d at first, %d unchanged, %d changed, %d where something is gone", len(first), len(same), len(changed), len(whole))
	}
}

func TestWordsOfTheGoalHaveTypes(t *testing.T) {
	o := page()
	ids, types := codec(o).Observe(nil, &o)
	if len(ids) != len(types) {
		t.Fatalf("%d tokens have %d types", len(ids), len(types))
	}
	if !slices.Contains(types, idType+3) || !slices.Contains(types, wordType) || slices.Contains(types[:5], wordType) {
		t.Errorf("types %v: want the id of the line with three words of the goal, those words, and no such word in the goal itself", types)
	}
}

// A tool that is shown by name is written by name; roles and other verbs have
// tokens of their own.
func TestWhatIsShownByNameIsWrittenByName(t *testing.T) {
	o := gym.Observation{Goal: "g", Elements: []gym.Element{{Role: "tool", Name: "cancel_event"}, {ID: "1", Role: "event"}},
		Verbs: []gym.Verb{{Name: "cancel_event"}, {Name: "done"}}}
	tok := token.Train(Texts(&o), Specials([]*gym.Observation{&o, &o}), 1024)
	for name, want := range map[string]bool{"<tool>": true, "<event>": true, "<done()>": true, "<cancel_event()>": false, "<button>": true, "<7>": true} {
		if _, got := tok.Special(name); got != want {
			t.Errorf("%s is a special token: %v", name, got)
		}
	}
	c := New(tok)
	for _, verb := range []string{"cancel_event", "done"} {
		written, err := c.Demonstrate(&o, gym.Action{Verb: verb})
		if err != nil {
			t.Fatal(err)
		}
		if got := write(t, c, &o, written.IDs); got.Verb != verb || (len(written.IDs) == 1) != (verb == "done") {
			t.Errorf("%s came back as %s in %d tokens", verb, got, len(written.IDs))
		}
	}
}

func TestNumbersAreReadDigitByDigit(t *testing.T) {
	for in, want := range map[string]string{"": "", "a1": "a 1", "12": "1 2", "x12y": "x 1 2 y", "été 3": "été  3", "no": "no"} {
		if got := spell(in); got != want {
			t.Errorf("spell(%q) is %q, want %q", in, got, want)
		}
	}
}

// Whatever a page says, a writer that takes allowed tokens ends in a valid
// action, and what it wrote can be demonstrated.
func FuzzWriter(f *testing.F) {
	f.Add("Buy the pen", "pen", "a b", "x", uint64(1))
	f.Add("", "", "", "", uint64(2))
	f.Add("\x00\xff 12 12 1", "12", "1 1 2", "\"'()|", uint64(3))
	f.Fuzz(func(t *testing.T, goal, name, value, option string, seed uint64) {
		o := gym.Observation{Goal: goal, Verbs: verbs, Elements: []gym.Element{
			{ID: "1", Role: "button", Name: name}, {ID: "2", Role: "textbox", Name: name, Value: value},
			{ID: "3", Role: "combobox", Options: []string{option, name}}}}
		c := codec(page())
		c.Observe(nil, &o)
		rng := rand.New(rand.NewPCG(seed, 1))
		w := c.Write(&o)
		for range 10_000 {
			allowed := w.Allowed(nil)
			if len(allowed) == 0 {
				break
			}
			w.Take(allowed[rng.IntN(len(allowed))])
		}
		if !w.Done() {
			t.Fatal("an action does not end")
		}
		if err := o.Validate(w.Action()); err != nil {
			t.Errorf("%s: %v", w.Action(), err)
		}
	})
}
