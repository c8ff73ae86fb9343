package terminal

import (
	"context"

	"github.com/turngym/turngym/tools/shellbox"
)

// shell is where an episode's commands run. Its working directory, variables and
// functions stay from one command to the next.
type shell interface {
	// Run gives what a command printed and its exit status. The error is the
	// context's, or a fault.
	Run(ctx context.Context, command string) (output string, exit int, err error)
	Dir() string
	List() []entry       // what is in Dir, by name
	Files() *shellbox.FS // as they are now
	Close() error
}

// entry is something in a directory.
type entry struct{ kind, name string }

// entries are what is in a directory, by name.
func entries(f *shellbox.FS, dir string) []entry {
	infos, _ := f.ReadDir(dir)
	list := make([]entry, len(infos))
	for i, f := range infos {
		switch list[i] = (entry{"file", f.Name()}); {
		case f.IsDir():
			list[i].kind = "folder"
		case f.Target() != "":
			list[i].kind = "link"
		}
	}
	return list
}

// memory is the shell of package shellbox.
type memory struct{ *shellbox.Box }

func (m memory) List() []entry       { return entries(m.FS, m.Dir()) }
func (m memory) Files() *shellbox.FS { return m.FS }
func (m memory) Close() error        { return nil }
