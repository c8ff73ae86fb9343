package terminal

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/turngym/turngym/tools/jail"
	"github.com/turngym/turngym/tools/shellbox"
)

// sandbox is bash in a room of this machine, made when the first command is run.
// Each command has a bash of its own, that is told the directory, the variables
// and the functions with which the last one ended. So what a command does to its
// shell (exec, kill, a loop without end) costs that command and nothing else: the
// next shell begins with what was last known.
type sandbox struct {
	room  *jail.Room
	files *shellbox.FS // as they were after the last command
	dir   string
	kept  string        // a text that brings back the variables and functions
	ahead time.Duration // of the machine's clock before that of the files
}

// roomLimits bound an episode's room. The files have room for more than package
// shellbox reads, so that a large one is the task's failure and not the shell's.
var roomLimits = jail.Limits{Disk: 16 << 20, FileSize: 8 << 20, Nodes: 8192, Memory: 256 << 20, Space: 1 << 30, Processes: 32, Time: 5 * time.Second}

// fileBounds are what the verifier sees of the files: what package shellbox holds.
var fileBounds = jail.Bounds{File: 1 << 20, All: 8 << 20, Nodes: 4000}

// commandMax is the bytes of a command, as in memory.
const commandMax = 8 << 10

// turn is what bash does in a turn. Its input is the directory, what was kept,
// and the command, each ended by a zero byte. What it keeps for the next turn it
// reports when it exits in any way that it is asked at; a last zero byte says
// that this is all. It is one line, so that errors name line 1.
var turn = strings.Join([]string{
	`exec 60>&3 3>&-`,
	`IFS= read -r -d "" __dir; IFS= read -r -d "" __kept; IFS= read -r -d "" __line; exec </dev/null`,
	`cd -- "$__dir" 2>/dev/null || cd 2>/dev/null`,
	`eval "$__kept" 2>/dev/null`,
	`builtin printf "on\n" >&60`,
	`trap '{ builtin unset __line; builtin printf "%s\0" "$PWD"; builtin umask -p; builtin declare -p; builtin declare -f; builtin printf "\0"; } 2>/dev/null >&60' EXIT`,
	`unset __dir __kept; eval "$__line"`,
}, "; ")

// hasBash looks for bash where a room has it.
func hasBash() error {
	for _, at := range []string{"/usr/bin/bash", "/bin/bash"} {
		if _, err := os.Stat(at); err == nil {
			return nil
		}
	}
	return errors.New("there is no bash on this machine; install it")
}

func (s *sandbox) Dir() string         { return s.dir }
func (s *sandbox) Files() *shellbox.FS { return s.files }

// List reads the directory in the room where it is not at home.
func (s *sandbox) List() []entry {
	if s.room == nil || s.dir == home || strings.HasPrefix(s.dir, home+"/") {
		return entries(s.files, s.dir)
	}
	var list []entry
	for _, f := range s.room.List(s.dir, fileBounds.Nodes) {
		e := entry{"file", f.Name[strings.LastIndexByte(f.Name, '/')+1:]}
		switch {
		case f.Mode.IsDir():
			e.kind = "folder"
		case f.Mode&fs.ModeSymlink != 0:
			e.kind = "link"
		}
		list = append(list, e)
	}
	return list
}

// Close ends the room and all in it.
func (s *sandbox) Close() error {
	if s.room == nil {
		return nil
	}
	return s.room.Close()
}

// Run runs a command and looks at the files that it left.
func (s *sandbox) Run(ctx context.Context, command string) (output string, exit int, err error) {
	if len(command) > commandMax {
		return "sh: the command is too long\n", 2, nil
	}
	if s.room == nil {
		if err := s.open(ctx); err != nil {
			return "", 0, err
		}
	}
	in := []string{s.dir, s.kept, strings.ReplaceAll(command, "\x00", ""), ""}
	res, err := s.room.Run(ctx, jail.Command{Args: []string{"bash", "-c", turn, "bash"}, Stdin: strings.Join(in, "\x00")})
	if err != nil {
		return "", 0, err
	}
	s.keep(res.Report)
	if err := s.look(); err != nil {
		return "", 0, err
	}
	output = strings.ReplaceAll(strings.ToValidUTF8(res.Output, "?"), "\x00", "")
	if res.Cut {
		output += "\n[output cut]\n"
	}
	if res.TimedOut {
		return output + "\nthe command was stopped: it takes too long\n", 124, nil
	}
	return output, res.Exit, nil
}

// keep takes what a turn reported for the next one. Without a whole report all
// stays as it was; where the turn did not even come to its command, what was
// kept is bad, and forgotten.
func (s *sandbox) keep(report string) {
	report, began := strings.CutPrefix(report, "on\n")
	if !began {
		s.dir, s.kept = home, ""
		return
	}
	if report, whole := strings.CutSuffix(report, "\x00"); whole {
		if dir, kept, ok := strings.Cut(report, "\x00"); ok && strings.HasPrefix(dir, "/") {
			s.dir, s.kept = dir, kept
		}
	}
}

// open makes the room with the task's files. Their ages are kept: what is ten
// days old by the clock of the files is ten days old there.
func (s *sandbox) open(ctx context.Context) error {
	s.ahead = time.Since(s.files.Now()).Truncate(time.Second)
	readable := s.files.Freeze().FS() // a file that its owner may not read has a content too
	var list []jail.File
	err := s.files.Walk(home, func(path string, i shellbox.Info) bool {
		if path == home {
			return true
		}
		f := jail.File{Name: strings.TrimPrefix(path, home+"/"), Mode: i.Mode(), ModTime: i.ModTime().Add(s.ahead), Data: []byte(i.Target())}
		if i.Mode().IsRegular() {
			readable.Chmod(path, 0o600)
			f.Data, _ = readable.ReadFile(path)
		}
		list = append(list, f)
		return true
	})
	if err == nil {
		s.room, err = jail.Open(ctx, list, roomLimits)
	}
	return err
}

// look reads the room's files. What package shellbox does not hold is left out:
// a task is not done by what is too large or too deep to be looked at.
func (s *sandbox) look() error {
	list, err := s.room.Files(fileBounds)
	if err != nil {
		return err
	}
	f := shellbox.NewFS()
	f.MkdirAll(home, 0o755)
	for _, x := range list {
		at := home + "/" + x.Name
		switch {
		case x.Mode.IsDir():
			f.Mkdir(at, 0o755)
		case x.Mode&fs.ModeSymlink != 0:
			f.Symlink(string(x.Data), at)
			continue
		default:
			f.WriteFile(at, x.Data, x.Mode.Perm())
		}
		f.Touch(at, x.ModTime.Add(-s.ahead))
	}
	for _, x := range list { // last, so that a folder that nobody may write to gets its files
		if x.Mode.IsDir() {
			f.Chmod(home+"/"+x.Name, x.Mode.Perm())
		}
	}
	s.files = f
	return nil
}
