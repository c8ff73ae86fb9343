package check

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
)

// player says what to do next.
type player func(ctx context.Context, env gym.Env, o *gym.Observation) (gym.Action, error)

var errNothing = errors.New("nothing can be done, and the episode is not over")

// random is a player whose choices depend on seed alone.
func random(seed uint64) player {
	rng := rand.New(rand.NewPCG(seed, 99))
	return func(_ context.Context, _ gym.Env, o *gym.Observation) (gym.Action, error) {
		a := gym.RandomAction(rng, o)
		if a.Verb == "" {
			return a, errNothing
		}
		return a, nil
	}
}

// expert asks the oracle, whose actions a policy must be able to write.
func expert(ctx context.Context, env gym.Env, o *gym.Observation) (gym.Action, error) {
	oracle, ok := gym.As[gym.Oracle](env)
	if !ok {
		return gym.Action{}, errors.New("the environment has no oracle, though its scenario says so")
	}
	a, err := oracle.Demonstrate(ctx)
	if err != nil {
		return a, fmt.Errorf("the oracle: %w", err)
	}
	if err := o.Validate(a); err != nil {
		return a, violated("gym.oracle_writable", "the oracle's %s is no valid action: %w", a, err)
	}
	path, ok := gym.NewGrammar(o).Path(a)
	if !ok {
		return a, violated("gym.oracle_writable", "the oracle's %s cannot be written by the grammar: its text stands neither in the goal nor on the page", a)
	}
	if want, other, ok := mistaken(o, path); ok {
		return a, violated("gym.oracle_writable", "the oracle's %s needs %q, and a policy, which reads small letters alone, takes it for %q, which stands before it", a, want, other)
	}
	return a, nil
}

// mistaken finds a piece that another one comes before which differs from it in
// the case of its letters alone.
func mistaken(o *gym.Observation, path []gym.Piece) (want, other string, ok bool) {
	g := gym.NewGrammar(o)
	var next []gym.Piece
	for _, p := range path {
		if p.Text != "" {
			next = g.Next(next[:0])
			i := slices.IndexFunc(next, func(q gym.Piece) bool { return q.Kind == p.Kind && strings.EqualFold(q.Text, p.Text) })
			if i >= 0 && next[i].Text != p.Text {
				return p.Text, next[i].Text, true
			}
		}
		g.Take(p)
	}
	return "", "", false
}

// nothing is a player whose words are never an action.
func nothing(context.Context, gym.Env, *gym.Observation) (gym.Action, error) {
	return gym.Malformed(gym.Mistakef("nothing was said")), nil
}

// repeat is a player who does its first, random action again and again.
func repeat(seed uint64) player {
	var first gym.Action
	choose := random(seed)
	return func(ctx context.Context, env gym.Env, o *gym.Observation) (gym.Action, error) {
		var err error
		if first.Verb == "" {
			first, err = choose(ctx, env, o)
		}
		return first, err
	}
}

// pendulum is a player who does its first two actions in turn.
func pendulum(seed uint64) player {
	var two []gym.Action
	choose, turn := random(seed), 0
	return func(ctx context.Context, env gym.Env, o *gym.Observation) (gym.Action, error) {
		turn++
		if len(two) < 2 {
			a, err := choose(ctx, env, o)
			two = append(two, a)
			return a, err
		}
		return two[(turn-1)%2], nil
	}
}

// parrot is a player who does what is written as an action in what it reads,
// and else something random.
func parrot(seed uint64) player {
	choose := random(seed)
	return func(ctx context.Context, env gym.Env, o *gym.Observation) (gym.Action, error) {
		for line := range strings.Lines(o.Goal + "\n" + o.String()) {
			for i := range o.Verbs {
				at := strings.Index(line, o.Verbs[i].Name+"(")
				if at < 0 {
					continue
				}
				if end := strings.IndexByte(line[at:], ')'); end > 0 {
					if a, err := o.Parse(line[at : at+end+1]); err == nil {
						return a, nil
					}
				}
			}
		}
		return choose(ctx, env, o)
	}
}

// script is a player who writes down actions that are given, and reads them.
func script(actions []gym.Action) player {
	turn := 0
	return func(_ context.Context, _ gym.Env, o *gym.Observation) (gym.Action, error) {
		if turn == len(actions) {
			return gym.Action{}, errors.New("the episode goes on after its last action")
		}
		turn++
		return o.Parse(actions[turn-1].String())
	}
}

// episode is what was seen of one.
type episode struct {
	text     string   // for people
	exact    []string // each observation without its hint, and the signals that came with it
	seen     []gym.Observation
	hints    []string
	actions  []gym.Action
	progress []float64 // after each turn; none where there is no such signal
	last     gym.Signals
	turns    int
	outcome  float64
}

// play plays a task to its end, at most so many turns, and holds everything it
// is shown against the contract.
func play(ctx context.Context, env gym.Env, t gym.Task, turns int, next player) (ep *episode, err error) {
	ep = &episode{}
	var w writer
	defer func() {
		ep.text = w.String()
		if err != nil {
			err = fmt.Errorf("%s: %w\n%s", t, err, ep.text)
		}
	}()
	o, err := env.Reset(ctx, t)
	if err != nil {
		return ep, err
	}
	w.start(t, &o)
	out := gym.Outcome{Observation: o}
	for {
		if err := wellFormed(&out.Observation); err != nil {
			return ep, err
		}
		if out.Observation.Goal != o.Goal {
			return ep, violated("runtime.observation_schema", "the goal has become %q", out.Observation.Goal)
		}
		ep.seen = append(ep.seen, out.Observation)
		ep.exact, ep.hints = append(ep.exact, exact(out)), append(ep.hints, out.Observation.Hint)
		if out.Terminated || out.Truncated {
			break
		}
		if ep.turns == turns {
			return ep, violated("runtime.task_declaration_accuracy", "the episode is not over after its %d turns", turns)
		}
		a, err := next(ctx, env, &ep.seen[ep.turns])
		if err != nil {
			return ep, err
		}
		valid := out.Observation.Validate(a) == nil
		if back, err := out.Observation.Parse(a.String()); valid && (err != nil || !back.Equal(a)) {
			return ep, violated("semantic.replayability", "%s is read back as %s (%w)", a, back, err)
		}
		if out, err = env.Step(ctx, a); err != nil {
			return ep, err
		}
		ep.turns++
		ep.actions = append(ep.actions, a)
		if v, ok := out.Signals.Value(gym.SignalProgress); ok {
			ep.progress = append(ep.progress, v)
		}
		w.turn(a, out)
		if err := inRange(out); err != nil {
			return ep, err
		}
		if valid && out.Observation.Note != "" {
			return ep, violated("runtime.tool_declaration_accuracy", "%s is valid, and was refused: %s", a, out.Observation.Note)
		}
	}
	for i := range ep.seen {
		if !strings.HasPrefix(ep.exact[i], observed(ep.seen[i])) {
			return ep, violated("runtime.observation_schema", "the observation of turn %d changed after it was given; observations belong to the caller", i)
		}
	}
	w.end(out, ep.turns)
	ep.last = out.Signals
	ep.outcome, _ = out.Signals.Value(gym.SignalOutcome)
	return ep, nil
}

// exact is everything that can be told apart, but for the hint.
func exact(out gym.Outcome) string {
	return observed(out.Observation) + fmt.Sprintf("%#v %v %v", out.Signals, out.Terminated, out.Truncated)
}

// observed is all of an observation but the hint, each text with its length
// before it, so that no two are the same. It is asked for at every turn of every
// check: fmt would take a third of the whole time.
func observed(o gym.Observation) string {
	b := make([]byte, 0, 1024)
	add := func(texts ...string) {
		for _, s := range texts {
			b = append(strconv.AppendInt(b, int64(len(s)), 10), ':')
			b = append(b, s...)
		}
	}
	add(o.Goal, o.Text, o.Note)
	for i := range o.Elements {
		e := &o.Elements[i]
		add("e", e.ID, e.Role, e.Name, e.Value, e.State)
		add(e.Options...)
		for _, n := range e.Box {
			b = append(strconv.AppendInt(b, int64(n), 10), ' ')
		}
	}
	for _, img := range o.Images {
		add("i", img.Name, fmt.Sprintf("%x", sha256.Sum256(img.Data))) // what a picture holds is nothing to read
	}
	for i := range o.Verbs {
		v := &o.Verbs[i]
		add("v", v.Name, v.Doc)
		for j := range v.Params {
			p := &v.Params[j]
			add("p", p.Name, p.Doc, p.Kind.String(), strconv.FormatBool(p.Optional), strconv.FormatFloat(p.Min, 'g', -1, 64), strconv.FormatFloat(p.Max, 'g', -1, 64))
			add(p.Roles...)
			add("|")
			add(p.Enum...)
			add("|", string(p.Schema))
			add(p.Words...)
		}
	}
	return string(append(b, '\n'))
}

// wellFormed says what is wrong with an observation.
func wellFormed(o *gym.Observation) error {
	if err := malformed(o); err != nil {
		return violation{"runtime.observation_schema", err}
	}
	return nil
}

func malformed(o *gym.Observation) error {
	if strings.TrimSpace(o.Goal) == "" {
		return errors.New("the goal is empty")
	}
	ids, verbs := map[string]bool{}, map[string]bool{}
	for _, e := range o.Elements {
		if e.Role == "" {
			return fmt.Errorf("%s has no role", e)
		}
		if e.ID != "" && ids[e.ID] {
			return fmt.Errorf("two elements have the id %s", e.ID)
		}
		ids[e.ID] = true
	}
	for _, v := range o.Verbs {
		if v.Name == "" || v.Doc == "" || verbs[v.Name] {
			return fmt.Errorf("verb %q: want a name of its own, and a doc", v)
		}
		verbs[v.Name] = true
		for _, p := range v.Params {
			if p.Name == "" || p.Kind < gym.Ref || p.Kind > gym.Option {
				return fmt.Errorf("verb %q has a parameter without name or kind: %+v", v.Name, p)
			}
		}
	}
	return nil
}

// inRange says what is wrong with a step's signals.
func inRange(out gym.Outcome) error {
	if err := outOfRange(out); err != nil {
		return violation{"runtime.reward_well_formed", err}
	}
	return nil
}

func outOfRange(out gym.Outcome) error {
	names := map[string]bool{}
	for _, s := range out.Signals {
		switch known := s.Name == gym.SignalOutcome || s.Name == gym.SignalProgress || s.Name == gym.SignalFormat; {
		case s.Name == "" || names[s.Name]:
			return fmt.Errorf("signal %q: want a name of its own", s.Name)
		case math.IsNaN(s.Value) || math.IsInf(s.Value, 0):
			return fmt.Errorf("signal %s is %v", s.Name, s.Value)
		case known && (s.Value < 0 || s.Value > 1):
			return fmt.Errorf("signal %s is %v, want 0 to 1", s.Name, s.Value)
		}
		names[s.Name] = true
	}
	if over := out.Terminated || out.Truncated; names[gym.SignalOutcome] != over {
		return fmt.Errorf("the outcome signal is there: %v; the episode is over: %v", names[gym.SignalOutcome], over)
	}
	format, _ := out.Signals.Value(gym.SignalFormat)
	if (format == 1) != (out.Observation.Note != "") {
		return fmt.Errorf("the format signal is %v, the note %q; they go together", format, out.Observation.Note)
	}
	return nil
}
