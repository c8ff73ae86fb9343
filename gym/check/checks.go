package check

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/turngym/turngym/gym"
)

// checked is one check: of every level, or of the whole scenario.
type checked struct {
	id, remedy string
	unit       string // of what is measured, level by level
	level      func(context.Context, *bench, place) (measured string, err error)
	whole      func(context.Context, *bench, gym.Scenario) error
}

// checks are all there are, in the order in which they run. Some have no
// function of their own: what they are about is looked at in every episode
// that the others play.
func checks() []checked {
	return []checked{
		{id: "static.manifest", remedy: "repair the scenario's table: the message names the key or the line"},
		{id: "runtime.startup", remedy: "setup, goal and observe must give an episode at every level and seed", level: startup},
		{id: "runtime.resource_bounds", remedy: "find the loop or the text that grows; raise limits only if the work is honest", level: unbroken},
		{id: "gym.no_fault", remedy: "repair the function and line that the message names; a fault costs an agent its episode", level: unbroken},
		{id: "runtime.observation_schema", remedy: "goal must be a text that stays the same; ids and verbs must be unique", level: unbroken},
		{id: "runtime.reward_well_formed", remedy: "check, progress and rubric must give numbers from 0 to 1, and the outcome comes on the last step only", level: unbroken},
		{id: "semantic.oracle_max", remedy: "make the oracle reach check = 1 within turns, or allow more turns", level: solved, unit: "most turns, by level:"},
		{id: "gym.oracle_writable", remedy: "the oracle may do only what the verbs offer; a text argument must stand in the goal or on the page", level: writable},
		{id: "runtime.tool_declaration_accuracy", remedy: "accept every action that the verbs declare, and answer every other with a note and no change", level: mistakes},
		{id: "runtime.task_declaration_accuracy", remedy: "end the episode within the declared turns; refuse levels that are not there", level: unbroken},
		{id: "runtime.seed_control", remedy: "draw what differs between tasks from the rng that setup is given", level: seeds, unit: "different tasks of 12 seeds, by level:"},
		{id: "runtime.episode_determinism", remedy: "draw from the rng of setup alone; keep nothing outside the state s", level: repeats},
		{id: "runtime.episode_isolation", remedy: "keep nothing outside the state s: file-level variables must not change", level: isolated},
		{id: "semantic.replayability", remedy: "the written actions of an episode must lead to the same episode again", level: replays},
		{id: "semantic.verifier_determinism", remedy: "step and check must depend on the state s alone, and check must change nothing", level: verdict},
		{id: "runtime.state_contract", remedy: "keep all that changes in s, as plain data, and nothing in variables of the file, so that a snapshot holds it", level: forks},
		{id: "runtime.rubric_introspectable", remedy: "rubric must give the same names in every episode", level: rubric, unit: "criteria"},
		{id: "semantic.floor_gap", remedy: "state the floor honestly, or make guessing pay less: fewer turns, more choices", level: floor, unit: "a random agent, by level:"},
		{id: "semantic.canary_floor", remedy: "doing nothing or the same again must not reach the goal: let check ask for what was asked", level: canaries},
		{id: "semantic.no_solution_leakage", remedy: "take the answer out of what is shown", level: leaks},
		{id: "gym.splits_apart", remedy: "draw more from the rng, so that train and test tasks differ", level: splits},
		{id: "gym.hints_inert", remedy: "a hint may change what is shown as the hint, and nothing else", level: hints},
		{id: "gym.progress_rises", remedy: "progress must rise towards 1 where the oracle goes", level: rises, unit: "the oracle ends, by level, at"},
		{id: "gym.progress_unfarmable", remedy: "let progress be a potential of the state: how near the goal is, not how much was done", level: unfarmable},
		{id: "gym.other_process", remedy: "something outside the task decides: addresses, the clock, the order of a map", whole: elsewhere},
		{id: "gym.contract", remedy: "ended contexts, wrong tasks and closed environments must be answered as gym.Env says", whole: contract},
	}
}

// IDs are the ids of all checks, in the order in which they run.
func IDs() []string {
	var list []string
	for _, c := range checks() {
		list = append(list, c.id)
	}
	return list
}

// find is the check of that id, or nil.
func find(id string) *checked {
	for _, c := range checks() {
		if c.id == id {
			return &c
		}
	}
	return nil
}

// unbroken is of checks that are made in passing: they hold unless an episode
// of another check shows that they do not.
func unbroken(context.Context, *bench, place) (string, error) { return "", nil }

// startup: the level starts, and something can be done.
func startup(ctx context.Context, r *bench, p place) (string, error) {
	for seed := range uint64(5) {
		if err := leave(ctx, r.env, p.task(seed, gym.Train)); err != nil {
			return "", err
		}
	}
	return "", nil
}

// solved: the oracle reaches outcome 1 on many seeds of both splits.
func solved(ctx context.Context, r *bench, p place) (string, error) {
	if r.NoOracle {
		return "", errSkip
	}
	if !p.Oracle {
		return "", errors.New("there is no oracle, so nothing shows that the task can be solved")
	}
	most := 0
	for i := range uint64(2 * r.Seeds) {
		t := p.task(i/2, gym.Split(i%2))
		ep, err := play(ctx, r.env, t, p.Turns, expert)
		if err != nil {
			return "", err
		}
		if ep.outcome != 1 {
			return "", fmt.Errorf("%s: the oracle's outcome is %v, want 1\n%s", t, ep.outcome, ep.text)
		}
		most = max(most, ep.turns)
	}
	return fmt.Sprintf(" %d", most), nil
}

func writable(_ context.Context, r *bench, p place) (string, error) {
	if r.NoOracle || !p.Oracle {
		return "", errSkip
	}
	return "", nil
}

// floor: a random agent's mean outcome is at most the stated one, but for
// three standard errors; what the grammar allows is never refused (play).
func floor(ctx context.Context, r *bench, p place) (string, error) {
	if !r.NoOracle && p.Floor > 0.9 {
		return "", fmt.Errorf("the floor is stated as %.2f; an agent that has learnt nothing reaches almost what the oracle does", p.Floor)
	}
	return r.below(ctx, p, "a random agent", func(i uint64) player { return random(i) })
}

// below plays an agent that has learnt nothing and holds its mean outcome
// against the floor.
func (r *bench) below(ctx context.Context, p place, who string, next func(i uint64) player) (string, error) {
	var sum float64
	n := float64(r.Episodes)
	for i := range uint64(r.Episodes) {
		ep, err := play(ctx, r.env, p.task(1000+i/2, gym.Split(i%2)), p.Turns, next(i))
		if err != nil {
			return "", err
		}
		sum += ep.outcome
	}
	// An outcome from 0 to 1 with mean f has at most the variance f(1-f).
	margin := 3 * math.Sqrt(max(p.Floor*(1-p.Floor), 1/n)/n)
	if mean := sum / n; mean > p.Floor+margin {
		return "", fmt.Errorf("%s: its mean outcome is %.2f over %d episodes, and the floor is stated as %.2f", who, mean, r.Episodes, p.Floor)
	}
	return fmt.Sprintf(" %.2f", sum/n), nil
}

// canaries are agents that must not succeed by what they do.
func canaries(ctx context.Context, r *bench, p place) (string, error) {
	less := *r
	less.Episodes = max(10, r.Episodes/3)
	for _, c := range []struct {
		who  string
		next func(i uint64) player
	}{{"doing nothing", func(uint64) player { return nothing }}, {"repeating the first action", repeat},
		{"going to and fro between two actions", pendulum}, {"doing what the text says in so many words", parrot}} {
		if _, err := less.below(ctx, p, c.who, c.next); err != nil {
			return "", err
		}
	}
	return "", nil
}

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
	if len(kinds) == 1 {
		return "", fmt.Errorf("%d seeds give the same episode", n)
	}
	return fmt.Sprintf(" %d", len(kinds)), nil
}

// repeats: a task is the same again at once, and in another environment.
func repeats(ctx context.Context, r *bench, p place) (string, error) {
	t := p.task(7, gym.Train)
	first, err := play(ctx, r.env, t, p.Turns, random(3))
	if err != nil {
		return "", err
	}
	for _, env := range slices.Concat([]gym.Env{r.env}, r.others) {
		again, err := play(ctx, env, t, p.Turns, random(3))
		if err != nil {
			return "", err
		}
		if err := same(first, again); err != nil {
			return "", fmt.Errorf("%s, played again: %w", t, err)
		}
	}
	return "", nil
}

// isolated: a task is the same after other episodes, after one that was left in
// the middle, and while others are played beside it.
func isolated(ctx context.Context, r *bench, p place) (string, error) {
	t := p.task(7, gym.Train)
	first, err := play(ctx, r.env, t, p.Turns, random(3))
	if err != nil {
		return "", err
	}
	for _, env := range slices.Concat([]gym.Env{r.env}, r.others) {
		if _, err := play(ctx, env, p.task(8, gym.Test), p.Turns, random(4)); err != nil {
			return "", err
		}
		if err := leave(ctx, env, p.task(9, gym.Train)); err != nil {
			return "", err
		}
		again, err := play(ctx, env, t, p.Turns, random(3))
		if err != nil {
			return "", err
		}
		if err := same(first, again); err != nil {
			return "", fmt.Errorf("%s, after other episodes: %w", t, err)
		}
	}
	return "", concurrent(ctx, r, p)
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

// rubric: the criteria have the same names in every episode.
func rubric(ctx context.Context, r *bench, p place) (string, error) {
	var want []string
	for seed := range uint64(4) {
		ep, err := play(ctx, r.env, p.task(60+seed, gym.Train), p.Turns, random(seed))
		if err != nil {
			return "", err
		}
		var names []string
		for _, s := range ep.last {
			if name, ok := strings.CutPrefix(s.Name, gym.SignalRubric); ok {
				names = append(names, name)
			}
		}
		if seed > 0 && !slices.Equal(names, want) {
			return "", fmt.Errorf("an episode has the criteria %v, another %v", want, names)
		}
		want = names
	}
	if want == nil {
		return "", errSkip
	}
	if p.level > 1 {
		return "", nil
	}
	return " " + strings.Join(want, ", "), nil
}

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
		list = append(list, gym.Action{Verb: v.Name, Args: args[1:]}, gym.Action{Verb: v.Name, Args: wrongKind})
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

// fallMax is how much progress may fall on the oracle's ways for each 1 that it
// rises: chance and dead ends push back.
const fallMax = 0.5

// rises: on the oracle's ways progress goes up more than down, and ends higher
// than it began.
func rises(ctx context.Context, r *bench, p place) (string, error) {
	if r.NoOracle || !p.Oracle {
		return "", errSkip
	}
	var up, down, end float64
	n := max(5, r.Seeds/5)
	for seed := range uint64(n) {
		ep, err := play(ctx, r.env, p.task(seed, gym.Train), p.Turns, expert)
		if err != nil {
			return "", err
		}
		if len(ep.progress) == 0 {
			return "", errSkip
		}
		for i := 1; i < len(ep.progress); i++ {
			d := ep.progress[i] - ep.progress[i-1]
			up, down = up+max(0, d), down+max(0, -d)
		}
		up += ep.progress[0]
		end += ep.progress[len(ep.progress)-1] / float64(n)
	}
	switch {
	case up == 0:
		return "", errors.New("it never rises where the oracle goes")
	case down > fallMax*up:
		return "", fmt.Errorf("it falls by %.2f for each 1 that it rises where the oracle goes, and ends at %.2f", down/up, end)
	}
	return fmt.Sprintf(" %.2f", end), nil
}

// unfarmable: agents that go in circles do not end with a progress that only
// getting on should give (potentials keep the best policy the same: Ng,
// Harada, Russell 1999; what counts deeds is no potential).
func unfarmable(ctx context.Context, r *bench, p place) (string, error) {
	if r.NoOracle || !p.Oracle {
		return "", errSkip
	}
	n := max(5, r.Episodes/6)
	gain := func(next func(i uint64) player) (mean float64, err error) {
		for i := range uint64(n) {
			ep, err := play(ctx, r.env, p.task(70+i, gym.Train), p.Turns, next(i))
			if err != nil {
				return 0, err
			}
			if len(ep.progress) == 0 {
				return 0, errSkip
			}
			if got := ep.progress[len(ep.progress)-1]; ep.outcome < 1 {
				mean += max(0, got-ep.progress[0]) / float64(n)
			}
		}
		return mean, nil
	}
	oracle, err := gain2(ctx, r, p, n)
	if err != nil {
		return "", err
	}
	for _, c := range []struct {
		who  string
		next func(i uint64) player
	}{{"doing nothing", func(uint64) player { return nothing }}, {"repeating an action", repeat}, {"going to and fro", pendulum}} {
		got, err := gain(c.next)
		if err != nil {
			return "", err
		}
		if got > farmMax*oracle {
			return "", fmt.Errorf("%s, without reaching the goal, gains %.2f of progress on average after its first turn; the oracle gains %.2f in all", c.who, got, oracle)
		}
	}
	return "", nil
}

// farmMax is the share of the oracle's progress that an agent in a circle may
// have: by luck it does a few right things.
const farmMax = 0.5

// gain2 is the progress that the oracle gains.
func gain2(ctx context.Context, r *bench, p place, n int) (mean float64, err error) {
	for i := range uint64(n) {
		ep, err := play(ctx, r.env, p.task(70+i, gym.Train), p.Turns, expert)
		if err != nil {
			return 0, err
		}
		if len(ep.progress) == 0 {
			return 0, errSkip
		}
		mean += ep.progress[len(ep.progress)-1] / float64(n)
	}
	return mean, nil
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
