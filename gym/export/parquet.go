package export

import (
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/turngym/turngym/gym"
)

// groupRows is how many rows lie in one group of a Parquet file, and so in memory.
const groupRows = 4096

// table is a format of Parquet; rows gives those of one episode.
func table[T any](w io.Writer, rows func(ep *gym.Episode) ([]T, error)) Writer {
	return &tableWriter[T]{out: parquet.NewGenericWriter[T](w, parquet.Compression(&parquet.Zstd)), rows: rows}
}

type tableWriter[T any] struct {
	out  *parquet.GenericWriter[T]
	rows func(ep *gym.Episode) ([]T, error)
	n    int // rows since the last group
}

func (t *tableWriter[T]) Write(ep *gym.Episode) error {
	if err := sound(ep); err != nil {
		return &Error{ep.ID, err}
	}
	rows, err := t.rows(ep)
	if err != nil {
		return &Error{ep.ID, err}
	}
	if _, err = t.out.Write(rows); err != nil {
		return &Error{ep.ID, err}
	}
	if t.n += len(rows); t.n >= groupRows {
		t.n = 0
		return t.out.Flush()
	}
	return nil
}

func (t *tableWriter[T]) Close() error { return t.out.Close() }

// turnRow is a turn. Outcome and progress are missing where no signal came; the
// four lists of tokens are of one length, or empty.
type turnRow struct {
	Episode  string    `parquet:"episode,dict"`
	Env      string    `parquet:"env,dict"`
	Scenario string    `parquet:"scenario,dict"`
	Level    int32     `parquet:"level"`
	Seed     uint64    `parquet:"seed"`
	Split    string    `parquet:"split,dict"`
	Turn     int32     `parquet:"turn"` // from 1
	Goal     string    `parquet:"goal,dict"`
	Seen     string    `parquet:"observation"`
	Note     string    `parquet:"note"`
	Verb     string    `parquet:"verb,dict"`
	Action   string    `parquet:"action"`
	Text     string    `parquet:"text"`
	Outcome  *float64  `parquet:"outcome,optional"`
	Progress *float64  `parquet:"progress,optional"`
	Mistake  bool      `parquet:"mistake"`
	Signals  []named   `parquet:"signals,list"`
	TokenIDs []int32   `parquet:"token_ids,list"`
	Sampled  []bool    `parquet:"sampled,list"`
	LogProbs []float32 `parquet:"logprobs,list"`
	Versions []uint32  `parquet:"versions,list"`
}

func turnTable(w io.Writer) Writer {
	return table(w, func(ep *gym.Episode) ([]turnRow, error) {
		rows := make([]turnRow, len(ep.Turns))
		for i := range ep.Turns {
			t := &ep.Turns[i]
			wrong, _ := t.Signals.Value(gym.SignalFormat)
			rows[i] = turnRow{Episode: ep.ID, Env: ep.Env, Scenario: ep.Task.Scenario, Level: int32(ep.Task.Level), Seed: ep.Task.Seed,
				Split: ep.Task.Split.String(), Turn: int32(i + 1), Goal: t.Observation.Goal, Seen: text(&t.Observation), Note: t.Observation.Note,
				Verb: t.Move.Action.Verb, Action: t.Move.Action.String(), Text: t.Move.Text, Outcome: maybe(t.Signals, gym.SignalOutcome),
				Progress: maybe(t.Signals, gym.SignalProgress), Mistake: wrong > 0, Signals: list(t.Signals),
				TokenIDs: t.Move.Tokens.IDs, Sampled: t.Move.Tokens.Sampled, LogProbs: t.Move.Tokens.LogProb, Versions: t.Move.Tokens.Version}
		}
		return rows, nil
	})
}

func maybe(s gym.Signals, name string) *float64 {
	if v, ok := s.Value(name); ok {
		return &v
	}
	return nil
}

// episodeRow is an episode.
type episodeRow struct {
	ID       string  `parquet:"id"`
	Env      string  `parquet:"env,dict"`
	Scenario string  `parquet:"scenario,dict"`
	Level    int32   `parquet:"level"`
	Seed     uint64  `parquet:"seed"`
	Split    string  `parquet:"split,dict"`
	Hint     int32   `parquet:"hint"`
	Start    string  `parquet:"start"` // the actions that it began with, a line each
	Goal     string  `parquet:"goal"`
	Actions  string  `parquet:"actions"` // a line each
	Turns    int32   `parquet:"turns"`
	Mistakes int32   `parquet:"mistakes"`
	Reason   string  `parquet:"reason,dict"`
	Outcome  float64 `parquet:"outcome"`
	Signals  []named `parquet:"signals,list"` // of the last turn
	Tokens   int64   `parquet:"tokens"`
	Sampled  int64   `parquet:"sampled"`
}

func episodeTable(w io.Writer) Writer {
	return table(w, func(ep *gym.Episode) ([]episodeRow, error) {
		t := ep.Task
		row := episodeRow{ID: ep.ID, Env: ep.Env, Scenario: t.Scenario, Level: int32(t.Level), Seed: t.Seed, Split: t.Split.String(),
			Hint: int32(t.Hint), Start: t.Start, Goal: ep.Turns[0].Observation.Goal, Turns: int32(len(ep.Turns)), Reason: ep.End.Reason,
			Outcome: ep.Outcome(), Signals: list(ep.Turns[len(ep.Turns)-1].Signals)}
		actions := make([]string, len(ep.Turns))
		for i := range ep.Turns {
			turn := &ep.Turns[i]
			actions[i] = turn.Move.Action.String()
			if wrong, _ := turn.Signals.Value(gym.SignalFormat); wrong > 0 {
				row.Mistakes++
			}
			row.Tokens += int64(len(turn.Move.Tokens.IDs))
			for _, sampled := range turn.Move.Tokens.Sampled {
				if sampled {
					row.Sampled++
				}
			}
		}
		row.Actions = strings.Join(actions, "\n")
		return []episodeRow{row}, nil
	})
}
