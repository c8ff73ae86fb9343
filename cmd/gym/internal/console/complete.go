package console

import (
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
)

// Choice is one way to go on with a line.
type Choice struct {
	Line  string // the line then
	Label string // what is added
	Doc   string
}

// choicesMax is how many words are offered at once.
const choicesMax = 200

// Choices are the ways to go on with what was written: verbs first, then each
// argument. None: the line is whole, or nobody can know.
func Choices(o *gym.Observation, line string) []Choice {
	line = strings.TrimLeft(line, " ")
	open := strings.IndexByte(line, '(')
	if open < 0 {
		return verbs(o, line)
	}
	i := slices.IndexFunc(o.Verbs, func(v gym.Verb) bool { return v.Name == strings.TrimSpace(line[:open]) })
	if i < 0 {
		return nil
	}
	args, start, closed := split(line[open+1:])
	n := len(args) - 1
	verb := &o.Verbs[i]
	if closed || n >= len(verb.Params) {
		return nil
	}
	c := completing{obs: o, verb: verb, at: n, before: line[:open+1+start], typed: args[n], args: args[:n]}
	return c.choices()
}

func verbs(o *gym.Observation, typed string) (list []Choice) {
	for i := range o.Verbs {
		v := &o.Verbs[i]
		if !strings.HasPrefix(v.Name, typed) {
			continue
		}
		line := v.Name + "("
		if len(v.Params) == 0 {
			line += ")"
		}
		list = append(list, Choice{line, v.Signature(), v.Doc})
	}
	return list
}

// split cuts what follows a bracket at its commas; start is where the last
// argument begins. closed is true where the bracket is.
func split(s string) (args []string, start int, closed bool) {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == ')':
			return append(args, strings.TrimSpace(s[start:i])), start, true
		case c == ',':
			args = append(args, strings.TrimSpace(s[start:i]))
			start = i + 1
		}
	}
	for start < len(s) && s[start] == ' ' {
		start++
	}
	return append(args, s[start:]), start, false
}

// Finish closes what a person has left open: a quote and the bracket.
func Finish(line string) string {
	line = strings.TrimSpace(line)
	open := strings.IndexByte(line, '(')
	if open < 0 {
		return line
	}
	quote := byte(0)
	for i := open + 1; i < len(line); i++ {
		switch c := line[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote == 0 && c == ')':
			return line
		}
	}
	if quote != 0 {
		line += string(quote)
	}
	return line + ")"
}

// completing is an argument that is being written.
type completing struct {
	obs    *gym.Observation
	verb   *gym.Verb
	at     int      // which argument
	before string   // the line up to it
	typed  string   // what there is of it
	args   []string // those before it
}

func (c *completing) choices() []Choice {
	p := &c.verb.Params[c.at]
	switch p.Kind {
	case gym.Ref:
		return c.elements(p)
	case gym.Enum:
		return c.texts(p.Enum)
	case gym.Option:
		return c.texts(c.options())
	case gym.Str:
		if p.Enum != nil {
			return c.texts(p.Enum)
		}
		return c.words(p)
	case gym.Int:
		return c.numbers(p)
	}
	return nil
}

// add makes a choice of an argument in its written form.
func (c *completing) add(list []Choice, written, doc string) []Choice {
	end := ")"
	if c.at+1 < len(c.verb.Params) && !c.verb.Params[c.at+1].Optional {
		end = ", "
	}
	return append(list, Choice{c.before + written + end, written, doc})
}

// elements are found by id, or by a part of what they are called.
func (c *completing) elements(p *gym.Param) (list []Choice) {
	typed := strings.ToLower(strings.Trim(c.typed, `"'`))
	optioned := c.at+1 < len(c.verb.Params) && c.verb.Params[c.at+1].Kind == gym.Option
	for i := range c.obs.Elements {
		e := &c.obs.Elements[i]
		if e.ID == "" || e.Unusable() != "" || p.Roles != nil && !slices.Contains(p.Roles, e.Role) || optioned && len(e.Options) == 0 {
			continue
		}
		if !strings.HasPrefix(strings.ToLower(e.ID), typed) && !strings.Contains(strings.ToLower(e.Name), typed) {
			continue
		}
		written := gym.Action{Args: []gym.Value{{Kind: gym.Ref, Text: e.ID}}}.String()
		shown := *e
		shown.ID = ""
		list = c.add(list, written[1:len(written)-1], shown.String())
	}
	return list
}

func (c *completing) texts(all []string) (list []Choice) {
	typed := strings.ToLower(strings.Trim(c.typed, `"'`))
	for _, t := range all {
		if strings.HasPrefix(strings.ToLower(t), typed) {
			list = c.add(list, strconv.Quote(t), "")
		}
	}
	return list
}

// options are those of the element that was named last.
func (c *completing) options() []string {
	for i := c.at - 1; i >= 0; i-- {
		if c.verb.Params[i].Kind == gym.Ref {
			if e := c.obs.Element(strings.Trim(c.args[i], `"'`)); e != nil {
				return e.Options
			}
		}
	}
	return nil
}

// numbersMax is the longest range whose numbers are offered.
const numbersMax = 100

func (c *completing) numbers(p *gym.Param) (list []Choice) {
	if p.Max <= p.Min || p.Max-p.Min > numbersMax {
		return nil
	}
	for n := int(p.Min); n <= int(p.Max); n++ {
		if written := strconv.Itoa(n); strings.HasPrefix(written, c.typed) {
			list = c.add(list, written, "")
		}
	}
	return list
}

// words are those that a free text may go on with: of the verb, and of what can
// be read once a letter is there.
func (c *completing) words(p *gym.Param) (list []Choice) {
	typed := c.typed
	if typed != "" && typed[0] != '"' && typed[0] != '\'' {
		typed = `"` + typed
	}
	if len(typed) > 1 && typed[len(typed)-1] == typed[0] {
		return nil // the quote is closed
	}
	at := strings.LastIndexByte(typed, ' ') + 1
	if at == 0 && typed != "" {
		at = 1
	}
	head, last := typed[:at], strings.ToLower(typed[at:])
	if head == "" {
		head = `"`
	}
	seen := map[string]bool{}
	offer := func(w string) {
		if w = strings.Trim(w, `.,;:!?"'()[]`); w == "" || seen[w] || len(list) == choicesMax || !strings.HasPrefix(strings.ToLower(w), last) {
			return
		}
		seen[w] = true
		list = append(list, Choice{c.before + head + w, w, ""})
	}
	for _, w := range p.Words {
		offer(w)
	}
	if last == "" {
		return list
	}
	for w := range strings.FieldsSeq(c.obs.Goal) {
		offer(w)
	}
	for i := range c.obs.Elements {
		for w := range strings.FieldsSeq(c.obs.Elements[i].Name + " " + c.obs.Elements[i].Value) {
			offer(w)
		}
	}
	return list
}
