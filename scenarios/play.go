package scenarios

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/turngym/turngym/gym"
)

// Play is one episode of a scenario: a Lua state and the scenario's state s
// in it. One goroutine at a time uses it. All its errors are [*gym.Fault]s or
// the context's.
type Play struct {
	script *Script
	l      *lua.LState
	budget *budget
	table  *lua.LTable
	state  lua.LValue
}

// open makes a fresh Lua state and runs the file in it.
func (s *Script) open(ctx context.Context) (*Play, error) {
	p := &Play{script: s, l: newState(), state: lua.LNil}
	p.budget = &budget{limit: s.limit}
	p.l.SetContext(p.budget)
	p.l.Push(p.l.NewFunctionFromProto(s.proto))
	out, err := p.run(ctx, "the file", 0)
	if err != nil {
		p.Close()
		return nil, err
	}
	table, ok := out[0].(*lua.LTable)
	if !ok {
		p.Close()
		return nil, fmt.Errorf("%s: it must return a table, not a %s", s.file, out[0].Type())
	}
	p.table = table
	return p, nil
}

// Start begins an episode: setup runs with the task's rng and level.
func (s *Script) Start(ctx context.Context, t gym.Task) (*Play, error) {
	p, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	p.l.Push(p.table.RawGetString("setup"))
	p.l.Push(newRand(p.l, t.Rand()))
	p.l.Push(lua.LNumber(t.Level))
	out, err := p.run(ctx, "setup", 2)
	if err != nil {
		p.Close()
		return nil, err
	}
	if p.state = out[0]; p.state.Type() != lua.LTTable {
		p.Close()
		return nil, p.fault("setup", errors.New("it must return the state, a table"))
	}
	return p, nil
}

// run calls the function that is on the stack below n arguments.
func (p *Play) run(ctx context.Context, name string, n int) ([]lua.LValue, error) {
	top := p.l.GetTop() - n - 1
	p.budget.start(ctx)
	err := p.l.PCall(n, lua.MultRet, nil)
	if err != nil {
		p.l.SetTop(top)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if p.budget.broken != "" {
			return nil, p.fault(name, &LimitError{p.budget.broken, p.script.info.Name, name})
		}
		var api *lua.ApiError
		if errors.As(err, &api) && api.Object != nil {
			err = errors.New(firstLine(api.Object.String()))
		}
		return nil, p.fault(name, err)
	}
	out := make([]lua.LValue, 0, 3)
	for i := top + 1; i <= p.l.GetTop(); i++ {
		out = append(out, p.l.Get(i))
	}
	p.l.SetTop(top)
	if len(out) == 0 {
		out = append(out, lua.LNil)
	}
	return out, nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func (p *Play) fault(function string, err error) error {
	return &gym.Fault{Op: fmt.Sprintf("scenario %s, %s", p.script.info.Name, function), Err: err}
}

// Has says whether the scenario has a function or value of that name.
func (p *Play) Has(name string) bool { return p.table.RawGetString(name) != lua.LNil }

// Call calls the scenario's function name with s and args. Arguments may be
// nil, bool, int, float64, string, []any, []string, map[string]any and
// gym.Element; results come back as nil, bool, float64, string, []any and
// map[string]any.
func (p *Play) Call(ctx context.Context, name string, args ...any) ([]any, error) {
	f, ok := p.table.RawGetString(name).(*lua.LFunction)
	if !ok {
		return nil, p.fault(name, errors.New("the scenario has no such function"))
	}
	p.l.Push(f)
	p.l.Push(p.state)
	for _, a := range args {
		p.l.Push(toLua(p.l, a))
	}
	out, err := p.run(ctx, name, len(args)+1)
	if err != nil {
		return nil, err
	}
	values := make([]any, len(out))
	for i, v := range out {
		if values[i], err = toGo(v, 0); err != nil {
			return nil, p.fault(name, err)
		}
	}
	return values, nil
}

// Goal is what the user wants.
func (p *Play) Goal(ctx context.Context) (string, error) {
	out, err := p.Call(ctx, "goal")
	if err != nil {
		return "", err
	}
	goal, ok := out[0].(string)
	if !ok || goal == "" {
		return "", p.fault("goal", errors.New("it must return a text"))
	}
	return goal, nil
}

// Hint is the first n hints, from abstract to concrete.
func (p *Play) Hint(ctx context.Context, n int) (string, error) {
	hints, _ := p.table.RawGetString("hints").(*lua.LTable)
	if hints == nil {
		return "", nil
	}
	var texts []string
	for i := 1; i <= min(n, hints.Len()); i++ {
		h := hints.RawGetInt(i)
		if f, ok := h.(*lua.LFunction); ok {
			p.l.Push(f)
			p.l.Push(p.state)
			out, err := p.run(ctx, "hints", 1)
			if err != nil {
				return "", err
			}
			h = out[0]
		}
		texts = append(texts, h.String())
	}
	return strings.Join(texts, " "), nil
}

// Done says whether the scenario has set s.done: the episode is over.
func (p *Play) Done() bool {
	s, ok := p.state.(*lua.LTable)
	return ok && lua.LVAsBool(s.RawGetString("done"))
}

// Check is the outcome as things stand, from 0 to 1.
func (p *Play) Check(ctx context.Context) (float64, error) {
	out, err := p.Call(ctx, "check")
	if err != nil {
		return 0, err
	}
	v, ok := out[0].(float64)
	if !ok || math.IsNaN(v) || v < 0 || v > 1 {
		return 0, p.fault("check", fmt.Errorf("it gave %v, want a number from 0 to 1", out[0]))
	}
	return v, nil
}

// Close frees the Lua state.
func (p *Play) Close() { p.l.Close() }
