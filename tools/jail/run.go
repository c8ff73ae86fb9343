package jail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Command is a command to run in a room.
type Command struct {
	Args  []string // the first is the program, by name or path
	Stdin string
	Env   []string // beside PATH, HOME, USER and LANG
	Apart bool     // errors apart from the output
}

// Result is what a command did.
type Result struct {
	Output   string // what it printed, errors in between unless they are apart
	Errors   string // where they are apart
	Cut      bool   // it printed more than is kept
	Report   string // what it wrote to file 3
	Exit     int    // 128 and more: by a signal, as a shell says it
	TimedOut bool
}

// Run runs a command at the root of the room, and ends all that it started. The
// error is the context's, or that the room is broken; what the command does
// wrong is in the result.
func (r *Room) Run(ctx context.Context, c Command) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if r.keeper == nil {
		return Result{}, errors.New("the sandbox is closed")
	}
	limited, cancel := context.WithTimeout(ctx, r.limits.Time)
	defer cancel()
	report, reportEnd, err := os.Pipe()
	if err != nil {
		return Result{}, err
	}
	defer report.Close()
	out, errs := &output{most: r.limits.Output}, &output{most: r.limits.Output}
	cmd := r.command(limited, c)
	cmd.ExtraFiles = []*os.File{reportEnd}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(c.Stdin), out, out
	if c.Apart {
		cmd.Stderr = errs
	}
	if err = cmd.Start(); err != nil {
		reportEnd.Close()
		return Result{}, fmt.Errorf("enter the sandbox: %w", err)
	}
	reportEnd.Close()
	told, read := &output{most: r.limits.Report + len("in\n")}, make(chan struct{})
	go func() { // it ends with the last process of the command
		defer close(read)
		io.Copy(told, report)
		report.Close()
	}()
	err = cmd.Wait()
	report.SetReadDeadline(time.Now().Add(time.Second)) // they are all gone: only what was written is left
	<-read
	text, in := strings.CutPrefix(told.String(), "in\n")
	res := Result{Output: out.String(), Errors: errs.String(), Cut: out.dropped+errs.dropped > 0, Report: text, TimedOut: limited.Err() != nil}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return Result{}, ctx.Err()
	case !in && res.TimedOut:
		return Result{}, fmt.Errorf("enter the sandbox: it takes longer than %v", r.limits.Time)
	case !in:
		return Result{}, fmt.Errorf("enter the sandbox: %s", oneLine(res.Output+" "+res.Errors))
	case errors.As(err, &exit):
		if res.Exit = exit.ExitCode(); res.Exit < 0 {
			res.Exit = 128 + int(syscall.SIGKILL)
		}
	}
	return res, nil
}

// command is a command as it is started: it enters the room's namespaces, makes
// itself those of processes, mounts and users, in which it may do nothing, gives
// up what could be gained, and begins.
func (r *Room) command(ctx context.Context, c Command) *exec.Cmd {
	l, pid := r.limits, strconv.Itoa(r.keeper.Process.Pid)
	args := []string{"--preserve-credentials", "-t", pid, "--user", "--mount", "--net", "--ipc", "--uts", "--pid=/proc/" + pid + "/ns/pid_for_children", "--",
		"unshare", "--user", "--map-user=1000", "--map-group=1000", "--mount", "--pid", "--fork", "--kill-child", "--root=/box", "--wd=/", "--mount-proc",
		"setpriv", "--no-new-privs",
		"prlimit", "--core=0", fmt.Sprintf("--nproc=%d", l.Processes+1), fmt.Sprintf("--fsize=%d", l.FileSize), fmt.Sprintf("--nofile=%d", l.Open),
		fmt.Sprintf("--cpu=%d", int(l.Time/time.Second)+1), fmt.Sprintf("--data=%d", l.Memory)}
	if l.Space > 0 {
		args = append(args, fmt.Sprintf("--as=%d", l.Space))
	}
	args = append(args, "/bin/sh", "-c", begin, "sh")
	cmd := exec.CommandContext(ctx, r.tools["nsenter"], append(args, c.Args...)...)
	cmd.Dir, cmd.Env = "/", append([]string{"PATH=" + places, "HOME=" + Home, "USER=user", "LANG=C"}, c.Env...)
	cmd.Cancel = func() error { kill(cmd); return nil }
	cmd.WaitDelay = time.Second
	apart(cmd)
	return cmd
}
