package scenarios

import (
	"context"
	"fmt"
	"runtime/metrics"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// Limits bound one call into a scenario.
type Limits struct {
	Instructions int           // of the Lua machine: the same on every computer
	Memory       uint64        // bytes that the process may allocate during the call
	Time         time.Duration // on the clock
}

// DefaultLimits are far above what an honest scenario needs.
var DefaultLimits = Limits{Instructions: 2_000_000, Memory: 512 << 20, Time: 10 * time.Second}

// The limits on single library calls, which no instruction count can interrupt.
const (
	stringMax  = 1 << 20 // bytes that string.rep may make
	patternMax = 1 << 27 // steps that a pattern may need at worst, estimated
	callDepth  = 200
)

// LimitError is a scenario that asked for too much.
type LimitError struct{ What, Scenario, Function string }

func (e *LimitError) Error() string { return "it needs too much " + e.What }

// budget is the context of a Lua state. The machine asks Done once before each
// instruction, so that counting there is an exact limit that pcall cannot
// swallow: once broken, it stays broken until the next call from Go.
type budget struct {
	limit  Limits
	ctx    context.Context
	used   int
	heap   uint64 // bytes the process had allocated before the call
	last   uint64 // and when that was looked at last
	look   int    // the instruction at which it is looked at next
	until  time.Time
	broken string
	sample [1]metrics.Sample
}

var (
	_      context.Context = (*budget)(nil)
	closed                 = func() chan struct{} { c := make(chan struct{}); close(c); return c }()
)

func (b *budget) start(ctx context.Context) {
	b.ctx, b.used, b.broken = ctx, 0, ""
	b.sample[0].Name = "/gc/heap/allocs:bytes"
	b.heap, b.until = b.memory(), time.Now().Add(b.limit.Time)
	b.last, b.look = b.heap, 0
}

// taken is how many bytes were allocated during the call. What is live cannot
// be measured: the garbage of earlier calls goes at any time. A text can double
// with every other instruction, so that memory which goes fast is looked at
// after each one.
func (b *budget) taken() uint64 {
	const rare, fast = 16, 1 << 20
	now := b.memory()
	if b.look = b.used + rare; now > b.last+fast {
		b.look = b.used + 1
	}
	b.last = now
	return now - b.heap
}

func (b *budget) memory() uint64 {
	metrics.Read(b.sample[:])
	return b.sample[0].Value.Uint64()
}

func (b *budget) Done() <-chan struct{} {
	b.used++
	switch {
	case b.broken != "":
	case b.used > b.limit.Instructions:
		b.broken = "work (instructions)"
	case b.used >= b.look && b.taken() > b.limit.Memory:
		b.broken = "memory"
	case b.used%1024 == 0 && time.Now().After(b.until):
		b.broken = "time"
	case b.used%1024 == 0 && b.ctx.Err() != nil:
	default:
		return nil
	}
	return closed
}

func (b *budget) Err() error {
	if b.broken != "" {
		return fmt.Errorf("limit: %s", b.broken)
	}
	return b.ctx.Err()
}
func (b *budget) Deadline() (time.Time, bool) { return time.Time{}, false }
func (b *budget) Value(any) any               { return nil }

// newState is a Lua state without a way out: no io, os, debug, load, no
// coroutines, no addresses, no chance but the task's.
func newState() *lua.LState {
	l := lua.NewState(lua.Options{SkipOpenLibs: true, CallStackSize: callDepth, MinimizeStackMemory: true,
		RegistrySize: 1024, RegistryMaxSize: 65536, RegistryGrowStep: 1024})
	for _, lib := range []struct {
		name string
		open lua.LGFunction
	}{{lua.BaseLibName, lua.OpenBase}, {lua.TabLibName, lua.OpenTable}, {lua.StringLibName, lua.OpenString}, {lua.MathLibName, lua.OpenMath}} {
		l.Push(l.NewFunction(lib.open))
		l.Push(lua.LString(lib.name))
		l.Call(1, 0)
	}
	for _, name := range []string{"dofile", "loadfile", "load", "loadstring", "require", "module", "collectgarbage", "newproxy",
		"_printregs", "getfenv", "setfenv", "print", "_GOPHER_LUA_VERSION"} {
		l.SetGlobal(name, lua.LNil)
	}
	math := l.GetGlobal("math").(*lua.LTable)
	math.RawSetString("random", lua.LNil)
	math.RawSetString("randomseed", lua.LNil)
	guard(l)
	l.SetGlobal("tostring", l.NewFunction(func(l *lua.LState) int {
		v := l.CheckAny(1)
		switch v.Type() {
		case lua.LTTable, lua.LTFunction, lua.LTUserData:
			l.Push(lua.LString(v.Type().String())) // an address would differ every time
		default:
			l.Push(l.ToStringMeta(v))
		}
		return 1
	}))
	l.SetGlobal("require", l.NewFunction(func(l *lua.LState) int {
		if name := l.CheckString(1); name != "gym" {
			l.RaiseError("require %q: only \"gym\" can be required", name)
		}
		l.Push(library(l))
		return 1
	}))
	return l
}

// guard puts bounds on the string functions that can run or grow without one.
func guard(l *lua.LState) {
	str := l.GetGlobal("string").(*lua.LTable)
	str.RawSetString("dump", lua.LNil)
	wrap := func(name string, check func(l *lua.LState)) {
		f := str.RawGetString(name).(*lua.LFunction)
		str.RawSetString(name, l.NewFunction(func(l *lua.LState) int {
			check(l)
			n := l.GetTop()
			l.Insert(f, 1)
			l.Call(n, lua.MultRet)
			return l.GetTop()
		}))
	}
	wrap("rep", func(l *lua.LState) {
		if n := l.CheckInt(2); n > 0 && n*len(l.CheckString(1)) > stringMax {
			l.RaiseError("string.rep: more than %d bytes", stringMax)
		}
	})
	for _, name := range []string{"find", "match", "gmatch", "gsub"} {
		wrap(name, func(l *lua.LState) {
			text, pattern := l.CheckString(1), l.CheckString(2)
			steps := 1.0
			for range strings.Count(pattern, "*") + strings.Count(pattern, "+") + strings.Count(pattern, "-") {
				steps *= float64(len(text) + 1)
			}
			if steps > patternMax {
				l.RaiseError("pattern %q on %d bytes could take too long", pattern, len(text))
			}
		})
	}
}
