package curriculum

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym"
)

// Plan makes the steps of a training: the picker's tasks, each played by a
// group of episodes, and what is added to them. Its methods are called in turn,
// Propose, then Hear until it gives no more tasks, then Learn.
type Plan struct {
	Picker   Picker
	Rounds   *Rounds   `json:",omitempty"` // nil: one round
	Scaffold *Scaffold `json:",omitempty"` // nil: no hints
	Restarts *Restarts `json:",omitempty"` // nil: episodes begin at the beginning
	Steps    int       // done so far

	group int
	round int
	heard []*gym.Episode
}

// Propose gives the tasks of a step's first round: n tasks, each group times.
func (p *Plan) Propose(rng *rand.Rand, n, group int) []gym.Task {
	p.group, p.round, p.heard = group, 0, nil
	tasks := p.Picker.Pick(rng, n)
	if p.Restarts != nil {
		p.Restarts.mix(rng, tasks)
	}
	return repeat(tasks, group)
}

func repeat(tasks []gym.Task, n int) []gym.Task {
	out := make([]gym.Task, 0, n*len(tasks))
	for _, t := range tasks {
		for range n {
			out = append(out, t)
		}
	}
	return out
}

// Hear takes the episodes of a round and gives the tasks of the next one; none:
// the step is complete.
func (p *Plan) Hear(rng *rand.Rand, episodes []*gym.Episode) []gym.Task {
	p.heard = append(p.heard, episodes...)
	p.round++
	groups := Groups(p.heard)
	if p.Rounds != nil && p.round < p.Rounds.Most {
		if more := p.Rounds.more(groups); len(more) > 0 {
			return repeat(more, p.group)
		}
		p.round = p.Rounds.Most
	}
	if p.Scaffold != nil && p.Steps >= p.Scaffold.Exempt {
		if more := p.Scaffold.more(groups); len(more) > 0 {
			return more
		}
	}
	p.Steps++
	var whole []Group
	for _, g := range groups {
		if g.Task.Start == "" {
			whole = append(whole, g)
		}
	}
	p.Picker.Hear(whole)
	if p.Restarts != nil {
		p.Restarts.hear(rng, groups)
	}
	return nil
}

// Learn gives those of the step's episodes that are learnt from.
func (p *Plan) Learn() []*gym.Episode {
	if p.Scaffold == nil {
		return p.heard
	}
	return p.Scaffold.learn(p.heard)
}

// Step is one step's part of a training: the episodes that are learnt from, how
// many were played for them, and the plan as it then was, for the checkpoint.
type Step struct {
	Episodes []*gym.Episode
	Played   int
	Plan     json.RawMessage
}

// Save is the plan's state.
func (p *Plan) Save() (json.RawMessage, error) { return json.Marshal(p) }

// Load takes over a state that a plan of the same kind has saved.
func (p *Plan) Load(state json.RawMessage) error { return json.Unmarshal(state, p) }

// Rounds plays a task's group again, up to Most rounds in all, until it is
// informative: at least Each successes and Each failures are in it. The mean of
// all that was played is the baseline (Xiong et al. 2025, Reinforce-Ada: the
// sequential algorithm with its balanced exit; the pool is not downsampled
// here, so that nothing that was paid for is thrown away).
type Rounds struct{ Most, Each int }

// NewRounds ends a group with one success and one failure; the paper has four
// rounds at most.
func NewRounds(most int) *Rounds { return &Rounds{Most: most, Each: 1} }

func (r *Rounds) more(groups []Group) []gym.Task {
	var tasks []gym.Task
	for _, g := range groups {
		won, lost := 0, 0
		for _, ep := range g.Episodes {
			if ep.Outcome() == 1 {
				won++
			} else {
				lost++
			}
		}
		if won < r.Each || lost < r.Each {
			tasks = append(tasks, g.Task)
		}
	}
	return tasks
}

// Scaffold gives hints to groups in which every episode failed, from the most
// abstract on, one episode for each, until one succeeds; that one takes the
// place of a failed one. The others, and all groups that succeed by themselves,
// get none. For the first Exempt steps there are no hints, as what is only new
// is not hard (Zhang et al. 2025, Scaf-GRPO, algorithm 1).
type Scaffold struct {
	Exempt int
	Most   int // hints of a task
	Given  int // episodes with a hint so far
}

// NewScaffold exempts 15 % of the steps, as the paper does.
func NewScaffold(steps int) *Scaffold { return &Scaffold{Exempt: steps * 15 / 100, Most: 3} }

// more gives the next hint to each group without any success. A hint that
// shows no more than the one before was the last.
func (s *Scaffold) more(groups []Group) []gym.Task {
	var tasks []gym.Task
	for _, g := range groups {
		hint, shown, before, won := 0, "", "", false
		for _, ep := range g.Episodes {
			won = won || ep.Outcome() > 0
			if ep.Task.Hint >= hint && len(ep.Turns) > 0 {
				hint, before, shown = ep.Task.Hint, shown, ep.Turns[0].Observation.Hint
			}
		}
		if won || hint >= s.Most || hint > 0 && (shown == "" || shown == before) {
			continue
		}
		t := g.Task
		t.Hint = hint + 1
		tasks = append(tasks, t)
	}
	s.Given += len(tasks)
	return tasks
}

// learn leaves out hinted episodes that failed, and a failed one for each that
// succeeded.
func (s *Scaffold) learn(episodes []*gym.Episode) []*gym.Episode {
	drop := map[*gym.Episode]bool{}
	for _, g := range Groups(episodes) {
		for _, ep := range g.Episodes {
			switch {
			case ep.Task.Hint == 0:
			case ep.Outcome() == 0:
				drop[ep] = true
			default:
				i := slices.IndexFunc(g.Episodes, func(e *gym.Episode) bool { return e.Task.Hint == 0 && !drop[e] })
				if i >= 0 {
					drop[g.Episodes[i]] = true
				}
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(episodes), func(ep *gym.Episode) bool { return drop[ep] })
}

// Restarts begins a Share of the tasks in the middle of earlier episodes: of
// groups whose outcomes differed, since there the rest of the way decides. An
// entry's score is the variance of the outcomes of the group that it comes from,
// then of its own; entries are drawn with probability ~ exp(Kappa score). The
// best Size are kept (Jiang et al. 2025, ExIt).
type Restarts struct {
	Share  float64
	Least  int // entries before any is used
	Size   int
	Kappa  float64
	Buffer []Restart
}

// Restart is the beginning of an episode.
type Restart struct {
	Task  gym.Task
	Score float64
}

// NewRestarts is an empty buffer.
func NewRestarts(share float64) *Restarts {
	return &Restarts{Share: share, Least: 16, Size: 256, Kappa: 10}
}

// mix puts restarts in the place of some tasks.
func (r *Restarts) mix(rng *rand.Rand, tasks []gym.Task) {
	if len(r.Buffer) < r.Least {
		return
	}
	p := make([]float64, len(r.Buffer))
	for i, b := range r.Buffer {
		p[i] = r.Kappa * b.Score
	}
	softmax(p)
	for i := range tasks {
		if rng.Float64() < r.Share {
			tasks[i] = r.Buffer[draw(rng, p)].Task
		}
	}
}

// hear scores the restarts that were played and takes up new ones: of each
// group whose outcomes differ, one episode cut at a random turn.
func (r *Restarts) hear(rng *rand.Rand, groups []Group) {
	for _, g := range groups {
		score := g.variance()
		for i := range r.Buffer {
			if r.Buffer[i].Task == g.Task {
				r.Buffer[i].Score = score
			}
		}
		if score == 0 {
			continue
		}
		ep := g.Episodes[rng.IntN(len(g.Episodes))]
		if ep.Task.Hint > 0 || len(ep.Turns) < 2 {
			continue
		}
		var lines []string
		for i := range 1 + rng.IntN(len(ep.Turns)-1) {
			lines = append(lines, ep.Turns[i].Move.Action.String())
		}
		t := g.Task
		t.Start = strings.Join(lines, "\n")
		r.put(Restart{t, score})
	}
}

func (r *Restarts) put(x Restart) {
	if slices.ContainsFunc(r.Buffer, func(b Restart) bool { return b.Task == x.Task }) {
		return
	}
	if len(r.Buffer) < r.Size {
		r.Buffer = append(r.Buffer, x)
		return
	}
	least := 0
	for i, b := range r.Buffer {
		if b.Score < r.Buffer[least].Score {
			least = i
		}
	}
	if x.Score >= r.Buffer[least].Score {
		r.Buffer[least] = x
	}
}
