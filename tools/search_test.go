package tools_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/retrieve"
	"github.com/turngym/turngym/tools/toolstest"
)

func library(t *testing.T) *retrieve.Index {
	t.Helper()
	x, err := retrieve.NewIndex([]retrieve.Page{
		{ID: "1", Title: "Velmoor", Text: "Velmoor is a city.\nVelmoor lies on the river Alder, which is long and wide and deep and cold."},
		{ID: "2", Title: "Alder", Text: "The Alder is a river."},
		{ID: "3", Title: "Orvane Works", Text: "Orvane Works is a company."},
	})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestSearchAndOpenAreSound(t *testing.T) {
	x := library(t)
	t.Run("search", func(t *testing.T) {
		toolstest.Run(t, func() tools.Tool { s, _ := tools.NewSearch(x); return s }, `search("the Alder")`, `search("company", 1)`, `search("nothing")`)
	})
	t.Run("open", func(t *testing.T) {
		toolstest.Run(t, func() tools.Tool { _, o := tools.NewSearch(x); return o }, `open("2")`)
	})
}

func ask(t *testing.T, tool tools.Tool, written string) (string, error) {
	t.Helper()
	o := gym.Observation{Verbs: []gym.Verb{tool.Verb()}}
	a, err := o.Parse(written)
	if err != nil {
		t.Fatal(err)
	}
	r, err := tools.Use{Tool: tool}.Call(t.Context(), a.Args)
	return r.Text, err
}

func TestSearchAnswersByIDTitleAndFirstWords(t *testing.T) {
	search, open := tools.NewSearch(library(t))
	for _, c := range []struct {
		tool       tools.Tool
		call, want string
	}{
		{search, `search("Velmoor")`, "1 | Velmoor | Velmoor is a city. Velmoor lies on the river Alder, which is …\n"},
		{search, `search("Alder", 1)`, "2 | Alder | The Alder is a river.\n"},
		{search, `search("submarine")`, "no page has these words"},
		{open, `open("3")`, "Orvane Works\nOrvane Works is a company."},
	} {
		if got, err := ask(t, c.tool, c.call); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.call, got, err, c.want)
		}
	}
	var mistake *gym.Mistake
	if _, err := ask(t, open, `open("Velmoor")`); !errors.As(err, &mistake) || !strings.Contains(err.Error(), "by the id") {
		t.Errorf("a page that is not there: got %v, want a mistake that says what to name", err)
	}
}

// blind finds pages and knows none by id, as a server does.
type blind struct{ *retrieve.Index }

func (blind) Outside() bool { return true }

func (blind) Page(context.Context, string) (retrieve.Page, error) {
	return retrieve.Page{}, retrieve.ErrNoPage
}

func TestWhatAServerFoundCanBeOpenedInThatEpisode(t *testing.T) {
	search, open := tools.NewSearch(blind{library(t)})
	if o, ok := search.(tools.Outsider); !ok || !o.Outside() {
		t.Error("a server is outside, and the tool does not say so")
	}
	if _, err := ask(t, open, `open("2")`); err == nil {
		t.Error("a page was opened that nobody had found")
	}
	if _, err := ask(t, search, `search("river")`); err != nil {
		t.Fatal(err)
	}
	if text, err := ask(t, open, `open("2")`); err != nil || !strings.HasPrefix(text, "Alder\n") {
		t.Errorf("got %q, %v", text, err)
	}
	if err := search.(tools.Resetter).Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t, open, `open("2")`); err == nil {
		t.Error("what was found in one episode was opened in the next")
	}
}
