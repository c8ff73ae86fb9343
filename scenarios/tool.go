package scenarios

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// Tool is a tool in Lua: a file that returns its name, doc, params and call, a
// function of the arguments by name. It runs in the same sandbox as a scenario.
// It is safe for many goroutines.
type Tool struct {
	script *Script
	verb   gym.Verb
}

// toolInstructions bound a call of a tool: less than a scenario's function, as an
// agent may call it many times.
const toolInstructions = 5_000_000

// LoadTool compiles a tool and checks its table.
func LoadTool(fsys fs.FS, file string) (*Tool, error) {
	proto, err := compile(fsys, file)
	if err != nil {
		return nil, err
	}
	t := &Tool{script: &Script{file: file, fsys: fsys, proto: proto, limit: DefaultLimits, modules: map[string]*lua.FunctionProto{}}}
	t.script.info.Name, t.script.limit.Instructions = file, toolInstructions
	p, err := t.script.open(context.Background())
	if err != nil {
		return nil, err
	}
	defer p.Close()
	t.verb.Name = strings.TrimSuffix(path.Base(file), ".lua")
	if err := t.read(p.table); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return t, nil
}

// read takes over the table's data.
func (t *Tool) read(table *lua.LTable) error {
	known := []string{"call", "doc", "name", "params"}
	for k := range pairsOf(table) {
		if !slices.Contains(known, k.String()) {
			return catalog.Unknown("key", k.String(), known)
		}
	}
	if name, ok := table.RawGetString("name").(lua.LString); ok {
		t.verb.Name = string(name)
	}
	doc, _ := table.RawGetString("doc").(lua.LString)
	t.verb.Doc = string(doc)
	switch {
	case t.verb.Name == "" || strings.ContainsAny(t.verb.Name, "()\", \n"):
		return fmt.Errorf("name is %q; want a plain one, as word_count", t.verb.Name)
	case t.verb.Doc == "" || strings.Contains(t.verb.Doc, "\n"):
		return errors.New("doc must be a line that says what the tool does")
	case table.RawGetString("call").Type() != lua.LTFunction:
		return errors.New("call must be a function of the arguments")
	}
	params := table.RawGetString("params")
	list, ok := params.(*lua.LTable)
	if params != lua.LNil && !ok {
		return fmt.Errorf("params must be a list, not a %s", params.Type())
	}
	for i := 1; ok && i <= list.Len(); i++ {
		p, err := toolParam(list.RawGetInt(i))
		if err != nil {
			return err
		}
		if i > 1 && t.verb.Params[i-2].Optional && !p.Optional {
			return fmt.Errorf("parameter %s follows one that is optional, so it must be optional, too", p.Name)
		}
		t.verb.Params = append(t.verb.Params, p)
	}
	return nil
}

// toolParam reads "n:1..9", or { "n:1..9", "how many", optional = true }.
func toolParam(v lua.LValue) (gym.Param, error) {
	doc, optional := "", false
	if t, ok := v.(*lua.LTable); ok {
		if d, ok := t.RawGetInt(2).(lua.LString); ok {
			doc = string(d)
		}
		optional = lua.LVAsBool(t.RawGetString("optional"))
		v = t.RawGetInt(1)
	}
	p, err := readParam(v.String())
	if p.Doc, p.Optional = doc, optional; doc == "" {
		p.Doc = "the " + p.Name
	}
	return p, err
}

// Verb is what the tool is called by. The caller must not change it.
func (t *Tool) Verb() gym.Verb { return t.verb }

// Open starts the tool: variables of its file live until the end is called.
func (t *Tool) Open(ctx context.Context) (*ToolPlay, error) {
	p, err := t.script.open(ctx)
	if err != nil {
		return nil, err
	}
	return &ToolPlay{p, t}, nil
}

// ToolPlay is a tool that was started. One goroutine at a time uses it.
type ToolPlay struct {
	play *Play
	tool *Tool
}

// Close ends it.
func (p *ToolPlay) Close() { p.play.Close() }

// Call calls the tool with valid arguments. It is answered by a text, a number
// or a list of them, a line each; or by nil and a text that says what was wrong,
// a [*gym.Mistake]. An error of the Lua code is a fault.
func (p *ToolPlay) Call(ctx context.Context, args []gym.Value) (string, error) {
	l := p.play.l
	given := l.CreateTable(0, len(args))
	for i, v := range args {
		param := &p.tool.verb.Params[i]
		switch {
		case param.Optional && v.Text == "" && v.Num == 0:
		case v.Kind == gym.Int || v.Kind == gym.Num:
			given.RawSetString(param.Name, lua.LNumber(v.Num))
		default:
			given.RawSetString(param.Name, lua.LString(v.Text))
		}
	}
	l.Push(p.play.table.RawGetString("call"))
	l.Push(given)
	if err := p.play.run(ctx, "call", 1); err != nil {
		return "", err
	}
	said, why := l.Get(1), l.Get(2)
	l.SetTop(0)
	if said == lua.LNil && why.Type() == lua.LTString {
		return "", gym.Mistakef("%s", why)
	}
	text, ok := answerText(said)
	if !ok {
		return "", p.play.fault("call", fmt.Errorf("it must return a text, or nil and what was wrong, not a %s", said.Type()))
	}
	return text, nil
}

// answerText is what a tool returned as text.
func answerText(v lua.LValue) (string, bool) {
	switch v := v.(type) {
	case lua.LString, lua.LNumber:
		return v.String(), true
	case *lua.LTable:
		lines := make([]string, v.Len())
		for i := range lines {
			item := v.RawGetInt(i + 1)
			if item.Type() != lua.LTString && item.Type() != lua.LTNumber {
				return "", false
			}
			lines[i] = item.String()
		}
		return strings.Join(lines, "\n"), true
	}
	return "", false
}
