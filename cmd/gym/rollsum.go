package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/gym"
)

// summary is what a rollout came to.
type summary struct {
	Env        string         `json:"env"`
	Agent      string         `json:"agent"`
	Split      string         `json:"split"`
	Success    float64        `json:"success"` // mean over scenarios of the mean outcome
	Episodes   int            `json:"episodes"`
	Failed     int            `json:"failed"` // for which there is no episode; never an outcome
	Cut        int            `json:"cut"`    // that were playing when the budget was used up
	Left       int            `json:"left"`   // to be played yet, those too
	Faults     int64          `json:"faults"` // of environments; played again
	Usage      agent.Usage    `json:"usage"`
	Errors     []errorCount   `json:"errors,omitempty"`
	ByScenario []*scenarioSum `json:"by_scenario"`
}

// scenarioSum is a summary's line; means are over its episodes.
type scenarioSum struct {
	Scenario string      `json:"scenario"`
	Success  float64     `json:"success"`
	Turns    float64     `json:"turns"`
	Mistakes float64     `json:"mistakes"`
	Episodes int         `json:"episodes"`
	Failed   int         `json:"failed"`
	Usage    agent.Usage `json:"usage"`
}

type errorCount struct {
	Text  string `json:"text"`
	Count int    `json:"count"`
}

func (s *summary) start(env string, o rollOptions, list []chosen) {
	s.Env, s.Agent, s.Split = env, o.Agent, o.Split
	for _, sc := range list {
		s.ByScenario = append(s.ByScenario, &scenarioSum{Scenario: sc.Name})
	}
}

// of is a scenario's line; one that is not played any more gets one, too.
func (s *summary) of(scenario string) *scenarioSum {
	for _, l := range s.ByScenario {
		if l.Scenario == scenario {
			return l
		}
	}
	l := &scenarioSum{Scenario: scenario}
	s.ByScenario = append(s.ByScenario, l)
	return l
}

// mean is old moved to where it is with x as the n-th value.
func mean(old, x float64, n int) float64 { return old + (x-old)/float64(n) }

// add takes in an episode.
func (s *summary) add(ep *gym.Episode) {
	l, mistakes := s.of(ep.Task.Scenario), 0
	for i := range ep.Turns {
		if bad, _ := ep.Turns[i].Signals.Value(gym.SignalFormat); bad > 0 {
			mistakes++
		}
	}
	s.Episodes++
	l.Episodes++
	l.Success = mean(l.Success, ep.Outcome(), l.Episodes)
	l.Turns = mean(l.Turns, float64(len(ep.Turns)), l.Episodes)
	l.Mistakes = mean(l.Mistakes, float64(mistakes), l.Episodes)
}

// spend takes in what an episode cost, be it there or not.
func (s *summary) spend(scenario string, u agent.Usage) {
	s.Usage.Add(u)
	s.of(scenario).Usage.Add(u)
}

// errorKinds bounds how many different errors are told apart.
const errorKinds = 20

// fail takes in that there is no episode.
func (s *summary) fail(scenario, why string) {
	s.Failed++
	s.of(scenario).Failed++
	i := slices.IndexFunc(s.Errors, func(e errorCount) bool { return e.Text == why })
	if i < 0 && len(s.Errors) == errorKinds {
		i = errorKinds - 1
		s.Errors[i].Text = "others"
	}
	if i < 0 {
		i = len(s.Errors)
		s.Errors = append(s.Errors, errorCount{Text: why})
	}
	s.Errors[i].Count++
}

// finish works out what the lines do not say.
func (s *summary) finish(tasks int) {
	played := 0
	for _, l := range s.ByScenario {
		if l.Episodes > 0 {
			played++
			s.Success = mean(s.Success, l.Success, played)
		}
	}
	s.Left = max(0, tasks-s.Episodes-s.Failed)
}

func (s *summary) table(w io.Writer) {
	for _, line := range s.lines(len(s.ByScenario)) {
		fmt.Fprintln(w, line)
	}
	fmt.Fprintf(w, "\nsuccess %.2f over %d episodes of the %s split, %d failed, %d left, %d faults\n", s.Success, s.Episodes, s.Split, s.Failed, s.Left, s.Faults)
	if u := s.Usage; u.Tries > 0 {
		fmt.Fprintf(w, "model   %d calls in %d tries, %d tokens read, %d written, cost %.4g\n", u.Calls, u.Tries, u.In, u.Out, u.Cost)
	}
	if s.Cut > 0 {
		fmt.Fprintf(w, "!       %d episodes were cut off when the budget was used up\n", s.Cut)
	}
	for _, e := range s.Errors {
		fmt.Fprintf(w, "!       %d times: %s\n", e.Count, e.Text)
	}
}

// lines are the table, of at most so many scenarios: of those that were played.
func (s *summary) lines(most int) []string {
	model := s.Usage.Tries > 0
	head := fmt.Sprintf("%-24s success   turns mistakes episodes  failed", "scenario")
	if model {
		head += "    tokens      cost"
	}
	list := []string{head}
	more := 0
	for _, l := range s.ByScenario {
		if l.Episodes+l.Failed == 0 {
			continue
		}
		if len(list) > most {
			more++
			continue
		}
		line := fmt.Sprintf("%-24s       - %7s %8s %8d %7d", l.Scenario, "-", "-", l.Episodes, l.Failed)
		if l.Episodes > 0 {
			line = fmt.Sprintf("%-24s %7.2f %7.1f %8.2f %8d %7d", l.Scenario, l.Success, l.Turns, l.Mistakes, l.Episodes, l.Failed)
		}
		if model {
			line += fmt.Sprintf(" %9d %9.4g", l.Usage.In+l.Usage.Out, l.Usage.Cost)
		}
		list = append(list, line)
	}
	if more > 0 {
		list = append(list, fmt.Sprintf("… %d more", more))
	}
	return list
}

// progressTable shows how far a rollout is: a table that lives on a terminal, a
// line every few seconds elsewhere.
type progressTable struct {
	app    *app
	quiet  bool
	begun  time.Time
	before int // episodes that were there when it began
	shown  time.Time
	height int // of the table that stands on the terminal
}

const (
	liveRows  = 12
	liveEvery = 200 * time.Millisecond
)

// show shows the state if it is time.
func (p *progressTable) show(s *summary, total int) {
	now := time.Now()
	ended := s.Episodes + s.Failed
	if p.begun.IsZero() {
		p.begun, p.shown, p.before = now, now, ended
	}
	every := plainEvery
	if p.app.tty {
		every = liveEvery
	}
	if p.quiet || now.Sub(p.shown) < every {
		return
	}
	p.shown = now
	rate := float64(ended-p.before) / now.Sub(p.begun).Seconds()
	text := fmt.Sprintf("%d/%d episodes, %d failed, %.1f a second", ended, total, s.Failed, rate)
	if rate > 0 {
		text += fmt.Sprintf(", %v left", time.Duration(float64(total-ended)/rate*float64(time.Second)).Round(time.Second))
	}
	if s.Usage.Tries > 0 {
		text += fmt.Sprintf(", %d tokens, cost %.4g", s.Usage.In+s.Usage.Out, s.Usage.Cost)
	}
	if !p.app.tty {
		fmt.Fprintln(p.app.err, text)
		return
	}
	lines := append(s.lines(liveRows), text)
	p.clear()
	for i, l := range lines {
		if r := []rune(l); len(r) >= p.app.width { // a line that wraps could not be taken back
			lines[i] = string(r[:max(0, p.app.width-1)])
		}
	}
	fmt.Fprintln(p.app.err, strings.Join(lines, "\n"))
	p.height = len(lines)
}

// clear takes the table off the terminal.
func (p *progressTable) clear() {
	if p.height > 0 {
		fmt.Fprintf(p.app.err, "\x1b[%dA\x1b[J", p.height)
		p.height = 0
	}
}

// end leaves the terminal to the summary.
func (p *progressTable) end() { p.clear() }
