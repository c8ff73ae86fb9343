package scenarios

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// A grid is a list of rows, g[y][x], of signs; x goes right, y down, from 1.

// gridMax bounds a grid's cells and a search's states.
const (
	gridMax   = 1 << 14
	searchMax = 200_000
)

// grid is gym.grid(w, h, sign).
func grid(l *lua.LState) int {
	w, h, sign := l.CheckInt(1), l.CheckInt(2), l.CheckAny(3)
	if w < 1 || h < 1 || w > gridMax || h > gridMax/w {
		l.RaiseError("gym.grid(%d, %d): want 1 to %d cells", w, h, gridMax)
	}
	g := l.CreateTable(h, 0)
	for range h {
		row := l.CreateTable(w, 0)
		for range w {
			row.Append(sign)
		}
		g.Append(row)
	}
	l.Push(g)
	return 1
}

// readGrid is gym.read(text): a grid of the text's lines, spaces left out.
func readGrid(l *lua.LState) int {
	g := l.NewTable()
	for line := range strings.Lines(strings.TrimSpace(l.CheckString(1))) {
		row := l.NewTable()
		for _, r := range strings.ReplaceAll(strings.TrimSpace(line), " ", "") {
			row.Append(lua.LString(r))
		}
		g.Append(row)
	}
	l.Push(g)
	return 1
}

// rows is gym.rows(g, between): the grid as lines, its signs with a space or
// the given text between them.
func rows(l *lua.LState) int {
	g, between := l.CheckTable(1), l.OptString(2, " ")
	var b strings.Builder
	h := g.Len()
	b.Grow(2 * h * h)
	for y := 1; y <= h; y++ {
		row, ok := g.RawGetInt(y).(*lua.LTable)
		if !ok {
			l.RaiseError("gym.rows: row %d is not a list", y)
		}
		if y > 1 {
			b.WriteByte('\n')
		}
		for x, w := 1, row.Len(); x <= w; x++ {
			if x > 1 {
				b.WriteString(between)
			}
			if s, ok := row.RawGetInt(x).(lua.LString); ok {
				b.WriteString(string(s))
			} else {
				b.WriteString(lua.LVAsString(row.RawGetInt(x)))
			}
		}
	}
	l.Push(lua.LString(b.String()))
	return 1
}

func at(g *lua.LTable, x, y int) lua.LValue {
	if row, ok := g.RawGetInt(y).(*lua.LTable); ok {
		return row.RawGetInt(x)
	}
	return lua.LNil
}

// cells is gym.cells(g, signs): the places of these signs as a list of { x, y }.
func cells(l *lua.LState) int {
	g, signs := l.CheckTable(1), l.CheckString(2)
	out := l.NewTable()
	for y := 1; y <= g.Len(); y++ {
		row, _ := g.RawGetInt(y).(*lua.LTable)
		for x := 1; row != nil && x <= row.Len(); x++ {
			if strings.Contains(signs, lua.LVAsString(row.RawGetInt(x))) {
				place := l.CreateTable(2, 0)
				place.Append(lua.LNumber(x))
				place.Append(lua.LNumber(y))
				out.Append(place)
			}
		}
	}
	l.Push(out)
	return 1
}

// way is one of the four ways of a grid.
type way struct {
	name   string
	dx, dy int
}

var ways = []way{{"up", 0, -1}, {"down", 0, 1}, {"left", -1, 0}, {"right", 1, 0}}

// move is gym.move(x, y, way): the cell that lies there.
func move(l *lua.LState) int {
	x, y, name := l.CheckInt(1), l.CheckInt(2), l.CheckString(3)
	for _, w := range ways {
		if w.name == name {
			l.Push(lua.LNumber(x + w.dx))
			l.Push(lua.LNumber(y + w.dy))
			return 2
		}
	}
	l.RaiseError("gym.move: %q is not up, down, left or right", name)
	return 0
}

// around is gym.around(g, x, y): the signs up, down, left and right of a cell,
// nil beyond the edge.
func around(l *lua.LState) int {
	g, x, y := l.CheckTable(1), l.CheckInt(2), l.CheckInt(3)
	for _, w := range ways {
		l.Push(at(g, x+w.dx, y+w.dy))
	}
	return len(ways)
}

// distances is gym.distances(g, x, y, free): a grid of how many steps each cell
// is from x, y over cells whose sign is in free; -1 where it cannot be reached.
func distances(l *lua.LState) int {
	g, x, y, free := l.CheckTable(1), l.CheckInt(2), l.CheckInt(3), l.CheckString(4)
	h, w := g.Len(), 0
	for v := 1; v <= h; v++ {
		if row, ok := g.RawGetInt(v).(*lua.LTable); ok {
			w = max(w, row.Len())
		}
	}
	if h*w > gridMax {
		l.RaiseError("gym.distances: more than %d cells", gridMax)
	}
	far := make([]int, h*w) // steps and one; 0 is not reached
	queue := make([]int, 0, h*w)
	if x >= 1 && x <= w && y >= 1 && y <= h {
		far[(y-1)*w+x-1] = 1
		queue = append(queue, (y-1)*w+x-1)
	}
	for k := 0; k < len(queue); k++ {
		p := queue[k]
		for _, way := range ways {
			u, v := p%w+1+way.dx, p/w+1+way.dy
			if u < 1 || u > w || v < 1 || v > h || far[(v-1)*w+u-1] > 0 {
				continue
			}
			if sign, ok := at(g, u, v).(lua.LString); ok && strings.Contains(free, string(sign)) {
				far[(v-1)*w+u-1] = far[p] + 1
				queue = append(queue, (v-1)*w+u-1)
			}
		}
	}
	out := l.CreateTable(h, 0)
	for v := range h {
		row, _ := g.RawGetInt(v + 1).(*lua.LTable)
		if row == nil {
			break
		}
		line := l.CreateTable(row.Len(), 0)
		for u := range row.Len() {
			line.Append(lua.LNumber(far[v*w+u] - 1))
		}
		out.Append(line)
	}
	l.Push(out)
	return 1
}

// shortest is gym.path(g, x, y, tx, ty, free): the shortest way over cells whose
// sign is in free, as a list of ways; nil where there is none. The start and
// the target need not be free.
func shortest(l *lua.LState) int {
	g, free := l.CheckTable(1), l.CheckString(6)
	type place struct{ x, y int }
	from, to := place{l.CheckInt(2), l.CheckInt(3)}, place{l.CheckInt(4), l.CheckInt(5)}
	came, queue := map[place]way{from: {}}, []place{from}
	for len(queue) > 0 && len(came) <= gridMax {
		p := queue[0]
		queue = queue[1:]
		if p == to {
			var names []string
			for p != from {
				w := came[p]
				names = append(names, w.name)
				p = place{p.x - w.dx, p.y - w.dy}
			}
			out := l.CreateTable(len(names), 0)
			for _, name := range slices.Backward(names) {
				out.Append(lua.LString(name))
			}
			l.Push(out)
			return 1
		}
		for _, w := range ways {
			q := place{p.x + w.dx, p.y + w.dy}
			sign := at(g, q.x, q.y)
			if _, seen := came[q]; seen || sign == lua.LNil || q != to && !strings.Contains(free, lua.LVAsString(sign)) {
				continue
			}
			came[q] = w
			queue = append(queue, q)
		}
	}
	l.Push(lua.LNil)
	return 1
}

// solve is gym.solve(start, moves, done): the shortest list of actions from a
// state to one where done(state) is true, or nil. States are texts; moves(state)
// is a list of { action, state }.
func solve(l *lua.LState) int {
	start, moves, done := l.CheckString(1), l.CheckFunction(2), l.CheckFunction(3)
	type step struct {
		before string
		action lua.LValue
	}
	came, queue := map[string]step{start: {}}, []string{start}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		l.Push(done)
		l.Push(lua.LString(s))
		l.Call(1, 1)
		found := lua.LVAsBool(l.Get(-1))
		l.Pop(1)
		if found {
			var actions []lua.LValue
			for s != start {
				actions = append(actions, came[s].action)
				s = came[s].before
			}
			out := l.CreateTable(len(actions), 0)
			for _, a := range slices.Backward(actions) {
				out.Append(a)
			}
			l.Push(out)
			return 1
		}
		l.Push(moves)
		l.Push(lua.LString(s))
		l.Call(1, 1)
		list, ok := l.Get(-1).(*lua.LTable)
		l.Pop(1)
		if !ok {
			l.RaiseError("gym.solve: moves must return a list of { action, state }")
		}
		for i := 1; i <= list.Len(); i++ {
			m, ok := list.RawGetInt(i).(*lua.LTable)
			if !ok {
				l.RaiseError("gym.solve: move %d is not { action, state }", i)
			}
			next := lua.LVAsString(m.RawGetInt(2))
			if _, seen := came[next]; seen {
				continue
			}
			if len(came) >= searchMax {
				l.RaiseError("gym.solve: more than %d states", searchMax)
			}
			came[next] = step{s, m.RawGetInt(1)}
			queue = append(queue, next)
		}
	}
	l.Push(lua.LNil)
	return 1
}

// graph is gym.graph(rng, n, extra): a connected graph of n nodes, the list of
// each one's neighbours in order: a random tree and so many edges more.
func graph(l *lua.LState) int {
	rng, n, extra := checkRng(l), l.CheckInt(2), l.OptInt(3, 0)
	if n < 1 || n > gridMax {
		l.RaiseError("gym.graph: %d nodes; want 1 to %d", n, gridMax)
	}
	near := make([][]int, n)
	join := func(a, b int) bool {
		if a == b || slices.Contains(near[a], b) {
			return false
		}
		near[a], near[b] = append(near[a], b), append(near[b], a)
		return true
	}
	for i := 1; i < n; i++ {
		join(i, rng.IntN(i))
	}
	for tries := 0; extra > 0 && tries < 20*n; tries++ {
		if join(rng.IntN(n), rng.IntN(n)) {
			extra--
		}
	}
	out := l.CreateTable(n, 0)
	for _, list := range near {
		slices.Sort(list)
		t := l.CreateTable(len(list), 0)
		for _, b := range list {
			t.Append(lua.LNumber(b + 1))
		}
		out.Append(t)
	}
	l.Push(out)
	return 1
}

// route is gym.route(graph, from, to): the nodes of a shortest way, both ends
// included, or nil.
func route(l *lua.LState) int {
	g, from, to := l.CheckTable(1), l.CheckInt(2), l.CheckInt(3)
	came, queue := map[int]int{from: 0}, []int{from}
	for len(queue) > 0 {
		a := queue[0]
		queue = queue[1:]
		if a == to {
			var nodes []int
			for ; a != 0; a = came[a] {
				nodes = append(nodes, a)
			}
			out := l.CreateTable(len(nodes), 0)
			for _, n := range slices.Backward(nodes) {
				out.Append(lua.LNumber(n))
			}
			l.Push(out)
			return 1
		}
		list, _ := g.RawGetInt(a).(*lua.LTable)
		for i := 1; list != nil && i <= list.Len(); i++ {
			b := int(lua.LVAsNumber(list.RawGetInt(i)))
			if _, seen := came[b]; !seen {
				came[b] = a
				queue = append(queue, b)
			}
		}
	}
	l.Push(lua.LNil)
	return 1
}
