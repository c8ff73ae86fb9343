package llm

import (
	"fmt"
	"io"
	"strings"
	"text/template"

	"github.com/turngym/turngym/gym"
)

// Briefing is what the template of the first message is given.
type Briefing struct {
	Goal, Hint string
	Text       bool     // actions are written as text; else they are tool calls
	Verbs      []string // a line each, as the help shows them
	Skills     []Skill
	Examples   []string // episodes, written out
}

// System is the template of the first message where [Agent.System] names no
// other.
const System = `You act in an environment, turn by turn, until the goal is reached.

Goal: {{.Goal}}
{{- with .Hint}}
Hint: {{.}}
{{- end}}

Each turn you are shown what is there now. Things that can be acted on have a number in brackets, as [12] button 'Save'; name them by the number alone.
A line that begins with ! says what was wrong with your last action.
{{- if .Text}}
Think as briefly as you can, then write exactly one action as the last line. The actions are:
{{- range .Verbs}}
  {{.}}
{{- end}}
Write an action as a function call, for instance click(12) or fill(3, "Ada").
{{- else}}
Answer with exactly one call of a tool: that is your action.
{{- end}}
{{- range .Skills}}

# {{.Name}}
{{.Text}}
{{- end}}
{{- range $i, $e := .Examples}}

Example {{$i}}, of another task:
{{$e}}
{{- end}}
`

// sumUp asks for a summary.
const sumUp = "Do not act now. This conversation grows too long and will be forgotten. Write down, in at most 200 words, what you need to go on: " +
	"what you have done, what you found out, and what is left to do."

// template is the one of the first message.
func (a *Agent) template() (*template.Template, error) {
	text := a.System
	if text == "" {
		text = System
	}
	t, err := template.New("system").Option("missingkey=error").Parse(text)
	if err == nil {
		err = t.Execute(io.Discard, Briefing{Verbs: []string{"v"}, Skills: []Skill{{Name: "n"}}, Examples: []string{"e"}})
	}
	if err != nil {
		return nil, fmt.Errorf("the template of the first message: %w", err)
	}
	return t, nil
}

// brief is the first message of an episode. o is its first observation that the
// model is shown.
func (a *Agent) brief(t gym.Task, step int, o *gym.Observation) string {
	b := Briefing{Goal: o.Goal, Hint: o.Hint, Text: a.Text, Skills: a.Lessons.skills(t, step), Examples: a.Lessons.examples(t, step)}
	for _, v := range o.Verbs {
		b.Verbs = append(b.Verbs, v.String())
	}
	var text strings.Builder
	a.system.Execute(&text, b) // it was tried when it was parsed
	return text.String()
}

// show is an observation as a message. Where actions are text, verbs that are
// not those of the turn before are listed again.
func (p *player) show(o *gym.Observation) string {
	text := o.String()
	if text == "" {
		text = "(nothing is shown)\n"
	}
	if !p.a.Text {
		return text
	}
	var list []string
	for _, v := range o.Verbs {
		list = append(list, v.Signature())
	}
	verbs := strings.Join(list, ", ")
	if p.verbs != "" && verbs != p.verbs {
		text += "The actions are now: " + verbs + "\n"
	}
	p.verbs = verbs
	return text
}
