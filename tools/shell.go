package tools

import (
	"context"
	"strconv"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools/shellbox"
)

// Shell is a shell in memory with the usual utilities. It has files of its own,
// which are forgotten when an episode begins.
type Shell struct {
	Files *shellbox.Image // what is there at first; nil is nothing
	Home  string          // where it starts; "" is /home/user

	box *shellbox.Box
}

var (
	_ Tool     = (*Shell)(nil)
	_ Resetter = (*Shell)(nil)
)

// Verb is shell(command).
func (*Shell) Verb() gym.Verb {
	return gym.Verb{Name: "shell", Doc: "Run a command in a shell with files of its own.", Params: []gym.Param{
		{Name: "command", Doc: "one line or many, as sh understands them", Kind: gym.Str}}}
}

// Reset forgets files, variables and the working directory.
func (s *Shell) Reset(context.Context) error {
	s.box = nil
	return nil
}

// Call runs a command: what it printed, and its exit status where that is not 0.
func (s *Shell) Call(ctx context.Context, args []gym.Value) (Result, error) {
	if s.box == nil {
		files, home := shellbox.NewFS(), s.Home
		if s.Files != nil {
			files = s.Files.FS()
		}
		if home == "" {
			home = "/home/user"
		}
		s.box = shellbox.New(files, home)
	}
	out, exit, err := s.box.Run(ctx, args[0].Text)
	if err != nil {
		return Result{}, err
	}
	if exit != 0 {
		if out != "" && out[len(out)-1] != '\n' {
			out += "\n"
		}
		out += "[exit " + strconv.Itoa(exit) + "]\n"
	}
	return Result{Text: out}, nil
}
