package export

import (
	"encoding/json"

	"github.com/turngym/turngym/gym"
)

// named is a signal as a column of a table has it: always the same two fields.
type named struct {
	Name  string `json:"name" parquet:"name"`
	Value real   `json:"value" parquet:"value"`
}

func list(s gym.Signals) []named {
	out := make([]named, len(s))
	for i, x := range s {
		out[i] = named{x.Name, real(x.Value)}
	}
	return out
}

// conversation is a line of TRL's "language modeling" type, conversational. The
// tools are a text: as objects, a loader that makes a table of them would give
// every tool the parameters of all others.
type conversation struct {
	Messages []message `json:"messages"`
	Tools    string    `json:"tools"`
	Reward   real      `json:"reward"`
	Rewards  []real    `json:"rewards"` // by turn
	Signals  [][]named `json:"signals"` // by turn
	about
}

func trlMessages(ep *gym.Episode) ([]any, error) {
	c := converse(ep)
	described, err := json.Marshal(c.tools)
	if err != nil {
		return nil, err
	}
	row := conversation{Messages: c.messages[:len(c.messages)-1], Tools: string(described), Rewards: paid(ep), about: tell(ep)}
	row.Reward = row.Outcome
	for i := range ep.Turns {
		row.Signals = append(row.Signals, list(ep.Turns[i].Signals))
	}
	return []any{row}, nil
}

// completion is a line of TRL's "prompt-completion" type, conversational: one
// for each turn, since what the tools answer is nobody's to learn.
type completion struct {
	Prompt     []message `json:"prompt"`
	Completion []message `json:"completion"`
	Tools      string    `json:"tools"`
	Turn       int       `json:"turn"`
	Reward     real      `json:"reward"` // of the episode
	Signals    []named   `json:"signals"`
	about
}

func trlCompletions(ep *gym.Episode) ([]any, error) {
	c := converse(ep)
	described, err := json.Marshal(c.tools)
	if err != nil {
		return nil, err
	}
	rows := make([]any, len(ep.Turns))
	for i, at := range c.acts {
		row := completion{Prompt: c.messages[:at], Completion: c.messages[at : at+1], Tools: string(described), Turn: i + 1,
			Signals: list(ep.Turns[i].Signals), about: tell(ep)}
		row.Reward = row.Outcome
		rows[i] = row
	}
	return rows, nil
}

// stepwise is a line of TRL's "stepwise supervision" type. A step is what was
// seen before an action, but for the first, and the action.
type stepwise struct {
	Prompt      string   `json:"prompt"`
	Completions []string `json:"completions"`
	Labels      []bool   `json:"labels"`
	about
}

func trlSteps(ep *gym.Episode) ([]any, error) {
	row := stepwise{Prompt: opening(&ep.Turns[0].Observation), Labels: labels(ep), about: tell(ep)}
	for i := range ep.Turns {
		t := &ep.Turns[i]
		step := t.Move.Text
		if step == "" {
			step = t.Move.Action.String()
		}
		if i > 0 {
			step = text(&t.Observation) + "\n> " + step
		}
		row.Completions = append(row.Completions, step)
	}
	return []any{row}, nil
}

// labels say of each step whether it was right: no mistake, not further from
// the goal than before, and the goal reached where the step ended the episode.
func labels(ep *gym.Episode) []bool {
	out := make([]bool, len(ep.Turns))
	before := 0.0
	for i := range ep.Turns {
		s := ep.Turns[i].Signals
		now, ok := s.Value(gym.SignalProgress)
		if !ok {
			now = before
		}
		wrong, _ := s.Value(gym.SignalFormat)
		out[i] = wrong == 0 && now >= before
		if outcome, over := s.Value(gym.SignalOutcome); over && outcome < 1 {
			out[i] = false
		}
		before = now
	}
	return out
}
