package gym_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

// page has one verb of every kind of argument, and text that is hard to quote.
func page() *gym.Observation {
	return &gym.Observation{
		Goal: `Write "Ada, Bob" and 7 on the page, 2.5 times.`,
		Elements: []gym.Element{
			{Role: "heading", Name: "It's a page"},
			{ID: "1", Role: "button", Name: "Save"},
			{ID: "2", Role: "button", Name: "Delete", State: "disabled"},
			{ID: "a,b", Role: "button", Name: "Odd id"},
			{ID: "3", Role: "textbox", Name: "Name", Value: "old value"},
			{ID: "4", Role: "combobox", Name: "Size", Options: []string{"S", "M", "M", `L "large"`}},
			{ID: "5", Role: "combobox", Name: "Empty"},
		},
		Verbs: []gym.Verb{
			{Name: "click", Doc: "Click.", Params: []gym.Param{{Name: "element", Kind: gym.Ref}}},
			{Name: "fill", Doc: "Fill.", Params: []gym.Param{{Name: "field", Kind: gym.Ref, Roles: []string{"textbox"}}, {Name: "text", Kind: gym.Str}}},
			{Name: "choose", Doc: "Choose.", Params: []gym.Param{{Name: "list", Kind: gym.Ref, Roles: []string{"combobox"}}, {Name: "option", Kind: gym.Option}}},
			{Name: "scroll", Doc: "Scroll.", Params: []gym.Param{{Name: "way", Kind: gym.Enum, Enum: []string{"up", "down", "up"}}}},
			{Name: "wait", Doc: "Wait.", Params: []gym.Param{{Name: "seconds", Kind: gym.Int, Min: 1, Max: 3}}},
			{Name: "scale", Doc: "Scale.", Params: []gym.Param{{Name: "by", Kind: gym.Num}}},
			{Name: "stop", Doc: "Stop."},
		},
	}
}

func act(verb string, args ...gym.Value) gym.Action { return gym.Action{Verb: verb, Args: args} }
func ref(id string) gym.Value                       { return gym.Value{Kind: gym.Ref, Text: id} }
func str(s string) gym.Value                        { return gym.Value{Kind: gym.Str, Text: s} }
func num(k gym.Kind, n float64) gym.Value           { return gym.Value{Kind: k, Num: n} }

var written = []struct {
	text   string
	action gym.Action
}{
	{`click(1)`, act("click", ref("1"))},
	{`click("a,b")`, act("click", ref("a,b"))},
	{`fill(3, "Ada")`, act("fill", ref("3"), str("Ada"))},
	{`fill(3, "")`, act("fill", ref("3"), str(""))},
	{`fill(3, "a, \"b\")")`, act("fill", ref("3"), str(`a, "b")`))},
	{`fill(3, "it's \\ é ☃\nnext\x00\xff")`, act("fill", ref("3"), str("it's \\ é ☃\nnext\x00\xff"))},
	{`choose(4, "L \"large\"")`, act("choose", ref("4"), gym.Value{Kind: gym.Option, Text: `L "large"`})},
	{`scroll("down")`, act("scroll", gym.Value{Kind: gym.Enum, Text: "down"})},
	{`wait(3)`, act("wait", num(gym.Int, 3))},
	{`scale(1000000)`, act("scale", num(gym.Num, 1e6))},
	{`scale(-2.5)`, act("scale", num(gym.Num, -2.5))},
	{`scale(1e+300)`, act("scale", num(gym.Num, 1e300))},
	{`stop()`, act("stop")},
}

func TestParseReadsWhatStringWrites(t *testing.T) {
	for _, c := range written {
		if got := c.action.String(); got != c.text {
			t.Errorf("String gives %s, want %s", got, c.text)
		}
		if got, err := page().Parse(c.text); err != nil || !got.Equal(c.action) {
			t.Errorf("Parse(%s) = %#v, %v", c.text, got, err)
		}
	}
}

func TestParseReadsWhatPeopleWrite(t *testing.T) {
	for text, want := range map[string]string{
		" click ( '1' ) \n":        `click(1)`,
		`click(1)`:                 `click(1)`,
		`fill('3', 'Ada')`:         `fill(3, "Ada")`,
		`fill(3, 'it\'s "so"')`:    `fill(3, "it's \"so\"")`,
		`fill(3, Ada Lovelace)`:    `fill(3, "Ada Lovelace")`,
		`fill(3, "C:\path \"x\"")`: `fill(3, "C:\\path \"x\"")`,
		`wait( 2 )`:                `wait(2)`,
		`scroll(up)`:               `scroll("up")`,
	} {
		if got, err := page().Parse(text); err != nil || got.String() != want {
			t.Errorf("Parse(%s) = %s, %v; want %s", text, got, err, want)
		}
	}
}

func TestMistakesSayWhatWouldBeRight(t *testing.T) {
	for text, want := range map[string]string{
		``:                        `write an action as verb(arguments), for instance click(1)`,
		`click`:                   `write an action as verb(arguments)`,
		`(1)`:                     `write an action as verb(arguments)`,
		`tap(1)`:                  `there is no verb "tap" here; the verbs are click, fill, choose, scroll, wait, scale, stop`,
		`click()`:                 `click(element) takes 1 argument, not 0`,
		`click(1, 2)`:             `takes 1 argument, not 2`,
		`click(9)`:                `there is no element 9`,
		`click("")`:               `there is no element`,
		`fill(1, "x")`:            `fill works on textbox, and [1] is a button`,
		`fill(3, "x)`:             `a quote is not closed in "x`,
		`fill(3, )`:               `an argument is missing after the last comma`,
		`fill(, "x")`:             `an argument is empty`,
		`fill("3" "x")`:           `put a comma between arguments, before "x"`,
		`choose(4, "XL")`:         `"XL" is not an option of that list`,
		`choose(5, "S")`:          `"S" is not an option of that list`,
		`scroll("left")`:          `way of scroll(way:up|down|up) must be one of up, down, up`,
		`wait("soon")`:            `seconds of wait(seconds:1..3) must be a number, not "soon"`,
		`wait(1.5)`:               `must be a whole number`,
		`wait(4)`:                 `must be between 1 and 3`,
		`wait(NaN)`:               `must be a finite number`,
		`scale(NaN)`:              `must be a finite number`,
		`scale(-Inf)`:             `must be a finite number`,
		`scale(1e999)`:            `must be a number`,
		`malformed("by the way")`: `there is no verb "malformed"`,
	} {
		_, err := page().Parse(text)
		var m *gym.Mistake
		if !errors.As(err, &m) || !strings.Contains(m.Text, want) {
			t.Errorf("Parse(%s): %v; want %s", text, err, want)
		}
	}
}

func TestTheExampleCanBeDone(t *testing.T) {
	full := page()
	for _, c := range []struct {
		elements []gym.Element
		verbs    []gym.Verb
		want     string
	}{
		{full.Elements, full.Verbs[1:2], `fill(3, "text")`},
		{full.Elements, full.Verbs[3:], `scroll("up")`},
		{full.Elements, full.Verbs[5:], `scale(0)`},
		{full.Elements, full.Verbs[6:], `stop()`},
		{full.Elements[:1], full.Verbs, `scroll("up")`},
		{full.Elements[2:4], full.Verbs, `click("a,b")`},
		{nil, nil, `click(12)`},
	} {
		o := gym.Observation{Elements: c.elements, Verbs: c.verbs}
		_, err := o.Parse("")
		var m *gym.Mistake
		if !errors.As(err, &m) || !strings.HasSuffix(m.Text, "for instance "+c.want) {
			t.Errorf("%v; want %s", err, c.want)
		}
	}
}

func TestValidateRefusesActionsThatWereNeverWritten(t *testing.T) {
	for _, c := range []struct {
		action gym.Action
		want   string
	}{
		{gym.Action{}, `there is no verb ""`},
		{gym.Malformed(gym.Mistakef("no JSON here")), "no JSON here"},
		{gym.Malformed(&gym.Mistake{}), "the action cannot be read"},
		{act("click", str("1")), "must be of kind element, not string"},
		{act("click", gym.Value{Text: "1"}), "must be of kind element, not unknown"},
		{act("click", gym.Value{Kind: 200, Text: "1"}), "must be of kind element, not unknown"},
		{act("wait", num(gym.Int, math.Inf(1))), "must be a finite number"},
		{act("scale", num(gym.Num, math.NaN())), "must be a finite number"},
	} {
		err := page().Validate(c.action)
		var m *gym.Mistake
		if !errors.As(err, &m) || !strings.Contains(m.Text, c.want) {
			t.Errorf("Validate(%s): %v; want %s", c.action, err, c.want)
		}
	}
}

func TestVerbIsSaidAsHelpShowsIt(t *testing.T) {
	for i, want := range []string{
		"click(element)  Click.", "fill(field:element, text:string)  Fill.", "choose(list:element, option)  Choose.",
		"scroll(way:up|down|up)  Scroll.", "wait(seconds:1..3)  Wait.", "scale(by:number)  Scale.", "stop()  Stop.",
	} {
		if got := page().Verbs[i].String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// FuzzParse: no text makes Parse panic, its errors are mistakes, and what it
// accepts is valid and reads the same when written again.
func FuzzParse(f *testing.F) {
	for _, c := range written {
		f.Add(c.text)
	}
	for _, s := range []string{`fill(3, '\'`, `fill(3, "\`, `click(1)))`, `fill(3, "\u12")`, "scale(1_0)", "fill(3,\xff)", `click(,)`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o := page()
		a, err := o.Parse(text)
		if err != nil {
			var m *gym.Mistake
			if !errors.As(err, &m) || m.Text == "" {
				t.Fatalf("%q: the error is %#v, want a mistake", text, err)
			}
			return
		}
		if err := o.Validate(a); err != nil {
			t.Fatalf("%q was accepted and is not valid: %v", text, err)
		}
		if again, err := o.Parse(a.String()); err != nil || !again.Equal(a) {
			t.Fatalf("%q is %#v, and written again %#v (%v)", text, a, again, err)
		}
	})
}

// FuzzWrittenText: any text and any id survive being written and read.
func FuzzWrittenText(f *testing.F) {
	f.Add("3", `it's "so"`)
	f.Add(`'`, "\x80\\")
	f.Add(" 3", "a, b)")
	f.Fuzz(func(t *testing.T, id, text string) {
		if id == "" {
			return
		}
		o := page()
		o.Elements = []gym.Element{{ID: id, Role: "textbox"}}
		a := act("fill", ref(id), str(text))
		if got, err := o.Parse(a.String()); err != nil || !got.Equal(a) {
			t.Fatalf("%s is read as %#v (%v)", a, got, err)
		}
	})
}
