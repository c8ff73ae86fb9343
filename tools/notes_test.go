package tools_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/toolstest"
)

func TestNotes(t *testing.T) {
	t.Run("note", func(t *testing.T) {
		toolstest.Run(t, func() tools.Tool { return tools.Notes()[0] }, `note("a", "b")`, `note("A", "c")`)
	})
	t.Run("recall", func(t *testing.T) {
		toolstest.Run(t, func() tools.Tool { return tools.Notes()[1] }, `recall()`)
	})
}

func TestWhatWasNotedIsRecalled(t *testing.T) {
	list := tools.Notes()
	note, recall := list[0], list[1]
	for _, c := range []struct {
		tool tools.Tool
		args []any
		want string
	}{
		{recall, nil, "nothing was noted yet"},
		{recall, []any{"x"}, `! there is no note "x"; nothing was noted yet`},
		{note, []any{"plan", "first\nsecond"}, "noted: plan"},
		{note, []any{" total ", "12"}, "noted: total"},
		{recall, []any{"plan"}, "plan: first\nsecond"},
		{note, []any{"PLAN", "third"}, "replaced: plan"},
		{recall, nil, "plan: third\ntotal: 12\n"},
		{recall, []any{"totl"}, `! there is no note "totl"; did you mean total?`},
		{recall, []any{"x"}, `! there is no note "x"; the keys are plan, total`},
		{note, []any{"", "x"}, "! the key must be one line of 1 to 100 characters"},
		{note, []any{"k", strings.Repeat("x", 3000)}, "! the text has 3000 characters; a note holds at most 2000"},
	} {
		if got := answered(t, c.tool, c.args...); got != c.want {
			t.Errorf("%s%v: got %q, want %q", c.tool.Verb().Name, c.args, got, c.want)
		}
	}
	for i := range 98 {
		answered(t, note, fmt.Sprint(i), "x")
	}
	if got := answered(t, note, "one more", "x"); !strings.HasPrefix(got, "! there are 100 notes") {
		t.Errorf("the memory has no end: %s", got)
	}
}

func FuzzNote(f *testing.F) {
	f.Add("key", "text")
	f.Fuzz(func(t *testing.T, key, text string) {
		list := tools.Notes()
		answered(t, list[0], key, text)
		answered(t, list[1], key)
		answered(t, list[1])
	})
}
