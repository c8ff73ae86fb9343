package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	lua "github.com/yuin/gopher-lua"
)

// Program is a Lua program that is no scenario: it reads a text and prints
// another, and that is all it can do. It runs in the sandbox that scenarios run
// in. It is safe for many goroutines.
//
// A program has base, math, string and table without what leads out, print, and of io
// the functions read, lines and write.
type Program struct {
	proto *lua.FunctionProto
	cells *sync.Pool
}

// Programs makes programs, which share the Lua states that they run in: to make
// a state takes longer than most programs. The zero value works, for many
// goroutines.
type Programs struct{ cells sync.Pool } // of *cell

// ProgramError is what a program raised, or why it cannot be compiled: a line
// with the place.
type ProgramError struct{ Text string }

func (e *ProgramError) Error() string { return e.Text }

// programName stands before the line in a program's errors.
const programName = "program"

// Compile compiles a program. The error is a [*ProgramError].
func (ps *Programs) Compile(source string) (p *Program, err error) {
	defer func() { // the compiler of the library panics on some wrong programs
		if r := recover(); r != nil {
			p, err = nil, &ProgramError{fmt.Sprintf("%s: it cannot be compiled", programName)}
		}
	}()
	proto, err := compileText(programName, []byte(source))
	if err != nil {
		return nil, &ProgramError{firstLine(strings.ToValidUTF8(err.Error(), "?"))}
	}
	return &Program{proto, &ps.cells}, nil
}

// ErrOutput is a program that printed more than it may.
var ErrOutput = errors.New("it printed too much")

// Run runs the program on an input and gives what it printed, at most so many
// bytes, also where it went wrong. Errors are a [*ProgramError], a
// [*LimitError], [ErrOutput] or the context's.
func (p *Program) Run(ctx context.Context, input string, limits Limits, output int) (printed string, err error) {
	c, _ := p.cells.Get().(*cell)
	if c == nil {
		c = newCell()
	}
	c.budget.limit = limits
	c.console = console{input: input, most: output}
	c.budget.start(ctx)
	c.l.Push(c.l.NewFunctionFromProto(p.proto))
	if err = c.l.PCall(0, 0, nil); err == nil {
		defer func() { // what went wrong anywhere is not used again
			c.l.SetTop(0)
			restore(c.pure)
			p.cells.Put(c)
		}()
	}
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case c.budget.broken != "":
		return "", &LimitError{c.budget.broken, programName, "the program"}
	case c.console.full:
		err = ErrOutput
	case err != nil:
		if err = plainError(err); isOverflow(err) {
			err = errors.New("a function calls itself without end")
		}
		err = &ProgramError{strings.ToValidUTF8(err.Error(), "?")}
	}
	return c.console.printed.String(), err
}

// cell is a Lua state that runs one program after the other. Between two of them
// all that a program can reach is put back.
type cell struct {
	l       *lua.LState
	budget  budget
	console console
	pure    []pristine
}

func newCell() *cell {
	c := &cell{l: newState()}
	c.console.open(c.l)
	c.l.SetContext(&c.budget)
	globals := c.l.G.Global
	c.pure = append(c.pure, asItIs(globals))
	for _, name := range []string{lua.StringLibName, lua.TabLibName, lua.MathLibName, "io"} {
		c.pure = append(c.pure, asItIs(globals.RawGetString(name).(*lua.LTable)))
	}
	return c
}

// console is what a program reads and prints.
type console struct {
	input   string
	printed strings.Builder
	most    int
	full    bool // what was printed did not fit: nothing more is
}

func (c *console) open(l *lua.LState) {
	l.SetGlobal("print", l.NewFunction(func(l *lua.LState) int {
		for i := 1; i <= l.GetTop(); i++ {
			if i > 1 {
				c.print(l, "\t")
			}
			c.print(l, shown(l.Get(i)))
		}
		c.print(l, "\n")
		return 0
	}))
	io := l.NewTable()
	io.RawSetString("write", l.NewFunction(func(l *lua.LState) int {
		for i := 1; i <= l.GetTop(); i++ {
			c.print(l, l.CheckString(i))
		}
		return 0
	}))
	io.RawSetString("read", l.NewFunction(c.read))
	io.RawSetString("lines", l.NewFunction(func(l *lua.LState) int {
		l.Push(l.NewFunction(func(l *lua.LState) int {
			l.Push(c.line())
			return 1
		}))
		return 1
	}))
	l.SetGlobal("io", io)
}

func (c *console) print(l *lua.LState, s string) {
	if c.full || c.printed.Len()+len(s) > c.most {
		c.full = true
		l.RaiseError("%v", ErrOutput)
	}
	c.printed.WriteString(s)
}

// read is io.read: a line, all, or a number; a list of formats gives a list of
// values. What is not there is nil.
func (c *console) read(l *lua.LState) int {
	if l.GetTop() == 0 {
		l.Push(c.line())
		return 1
	}
	n := l.GetTop()
	for i := 1; i <= n; i++ {
		if count, ok := l.Get(i).(lua.LNumber); ok {
			l.Push(c.bytes(int(count)))
			continue
		}
		switch format := strings.TrimPrefix(l.CheckString(i), "*"); format {
		case "l", "L":
			l.Push(c.line())
		case "a":
			l.Push(lua.LString(c.input))
			c.input = ""
		case "n":
			l.Push(c.number())
		default:
			l.ArgError(i, `the formats are "l", "n" and "a"`)
		}
	}
	return n
}

func (c *console) line() lua.LValue {
	if c.input == "" {
		return lua.LNil
	}
	line, rest, _ := strings.Cut(c.input, "\n")
	c.input = rest
	return lua.LString(strings.TrimSuffix(line, "\r"))
}

func (c *console) bytes(n int) lua.LValue {
	if c.input == "" {
		return lua.LNil
	}
	n = max(0, min(n, len(c.input)))
	s := c.input[:n]
	c.input = c.input[n:]
	return lua.LString(s)
}

func (c *console) number() lua.LValue {
	c.input = strings.TrimLeft(c.input, " \t\r\n")
	end := strings.IndexAny(c.input, " \t\r\n")
	if end < 0 {
		end = len(c.input)
	}
	n, ok := parseNumber(c.input[:end])
	if !ok {
		return lua.LNil
	}
	c.input = c.input[end:]
	return n
}

// parseNumber reads a decimal number.
func parseNumber(s string) (lua.LNumber, bool) {
	if s == "" || strings.Trim(s, "0123456789.+-eE") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	return lua.LNumber(n), err == nil
}
