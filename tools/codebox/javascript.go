package codebox

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"reflect"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/dop251/goja"
	"github.com/dop251/goja/file"
)

const (
	nestingMax = 200             // brackets within brackets: the parser calls itself
	callDepth  = 1000            // calls within calls
	matchTime  = 2 * time.Second // of a pattern that looks back and ahead: it cannot be interrupted
	lookEvery  = time.Millisecond
	grace      = 3 * time.Second // after its time, for a library function that does not notice
)

var boundMatches = sync.OnceFunc(func() { regexp2.DefaultMatchTimeout = matchTime }) // a setting of the whole library

// loadJavaScript compiles a program once; each run has a runtime of its own.
func loadJavaScript(source string, l Limits) (run runner) {
	boundMatches()
	defer func() { // what the library's parser and compiler panic on
		if r := recover(); r != nil {
			run = failing("SyntaxError: the program cannot be compiled")
		}
	}()
	if deep(source) {
		return failing(fmt.Sprintf("SyntaxError: brackets are nested more than %d deep", nestingMax))
	}
	tree, err := goja.Parse("program", source)
	if err != nil {
		return failing("SyntaxError: " + strings.TrimPrefix(firstLine(err.Error()), "SyntaxError: "))
	}
	if bigNumbers(reflect.ValueOf(tree), 0) {
		return failing("SyntaxError: numbers of any size (BigInt) are not here")
	}
	program, err := goja.CompileAST(tree, false)
	if err != nil {
		return failing(firstLine(err.Error()))
	}
	plain := isPlain(source)
	return func(ctx context.Context, stdin string) (Output, error) {
		s := &script{limit: l, source: source, plain: plain, input: stdin}
		done := make(chan Output, 1)
		go func() { done <- s.run(ctx, program) }()
		select {
		case out := <-done:
			return out, nil
		case <-ctx.Done():
		}
		select { // it was interrupted, and ends at its next instruction
		case <-done:
			return Output{}, ctx.Err()
		case <-time.After(grace):
			return Output{}, errors.New("a library function of JavaScript did not end with its time; its goroutine is lost")
		}
	}
}

// deep says whether brackets are nested too deep. It does not know texts and
// comments, and counts those in them.
func deep(source string) bool {
	depth := 0
	for i := range len(source) {
		switch source[i] {
		case '(', '[', '{':
			if depth++; depth > nestingMax {
				return true
			}
		case ')', ']', '}':
			depth = max(0, depth-1)
		}
	}
	return false
}

var (
	fileType = reflect.TypeFor[*file.File]()
	bigType  = reflect.TypeFor[*big.Int]()
)

// bigNumbers looks for numbers of any size below v, a part of a syntax tree:
// their powers and shifts are single instructions without bound.
func bigNumbers(v reflect.Value, depth int) bool {
	if depth > 100*nestingMax {
		return true
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() || v.Type() == fileType {
			return false
		}
		return v.Type() == bigType || bigNumbers(v.Elem(), depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && bigNumbers(v.Field(i), depth+1) {
				return true
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if bigNumbers(v.Index(i), depth+1) {
				return true
			}
		}
	}
	return false
}

// script is one run of a program.
type script struct {
	limit   Limits
	source  string
	plain   bool // it reaches only what it names
	rt      *goja.Runtime
	input   string
	printed strings.Builder
	stop    atomic.Pointer[string] // what was too much
	binds   int                    // how many functions were bound
	depth   int                    // of joins within joins
	joins   int                    // within the outermost
}

func (s *script) run(ctx context.Context, program *goja.Program) (out Output) {
	defer func() {
		if r := recover(); r != nil { // of the library: the program's texts lead there
			out = Output{Stdout: s.printed.String(), Stderr: "InternalError: the program cannot be run", Exit: 1}
		}
		if what := s.stop.Load(); what != nil && *what != "output" {
			out = stopped(*what)
		}
	}()
	s.rt = goja.New()
	s.rt.SetMaxCallStackSize(callDepth)
	s.rt.SetRandSource(rand.New(rand.NewPCG(1, 2)).Float64)
	s.rt.SetTimeSource(func() time.Time { return time.Time{} })
	if err := s.guard(); err != nil {
		return Output{Stderr: "InternalError: the sandbox cannot be made", Exit: 1}
	}
	defer context.AfterFunc(ctx, func() { s.end("time") })()
	defer s.watch()()
	_, err := s.rt.RunProgram(program)
	out = Output{Stdout: s.printed.String()}
	var raised *goja.Exception
	var overflow *goja.StackOverflowError
	switch what := s.stop.Load(); {
	case what != nil:
		out.Stderr, out.Exit = tooMuchOutput, 1
	case errors.As(err, &overflow):
		out.Stderr, out.Exit = "RangeError: a function calls itself without end", 1
	case errors.As(err, &raised):
		out.Stderr, out.Exit = firstLine(raised.Error()), 1
	case err != nil:
		out.Stderr, out.Exit = firstLine(err.Error()), 1
	}
	return out
}

// end interrupts the program. The first reason counts.
func (s *script) end(what string) {
	s.stop.CompareAndSwap(nil, &what)
	s.rt.Interrupt(what)
}

// watch looks at memory from time to time until the returned function is
// called. What is live cannot be measured, so it is what was allocated since the
// first look; a short program ends before that.
func (s *script) watch() (done func()) {
	var mu sync.Mutex
	var timer *time.Timer
	var first uint64
	over := false
	look := func() {
		sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
		metrics.Read(sample)
		now := sample[0].Value.Uint64()
		mu.Lock()
		defer mu.Unlock()
		if over {
			return
		}
		if first == 0 {
			first = now
		}
		if now-first > 4*s.limit.Memory { // most of it is garbage by then
			s.end("memory")
			return
		}
		timer.Reset(lookEvery)
	}
	mu.Lock()
	timer = time.AfterFunc(lookEvery, look)
	mu.Unlock()
	return func() {
		mu.Lock()
		over = true
		mu.Unlock()
		timer.Stop()
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
