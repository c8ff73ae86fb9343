// Package export writes recorded episodes in the formats that other trainers
// and viewers read. It reads none of them back: our own format is gym/record.
//
// Tokens, masks and log-probs go out as they were recorded; no text is
// tokenized here. The seed of a task is a text in JSON, where a number has no
// 64 bits. What no episode holds (times, prices, the name of a model) is left
// out, so that the same episodes give the same bytes. Start with [All].
package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// Writer writes episodes to a file. Close writes what is left, and leaves the
// file open. One goroutine uses it.
type Writer interface {
	Write(ep *gym.Episode) error
	Close() error
}

// Format starts a writer of one format.
type Format func(w io.Writer) Writer

// All are the formats.
func All() *catalog.Catalog[Format] {
	return catalog.Must("format",
		entry("trl", "a conversation with tool calls a line, for TRL's SFT", "TRL", lines(trlMessages)),
		entry("trl-completion", "a turn a line: what was read before it, and what was done", "TRL", lines(trlCompletions)),
		entry("trl-steps", "an episode a line with a label for each of its steps: stepwise supervision", "TRL", lines(trlSteps)),
		entry("verl", "Parquet, the task of an episode a row: a data set to roll out from", "verl", verlTasks),
		entry("verl-rollouts", "an episode's tokens a line, as an agent loop gives them", "verl", lines(verlRollouts)),
		entry("verifiers", "a trace a line: a graph of messages with their tokens", "verifiers v1", lines(verifiersTrace)),
		entry("atif", "an agent trajectory a line", "Harbor RFC 0001, ATIF-v1.7", lines(atifTrajectory)),
		entry("parquet", "Parquet, a turn a row", "", turnTable),
		entry("parquet-episodes", "Parquet, an episode a row", "", episodeTable),
	)
}

func entry(name, doc, from string, f Format) catalog.Entry[Format] {
	return catalog.Entry[Format]{Name: name, Doc: doc, From: from, New: func() Format { return f }}
}

// Error is of an episode that a format cannot hold.
type Error struct {
	ID  string // the episode's
	Err error
}

func (e *Error) Error() string { return fmt.Sprintf("export episode %s: %v", e.ID, e.Err) }

// Unwrap is the reason.
func (e *Error) Unwrap() error { return e.Err }

// lines is a format of JSON lines; rows gives those of one episode.
func lines(rows func(ep *gym.Episode) ([]any, error)) Format {
	return func(w io.Writer) Writer {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return &lineWriter{enc, rows}
	}
}

type lineWriter struct {
	enc  *json.Encoder
	rows func(ep *gym.Episode) ([]any, error)
}

func (l *lineWriter) Write(ep *gym.Episode) error {
	if err := sound(ep); err != nil {
		return &Error{ep.ID, err}
	}
	rows, err := l.rows(ep)
	if err != nil {
		return &Error{ep.ID, err}
	}
	for _, row := range rows {
		if err := l.enc.Encode(row); err != nil {
			return &Error{ep.ID, err}
		}
	}
	return nil
}

func (*lineWriter) Close() error { return nil }

// sound checks what every format takes for granted.
func sound(ep *gym.Episode) error {
	if len(ep.Turns) == 0 {
		return fmt.Errorf("it has no turns")
	}
	for i := range ep.Turns {
		t := &ep.Turns[i].Move.Tokens
		if n := len(t.IDs); len(t.Sampled) != n || len(t.LogProb) != n || len(t.Version) != n {
			return fmt.Errorf("turn %d has %d token ids, %d marks of sampling, %d log-probs and %d versions; want the same number of each",
				i+1, n, len(t.Sampled), len(t.LogProb), len(t.Version))
		}
		for j, p := range t.LogProb {
			if v := float64(p); math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("turn %d: the log-prob of token %d is %g", i+1, j+1, p)
			}
		}
		for _, s := range ep.Turns[i].Signals {
			if math.IsNaN(s.Value) || math.IsInf(s.Value, 0) {
				return fmt.Errorf("turn %d: the signal %s is %g", i+1, s.Name, s.Value)
			}
		}
	}
	return nil
}

// real is a number that JSON shows with a point: 1 is 1.0. A loader that guesses a
// column's type from its first rows takes rewards of 0 and 1 for whole numbers.
type real float64

// MarshalJSON writes the number.
func (r real) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(float64(r))
	if err == nil && !bytes.ContainsAny(b, ".e") {
		b = append(b, ".0"...)
	}
	return b, err
}

// about is what every row in JSON says of its episode.
type about struct {
	ID       string `json:"id"`
	Env      string `json:"env"`
	Scenario string `json:"scenario"`
	Level    int    `json:"level"`
	Seed     string `json:"seed"`
	Split    string `json:"split"`
	Hint     int    `json:"hint,omitempty"`
	Start    string `json:"start,omitempty"`
	Outcome  real   `json:"outcome"`
}

func tell(ep *gym.Episode) about {
	t := ep.Task
	return about{ep.ID, ep.Env, t.Scenario, t.Level, fmt.Sprint(t.Seed), t.Split.String(), t.Hint, t.Start, real(ep.Outcome())}
}

// paid is the outcome signal of each turn: 0 until it comes.
func paid(ep *gym.Episode) []real {
	out := make([]real, len(ep.Turns))
	for i := range ep.Turns {
		v, _ := ep.Turns[i].Signals.Value(gym.SignalOutcome)
		out[i] = real(v)
	}
	return out
}

// metrics are the signals of a whole episode beside its outcome: a potential
// and the rubric as they were last, the others' sums.
func metrics(ep *gym.Episode) map[string]real {
	m := map[string]real{}
	for i := range ep.Turns {
		for _, s := range ep.Turns[i].Signals {
			switch {
			case s.Name == gym.SignalOutcome:
			case s.Name == gym.SignalProgress || strings.HasPrefix(s.Name, gym.SignalRubric):
				m[s.Name] = real(s.Value)
			default:
				m[s.Name] += real(s.Value)
			}
		}
	}
	return m
}

// signals are a turn's by name; the last of a name counts.
func signals(list gym.Signals) map[string]real {
	m := make(map[string]real, len(list))
	for _, s := range list {
		m[s.Name] = real(s.Value)
	}
	return m
}
