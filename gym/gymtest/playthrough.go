package gymtest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym"
)

// Playthrough is the oracle's episode of a task as a text for people: the
// task, then for each turn what was seen, what was done and what that gave.
// Where the episode is not over after so many turns, that is an error, and the
// text is what there was.
func Playthrough(ctx context.Context, env gym.Env, t gym.Task, turns int) (string, error) {
	ep, err := play(ctx, env, t, turns, expert)
	return ep.text, err
}

// writer writes an episode down.
type writer struct {
	strings.Builder
	verbs, page string // as last shown
}

func (w *writer) start(t gym.Task, o *gym.Observation) {
	fmt.Fprintf(w, "task   %s\ngoal   %s\n", t, strings.ReplaceAll(o.Goal, "\n", "\n       "))
	if o.Hint != "" {
		fmt.Fprintf(w, "hint   %s\n", o.Hint)
	}
	if w.verbs = signatures(o); w.verbs != "" {
		fmt.Fprintf(w, "verbs  %s\n", w.verbs)
	}
	w.page = o.String()
	fmt.Fprintf(w, "\n%s", w.page)
}

func signatures(o *gym.Observation) string {
	parts := make([]string, len(o.Verbs))
	for i, v := range o.Verbs {
		parts[i] = v.Signature()
	}
	return strings.Join(parts, ", ")
}

// turn shows an action, what it gave and what is seen then: the verbs where
// they are others than before, and of the last page what is new.
func (w *writer) turn(a gym.Action, out gym.Outcome) {
	fmt.Fprintf(w, "\n> %s\n", a)
	if len(out.Signals) > 0 {
		parts := make([]string, len(out.Signals))
		for i, s := range out.Signals {
			parts[i] = fmt.Sprintf("%s %.3g", s.Name, s.Value)
		}
		fmt.Fprintf(w, "  %s\n", strings.Join(parts, ", "))
	}
	over := out.Terminated || out.Truncated
	if verbs := signatures(&out.Observation); verbs != w.verbs && !over {
		w.verbs = verbs
		fmt.Fprintf(w, "\nverbs  %s\n", verbs)
	}
	if page := out.Observation.String(); page != w.page || !over {
		w.page = page
		fmt.Fprintf(w, "\n%s", page)
	}
}

func (w *writer) end(out gym.Outcome, turns int) {
	reason, s := gym.Terminated, "s"
	if out.Truncated {
		reason = gym.Truncated
	}
	if turns == 1 {
		s = ""
	}
	fmt.Fprintf(w, "\n%s after %d turn%s\n", reason, turns, s)
}

// golden holds the oracle's episode of seed 1 against the recorded one.
func golden(ctx context.Context, r *run, p place) error {
	if r.Golden == "" || r.NoOracle || !p.Oracle {
		return nil
	}
	text, err := Playthrough(ctx, r.env, p.task(1, gym.Train), p.Turns)
	if err != nil {
		return err
	}
	path := filepath.Join(r.Golden, goldenName(r.Name, p.Scenario, p.level))
	if *update {
		if err := os.MkdirAll(r.Golden, 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, []byte(text), 0o644)
	}
	want, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no %s; write it with -update, and read it:\n%s", path, text)
	}
	if err != nil {
		return err
	}
	if string(want) != text {
		return fmt.Errorf("%s has changed; if that is meant, write it with -update.\nnow\n%s\nbefore\n%s", path, text, want)
	}
	return nil
}

func goldenName(family string, sc gym.Scenario, level int) string {
	return fmt.Sprintf("%s_%s-%d.txt", family, sc.Name, level)
}

// leftovers finds the playthroughs of scenarios and levels that are gone;
// -update removes them.
func leftovers(folder, family string, list []gym.Scenario) error {
	var names []string
	for _, sc := range list {
		for level := 1; sc.Oracle && level <= sc.Levels; level++ {
			names = append(names, goldenName(family, sc, level))
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, family+"_*.txt"))
	for _, file := range files {
		if slices.Contains(names, filepath.Base(file)) {
			continue
		}
		if *update {
			err = errors.Join(err, os.Remove(file))
		} else {
			err = errors.Join(err, fmt.Errorf("%s is of no scenario; remove it with -update", file))
		}
	}
	return err
}
