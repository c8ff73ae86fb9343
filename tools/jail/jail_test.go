package jail_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/turngym/turngym/tools/jail"
)

// room is a room of this machine. The test is skipped where the machine gives
// nobody namespaces; where it does there must be rooms.
func room(t testing.TB, limits jail.Limits, files ...jail.File) *jail.Room {
	t.Helper()
	if err := jail.Check(t.Context()); err != nil {
		if exec.Command("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "true").Run() == nil {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	r, err := jail.Open(t.Context(), files, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// do runs a line in the shell.
func do(t testing.TB, r *jail.Room, line string) jail.Result {
	t.Helper()
	res, err := r.Run(t.Context(), jail.Command{Args: []string{"/bin/sh", "-c", "cd\n" + line}})
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return res
}

func TestFilesGoInAndComeOutAsTheyAre(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	given := []jail.File{
		{Name: "a.txt", Mode: 0o640, ModTime: at, Data: []byte("one\n")},
		{Name: "dir", Mode: fs.ModeDir | 0o755, ModTime: at},
		{Name: "dir/b c", Mode: 0o755, ModTime: at},
		{Name: "link", Mode: fs.ModeSymlink | 0o777, ModTime: at, Data: []byte("/etc/passwd")},
	}
	r := room(t, jail.Limits{}, given...)
	if res := do(t, r, "cat a.txt; ls -l 'dir/b c' | cut -c 1-10"); res.Output != "one\n-rwxr-xr-x\n" {
		t.Errorf("seen from within: %q", res.Output)
	}
	got, err := r.Files(jail.Bounds{File: 100, All: 100, Nodes: 100})
	if err != nil || len(got) != len(given) {
		t.Fatalf("%v %v", got, err)
	}
	for i, f := range got {
		if g := given[i]; f.Name != g.Name || f.Mode != g.Mode || string(f.Data) != string(g.Data) || f.Mode.IsRegular() && !f.ModTime.Equal(g.ModTime) {
			t.Errorf("%+v came out as %+v", g, f)
		}
	}
}

func TestReadingFilesIsBounded(t *testing.T) {
	r := room(t, jail.Limits{})
	do(t, r, "head -c 5000 /dev/zero > big; mkfifo pipe; mkdir many; for i in $(seq 300); do echo x > many/$i; done; ln -s / all; ln -s many more; head -c 5000 /dev/zero > zlast")
	got, err := r.Files(jail.Bounds{File: 1000, All: 1200, Nodes: 100})
	if err != nil || len(got) != 100 {
		t.Fatalf("%d files, %v", len(got), err)
	}
	all := 0
	for _, f := range got {
		all += len(f.Data)
		if f.Name == "pipe" || strings.HasPrefix(f.Name, "all/") || strings.HasPrefix(f.Name, "more/") {
			t.Errorf("%s was read", f.Name)
		}
		if f.Name == "big" && len(f.Data) != 1000 {
			t.Errorf("big has %d bytes", len(f.Data))
		}
	}
	if all > 1200 {
		t.Errorf("%d bytes", all)
	}
}

func TestLinksLeadNowhereOutside(t *testing.T) {
	r := room(t, jail.Limits{})
	do(t, r, "cd /home; rm -r user; ln -s / user")
	if got, err := r.Files(jail.Bounds{File: 100, All: 100, Nodes: 100}); err != nil || len(got) != 0 {
		t.Errorf("home is a link, and holds %v, %v", got, err)
	}
	do(t, r, "rm /home/user; mkdir /home/user; ln -s /proc/1/root /home/user/up")
	for _, dir := range []string{"/home/user/up", "/../../..", "/home/user/up/proc/self/root"} {
		for _, f := range r.List(dir, 100) {
			if strings.Contains(f.Name, "root") && !strings.HasPrefix(f.Name, "proc") {
				t.Errorf("%s shows %s", dir, f.Name)
			}
		}
	}
}

func TestWhatACommandSaysAndHowItEnds(t *testing.T) {
	r := room(t, jail.Limits{Time: 30 * time.Second, Output: 1000})
	for _, c := range []struct {
		line, output, report string
		exit                 int
	}{
		{"echo out; echo err >&2; exit 3", "out\nerr\n", "", 3},
		{"echo more >&3", "", "more\n", 0},
		{"kill -9 $$", "", "", 137},
		{"sleep 1000 & echo started", "started\n", "", 0},
		{"(setsid sleep 1000 >/dev/null 2>&1 &); kill -9 -1; echo on", "on\n", "", 0},
		{"kill -9 1; kill -9 $PPID; kill -STOP 1; echo on", "on\n", "", 0},
		{"exec sh -c 'exit 5'", "", "", 5},
		{"id -un; hostname; pwd; umask", "user\nbox\n/home/user\n0022\n", "", 0},
	} {
		res := do(t, r, c.line)
		if c.output != "" && res.Output != c.output || res.Report != c.report || res.Exit != c.exit || res.TimedOut {
			t.Errorf("%s: %+v", c.line, res)
		}
	}
	if res := do(t, r, "ps -e | wc -l"); strings.TrimSpace(res.Output) > "6" {
		t.Errorf("processes of earlier commands are there: %+v", res)
	}
	if res := do(t, r, "yes; echo after"); !res.Cut || len(res.Output) != 1000 || res.TimedOut {
		t.Errorf("output without end: %d bytes, cut %v, exit %d", len(res.Output), res.Cut, res.Exit)
	}
	if res := do(t, r, "echo still here"); res.Output != "still here\n" {
		t.Errorf("the room is gone: %+v", res)
	}
}

func TestAClosedRoomSaysSo(t *testing.T) {
	r := room(t, jail.Limits{})
	r.Close()
	r.Close()
	if _, err := r.Run(t.Context(), jail.Command{Args: []string{"true"}}); err == nil {
		t.Error("a command ran in a closed room")
	}
	if _, err := r.Files(jail.Bounds{}); err == nil {
		t.Error("a closed room has files")
	}
}

func TestFilesAreGivenToTheRoomOnly(t *testing.T) {
	room(t, jail.Limits{}) // or skip
	for _, name := range []string{"../x", "/x", "a/../../../x", ""} {
		if r, err := jail.Open(t.Context(), []jail.File{{Name: name, Mode: 0o644}}, jail.Limits{}); err == nil {
			r.Close()
			t.Errorf("%q was given", name)
		}
	}
	link := jail.File{Name: "a", Mode: fs.ModeSymlink | 0o777, Data: []byte(t.TempDir())}
	r, err := jail.Open(t.Context(), []jail.File{link, {Name: "a/x", Mode: 0o644}}, jail.Limits{})
	if err == nil {
		r.Close()
	}
	if _, err := os.Stat(filepath.Join(string(link.Data), "x")); err == nil {
		t.Error("a file was given to the machine by way of a link")
	}
}

func BenchmarkOpen(b *testing.B) {
	room(b, jail.Limits{})
	for b.Loop() {
		r, err := jail.Open(b.Context(), nil, jail.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		r.Close()
	}
}

func BenchmarkRun(b *testing.B) {
	r := room(b, jail.Limits{})
	for b.Loop() {
		do(b, r, "true")
	}
}
