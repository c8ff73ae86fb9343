package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/turngym/turngym/gym"
)

// What follows proves that an episode depends on its task and nothing else.

// seeds: other seeds are other tasks.
func seeds(ctx context.Context, r *bench, p place) (string, error) {
	const n = 12
	kinds := map[string]bool{}
	for seed := range uint64(n) {
		ep, err := play(ctx, r.env, p.task(seed, gym.Train), p.Turns, random(1))
		if err != nil {
			return "", err
		}
		kinds[strings.Join(ep.exact, "")] = true
	}
	if len(kinds) == 1 && !r.Alike {
		return "", fmt.Errorf("%d seeds give the same episode", n)
	}
	return fmt.Sprintf(" %d", len(kinds)), nil
}

// repeats: a task is the same again at once, and in another environment.
func repeats(ctx context.Context, r *bench, p place) (string, error) {
	return "", again(ctx, r, p, "played again", func(gym.Env) error { return nil })
}

// isolated: a task is the same after other episodes, after one that was left in
// the middle, and while others are played beside it.
func isolated(ctx context.Context, r *bench, p place) (string, error) {
	err := again(ctx, r, p, "after other episodes", func(env gym.Env) error {
		if _, err := play(ctx, env, p.task(8, gym.Test), p.Turns, random(4)); err != nil {
			return err
		}
		return leave(ctx, env, p.task(9, gym.Train))
	})
	if err != nil {
		return "", err
	}
	return "", concurrent(ctx, r, p)
}

// again plays a task, and then in every environment once more, after between.
func again(ctx context.Context, r *bench, p place, when string, between func(gym.Env) error) error {
	t := p.task(7, gym.Train)
	first, err := play(ctx, r.env, t, p.Turns, random(3))
	if err != nil {
		return err
	}
	for _, env := range slices.Concat([]gym.Env{r.env}, r.others) {
		if err := between(env); err != nil {
			return err
		}
		ep, err := play(ctx, env, t, p.Turns, random(3))
		if err != nil {
			return err
		}
		if err := same(first, ep); err != nil {
			return fmt.Errorf("%s, %s: %w", t, when, err)
		}
	}
	return nil
}

// leave takes one step of an episode, and no more.
func leave(ctx context.Context, env gym.Env, t gym.Task) error {
	o, err := env.Reset(ctx, t)
	if err != nil {
		return fmt.Errorf("%s: %w", t, err)
	}
	if err := wellFormed(&o); err != nil {
		return fmt.Errorf("%s: %w", t, err)
	}
	a, err := random(5)(ctx, env, &o)
	if err != nil {
		return fmt.Errorf("%s: %w", t, err)
	}
	if _, err = env.Step(ctx, a); err != nil {
		return violated("gym.no_fault", "%s, after %s: %w", t, a, err)
	}
	return nil
}

// same says where two episodes differ.
func same(a, b *episode) error {
	n := min(len(a.exact), len(b.exact))
	for i := range n {
		if a.exact[i] != b.exact[i] {
			first, then := a.seen[i].String(), b.seen[i].String()
			if first == then { // the difference is in what a text does not show
				first, then = a.exact[i], b.exact[i]
			}
			return fmt.Errorf("turn %d differs:\n%s\nit was\n%s\nthe whole episode, first\n%s\nthen\n%s", i, then, first, a.text, b.text)
		}
	}
	if len(a.exact) != len(b.exact) {
		return fmt.Errorf("%d turns, then %d:\nfirst\n%s\nthen\n%s", a.turns, b.turns, a.text, b.text)
	}
	return nil
}

// concurrent: several environments at once play tasks as one alone does, each
// in another order.
func concurrent(ctx context.Context, r *bench, p place) error {
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
					errs[k] = fmt.Errorf("%s, side by side in environment %d: %w", p.task(20+i, gym.Train), k, err)
					return
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// replays: the actions of an episode, as written, lead to it again.
func replays(ctx context.Context, r *bench, p place) (string, error) {
	t := p.task(31, gym.Train)
	first, err := play(ctx, r.env, t, p.Turns, random(9))
	if err != nil {
		return "", err
	}
	again, err := play(ctx, r.env, t, p.Turns, script(first.actions))
	if err != nil {
		return "", err
	}
	if err := same(first, again); err != nil {
		return "", fmt.Errorf("%s, replayed: %w", t, err)
	}
	return "", nil
}

// verdict: the last step, taken again from a snapshot before it, is judged the
// same.
func verdict(ctx context.Context, r *bench, p place) (string, error) {
	fork, ok := gym.As[gym.Forker](r.env)
	if !ok {
		return "", errSkip
	}
	for seed := range uint64(3) {
		t := p.task(40+seed, gym.Train)
		ep, err := play(ctx, r.env, t, p.Turns, random(seed))
		if err != nil {
			return "", err
		}
		n := len(ep.actions) - 1
		if err := replay(ctx, r.env, t, ep.actions[:n]); err != nil {
			return "", err
		}
		state, err := fork.Snapshot(ctx)
		if err != nil {
			return "", err
		}
		for range 2 {
			if _, err := fork.Restore(ctx, state); err != nil {
				return "", err
			}
			out, err := r.env.Step(ctx, ep.actions[n])
			if err != nil {
				return "", err
			}
			if exact(out) != ep.exact[n+1] {
				return "", fmt.Errorf("%s: the last step, taken again, is judged %v:\n%s\nit was %v:\n%s", t, out.Signals, &out.Observation, ep.last, &ep.seen[n+1])
			}
		}
	}
	return "", nil
}

func replay(ctx context.Context, env gym.Env, t gym.Task, actions []gym.Action) error {
	if _, err := env.Reset(ctx, t); err != nil {
		return err
	}
	for _, a := range actions {
		if _, err := env.Step(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// forks: from a snapshot in the middle of an episode the same actions lead to
// the same end, in this environment and in another, and the snapshot of the
// restored episode is the same bytes.
func forks(ctx context.Context, r *bench, p place) (string, error) {
	if _, ok := gym.As[gym.Forker](r.env); !ok {
		return "", errSkip
	}
	for seed := range uint64(3) {
		t := p.task(50+seed, gym.Train)
		whole, err := play(ctx, r.env, t, p.Turns, random(seed))
		if err != nil {
			return "", err
		}
		middle := len(whole.actions) / 2
		if err := replay(ctx, r.env, t, whole.actions[:middle]); err != nil {
			return "", err
		}
		fork, _ := gym.As[gym.Forker](r.env)
		state, err := fork.Snapshot(ctx)
		if err != nil {
			return "", violation{"runtime.state_contract", err}
		}
		for _, env := range slices.Concat([]gym.Env{r.env}, r.others) {
			fork, _ := gym.As[gym.Forker](env)
			o, err := fork.Restore(ctx, state)
			if err != nil {
				return "", violation{"runtime.state_contract", err}
			}
			if !strings.HasPrefix(whole.exact[middle], observed(o)) {
				return "", fmt.Errorf("%s, restored after %d turns, shows\n%s\n%s\nit was\n%s\n%s", t, middle, o.Goal, &o, whole.seen[middle].Goal, &whole.seen[middle])
			}
			if again, err := fork.Snapshot(ctx); err != nil || string(again) != string(state) {
				return "", fmt.Errorf("%s, restored after %d turns: its snapshot is another one (%v)", t, middle, err)
			}
			for i, a := range whole.actions[middle:] {
				out, err := env.Step(ctx, a)
				if err != nil {
					return "", err
				}
				if exact(out) != whole.exact[middle+i+1] {
					return "", fmt.Errorf("%s, restored after %d turns, differs at turn %d: %v\n%s\nit was\n%s\nis something kept outside s?", t, middle, middle+i+1,
						out.Signals, &out.Observation, &whole.seen[middle+i+1])
				}
			}
		}
	}
	return "", nil
}

// splits: the same seed is another task in train and test, most of the time:
// what is seen while the same random choices are made differs.
func splits(ctx context.Context, r *bench, p place) (string, error) {
	const n = 20
	alike := 0
	for seed := range uint64(n) {
		train, err := play(ctx, r.env, p.task(seed, gym.Train), p.Turns, random(seed))
		if err != nil {
			return "", err
		}
		test, err := play(ctx, r.env, p.task(seed, gym.Test), p.Turns, random(seed))
		if err != nil {
			return "", err
		}
		if same(train, test) == nil {
			alike++
		}
	}
	if alike > n/2 && !r.Alike {
		return "", fmt.Errorf("%d of %d episodes of train and test are the same", alike, n)
	}
	return "", nil
}
