package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/turngym/turngym/gym"
)

// Scripted plays written actions one after the other, the same in every episode.
type Scripted struct{ Lines []string }

// Script reads a script: an action a line. Blank lines and those that begin with
// # are none.
func Script(text string) Scripted {
	var s Scripted
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			s.Lines = append(s.Lines, line)
		}
	}
	return s
}

// Join starts a player at the script's first line.
func (s Scripted) Join(context.Context, gym.Task, gym.Env) (Player, error) {
	return &scripted{lines: s.Lines}, nil
}

type scripted struct {
	lines []string
	next  int
}

// Act takes the next line. One that cannot be done there is a mistake, as any
// player's; where there is none left, that is the caller's error.
func (p *scripted) Act(_ context.Context, o gym.Observation) (gym.Move, error) {
	if p.next == len(p.lines) {
		return gym.Move{}, fmt.Errorf("the script has only %d actions, and the episode is not over", len(p.lines))
	}
	line := p.lines[p.next]
	p.next++
	a, err := o.Parse(line)
	var m *gym.Mistake
	if errors.As(err, &m) {
		a = gym.Malformed(m)
	}
	return gym.Move{Action: a, Text: line}, nil
}

// Watch counts an action that was done as the script's next line.
func (p *scripted) Watch(_ context.Context, _ gym.Observation, a gym.Action) (gym.Move, error) {
	p.next = min(p.next+1, len(p.lines))
	return gym.Move{Action: a, Text: a.String()}, nil
}

func (*scripted) Close() error { return nil }
