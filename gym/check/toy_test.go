package check

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"

	"github.com/turngym/turngym/gym"
)

// toy is a sound family: press the named one of three buttons, twice. Each
// field breaks it in one way.
type toy struct {
	info gym.Scenario

	openErr, resetErr, stepErr error

	carry, racy, alias, sharedSeed, hintLeaks, goalMoves, blankGoal, twoIDs          bool
	oddIDs, refuses, silent, unmarked, ends, forgets, endless, early, nan, huge      bool
	deaf, late, reopens, closesOnce, anyLevel, anyScenario, afterEnd, lost, hintless bool
}

func sound() *toy {
	return &toy{info: gym.Scenario{Name: "twice", Doc: "press twice", Levels: 2, Turns: 4, Floor: 0.35, Oracle: true}}
}

func (f *toy) Scenarios() []gym.Scenario { return []gym.Scenario{f.info} }
func (f *toy) Close() error              { return nil }
func (f *toy) Open(context.Context) (gym.Env, error) {
	if f.openErr != nil {
		return nil, f.openErr
	}
	return &toyEnv{toy: f}, nil
}

var shared atomic.Int64 // what racy environments have in common

type toyEnv struct {
	*toy
	obs                         gym.Observation
	right, first, turns, played int
	started, over, closed       bool
}

func (e *toyEnv) Close() error {
	if e.closed && e.closesOnce {
		return errors.New("closed twice")
	}
	e.closed = true
	return nil
}

func (e *toyEnv) usable(ctx context.Context) error {
	if e.closed && !e.reopens {
		return gym.ErrClosed
	}
	if e.deaf {
		return nil
	}
	return ctx.Err()
}

func (e *toyEnv) Reset(ctx context.Context, t gym.Task) (gym.Observation, error) {
	err := e.usable(ctx)
	switch {
	case err != nil && !e.late:
		return gym.Observation{}, err
	case e.resetErr != nil:
		return gym.Observation{}, e.resetErr
	case t.Scenario != e.info.Name && !e.anyScenario:
		return gym.Observation{}, fmt.Errorf("no scenario %q", t.Scenario)
	case !e.anyLevel && (t.Level < 1 || t.Level > e.info.Levels):
		return gym.Observation{}, fmt.Errorf("no level %d", t.Level)
	}
	if e.sharedSeed {
		t.Split = gym.Train
	}
	rng := t.Rand()
	if e.carry {
		rng = rand.New(rand.NewPCG(uint64(e.played), 1))
	}
	if e.racy {
		rng = rand.New(rand.NewPCG(uint64(shared.Add(1)), 1))
	}
	perm := rng.Perm(9)
	e.obs = gym.Observation{
		Goal: fmt.Sprintf("Press b%d.", perm[0]),
		Verbs: []gym.Verb{{Name: "press", Doc: "Press a button.", Params: []gym.Param{
			{Name: "button", Kind: gym.Ref, Roles: []string{"button"}}}}},
	}
	at := rng.IntN(3)
	perm[0], perm[at] = perm[at], perm[0]
	for i := range 3 {
		id := fmt.Sprint(i)
		if e.twoIDs {
			id = "1"
		}
		e.obs.Elements = append(e.obs.Elements, gym.Element{ID: id, Role: "button", Name: fmt.Sprintf("b%d", perm[i])})
	}
	e.obs.Elements = append(e.obs.Elements, gym.Element{Role: "text", Name: "Press it twice"})
	if t.Hint > 0 {
		e.obs.Hint = "read the goal"
		if e.hintLeaks {
			e.obs.Text = e.obs.Hint
		}
	}
	if e.hintless {
		e.obs.Hint = "always"
	}
	if e.blankGoal {
		e.obs.Goal = " "
	}
	e.right, e.first, e.turns, e.started, e.over = at, -1, 0, true, false
	e.played++
	return e.obs, nil
}

func (e *toyEnv) Step(ctx context.Context, a gym.Action) (gym.Outcome, error) {
	if err := e.usable(ctx); err != nil {
		return gym.Outcome{}, err
	}
	if e.stepErr != nil {
		return gym.Outcome{}, e.stepErr
	}
	if (!e.started || e.over) && !e.afterEnd {
		return gym.Outcome{}, errors.New("no episode")
	}
	e.turns++
	var out gym.Outcome
	err := e.obs.Validate(a)
	if e.refuses {
		err = gym.Mistakef("I do not like %s", a)
	}
	e.obs.Note = ""
	progress := 0.5
	won := false
	if err == nil {
		pressed := int(a.Args[0].Text[0] - '0')
		won = pressed == e.right && (e.first == e.right || e.early)
		out.Terminated = e.first >= 0
		if e.first < 0 {
			e.first = pressed
		}
		if e.alias {
			e.obs.Elements[pressed].State = "pressed"
		}
	} else {
		if !e.silent {
			e.obs.Note = err.Error()
		}
		if e.forgets {
			e.first = 0
		}
		out.Terminated = e.ends
	}
	if e.goalMoves {
		e.obs.Goal += "!"
	}
	out.Truncated = !out.Terminated && e.turns >= e.info.Turns
	if e.endless {
		out.Terminated, out.Truncated = false, false
	}
	e.over = out.Terminated || out.Truncated
	if e.nan {
		progress = math.NaN()
	}
	if e.huge {
		progress = 2
	}
	out.Signals = gym.Signals{{Name: gym.SignalProgress, Value: progress}}
	if err != nil && !e.unmarked {
		out.Signals = append(out.Signals, gym.Signal{Name: gym.SignalFormat, Value: 1})
	}
	if e.over || e.lost {
		v := 0.0
		if won {
			v = 1
		}
		out.Signals = append(out.Signals, gym.Signal{Name: gym.SignalOutcome, Value: v})
	}
	out.Observation = e.obs
	return out, nil
}

func (e *toyEnv) Demonstrate(ctx context.Context) (gym.Action, error) {
	if err := e.usable(ctx); err != nil {
		return gym.Action{}, err
	}
	at := e.right
	if e.oddIDs {
		at = 7
	}
	return gym.Action{Verb: "press", Args: []gym.Value{{Kind: gym.Ref, Text: fmt.Sprint(at)}}}, nil
}
