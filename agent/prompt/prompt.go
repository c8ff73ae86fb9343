// Package prompt turns observations and actions into a policy's tokens and
// back. A turn only appends, so that a key-value cache stays valid for a
// whole episode.
//
// There are two layouts: that of a chat, for checkpoints that have a template of
// one ([NewChat]), and that of the tiny presets, one token a word: the goal once; then for each turn the page, or
// only its changed lines where nothing has gone, and the action. A line is
// id, role, name, value, state, options.
package prompt

import (
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
)

// Encoder is a tokenizer. It is safe for goroutines.
type Encoder interface {
	Encode(dst []int32, text string) []int32
	Special(name string) (int32, bool)
}

// The special tokens of the layout. Roles, verbs and small ids have tokens of
// their own, so that the word "button" in a name is not the role.
const (
	goalToken   = "<goal>"
	hintToken   = "<hint>"
	pageToken   = "<page>"
	changeToken = "<change>"
	wrongToken  = "<wrong>"
	actToken    = "<act>"
	valueToken  = "<value>"
	stateToken  = "<state>"
	optionToken = "<option>"
	endToken    = "<end>"
	otherRole   = "<role>"
)

var roles = []string{"button", "link", "textbox", "combobox", "checkbox", "radio", "tab", "disclosure", "clickable",
	"heading", "text", "row", "listitem"}

// idTokens is how many element ids have a token of their own.
const idTokens = 200

// The token types say what is like the goal; they are the one thing in the
// layout that is worked out for the policy. What lexical overlap is, a tiny
// model would have to learn first.
const (
	plainType  = 0
	wordType   = 1 // a word on the page that stands in the goal, too
	idType     = 2 // the id of a line: plus the number of such words in its name, up to 3
	sameMax    = 3
	besideType = 6 // another word of a line that has such a word
)

// Specials are the special tokens a tokenizer needs for what was seen: the
// layout, the roles, the verbs, the small ids. A verb that is shown as an
// element has none: what has a name to read is written by that name, and so is
// one that nobody has seen before.
func Specials(seen []*gym.Observation) []string {
	s := []string{goalToken, hintToken, pageToken, changeToken, wrongToken, actToken, valueToken, stateToken, optionToken, endToken, otherRole}
	for _, r := range roles {
		s = append(s, roleToken(r))
	}
	known := map[string]bool{}
	for _, t := range s {
		known[t] = true
	}
	var more, verbs []string
	add := func(list []string, token string) []string {
		if known[token] {
			return list
		}
		known[token] = true
		return append(list, token)
	}
	for _, o := range seen {
		for i := range o.Elements {
			more = add(more, roleToken(o.Elements[i].Role))
		}
		for i := range o.Verbs {
			name := o.Verbs[i].Name
			if !slices.ContainsFunc(o.Elements, func(e gym.Element) bool { return e.Name == name }) {
				verbs = add(verbs, verbToken(name))
			}
		}
	}
	slices.Sort(more)
	slices.Sort(verbs)
	s = append(append(s, more...), verbs...)
	for i := range idTokens {
		s = append(s, "<"+strconv.Itoa(i)+">")
	}
	return s
}

func roleToken(role string) string { return "<" + role + ">" }

func verbToken(verb string) string { return "<" + verb + "()>" }

// Codec encodes for one tokenizer, in one of two layouts. It is safe for
// goroutines.
type Codec struct{ layout }

// layout is how observations and actions become tokens.
type layout interface {
	// Observe is what the agent reads at the start of a turn, with the tokens'
	// types: before is the turn before's observation, nil at the first.
	Observe(before, o *gym.Observation) (ids []int32, types []uint8)
	piece(dst []int32, p gym.Piece) []int32 // appends the tokens of one piece of an action
	endToken() int32                        // that ends a piece which may begin another
}

// wordLayout is that of the tiny presets: a token a word, and types.
type wordLayout struct {
	enc                                                                    Encoder
	goal, hint, page, change, wrong, act, value, state, option, end, other int32
}

// New makes a codec for a tokenizer that was trained with Specials.
func New(enc Encoder) *Codec {
	c := &wordLayout{enc: enc}
	for name, dst := range map[string]*int32{goalToken: &c.goal, hintToken: &c.hint, pageToken: &c.page, changeToken: &c.change,
		wrongToken: &c.wrong, actToken: &c.act, valueToken: &c.value, stateToken: &c.state, optionToken: &c.option,
		endToken: &c.end, otherRole: &c.other} {
		*dst, _ = enc.Special(name)
	}
	return &Codec{c}
}

func (c *wordLayout) endToken() int32 { return c.end }

// Texts are what a tokenizer should learn its words from: all that one
// observation shows.
func Texts(o *gym.Observation) []string {
	t := []string{o.Goal, o.Hint, o.Text}
	for i := range o.Elements {
		e := &o.Elements[i]
		t = append(t, e.Name, e.Value, e.State)
		t = append(t, e.Options...)
	}
	for i := range o.Verbs {
		for j := range o.Verbs[i].Params {
			t = append(append(t, o.Verbs[i].Params[j].Enum...), o.Verbs[i].Params[j].Words...)
		}
	}
	for i := range t {
		t[i] = spell(t[i])
	}
	return t
}

// reading is what is being encoded.
type reading struct {
	*wordLayout
	goal  map[string]bool // its words
	ids   []int32
	types []uint8
}

func (c *wordLayout) Observe(before, o *gym.Observation) (ids []int32, types []uint8) {
	r := reading{wordLayout: c}
	if before == nil {
		r.put(c.goal)
		r.text(o.Goal)
		if o.Hint != "" {
			r.put(c.hint)
			r.text(o.Hint)
		}
	}
	r.goal = map[string]bool{}
	for _, w := range words(o.Goal) {
		r.goal[strings.ToLower(w)] = true
	}
	if before != nil && kept(before, o) {
		r.put(c.change)
		for i := range o.Elements {
			if e := &o.Elements[i]; !slices.ContainsFunc(before.Elements, func(b gym.Element) bool { return equal(&b, e) }) {
				r.line(e)
			}
		}
	} else {
		r.put(c.page)
		r.text(o.Text)
		for i := range o.Elements {
			r.line(&o.Elements[i])
		}
	}
	if o.Note != "" {
		r.put(c.wrong)
	}
	r.put(c.act)
	return r.ids, r.types
}

// put adds tokens of the layout.
func (r *reading) put(ids ...int32) {
	r.ids = append(r.ids, ids...)
	for range ids {
		r.types = append(r.types, plainType)
	}
}

// text adds a text word by word and returns how many of its words are in the goal.
func (r *reading) text(s string) (same int) {
	list := words(s)
	for _, w := range list {
		if r.goal[strings.ToLower(w)] {
			same++
		}
	}
	for _, w := range list {
		typ := uint8(plainType)
		switch {
		case r.goal[strings.ToLower(w)]:
			typ = wordType
		case same > 0:
			typ = besideType
		}
		r.ids = r.enc.Encode(r.ids, spell(w))
		for len(r.types) < len(r.ids) {
			r.types = append(r.types, typ)
		}
	}
	return same
}

// spell puts spaces around the digits of a text: numbers are read digit by
// digit, so that one that was never seen is still a number.
func spell(s string) string {
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	at := strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' })
	if at < 0 {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if i > 0 && (digit(s[i]) || digit(s[i-1])) {
			b.WriteByte(' ')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// line adds one element. The id comes last, where it has read its line.
func (r *reading) line(e *gym.Element) {
	if t, ok := r.enc.Special(roleToken(e.Role)); ok {
		r.put(t)
	} else {
		r.put(r.other)
	}
	same := r.text(e.Name)
	if e.Value != "" {
		r.put(r.value)
		r.text(e.Value)
	}
	if e.State != "" {
		r.put(r.state)
		r.text(e.State)
	}
	for _, o := range e.Options {
		r.put(r.option)
		r.text(o)
	}
	if e.ID != "" {
		r.ids = r.id(r.ids, e.ID)
		for len(r.types) < len(r.ids) {
			r.types = append(r.types, uint8(idType+min(same, sameMax)))
		}
	}
}

func (c *wordLayout) id(dst []int32, id string) []int32 {
	if t, ok := c.enc.Special("<" + id + ">"); ok {
		return append(dst, t)
	}
	return append(c.enc.Encode(dst, id), c.end)
}

func (c *wordLayout) piece(dst []int32, p gym.Piece) []int32 {
	switch p.Kind {
	case gym.VerbPiece:
		if t, ok := c.enc.Special(verbToken(p.Text)); ok {
			return append(dst, t)
		}
		return append(c.enc.Encode(dst, p.Text), c.end)
	case gym.RefPiece:
		return c.id(dst, p.Text)
	case gym.ChoicePiece, gym.PartPiece: // one may be the beginning of another
		return append(c.enc.Encode(dst, spell(p.Text)), c.end)
	case gym.EndPiece:
		return append(dst, c.end)
	default:
		return c.enc.Encode(dst, spell(p.Text))
	}
}

// kept says whether all that was shown before is still there, so that showing
// the changed lines is enough.
func kept(before, o *gym.Observation) bool {
	if before.Text != o.Text || len(o.Elements) < len(before.Elements) {
		return false
	}
	j := 0
	for i := range before.Elements {
		b := &before.Elements[i]
		for j < len(o.Elements) && (o.Elements[j].ID != b.ID || o.Elements[j].Role != b.Role || o.Elements[j].Name != b.Name) {
			j++
		}
		if j == len(o.Elements) {
			return false
		}
		j++
	}
	return true
}

func equal(a, b *gym.Element) bool {
	return a.ID == b.ID && a.Role == b.Role && a.Name == b.Name && a.Value == b.Value && a.State == b.State && slices.Equal(a.Options, b.Options)
}

// words are a text's words without punctuation around them.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool {
		return r == ' ' || r == '\n' || r == '\t' || strings.ContainsRune(`.,;:!?"'()[]|`, r)
	})
}
