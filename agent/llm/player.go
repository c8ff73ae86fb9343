package llm

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/gym"
)

// player is the model in one episode: its conversation.
type player struct {
	a      *Agent
	task   gym.Task
	step   int
	chance uint64 // the task's
	rng    *rand.Rand

	system  message
	turns   []turn // that are shown again
	summary string // of those that are not any more
	gone    int    // how many those are
	verbs   string // as they were last listed
	usage   agent.Usage

	context []int32 // its tokens, as the endpoint has them
	lost    bool    // it was not given, or was rewritten: columns that only grow cannot hold it
}

// turn is what was shown and answered.
type turn struct {
	shown  string
	answer message
}

// Act asks the model for an action. The error is [ErrGaveUp], [ErrBudget], an
// [*Unusable], or the context's.
func (p *player) Act(ctx context.Context, o gym.Observation) (gym.Move, error) {
	shown := p.show(&o)
	q := p.question(shown, &o)
	if most := p.a.Memory.Tokens; most > 0 && len(p.turns) > 0 && q.tokens() > most {
		if err := p.sumUp(ctx, &q); err != nil {
			return gym.Move{}, err
		}
		q = p.question(shown, &o)
	}
	r, err := p.a.ask(ctx, &q, p.rng, &p.usage)
	if errors.Is(err, errTooLong) { // not the environment's doing: the model has nothing more to say
		return gym.Move{Action: gym.Malformed(gym.Mistakef("%v", errTooLong))}, nil
	}
	if err != nil {
		return gym.Move{}, err
	}
	move := gym.Move{Action: r.action(&o, !p.a.Text), Tokens: p.columns(&r)}
	move.Text = written(&r, move.Action)
	p.turns = append(p.turns, turn{shown, p.answer(&r)})
	return move, nil
}

// Watch takes in an action that is not the model's own, as if it were.
func (p *player) Watch(_ context.Context, o gym.Observation, a gym.Action) (gym.Move, error) {
	r := reply{text: a.String()}
	if c, err := o.Call(a); err == nil && !p.a.Text { // else it was a mistake, and stays text
		r = reply{calls: []call{{name: c.Name, args: string(c.Arguments)}}}
	}
	p.turns = append(p.turns, turn{p.show(&o), p.answer(&r)})
	return gym.Move{Action: a, Text: a.String()}, nil
}

// Usage is what the episode has cost so far.
func (p *player) Usage() agent.Usage { return p.usage }

// Close has nothing to close.
func (p *player) Close() error { return nil }

// written is a reply as it is recorded.
func written(r *reply, a gym.Action) string {
	if len(r.calls) == 0 {
		return r.text
	}
	act := r.calls[0].name + r.calls[0].args
	if a.Verb == r.calls[0].name {
		act = a.String()
	}
	if r.text == "" {
		return act
	}
	return r.text + "\n" + act
}

// answer is a reply as the model is shown it again. What servers refuse to read
// back (calls without ids, arguments that are no JSON, nothing at all) is made
// good.
func (p *player) answer(r *reply) message {
	m := message{role: "assistant", text: r.text, calls: slices.Clone(r.calls)}
	if r.garbage != "" {
		m.text = ""
	}
	for i := range m.calls {
		c := &m.calls[i]
		if c.id == "" {
			c.id = "call_" + strconv.Itoa(p.gone+len(p.turns)) + "_" + strconv.Itoa(i)
		}
		if !isObject(c.args) {
			c.args = "{}"
		}
		if c.name == "" {
			c.name = "unnamed"
		}
	}
	if m.text == "" && m.calls == nil {
		m.text = "(a reply that cannot be read)"
	}
	return m
}

// question is the conversation up to what is shown now.
func (p *player) question(shown string, o *gym.Observation) question {
	if p.system.role == "" {
		p.system = message{role: "system", text: p.a.brief(p.task, p.step, o)}
	}
	turns, gone := p.turns, p.gone
	if k := p.a.Memory.Turns; k > 0 && len(turns) > k {
		gone += len(turns) - k
		turns = turns[len(turns)-k:]
	}
	q := question{messages: []message{p.system}}
	var before []call // of the answer before, which want one themselves
	head := ""
	if gone > 0 {
		head = fmt.Sprintf("(%d turns before are not shown.)\n", gone)
		if p.summary != "" {
			head = fmt.Sprintf("What happened in the %d turns before:\n%s\n\nNow:\n", gone, p.summary)
		}
	}
	for _, t := range turns {
		q.messages = append(answered(q.messages, before, head+t.shown), t.answer)
		before, head = t.answer.calls, ""
	}
	q.messages = answered(q.messages, before, head+shown)
	if p.a.See && len(o.Images) > 0 {
		if last := &q.messages[len(q.messages)-1]; last.role == "user" {
			last.images = o.Images
		} else {
			q.messages = append(q.messages, message{role: "user", text: "It looks like this.", images: o.Images})
		}
	}
	if !p.a.Text {
		q.tools = o.Verbs
	}
	if p.a.SendSeed {
		q.seed = int64((p.a.Seed ^ p.chance) >> 1) // the same for all turns: the conversation differs
	}
	return q
}

// answered adds what is shown, as the answer to the tool calls before, if there
// are any: the first is what was done.
func answered(list []message, calls []call, shown string) []message {
	if len(calls) == 0 {
		return append(list, message{role: "user", text: shown})
	}
	for _, c := range calls[1:] {
		list = append(list, message{role: "tool", callID: c.id, text: "Not done: one action a turn, and the first one counts."})
	}
	return append(list, message{role: "tool", callID: calls[0].id, text: shown})
}

// sumUp has the model tell what it was shown so far, and forgets it for that. A
// summary that comes to nothing leaves the last turn.
func (p *player) sumUp(ctx context.Context, q *question) error {
	ask := *q
	ask.mute = true
	ask.messages = append(slices.Clone(q.messages), message{role: "user", text: sumUp})
	r, err := p.a.ask(ctx, &ask, p.rng, &p.usage)
	if err != nil && !errors.Is(err, errTooLong) {
		return err
	}
	keep := 0
	if r.text == "" || r.garbage != "" {
		keep = 1
	} else {
		p.summary = r.text
	}
	drop := len(p.turns) - keep
	p.gone += drop
	p.turns = slices.Clone(p.turns[drop:])
	p.lost = true
	return nil
}

// columns are the tokens that this turn added to the context. They are kept
// only while the endpoint gives the ids of all it read and wrote, a log-prob for
// each that it wrote, and what it reads begins with what was there before.
func (p *player) columns(r *reply) (t gym.Tokens) {
	known := p.context
	if p.lost = p.lost || len(r.tokens) == 0 || len(r.tokens) != len(r.logProbs) || len(r.prompt) < len(known) || !slices.Equal(r.prompt[:len(known)], known); p.lost {
		p.context = nil
		return gym.Tokens{}
	}
	fresh := r.prompt[len(known):]
	t.Read(fresh, make([]uint8, len(fresh)))
	for i, id := range r.tokens {
		t.Append(gym.Tokens{IDs: []int32{id}, Type: []uint8{0}, Sampled: []bool{true}, LogProb: []float32{r.logProbs[i]}, Version: []uint32{0}, Allow: [][]int32{nil}})
	}
	p.context = append(append(p.context, fresh...), r.tokens...)
	return t
}
