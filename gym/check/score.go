package check

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym"
)

// What follows holds outcomes and progress against what they must be.

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

// idler is an agent that does not look at its task.
type idler struct {
	who  string
	next func(i uint64) player
}

func idlers() []idler {
	return []idler{{"doing nothing", func(uint64) player { return nothing }}, {"repeating the first action", repeat},
		{"going to and fro between two actions", pendulum}}
}

// canaries are agents that must not succeed by what they do.
func canaries(ctx context.Context, r *bench, p place) (string, error) {
	less := *r
	less.Episodes = max(10, r.Episodes/3)
	for _, c := range append(idlers(), idler{"doing what the text says in so many words", parrot}) {
		if _, err := less.below(ctx, p, c.who, c.next); err != nil {
			return "", err
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

// farmMax is the share of the oracle's progress that an agent in a circle may
// have: by luck it does a few right things.
const farmMax = 0.5

// unfarmable: agents that go in circles do not end with a progress that only
// getting on should give (potentials keep the best policy the same: Ng,
// Harada, Russell 1999; what counts deeds is no potential).
func unfarmable(ctx context.Context, r *bench, p place) (string, error) {
	if r.NoOracle || !p.Oracle {
		return "", errSkip
	}
	n := max(5, r.Episodes/6)
	// gain is the mean progress that an agent ends with, episodes that reach the
	// goal left out where asked for.
	gain := func(next func(i uint64) player, failed bool) (mean float64, err error) {
		for i := range uint64(n) {
			ep, err := play(ctx, r.env, p.task(70+i, gym.Train), p.Turns, next(i))
			if err != nil {
				return 0, err
			}
			if len(ep.progress) == 0 {
				return 0, errSkip
			}
			if !failed {
				mean += ep.progress[len(ep.progress)-1] / float64(n)
			} else if ep.outcome < 1 {
				mean += max(0, ep.progress[len(ep.progress)-1]-ep.progress[0]) / float64(n)
			}
		}
		return mean, nil
	}
	oracle, err := gain(func(uint64) player { return expert }, false)
	if err != nil {
		return "", err
	}
	for _, c := range idlers() {
		got, err := gain(c.next, true)
		if err != nil {
			return "", err
		}
		if got > farmMax*oracle {
			return "", fmt.Errorf("%s, without reaching the goal, gains %.2f of progress on average after its first turn; the oracle gains %.2f in all", c.who, got, oracle)
		}
	}
	return "", nil
}
