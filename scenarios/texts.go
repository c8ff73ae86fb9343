package scenarios

import (
	"encoding/json"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// strs are a Lua list's texts and numbers.
func strs(l *lua.LState, t *lua.LTable) []string {
	out := make([]string, t.Len())
	for i := range out {
		v := t.RawGetInt(i + 1)
		if !lua.LVCanConvToString(v) {
			l.RaiseError("item %d is a %s, not a text", i+1, v.Type())
		}
		out[i] = lua.LVAsString(v)
	}
	return out
}

// list is gym.list(t, word): "a, b and c"; word is "and" where none is given.
func list(l *lua.LState) int {
	items, word := strs(l, l.CheckTable(1)), l.OptString(2, "and")
	out := strings.Join(items, ", ")
	if n := len(items); n > 1 {
		out = strings.Join(items[:n-1], ", ") + " " + word + " " + items[n-1]
	}
	l.Push(lua.LString(out))
	return 1
}

// split is gym.split(text): its words.
func split(l *lua.LState) int {
	out := l.NewTable()
	for w := range strings.FieldsSeq(l.CheckString(1)) {
		out.Append(lua.LString(w))
	}
	l.Push(out)
	return 1
}

// align is gym.align(rows): a text in which the rows' items stand in columns.
func align(l *lua.LState) int {
	t := l.CheckTable(1)
	rows, widths := make([][]string, t.Len()), []int(nil)
	for i := range rows {
		row, ok := t.RawGetInt(i + 1).(*lua.LTable)
		if !ok {
			l.RaiseError("gym.align: row %d is not a list", i+1)
		}
		rows[i] = strs(l, row)
		for j, s := range rows[i] {
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], len(s))
		}
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		var b strings.Builder
		for j, s := range row {
			b.WriteString(s + strings.Repeat(" ", widths[j]-len(s)+2))
		}
		lines[i] = strings.TrimRight(b.String(), " ")
	}
	l.Push(lua.LString(strings.Join(lines, "\n")))
	return 1
}

// toJSON is gym.json(value), with the keys of objects in order.
func toJSON(l *lua.LState) int {
	v, err := toGo(l.CheckAny(1), 0)
	if err == nil {
		var text []byte
		if text, err = json.Marshal(v); err == nil {
			l.Push(lua.LString(text))
			return 1
		}
	}
	l.RaiseError("gym.json: %v", err)
	return 0
}

// fromJSON is gym.unjson(text): the value, or nil and what was wrong.
func fromJSON(l *lua.LState) int {
	var v any
	if err := json.Unmarshal([]byte(l.CheckString(1)), &v); err != nil {
		l.Push(lua.LNil)
		l.Push(lua.LString(err.Error()))
		return 2
	}
	l.Push(toLua(l, v))
	return 1
}

// copyOf is gym.copy(t): a copy with copies of all tables in it.
func copyOf(l *lua.LState) int {
	var deep func(v lua.LValue, depth int) lua.LValue
	deep = func(v lua.LValue, depth int) lua.LValue {
		t, ok := v.(*lua.LTable)
		if !ok {
			return v
		}
		if depth > depthMax {
			l.RaiseError("gym.copy: nested too deeply")
		}
		out := l.NewTable()
		for _, k := range sortedKeys(l, t) {
			out.RawSet(k, deep(t.RawGet(k), depth+1))
		}
		return out
	}
	l.Push(deep(l.CheckAny(1), 0))
	return 1
}

// permutations is gym.permutations(t): all orders of a list of up to eight.
func permutations(l *lua.LState) int {
	t := l.CheckTable(1)
	n := t.Len()
	if n > 8 {
		l.RaiseError("gym.permutations: %d items; 8 at most", n)
	}
	out := l.NewTable()
	used, order := make([]bool, n), make([]int, 0, n)
	var walk func()
	walk = func() {
		if len(order) == n {
			p := l.CreateTable(n, 0)
			for _, i := range order {
				p.Append(t.RawGetInt(i + 1))
			}
			out.Append(p)
			return
		}
		for i := range n {
			if !used[i] {
				used[i] = true
				order = append(order, i)
				walk()
				order = order[:len(order)-1]
				used[i] = false
			}
		}
	}
	walk()
	l.Push(out)
	return 1
}
