package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/agent/llm"
	"github.com/turngym/turngym/agent/rollout"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/record"
	"github.com/turngym/turngym/policy/weights"
)

// roll is a rollout that is being played. Episodes are on disk as soon as they
// end, and not kept.
type roll struct {
	app    *app
	c      Config
	o      rollOptions
	dir    string
	who    actor
	tasks  []gym.Task
	engine *rollout.Engine

	mu    sync.Mutex
	left  []int // the tasks that are still to be played
	paid  []*paid
	out   *record.Writer
	log   *os.File
	sum   summary
	short error // the budget that ended it
	shown progressTable
}

// usageFile has a line for each episode that was played, or failed.
const usageFile = "usage.jsonl"

// usageLine is one.
type usageLine struct {
	ID       string `json:"id"`
	Scenario string `json:"scenario"`
	agent.Usage
	Error string `json:"error,omitempty"`
}

func rollID(i int) string { return fmt.Sprintf("roll-%d", i+1) }

// read takes in what the folder has: episodes count as played, and what was
// spent counts to the budget.
func (r *roll) read() error {
	there := map[string]bool{}
	episodes := record.Follow(filepath.Join(r.dir, "episodes"))
	for _, ep := range episodes.New() {
		there[ep.ID] = true
		r.sum.add(ep)
	}
	for _, d := range episodes.Dropped() {
		fmt.Fprintf(r.app.err, "gym: %s/%v\n", r.dir, d)
	}
	for i := range r.tasks {
		if !there[rollID(i)] {
			r.left = append(r.left, i)
		}
	}
	text, err := os.ReadFile(filepath.Join(r.dir, usageFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var spent agent.Usage
	for line := range bytes.Lines(text) {
		var l usageLine
		if json.Unmarshal(line, &l) == nil { // a crash cuts the last one off
			r.sum.spend(l.Scenario, l.Usage)
			spent.Add(l.Usage)
		}
	}
	if err := r.limit(spent); err != nil {
		return err
	}
	if r.log, err = os.OpenFile(filepath.Join(r.dir, usageFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644); err != nil {
		return err
	}
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		if _, err := r.log.WriteString("\n"); err != nil {
			return err
		}
	}
	return nil
}

// limit takes what was spent off the budget.
func (r *roll) limit(spent agent.Usage) error {
	if r.who.model == nil || len(r.left) == 0 {
		return nil
	}
	b, tokens := &r.who.model.Budget, spent.In+spent.Out
	if b.Tokens > 0 && tokens >= b.Tokens || b.Cost > 0 && spent.Cost >= b.Cost {
		return fmt.Errorf("the run has spent %d tokens and %.4g, which is its budget; go on with a larger --budget-tokens or --budget-cost", tokens, spent.Cost)
	}
	if b.Tokens > 0 {
		b.Tokens -= tokens
	}
	if b.Cost > 0 {
		b.Cost -= spent.Cost
	}
	return nil
}

// play plays what is left and tells what came of all.
func (r *roll) play(ctx context.Context, asJSON bool) error {
	tasks := make([]gym.Task, len(r.left))
	for k, i := range r.left {
		tasks[k] = r.tasks[i]
	}
	if !asJSON {
		fmt.Fprintf(r.app.err, "run     %s: %d episodes, %d of them to be played, %d at once\n", r.dir, len(r.tasks), len(tasks), r.engine.Envs)
	}
	r.paid = make([]*paid, len(tasks))
	r.shown = progressTable{app: r.app, quiet: asJSON}
	err := r.engine.Each(ctx, func(k int) agent.Agent {
		r.paid[k] = &paid{Agent: r.who.of(r.left[k])}
		return r.paid[k]
	}, tasks, func(k int, ep *gym.Episode, err error) error { return r.done(ctx, k, ep, err) })
	r.shown.end()
	r.sum.Faults = r.engine.Faults()
	err = errors.Join(err, r.out.Close(), r.log.Close(), r.report(asJSON))
	switch again := "go on with: gym rollout --resume " + r.dir; {
	case ctx.Err() != nil:
		return errors.New("stopped; " + again)
	case err != nil:
		return fmt.Errorf("%w; %d of %d episodes are saved, %s", err, r.sum.Episodes, len(r.tasks), again)
	case r.short != nil:
		return fmt.Errorf("%w, after %d of %d episodes; give more and %s", r.short, r.sum.Episodes, len(r.tasks), again)
	case r.sum.Episodes == 0:
		return errors.New("every episode failed")
	}
	return nil
}

// done takes in an episode that has ended, or why there is none. What failed for
// a reason of its own is counted; the error of all others stops the play.
func (r *roll) done(ctx context.Context, k int, ep *gym.Episode, failure error) error {
	i := r.left[k]
	line := usageLine{ID: rollID(i), Scenario: r.tasks[i].Scenario, Usage: r.paid[k].usage()}
	r.paid[k] = nil
	r.mu.Lock()
	defer r.mu.Unlock()
	var stop error
	var fault *gym.Fault
	switch {
	case failure == nil:
	case ctx.Err() != nil || errors.Is(failure, context.Canceled):
		stop = context.Canceled
	case errors.Is(failure, llm.ErrBudget):
		stop, r.short = rollout.ErrEnough, failure
		if line.Tries > 0 {
			r.sum.Cut++
			line.Error = failure.Error()
		}
	case errors.Is(failure, llm.ErrGaveUp), errors.As(failure, &fault):
		line.Error = brief(failure.Error())
		r.sum.fail(line.Scenario, line.Error)
	default:
		stop = failure
	}
	r.sum.spend(line.Scenario, line.Usage)
	if line.Tries > 0 || line.Error != "" {
		if err := json.NewEncoder(r.log).Encode(line); err != nil {
			return err
		}
	}
	if failure == nil { // after its line: what was spent may not be forgotten
		ep.ID = line.ID
		if err := r.out.Append(ep); err != nil {
			return err
		}
		r.sum.add(ep)
	}
	r.shown.show(&r.sum, len(r.tasks))
	return stop
}

// brief cuts a message to what a line of the log may hold.
func brief(s string) string {
	const most = 500
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// report writes the summary and prints it.
func (r *roll) report(asJSON bool) error {
	r.sum.finish(len(r.tasks))
	text, err := json.MarshalIndent(&r.sum, "", "  ")
	if err == nil {
		err = weights.Atomic(filepath.Join(r.dir, "summary.json"), text)
	}
	if err != nil {
		return err
	}
	if asJSON {
		return r.app.json(&r.sum)
	}
	r.sum.table(r.app.out)
	fmt.Fprintf(r.app.out, "look    gym episodes %s, gym view %s\n", r.dir, r.dir)
	return nil
}
