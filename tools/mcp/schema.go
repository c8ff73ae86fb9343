package mcp

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/turngym/turngym/gym"
)

// The bounds of what a server says of its tools.
const (
	docMax    = 600 // bytes of a description
	paramsMax = 64
	valuesMax = 5000 // in the schemas of a tool, definitions put in
	refDepth  = 8    // definitions within definitions that are followed
)

// schema is what is read of a JSON Schema.
type schema = map[string]any

// verbOf is a tool as a verb: its parameters are those that are required, in
// the server's order, then the others by name, since their order is not told.
func verbOf(t *sdk.Tool) (gym.Verb, error) {
	v := gym.Verb{Name: t.Name, Doc: line(t.Description, line(t.Title, "The tool "+t.Name+"."))}
	raw, err := json.Marshal(t.InputSchema)
	if err != nil {
		return v, fmt.Errorf("its schema cannot be read: %w", err)
	}
	var root schema
	if err := json.Unmarshal(raw, &root); err != nil || root == nil {
		return v, fmt.Errorf("its schema is to be an object, not %.60s", raw)
	}
	if kind, ok := root["type"]; ok && kind != "object" {
		return v, fmt.Errorf("its arguments are to be an object, not %v", kind)
	}
	properties, ok := root["properties"].(schema)
	if _, there := root["properties"]; there && !ok {
		return v, errors.New("its properties are to be an object")
	}
	if len(properties) > paramsMax {
		return v, fmt.Errorf("it has %d parameters; at most %d can be", len(properties), paramsMax)
	}
	names, needed, err := order(root, properties)
	if err != nil {
		return v, err
	}
	in := &inliner{root, valuesMax}
	for i, name := range names {
		p, err := param(name, in.value(properties[name], refDepth))
		if err != nil {
			return v, fmt.Errorf("parameter %s: %w", name, err)
		}
		p.Optional = i >= needed
		v.Params = append(v.Params, p)
	}
	return v, nil
}

// order is the names of the parameters, those that are needed first, and how
// many these are.
func order(root, properties schema) (names []string, needed int, err error) {
	required, ok := root["required"].([]any)
	if _, there := root["required"]; there && !ok && root["required"] != nil {
		return nil, 0, errors.New("required is to be a list of names")
	}
	for _, r := range required {
		name, _ := r.(string)
		if _, ok := properties[name]; !ok {
			return nil, 0, fmt.Errorf("it requires %v, which is none of its properties", r)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	needed = len(names)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if !slices.Contains(names[:needed], name) {
			names = append(names, name)
		}
	}
	return names, needed, nil
}

// param is one property. What is neither a text, a number nor a choice is JSON.
func param(name string, property any) (gym.Param, error) {
	p := gym.Param{Name: name, Doc: "the " + name, Kind: gym.JSON}
	raw, err := json.Marshal(property)
	if err != nil {
		return p, err
	}
	p.Schema = raw
	s, ok := property.(schema)
	if !ok { // true: anything
		if _, ok := property.(bool); !ok {
			return p, fmt.Errorf("its schema is to be an object, not %.60s", raw)
		}
		return p, nil
	}
	title, _ := s["title"].(string)
	doc, _ := s["description"].(string)
	p.Doc = line(doc, line(title, p.Doc))
	if list, ok := s["enum"].([]any); ok {
		if texts := strs(list); texts != nil {
			p.Kind, p.Enum = gym.Enum, texts
		}
		return p, nil
	}
	switch kind(s) {
	case "string":
		p.Kind = gym.Str
	case "boolean":
		p.Kind, p.Enum = gym.Enum, []string{"true", "false"}
	case "integer":
		p.Kind = gym.Int
		p.Min, p.Max = bounds(s)
	case "number":
		p.Kind = gym.Num
		p.Min, p.Max = bounds(s)
	}
	return p, nil
}

// kind is the one type of a value, beside null; "" where there is no such one.
func kind(s schema) string {
	switch t := s["type"].(type) {
	case string:
		return t
	case []any:
		one := ""
		for _, name := range strs(t) {
			if name == "null" {
				continue
			}
			if one != "" {
				return ""
			}
			one = name
		}
		return one
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		list, _ := s[key].([]any)
		if len(list) != 2 {
			continue
		}
		for i := range list {
			value, _ := list[i].(schema)
			null, _ := list[1-i].(schema)
			if null["type"] == "null" && value["enum"] == nil {
				return kind(schema{"type": value["type"]})
			}
		}
	}
	return ""
}

// strs are the texts of a list; nil where some are none, or there are none.
func strs(list []any) []string {
	var out []string
	for _, x := range list {
		s, ok := x.(string)
		if !ok {
			return nil
		}
		out = append(out, s)
	}
	return out
}

// bounds are those of a number that has both; else the server minds them itself.
func bounds(s schema) (low, high float64) {
	low, ok1 := s["minimum"].(float64)
	high, ok2 := s["maximum"].(float64)
	if !ok1 || !ok2 || math.IsInf(low, 0) || math.IsInf(high, 0) || low >= high {
		return 0, 0
	}
	return low, high
}

// inliner puts definitions in the place of what refers to them, since a
// property's schema is to stand alone. What refers to itself, or grows without
// end, is cut off: anything may stand there.
type inliner struct {
	root schema
	left int // values that may still be made
}

func (in *inliner) value(v any, depth int) any {
	if in.left--; in.left < 0 {
		return schema{}
	}
	switch v := v.(type) {
	case schema:
		if ref, ok := v["$ref"].(string); ok {
			target := lookup(in.root, ref)
			if target == nil || depth == 0 {
				return schema{}
			}
			out := in.value(target, depth-1).(schema)
			for _, k := range []string{"title", "description"} {
				if s, ok := v[k]; ok {
					out[k] = s
				}
			}
			return out
		}
		out := schema{}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if k != "$defs" && k != "definitions" {
				out[k] = in.value(v[k], depth)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = in.value(x, depth)
		}
		return out
	}
	return v
}

// lookup finds what "#/$defs/Name" refers to.
func lookup(root schema, ref string) schema {
	path, ok := strings.CutPrefix(ref, "#/")
	if !ok {
		return nil
	}
	var at any = root
	for step := range strings.SplitSeq(path, "/") {
		m, ok := at.(schema)
		if !ok {
			return nil
		}
		at = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(step)]
	}
	found, _ := at.(schema)
	return found
}

// line is a text in one line of bounded length, or another where it is empty.
func line(text, other string) string {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return other
	}
	if len(text) > docMax {
		text = strings.ToValidUTF8(text[:docMax], "") + "…"
	}
	return strings.ToValidUTF8(text, "")
}
