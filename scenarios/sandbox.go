package scenarios

import (
	"context"
	"fmt"
	"runtime/metrics"
	"sync"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// Limits bound one call into a scenario.
type Limits struct {
	Instructions int           // of the Lua machine: the same on every computer
	Memory       uint64        // bytes that may be allocated during the call
	Time         time.Duration // on the clock
}

// DefaultLimits are far above what an honest scenario needs.
var DefaultLimits = Limits{Instructions: 20_000_000, Memory: 256 << 20, Time: 10 * time.Second}

// The limits on single library calls, which no instruction count can interrupt.
const (
	stringMax  = 1 << 20 // bytes that a library function may make
	patternMax = 1 << 27 // steps that a pattern may need at worst, estimated
	callDepth  = 200
)

// LimitError is a scenario that asked for too much.
type LimitError struct{ What, Scenario, Function string }

func (e *LimitError) Error() string { return "it needs too much " + e.What }

// CheckID is the check (package gym/check) that such a scenario fails.
func (e *LimitError) CheckID() string { return "runtime.resource_bounds" }

// wrongResult is what a scenario's function must not return, and the check that
// it fails so.
type wrongResult struct {
	error
	id string
}

func (w wrongResult) CheckID() string { return w.id }
func (w wrongResult) Unwrap() error   { return w.error }

const (
	schema = "runtime.observation_schema"
	signal = "runtime.reward_well_formed"
)

func wrong(id, format string, args ...any) error { return wrongResult{fmt.Errorf(format, args...), id} }

// budget is the context of a Lua state. The machine asks Done once before each
// instruction, so that counting there is an exact limit that pcall cannot
// swallow: once broken, it stays broken until the next call from Go.
type budget struct {
	limit  Limits
	ctx    context.Context
	used   int
	begun  time.Time
	look   time.Duration // since begun, when memory is looked at next
	heap   uint64        // bytes the process had allocated at the first look
	tight  bool          // much was allocated: the clock is asked at every instruction
	broken string
	sample [1]metrics.Sample
}

var (
	_      context.Context = (*budget)(nil)
	closed                 = func() chan struct{} { c := make(chan struct{}); close(c); return c }()
)

// Memory is looked at every lookEvery of time, since to allocate much takes
// time; the clock is asked every clockEvery instructions, within which a text
// can grow eightfold at most, and at every one when a tightShare of the memory
// is used, so that a text ends at twice the limit. An honest call ends before
// the first look.
const (
	lookEvery  = 200 * time.Microsecond
	clockEvery = 8
	tightShare = 16
)

func (b *budget) start(ctx context.Context) {
	b.ctx, b.used, b.broken, b.heap, b.tight = ctx, 0, "", 0, false
	b.begun, b.look = time.Now(), lookEvery
}

// clock looks at what is not counted: time, memory, the caller's context. What
// is live cannot be measured, as the garbage of earlier calls goes at any time;
// so memory is what was allocated since the first look.
func (b *budget) clock() {
	spent := time.Since(b.begun)
	if spent < b.look {
		return
	}
	b.look = spent + lookEvery
	b.sample[0].Name = "/gc/heap/allocs:bytes"
	metrics.Read(b.sample[:])
	now := b.sample[0].Value.Uint64()
	if b.heap == 0 {
		b.heap = now
	}
	b.tight = now-b.heap > b.limit.Memory/tightShare
	switch {
	case now-b.heap > b.limit.Memory:
		b.broken = "memory"
	case spent > b.limit.Time:
		b.broken = "time"
	}
}

func (b *budget) Done() <-chan struct{} {
	b.used++
	switch {
	case b.broken != "":
		return closed
	case b.used > b.limit.Instructions:
		b.broken = "work (instructions)"
		return closed
	case !b.tight && b.used%clockEvery != 0:
		return nil
	}
	if b.clock(); b.broken != "" || b.ctx.Err() != nil {
		return closed
	}
	return nil
}

func (b *budget) Err() error {
	if b.broken != "" {
		return fmt.Errorf("limit: %s", b.broken)
	}
	return b.ctx.Err()
}
func (b *budget) Deadline() (time.Time, bool) { return time.Time{}, false }
func (b *budget) Value(any) any               { return nil }

// arrayMax is the highest index that is kept in a table's array: assigning to
// a higher one must not fill all below it with nils, gigabytes in one
// instruction.
const arrayMax = 1 << 16

var capArrays = sync.OnceFunc(func() { lua.MaxArrayIndex = arrayMax }) // a setting of the whole library

// newState is a Lua state without a way out: no io, os, debug, load, no
// coroutines, no addresses, no chance but the task's, and no order but that of
// the keys.
func newState() *lua.LState {
	capArrays()
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
	guard(l)
	l.GetMetatable(lua.LString("")).(*lua.LTable).RawSetString("__metatable", lua.LString("locked"))
	return l
}
