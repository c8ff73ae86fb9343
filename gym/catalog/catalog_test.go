package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym/catalog"
)

func entry(name string) catalog.Entry[int] {
	return catalog.Entry[int]{Name: name, Doc: "a number", New: func() int { return len(name) }}
}

func TestCatalogRefusesDoublesAndBlanks(t *testing.T) {
	blankDoc, noNew := entry("a"), entry("a")
	blankDoc.Doc, noNew.New = "", nil
	for _, c := range []struct {
		want    string
		entries []catalog.Entry[int]
	}{
		{`number "a" is listed twice`, []catalog.Entry[int]{entry("a"), entry("b"), entry("a")}},
		{`number "": needs a name`, []catalog.Entry[int]{entry("")}},
		{`number "a": needs a name, a doc`, []catalog.Entry[int]{blankDoc}},
		{`number "a": needs a name, a doc and a constructor`, []catalog.Entry[int]{noNew}},
	} {
		if _, err := catalog.New("number", c.entries...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("Must does not panic")
		}
	}()
	catalog.Must("number", entry("a"), entry("a"))
}

func TestEntriesKeepTheirOrder(t *testing.T) {
	c := catalog.Must("number", entry("zwei"), entry("one"), entry("tre"))
	if got := c.Names(); !slices.Equal(got, []string{"zwei", "one", "tre"}) {
		t.Error(got)
	}
	e, err := c.Get("one")
	if err != nil || e.New() != 3 || len(c.Entries()) != 3 {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestUnknownNameGivesTheNearest(t *testing.T) {
	c := catalog.Must("recipe", entry("grpo"), entry("ppo"), entry("reinforce"))
	for name, want := range map[string]string{
		"GRPO":      `unknown recipe "GRPO"; did you mean "grpo"? (there are: grpo, ppo, reinforce)`,
		"reinfroce": `unknown recipe "reinfroce"; did you mean "reinforce"? (there are: grpo, ppo, reinforce)`,
		"dreamer":   `unknown recipe "dreamer" (there are: grpo, ppo, reinforce)`,
	} {
		if _, err := c.Get(name); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if got := catalog.Unknown("key", "x", nil).Error(); got != `unknown key "x"` {
		t.Error(got)
	}
}

func TestNearestIsTheFewestEdits(t *testing.T) {
	for word, want := range map[string]string{"levle": "level", "levels": "level", "sed": "seed", "": "", "scenarios": "scenario", "entirely different": ""} {
		if got := catalog.Nearest(word, []string{"level", "seed", "scenario"}); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}
