package view

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/turngym/turngym/gym"
)

// Replay draws what an episode looked like by playing it again: a task gives
// the same bytes every time, so the recorded actions lead to the recorded
// observations. Where they do not, it says so and draws nothing.
type Replay struct {
	Open  func() (gym.Family, error) // called once, with the first picture
	Limit time.Duration              // of one picture; 0 is 30 s

	mu     sync.Mutex
	family gym.Family
	env    gym.Env
	past   string // what was done in env; "" is nothing yet
	turn   int    // how many actions that are
	kept   []kept // the newest last
}

// kept is a picture that was drawn.
type kept struct {
	past, target string
	Picture
}

// past names the state that a turn finds: it is a function of the task and of
// what was done in it.
func past(ep *gym.Episode, turn int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %#v", ep.Env, ep.Task)
	for _, t := range ep.Turns[:turn] {
		fmt.Fprintf(&b, "\n%v", t.Move.Action)
	}
	return b.String()
}

// keptMax is how many pictures are kept: going back and forth draws nothing.
const keptMax = 64

// Picture draws a turn's observation, with the box of the element that its
// action points to where the environment can tell. One at a time is drawn.
func (r *Replay) Picture(ctx context.Context, ep *gym.Episode, turn int) (Picture, error) {
	limit := r.Limit
	if limit == 0 {
		limit = 30 * time.Second
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	name, aim := past(ep, turn), ""
	if turn < len(ep.Turns) {
		aim = target(ep.Turns[turn].Move.Action)
	}
	if i := slices.IndexFunc(r.kept, func(k kept) bool { return k.past == name && k.target == aim }); i >= 0 {
		return r.kept[i].Picture, nil
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	p, err := r.draw(ctx, ep, turn, aim)
	if err != nil {
		r.end() // whatever is wrong with it, the next one gets another
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("not drawn within %v", limit)
		}
		return Picture{}, fmt.Errorf("replay %s to turn %d: %w", ep.Task, turn+1, err)
	}
	r.kept = append(r.kept, kept{name, aim, p})
	r.kept = r.kept[max(0, len(r.kept)-keptMax):]
	return p, nil
}

// Close ends the environment and its family.
func (r *Replay) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.end()
	if r.family != nil {
		err = errors.Join(err, r.family.Close())
	}
	return err
}

func (r *Replay) end() error {
	if r.env == nil {
		return nil
	}
	err := r.env.Close()
	r.env, r.past = nil, ""
	return err
}

func (r *Replay) draw(ctx context.Context, ep *gym.Episode, turn int, aim string) (Picture, error) {
	if err := r.goTo(ctx, ep, turn); err != nil {
		return Picture{}, err
	}
	artist, ok := gym.As[gym.Renderer](r.env)
	if !ok {
		return Picture{}, fmt.Errorf("%s draws no pictures", ep.Env)
	}
	image, err := artist.Screenshot(ctx)
	if err != nil {
		return Picture{}, err
	}
	p := Picture{Image: image}
	if boxer, ok := gym.As[boxer](r.env); ok && aim != "" {
		if x, y, w, h, ok := boxer.Box(ctx, aim); ok {
			p.Mark = &Mark{x, y, w, h}
		}
	}
	return p, nil
}

// boxer is the ability to say where an element is on the screenshot, in its
// pixels; ok is false where it is not there.
type boxer interface {
	Box(ctx context.Context, id string) (x, y, w, h float64, ok bool)
}

// goTo plays the episode up to a turn: from where it is, if that is before.
func (r *Replay) goTo(ctx context.Context, ep *gym.Episode, turn int) error {
	var err error
	if r.family == nil {
		if r.family, err = r.Open(); err != nil {
			r.family = nil
			return err
		}
	}
	if r.env == nil {
		if r.env, err = r.family.Open(ctx); err != nil {
			r.env = nil
			return err
		}
	}
	if r.past == "" || r.turn > turn || r.past != past(ep, r.turn) {
		r.past = ""
		o, err := r.env.Reset(ctx, ep.Task)
		if err != nil {
			return err
		}
		if err := same(ep, 0, &o); err != nil {
			return err
		}
		r.turn, r.past = 0, past(ep, 0)
	}
	for r.turn < turn {
		out, err := r.env.Step(ctx, ep.Turns[r.turn].Move.Action)
		if err != nil {
			return err
		}
		r.turn++
		if err := same(ep, r.turn, &out.Observation); err != nil {
			return err
		}
	}
	r.past = past(ep, turn)
	return nil
}

// same says whether a turn shows what it did when it was recorded.
func same(ep *gym.Episode, turn int, o *gym.Observation) error {
	was := &ep.End.Observation
	if turn < len(ep.Turns) {
		was = &ep.Turns[turn].Observation
	}
	if o.Goal != was.Goal || o.String() != was.String() {
		return fmt.Errorf("turn %d is no longer as it was recorded: the scenario has changed since", turn+1)
	}
	return nil
}
