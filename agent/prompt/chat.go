package prompt

import (
	"errors"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym"
)

// ChatEncoder is a tokenizer of a checkpoint that was made to talk.
type ChatEncoder interface {
	Encoder
	// EncodeAdded is Encode of a text in which special tokens count as such.
	EncodeAdded(dst []int32, text string) []int32
}

// Frame is the text around what is said: Start, the system's text, Ask, what is
// shown, Reply, an action, Next, what is shown, Reply and so on.
type Frame struct{ Start, Ask, Reply, Next string }

// chatLayout shows observations as a person reads them and has actions written
// line by line: a verb, then its arguments.
type chatLayout struct {
	enc                     ChatEncoder
	start, ask, reply, next []int32
	end                     int32 // of a line
}

// NewChat makes a codec for a tokenizer and the frame of its chats.
func NewChat(enc ChatEncoder, f Frame) (*Codec, error) {
	line := enc.Encode(nil, "\n")
	if len(line) != 1 {
		return nil, errors.New("its tokenizer has no token for the end of a line, with which arguments end")
	}
	return &Codec{&chatLayout{enc: enc, start: enc.EncodeAdded(nil, f.Start), ask: enc.EncodeAdded(nil, f.Ask),
		reply: enc.EncodeAdded(nil, f.Reply), next: enc.EncodeAdded(nil, f.Next), end: line[0]}}, nil
}

// brief is the system's text. It is the same for all tasks with the same verbs,
// so that a policy runs it once.
func brief(o *gym.Observation) string {
	var b strings.Builder
	b.WriteString("You act in an environment, turn by turn, until the goal is reached.\n" +
		"Each turn you are shown what is there now. Things that can be acted on have a number in brackets, as [12] button 'Save'; name them by the number alone. " +
		"A line that begins with ! says what was wrong with your last action.\n" +
		"Write one action: its name, then each argument, on lines of their own. The actions are:")
	for _, v := range o.Verbs {
		b.WriteString("\n  " + v.String())
	}
	return b.String()
}

func (c *chatLayout) Observe(before, o *gym.Observation) (ids []int32, types []uint8) {
	shown := o.String()
	if before == nil {
		ids = append(ids, c.start...)
		ids = append(c.enc.Encode(ids, brief(o)), c.ask...)
		head := "Goal: " + o.Goal + "\n"
		if o.Hint != "" {
			head += "Hint: " + o.Hint + "\n"
		}
		shown = head + "\n" + shown
	} else {
		ids = append(ids, c.next...)
		if kept(before, o) {
			shown = changed(before, o)
		}
		if !slices.EqualFunc(before.Verbs, o.Verbs, func(a, b gym.Verb) bool { return a.Signature() == b.Signature() }) {
			shown += "\nThe actions are now:"
			for _, v := range o.Verbs {
				shown += "\n  " + v.String()
			}
		}
	}
	if shown = strings.TrimSpace(shown); shown == "" {
		shown = "(nothing is shown)"
	}
	ids = append(c.enc.Encode(ids, shown), c.reply...)
	return ids, make([]uint8, len(ids))
}

// changed is what is new in o, where all that was there before still is.
func changed(before, o *gym.Observation) string {
	part := *o
	part.Text, part.Elements = "", nil
	for i := range o.Elements {
		if e := &o.Elements[i]; !slices.ContainsFunc(before.Elements, func(b gym.Element) bool { return equal(&b, e) }) {
			part.Elements = append(part.Elements, *e)
		}
	}
	text := part.String()
	if len(part.Elements) == 0 {
		return text + "Nothing has changed."
	}
	return text + "The rest is as before."
}

func (c *chatLayout) piece(dst []int32, p gym.Piece) []int32 {
	switch p.Kind {
	case gym.EndPiece:
		return append(dst, c.end)
	case gym.WordPiece:
		return c.enc.Encode(dst, " "+p.Text)
	case gym.PartPiece:
		return append(c.enc.Encode(dst, " "+p.Text), c.end)
	default:
		return append(c.enc.Encode(dst, p.Text), c.end)
	}
}

func (c *chatLayout) endToken() int32 { return c.end }
