package agent

import (
	"context"

	"github.com/turngym/turngym/gym"
)

// Scripted plays a list of actions, a written line each, whatever it sees. A
// line that is no action there, and every turn after the last line, is a mistake.
type Scripted []string

// Join starts a player at the first line.
func (s Scripted) Join(context.Context, gym.Task, gym.Env) (Player, error) {
	return &scripted{s}, nil
}

type scripted struct{ left []string }

func (p *scripted) Act(_ context.Context, o gym.Observation) (gym.Move, error) {
	if len(p.left) == 0 {
		return gym.Move{Action: gym.Malformed(gym.Mistakef("the script has no more actions"))}, nil
	}
	line := p.left[0]
	p.left = p.left[1:]
	a, err := o.Parse(line)
	if m, ok := err.(*gym.Mistake); ok {
		a = gym.Malformed(m)
	}
	return gym.Move{Action: a, Text: line}, nil
}

func (*scripted) Close() error { return nil }
