package agent

import (
	"context"
	"errors"
	"strings"

	"github.com/turngym/turngym/gym"
)

// Scripted plays a list of actions, a written line each, whatever it sees. A
// line that is no action there, and every turn after the last line, is a mistake.
type Scripted []string

// Script reads a script: an action a line. Blank lines and those that begin with
// # are none.
func Script(text string) Scripted {
	var s Scripted
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			s = append(s, line)
		}
	}
	return s
}

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
	var m *gym.Mistake
	if errors.As(err, &m) {
		a = gym.Malformed(m)
	}
	return gym.Move{Action: a, Text: line}, nil
}

// Watch counts an action that was done as the script's next line.
func (p *scripted) Watch(_ context.Context, _ gym.Observation, a gym.Action) (gym.Move, error) {
	p.left = p.left[min(1, len(p.left)):]
	return gym.Move{Action: a, Text: a.String()}, nil
}

func (*scripted) Close() error { return nil }
