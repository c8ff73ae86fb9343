package check

import (
	"context"
	"fmt"
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
