package tools

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools/codebox"
)

// WASM runs one of a list of WebAssembly programs on an input and gives what it
// printed. A program reaches its input and output and nothing else.
type WASM struct {
	names   []string
	modules []*codebox.Module
}

var (
	_ Tool   = (*WASM)(nil)
	_ Closer = (*WASM)(nil)
)

// NewWASM compiles the programs, the .wasm files of a folder; the name of a
// program is that of its file. The error names the file.
func NewWASM(ctx context.Context, fsys fs.FS, dir string) (*WASM, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.wasm"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("there are no programs (*.wasm) in the folder")
	}
	slices.Sort(files)
	t := &WASM{}
	for _, f := range files {
		program, err := fs.ReadFile(fsys, f)
		if err != nil {
			return nil, errors.Join(err, t.Close())
		}
		m, err := codebox.Compile(ctx, program, codebox.Limits{Time: time.Minute}) // the tool's own time is less
		if err != nil {
			return nil, errors.Join(fmt.Errorf("compile %s: %w", f, err), t.Close())
		}
		t.names, t.modules = append(t.names, strings.TrimSuffix(path.Base(f), ".wasm")), append(t.modules, m)
	}
	return t, nil
}

// Verb is wasm(program, input).
func (t *WASM) Verb() gym.Verb {
	return gym.Verb{Name: "wasm", Doc: "Run a program on an input and read what it prints.", Params: []gym.Param{
		{Name: "program", Doc: "its name", Kind: gym.Enum, Enum: t.names},
		{Name: "input", Doc: "a text", Kind: gym.Str}}}
}

// Call runs the program.
func (t *WASM) Call(ctx context.Context, args []gym.Value) (Result, error) {
	out, err := t.modules[slices.Index(t.names, args[0].Text)].Run(ctx, nil, args[1].Text)
	if err != nil {
		return Result{}, err
	}
	return printed(out)
}

// Close lets the programs go.
func (t *WASM) Close() error {
	var errs []error
	for _, m := range t.modules {
		errs = append(errs, m.Close(context.Background()))
	}
	t.modules = nil
	return errors.Join(errs...)
}
