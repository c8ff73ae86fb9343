// Package jail runs commands of this machine where they reach nothing of it: no
// file but the system's programs and libraries, read-only, no other process, no
// network, no variable. It needs Linux with user namespaces and util-linux, and
// no root rights; where root runs it, the commands run as nobody.
//
// A [Room] is a root of its own with an empty home that lives in memory. Its
// files stay from one command to the next; a command's processes do not: each
// command has a process namespace, and what it leaves running ends with it. So
// nothing moves while the files are read, and no command outlives the room, nor
// the process that opened it.
//
// What it is not: a machine of its own. The commands talk to this machine's
// kernel, and what is counted is counted for each process: who lets people that
// mean harm fill the memory bounds this process too, with a cgroup.
//
// Start with [Open]. [Check] says whether this machine can.
package jail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Home is the folder of a room's files, and $HOME. There is /tmp beside it; all
// else is read-only.
const Home = "/home/user"

// Limits bound a room and what runs in it; 0 is the value of [DefaultLimits].
type Limits struct {
	Disk      int64         // bytes of all files at home, and as many in /tmp
	FileSize  int64         // bytes of a file
	Nodes     int           // files and folders at home, and as many in /tmp
	Memory    int64         // bytes of data of a process
	Space     int64         // bytes of addresses of a process; 0 is no bound
	Processes int           // of a command, at once
	Open      int           // open files of a process
	Time      time.Duration // of a command
	Output    int           // bytes that are kept of what a command prints
	Report    int           // bytes that it may report: see Command
}

// DefaultLimits are enough for small programs.
var DefaultLimits = Limits{Disk: 64 << 20, FileSize: 16 << 20, Nodes: 8192, Memory: 1 << 30, Processes: 64, Open: 64,
	Time: 10 * time.Second, Output: 64 << 10, Report: 64 << 10}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits
	for _, p := range []struct{ at, to *int64 }{{&l.Disk, &d.Disk}, {&l.FileSize, &d.FileSize}, {&l.Memory, &d.Memory}} {
		if *p.at == 0 {
			*p.at = *p.to
		}
	}
	for _, p := range []struct{ at, to *int }{{&l.Nodes, &d.Nodes}, {&l.Processes, &d.Processes}, {&l.Open, &d.Open}, {&l.Output, &d.Output}, {&l.Report, &d.Report}} {
		if *p.at == 0 {
			*p.at = *p.to
		}
	}
	if l.Time == 0 {
		l.Time = d.Time
	}
	return l
}

// Room is where commands run, one at a time. One goroutine uses it.
type Room struct {
	limits Limits
	tools  map[string]string // where the programs are that make it
	keeper *exec.Cmd         // the process whose namespaces the room is
	life   io.Closer         // the room ends with it
}

// Open makes a room with these files at home. It ends by [Room.Close], not with ctx.
func Open(ctx context.Context, files []File, limits Limits) (*Room, error) {
	r := &Room{limits: limits.withDefaults()}
	var err error
	if r.tools, err = programs(); err != nil {
		return nil, err
	}
	if err := r.open(ctx, files); err != nil {
		r.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("make the sandbox: %w", err)
	}
	return r, nil
}

// open starts the keeper, gives it the files, and waits until the room is ready.
func (r *Room) open(ctx context.Context, files []File) error {
	around, show := frame()
	for _, f := range files {
		if !fs.ValidPath(f.Name) { // nothing is put beside the room
			return fmt.Errorf("give the file %q to the sandbox: its name is no path from home", f.Name)
		}
		f.Name = "box" + Home + "/" + f.Name
		around = append(around, f)
	}
	archive, err := pack(around)
	if err != nil {
		return err
	}
	ready, readyEnd, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ready.Close()
	filesEnd, send, err := os.Pipe()
	if err != nil {
		readyEnd.Close()
		return err
	}
	said := &output{most: 4 << 10}
	cmd := exec.Command(r.tools["unshare"], "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "--net", "--ipc", "--uts",
		"/bin/sh", "-c", furnish, "furnish", strconv.FormatInt(r.limits.Disk, 10), strconv.Itoa(r.limits.Nodes))
	cmd.Args = append(cmd.Args, show...)
	cmd.Dir, cmd.Env = "/", []string{"PATH=" + places}
	cmd.ExtraFiles = []*os.File{readyEnd, filesEnd}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = said, said, time.Second
	apart(cmd)
	life, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	readyEnd.Close()
	filesEnd.Close()
	if err != nil {
		send.Close()
		return err
	}
	r.keeper, r.life = cmd, life
	stop := context.AfterFunc(ctx, func() { kill(cmd) })
	defer stop()
	sent := make(chan struct{})
	go func() { // it ends when the keeper has read all, or is gone
		defer close(sent)
		send.Write(archive)
		send.Close()
	}()
	_, err = io.ReadFull(ready, make([]byte, len("ready\n")))
	if err != nil {
		kill(cmd)
	}
	<-sent
	if err != nil {
		cmd.Wait()
		r.keeper = nil
		return errors.New(oneLine(said.String()))
	}
	return nil
}

// Close ends the room and all in it. It may be called twice.
func (r *Room) Close() error {
	if r.keeper == nil {
		return nil
	}
	r.life.Close()
	kill(r.keeper)
	r.keeper.Wait() // that it was killed is as it should be
	r.keeper = nil
	return nil
}

// places are where programs are looked for, here and in a room.
const places = "/usr/bin:/bin:/usr/sbin:/sbin"

// programs finds what makes a room.
func programs() (map[string]string, error) {
	found := map[string]string{}
	var missing []string
	for _, name := range []string{"unshare", "nsenter", "setpriv", "prlimit", "mount", "umount", "pivot_root", "tar", "sh"} {
		for dir := range strings.SplitSeq(places, ":") {
			if at := filepath.Join(dir, name); executable(at) {
				found[name] = at
				break
			}
		}
		if found[name] == "" {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return nil, fmt.Errorf("the sandbox is made by programs that are not here: %s; install util-linux and tar", strings.Join(missing, ", "))
	}
	return found, nil
}

func executable(at string) bool {
	i, err := os.Stat(at)
	return err == nil && i.Mode().IsRegular() && i.Mode()&0o111 != 0
}

// Check makes a room and looks whether it is one. The error says why it is not,
// and what can be done.
func Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	err := sealed(ctx)
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w. A sandbox needs Linux where every user may make namespaces (sysctl user.max_user_namespaces; on Ubuntu "+
		"kernel.apparmor_restrict_unprivileged_userns=0; in a container a seccomp profile that allows it; for root the right to become nobody)", err)
}

// sealed tries a room: a file of this machine must not be seen in it, and the
// processes must be counted anew.
func sealed(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "jail")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, nil, 0o644); err != nil {
		return err
	}
	r, err := Open(ctx, nil, Limits{})
	if err != nil {
		return err
	}
	defer r.Close()
	res, err := r.Run(ctx, Command{Args: []string{"/bin/sh", "-c", `test ! -e "$1" && test "$PPID" = 1 && echo sealed`, "sh", secret}})
	if err == nil && res.Output != "sealed\n" {
		err = fmt.Errorf("try the sandbox: it is not sealed: %q, status %d", res.Output, res.Exit)
	}
	return err
}

// output keeps what is written up to a size and drops the rest; who writes very
// much more finds the pipe closed.
// The buffer is a field, since an embedded one would be filled without a bound
// by io.Copy.
type output struct {
	kept    bytes.Buffer
	most    int
	dropped int
}

func (o *output) String() string { return o.kept.String() }

// droppedMax is how many bytes are dropped before the writer is stopped.
const droppedMax = 4 << 20

var errCut = errors.New("too much was written")

func (o *output) Write(b []byte) (int, error) {
	keep := min(len(b), o.most-o.kept.Len())
	o.kept.Write(b[:keep])
	if o.dropped += len(b) - keep; o.dropped > droppedMax {
		return 0, errCut
	}
	return len(b), nil
}

// oneLine is what a program said, as part of an error.
func oneLine(said string) string {
	if s := strings.Join(strings.Fields(said), " "); s != "" {
		return s
	}
	return "it ended without a word"
}
