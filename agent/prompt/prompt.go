// Package prompt turns observations and actions into a policy's tokens and
// back. A turn only appends, so that a key-value cache stays valid for a
// whole episode.
//
// The layout, one token a word: the goal once; then for each turn the page, or
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

// matchTokens count how many words of a line's name stand in the goal: 0 to 3
// and more. They are the one thing in the layout that is worked out for the
// policy: what lexical overlap is, a tiny model would have to learn first.
const matchTokens = 4

// Specials are the special tokens a tokenizer needs for these verbs.
func Specials(verbs []string) []string {
	s := []string{goalToken, hintToken, pageToken, changeToken, wrongToken, actToken, valueToken, stateToken, optionToken, endToken, otherRole}
	for _, r := range roles {
		s = append(s, "<"+r+">")
	}
	for _, v := range verbs {
		s = append(s, "<"+v+"()>")
	}
	for i := range matchTokens {
		s = append(s, "<same"+strconv.Itoa(i)+">")
	}
	for i := range idTokens {
		s = append(s, "<"+strconv.Itoa(i)+">")
	}
	return s
}

// Codec encodes for one tokenizer. It is safe for goroutines.
type Codec struct {
	enc                                                                    Encoder
	goal, hint, page, change, wrong, act, value, state, option, end, other int32
	special                                                                map[string]int32
	same                                                                   [matchTokens]int32
}

// New makes a codec.
func New(enc Encoder, verbs []string) *Codec {
	c := &Codec{enc: enc, special: map[string]int32{}}
	for _, s := range Specials(verbs) {
		c.special[s], _ = enc.Special(s)
	}
	for i := range c.same {
		c.same[i] = c.special["<same"+strconv.Itoa(i)+">"]
	}
	for name, dst := range map[string]*int32{goalToken: &c.goal, hintToken: &c.hint, pageToken: &c.page, changeToken: &c.change,
		wrongToken: &c.wrong, actToken: &c.act, valueToken: &c.value, stateToken: &c.state, optionToken: &c.option,
		endToken: &c.end, otherRole: &c.other} {
		*dst = c.special[name]
	}
	return c
}

// Texts are what a tokenizer should learn its words from: all that one
// observation shows.
func Texts(o *gym.Observation) []string {
	t := []string{o.Goal, o.Hint, o.Text}
	for i := range o.Elements {
		e := &o.Elements[i]
		t = append(t, e.Name, e.Value, e.State)
		t = append(t, e.Options...)
	}
	return t
}

// Observe appends what the agent reads at the start of a turn: before is the
// turn before's observation, nil at the first.
func (c *Codec) Observe(dst []int32, before, o *gym.Observation) []int32 {
	if before == nil {
		dst = append(dst, c.goal)
		dst = c.enc.Encode(dst, o.Goal)
		if o.Hint != "" {
			dst = append(dst, c.hint)
			dst = c.enc.Encode(dst, o.Hint)
		}
	}
	goal := words(o.Goal)
	if before != nil && kept(before, o) {
		dst = append(dst, c.change)
		for i := range o.Elements {
			if e := &o.Elements[i]; !slices.ContainsFunc(before.Elements, func(b gym.Element) bool { return equal(&b, e) }) {
				dst = c.line(dst, e, goal)
			}
		}
	} else {
		dst = append(dst, c.page)
		dst = c.enc.Encode(dst, o.Text)
		for i := range o.Elements {
			dst = c.line(dst, &o.Elements[i], goal)
		}
	}
	if o.Note != "" {
		dst = append(dst, c.wrong)
	}
	return append(dst, c.act)
}

// line appends one element. The id comes last, where it has read its line.
func (c *Codec) line(dst []int32, e *gym.Element, goal map[string]bool) []int32 {
	if r, ok := c.special["<"+e.Role+">"]; ok {
		dst = append(dst, r)
	} else {
		dst = append(dst, c.other)
	}
	same := 0
	for w := range words(e.Name) {
		if goal[w] {
			same++
		}
	}
	mark := c.same[min(same, matchTokens-1)]
	if same > 0 {
		dst = append(dst, mark)
	}
	dst = c.enc.Encode(dst, e.Name)
	if e.Value != "" {
		dst = append(dst, c.value)
		dst = c.enc.Encode(dst, e.Value)
	}
	if e.State != "" {
		dst = append(dst, c.state)
		dst = c.enc.Encode(dst, e.State)
	}
	for _, o := range e.Options {
		dst = append(dst, c.option)
		dst = c.enc.Encode(dst, o)
	}
	if e.ID != "" {
		dst = c.id(append(dst, mark), e.ID)
	}
	return dst
}

func (c *Codec) id(dst []int32, id string) []int32 {
	if t, ok := c.special["<"+id+">"]; ok {
		return append(dst, t)
	}
	return append(c.enc.Encode(dst, id), c.end)
}

// piece appends the tokens of one piece of an action.
func (c *Codec) piece(dst []int32, p gym.Piece) []int32 {
	switch p.Kind {
	case gym.VerbPiece:
		if t, ok := c.special["<"+p.Text+"()>"]; ok {
			return append(dst, t)
		}
		return append(c.enc.Encode(dst, p.Text), c.end)
	case gym.RefPiece:
		return c.id(dst, p.Text)
	case gym.ChoicePiece:
		return append(c.enc.Encode(dst, p.Text), c.end)
	case gym.EndPiece:
		return append(dst, c.end)
	default:
		return c.enc.Encode(dst, p.Text)
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

// words are a text's words in lower case, without punctuation.
func words(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool {
		return r == ' ' || strings.ContainsRune(`.,;:!?"'()[]|`, r)
	}) {
		m[w] = true
	}
	return m
}
