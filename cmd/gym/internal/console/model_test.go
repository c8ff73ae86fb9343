package console

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/envs/probe"
	"github.com/turngym/turngym/gym"
)

// screen is a model with a person at its keys.
type screen struct {
	*testing.T
	m    *Model
	quit bool
}

func sit(t *testing.T, a agent.Agent, o Options) *screen {
	if a != nil && o.Agent == "" {
		o.Agent = "helper"
	}
	s := &screen{T: t, m: New(t.Context(), begin(t, probe.Family{}, a), o)}
	s.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	return s
}

// send gives the model a message, and what comes of its commands, until it waits.
func (s *screen) send(msg tea.Msg) {
	s.Helper()
	for range 100 {
		_, cmd := s.m.Update(msg)
		if cmd == nil {
			return
		}
		if msg = cmd(); msg == tea.Quit() {
			s.quit = true
			return
		}
	}
	s.Fatal("the model never waits")
}

var codes = map[string]rune{"enter": tea.KeyEnter, "tab": tea.KeyTab, "esc": tea.KeyEscape, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft,
	"backspace": tea.KeyBackspace, "delete": tea.KeyDelete, "home": tea.KeyHome, "end": tea.KeyEnd, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "f1": tea.KeyF1}

// press presses keys by their names; others are typed letter by letter.
func (s *screen) press(keys ...string) {
	s.Helper()
	for _, k := range keys {
		if code, ok := codes[k]; ok {
			s.send(tea.KeyPressMsg{Code: code})
		} else if letter, ok := strings.CutPrefix(k, "ctrl+"); ok {
			s.send(tea.KeyPressMsg{Code: rune(letter[0]), Mod: tea.ModCtrl})
		} else {
			for _, r := range k {
				s.send(tea.KeyPressMsg{Code: r, Text: string(r)})
			}
		}
	}
}

// escapes are what colours a text.
var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

// shows fails where the screen lacks a text.
func (s *screen) shows(texts ...string) {
	s.Helper()
	screen := escapes.ReplaceAllString(s.m.View().Content, "")
	for _, t := range texts {
		if !strings.Contains(screen, t) {
			s.Errorf("the screen lacks %q:\n%s", t, screen)
		}
	}
}

func (s *screen) turns(n int) {
	s.Helper()
	if got := len(s.m.view.turns); got != n {
		s.Fatalf("%d turns were taken, want %d:\n%s", got, n, s.m.View().Content)
	}
}

func TestAPersonPlaysByTyping(t *testing.T) {
	s := sit(t, nil, Options{Turns: 9})
	s.shows("probe/corridor", "turn 1 of 9", "goal", "button", "click(element)")
	s.press("click(99", "enter")
	s.shows("there is no element 99")
	s.turns(0)
	s.press("ctrl+u", "hint", "enter")
	s.shows("the expert would do click(")
	s.press("click(1", "enter")
	s.turns(1)
	s.shows("  1 click(1)", "progress", "turn 2 of 9")
	s.press("ctrl+z")
	s.turns(0)
	s.shows("turn 1 of 9")
}

func TestAPersonPlaysByTheMenu(t *testing.T) {
	s := sit(t, nil, Options{})
	s.press("tab")
	if got := string(s.m.line); got != "click(" {
		t.Fatalf("tab writes %q", got)
	}
	s.press("tab", "down", "up", "down", "enter")
	s.turns(1)
	s.shows("click(2)")
	s.press("down", "enter", "enter")
	s.turns(2)
}

func TestALineIsEdited(t *testing.T) {
	s := sit(t, nil, Options{})
	for _, c := range []struct {
		keys []string
		want string
	}{
		{[]string{"abc", "left", "left", "X"}, "aXbc"}, {[]string{"backspace"}, "abc"}, {[]string{"delete"}, "ac"}, {[]string{"home", "z", "end", "y"}, "zacy"},
		{[]string{"ctrl+w"}, ""}, {[]string{"a(b c", "ctrl+w"}, "a(b "}, {[]string{"ctrl+u"}, ""}, {[]string{"é"}, "é"}, {[]string{"esc"}, ""},
	} {
		if s.press(c.keys...); string(s.m.line) != c.want {
			t.Errorf("%v leaves %q, want %q", c.keys, string(s.m.line), c.want)
		}
	}
	s.send(tea.PasteMsg{Content: "click(1)\nx\x1b"})
	if got := string(s.m.line); got != "click(1) x" {
		t.Errorf("pasted: %q", got)
	}
}

func TestAnAgentPlaysAlong(t *testing.T) {
	s := sit(t, agent.Oracle{}, Options{})
	s.shows("with helper", "space step")
	s.press(" ")
	s.turns(1)
	s.press("u")
	s.turns(0)
	s.press("click(1)", "enter") // c is no key: it takes over
	s.turns(1)
	s.press("a")
	if s.m.view.over == "" {
		t.Fatalf("the agent stopped:\n%s", s.m.View().Content)
	}
	s.shows("outcome 1.00", "The episode is over", "over")
	s.press("s")
	s.shows("the episode is over")
	s.press("u", " ")
	s.shows("outcome 1.00")
}

func TestAnyKeyStopsAnAgentThatRuns(t *testing.T) {
	s := sit(t, agent.Oracle{}, Options{})
	_, cmd := s.m.Update(tea.KeyPressMsg{Code: 'a', Text: "a"})
	if !s.m.running {
		t.Fatal("it does not run")
	}
	s.m.Update(tea.KeyPressMsg{Code: 'q', Text: "q"})
	s.send(cmd())
	s.turns(1)
	if s.m.running || s.quit {
		t.Error("it runs on, or the key did something else")
	}
	s.shows("you are in charge again")
}

func TestWhatWasPlayedIsSaved(t *testing.T) {
	var saved []string
	seed := uint64(0)
	o := Options{Auto: true,
		Save: func(ep *gym.Episode) (string, bool, error) {
			saved = append(saved, fmt.Sprint(ep.Task.Seed))
			return fmt.Sprintf("saved %d", len(saved)), len(saved) == 3, nil
		},
		Next: func() (gym.Task, bool) {
			seed++
			task := corridor
			task.Seed = seed
			return task, true
		}}
	s := sit(t, agent.Oracle{}, o)
	s.press("w")
	s.shows("only a whole one can be saved")
	s.press("a", "w")
	s.shows("saved 1")
	s.press("w")
	s.shows("it is saved already")
	s.press("n", "a", "n")
	s.shows("saved 2", "task 2")
	s.press("n")
	if got := strings.Join(saved, " "); got != "5 1" || s.quit {
		t.Fatalf("saved are the tasks %s", got)
	}
	if s.press("a", "q"); len(saved) != 3 || !s.quit {
		t.Errorf("saved are %v", saved)
	}
}

func TestWhatCannotBeDoneIsSaid(t *testing.T) {
	s := sit(t, nil, Options{})
	s.press("picture", "enter")
	s.shows("this environment draws no pictures")
	s.press("step", "enter")
	s.shows("no agent plays along")
	s.press("next", "enter")
	s.shows("there is only one task")
	s.press("save", "enter")
	s.shows("--save FOLDER")
	s.press("undo", "enter")
	s.shows("nothing was done yet")
	s.press("jump", "enter")
	s.shows("write an action as verb(arguments)")
	s.m.o.Save = func(*gym.Episode) (string, bool, error) { return "", false, errors.New("disk full") }
	s.press("f1")
	s.shows("help", "take the last action back")
	s.press("f1", "ctrl+u", "quit", "enter")
	if !s.quit {
		t.Error("it goes on")
	}
}

// Every screen fits its window, whatever is on it.
func TestEveryScreenFits(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {100, 30}, {40, 12}, {200, 60}, {61, 17}, {39, 24}, {80, 11}, {1, 1}} {
		s := sit(t, agent.Oracle{}, Options{Turns: 9, Next: func() (gym.Task, bool) { return corridor, true }})
		s.m.view.now.Goal = strings.Repeat("A goal with 漢字 and\ttabs \x1b[31m. ", 20)
		s.m.view.now.Hint = "Look.\nTwice."
		s.m.view.now.Text = strings.Repeat("word ", 200) + "\n" + strings.Repeat("unbroken", 60)
		fits := func(when string) {
			t.Helper()
			lines := strings.Split(s.m.View().Content, "\n")
			if size[0] >= widthMin && size[1] >= heightMin && len(lines) != size[1] {
				t.Errorf("%v %s: %d lines", size, when, len(lines))
			}
			for i, line := range lines {
				if w := lipgloss.Width(line); size[0] >= widthMin && w > size[0] {
					t.Errorf("%v %s: line %d is %d wide: %q", size, when, i+1, w, line)
				}
				if strings.Contains(line, "\x1b[31m.") || strings.Contains(line, "\t") {
					t.Errorf("%v %s: line %d moves the cursor: %q", size, when, i+1, line)
				}
			}
		}
		s.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		fits("at first")
		s.press("pgdown", "pgdown", "pgup")
		fits("scrolled")
		s.press("click(")
		fits("with a menu")
		s.press(strings.Repeat("long ", 60))
		fits("with a long line")
		s.press("esc", "esc", "?")
		fits("with help")
		s.press("?", "a")
		fits("at the end")
	}
}

func TestAnEndedContextLeaves(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := New(ctx, begin(t, probe.Family{}, nil), Options{})
	cancel()
	msg := m.work(func() done {
		t.Error("something was done after the end")
		return done{}
	})()
	if _, cmd := m.Update(msg); cmd == nil || cmd() != tea.Quit() {
		t.Error("it stays")
	}
	m.Wait()
}
