package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// guard replaces the functions of the standard library that could run or grow
// without bound, show an address, draw by themselves, or depend on a table's
// history.
func guard(l *lua.LState) {
	for name, f := range map[string]lua.LGFunction{"tostring": toString, "pairs": pairs, "next": next} {
		l.SetGlobal(name, l.NewFunction(f))
	}
	math := l.GetGlobal("math").(*lua.LTable)
	for _, name := range []string{"random", "randomseed"} {
		math.RawSetString(name, l.NewFunction(func(l *lua.LState) int {
			l.RaiseError("math.%s is not here: draw from the rng that setup is given, so that a seed always gives the same task", name)
			return 0
		}))
	}
	str, tab := l.GetGlobal("string").(*lua.LTable), l.GetGlobal("table").(*lua.LTable)
	str.RawSetString("dump", lua.LNil)
	wrap(l, str, "rep", func(l *lua.LState) {
		if n := l.CheckInt(2); n > 0 && n*len(l.CheckString(1)) > stringMax {
			tooLong(l, "string.rep")
		}
	})
	wrap(l, str, "format", func(l *lua.LState) {
		for i := 2; i <= l.GetTop(); i++ {
			if t := l.Get(i).Type(); t == lua.LTTable || t == lua.LTFunction || t == lua.LTUserData {
				l.RaiseError("string.format: argument %d is a %s; give a text or a number", i, t)
			}
		}
	})
	for _, name := range []string{"find", "match", "gmatch"} {
		wrap(l, str, name, checkPattern)
	}
	wrap(l, str, "gsub", func(l *lua.LState) {
		checkPattern(l)
		bound(l, 3, len(l.CheckString(1)))
	})
	wrap(l, tab, "concat", func(l *lua.LState) {
		t, sep, sum := l.CheckTable(1), l.OptString(2, ""), 0
		for i := 1; i <= t.Len(); i++ {
			if s, ok := t.RawGetInt(i).(lua.LString); ok {
				sum += len(s)
			}
			if sum += len(sep); sum > stringMax {
				tooLong(l, "table.concat")
			}
		}
	})
	wrap(l, tab, "remove", func(l *lua.LState) { trim(l.CheckTable(1)) })
	wrap(l, tab, "sort", func(l *lua.LState) { trim(l.CheckTable(1)) })
}

// wrap puts a check of the arguments before a library function.
func wrap(l *lua.LState, lib *lua.LTable, name string, check func(l *lua.LState)) {
	f := lib.RawGetString(name).(*lua.LFunction)
	lib.RawSetString(name, l.NewFunction(func(l *lua.LState) int {
		check(l)
		n := l.GetTop()
		l.Insert(f, 1)
		l.Call(n, lua.MultRet)
		return l.GetTop()
	}))
}

func tooLong(l *lua.LState, what string) {
	l.RaiseError("%s: more than %d bytes", what, stringMax)
}

// checkPattern refuses a pattern that could run for hours on its text.
func checkPattern(l *lua.LState) {
	text, pattern := l.CheckString(1), l.CheckString(2)
	steps := 1.0
	for range strings.Count(pattern, "*") + strings.Count(pattern, "+") + strings.Count(pattern, "-") {
		steps *= float64(len(text) + 1)
	}
	if steps > patternMax {
		l.RaiseError("pattern %q on %d bytes could take too long", pattern, len(text))
	}
}

// bound puts a limit on what gsub's replacement at index i adds to a text.
func bound(l *lua.LState, i, size int) {
	switch repl := l.Get(i).(type) {
	case lua.LString:
		if (size+1)*len(repl) > stringMax {
			tooLong(l, "string.gsub")
		}
	case *lua.LTable, *lua.LFunction:
		sum := size
		l.Replace(i, l.NewFunction(func(l *lua.LState) int {
			if t, ok := repl.(*lua.LTable); ok {
				l.Push(l.GetTable(t, l.Get(1)))
			} else {
				n := l.GetTop()
				l.Insert(repl, 1)
				l.Call(n, 1)
			}
			if sum += len(lua.LVAsString(l.Get(-1))); sum > stringMax {
				tooLong(l, "string.gsub")
			}
			return 1
		}))
	}
}

// trim takes nils off the end of a table's array, where t[#t] = nil leaves
// them: the library's remove and sort take them for values.
func trim(t *lua.LTable) {
	for t.Len() > 0 {
		if v := t.Remove(-1); v != lua.LNil {
			t.Append(v)
			return
		}
	}
}

// toString does not show addresses, which differ every time.
func toString(l *lua.LState) int {
	switch v := l.CheckAny(1); v.Type() {
	case lua.LTTable, lua.LTFunction, lua.LTUserData:
		l.Push(lua.LString(v.Type().String()))
	default:
		l.Push(l.ToStringMeta(v))
	}
	return 1
}

// pairs goes through a table in the order of its keys, numbers first, whatever
// the order in which they came: a restored state then plays as the one that
// was saved.
func pairs(l *lua.LState) int {
	t := l.CheckTable(1)
	keys, i := sortedKeys(l, t), 0
	l.Push(l.NewFunction(func(l *lua.LState) int {
		for ; i < len(keys); i++ {
			if v := t.RawGet(keys[i]); v != lua.LNil {
				l.Push(keys[i])
				l.Push(v)
				i++
				return 2
			}
		}
		l.Push(lua.LNil)
		return 1
	}))
	return 1
}

// next is the key after a given one, or the first, in the order of pairs.
func next(l *lua.LState) int {
	t, key := l.CheckTable(1), l.Get(2)
	for _, k := range sortedKeys(l, t) {
		if key == lua.LNil || compareKeys(k, key) > 0 {
			l.Push(k)
			l.Push(t.RawGet(k))
			return 2
		}
	}
	l.Push(lua.LNil)
	return 1
}

func sortedKeys(l *lua.LState, t *lua.LTable) []lua.LValue {
	keys, err := plainKeys(t)
	if err != nil {
		l.RaiseError("pairs: %v", err)
	}
	return keys
}

// plainKeys are a table's keys in order.
func plainKeys(t *lua.LTable) ([]lua.LValue, error) {
	var keys []lua.LValue
	var odd lua.LValue
	t.ForEach(func(k, _ lua.LValue) {
		if keys = append(keys, k); rank(k) == 0 {
			odd = k
		}
	})
	if odd != nil {
		return nil, fmt.Errorf("a %s as key has no order to go by; use numbers or texts", odd.Type())
	}
	slices.SortFunc(keys, compareKeys)
	return keys, nil
}

func rank(k lua.LValue) int {
	switch k.Type() {
	case lua.LTNumber:
		return 1
	case lua.LTString:
		return 2
	case lua.LTBool:
		return 3
	}
	return 0
}

func compareKeys(a, b lua.LValue) int {
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	switch a := a.(type) {
	case lua.LNumber:
		return cmp.Compare(a, b.(lua.LNumber))
	case lua.LString:
		return strings.Compare(string(a), string(b.(lua.LString)))
	}
	return strings.Compare(a.String(), b.String()) // false, true
}
