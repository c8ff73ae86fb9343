package console

import (
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

// form is a page with an argument of each kind.
func form() *gym.Observation {
	return &gym.Observation{Goal: "Send the parcel to Oslo, please.",
		Elements: []gym.Element{{ID: "4", Role: "textbox", Name: "Town", Value: "Bergen"}, {ID: "12", Role: "button", Name: "Send it"}, {Role: "text", Name: "free"},
			{ID: "a, b", Role: "button", Name: "Odd"}, {ID: "7", Role: "combobox", Name: "Size", Options: []string{"small", "large"}}, {ID: "9", Role: "button", Name: "Gone", State: "disabled"}},
		Verbs: []gym.Verb{
			{Name: "click", Params: []gym.Param{{Name: "element", Kind: gym.Ref, Roles: []string{"button"}}, {Name: "button", Kind: gym.Enum, Enum: []string{"left"}, Optional: true}}},
			{Name: "choose", Params: []gym.Param{{Name: "list", Kind: gym.Ref}, {Name: "option", Kind: gym.Option}}},
			{Name: "fill", Params: []gym.Param{{Name: "field", Kind: gym.Ref, Roles: []string{"textbox"}}, {Name: "text", Kind: gym.Str}}},
			{Name: "say", Params: []gym.Param{{Name: "word", Kind: gym.Str, Enum: []string{"yes", "no"}}}},
			{Name: "run", Params: []gym.Param{{Name: "command", Kind: gym.Str, Words: []string{"ls", "lsof"}}}},
			{Name: "roll", Params: []gym.Param{{Name: "n", Kind: gym.Int, Min: 1, Max: 3}}},
			{Name: "set", Params: []gym.Param{{Name: "n", Kind: gym.Int, Min: 0, Max: 1e6}}},
			{Name: "wait"},
		}}
}

func TestALineIsCompleted(t *testing.T) {
	for line, want := range map[string]string{
		"":                   "click( choose( fill( say( run( roll( set( wait()",
		"c":                  "click( choose(",
		"w":                  "wait()",
		"x":                  "",
		"x(":                 "",
		"click(":             `click(12) click("a, b")`,
		"click(1":            "click(12)",
		"click(send":         "click(12)",
		"click(12)":          "",
		"click(12, ":         `click(12, "left")`,
		"choose(":            "choose(7, ",
		"choose(7, ":         `choose(7, "small") choose(7, "large")`,
		"choose(7, l":        `choose(7, "large")`,
		"choose(8, ":         "",
		`fill(4, "O`:         `fill(4, "Oslo fill(4, "Odd`,
		`fill(4, "to `:       "",
		`fill(4, "to b`:      `fill(4, "to Bergen`,
		`fill(4, Os`:         `fill(4, "Oslo`,
		`fill(4, "a, b", "x`: "",
		`fill(4, "done"`:     "",
		"say(":               `say("yes") say("no")`,
		`say("n`:             `say("no")`,
		"run(":               `run("ls run("lsof`,
		`run("ls -l ls`:      `run("ls -l ls run("ls -l lsof`,
		"roll(":              "roll(1) roll(2) roll(3)",
		"set(":               "",
	} {
		var got []string
		for _, c := range Choices(form(), line) {
			got = append(got, c.Line)
		}
		if g := strings.Join(got, " "); g != want && strings.TrimSpace(g) != strings.TrimSpace(want) {
			t.Errorf("%q goes on with %s, want %s", line, g, want)
		}
	}
}

// What a menu offers to the end of a line can be done.
func TestACompletedLineIsAnAction(t *testing.T) {
	o := form()
	var walk func(line string, depth int)
	walk = func(line string, depth int) {
		for _, c := range Choices(o, line) {
			if strings.HasSuffix(c.Line, ")") {
				if _, err := o.Parse(c.Line); err != nil {
					t.Errorf("%s: %v", c.Line, err)
				}
			} else if depth < 4 && c.Line != line {
				walk(c.Line, depth+1)
			}
		}
	}
	walk("", 0)
}

func TestWhatIsLeftOpenIsClosed(t *testing.T) {
	for line, want := range map[string]string{
		"click(12": "click(12)", "click(12)": "click(12)", `fill(4, "a b`: `fill(4, "a b")`, `fill(4, "a)`: `fill(4, "a)")`,
		`fill(4, "a \"b`: `fill(4, "a \"b")`, "fill(4, 'x": "fill(4, 'x')", "wait": "wait", " wait( ": "wait()",
	} {
		if got := Finish(line); got != want {
			t.Errorf("%s is finished as %s, want %s", line, got, want)
		}
	}
}

func FuzzChoices(f *testing.F) {
	for _, line := range []string{"", "click(", `fill(4, "O`, `run("ls \`, "choose(7,'", "roll(1,2,3", ")("} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for _, c := range Choices(form(), line) {
			if c.Line == "" {
				t.Errorf("%q goes on with nothing", line)
			}
		}
		Finish(line)
	})
}
