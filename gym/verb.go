package gym

import (
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

	Roles    []string // of a Ref: the roles it may point to; nil is any
	Enum     []string // of an Enum: the choices
	Min, Max float64  // of an Int or Num: inclusive bounds where Max > Min
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
)

var kindNames = []string{"", "element", "string", "integer", "number", "enum", "option"}

// String is the kind's name as the help shows it. A kind that is none, as a
// client may send, is "unknown".
func (k Kind) String() string {
	if k < Ref || k > Option {
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
	}
	return v.Name + "(" + strings.Join(parts, ", ") + ")"
}

// Action is a verb with its arguments: what an agent does in one turn.
type Action struct {
	Verb string
	Args []Value
}

// Value is one argument. Text holds a Ref's id, a Str, an Enum or an Option;
// Num holds an Int or a Num.
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
	if len(a.Args) != len(verb.Params) {
		return Mistakef("%s takes %d arguments, not %d", verb.Signature(), len(verb.Params), len(a.Args))
	}
	var pointed *Element
	for i, p := range verb.Params {
		v := a.Args[i]
		if v.Kind != p.Kind {
			return Mistakef("%s of %s must be of kind %s, not %s", p.Name, verb.Signature(), p.Kind, v.Kind)
		}
		switch p.Kind {
		case Ref:
			if pointed = o.Element(v.Text); pointed == nil {
				return Mistakef("there is no element %s", v.Text)
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
		case Option:
			if pointed == nil || !slices.Contains(pointed.Options, v.Text) {
				return Mistakef("%q is not an option of that list", v.Text)
			}
		}
	}
	return nil
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
// click(12), fill(3, "Ada"), fill('3', 'Ada'). The error is a [*Mistake].
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
	if len(words) != len(verb.Params) {
		return Action{}, Mistakef("%s takes %d arguments, not %d", verb.Signature(), len(verb.Params), len(words))
	}
	for i, p := range verb.Params {
		v := Value{Kind: p.Kind, Text: words[i]}
		if p.Kind == Int || p.Kind == Num {
			if v.Num, err = strconv.ParseFloat(words[i], 64); err != nil {
				return Action{}, Mistakef("%s of %s must be a number, not %q", p.Name, verb.Signature(), words[i])
			}
			v.Text = ""
		}
		a.Args = append(a.Args, v)
	}
	return a, o.Validate(a)
}

func (o *Observation) example() string {
	for _, v := range o.Verbs {
		if len(v.Params) == 1 && v.Params[0].Kind == Ref {
			return v.Name + "(12)"
		}
	}
	if len(o.Verbs) > 0 {
		return o.Verbs[0].Signature()
	}
	return "click(12)"
}

// literals splits "12, \"a, b\", 'c'" into its parts, unquoted.
func literals(s string) ([]string, error) {
	var out []string
	for s = strings.TrimSpace(s); s != ""; {
		var word string
		if q := s[0]; q == '"' || q == '\'' {
			end := closing(s, q)
			if end < 0 {
				return nil, Mistakef("a quote is not closed in %s", s)
			}
			word, s = unescape(s[1:end]), s[end+1:]
		} else {
			end := strings.IndexByte(s, ',')
			if end < 0 {
				end = len(s)
			}
			word, s = strings.TrimSpace(s[:end]), s[end:]
			if word == "" {
				return nil, Mistakef("an argument is empty")
			}
		}
		out = append(out, word)
		s = strings.TrimSpace(s)
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
