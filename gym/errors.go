package gym

import (
	"errors"
	"fmt"
)

// ErrClosed is returned by an environment that is used after Close.
var ErrClosed = errors.New("environment is closed")

// Mistake is the agent's: an unknown verb, a missing element, a bad argument.
// It becomes the Note of an observation and a [SignalFormat] signal.
type Mistake struct{ Text string }

// Mistakef makes a mistake. The text says what was wrong and what would be right.
func Mistakef(format string, args ...any) *Mistake {
	return &Mistake{Text: fmt.Sprintf(format, args...)}
}

func (m *Mistake) Error() string { return m.Text }

// Fault is the environment's: the browser died, the page hung, the scenario's
// code failed. The episode is thrown away, the environment replaced, the task
// played again, the fault counted. It is never a reward.
type Fault struct {
	Op  string // what was being done: "reset web/login"
	Err error
}

// Faultf makes a fault around an error built as by fmt.Errorf.
func Faultf(op, format string, args ...any) *Fault {
	return &Fault{Op: op, Err: fmt.Errorf(format, args...)}
}

func (f *Fault) Error() string { return f.Op + ": " + f.Err.Error() }
func (f *Fault) Unwrap() error { return f.Err }
