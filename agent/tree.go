package agent

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/turngym/turngym/gym"
)

// Tree searches over snapshots before each action, by UCT (Kocsis & Szepesvári
// 2006): it goes down the tree by the upper bounds of what was found, tries a new
// action where a state has fewer than Width, plays on at random from there, and
// takes the first action of the best plan found. As [BestOfN], it sees what it
// tries lead to.
type Tree struct {
	Inner   Agent   // proposes actions; nil: the grammar, at random
	Budget  int     // steps tried out before each action
	Width   int     // actions tried in a state
	Depth   int     // random steps after a new one
	Explore float64 // weight of what was tried little
	Seed    uint64
}

// NewTree is a search with defaults.
func NewTree(inner Agent) Tree {
	return Tree{Inner: inner, Budget: 200, Width: 6, Depth: 12, Explore: 0.7}
}

// Join starts a player, in an environment that can be saved and restored.
func (t Tree) Join(_ context.Context, task gym.Task, env gym.Env) (Player, error) {
	s, err := newTrial(t.Inner, task, env)
	if err != nil {
		return nil, err
	}
	return &tree{trial: s, t: t, rng: rand.New(rand.NewPCG(t.Seed, task.Rand().Uint64()))}, nil
}

type tree struct {
	*trial
	t    Tree
	rng  *rand.Rand
	root *node
	best plan
	left int // steps of the budget
}

// node is a state that was reached.
type node struct {
	state    gym.State
	o        gym.Observation
	over     bool
	worth    worth
	children []*node
	actions  []gym.Action // to the children
	stale    int          // proposals that were there already
	visits   int
	sum      float64 // of the values found below
}

func (p *tree) Act(ctx context.Context, o gym.Observation) (gym.Move, error) {
	if !p.best.solved() {
		if err := p.search(ctx, o); err != nil {
			return gym.Move{}, err
		}
	}
	if len(p.best.actions) == 0 { // no budget for a single step
		p.best.actions = []gym.Action{gym.RandomAction(p.rng, &o)}
	}
	a := p.best.next()
	p.descend(a)
	p.took(o, a)
	return gym.Move{Action: a, Text: a.String()}, nil
}

// search grows the tree until the budget is spent or a plan cannot be bettered.
func (p *tree) search(ctx context.Context, o gym.Observation) error {
	here, err := p.fork.Snapshot(ctx)
	if err != nil {
		return err
	}
	if p.root == nil {
		p.root = &node{state: here, o: o}
	}
	for p.left = p.t.Budget; p.left > 0 && !p.best.solved(); {
		if err := p.once(ctx); err != nil {
			return err
		}
	}
	_, err = p.fork.Restore(ctx, here)
	return err
}

// once goes down the tree, adds a node, plays on from it, and counts what came
// of it on the way back.
func (p *tree) once(ctx context.Context) error {
	n, way, actions := p.root, []*node{p.root}, []gym.Action(nil)
	var then []past
	for !n.over {
		a, fresh, err := p.propose(ctx, n, then)
		if err != nil {
			return err
		}
		if fresh {
			child, err := p.expand(ctx, n, a)
			if err != nil {
				return err
			}
			way, actions = append(way, child), append(actions, a)
			break
		}
		i := n.pick(p.t.Explore)
		then = append(then, past{n.o, n.actions[i]})
		actions, n = append(actions, n.actions[i]), n.children[i]
		way = append(way, n)
	}
	last := way[len(way)-1]
	last.worth.actions = len(actions)
	found := plan{actions, last.worth}
	if last.over {
		p.left-- // to come to an end again costs, too, or a small tree would be walked for ever
	} else if err := p.playOn(ctx, last.o, &found); err != nil {
		return err
	}
	if len(found.actions) > 0 {
		p.best.better(found)
	}
	value := max(found.worth.outcome, found.worth.progress/2)
	for _, n := range way {
		n.visits++
		n.sum += value
	}
	return nil
}

// propose is a new action to try in a state; fresh is false where those that it
// has are enough.
func (p *tree) propose(ctx context.Context, n *node, then []past) (a gym.Action, fresh bool, err error) {
	for len(n.children) == 0 || len(n.children)+n.stale < p.t.Width {
		if p.inner == nil {
			a = gym.RandomAction(p.rng, &n.o)
		} else if a, err = p.ask(ctx, n, then); err != nil {
			return a, false, err
		}
		if !slices.ContainsFunc(n.actions, a.Equal) {
			return a, true, nil
		}
		n.stale++
	}
	return a, false, nil
}

// ask has the inner agent propose, in the node's state: it may look at the
// environment itself, as an oracle does.
func (p *tree) ask(ctx context.Context, n *node, then []past) (gym.Action, error) {
	if _, err := p.fork.Restore(ctx, n.state); err != nil {
		return gym.Action{}, err
	}
	inner, err := p.join(ctx, then)
	if err != nil {
		return gym.Action{}, err
	}
	defer p.part(inner)
	move, err := inner.Act(ctx, n.o)
	return move.Action, err
}

// expand does an action in a node's state.
func (p *tree) expand(ctx context.Context, n *node, a gym.Action) (*node, error) {
	if _, err := p.fork.Restore(ctx, n.state); err != nil {
		return nil, err
	}
	out, err := p.env.Step(ctx, a)
	if err != nil {
		return nil, err
	}
	p.left--
	child := &node{o: out.Observation, over: out.Terminated || out.Truncated, worth: judge(&out, 0)}
	if !child.over {
		if child.state, err = p.fork.Snapshot(ctx); err != nil {
			return nil, err
		}
	}
	n.children, n.actions = append(n.children, child), append(n.actions, a)
	return child, nil
}

// playOn plays at random from where the environment is, and keeps in found the
// best that was passed.
func (p *tree) playOn(ctx context.Context, o gym.Observation, found *plan) error {
	actions := slices.Clone(found.actions)
	for range p.t.Depth {
		if p.left <= 0 {
			break
		}
		a := gym.RandomAction(p.rng, &o)
		out, err := p.env.Step(ctx, a)
		if err != nil {
			return err
		}
		p.left--
		actions = append(actions, a)
		found.better(plan{actions, judge(&out, len(actions))})
		if o = out.Observation; out.Terminated || out.Truncated {
			break
		}
	}
	return nil
}

// pick is the child with the highest upper bound.
func (n *node) pick(explore float64) (best int) {
	bound := func(c *node) float64 {
		return c.sum/float64(c.visits) + explore*math.Sqrt(math.Log(float64(n.visits+1))/float64(c.visits))
	}
	for i, c := range n.children {
		if bound(c) > bound(n.children[best]) {
			best = i
		}
	}
	return best
}

// descend makes the child that an action leads to the root: what was found
// below it is kept.
func (p *tree) descend(a gym.Action) {
	if p.root == nil {
		return
	}
	i := slices.IndexFunc(p.root.actions, a.Equal)
	if i < 0 {
		p.root = nil
		return
	}
	p.root = p.root.children[i]
}
