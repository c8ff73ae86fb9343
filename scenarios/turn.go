package scenarios

import (
	"context"
	"fmt"
	"slices"

	lua "github.com/yuin/gopher-lua"

	"github.com/turngym/turngym/gym"
)

// What follows plays a scenario that acts by verbs and is seen as text.

// Verbs are what can be done now, tools last. The caller must not change them.
func (p *Play) Verbs(ctx context.Context) ([]gym.Verb, error) {
	verbs := p.script.verbs
	if verbs == nil {
		if err := p.call(ctx, "verbs"); err != nil {
			return nil, err
		}
		t, ok := p.l.Get(1).(*lua.LTable)
		p.l.SetTop(0)
		if !ok {
			return nil, p.fault("verbs", fmt.Errorf("it must return a table"))
		}
		var err error
		if verbs, err = readVerbs(t); err != nil {
			return nil, p.fault("verbs", err)
		}
	}
	if len(p.script.tools) > 0 {
		verbs = slices.Concat(verbs, p.script.tools)
	}
	return verbs, nil
}

// Step does a valid action: the reply to the agent, and whether the episode
// is over.
func (p *Play) Step(ctx context.Context, a gym.Action) (reply string, done bool, err error) {
	tool := p.tool(a.Verb)
	if tool != nil {
		p.l.Push(tool)
		p.l.Push(p.state)
	} else {
		p.l.Push(p.table.RawGetString("step"))
		p.l.Push(p.state)
		p.l.Push(lua.LString(a.Verb))
	}
	for _, v := range a.Args {
		if v.Kind == gym.Int || v.Kind == gym.Num {
			p.l.Push(lua.LNumber(v.Num))
		} else {
			p.l.Push(lua.LString(v.Text))
		}
	}
	if err := p.run(ctx, "step", p.l.GetTop()-1); err != nil {
		return "", false, err
	}
	said, over := p.l.Get(1), p.l.Get(2)
	p.l.SetTop(0)
	switch said.Type() {
	case lua.LTString:
		reply = lua.LVAsString(said)
	case lua.LTNil:
	default:
		return "", false, p.fault("step", fmt.Errorf("it must return a text and whether the episode is over, not a %s", said.Type()))
	}
	switch {
	case tool != nil:
		return reply, false, nil
	case over == lua.LNil:
		outcome, err := p.Check(ctx)
		return reply, outcome == 1, err
	case over.Type() != lua.LTBool:
		return "", false, p.fault("step", fmt.Errorf("whether the episode is over must be true or false, not a %s", over.Type()))
	}
	return reply, over == lua.LTrue, nil
}

// tool is the function of a tool of that name, or nil.
func (p *Play) tool(name string) *lua.LFunction {
	if len(p.script.tools) == 0 {
		return nil
	}
	tools, ok := p.table.RawGetString("tools").(*lua.LTable)
	if !ok {
		return nil
	}
	t, ok := tools.RawGetString(name).(*lua.LTable)
	if !ok {
		return nil
	}
	f, _ := t.RawGetString("run").(*lua.LFunction)
	return f
}

// Observe is what is seen now, "" where the scenario shows nothing but replies.
func (p *Play) Observe(ctx context.Context) (string, error) {
	if p.table.RawGetString("observe") == lua.LNil {
		return "", nil
	}
	if err := p.call(ctx, "observe"); err != nil {
		return "", err
	}
	v := p.l.Get(1)
	p.l.SetTop(0)
	s, ok := v.(lua.LString)
	if !ok {
		return "", p.fault("observe", wrong(schema, "it must return a text, not a %s", v.Type()))
	}
	return string(s), nil
}

// Demonstrate is the expert's next action, one of verbs.
func (p *Play) Demonstrate(ctx context.Context, verbs []gym.Verb) (gym.Action, error) {
	if !p.Has("oracle") {
		return gym.Action{}, fmt.Errorf("scenario %s has no oracle", p.script.info.Name)
	}
	if err := p.call(ctx, "oracle"); err != nil {
		return gym.Action{}, err
	}
	defer p.l.SetTop(0)
	name := p.l.Get(1)
	for _, v := range verbs {
		if v.Name != lua.LVAsString(name) {
			continue
		}
		a := gym.Action{Verb: v.Name}
		for i, param := range v.Params {
			arg := p.l.Get(i + 2)
			value := gym.Value{Kind: param.Kind}
			n, isNumber := arg.(lua.LNumber)
			switch wantsNumber := param.Kind == gym.Int || param.Kind == gym.Num; {
			case arg == lua.LNil || wantsNumber && !isNumber:
				return a, p.fault("oracle", fmt.Errorf("%s of %s is %s", param.Name, v.Signature(), arg))
			case wantsNumber:
				value.Num = float64(n)
			default:
				value.Text = lua.LVAsString(arg)
			}
			a.Args = append(a.Args, value)
		}
		return a, nil
	}
	return gym.Action{}, p.fault("oracle", fmt.Errorf("it said %s, which is no verb here", name))
}

// Rubric is the scenario's named criteria, by name; nil where it has none.
func (p *Play) Rubric(ctx context.Context) (gym.Signals, error) {
	if !p.Has("rubric") {
		return nil, nil
	}
	if err := p.call(ctx, "rubric"); err != nil {
		return nil, err
	}
	t, ok := p.l.Get(1).(*lua.LTable)
	p.l.SetTop(0)
	if !ok {
		return nil, p.fault("rubric", fmt.Errorf("it must return a table of names and numbers"))
	}
	var list gym.Signals
	for _, k := range sortedKeys(p.l, t) {
		n, ok := t.RawGet(k).(lua.LNumber)
		if !ok || k.Type() != lua.LTString || !(n >= 0 && n <= 1) {
			return nil, p.fault("rubric", wrong(signal, "%s is %s, want a number from 0 to 1 with a name", k, t.RawGet(k)))
		}
		list = append(list, gym.Signal{Name: gym.SignalRubric + k.String(), Value: float64(n)})
	}
	return list, nil
}

// Secrets are the texts that nothing shown may contain before the end.
func (p *Play) Secrets(ctx context.Context) ([]string, error) {
	if !p.Has("secret") {
		return nil, nil
	}
	out, err := p.Call(ctx, "secret")
	if err != nil {
		return nil, err
	}
	list, ok := out[0].([]any)
	if !ok {
		list = out[:1]
	}
	var texts []string
	for _, v := range list {
		s, ok := v.(string)
		if !ok || s == "" {
			return nil, p.fault("secret", fmt.Errorf("it must return a text or a list of texts, not %v", v))
		}
		texts = append(texts, s)
	}
	return texts, nil
}

// Picture is the scenario's drawing: rows of signs, nil where it draws none.
func (p *Play) Picture(ctx context.Context) ([]string, error) {
	if !p.Has("draw") {
		return nil, nil
	}
	out, err := p.Call(ctx, "draw")
	if err != nil {
		return nil, err
	}
	list, _ := out[0].([]any)
	rows := make([]string, len(list))
	for i, v := range list {
		row, ok := v.(string)
		if !ok {
			return nil, p.fault("draw", fmt.Errorf("row %d is %v, want a text", i+1, v))
		}
		rows[i] = row
	}
	if len(rows) == 0 {
		return nil, p.fault("draw", fmt.Errorf("it must return a list of rows"))
	}
	return rows, nil
}
