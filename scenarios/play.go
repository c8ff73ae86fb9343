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
	m      *machine
	l      *lua.LState
	table  *lua.LTable
	state  lua.LValue
	chance *chance
}

// play takes a Lua state that holds nothing of another episode.
func (s *Script) play() *Play {
	m, _ := s.machines.Get().(*machine)
	if m == nil {
		m = newMachine(s)
	}
	return &Play{script: s, m: m, l: m.l, state: lua.LNil}
}

// open runs the file, which returns the table.
func (s *Script) open(ctx context.Context) (*Play, error) {
	p := s.play()
	p.l.Push(p.l.NewFunctionFromProto(s.proto))
	if err := p.run(ctx, "the file", 0); err != nil {
		p.Close()
		return nil, err
	}
	v := p.l.Get(1)
	p.l.SetTop(0)
	var ok bool
	if p.table, ok = v.(*lua.LTable); !ok {
		p.Close()
		return nil, fmt.Errorf("%s: it must return a table, not a %s", s.file, v.Type())
	}
	return p, nil
}

// Service is something outside Lua that an episode may ask and change: a
// simulated site. Arguments and results are values as of [Play.Call]; an error
// is the scenario's.
type Service interface {
	Call(function string, args []any) (any, error)
}

// Start begins an episode: setup runs with the task's rng and level.
func (s *Script) Start(ctx context.Context, t gym.Task) (*Play, error) {
	return s.StartWith(ctx, t, nil)
}

// StartWith is Start with services, which Lua finds in the global table sites:
// sites.shop.orders().
func (s *Script) StartWith(ctx context.Context, t gym.Task, services map[string]Service) (*Play, error) {
	p, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	p.m.serve(services)
	p.chance = newChance(t.Source())
	p.l.Push(p.table.RawGetString("setup"))
	p.l.Push(p.m.newRng(p.chance))
	p.l.Push(lua.LNumber(t.Level))
	if err := p.run(ctx, "setup", 2); err != nil {
		p.Close()
		return nil, err
	}
	if p.state = p.l.Get(1); p.state.Type() != lua.LTTable {
		p.Close()
		return nil, p.fault("setup", fmt.Errorf("it must return the state, a table, not a %s", p.state.Type()))
	}
	p.l.SetTop(0)
	return p, nil
}

// run calls the function that is on the stack below n arguments. Its results
// are then the stack.
func (p *Play) run(ctx context.Context, name string, n int) error {
	p.m.budget.start(ctx)
	err := p.l.PCall(n, lua.MultRet, nil)
	if err == nil {
		return nil
	}
	p.l.SetTop(0)
	p.m.failed = true
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if p.m.budget.broken != "" {
		return p.fault(name, &LimitError{p.m.budget.broken, p.script.info.Name, name})
	}
	if err = plainError(err); isOverflow(err) {
		return p.fault(name, &LimitError{"depth (a function that calls itself without end?)", p.script.info.Name, name})
	}
	return p.fault(name, err)
}

// plainError is what Lua code raised, without the stack.
func plainError(err error) error {
	var api *lua.ApiError
	if errors.As(err, &api) && api.Object != nil {
		return errors.New(firstLine(shown(api.Object)))
	}
	return err
}

// shown is a raised or printed value as text, without addresses.
func shown(v lua.LValue) string {
	switch v.Type() {
	case lua.LTTable, lua.LTFunction, lua.LTUserData:
		return v.Type().String()
	}
	return v.String()
}

func isOverflow(err error) bool {
	return strings.Contains(err.Error(), "stack overflow") || strings.Contains(err.Error(), "registry overflow")
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

// call calls the scenario's function name with s and args; its results are
// then the stack, which the caller empties.
func (p *Play) call(ctx context.Context, name string, args ...lua.LValue) error {
	f, ok := p.table.RawGetString(name).(*lua.LFunction)
	if !ok {
		return p.fault(name, errors.New("the scenario has no such function"))
	}
	p.l.Push(f)
	p.l.Push(p.state)
	for _, a := range args {
		p.l.Push(a)
	}
	return p.run(ctx, name, len(args)+1)
}

// Call calls the scenario's function name with s and args. Arguments may be
// nil, bool, int, float64, string, []any, []string, map[string]any and
// gym.Element; results come back as nil, bool, float64, string, []any and
// map[string]any.
func (p *Play) Call(ctx context.Context, name string, args ...any) ([]any, error) {
	values := make([]lua.LValue, len(args))
	for i, a := range args {
		values[i] = toLua(p.l, a)
	}
	if err := p.call(ctx, name, values...); err != nil {
		return nil, err
	}
	defer p.l.SetTop(0)
	out := make([]any, max(1, p.l.GetTop()))
	for i := range out {
		var err error
		if out[i], err = toGo(p.l.Get(i+1), 0); err != nil {
			return nil, p.fault(name, err)
		}
	}
	return out, nil
}

// Goal is what the user wants.
func (p *Play) Goal(ctx context.Context) (string, error) {
	v := p.table.RawGetString("goal")
	if v.Type() == lua.LTFunction {
		if err := p.call(ctx, "goal"); err != nil {
			return "", err
		}
		v = p.l.Get(1)
		p.l.SetTop(0)
	}
	if s, ok := v.(lua.LString); ok && strings.TrimSpace(string(s)) != "" {
		return string(s), nil
	}
	return "", p.fault("goal", wrong(schema, "it must be a text, not %s", describe(v)))
}

func describe(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return "an empty one"
	case lua.LNumber:
		return v.String()
	}
	return v.Type().String()
}

// Hint is the scenario's first n hints, from abstract to concrete, as they are
// now, as one text.
func (p *Play) Hint(ctx context.Context, n int) (string, error) {
	v := p.table.RawGetString("hints")
	if v.Type() == lua.LTFunction {
		if err := p.call(ctx, "hints"); err != nil {
			return "", err
		}
		v = p.l.Get(1)
		p.l.SetTop(0)
	}
	list, ok := v.(*lua.LTable)
	if !ok {
		if v == lua.LNil {
			return "", nil
		}
		return "", p.fault("hints", fmt.Errorf("it must return a list of texts, not %s", describe(v)))
	}
	var texts []string
	for i := 1; i <= min(n, list.Len()); i++ {
		h := list.RawGetInt(i)
		if f, ok := h.(*lua.LFunction); ok {
			p.l.Push(f)
			p.l.Push(p.state)
			if err := p.run(ctx, "hints", 1); err != nil {
				return "", err
			}
			h = p.l.Get(1)
			p.l.SetTop(0)
		}
		s, ok := h.(lua.LString)
		if !ok {
			return "", p.fault("hints", fmt.Errorf("hint %d must be a text, not %s", i, describe(h)))
		}
		texts = append(texts, string(s))
	}
	return strings.Join(texts, " "), nil
}

// Address is where the browser begins: the scenario's start, or "/".
func (p *Play) Address(ctx context.Context) (string, error) {
	v := p.table.RawGetString("start")
	if v.Type() == lua.LTFunction {
		if err := p.call(ctx, "start"); err != nil {
			return "", err
		}
		v = p.l.Get(1)
		p.l.SetTop(0)
	}
	switch v := v.(type) {
	case *lua.LNilType:
		return "/", nil
	case lua.LString:
		return string(v), nil
	}
	return "", p.fault("start", fmt.Errorf("it must be a path or an address, not %s", describe(v)))
}

// Tell puts a text into the state's field: what the agent said to the user.
func (p *Play) Tell(field, text string) {
	if s, ok := p.state.(*lua.LTable); ok {
		s.RawSetString(field, lua.LString(text))
	}
}

// Done says whether the scenario has set s.done: the episode is over.
func (p *Play) Done() bool {
	s, ok := p.state.(*lua.LTable)
	return ok && lua.LVAsBool(s.RawGetString("done"))
}

// Check is the outcome as things stand, from 0 to 1.
func (p *Play) Check(ctx context.Context) (float64, error) { return p.unit(ctx, "check") }

// Progress is the potential, from 0 to 1, of a scenario that has one. What
// else the function is given is the family's.
func (p *Play) Progress(ctx context.Context, args ...any) (float64, error) {
	values := make([]lua.LValue, len(args))
	for i, a := range args {
		values[i] = toLua(p.l, a)
	}
	return p.unit(ctx, "progress", values...)
}

// unit calls a function whose result is a number from 0 to 1.
func (p *Play) unit(ctx context.Context, name string, args ...lua.LValue) (float64, error) {
	if err := p.call(ctx, name, args...); err != nil {
		return 0, err
	}
	v := p.l.Get(1)
	p.l.SetTop(0)
	n, ok := v.(lua.LNumber)
	if !ok || math.IsNaN(float64(n)) || n < 0 || n > 1 {
		return 0, p.fault(name, wrong(signal, "it gave %s, want a number from 0 to 1", v))
	}
	return float64(n), nil
}

// Close gives the Lua state back. It may be called twice.
func (p *Play) Close() {
	if p.m != nil && p.m.reset() {
		p.script.machines.Put(p.m)
	}
	p.m = nil
}
