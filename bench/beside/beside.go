// Package beside measures the same by several programs in turn, each in a process
// of its own: a job is a line of JSON to it, and so is its answer. The first line
// that it says is a greeting, for which it may take long.
package beside

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// Program is one of them. It is used by one goroutine.
type Program struct {
	Limit time.Duration // of an answer; beyond it the process is ended. 0: none
	Still bool          // the process is stopped between answers: its threads would go on spinning beside the others'

	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Scanner
}

// Start runs a command as a program; the name is for errors.
func Start(name string, cmd *exec.Cmd) (*Program, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.WaitDelay = patience // for what it has started itself
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return &Program{name: name, cmd: cmd, in: in, out: bufio.NewScanner(out)}, nil
}

// ErrDied is the error of a program that has ended, or was ended at its limit.
var ErrDied = errors.New("it has died")

// Hear reads a line: the greeting.
func (p *Program) Hear(into any) error {
	if p.Limit > 0 {
		end := time.AfterFunc(p.Limit, func() { p.cmd.Process.Kill() })
		defer end.Stop()
	}
	begun := time.Now()
	if !p.out.Scan() {
		return fmt.Errorf("%s, after %.0f s: %w", p.name, time.Since(begun).Seconds(), ErrDied)
	}
	if err := json.Unmarshal(p.out.Bytes(), into); err != nil {
		return fmt.Errorf("%s says %q: %w", p.name, p.out.Text(), err)
	}
	if p.Still {
		p.cmd.Process.Signal(syscall.SIGSTOP)
	}
	return nil
}

// Ask gives it a job and waits for the answer.
func (p *Program) Ask(job, answer any) error {
	if p.Still {
		p.cmd.Process.Signal(syscall.SIGCONT)
	}
	if err := json.NewEncoder(p.in).Encode(job); err != nil {
		return fmt.Errorf("%s: %w", p.name, ErrDied)
	}
	return p.Hear(answer)
}

// Close has the program end, and waits; one that does not go by itself is ended.
func (p *Program) Close() {
	p.cmd.Process.Signal(syscall.SIGCONT)
	p.in.Close()
	end := time.AfterFunc(patience, func() { p.cmd.Process.Kill() })
	defer end.Stop()
	p.cmd.Wait()
}

// patience is how long a program may take to end.
const patience = 10 * time.Second

// Median is the middle one of some numbers.
func Median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}
