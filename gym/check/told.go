package check

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym"
)

// What follows is about what an agent is told: of its mistakes, by hints, and what it must not be.

// mistakes: every kind of invalid action is answered with what was wrong, and
// the episode goes on as if it had not been.
func mistakes(ctx context.Context, r *bench, p place) (string, error) {
	t := p.task(3, gym.Train)
	o, err := r.env.Reset(ctx, t)
	if err != nil {
		return "", err
	}
	good, err := random(6)(ctx, r.env, &o)
	if err != nil {
		return "", err
	}
	want, err := r.env.Step(ctx, good)
	if err != nil {
		return "", err
	}
	for _, bad := range invalid(&o) {
		if _, err := r.env.Reset(ctx, t); err != nil {
			return "", err
		}
		out, err := r.env.Step(ctx, bad)
		if err != nil {
			return "", fmt.Errorf("%s is the agent's mistake, and was answered with an error: %w", bad, err)
		}
		if format, _ := out.Signals.Value(gym.SignalFormat); out.Observation.Note == "" || format != 1 {
			return "", fmt.Errorf("%s is a mistake, and was answered with the note %q and %v; want a note and %s 1", bad, out.Observation.Note, out.Signals, gym.SignalFormat)
		}
		if err := inRange(out); err != nil {
			return "", fmt.Errorf("after the mistake %s: %w", bad, err)
		}
		unnoted := out.Observation
		unnoted.Note = ""
		if out.Terminated || observed(unnoted) != observed(o) {
			return "", fmt.Errorf("the mistake %s changed the episode:\n%s\nit was\n%s", bad, &out.Observation, &o)
		}
		if out.Truncated {
			continue // it was the last turn
		}
		got, err := r.env.Step(ctx, good)
		if err != nil {
			return "", err
		}
		if observed(got.Observation) != observed(want.Observation) || got.Terminated != want.Terminated {
			return "", fmt.Errorf("after the mistake %s, %s leads to\n%s\nwithout it to\n%s", bad, good, &got.Observation, &want.Observation)
		}
	}
	return "", nil
}

// invalid makes an action of every kind that is wrong in o.
func invalid(o *gym.Observation) []gym.Action {
	stray := gym.Value{Kind: gym.Str, Text: "stray"}
	list := []gym.Action{{}, {Verb: "no-such-verb"}, gym.Malformed(gym.Mistakef("this is not an action"))}
	for _, v := range o.Verbs {
		args := make([]gym.Value, len(v.Params))
		for i, p := range v.Params {
			args[i] = gym.Value{Kind: p.Kind, Text: "no-such-thing", Num: math.NaN()}
		}
		list = append(list, gym.Action{Verb: v.Name, Args: append(slices.Clip(args), stray)})
		if len(args) == 0 {
			continue
		}
		wrongKind := slices.Clone(args)
		wrongKind[0].Kind = 0
		list = append(list, gym.Action{Verb: v.Name, Args: wrongKind})
		if !v.Params[0].Optional {
			list = append(list, gym.Action{Verb: v.Name, Args: args[1:]})
		}
		if v.Params[0].Kind != gym.Str { // any text is a text
			list = append(list, gym.Action{Verb: v.Name, Args: args})
		}
	}
	return list
}

// hints change what is shown as the hint, and nothing else; a task that asks
// for none shows none.
func hints(ctx context.Context, r *bench, p place) (string, error) {
	plain := p.task(5, gym.Train)
	without, err := play(ctx, r.env, plain, p.Turns, random(8))
	if err != nil {
		return "", err
	}
	for _, h := range without.hints {
		if h != "" {
			return "", fmt.Errorf("a hint is shown and was not asked for: %s", h)
		}
	}
	for _, n := range []int{1, 2, 9} {
		t := plain
		t.Hint = n
		with, err := play(ctx, r.env, t, p.Turns, random(8))
		if err != nil {
			return "", err
		}
		if err := same(without, with); err != nil {
			return "", fmt.Errorf("%s with %d hints: %w", plain, n, err)
		}
	}
	return "", nil
}

// Secretive is the ability of an environment to say what must not be shown
// before the end.
type Secretive interface {
	Secrets(ctx context.Context) ([]string, error)
}

// leaks: nothing that is shown before the end contains what the environment
// calls secret, an action of the oracle in so many words, or the most concrete
// hint, which was not asked for.
func leaks(ctx context.Context, r *bench, p place) (string, error) {
	secretive, has := gym.As[Secretive](r.env)
	for seed := range uint64(max(5, r.Seeds/10)) {
		t := p.task(80+seed, gym.Train)
		t.Hint = 99
		o, err := r.env.Reset(ctx, t)
		if err != nil {
			return "", err
		}
		hint := o.Hint
		t.Hint = 0
		if _, err := r.env.Reset(ctx, t); err != nil {
			return "", err
		}
		var secrets []string
		if has {
			if secrets, err = secretive.Secrets(ctx); err != nil {
				return "", err
			}
		}
		if hint != "" {
			secrets = append(secrets, hint)
		}
		ep, err := play(ctx, r.env, t, p.Turns, random(seed))
		if err != nil {
			return "", err
		}
		for i, o := range ep.seen[:len(ep.seen)-1] {
			shown := o.Goal + "\n" + o.String()
			for _, s := range secrets {
				if contains(shown, s) {
					return "", fmt.Errorf("%s: turn %d shows %q:\n%s", t, i, s, shown)
				}
			}
		}
		if r.NoOracle || !p.Oracle {
			continue
		}
		if ep, err = play(ctx, r.env, t, p.Turns, expert); err != nil {
			return "", err
		}
		for i, a := range ep.actions {
			shown := ep.seen[i].Goal + "\n" + ep.seen[i].String()
			if len(a.Args) > 0 && strings.Contains(shown, a.String()) {
				return "", fmt.Errorf("%s: turn %d shows the right action %s:\n%s", t, i, a, shown)
			}
		}
	}
	return "", nil
}

// contains says whether a text has another as whole words.
func contains(text, part string) bool {
	letter := func(b byte) bool { return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }
	for from := 0; ; {
		i := strings.Index(text[from:], part)
		if i < 0 || part == "" {
			return false
		}
		i += from
		end := i + len(part)
		if (i == 0 || !letter(text[i-1]) || !letter(part[0])) && (end == len(text) || !letter(text[end]) || !letter(part[len(part)-1])) {
			return true
		}
		from = i + 1
	}
}
