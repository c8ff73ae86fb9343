package terminal

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools/shellbox"
)

// TestOraclesSolveTheTasksInARealShellToo: what is learnt here is what a real
// shell does. The oracles' commands are run by bash and the utilities of the
// machine, in a temporary folder, and the verifiers look at what came of it.
func TestOraclesSolveTheTasksInARealShellToo(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil || os.Getenv("GYM_LONG") == "" {
		t.Skip("it needs bash and GNU's utilities, and is run where GYM_LONG is set")
	}
	for _, k := range kinds() {
		if k.name == "find-old" {
			continue // its files are old by the clock of the box
		}
		t.Run(k.name, func(t *testing.T) {
			for level := 1; level <= 3; level++ {
				for seed := range uint64(3) {
					task := gym.Task{Scenario: k.name, Level: level, Seed: seed}
					d := newDraw(task.Rand(), level)
					k.draw(d)
					dir := t.TempDir()
					dump(t, d.fs, dir)
					out := ""
					for _, c := range d.oracle {
						cmd := exec.CommandContext(t.Context(), bash, "-c", c)
						cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=" + dir}
						text, _ := cmd.CombinedOutput()
						out = string(text)
					}
					after := load(t, dir)
					for i, w := range d.wants {
						if got := w(after); got != 1 {
							t.Errorf("%s: %s\nafter %q want %d is %v\n%s", task, d.goal, d.oracle, i, got, out)
						}
					}
					if d.answer != "" && !strings.Contains(" "+strings.Join(strings.Fields(out), " ")+" ", " "+d.answer+" ") {
						t.Errorf("%s: %s\n%q shows %q, and the answer is %s", task, d.goal, d.oracle, out, d.answer)
					}
				}
			}
		})
	}
}

func dump(t *testing.T, f *shellbox.FS, dir string) {
	t.Helper()
	err := f.Walk(home, func(path string, i shellbox.Info) bool {
		to := filepath.Join(dir, strings.TrimPrefix(path, home))
		var err error
		switch {
		case path == home:
		case i.IsDir():
			err = os.Mkdir(to, 0o755)
		case i.Target() != "":
			err = os.Symlink(i.Target(), to)
		default:
			data, _ := f.ReadFile(path)
			if err = os.WriteFile(to, data, 0o600); err == nil {
				err = os.Chmod(to, i.Mode().Perm())
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, dir string) *shellbox.FS {
	t.Helper()
	f := shellbox.NewFS()
	if err := f.MkdirAll(home, 0o755); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		to := home + strings.TrimPrefix(path, dir)
		switch {
		case err != nil || path == dir:
			return err
		case e.IsDir():
			return f.Mkdir(to, 0o755)
		case e.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return f.Symlink(target, to)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if err := f.WriteFile(to, data, info.Mode().Perm()); err != nil {
			return err
		}
		return f.Touch(to, info.ModTime().Truncate(time.Second))
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}
