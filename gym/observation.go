package gym

import (
	"fmt"
	"strconv"
	"strings"
)

// Observation is what the agent is shown.
type Observation struct {
	Goal     string    // what the user wants; the same in every observation of an episode
	Hint     string    // the hints asked for by Task.Hint; "" is none
	Text     string    // what is not an element: a page's title and path, a tool's output
	Note     string    // what was wrong with the last action; "" when it was fine
	Elements []Element // in reading order
	Images   []Image   // pictures of it, where they were asked for
	Verbs    []Verb    // what may be done now
}

// Image is a picture, PNG.
type Image struct {
	Name string // screenshot, som
	Data []byte
}

// Element is one thing on the page: something to act on, or text to read.
type Element struct {
	ID      string   // how actions name it, stable while it stays; "" for text that cannot be acted on
	Role    string   // button, link, textbox, checkbox, radio, combobox, tab, heading, cell, text, …
	Name    string   // what a person would call it: its label or text
	Value   string   // what was typed or chosen
	Options []string // of a combobox, in order
	State   string   // "checked", "selected", "expanded", "disabled", …; "" is none
	Box     [4]int   // left, top, width, height in pixels of the picture, where it was asked for; else zeros
}

// Unusable is why an element cannot be acted on now, "disabled" or "covered";
// "" where it can.
func (e *Element) Unusable() string {
	for word := range strings.SplitSeq(e.State, ", ") {
		if word == "disabled" || word == "covered" {
			return word
		}
	}
	return ""
}

// Element finds an element by its id, or nil.
func (o *Observation) Element(id string) *Element {
	if id == "" {
		return nil
	}
	for i := range o.Elements {
		if o.Elements[i].ID == id {
			return &o.Elements[i]
		}
	}
	return nil
}

// String is the element as a person reads it: [12] button 'Save' value='x', checked.
func (e Element) String() string {
	var b strings.Builder
	if e.ID != "" {
		b.WriteString("[" + e.ID + "] ")
	}
	b.WriteString(e.Role)
	if e.Name != "" {
		b.WriteString(" " + quote(e.Name))
	}
	if e.Value != "" {
		b.WriteString(" value=" + quote(e.Value))
	}
	if len(e.Options) > 0 {
		b.WriteString(" options=")
		for i, o := range e.Options {
			if i > 0 {
				b.WriteString("|")
			}
			b.WriteString(quote(o))
		}
	}
	if e.State != "" {
		b.WriteString(", " + e.State)
	}
	if e.Box != [4]int{} {
		fmt.Fprintf(&b, ", box=(%d,%d,%d,%d)", e.Box[0], e.Box[1], e.Box[2], e.Box[3])
	}
	return b.String()
}

// quote is Python's repr of plain text, the form web agents are used to:
// single quotes, double where the text has a single and no double one.
func quote(s string) string {
	q := strconv.Quote(s)
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		return q
	}
	return "'" + strings.ReplaceAll(strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`), "'", `\'`) + "'"
}

// String is the whole observation as a person reads it, without the goal and verbs.
func (o *Observation) String() string {
	var b strings.Builder
	if o.Note != "" {
		fmt.Fprintf(&b, "! %s\n", o.Note)
	}
	if o.Text != "" {
		b.WriteString(o.Text + "\n")
	}
	for _, e := range o.Elements {
		b.WriteString(e.String() + "\n")
	}
	return b.String()
}

// The signals every environment gives.
const (
	SignalOutcome  = "outcome"  // 0 to 1, on the last step only: was the goal reached
	SignalProgress = "progress" // 0 to 1, a potential of the state after the step
	SignalFormat   = "format"   // 1 when the action was a mistake
	SignalRubric   = "rubric/"  // before a criterion's name: 0 to 1, on the last step
)

// Signal is one named number that a step gave.
type Signal struct {
	Name  string
	Value float64
}

// Signals are ordered, so that they are the same bytes every time.
type Signals []Signal

// Value is the named signal's value, and whether it was given.
func (s Signals) Value(name string) (float64, bool) {
	for _, x := range s {
		if x.Name == name {
			return x.Value, true
		}
	}
	return 0, false
}

// Outcome is what a step led to.
type Outcome struct {
	Observation Observation
	Signals     Signals
	Terminated  bool // the task is over: done or failed for good
	Truncated   bool // a limit ended it
}
