package scenarios

import (
	"maps"
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// machine is a Lua state that plays one episode after the other of the same
// script. Between two of them everything that a scenario can reach is put back
// as it was, and its file is run anew, so that nothing leaks; a state in which
// anything failed is not used again. To make one takes some thirty times as
// long as to put it back.
type machine struct {
	l       *lua.LState
	budget  budget
	script  *Script
	library *lua.LTable
	rng     *lua.LTable           // the metatable of the rng
	loaded  map[string]lua.LValue // what this episode has required
	pure    []pristine            // what a scenario can reach
	failed  bool
}

// pristine is a table and what is in it when an episode begins.
type pristine struct {
	table *lua.LTable
	meta  lua.LValue
	keys  []string
	value []lua.LValue
}

func newMachine(s *Script) *machine {
	m := &machine{l: newState(), script: s, loaded: map[string]lua.LValue{}}
	m.budget.limit = s.limit
	m.l.SetContext(&m.budget)
	m.l.SetGlobal("require", m.l.NewFunction(m.require))
	m.library, m.rng = library(m.l), rngMethods(m.l)
	globals := m.l.G.Global
	m.keep(globals)
	m.keep(m.library)
	for _, name := range []string{lua.StringLibName, lua.TabLibName, lua.MathLibName} {
		m.keep(globals.RawGetString(name).(*lua.LTable))
	}
	return m
}

func (m *machine) keep(t *lua.LTable) { m.pure = append(m.pure, asItIs(t)) }

// asItIs is what restore makes a table again.
func asItIs(t *lua.LTable) pristine {
	p := pristine{table: t, meta: t.Metatable}
	for k, v := range pairsOf(t) {
		p.keys, p.value = append(p.keys, k.String()), append(p.value, v)
	}
	return p
}

// reset puts everything back. It says whether the state may be used again.
func (m *machine) reset() bool {
	if m.failed {
		return false
	}
	clear(m.loaded)
	m.l.SetTop(0)
	restore(m.pure)
	return true
}

// restore makes tables what they were.
func restore(pure []pristine) {
	for _, p := range pure {
		p.table.Metatable = p.meta
		here := 0
		for i, k := range p.keys {
			if v := p.table.RawGetString(k); v != p.value[i] {
				p.table.RawSetString(k, p.value[i])
			}
		}
		p.table.ForEach(func(_, _ lua.LValue) { here++ })
		if here == len(p.keys) {
			continue
		}
		var extra []lua.LValue
		for k := range pairsOf(p.table) {
			extra = append(extra, k)
		}
		for _, k := range extra {
			p.table.RawSet(k, lua.LNil)
		}
		for i, k := range p.keys {
			p.table.RawSetString(k, p.value[i])
		}
	}
}

// pairsOf goes through a table in no order.
func pairsOf(t *lua.LTable) func(yield func(k, v lua.LValue) bool) {
	return func(yield func(k, v lua.LValue) bool) {
		more := true
		t.ForEach(func(k, v lua.LValue) {
			if more {
				more = yield(k, v)
			}
		})
	}
}

// require is the scenario's own: "gym", or a file of its folder.
func (m *machine) require(l *lua.LState) int {
	name := l.CheckString(1)
	v, ok := m.loaded[name]
	if !ok {
		if name == "gym" {
			v = m.library
		} else {
			proto, err := m.script.module(name)
			if err != nil {
				l.RaiseError("%v", err)
			}
			l.Push(l.NewFunctionFromProto(proto))
			l.Call(0, 1)
			v = l.Get(-1)
		}
		m.loaded[name] = v
	}
	l.Push(v)
	return 1
}

// serve puts the episode's services into the global table sites, one table of
// functions for each. Nothing is there without them.
func (m *machine) serve(services map[string]Service) {
	if len(services) == 0 {
		return
	}
	sites := m.l.NewTable()
	for _, name := range slices.Sorted(maps.Keys(services)) {
		service, meta := services[name], m.l.NewTable()
		meta.RawSetString("__index", m.l.NewFunction(func(l *lua.LState) int {
			function := l.CheckString(2)
			l.Push(l.NewFunction(func(l *lua.LState) int { return ask(l, service, function) }))
			return 1
		}))
		meta.RawSetString("__metatable", lua.LString("locked"))
		t := m.l.NewTable()
		t.Metatable = meta
		sites.RawSetString(name, t)
	}
	m.l.SetGlobal("sites", sites)
}

// ask calls a service's function with all arguments that are on the stack.
func ask(l *lua.LState, service Service, function string) int {
	args := make([]any, l.GetTop())
	for i := range args {
		var err error
		if args[i], err = toGo(l.Get(i+1), 0); err != nil {
			l.RaiseError("%s: argument %d: %v", function, i+1, err)
		}
	}
	out, err := service.Call(function, args)
	if err != nil {
		l.RaiseError("%v", err)
	}
	l.Push(toLua(l, out))
	return 1
}
