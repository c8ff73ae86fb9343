package codebox

import (
	"context"
	"errors"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"
)

// pageSize is that of WASM memory.
const pageSize = 64 << 10

// Module is a compiled WASM module. It is safe for many goroutines; the last
// one closes it.
type Module struct {
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
	limit    Limits
}

// Compile compiles a module over WASI, which gets standard input, output and
// arguments, and nothing else: no files, no network, a clock that stands and the
// same chance every time.
func Compile(ctx context.Context, program []byte, limits Limits) (*Module, error) {
	limits = limits.withDefaults()
	pages := uint32(min(max(1, limits.Memory/pageSize), 1<<16))
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithCloseOnContextDone(true).WithMemoryLimitPages(pages))
	_, err := wasi_snapshot_preview1.Instantiate(ctx, r)
	if err == nil {
		var c wazero.CompiledModule
		if c, err = r.CompileModule(ctx, program); err == nil {
			return &Module{r, c, limits}, nil
		}
	}
	r.Close(context.WithoutCancel(ctx))
	return nil, err
}

// Run runs the module once. The error is the context's.
func (m *Module) Run(ctx context.Context, args []string, stdin string) (Output, error) {
	p := Program{limit: m.limit, run: func(ctx context.Context, stdin string) (Output, error) { return m.run(ctx, args, stdin) }}
	return p.Run(ctx, stdin)
}

func (m *Module) run(ctx context.Context, args []string, stdin string) (Output, error) {
	out, errs := &sink{most: m.limit.Output}, &sink{most: m.limit.Output}
	config := wazero.NewModuleConfig().WithName("").WithArgs(append([]string{"program"}, args...)...).
		WithStdin(strings.NewReader(stdin)).WithStdout(out).WithStderr(errs)
	module, err := m.runtime.InstantiateModule(ctx, m.compiled, config)
	if module != nil {
		module.Close(context.WithoutCancel(ctx))
	}
	if ctx.Err() != nil {
		return Output{}, ctx.Err()
	}
	o := Output{Stdout: out.text.String(), Stderr: errs.text.String()}
	var exit *sys.ExitError
	switch {
	case errors.As(err, &exit):
		o.Exit = int(exit.ExitCode())
	case err != nil && strings.Contains(err.Error(), "not instantiated"): // which of several is named first is chance
		o.Stderr, o.Exit = "it imports what is not WASI", 1
	case err != nil:
		o.Stderr, o.Exit = o.Stderr+firstLine(err.Error()), 1
	}
	if out.full || errs.full {
		o.Stderr, o.Exit = tooMuchOutput, 1
	}
	return o, nil
}

// Close lets the module's code go.
func (m *Module) Close(ctx context.Context) error { return m.runtime.Close(ctx) }

// errFull is what a module is told that printed too much.
var errFull = errors.New("too much output")

// sink keeps what is written, up to a size.
type sink struct {
	text strings.Builder
	most int
	full bool
}

func (s *sink) Write(b []byte) (int, error) {
	if s.full || s.text.Len()+len(b) > s.most {
		s.full = true
		return 0, errFull
	}
	return s.text.Write(b)
}

// loadWASM compiles at every run: a module's machine code must be let go, and a
// loaded program has no end.
func loadWASM(source string, l Limits) runner {
	return func(ctx context.Context, stdin string) (Output, error) {
		m, err := Compile(ctx, []byte(source), l)
		if ctx.Err() != nil {
			if err == nil {
				m.Close(context.WithoutCancel(ctx))
			}
			return Output{}, ctx.Err()
		}
		if err != nil {
			return Output{Stderr: "the module cannot be compiled: " + firstLine(err.Error()), Exit: 1}, nil
		}
		defer m.Close(context.WithoutCancel(ctx))
		return m.run(ctx, nil, stdin)
	}
}
