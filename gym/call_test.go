package gym_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

// booking has a verb with a parameter of every kind that a tool call names.
func booking() *gym.Observation {
	return &gym.Observation{Goal: "g", Elements: []gym.Element{{ID: "7", Role: "row", Name: "r"}}, Verbs: []gym.Verb{
		{Name: "book", Doc: "Book.", Params: []gym.Param{
			{Name: "row", Doc: "which", Kind: gym.Ref},
			{Name: "name", Kind: gym.Str},
			{Name: "seats", Kind: gym.Int, Min: 1, Max: 9},
			{Name: "class", Kind: gym.Enum, Enum: []string{"first", `"second"`}},
			{Name: "window", Kind: gym.Enum, Enum: []string{"true", "false"}, Schema: json.RawMessage(`{"type":"boolean"}`), Optional: true},
			{Name: "price", Doc: "<most>", Kind: gym.Num, Optional: true},
			{Name: "more", Kind: gym.JSON, Optional: true},
		}},
		{Name: "stop", Doc: "Stop."},
	}}
}

func TestASchemaSaysWhatAVerbTakes(t *testing.T) {
	o := booking()
	want := `{"type":"object","properties":{` +
		`"row":{"type":"string","description":"which"},"name":{"type":"string"},` +
		`"seats":{"type":"integer","minimum":1,"maximum":9},"class":{"type":"string","enum":["first","\"second\""]},` +
		`"window":{"type":"boolean"},"price":{"type":"number","description":"<most>"},"more":{}` +
		`},"required":["row","name","seats","class"],"additionalProperties":false}`
	if got := string(o.Verbs[0].Schema()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := string(o.Verbs[1].Schema()); got != `{"type":"object","properties":{},"required":[],"additionalProperties":false}` {
		t.Errorf("got %s", got)
	}
}

func TestACallIsReadAndWritten(t *testing.T) {
	o := booking()
	for _, args := range []string{
		`{"row":"7","name":"Ada \"A\" <b>","seats":2,"class":"first"}`,
		`{"row":"7","name":"x","seats":9,"class":"\"second\"","window":true,"price":2.5,"more":{"a":[1,null]}}`,
		`{"row":"7","name":"x","seats":1,"class":"first","price":1}`,
	} {
		a, err := o.ParseCall(gym.Call{Name: "book", Arguments: json.RawMessage(args)})
		if err != nil {
			t.Errorf("%s: %v", args, err)
			continue
		}
		c, err := o.Call(a)
		if err != nil || string(c.Arguments) != args || c.Name != "book" {
			t.Errorf("%s came back as %s (%v)", args, c.Arguments, err)
		}
		if again, err := o.Parse(a.String()); err != nil || !reflect.DeepEqual(again, a) {
			t.Errorf("%s, written %s, is read as %s (%v)", args, a, again, err)
		}
	}
	for _, args := range []string{`{"row":7,"name":"x","seats":"2","class":"first","price":null}`, `{"row":"7","name":["x"],"seats":2.0,"class":"first"}`} {
		if a, err := o.ParseCall(gym.Call{Name: "book", Arguments: json.RawMessage(args)}); err != nil || a.Args[2].Num != 2 || a.Args[0].Text != "7" {
			t.Errorf("%s is forgiven, and was read as %s (%v)", args, a, err)
		}
	}
	if _, err := o.ParseCall(gym.Call{Name: "stop"}); err != nil {
		t.Error(err)
	}
}

func TestAWrongCallIsAMistakeThatNamesWhatIsWrong(t *testing.T) {
	o := booking()
	const good = `"row":"7","name":"x","seats":2,"class":"first"`
	for _, c := range []struct{ name, args, want string }{
		{"bok", `{}`, `there is no verb "bok" here`},
		{"book", `{}`, "row is missing"},
		{"book", `[1]`, "must be a JSON object"},
		{"book", `{"row":`, "must be a JSON object"},
		{"book", `{` + good + `} {}`, "must be a JSON object"},
		{"book", `{` + good + `,"colour":"red"}`, `has no argument "colour"`},
		{"book", `{"row":"8","name":"x","seats":2,"class":"first"}`, "there is no element 8"},
		{"book", `{"row":"7","name":{},"seats":2,"class":"first"}`, "name of book"},
		{"book", `{"row":"7","name":null,"seats":2,"class":"first"}`, "name of book"},
		{"book", `{"row":"7","name":"x","seats":"two","class":"first"}`, "seats of book"},
		{"book", `{"row":"7","name":"x","seats":20,"class":"first"}`, "between 1 and 9"},
		{"book", `{"row":"7","name":"x","seats":2,"class":"third"}`, "must be one of first"},
		{"stop", `{"now":true}`, "has no argument"},
		{"stop", strings.Repeat("[", 100_000), "must be a JSON object"},
	} {
		_, err := o.ParseCall(gym.Call{Name: c.name, Arguments: json.RawMessage(c.args)})
		var m *gym.Mistake
		if !errors.As(err, &m) || !strings.Contains(m.Text, c.want) || len(m.Text) > 400 {
			t.Errorf("%s(%.80s): got %v, want a mistake with %q", c.name, c.args, err, c.want)
		}
	}
}

func FuzzParseCall(f *testing.F) {
	f.Add("book", []byte(`{"row":"7","name":"x","seats":2,"class":"first","more":[1]}`))
	f.Add("stop", []byte(``))
	f.Add("book", []byte(`{"row":7,"name":null}`))
	f.Fuzz(func(t *testing.T, name string, args []byte) {
		o := booking()
		a, err := o.ParseCall(gym.Call{Name: name, Arguments: args})
		if err != nil {
			if m := (*gym.Mistake)(nil); !errors.As(err, &m) {
				t.Fatalf("%v is no mistake", err)
			}
			return
		}
		if err := o.Validate(a); err != nil {
			t.Fatalf("%s was read and is not valid: %v", a, err)
		}
		c, err := o.Call(a)
		if err != nil || !json.Valid(c.Arguments) {
			t.Fatalf("%s is written %s (%v)", a, c.Arguments, err)
		}
	})
}
