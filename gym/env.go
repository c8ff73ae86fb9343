package gym

import "context"

// Env is one live environment. One goroutine at a time uses it.
//
// A bad action is never an error: Step answers it with an observation whose
// Note says what was wrong and with a [SignalFormat] signal. An error is a
// [*Fault] (the environment broke: close it, open another, play the task
// again), the context's error, or [ErrClosed]. Step before the first Reset or
// after the episode's end is the caller's error and changes nothing.
type Env interface {
	Reset(ctx context.Context, t Task) (Observation, error)
	Step(ctx context.Context, a Action) (Outcome, error)
	Close() error
}

// Oracle is the ability to demonstrate: the expert's next action in the
// current state. It returns an error where the scenario has no oracle.
type Oracle interface {
	Demonstrate(ctx context.Context) (Action, error)
}

// Forker is the ability to be saved in the middle of an episode and to go on
// from there, any number of times, in any environment of the same family: what
// tree search and restarts from the middle need. What follows Restore is, byte
// for byte, what followed Snapshot. Both leave the episode as it is where they
// fail.
type Forker interface {
	Snapshot(ctx context.Context) (State, error)
	Restore(ctx context.Context, s State) (Observation, error)
}

// State is a saved episode. Equal episodes have equal states.
type State []byte

// Renderer is the ability to show the state as a picture, PNG.
type Renderer interface {
	Screenshot(ctx context.Context) ([]byte, error)
}

// Family is a kind of environment: a list of scenarios and a way to open live
// environments that play any of them. It is safe for many goroutines. Its
// exported fields are its configuration.
type Family interface {
	Scenarios() []Scenario
	Open(ctx context.Context) (Env, error)
	Close() error // after all its environments are closed
}

// Scenario is what a family says about one of its scenarios.
type Scenario struct {
	Name   string  // within the family: "click-button"
	Set    string  // it is played only where this set is asked for; "" is the default set
	Doc    string  // one line
	Levels int     // levels are 1..Levels
	Turns  int     // turns after which an episode is truncated
	Floor  float64 // a random agent's mean outcome stays at or below it
	Script bool    // its pages need a browser that runs scripts
	Oracle bool    // it can demonstrate
}

// As finds an ability of env, looking through wrappers that have
// Unwrap() Env, as errors.As does for errors.
func As[T any](env Env) (ability T, ok bool) {
	for env != nil {
		if a, is := env.(T); is {
			return a, true
		}
		w, is := env.(interface{ Unwrap() Env })
		if !is {
			break
		}
		env = w.Unwrap()
	}
	return ability, false
}
