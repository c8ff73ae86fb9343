package gym

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Call is an action as a tool call has it: the verb's name and its arguments
// by name, as a JSON object.
type Call struct {
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
}

// Schema is the JSON Schema of a verb's arguments, an object in the order of
// the parameters.
func (v *Verb) Schema() json.RawMessage {
	var properties, required []string
	for i := range v.Params {
		name := string(text(v.Params[i].Name))
		properties = append(properties, name+":"+string(v.Params[i].schema()))
		if i < v.needs() {
			required = append(required, name)
		}
	}
	return json.RawMessage(`{"type":"object","properties":{` + strings.Join(properties, ",") +
		`},"required":[` + strings.Join(required, ",") + `],"additionalProperties":false}`)
}

// schema is that of one value.
func (p *Param) schema() []byte {
	if p.Schema != nil {
		return p.Schema
	}
	var fields []string
	switch p.Kind {
	case Int:
		fields = append(fields, `"type":"integer"`)
	case Num:
		fields = append(fields, `"type":"number"`)
	case JSON:
	default:
		fields = append(fields, `"type":"string"`)
	}
	if (p.Kind == Int || p.Kind == Num) && p.Max > p.Min {
		fields = append(fields, `"minimum":`+number(p.Min), `"maximum":`+number(p.Max))
	}
	if p.Kind == Enum {
		list := make([]string, len(p.Enum))
		for i, e := range p.Enum {
			list[i] = string(text(e))
		}
		fields = append(fields, `"enum":[`+strings.Join(list, ",")+"]")
	}
	if p.Doc != "" {
		fields = append(fields, `"description":`+string(text(p.Doc)))
	}
	return []byte("{" + strings.Join(fields, ",") + "}")
}

// text is a string as JSON has it, without the escapes that HTML needs.
func text(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(s)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// ParseCall reads a tool call as [Observation.Parse] reads a written action. The
// error is a [*Mistake].
func (o *Observation) ParseCall(c Call) (Action, error) {
	a := Action{Verb: c.Name}
	verb, err := o.verb(c.Name)
	if err != nil {
		return Action{}, err
	}
	given, err := object(c.Arguments)
	if err != nil {
		return Action{}, Mistakef("the arguments of %s must be a JSON object, not %s", verb.Signature(), brief(string(c.Arguments)))
	}
	last := -1
	for i := range verb.Params {
		if _, ok := given[verb.Params[i].Name]; ok {
			last = i
		}
	}
	for i := range verb.Params {
		p := &verb.Params[i]
		raw, ok := given[p.Name]
		delete(given, p.Name)
		switch {
		case ok:
			v, err := p.value(verb, raw)
			if err != nil {
				return Action{}, err
			}
			a.Args = append(a.Args, v)
		case !p.Optional:
			return Action{}, Mistakef("%s is missing in the arguments of %s", p.Name, verb.Signature())
		case i < last:
			a.Args = append(a.Args, Value{Kind: p.Kind})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		return Action{}, Mistakef("%s has no argument %s", verb.Signature(), brief(name))
	}
	return a, o.Validate(a)
}

// object reads a JSON object whose names are each there once; nothing is an
// empty one.
func object(raw json.RawMessage) (map[string]json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	if len(bytes.TrimSpace(raw)) == 0 {
		return fields, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := d.Decode(&fields); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, io.ErrUnexpectedEOF
	}
	return fields, nil
}

// value reads one argument. Models write numbers and ids in quotes or without,
// and a list of texts is one with an item on each line: that much is forgiven.
func (p *Param) value(verb *Verb, raw json.RawMessage) (Value, error) {
	v := Value{Kind: p.Kind}
	wrong := func() error {
		return Mistakef("%s of %s must be of kind %s, not %s", p.Name, verb.Signature(), p.Kind, brief(string(raw)))
	}
	if p.Kind == JSON {
		v.Text = string(raw)
		return v, nil
	}
	var s string
	switch raw[0] {
	case '"':
		if json.Unmarshal(raw, &s) != nil {
			return v, wrong()
		}
	case '[':
		var items []string
		if json.Unmarshal(raw, &items) != nil || p.Kind == Int || p.Kind == Num {
			return v, wrong()
		}
		s = strings.Join(items, "\n")
	case 'n':
		if !p.Optional {
			return v, wrong()
		}
		return v, nil
	case '{':
		return v, wrong()
	default: // a number, true or false
		s = string(raw)
	}
	if p.Kind != Int && p.Kind != Num {
		v.Text = s
		return v, nil
	}
	var err error
	if v.Num, err = strconv.ParseFloat(s, 64); err != nil {
		return v, wrong()
	}
	return v, nil
}

// Call is an action of o as a tool call, the inverse of [Observation.ParseCall].
func (o *Observation) Call(a Action) (Call, error) {
	verb, err := o.verb(a.Verb)
	if err != nil {
		return Call{}, err
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, v := range a.Args {
		if i >= len(verb.Params) {
			return Call{}, Mistakef("%s takes %s, not %d", verb.Signature(), verb.arity(), len(a.Args))
		}
		p := &verb.Params[i]
		if p.Optional && v.Text == "" && v.Num == 0 {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.Write(text(p.Name))
		b.WriteByte(':')
		switch {
		case p.Kind == Int || p.Kind == Num:
			b.WriteString(number(v.Num))
		case p.Kind == JSON:
			b.WriteString(v.Text)
		case bytes.Contains(p.Schema, []byte(`"boolean"`)) && (v.Text == "true" || v.Text == "false"):
			b.WriteString(v.Text)
		default:
			b.Write(text(v.Text))
		}
	}
	b.WriteByte('}')
	return Call{Name: a.Verb, Arguments: b.Bytes()}, nil
}
