package terminal

import (
	"context"
	"encoding/base64"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/turngym/turngym/tools/shellbox"
)

// home is where everything takes place.
const home = "/home/user"

// task is what was drawn.
type task struct {
	goal   string
	oracle []string // commands, one a turn
	answer string   // of a question; "" where something is to be done
	wants  []want
	may    []string // paths that may change or go, with all under them; the rest must stay
}

// want is something that is to be: 1 where it is, less where it is in part.
type want func(f *shellbox.FS) float64

// draw is a task being drawn.
type draw struct {
	task
	rng   *rand.Rand
	level int
	fs    *shellbox.FS
	err   error // the first thing that went wrong with the files
}

func newDraw(rng *rand.Rand, level int) *draw {
	d := &draw{rng: rng, level: level, fs: shellbox.NewFS()}
	d.check(d.fs.MkdirAll(home, 0o755))
	return d
}

func (d *draw) check(err error) {
	if err != nil && d.err == nil {
		d.err = fmt.Errorf("set up the files: %w", err)
	}
}

// at is a path at home.
func at(name string) string { return path.Join(home, name) }

// file makes a file of lines.
func (d *draw) file(name string, lines ...string) {
	d.raw(name, strings.Join(lines, "\n")+"\n", 0o644)
}

func (d *draw) raw(name, text string, mode fs.FileMode) {
	if dir := path.Dir(name); dir != "." {
		d.check(d.fs.MkdirAll(at(dir), 0o755))
	}
	d.check(d.fs.WriteFile(at(name), []byte(text), mode))
}

// folder makes a directory.
func (d *draw) folder(name string) { d.check(d.fs.MkdirAll(at(name), 0o755)) }

// aged sets when a file was changed last, days ago.
func (d *draw) aged(name string, days int) {
	d.check(d.fs.Touch(at(name), shellbox.Epoch.Add(-time.Duration(days)*24*time.Hour)))
}

// n is a number from lo to hi.
func (d *draw) n(lo, hi int) int { return lo + d.rng.IntN(hi-lo+1) }

// one is one of a list.
func (d *draw) one(list ...string) string { return list[d.rng.IntN(len(list))] }

// some are n different ones of a list.
func (d *draw) some(list []string, n int) []string {
	out := make([]string, n)
	for i, j := range d.rng.Perm(len(list))[:n] {
		out[i] = list[j]
	}
	return out
}

// many are n of a list, some perhaps twice.
func (d *draw) many(list []string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = d.one(list...)
	}
	return out
}

// mixed are the lines in another order.
func (d *draw) mixed(lines ...string) []string {
	d.rng.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	return lines
}

// beside makes files that the task is not about.
func (d *draw) beside(n int) {
	for _, name := range d.some(otherFiles, n) {
		if _, err := d.fs.Stat(at(name)); err != nil {
			d.file(name, d.some(things, 3)...)
		}
	}
}

// say sets the goal: one of the phrasings.
func (d *draw) say(phrasings ...string) { d.goal = d.one(phrasings...) }

// do sets the oracle's commands.
func (d *draw) do(commands ...string) { d.oracle = commands }

// wanted adds what is to be.
func (d *draw) wanted(w ...want) { d.wants = append(d.wants, w...) }

// free names what may change.
func (d *draw) free(names ...string) {
	for _, n := range names {
		d.may = append(d.may, at(n))
	}
}

// ask makes it a question with a task's commands before.
func (d *draw) ask(reply string) { d.answer = reply }

// read is a file's text, "" where there is none.
func read(f *shellbox.FS, name string) string {
	data, _ := f.ReadFile(at(name))
	return string(data)
}

// plain is a line without what differs between ways to the same: the spaces
// around it and ./ before a path.
func plain(line string) string {
	return strings.TrimPrefix(strings.Join(strings.Fields(line), " "), "./")
}

func plainLines(text string) []string {
	var list []string
	for l := range strings.Lines(text) {
		if l = plain(l); l != "" {
			list = append(list, l)
		}
	}
	return list
}

// holds wants a file of these lines in any order; part of them is part of it.
func holds(name string, lines ...string) want {
	return func(f *shellbox.FS) float64 {
		text := read(f, name)
		if text == "" {
			return 0
		}
		left := map[string]int{}
		for _, l := range lines {
			left[plain(l)]++
		}
		got, common := plainLines(text), 0
		for _, l := range got {
			if left[l] > 0 {
				left[l]--
				common++
			}
		}
		return near(common, len(got), len(lines))
	}
}

// listed wants a file of these lines in this order.
func listed(name string, lines ...string) want {
	return func(f *shellbox.FS) float64 {
		text := read(f, name)
		if text == "" {
			return 0
		}
		got, common := plainLines(text), 0
		for i := range min(len(got), len(lines)) {
			if got[i] == plain(lines[i]) {
				common++
			}
		}
		return near(common, len(got), len(lines))
	}
}

// near is 1 where all is common, and a little where there is anything at all.
func near(common, got, want int) float64 {
	if common == got && common == want {
		return 1
	}
	return 0.1 + 0.8*float64(2*common)/float64(got+want)
}

// tells wants a file whose first word is a number: what wc prints, or the number alone.
func tells(name string, n int) want {
	return func(f *shellbox.FS) float64 {
		lines := plainLines(read(f, name))
		if len(lines) == 0 {
			return 0
		}
		if first, _, _ := strings.Cut(lines[0], " "); len(lines) == 1 && first == strconv.Itoa(n) {
			return 1
		}
		return 0.1
	}
}

// same wants a file of exactly this text, but for white space at its end.
func same(name, text string) want {
	return func(f *shellbox.FS) float64 {
		data, err := f.ReadFile(at(name))
		return truth(err == nil && strings.TrimRight(string(data), " \n") == strings.TrimRight(text, " \n"))
	}
}

// gone wants that there is nothing of that name.
func gone(name string) want {
	return func(f *shellbox.FS) float64 { _, err := f.Lstat(at(name)); return truth(err != nil) }
}

// there wants a directory.
func there(name string) want {
	return func(f *shellbox.FS) float64 { i, err := f.Stat(at(name)); return truth(err == nil && i.IsDir()) }
}

// mode wants permissions.
func mode(name string, m fs.FileMode) want {
	return func(f *shellbox.FS) float64 {
		i, err := f.Stat(at(name))
		return truth(err == nil && i.Mode().Perm() == m)
	}
}

// runs wants that the owner may run a file.
func runs(name string) want {
	return func(f *shellbox.FS) float64 {
		i, err := f.Stat(at(name))
		return truth(err == nil && i.Mode()&0o100 != 0)
	}
}

// leads wants a symbolic link.
func leads(name, target string) want {
	return func(f *shellbox.FS) float64 {
		i, err := f.Lstat(at(name))
		return truth(err == nil && (i.Target() == target || i.Target() == at(target)))
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// blob is text of about n bytes that looks like data.
func (d *draw) blob(n int) string {
	raw := make([]byte, n*3/4)
	for i := range raw {
		raw[i] = byte(i * 7)
	}
	return base64.StdEncoding.EncodeToString(raw) + "\n"
}

// piece wants lines in the file of a prefix that comes i-th by name, whatever
// its name is.
func piece(prefix string, i int, lines []string) want {
	dir, start := path.Split(prefix)
	return func(f *shellbox.FS) float64 {
		list, _ := f.ReadDir(at(dir))
		k := 0
		for _, e := range list {
			if !e.Mode().IsRegular() || dir == "" && !strings.HasPrefix(e.Name(), start) {
				continue
			}
			if k == i {
				return listed(dir+e.Name(), lines...)(f)
			}
			k++
		}
		return 0
	}
}

// outputOf is what a command prints, run on a copy of the files.
func outputOf(f *shellbox.FS, command string) string {
	copied := f.Freeze().FS()
	out, _, _ := shellbox.New(copied, home).Run(context.Background(), command)
	return out
}
