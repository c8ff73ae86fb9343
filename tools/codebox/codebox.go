// Package codebox runs programs that are judged by input and output alone: a
// text goes in, a text comes out (the idea of a short configuration for each
// language is that of Agnostics, arXiv 2508.04865). A [Language] is an entry of
// a list: Lua, JavaScript and WASM run in this process and reach nothing of it;
// other languages run as commands of the machine, in namespaces of their own,
// and only where somebody asks for them ([Commands]).
//
// What a program does depends on its text and its input alone: there is no clock
// and no chance. A program that breaks a limit has no output, since how far it
// came may depend on the machine.
//
// How far the limits can be trusted: Lua counts instructions exactly and WASM
// has pages of memory; JavaScript is held by the clock and by guards on the
// functions that are known to grow or loop without bound (javascript.go). Who
// runs programs of people who mean harm should do so in a process that may die.
//
// Start with [Run].
package codebox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/turngym/turngym/gym/catalog"
	"github.com/turngym/turngym/scenarios"
)

// Limits bound one run; 0 is the value of [DefaultLimits].
type Limits struct {
	Steps  int           // instructions, where the language counts them
	Memory uint64        // bytes
	Time   time.Duration // on the clock
	Output int           // bytes that may be printed
	Source int           // bytes of the program
}

// DefaultLimits are enough for small programs.
var DefaultLimits = Limits{Steps: 5_000_000, Memory: 128 << 20, Time: 2 * time.Second, Output: 64 << 10, Source: 32 << 10}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits
	l.Steps = cmp.Or(l.Steps, d.Steps)
	l.Memory = cmp.Or(l.Memory, d.Memory)
	l.Time = cmp.Or(l.Time, d.Time)
	l.Output = cmp.Or(l.Output, d.Output)
	l.Source = cmp.Or(l.Source, d.Source)
	return l
}

// Output is what a program did.
type Output struct {
	Stdout   string // "" where TimedOut
	Stderr   string // what went wrong, without anything of the machine
	Exit     int    // 0 is well; 1 is wrong; a WASM module or a command may have others
	TimedOut bool   // a limit of work, time or memory ended it
}

// Language is how programs of a language are run.
type Language struct {
	Name      string
	Doc       string
	Extension string // of its files, with the dot
	Binary    bool   // a program is bytes, not a text
	Outside   bool   // it runs as a command of this machine

	load func(source string, l Limits) runner
}

// runner runs a loaded program once. Its error is the context's or the
// machinery's; what the program does wrong is in the output.
type runner func(ctx context.Context, stdin string) (Output, error)

// Program is a program that can be run any number of times. It is safe for many
// goroutines.
type Program struct {
	run   runner
	limit Limits
}

// Languages are those that run in this process. The programs of one list share
// what they run in: who runs many keeps the list.
func Languages() []Language {
	programs := &scenarios.Programs{}
	return []Language{
		{Name: "lua", Doc: "Lua 5.1; print, io.read and io.write", Extension: ".lua",
			load: func(source string, l Limits) runner { return loadLua(programs, source, l) }},
		{Name: "javascript", Doc: "ECMAScript; print, console.log and readline", Extension: ".js", load: loadJavaScript},
		{Name: "wasm", Doc: "a WebAssembly module over WASI: standard input and output", Extension: ".wasm", Binary: true, load: loadWASM},
	}
}

// Find is the language of a name out of a list.
func Find(list []Language, name string) (Language, error) {
	names := make([]string, len(list))
	for i, l := range list {
		if l.Name == name {
			return l, nil
		}
		names[i] = l.Name
	}
	return Language{}, catalog.Unknown("language", name, names)
}

// Load makes a program ready. A program that is wrong is no error: its runs say
// what is wrong.
func Load(lang Language, source string, limits Limits) *Program {
	limits = limits.withDefaults()
	p := &Program{limit: limits}
	switch {
	case len(source) > limits.Source:
		p.run = failing(fmt.Sprintf("the program has %d bytes; the most is %d", len(source), limits.Source))
	case !lang.Binary && strings.ContainsRune(source, 0):
		p.run = failing("the program has a zero byte in it")
	default:
		p.run = lang.load(source, limits)
	}
	return p
}

// Run runs the program. The error is the context's, or that the machinery broke.
func (p *Program) Run(ctx context.Context, stdin string) (Output, error) {
	if err := ctx.Err(); err != nil {
		return Output{}, err
	}
	limited, cancel := context.WithTimeout(ctx, p.limit.Time)
	defer cancel()
	out, err := p.run(limited, stdin)
	switch {
	case ctx.Err() != nil:
		return Output{}, ctx.Err()
	case limited.Err() != nil && (err == nil || errors.Is(err, limited.Err())):
		return stopped("time"), nil
	case err != nil:
		return Output{}, err
	case out.TimedOut:
		out.Stdout = ""
	}
	out.Stdout, out.Stderr = strings.ToValidUTF8(out.Stdout, "?"), strings.ToValidUTF8(out.Stderr, "?")
	return out, nil
}

// Run loads a program and runs it once.
func Run(ctx context.Context, lang Language, source, stdin string, limits Limits) (Output, error) {
	return Load(lang, source, limits).Run(ctx, stdin)
}

// failing is a program that only says what is wrong with it.
func failing(why string) runner {
	out := Output{Stderr: why, Exit: 1}
	return func(context.Context, string) (Output, error) { return out, nil }
}

// stopped is the output of a program that broke a limit.
func stopped(what string) Output {
	return Output{Stderr: "stopped: it needs too much " + what, Exit: 1, TimedOut: true}
}

// tooMuchOutput is said of a program that printed too much.
const tooMuchOutput = "stopped: it printed too much"
