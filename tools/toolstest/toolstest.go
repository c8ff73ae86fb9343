// Package toolstest is the suite that every tool passes:
//
//	func TestCalculator(t *testing.T) {
//		toolstest.Run(t, func() tools.Tool { return &tools.Calculator{} }, `calculate("1 + 2")`)
//	}
package toolstest

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools"
)

// named is what tool protocols allow as a name.
var named = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,63}$`)

// Run proves a tool sound: its declaration, its answers to wrong arguments and
// to ended contexts, and that it forgets. calls are good calls in their written
// form; the first is made most often.
func Run(t *testing.T, open func() tools.Tool, calls ...string) {
	t.Helper()
	tool := open()
	t.Cleanup(func() { shut(t, tool) })
	v := tool.Verb()
	t.Run("Declared", func(t *testing.T) { declared(t, v) })
	seen := gym.Observation{Verbs: []gym.Verb{v}}
	actions := make([]gym.Action, len(calls))
	for i, c := range calls {
		a, err := seen.Parse(c)
		if err != nil {
			t.Fatalf("%s: %v", c, err)
		}
		actions[i] = a
	}
	t.Run("Answers", func(t *testing.T) {
		first := answers(t, tool, actions)
		again := open()
		defer shut(t, again)
		if got := again.Verb(); !reflect.DeepEqual(got, v) || !reflect.DeepEqual(tool.Verb(), v) {
			t.Errorf("its verb is %s, and %s after calls, and %s of another one", v, tool.Verb(), got)
		}
		if got := answers(t, again, actions); !reflect.DeepEqual(got, first) {
			t.Errorf("another one answers\n%q\nthe first answered\n%q", got, first)
		}
		if r, ok := tool.(tools.Resetter); ok {
			if err := r.Reset(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := answers(t, tool, actions); !reflect.DeepEqual(got, first) {
				t.Errorf("after Reset it answers\n%q\nat first it answered\n%q", got, first)
			}
		}
	})
	t.Run("WrongArguments", func(t *testing.T) {
		for _, args := range wrong(v) {
			_, err := tools.Use{Tool: tool}.Call(t.Context(), args)
			if mistake := (*gym.Mistake)(nil); !errors.As(err, &mistake) {
				t.Errorf("%s: got the error %v, want a mistake", gym.Action{Verb: v.Name, Args: args}, err)
			}
		}
	})
	t.Run("StrangeTexts", func(t *testing.T) {
		for _, text := range []string{"", " ", "\x00", "\xff\xfe", "😀", `"`, "'", "../../etc/passwd", "$(id)", strings.Repeat("((", 5000), strings.Repeat("9", 5000)} {
			args := make([]gym.Value, len(v.Params))
			for i, p := range v.Params {
				if args[i] = some(p); p.Kind == gym.Str {
					args[i].Text = text
				}
			}
			if r, err := (tools.Use{Tool: tool}).Call(t.Context(), args); err != nil {
				var mistake *gym.Mistake
				if !errors.As(err, &mistake) {
					t.Errorf("%.60q: got the error %v, want an answer or a mistake", text, err)
				}
			} else if !utf8.ValidString(r.Text) {
				t.Errorf("%.60q: the answer is not UTF-8: %.60q", text, r.Text)
			}
		}
	})
	t.Run("EndsWithItsContext", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := (tools.Use{Tool: tool}).Call(ctx, actions[0].Args); !errors.Is(err, context.Canceled) {
			t.Errorf("got the error %v, want that the context was cancelled", err)
		}
	})
}

func shut(t *testing.T, tool tools.Tool) {
	if c, ok := tool.(tools.Closer); ok {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
}

func declared(t *testing.T, v gym.Verb) {
	if !named.MatchString(v.Name) || v.Doc == "" || strings.Contains(v.Doc, "\n") {
		t.Errorf("the verb %q is documented as %q; want a name of letters, and one line", v.Name, v.Doc)
	}
	names := map[string]bool{}
	for _, p := range v.Params {
		if names[p.Name] || p.Name == "" || p.Doc == "" || p.Kind == 0 {
			t.Errorf("%s: the parameter %q has no name of its own, doc or kind", v.Name, p.Name)
		}
		names[p.Name] = true
	}
	if !json.Valid(v.Schema()) {
		t.Errorf("the schema is not JSON: %s", v.Schema())
	}
}

// answers calls the tool and gives what it said. A call that is listed as good
// gives no error.
func answers(t *testing.T, tool tools.Tool, calls []gym.Action) []tools.Result {
	t.Helper()
	var list []tools.Result
	for _, a := range calls {
		r, err := tools.Use{Tool: tool}.Call(t.Context(), a.Args)
		if err != nil {
			t.Errorf("%s: %v", a, err)
		}
		list = append(list, r)
	}
	return list
}

// some is a value that fits a parameter.
func some(p gym.Param) gym.Value {
	v := gym.Value{Kind: p.Kind, Text: "x"}
	switch {
	case p.Kind == gym.Enum:
		v.Text = p.Enum[0]
	case p.Kind == gym.Int || p.Kind == gym.Num:
		v.Text, v.Num = "", max(p.Min, min(1, p.Max))
	case p.Kind == gym.JSON:
		v.Text = "{}"
	}
	return v
}

// wrong are lists of arguments that do not fit: too many, too few, of no kind.
func wrong(v gym.Verb) [][]gym.Value {
	good := make([]gym.Value, len(v.Params))
	for i, p := range v.Params {
		good[i] = some(p)
	}
	list := [][]gym.Value{append(good[:len(good):len(good)], gym.Value{Kind: gym.Str, Text: "stray"})}
	if len(good) > 0 && !v.Params[0].Optional {
		list = append(list, nil, append([]gym.Value{{Text: "x"}}, good[1:]...))
	}
	return list
}
