package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/turngym/turngym/agent/rollout"
	"github.com/turngym/turngym/policy/train"
)

// progress is the line that lives while a policy trains: a bar on a terminal,
// a plain line every few seconds elsewhere.
type progress struct {
	a           *app
	total, from int
	engine      *rollout.Engine
	begun       time.Time
	last        time.Time // that a line was written
	success     float64   // smoothed, of the current stage
	reward      float64
	stage       string
	wrote       bool
}

// plainEvery is the time between two lines where there is no terminal.
const plainEvery = 5 * time.Second

func newProgress(a *app, total, from int, e *rollout.Engine) *progress {
	return &progress{a: a, total: total, from: from, engine: e, begun: time.Now()}
}

// step shows one step's row.
func (p *progress) step(r train.Row) {
	const keep = 0.8
	if r.Stage != p.stage {
		p.stage, p.success, p.reward = r.Stage, r.Success, r.Reward
	}
	p.success, p.reward = keep*p.success+(1-keep)*r.Success, keep*p.reward+(1-keep)*r.Reward
	now := time.Now()
	if !p.a.tty && now.Sub(p.last) < plainEvery && r.Step != p.total {
		return
	}
	p.last = now
	took := now.Sub(p.begun)
	left := time.Duration(float64(took) / float64(r.Step-p.from) * float64(p.total-r.Step)).Round(time.Second)
	rate := float64(r.Step-p.from) / took.Seconds()
	what := fmt.Sprintf("success %.2f  reward %+.2f", p.success, p.reward)
	if r.Stage == "sft" { // demonstrations always succeed: what is learnt shows in the loss
		what = fmt.Sprintf("loss %.3f", r.Loss)
	}
	text := fmt.Sprintf("%-4s %d/%d  %s  entropy %.2f  %.1f steps/s  %.0f actions/s  %s left", r.Stage, r.Step, p.total, what, r.Entropy,
		rate, float64(p.engine.Steps())/took.Seconds(), left)
	if n := p.engine.Faults(); n > 0 {
		text += fmt.Sprintf("  %d faults", n)
	}
	if !p.a.tty {
		fmt.Fprintln(p.a.err, text)
		return
	}
	const bar = 20
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
