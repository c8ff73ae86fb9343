package terminal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
	"github.com/turngym/turngym/tools/shellbox"
)

// The most that is shown of a command's output and of a directory.
const (
	linesMax = 20
	lineMax  = 160
	namesMax = 20
)

// episode is a task being done.
type episode struct {
	task
	shell  shell
	verbs  []gym.Verb
	before *shellbox.Image
	first  float64 // how much of what is wanted was there at the start

	output  []string
	exit    int
	ran     bool
	stage   int    // how many of the oracle's commands have been run
	said    string // the answer
	failing bool   // the last action was a command, and it failed
	sum     float64
	whole   bool // nothing is lost; with sum it is about the files as they are
}

var (
	_ world.World     = (*episode)(nil)
	_ world.Expert    = (*episode)(nil)
	_ world.Hinter    = (*episode)(nil)
	_ world.Signaller = (*episode)(nil)
	_ world.Closer    = (*episode)(nil)
)

// start is the episode of what was drawn.
func (d *draw) start(verbs *[2][]gym.Verb, backend string) (world.World, error) {
	if d.err != nil {
		return nil, d.err
	}
	e := &episode{task: d.task, verbs: verbs[0], before: d.fs.Freeze()}
	if e.answer != "" {
		e.verbs = verbs[1]
	} else if len(e.wants) == 0 {
		return nil, errors.New("the task wants nothing")
	}
	if backend == Sandbox {
		e.shell = &sandbox{files: d.fs, dir: home}
	} else {
		e.shell = memory{shellbox.New(d.fs, home)}
	}
	e.judge()
	if e.first = e.sum; e.answer == "" && e.sum == float64(len(e.wants)) {
		return nil, errors.New("the task is done before it begins")
	}
	return e, nil
}

// judge looks at the files.
func (e *episode) judge() {
	e.sum = 0
	files := e.shell.Files()
	for _, w := range e.wants {
		e.sum += w(files)
	}
	e.whole = true
	for _, path := range shellbox.Changed(e.before, files) {
		if !slices.ContainsFunc(e.may, func(m string) bool { return path == m || strings.HasPrefix(path, m+"/") }) {
			e.whole = false
		}
	}
}

func (e *episode) Goal() string { return e.goal }

// Hints are which commands help, and how.
func (e *episode) Hints() []string {
	var names []string
	for _, c := range e.oracle {
		if name, _, _ := strings.Cut(c, " "); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return []string{"Use " + strings.Join(names, " and ") + ".", "Run: " + strings.Join(e.oracle, " ; then: ")}
}

// See shows the directory and what the last command printed.
func (e *episode) See() gym.Observation {
	dir := e.shell.Dir()
	o := gym.Observation{Text: "~" + strings.TrimPrefix(dir, home), Verbs: e.verbs}
	if !strings.HasPrefix(dir+"/", home+"/") {
		o.Text = dir
	}
	list := e.shell.List()
	o.Elements = make([]gym.Element, 0, len(list)+len(e.output)+1)
	add := func(role, name string) { o.Elements = append(o.Elements, gym.Element{Role: role, Name: name}) }
	for i, f := range list {
		if i == namesMax {
			add("more", fmt.Sprintf("%d more", len(list)-i))
			break
		}
		add(f.kind, f.name)
	}
	for _, l := range e.output {
		add("output", l)
	}
	switch {
	case e.exit != 0:
		add("status", "failed "+strconv.Itoa(e.exit))
	case e.ran && len(e.output) == 0:
		add("status", "ok")
	}
	return o
}

// Do runs a command, or ends the episode.
func (e *episode) Do(ctx context.Context, a gym.Action) (bool, error) {
	switch a.Verb {
	case done.Name:
		e.failing = false
		return true, nil
	case answer.Name:
		e.said, e.failing = strings.Join(strings.Fields(a.Args[0].Text), " "), false
		return true, nil
	}
	out, exit, err := e.shell.Run(ctx, a.Args[0].Text)
	if err != nil {
		return false, err
	}
	e.ran, e.exit, e.failing, e.output = true, exit, exit != 0, e.output[:0:0]
	rest := 0
	for line := range strings.Lines(out) {
		line = strings.TrimRight(strings.ReplaceAll(line, "\t", " "), "\r\n ")
		switch {
		case line == "":
		case len(e.output) == linesMax:
			rest++
		case len(line) > lineMax:
			e.output = append(e.output, strings.ToValidUTF8(line[:lineMax], "")+"…")
		default:
			e.output = append(e.output, line)
		}
	}
	if rest > 0 {
		e.output = append(e.output, strconv.Itoa(rest)+" more lines")
	}
	if e.stage < len(e.oracle) && a.Args[0].Text == e.oracle[e.stage] {
		e.stage++
	}
	e.judge()
	return false, nil
}

// Outcome is 1 where all is there that is wanted, and nothing is lost.
func (e *episode) Outcome() float64 {
	if e.answer != "" {
		return world.Yes(e.said == e.answer && e.whole)
	}
	return world.Yes(e.whole && e.sum == float64(len(e.wants)))
}

// Progress is how much of what was not there at the start is there now.
func (e *episode) Progress() float64 {
	if e.answer != "" || !e.whole {
		return e.Outcome()
	}
	return max(0, e.sum-e.first) / (float64(len(e.wants)) - e.first)
}

// Signals say whether the last command failed.
func (e *episode) Signals(bool) gym.Signals {
	return gym.Signals{{Name: "exit", Value: world.Yes(e.failing)}}
}

// Close ends the shell.
func (e *episode) Close() error { return e.shell.Close() }

// Expert runs the oracle's commands one after the other.
func (e *episode) Expert(context.Context) (gym.Action, error) {
	text := func(s string) []gym.Value { return []gym.Value{{Kind: gym.Str, Text: s}} }
	if e.stage < len(e.oracle) && (e.answer != "" || e.Outcome() < 1) {
		return gym.Action{Verb: "run", Args: text(e.oracle[e.stage])}, nil
	}
	if e.answer != "" {
		return gym.Action{Verb: answer.Name, Args: text(e.answer)}, nil
	}
	return gym.Action{Verb: done.Name}, nil
}
