package gymtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/turngym/turngym/gym"
)

// place is one level of one scenario.
type place struct {
	gym.Scenario
	level int
}

func (p place) task(seed uint64, split gym.Split) gym.Task {
	return gym.Task{Scenario: p.Name, Seed: seed, Level: p.level, Split: split}
}

// checks are what is proved of every level, in order.
var checks = []struct {
	name  string
	check func(context.Context, *run, place) error
}{
	{"the oracle solves it", solved},
	{"the playthrough", golden},
	{"a random agent", floor},
	{"the same task is the same bytes", repeats},
	{"also side by side", concurrent},
	{"mistakes", mistakes},
	{"hints", hints},
	{"train and test tasks differ", splits},
}

// solved: the oracle reaches outcome 1 on many seeds of both splits.
func solved(ctx context.Context, r *run, p place) error {
	if r.NoOracle || !p.Oracle {
		return nil
	}
	for i := range uint64(2 * r.Seeds) {
		t := p.task(i/2, gym.Split(i%2))
		ep, err := play(ctx, r.env, t, p.Turns, expert)
		if err != nil {
			return err
		}
		if ep.outcome != 1 {
			return fmt.Errorf("%s: the outcome is %v, want 1\n%s", t, ep.outcome, ep.text)
		}
	}
	return nil
}

// floor: a random agent's mean outcome is at most the stated one, but for
// three standard errors; what the grammar allows is never refused (play).
func floor(ctx context.Context, r *run, p place) error {
	var sum float64
	n := float64(r.Episodes)
	for i := range uint64(r.Episodes) {
		ep, err := play(ctx, r.env, p.task(1000+i/2, gym.Split(i%2)), p.Turns, random(i))
		if err != nil {
			return err
		}
		sum += ep.outcome
	}
	// An outcome from 0 to 1 with mean f has at most the variance f(1-f).
	margin := 3 * math.Sqrt(max(p.Floor*(1-p.Floor), 1/n)/n)
	if mean := sum / n; mean > p.Floor+margin {
		return fmt.Errorf("its mean outcome is %.2f over %d episodes, and the floor is stated as %.2f", mean, r.Episodes, p.Floor)
	}
	return nil
}

// repeats: a task is the same again, after other episodes, after one that was
// left in the middle, and in another environment.
func repeats(ctx context.Context, r *run, p place) error {
	t := p.task(7, gym.Train)
	first, err := play(ctx, r.env, t, p.Turns, random(3))
	if err != nil {
		return err
	}
	for _, env := range slices.Concat([]gym.Env{r.env}, r.others) {
		if _, err := play(ctx, env, p.task(8, gym.Test), p.Turns, random(4)); err != nil {
			return err
		}
		if err := leave(ctx, env, p.task(9, gym.Train)); err != nil {
			return err
		}
		again, err := play(ctx, env, t, p.Turns, random(3))
		if err != nil {
			return err
		}
		if err := same(first, again); err != nil {
			return fmt.Errorf("%s, after other episodes: %w", t, err)
		}
	}
	return nil
}

// leave takes one step of an episode, and no more.
func leave(ctx context.Context, env gym.Env, t gym.Task) error {
	o, err := env.Reset(ctx, t)
	if err != nil {
		return err
	}
	a, err := random(5)(ctx, env, &o)
	if err != nil {
		return err
	}
	_, err = env.Step(ctx, a)
	return err
}

// same says where two episodes differ.
func same(a, b *episode) error {
	n := min(len(a.exact), len(b.exact))
	for i := range n {
		if a.exact[i] != b.exact[i] {
			return fmt.Errorf("turn %d differs:\n%s\n%s\nfirst\n%s\nthen\n%s", i, a.exact[i], b.exact[i], a.text, b.text)
		}
	}
	if len(a.exact) != len(b.exact) {
		return fmt.Errorf("%d turns, then %d:\nfirst\n%s\nthen\n%s", a.turns, b.turns, a.text, b.text)
	}
	return nil
}

// concurrent: several environments at once play tasks as one alone does, each
// in another order.
func concurrent(ctx context.Context, r *run, p place) error {
	const tasks = 3
	var alone [tasks]*episode
	for i := range uint64(tasks) {
		ep, err := play(ctx, r.env, p.task(20+i, gym.Train), p.Turns, random(i))
		if err != nil {
			return err
		}
		alone[i] = ep
	}
	var wg sync.WaitGroup
	errs := make([]error, len(r.others))
	for k, env := range r.others {
		wg.Go(func() {
			for j := range tasks {
				i := uint64(j+k) % tasks
				ep, err := play(ctx, env, p.task(20+i, gym.Train), p.Turns, random(i))
				if err == nil {
					err = same(alone[i], ep)
				}
				if err != nil {
					errs[k] = fmt.Errorf("%s, in environment %d: %w", p.task(20+i, gym.Train), k, err)
					return
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// mistakes: every kind of invalid action is answered with what was wrong, and
// the episode goes on as if it had not been.
func mistakes(ctx context.Context, r *run, p place) error {
	t := p.task(3, gym.Train)
	o, err := r.env.Reset(ctx, t)
	if err != nil {
		return err
	}
	good, err := random(6)(ctx, r.env, &o)
	if err != nil {
		return err
	}
	want, err := r.env.Step(ctx, good)
	if err != nil {
		return err
	}
	for _, bad := range invalid(&o) {
		if _, err := r.env.Reset(ctx, t); err != nil {
			return err
		}
		out, err := r.env.Step(ctx, bad)
		if err != nil {
			return fmt.Errorf("%s is the agent's mistake, and was answered with an error: %w", bad, err)
		}
		if format, _ := out.Signals.Value(gym.SignalFormat); out.Observation.Note == "" || format != 1 {
			return fmt.Errorf("%s is a mistake, and was answered with the note %q and %v; want a note and %s 1", bad, out.Observation.Note, out.Signals, gym.SignalFormat)
		}
		if err := inRange(out); err != nil {
			return fmt.Errorf("after the mistake %s: %w", bad, err)
		}
		unnoted := out.Observation
		unnoted.Note = ""
		if out.Terminated || observed(unnoted) != observed(o) {
			return fmt.Errorf("the mistake %s changed the episode:\n%s\nit was\n%s", bad, &out.Observation, &o)
		}
		if out.Truncated {
			continue // it was the last turn
		}
		got, err := r.env.Step(ctx, good)
		if err != nil {
			return err
		}
		if observed(got.Observation) != observed(want.Observation) || got.Terminated != want.Terminated {
			return fmt.Errorf("after the mistake %s, %s leads to\n%s\nwithout it to\n%s", bad, good, &got.Observation, &want.Observation)
		}
	}
	return nil
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
		list = append(list, gym.Action{Verb: v.Name, Args: args[1:]}, gym.Action{Verb: v.Name, Args: wrongKind})
		if v.Params[0].Kind != gym.Str { // any text is a text
			list = append(list, gym.Action{Verb: v.Name, Args: args})
		}
	}
	return list
}

// hints change what is shown as the hint, and nothing else; a task that asks
// for none shows none.
func hints(ctx context.Context, r *run, p place) error {
	plain := p.task(5, gym.Train)
	without, err := play(ctx, r.env, plain, p.Turns, random(8))
	if err != nil {
		return err
	}
	for _, h := range without.hints {
		if h != "" {
			return fmt.Errorf("a hint is shown and was not asked for: %s", h)
		}
	}
	for _, n := range []int{1, 2, 9} {
		t := plain
		t.Hint = n
		with, err := play(ctx, r.env, t, p.Turns, random(8))
		if err != nil {
			return err
		}
		if err := same(without, with); err != nil {
			return fmt.Errorf("%s with %d hints: %w", plain, n, err)
		}
	}
	return nil
}

// splits: the same seed is another task in train and test, most of the time:
// what is seen while the same random choices are made differs.
func splits(ctx context.Context, r *run, p place) error {
	const n = 20
	alike := 0
	for seed := range uint64(n) {
		train, err := play(ctx, r.env, p.task(seed, gym.Train), p.Turns, random(seed))
		if err != nil {
			return err
		}
		test, err := play(ctx, r.env, p.task(seed, gym.Test), p.Turns, random(seed))
		if err != nil {
			return err
		}
		if same(train, test) == nil {
			alike++
		}
	}
	if alike > n/2 && !r.Alike {
		return fmt.Errorf("%d of %d episodes are the same", alike, n)
	}
	return nil
}
