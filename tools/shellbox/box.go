package shellbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// The limits of a command.
const (
	commandMax = 8 << 10   // bytes of the command itself
	outputMax  = 64 << 10  // bytes shown; what is more is cut off
	pipeMax    = 512 << 10 // bytes between two commands; a command that writes more is ended
	stepsMax   = 1 << 17   // statements, turns of loops and the like
	workMax    = 64 << 20  // bytes read, written and expanded
	wordMax    = 256 << 10 // bytes of an expanded word
	varsMax    = 1 << 20   // bytes of all variables
	depthMax   = 64        // functions, scripts and subshells within each other
	argsMax    = 16 << 10  // words of a command after expansion
)

// Box is a shell over a file system: its working directory, variables and
// functions stay from one command to the next. One goroutine uses it.
type Box struct {
	FS     *FS
	Home   string // the working directory at first, and $HOME
	parser *syntax.Parser
	shell  *shell

	ctx     context.Context // of the command that runs
	steps   int
	work    int
	stopped error  // why the command was stopped
	random  uint32 // $RANDOM
}

// User is who the files belong to.
const User = "user"

// errSteps is why a command that never ends is stopped.
var errSteps = errors.New("the command was stopped: it takes too many steps")

// New is a shell in the directory home of f, which is made where it is missing.
func New(f *FS, home string) *Box {
	b := &Box{FS: f, Home: home, parser: syntax.NewParser(syntax.Variant(syntax.LangBash)), random: 1}
	f.MkdirAll(home, 0o755)
	b.shell = newShell(b)
	return b
}

// Dir is the working directory.
func (b *Box) Dir() string { return b.shell.dir }

// Run runs a command, one line or many, and gives what it printed, errors in
// between, and its exit status. The error is the context's; a command that is
// wrong or is stopped says so in its output.
func (b *Box) Run(ctx context.Context, command string) (output string, exit int, err error) {
	if err := ctx.Err(); err != nil {
		return "", 0, err
	}
	b.ctx, b.steps, b.work, b.stopped = ctx, stepsMax, workMax, nil
	b.FS.Sleep(time.Second)
	out := &buffer{max: outputMax, cut: true}
	s := b.shell
	s.in, s.out, s.err, s.ctl = &input{}, out, out, goOn
	s.errexit = false
	b.run(s, command)
	if err := ctx.Err(); err != nil {
		return "", 0, err
	}
	if b.stopped != nil {
		fmt.Fprintf(out, "%v\n", b.stopped)
		s.status = 124
	}
	s.ctl, s.depth, s.tested, s.locals = goOn, 0, 0, nil
	return clean(out.String()), s.status, nil
}

// run runs a text as the shell s would.
func (b *Box) run(s *shell, text string) {
	// What the parser and the expander cannot bear is the command's fault; the
	// shell is as it was.
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(s.err, "sh: this cannot be run\n")
			s.status = 2
		}
	}()
	file, err := b.parse(text)
	if err != nil {
		fmt.Fprintf(s.err, "sh: %v\n", err)
		s.status = 2
		return
	}
	s.stmts(file.Stmts)
}

// parse reads a text, and refuses what is not there.
func (b *Box) parse(text string) (*syntax.File, error) {
	if len(text) > commandMax && b.shell.depth == 0 {
		return nil, fmt.Errorf("the command is longer than %d bytes", commandMax)
	}
	if nested(text) > nestedMax {
		return nil, errors.New("the command is nested too deeply")
	}
	file, err := b.parser.Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, err
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.ProcSubst:
			err = errors.New("process substitution is not supported; use a file")
		case *syntax.CoprocClause:
			err = errors.New("coproc is not supported")
		}
		return err == nil
	})
	return file, err
}

// nestedMax is how deep brackets may be within each other: the parser recurses.
const nestedMax = 200

// nested is at least how deep a text is nested.
func nested(text string) int {
	depth, most := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(', '{', '`':
			depth++
			most = max(most, depth)
		case ')', '}':
			depth = max(0, depth-1)
		}
	}
	return most + strings.Count(text, "! ") + strings.Count(text, "if ")/4
}

// step counts a step, and says whether the command may go on.
func (b *Box) step() bool {
	if b.stopped != nil {
		return false
	}
	if b.steps--; b.steps <= 0 {
		b.stopped = errSteps
	} else if b.steps&63 == 0 && b.ctx.Err() != nil {
		b.stopped = b.ctx.Err()
	}
	return b.stopped == nil
}

// spend counts bytes of work.
func (b *Box) spend(n int) bool {
	if b.work -= n; b.work < 0 && b.stopped == nil {
		b.stopped = errSteps
	}
	if n > 1<<16 && b.stopped == nil && b.ctx.Err() != nil {
		b.stopped = b.ctx.Err()
	}
	return b.stopped == nil
}

// clean is valid UTF-8 without zeros.
func clean(s string) string {
	if utf8.ValidString(s) && !strings.Contains(s, "\x00") {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "")
}

// errPipe ends a command whose reader takes no more.
var errPipe = errors.New("Broken pipe")

// buffer keeps what is written: at most so much.
type buffer struct {
	bytes.Buffer
	max  int
	cut  bool // what is more is left out; else the writer is ended
	full bool
}

func (b *buffer) Write(p []byte) (int, error) {
	room := b.max - b.Len()
	if len(p) <= room {
		return b.Buffer.Write(p)
	}
	b.Buffer.Write(p[:max(0, room)])
	switch {
	case !b.cut:
		return 0, errPipe
	case !b.full:
		b.full = true
		b.max += 80
		b.Buffer.WriteString("\n[output cut]\n")
		b.max = b.Len()
	}
	return len(p), nil
}

// input is what a command reads: all of it is there from the start, and
// commands that read one after the other share it.
type input struct {
	data []byte
}

// rest takes all that is left.
func (in *input) rest() []byte {
	d := in.data
	in.data = nil
	return d
}

// line takes one line, without its end; ok says that the line had one.
func (in *input) line(delim byte) (line string, ok bool) {
	i := bytes.IndexByte(in.data, delim)
	if i < 0 {
		return string(in.rest()), false
	}
	line = string(in.data[:i])
	in.data = in.data[i+1:]
	return line, true
}

// file is a file being written.
type file struct {
	fs   *FS
	node *node
}

func (f *file) Write(p []byte) (int, error) {
	if err := f.fs.write(f.node, p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// size is how many bytes a variable takes.
func size(v expand.Variable) int {
	n := len(v.Str) + 32
	for _, s := range v.List {
		n += len(s) + 16
	}
	for k, s := range v.Map {
		n += len(k) + len(s) + 32
	}
	return n
}
