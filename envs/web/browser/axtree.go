package browser

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// axNode is a node of Accessibility.getFullAXTree: of an ignored one there is
// little more than its role and its children.
type axNode struct {
	NodeID           string   `json:"nodeId"`
	Role             axValue  `json:"role"`
	Name             *axValue `json:"name"`
	Value            *axValue `json:"value"`
	Description      *axValue `json:"description"`
	Properties       []axProp `json:"properties"`
	ChildIDs         []string `json:"childIds"`
	BackendDOMNodeID int64    `json:"backendDOMNodeId"`
	bid              string
}

type axValue struct {
	Value json.RawMessage `json:"value"`
}

type axProp struct {
	Name  string  `json:"name"`
	Value axValue `json:"value"`
}

// text is a value that is a string, else "".
func (v *axValue) text() string {
	s := ""
	if v != nil && len(v.Value) > 0 && v.Value[0] == '"' {
		json.Unmarshal(v.Value, &s)
	}
	return s
}

func quoted(s string) json.RawMessage {
	b, _ := json.Marshal(s)
	return b
}

// note is what marks.js wrote in front of an ARIA attribute (observation.py,
// extract_data_items_from_aria, whose dot does not match a line's end).
var note = regexp.MustCompile(`^browsergym_id_([a-zA-Z0-9]+)[\s\x1c-\x1f]?([^\n]*)$`)

// takeNote finds the id in a node's role description, else in its description,
// and leaves of them what the page itself said.
func (n *axNode) takeNote() {
	for i, p := range n.Properties {
		if p.Name != "roledescription" {
			continue
		}
		if m := note.FindStringSubmatch(p.Value.text()); m != nil {
			n.bid = m[1]
			if n.Properties[i].Value.Value = quoted(m[2]); m[2] == "" {
				n.Properties = slices.Delete(n.Properties, i, i+1)
			}
		}
		break
	}
	if m := note.FindStringSubmatch(n.Description.text()); m != nil && n.bid == "" {
		n.bid = m[1]
	}
}

// Text says what is written of each element beside its role and name. The
// fields are the arguments of BrowserGym's flatten functions.
type Text struct {
	Visible, Clickable, Center, Box, SetOfMarks bool // what is said of an element
	OnlyVisible, OnlyMarked, OnlyWithID         bool // which elements are shown
}

// extra is what is said of an element, and whether it is left out (obs.py,
// _process_bid). m is nil for what has no id or no mark.
func (t Text) extra(bid string, m *Mark) (said []string, skip bool) {
	if bid == "" {
		return nil, t.OnlyWithID || t.OnlyMarked
	}
	if m == nil {
		return nil, false
	}
	seen := m.Visibility >= 0.5
	if b := m.Box; m.HasBox {
		if t.Box {
			said = append(said, `box="`+coords(b[0], b[1], b[0]+b[2], b[1]+b[3])+`"`)
		}
		if t.Center {
			said = append(said, `center="`+coords(b[0]+b[2]/2, b[1]+b[3]/2)+`"`)
		}
	}
	for _, s := range []struct {
		on   bool
		name string
	}{{t.Clickable && m.Clickable, "clickable"}, {t.Visible && seen, "visible"}, {t.SetOfMarks && m.SetOfMarks, "som"}} {
		if s.on {
			said = append(said, s.name)
		}
	}
	return said, t.OnlyVisible && !seen || t.OnlyMarked && !m.SetOfMarks
}

func coords(c ...float64) string {
	b := []byte{'('}
	for i, x := range c {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendFloat(b, x, 'f', 0, 64)
	}
	return string(append(b, ')'))
}

// unsaid are the properties that no line has, bare those that are a word when
// they are true (obs.py, IGNORED_AXTREE_PROPERTIES and flatten_axtree_to_str).
var (
	unsaid = []string{"editable", "readonly", "level", "settable", "multiline", "invalid", "focusable"}
	bare   = []string{"required", "focused", "atomic"}
)

// axText writes a tree as text.
type axText struct {
	Text
	nodes []axNode
	index map[string]int
	marks map[string]*Mark
	out   strings.Builder
}

func flattenAX(nodes []axNode, marks map[string]*Mark, t Text) string {
	w := &axText{Text: t, nodes: nodes, index: make(map[string]int, len(nodes)), marks: marks}
	for i := range nodes {
		w.index[nodes[i].NodeID] = i
	}
	if len(nodes) > 0 {
		w.node(&nodes[0], 0, false, "")
	}
	return w.out.String()
}

// node writes a node and what is under it: one that is skipped lends its depth
// to its children (obs.py, flatten_axtree_to_str). above is the name of the
// node's parent, which a text may repeat; gone says that the parent was
// filtered out.
func (w *axText) node(n *axNode, depth int, gone bool, above string) {
	role, name := n.Role.text(), ""
	skip, filtered := true, false
	if role != "LineBreak" && n.Name != nil {
		name = n.Name.text()
		said := properties(n.Properties)
		skip = role == "generic" && len(said) == 0
		if role == "StaticText" {
			skip = skip || gone || strings.Contains(above, name)
		} else {
			extra, out := w.extra(n.bid, w.marks[n.bid])
			said, filtered = append(extra, said...), out
			skip = skip || out
		}
		if !skip {
			w.line(n, depth, role, name, said)
		}
	}
	if !skip {
		depth++
	}
	for _, id := range n.ChildIDs {
		if i, ok := w.index[id]; ok && id != n.NodeID {
			w.node(&w.nodes[i], depth, filtered, name)
		}
	}
}

func (w *axText) line(n *axNode, depth int, role, name string, said []string) {
	if w.out.Len() > 0 {
		w.out.WriteByte('\n')
	}
	for range depth {
		w.out.WriteByte('\t')
	}
	if n.bid != "" {
		w.out.WriteString("[" + n.bid + "] ")
	}
	w.out.WriteString(role)
	if role != "generic" || name != "" {
		w.out.WriteString(" " + pyString(pyStrip(name)))
	}
	if n.Value != nil && len(n.Value.Value) > 0 {
		w.out.WriteString(" value=" + pyValue(n.Value.Value))
	}
	for _, s := range said {
		w.out.WriteString(", " + s)
	}
}

func properties(list []axProp) (said []string) {
	for _, p := range list {
		v := p.Value.Value
		switch {
		case len(v) == 0 || slices.Contains(unsaid, p.Name):
		case slices.Contains(bare, p.Name):
			if s := string(v); s != "false" && s != "0" && s != `""` && s != "null" {
				said = append(said, p.Name)
			}
		default:
			said = append(said, p.Name+"="+pyValue(v))
		}
	}
	return said
}

// pyValue is Python's repr of a JSON scalar.
func pyValue(v json.RawMessage) string {
	switch s := string(v); {
	case s == "true":
		return "True"
	case s == "false":
		return "False"
	case s == "null":
		return "None"
	case s[0] == '"':
		text := ""
		json.Unmarshal(v, &text)
		return pyString(text)
	case strings.ContainsAny(s, ".eE"):
		f, _ := strconv.ParseFloat(s, 64)
		return pyFloat(f)
	default:
		return s
	}
}

// pyFloat is the shortest decimal that reads back, with an exponent below 1e-4
// and from 1e16 on (Python, float.__repr__).
func pyFloat(f float64) string {
	s := strconv.FormatFloat(f, 'e', -1, 64)
	if e, _ := strconv.Atoi(s[strings.IndexByte(s, 'e')+1:]); e < -4 || e >= 16 {
		return s
	}
	if s = strconv.FormatFloat(f, 'f', -1, 64); !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// pyString is Python's repr of a string: single quotes unless they alone are in
// it, and escapes for what cannot be printed (Python, str.isprintable: all of
// the categories other and separator, but for the space).
func pyString(s string) string {
	q := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		q = '"'
	}
	const hex = "0123456789abcdef"
	b := append(make([]byte, 0, len(s)+2), q)
	for _, r := range s {
		switch {
		case r == rune(q) || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\r':
			b = append(b, `\r`...)
		case unicode.IsPrint(r):
			b = append(b, string(r)...)
		case r < 0x100:
			b = append(b, '\\', 'x', hex[r>>4], hex[r&15])
		default:
			digits, letter := 4, byte('u')
			if r > 0xffff {
				digits, letter = 8, 'U'
			}
			b = append(b, '\\', letter)
			for i := digits - 1; i >= 0; i-- {
				b = append(b, hex[r>>(4*i)&15])
			}
		}
	}
	return string(append(b, q))
}

// pyStrip is Python's str.strip, for which four control characters are space.
func pyStrip(s string) string { return strings.TrimFunc(s, pySpace) }

func pySpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }
