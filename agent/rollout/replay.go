package rollout

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"

	"github.com/turngym/turngym/agent/prompt"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/curriculum"
)

// Transcribe is a recorded episode with the tokens with which a policy would
// have read and written it, as a [Demonstrator] gives them. Tokens that were
// recorded with it are another tokenizer's and are left behind. What was done
// before the task's start is read. It fails where the grammar cannot write an
// action.
func Transcribe(c *prompt.Codec, ep *gym.Episode) (*gym.Episode, error) {
	lead := 0
	if ep.Task.Start != "" {
		lead = 1 + strings.Count(ep.Task.Start, "\n")
	}
	out := *ep
	out.Turns = make([]gym.Turn, len(ep.Turns))
	var before *gym.Observation
	for i := range ep.Turns {
		t := ep.Turns[i]
		written, err := c.Demonstrate(&t.Observation, t.Move.Action)
		if err != nil {
			return nil, fmt.Errorf("episode %s (%s), turn %d: %w", ep.ID, ep.Task, i+1, err)
		}
		read, types := c.Observe(before, &t.Observation)
		before = &ep.Turns[i].Observation
		t.Move.Tokens = gym.Tokens{}
		t.Move.Tokens.Read(read, types)
		if i < lead {
			t.Move.Tokens.Read(written.IDs, written.Type)
		} else {
			t.Move.Tokens.Append(written)
		}
		out.Turns[i] = t
	}
	return &out, nil
}

// Replay gives recorded demonstrations in place of live ones: each once in an
// order that Seed says, then again in another. Which a step gets depends on
// nothing but its number.
type Replay struct {
	Codec    *prompt.Codec
	Episodes []*gym.Episode
	Seed     uint64
	Batch    int // episodes of a step

	step int // the next
}

// Start makes step the next one.
func (r *Replay) Start(step int) { r.step = step }

// Next is the next step.
func (r *Replay) Next(ctx context.Context) (curriculum.Step, error) {
	picked := make([]*gym.Episode, r.Batch)
	r.pick(picked)
	r.step++
	err := r.each(picked, func(i int, ep *gym.Episode) { picked[i] = ep })
	if err != nil {
		return curriculum.Step{}, err
	}
	return curriculum.Step{Episodes: picked, Played: len(picked)}, ctx.Err()
}

// Check says whether all episodes can be written.
func (r *Replay) Check() error {
	return r.each(r.Episodes, func(int, *gym.Episode) {})
}

// each transcribes episodes on all cores; the error is that of the first of them.
func (r *Replay) each(list []*gym.Episode, done func(i int, ep *gym.Episode)) error {
	errs := make([]error, len(list))
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(list))
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(list); i += workers {
				ep, err := Transcribe(r.Codec, list[i])
				if errs[i] = err; err == nil {
					done(i, ep)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// pick fills a step's batch: it goes on where the step before left off.
func (r *Replay) pick(batch []*gym.Episode) {
	n, round := len(r.Episodes), -1
	var order []int
	for i := range batch {
		at := r.step*r.Batch + i
		if at/n != round {
			round = at / n
			order = rand.New(rand.NewPCG(r.Seed, uint64(round))).Perm(n)
		}
		batch[i] = r.Episodes[order[at%n]]
	}
}
