package scenarios

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	lua "github.com/yuin/gopher-lua"

	"github.com/turngym/turngym/gym"
)

func toLua(l *lua.LState, v any) lua.LValue {
	switch v := v.(type) {
	case nil:
		return lua.LNil
	case bool:
		return lua.LBool(v)
	case int:
		return lua.LNumber(v)
	case float64:
		return lua.LNumber(v)
	case string:
		return lua.LString(v)
	case []any:
		t := l.CreateTable(len(v), 0)
		for _, x := range v {
			t.Append(toLua(l, x))
		}
		return t
	case []string:
		t := l.CreateTable(len(v), 0)
		for _, x := range v {
			t.Append(lua.LString(x))
		}
		return t
	case map[string]any:
		t := l.CreateTable(0, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) { // pairs goes in the order of insertion
			t.RawSetString(k, toLua(l, v[k]))
		}
		return t
	case gym.Element:
		t := l.CreateTable(0, 6)
		t.RawSetString("id", lua.LString(v.ID))
		t.RawSetString("role", lua.LString(v.Role))
		t.RawSetString("name", lua.LString(v.Name))
		t.RawSetString("value", lua.LString(v.Value))
		t.RawSetString("state", lua.LString(v.State))
		t.RawSetString("options", toLua(l, v.Options))
		return t
	}
	panic(fmt.Sprintf("scenarios: no Lua value for a %T", v))
}

// nestMax is how deep a result's tables may go.
const nestMax = 20

func toGo(v lua.LValue, depth int) (any, error) {
	if depth > nestMax {
		return nil, errors.New("its result is nested too deeply")
	}
	switch v := v.(type) {
	case *lua.LNilType:
		return nil, nil
	case lua.LBool:
		return bool(v), nil
	case lua.LNumber:
		return float64(v), nil
	case lua.LString:
		return string(v), nil
	case *lua.LTable:
		if n := v.Len(); n > 0 {
			list := make([]any, n)
			for i := range list {
				var err error
				if list[i], err = toGo(v.RawGetInt(i+1), depth+1); err != nil {
					return nil, err
				}
			}
			return list, nil
		}
		m := map[string]any{}
		var failed error
		v.ForEach(func(k, x lua.LValue) {
			y, err := toGo(x, depth+1)
			m[k.String()] = y
			failed = errors.Join(failed, err)
		})
		return m, failed
	}
	return nil, fmt.Errorf("its result is a %s", v.Type())
}

// chance is an episode's source of chance.
type chance struct {
	pcg *rand.PCG
	rng *rand.Rand
}

func newChance(pcg *rand.PCG) *chance {
	if pcg == nil {
		pcg = &rand.PCG{}
	}
	return &chance{pcg, rand.New(pcg)}
}

// newRng is the rng that setup is given.
func (m *machine) newRng(c *chance) lua.LValue {
	ud := m.l.NewUserData()
	ud.Value, ud.Metatable = c, m.rng
	return ud
}

func checkRng(l *lua.LState) *rand.Rand {
	if c, ok := l.CheckUserData(1).Value.(*chance); ok {
		return c.rng
	}
	l.ArgError(1, "the rng expected")
	return nil
}

// rngMethods are what every rng can: rng(a, b) is a whole number from a to b;
// rng:pick, rng:sample, rng:shuffle, rng:chance and rng:weighted draw from it,
// too.
func rngMethods(l *lua.LState) *lua.LTable {
	between := func(l *lua.LState) int {
		rng, a, b := checkRng(l), l.CheckInt(2), l.CheckInt(3)
		if b < a {
			l.RaiseError("rng(%d, %d): the second number is smaller", a, b)
		}
		l.Push(lua.LNumber(a + rng.IntN(b-a+1)))
		return 1
	}
	// sample draws n distinct items, in random order.
	sample := func(l *lua.LState, list *lua.LTable, n int) {
		if n < 0 || n > list.Len() {
			l.RaiseError("rng:sample: %d of a list of %d", n, list.Len())
		}
		out := l.CreateTable(n, 0)
		for _, i := range checkRng(l).Perm(list.Len())[:n] {
			out.Append(list.RawGetInt(i + 1))
		}
		l.Push(out)
	}
	methods := l.SetFuncs(l.NewTable(), map[string]lua.LGFunction{
		"pick": func(l *lua.LState) int {
			list := l.CheckTable(2)
			if list.Len() == 0 {
				l.RaiseError("rng:pick of an empty list")
			}
			l.Push(list.RawGetInt(1 + checkRng(l).IntN(list.Len())))
			return 1
		},
		"sample":  func(l *lua.LState) int { sample(l, l.CheckTable(2), l.CheckInt(3)); return 1 },
		"shuffle": func(l *lua.LState) int { t := l.CheckTable(2); sample(l, t, t.Len()); return 1 },
		"chance": func(l *lua.LState) int {
			l.Push(lua.LBool(checkRng(l).Float64() < float64(l.CheckNumber(2))))
			return 1
		},
		"weighted": weighted,
	})
	meta := l.NewTable()
	meta.RawSetString("__index", methods)
	meta.RawSetString("__call", l.NewFunction(between))
	meta.RawSetString("__metatable", lua.LString("locked"))
	return meta
}

// weighted is rng:weighted(t): the number of an item, drawn by its weight.
func weighted(l *lua.LState) int {
	rng, weights, sum := checkRng(l), l.CheckTable(2), 0.0
	n := weights.Len()
	for i := 1; i <= n; i++ {
		sum += float64(lua.LVAsNumber(weights.RawGetInt(i)))
	}
	at, i := rng.Float64()*sum, 1
	for ; i < n; i++ {
		if at -= float64(lua.LVAsNumber(weights.RawGetInt(i))); at < 0 {
			break
		}
	}
	l.Push(lua.LNumber(i))
	return 1
}
