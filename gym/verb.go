package gym

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Verb says once what can be done. The line in a prompt, the parser with its
// messages, the grammar that constrains decoding and the menu a person sees
// all come from it.
type Verb struct {
	Name   string
	Doc    string // one line
	Params []Param
}

// Param is one argument of a verb.
type Param struct {
	Name string
	Doc  string
	Kind Kind

	Optional bool     // it may be left out, and so may all that follow it
	Roles    []string // of a Ref: the roles it may point to; nil is any
	Enum     []string // of an Enum: the choices; of a Str: the texts that a grammar offers in place of what can be read
	Words    []string // of a Str: a grammar composes the text of these words and of those that can be read, a space between any two
	Min, Max float64  // of an Int or Num: inclusive bounds where Max > Min

	Schema json.RawMessage // JSON Schema of the value in a tool call; nil is what Kind says
}

// needs is how many arguments a verb cannot do without.
func (v *Verb) needs() int {
	for i := range v.Params {
		if v.Params[i].Optional {
			return i
		}
	}
	return len(v.Params)
}

// arity is how many arguments a verb takes, in words.
func (v *Verb) arity() string {
	if n := v.needs(); n < len(v.Params) {
		return strconv.Itoa(n) + " to " + strconv.Itoa(len(v.Params)) + " arguments"
	}
	if len(v.Params) == 1 {
		return "1 argument"
	}
	return strconv.Itoa(len(v.Params)) + " arguments"
}

// Kind is the type of an argument.
type Kind uint8

const (
	Ref    Kind = iota + 1 // an element, by its id
	Str                    // free text
	Int                    // a whole number
	Num                    // a number
	Enum                   // one of Param.Enum
	Option                 // one of the options of the element that an earlier Ref points to
	JSON                   // a JSON value, as text
)

var kindNames = []string{"", "element", "string", "integer", "number", "enum", "option", "JSON"}

// String is the kind's name as the help shows it. A kind that is none, as a
// client may send, is "unknown".
func (k Kind) String() string {
	if k < Ref || k > JSON {
		return "unknown"
	}
	return kindNames[k]
}

// String is the verb as help shows it: fill(element, text:string)  type text into a field.
func (v Verb) String() string {
	return v.Signature() + "  " + v.Doc
}

// Signature is the verb with its parameters: select_option(element, option).
func (v Verb) Signature() string {
	parts := make([]string, len(v.Params))
	for i, p := range v.Params {
		parts[i] = p.Name
		if p.Kind == Enum {
			parts[i] += ":" + strings.Join(p.Enum, "|")
		} else if p.Kind == Int && p.Max > p.Min {
			parts[i] += ":" + number(p.Min) + ".." + number(p.Max)
		} else if p.Kind.String() != p.Name {
			parts[i] += ":" + p.Kind.String()
		}
		if p.Optional {
			parts[i] += "?"
		}
	}
	return v.Name + "(" + strings.Join(parts, ", ") + ")"
}

// Action is a verb with its arguments: what an agent does in one turn.
type Action struct {
	Verb string
	Args []Value
}

// Value is one argument. Text holds a Ref's id, a Str, an Enum, an Option or JSON; a
// list of texts is one with an item on each line. Num holds an Int or a Num. An
// optional argument that was left out before another one is empty.
type Value struct {
	Kind Kind
	Text string
	Num  float64
}

// malformed is the verb of an action that could not be read at all; its one
// argument is the mistake.
const malformed = "malformed"

// Malformed is the action of a player whose text could not be read:
// [Validate] gives the mistake back, so every environment answers it as any
// other mistake.
func Malformed(m *Mistake) Action {
	return Action{Verb: malformed, Args: []Value{{Kind: Str, Text: m.Text}}}
}

// String is the written form: click(12), fill(3, "Ada").
func (a Action) String() string {
	parts := make([]string, len(a.Args))
	for i, v := range a.Args {
		switch v.Kind {
		case Ref:
			if parts[i] = v.Text; !plain(v.Text) {
				parts[i] = strconv.Quote(v.Text)
			}
		case Int, Num:
			parts[i] = number(v.Num)
		default:
			parts[i] = strconv.Quote(v.Text)
		}
	}
	return a.Verb + "(" + strings.Join(parts, ", ") + ")"
}

// plain says whether an id reads the same without quotes.
func plain(id string) bool {
	return id != "" && id == strings.TrimSpace(id) && id[0] != '"' && id[0] != '\'' && !strings.Contains(id, ",")
}

// number is the one written form of a number: whole ones below 2^53 in digits,
// which a piece of the grammar and a written action must agree on.
func number(n float64) string {
	if n == math.Trunc(n) && math.Abs(n) < 1<<53 {
		return strconv.FormatInt(int64(n), 10)
	}
	return strconv.FormatFloat(n, 'g', -1, 64)
}

// Equal says whether two actions are the same.
func (a Action) Equal(b Action) bool {
	return a.Verb == b.Verb && slices.Equal(a.Args, b.Args)
}

// Validate checks an action against what may be done now. The error is a
// [*Mistake] that says what was wrong and what would be right.
func (o *Observation) Validate(a Action) error {
	if a.Verb == malformed && len(a.Args) == 1 {
		if a.Args[0].Text == "" {
			return Mistakef("the action cannot be read")
		}
		return &Mistake{Text: a.Args[0].Text}
	}
	verb, err := o.verb(a.Verb)
	if err != nil {
		return err
	}
	if len(a.Args) < verb.needs() || len(a.Args) > len(verb.Params) {
		return Mistakef("%s takes %s, not %d", verb.Signature(), verb.arity(), len(a.Args))
	}
	var pointed *Element
	for i, v := range a.Args {
		p := &verb.Params[i]
		if v.Kind != p.Kind {
			return Mistakef("%s of %s must be of kind %s, not %s", p.Name, verb.Signature(), p.Kind, v.Kind)
		}
		if p.Optional && v.Text == "" && v.Num == 0 {
			continue
		}
		switch p.Kind {
		case Ref:
			if pointed = o.Element(v.Text); pointed == nil {
				return Mistakef("there is no element %s", v.Text)
			}
			if why := pointed.Unusable(); why != "" {
				return Mistakef("[%s] is %s; nothing can be done with it now", v.Text, why)
			}
			if p.Roles != nil && !slices.Contains(p.Roles, pointed.Role) {
				return Mistakef("%s works on %s, and [%s] is a %s", verb.Name, strings.Join(p.Roles, ", "), v.Text, pointed.Role)
			}
		case Int, Num:
			if math.IsNaN(v.Num) || math.IsInf(v.Num, 0) {
				return Mistakef("%s of %s must be a finite number", p.Name, verb.Signature())
			}
			if p.Kind == Int && v.Num != math.Trunc(v.Num) {
				return Mistakef("%s of %s must be a whole number", p.Name, verb.Signature())
			}
			if p.Max > p.Min && (v.Num < p.Min || v.Num > p.Max) {
				return Mistakef("%s of %s must be between %g and %g", p.Name, verb.Signature(), p.Min, p.Max)
			}
		case Enum:
			if !slices.Contains(p.Enum, v.Text) {
				return Mistakef("%s of %s must be one of %s", p.Name, verb.Signature(), strings.Join(p.Enum, ", "))
			}
		case JSON:
			if !json.Valid([]byte(v.Text)) {
				return Mistakef("%s of %s must be JSON, not %s", p.Name, verb.Signature(), brief(v.Text))
			}
		case Option:
			if pointed == nil {
				return Mistakef("%q is not an option: no list was named", v.Text)
			}
			for text := range strings.SplitSeq(v.Text, "\n") {
				if !slices.Contains(pointed.Options, text) && !slices.Contains(pointed.Options, v.Text) {
					return Mistakef("%q is not an option of that list", text)
				}
			}
		}
	}
	return nil
}

// brief is a text that is short enough to be quoted in a message.
func brief(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return strconv.Quote(s)
}

func (o *Observation) verb(name string) (*Verb, error) {
	names := make([]string, len(o.Verbs))
	for i := range o.Verbs {
		if o.Verbs[i].Name == name {
			return &o.Verbs[i], nil
		}
		names[i] = o.Verbs[i].Name
	}
	return nil, Mistakef("there is no verb %q here; the verbs are %s", name, strings.Join(names, ", "))
}

// Parse reads an action in its written form, a function call with literals:
// click(12), fill(3, "Ada"), or as Python writes it: fill('3', 'Ada'),
// click('12', modifiers=['Shift']). The error is a [*Mistake].
func (o *Observation) Parse(text string) (Action, error) {
	text = strings.TrimSpace(text)
	open := strings.IndexByte(text, '(')
	if open <= 0 || !strings.HasSuffix(text, ")") {
		return Action{}, Mistakef("write an action as verb(arguments), for instance %s", o.example())
	}
	a := Action{Verb: strings.TrimSpace(text[:open])}
	verb, err := o.verb(a.Verb)
	if err != nil {
		return Action{}, err
	}
	words, err := literals(text[open+1 : len(text)-1])
	if err != nil {
		return Action{}, err
	}
	if words, err = verb.order(words); err != nil {
		return Action{}, err
	}
	for i, w := range words {
		p := &verb.Params[i]
		v := Value{Kind: p.Kind, Text: w.text}
		if (p.Kind == Int || p.Kind == Num) && (w.text != "" || !p.Optional) {
			if v.Num, err = strconv.ParseFloat(w.text, 64); err != nil {
				return Action{}, Mistakef("%s of %s must be a number, not %q", p.Name, verb.Signature(), w.text)
			}
			v.Text = ""
		}
		a.Args = append(a.Args, v)
	}
	return a, o.Validate(a)
}

// order puts arguments that were given by name into their places.
func (v *Verb) order(words []literal) ([]literal, error) {
	var out []literal
	for i, w := range words {
		at := i
		if w.name != "" {
			if at = slices.IndexFunc(v.Params, func(p Param) bool { return p.Name == w.name }); at < 0 {
				return nil, Mistakef("%s has no argument %s", v.Signature(), w.name)
			}
		}
		if at >= len(v.Params) || len(words) > len(v.Params) {
			return nil, Mistakef("%s takes %s, not %d", v.Signature(), v.arity(), len(words))
		}
		for len(out) <= at {
			out = append(out, literal{name: v.Params[len(out)].Name})
		}
		out[at] = w
	}
	if len(out) < v.needs() {
		return nil, Mistakef("%s takes %s, not %d", v.Signature(), v.arity(), len(words))
	}
	return out, nil
}

// example is an action that can be done here, if one is easily found: first
// those that point to an element alone, then others with arguments.
func (o *Observation) example() string {
	text := "click(12)"
	for i := range slices.Backward(o.Verbs) {
		a, ok := o.sample(&o.Verbs[i])
		if !ok || len(a.Args) == 0 && text != "click(12)" {
			continue
		}
		if text = a.String(); len(a.Args) == 1 && a.Args[0].Kind == Ref {
			return text
		}
	}
	return text
}

// sample is a verb with the first arguments that fit.
func (o *Observation) sample(v *Verb) (Action, bool) {
	a := Action{Verb: v.Name}
	for i := range v.Params[:v.needs()] {
		p := &v.Params[i]
		w := Value{Kind: p.Kind, Num: p.Min, Text: "text"}
		switch {
		case p.Kind == Ref:
			at := slices.IndexFunc(o.Elements, func(e Element) bool {
				return e.ID != "" && e.Unusable() == "" && (p.Roles == nil || slices.Contains(p.Roles, e.Role))
			})
			if at < 0 {
				return a, false
			}
			w.Text = o.Elements[at].ID
		case p.Kind == Option || p.Kind == JSON:
			return a, false
		case len(p.Enum) > 0:
			w.Text = p.Enum[0]
		}
		a.Args = append(a.Args, w)
	}
	return a, true
}

// literal is one argument as it was written; name is "" where it has none.
type literal struct{ name, text string }

// literals splits "12, \"a, b\", 'c', d=['e', 'f']" into its parts, unquoted. A
// list is its items, one on each line.
func literals(s string) ([]literal, error) {
	var out []literal
	for s = strings.TrimSpace(s); s != ""; {
		var w literal
		if name, rest, ok := strings.Cut(s, "="); ok && isName(strings.TrimSpace(name)) {
			w.name, s = strings.TrimSpace(name), strings.TrimSpace(rest)
		}
		var err error
		if strings.HasPrefix(s, "[") {
			w.text, s, err = listed(s[1:])
		} else {
			w.text, s, err = scalar(s, ",")
		}
		if err != nil {
			return nil, err
		}
		out = append(out, w)
		if s == "" {
			break
		}
		if s[0] != ',' {
			return nil, Mistakef("put a comma between arguments, before %s", s)
		}
		if s = strings.TrimSpace(s[1:]); s == "" {
			return nil, Mistakef("an argument is missing after the last comma")
		}
	}
	return out, nil
}

// isName says whether a text can be an argument's name.
func isName(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// scalar reads one quoted or plain word, which ends before one of the signs in
// end.
func scalar(s, end string) (word, rest string, err error) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		at := closing(s, s[0])
		if at < 0 {
			return "", "", Mistakef("a quote is not closed in %s", s)
		}
		return unescape(s[1:at]), strings.TrimSpace(s[at+1:]), nil
	}
	at := strings.IndexAny(s, end)
	if at < 0 {
		at = len(s)
	}
	if word = strings.TrimSpace(s[:at]); word == "" {
		return "", "", Mistakef("an argument is empty")
	}
	return word, s[at:], nil
}

// listed reads the items of a list up to its bracket.
func listed(s string) (text, rest string, err error) {
	var items []string
	for s = strings.TrimSpace(s); !strings.HasPrefix(s, "]"); {
		var item string
		if item, s, err = scalar(s, ",]"); err != nil {
			return "", "", err
		}
		items = append(items, item)
		if strings.HasPrefix(s, ",") {
			s = strings.TrimSpace(s[1:])
		} else if !strings.HasPrefix(s, "]") {
			return "", "", Mistakef("a list is not closed: it wants a ]")
		}
	}
	return strings.Join(items, "\n"), strings.TrimSpace(s[1:]), nil
}

// closing is the index of the quote that closes the one at s[0], or -1.
func closing(s string, q byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case q:
			return i
		}
	}
	return -1
}

// unescape resolves what [strconv.Quote] escapes, and an escaped quote of
// either kind; what it cannot resolve stays as it is.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for s != "" {
		quote := byte('"')
		if strings.HasPrefix(s, `\'`) {
			quote = '\''
		} else if s[0] == '"' || s[0] == '\n' {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		r, multi, rest, err := strconv.UnquoteChar(s, quote)
		if err != nil {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		if multi {
			b.WriteRune(r)
		} else {
			b.WriteByte(byte(r))
		}
		s = rest
	}
	return b.String()
}
