package code

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
	"github.com/turngym/turngym/tools/codebox"
)

// write asks for a whole program, in Lua or JavaScript, that does what the goal
// says; examples are shown, hidden tests judge. A program is written at once as
// a text, or line by line of words.
//
// Levels are in specs.go. A random agent never gets there; the ceiling is 1.
// Outcome and progress: see bench.
type write struct {
	bench
	spec  spec
	words []string
	lines []string // the program as it stands
}

func (j *judge) startWrite(ctx context.Context, t gym.Task, rng *rand.Rand) (world.World, error) {
	lang := pick(rng, []codebox.Language{j.lua, j.javascript})
	return draw(ctx, rng, func(rng *rand.Rand) (world.World, bool, error) {
		s := pick(rng, specs(t.Level))(rng)
		inputs := make([]string, 0, 7)
		for range 40 {
			if in := s.input(rng); !slices.Contains(inputs, in) && len(inputs) < cap(inputs) {
				inputs = append(inputs, in)
			}
		}
		if len(inputs) < cap(inputs) {
			return nil, false, nil
		}
		s.lines = s.in(lang.Name)
		tests, ok, err := answers(ctx, lang, strings.Join(s.lines, "\n"), inputs)
		if err != nil || !ok || !apart(tests) {
			return nil, false, err
		}
		w := &write{bench: bench{lang: lang, visible: tests[:3], hidden: tests[3:]}, spec: s}
		w.words = slices.Concat(basics(lang.Name), strings.Fields(strings.Join(s.lines, " ")))
		slices.Sort(w.words) // not in the order in which they are needed
		w.words = slices.Compact(w.words)
		return w, true, nil
	})
}

// basics are the words that any program may need.
func basics(lang string) []string {
	common := append(strings.Fields(`n m s i + - * % = == < > <= >= ( ) , "" `), numbers(9)...)
	if lang == "lua" {
		return append(common, strings.Fields(`io.read("n") io.read() print( if then else end for do while and or not local return .. ~= #s`)...)
	}
	return append(common, strings.Fields(`Number(readline()) readline() print( if else for while let return { } ; && || ! === !== ++ s.length`)...)
}

func (w *write) Goal() string {
	return fmt.Sprintf("Write a program in %s: %s. Submit it when it passes its tests.", title(w.lang.Name), w.spec.goal)
}

func title(lang string) string {
	if lang == "lua" {
		return "Lua"
	}
	return "JavaScript"
}

func (w *write) Hints() []string {
	return []string{"Read the input first, and print at the end.", fmt.Sprintf("It can be written in %d lines.", len(w.spec.lines))}
}

// See shows the program and the tests.
func (w *write) See() gym.Observation {
	reads := `io.read("n") reads a number, io.read() a line; | ends a line`
	if w.lang.Name == "javascript" {
		reads = `readline() reads a line, print(...) prints; | ends a line`
	}
	o := gym.Observation{Text: reads, Elements: listing(w.lines)}
	o.Elements = w.tests(o.Elements)
	o.Verbs = w.verbs(
		gym.Verb{Name: "line", Doc: "Add a line to the program.", Params: []gym.Param{
			{Name: "text", Doc: "the line", Kind: gym.Str, Words: w.words}}},
		gym.Verb{Name: "write", Doc: "Write the whole program anew.", Params: []gym.Param{
			{Name: "code", Doc: "the program, all its lines", Kind: gym.Str, Words: w.words}}},
		gym.Verb{Name: "clear", Doc: "Take all lines away."})
	return o
}

func (w *write) Do(ctx context.Context, a gym.Action) (bool, error) {
	switch a.Verb {
	case "line":
		w.lines = append(slices.Clip(w.lines), a.Args[0].Text)
	case "write":
		w.lines = strings.Split(strings.Trim(a.Args[0].Text, "\n"), "\n")
	case "clear":
		w.lines = nil
	default:
		return w.do(a.Verb), nil
	}
	return false, w.change(ctx, strings.Join(w.lines, "\n"))
}

// Expert writes the reference line by line.
func (w *write) Expert(context.Context) (gym.Action, error) {
	n := len(w.lines)
	switch {
	case w.right():
		return w.finish(), nil
	case n > len(w.spec.lines) || !slices.Equal(w.lines, w.spec.lines[:n]):
		return action("clear"), nil
	case n == len(w.spec.lines):
		return gym.Action{}, fmt.Errorf("the reference does not pass its own tests")
	}
	return action("line", w.spec.lines[n]), nil
}
