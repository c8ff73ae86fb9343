package toolbox

import (
	"fmt"
	"slices"
	"strings"
)

// Conversation is what a user who is no script is given.
type Conversation struct {
	Wants string // all that the user wants, and how the user is
	Lines []Line // what was said so far; the last is the agent's
}

// Line is something said.
type Line struct {
	User bool // else the agent
	Text string
}

// brief says to a user who is no script what the script knows.
func (t *task) brief() string {
	var b strings.Builder
	fmt.Fprintf(&b, "You are a user of %s. What you want, in the end: %s You began by saying: %s", t.doc, t.wants, t.goal)
	if len(t.hidden) > 0 {
		b.WriteString(" What you left out you tell only when asked for it.")
	}
	for _, s := range t.wavering {
		fmt.Fprintf(&b, " When first asked to confirm, say that you have changed your mind: %s", fmt.Sprintf(s.param.tell, s.value))
	}
	b.WriteString(" When asked to confirm what you want, begin with Yes. Answer in one short sentence.")
	return b.String()
}

// Words by which the script knows a request to confirm, which does not begin as a
// question for something does.
var (
	asking     = []string{"which", "what", "when", "where", "how", "who", "whom"}
	confirming = []string{"shall", "should", "confirm", "proceed", "ahead", "correct", "okay", "ok", "sure", "right", "yes", "agree"}
)

// reply is what the scripted user answers: what was asked for and nothing more.
// wavered says that the user has already had another mind.
func (t *task) reply(said string, wavered bool) string {
	var told []string
	confirms := false
	for _, sentence := range strings.FieldsFunc(said, func(r rune) bool { return strings.ContainsRune(".!?\n", r) }) {
		list := spoken(sentence)
		if !has(list[:min(len(list), 2)], asking) && has(list, confirming) {
			confirms = true
			continue
		}
		for _, s := range t.hidden {
			if tell := s.tell(); has(list, s.param.words) && !slices.Contains(told, tell) {
				told = append(told, tell)
			}
		}
	}
	switch {
	case len(told) > 0:
		return strings.Join(told, " ")
	case confirms && len(t.wavering) > 0 && !wavered:
		return "Sorry, I have another mind. " + t.wavering[0].tell()
	case confirms:
		return "Yes, please."
	}
	return "I have said all that I know of that."
}

// has says whether one of the words is in a list.
func has(list, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
}

// tell is how the user says it.
func (s slot) tell() string { return fmt.Sprintf(s.param.tell, s.value) }

// spoken are a text's words in small letters.
func spoken(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '\'' })
}

// agrees says whether a user's line is a yes.
func agrees(line string) bool {
	list := spoken(line)
	return len(list) > 0 && list[0] == "yes"
}
