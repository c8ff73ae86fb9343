package check

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

func TestSoundScenarioPasses(t *testing.T) {
	f := sound()
	report, err := Scenario(t.Context(), f, f.info, Options{})
	if err = errors.Join(err, report.Err()); err != nil || report.Verdict != Pass {
		t.Error(report.Verdict, err)
	}
}

// TestEachDefectIsSeen breaks the family in one way at a time.
func TestEachDefectIsSeen(t *testing.T) {
	broken := &gym.Fault{Op: "reset toy", Err: errors.New("the engine stalled")}
	for name, c := range map[string]struct {
		breaks func(*toy)
		want   string
	}{
		"fault in Open":           {func(f *toy) { f.openErr = broken }, "the engine stalled"},
		"fault in Reset":          {func(f *toy) { f.resetErr = broken }, "runtime.startup: twice level 1 seed 0 (train): reset toy: the engine stalled"},
		"fault in Step":           {func(f *toy) { f.stepErr = broken }, "the engine stalled"},
		"carried over":            {func(f *toy) { f.carry = true }, "after other episodes: turn 0 differs"},
		"shared between envs":     {func(f *toy) { f.racy = true }, "differs"},
		"observation written to":  {func(f *toy) { f.alias = true }, "observations belong to the caller"},
		"splits alike":            {func(f *toy) { f.sharedSeed = true }, "20 of 20 episodes of train and test are the same"},
		"hint shown elsewhere":    {func(f *toy) { f.hintLeaks = true }, "gym.hints_inert: twice level 1 seed 5 (train) with 1 hints: turn 0 differs"},
		"hint not asked for":      {func(f *toy) { f.hintless = true }, "was not asked for"},
		"moving goal":             {func(f *toy) { f.goalMoves = true }, "the goal has become"},
		"blank goal":              {func(f *toy) { f.blankGoal = true }, "the goal is empty"},
		"equal ids":               {func(f *toy) { f.twoIDs = true }, "two elements have the id 1"},
		"oracle wrong":            {func(f *toy) { f.oddIDs = true }, "there is no element 7"},
		"valid action refused":    {func(f *toy) { f.refuses = true }, "is valid, and was refused"},
		"mistake without note":    {func(f *toy) { f.silent = true }, "want a note"},
		"mistake without signal":  {func(f *toy) { f.unmarked = true }, "want a note and format 1"},
		"mistake ends episode":    {func(f *toy) { f.ends = true }, "changed the episode"},
		"mistake changes state":   {func(f *toy) { f.forgets = true }, "without it to"},
		"no end":                  {func(f *toy) { f.endless = true }, "is not over after its 4 turns"},
		"random agent too good":   {func(f *toy) { f.info.Floor, f.early = 0.05, true }, "the floor is stated as 0.05"},
		"signal not a number":     {func(f *toy) { f.nan = true }, "signal progress is NaN"},
		"signal out of range":     {func(f *toy) { f.huge = true }, "signal progress is 2, want 0 to 1"},
		"outcome too soon":        {func(f *toy) { f.lost = true }, "the outcome signal is there: true; the episode is over: false"},
		"ended context unheard":   {func(f *toy) { f.deaf = true }, "Reset with an ended context: got the error <nil>"},
		"ended context, in Reset": {func(f *toy) { f.late = true }, "Reset with an ended context"},
		"use after Close":         {func(f *toy) { f.reopens = true }, "after Close: Reset gives the error <nil>"},
		"Close twice":             {func(f *toy) { f.closesOnce = true }, "Close, twice: closed twice"},
		"any level":               {func(f *toy) { f.anyLevel = true }, "Reset to level -1 of 2: got the error <nil>"},
		"any scenario":            {func(f *toy) { f.anyScenario = true }, "Reset to an unknown scenario"},
		"step out of turn":        {func(f *toy) { f.afterEnd = true }, "Step before Reset"},
	} {
		f := sound()
		c.breaks(f)
		err := safely(func() error { return proof(t, f) })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

// quick asks less often than a real suite.
var quick = Options{Seeds: 5, Episodes: 40}

func proof(t *testing.T, f *toy) error {
	report, err := Scenario(t.Context(), f, f.info, quick)
	return errors.Join(err, report.Err())
}

// safely makes a panic of the broken toy an error.
func safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}

func TestUnsoundListsAreRefused(t *testing.T) {
	for want, change := range map[string]func(*gym.Scenario){
		"one word": func(s *gym.Scenario) { s.Name = "a b" }, "one line": func(s *gym.Scenario) { s.Doc = "" },
		"0 levels": func(s *gym.Scenario) { s.Levels = 0 }, "0 turns": func(s *gym.Scenario) { s.Turns = 0 },
		"floor NaN": func(s *gym.Scenario) { s.Floor = math.NaN() },
	} {
		f := sound()
		change(&f.info)
		if _, err := Scenarios(f, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
	if _, err := Scenarios(sound(), []string{"other"}); err == nil {
		t.Error("nothing to check is no error")
	}
}

func TestRandomActionOfNothingIsNone(t *testing.T) {
	if a := gym.RandomAction(rand.New(rand.NewPCG(1, 1)), &gym.Observation{}); a.Verb != "" {
		t.Error(a)
	}
}

func TestAPlaythroughThatDoesNotEndIsAnError(t *testing.T) {
	f := sound()
	env, _ := f.Open(t.Context())
	if _, err := Playthrough(t.Context(), env, gym.Task{Scenario: "twice", Level: 1}, 1); err == nil {
		t.Error("no error")
	}
}
