package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/turngym/turngym/agent/rollout"
	"github.com/turngym/turngym/policy/train"
)

// progress is the line that lives while a policy trains: a bar on a terminal,
// a plain line every few seconds elsewhere.
type progress struct {
	a       *app
	stages  []train.Stage
	total   int
	engines []*rollout.Engine // whose steps are counted
	shown   time.Time         // when the last line was
	wrote   bool

	stage   string
	success float64 // smoothed, of the stage
	reward  float64
	began   mark // the stage's first row
	last    mark // the last row
}

// mark is a moment of a run.
type mark struct {
	at      time.Time
	step    int
	actions int64 // steps of episodes
}

// plainEvery is the time between two lines where there is no terminal.
const plainEvery = 5 * time.Second

func newProgress(a *app, stages []train.Stage, from int, engines ...*rollout.Engine) *progress {
	p := &progress{a: a, stages: stages, engines: slices.Compact(engines)}
	for _, s := range stages {
		p.total += s.Steps
	}
	p.last = p.mark(from)
	return p
}

func (p *progress) mark(step int) mark {
	m := mark{at: time.Now(), step: step}
	for _, e := range p.engines {
		m.actions += e.Steps()
	}
	return m
}

// About how much longer an episode takes than one that is demonstrated, where a
// policy plays it, and where what is read is learnt as well.
const rolloutCost, readCost = 4, 8

// left is the time to the end: this stage at its own speed, later ones by the
// number of their episodes.
func (p *progress) left(step int, perStep float64) time.Duration {
	cost := func(s *train.Stage) float64 {
		switch {
		case s.Probe == nil:
			return rolloutCost * float64(s.Batch)
		case s.Update.Read > 0:
			return readCost * float64(s.Batch)
		}
		return float64(s.Batch)
	}
	seconds, at, now := 0.0, 0, 0.0
	for i := range p.stages {
		s := &p.stages[i]
		at += s.Steps
		if s.Name == p.stage {
			seconds, now = perStep*float64(at-step), cost(s)
		} else if now > 0 {
			seconds += perStep * float64(s.Steps) * cost(s) / now
		}
	}
	return time.Duration(seconds * float64(time.Second)).Round(time.Second)
}

// step shows one step's row.
func (p *progress) step(r train.Row) {
	if before := p.last; r.Stage != p.stage {
		p.stage, p.success, p.reward = r.Stage, r.Success, r.Reward
		p.last = p.mark(r.Step)
		if p.began = p.last; r.Step < p.total { // the first step starts a browser: its time tells nothing
			return
		}
		p.began = before
	}
	p.last = p.mark(r.Step)
	const keep = 0.8
	p.success, p.reward = keep*p.success+(1-keep)*r.Success, keep*p.reward+(1-keep)*r.Reward
	if !p.a.tty && p.last.at.Sub(p.shown) < plainEvery && r.Step != p.total {
		return
	}
	p.shown = p.last.at
	took, steps := p.last.at.Sub(p.began.at).Seconds(), float64(r.Step-p.began.step)
	text := fmt.Sprintf("%-4s %d/%d  success %.2f  reward %+.2f  %.0f steps/s  %s left  loss %.3f", r.Stage, r.Step, p.total,
		p.success, p.reward, float64(p.last.actions-p.began.actions)/took, p.left(r.Step, took/steps), r.Loss)
	if r.Flag != "" {
		text += "  ! " + r.Flag
	}
	faults := int64(0)
	for _, e := range p.engines {
		faults += e.Faults()
	}
	if faults > 0 {
		text += fmt.Sprintf("  %d faults", faults)
	}
	if !p.a.tty {
		fmt.Fprintln(p.a.err, text)
		return
	}
	const bar = 12
	full := bar * r.Step / p.total
	line := strings.Repeat("█", full) + strings.Repeat("░", bar-full) + " " + text
	if runes := []rune(line); len(runes) >= p.a.width {
		line = string(runes[:p.a.width-1])
	}
	fmt.Fprintf(p.a.err, "\r\x1b[K%s", line)
	p.wrote = true
}

// end leaves the last line standing.
func (p *progress) end() {
	if p.wrote {
		fmt.Fprintln(p.a.err)
	}
}
