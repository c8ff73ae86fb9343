package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/turngym/turngym/gym"
)

var update = flag.Bool("update", false, "write the golden files")

// shop is a short episode: a mistake in the middle, a verb whose choices change,
// and tokens as a policy leaves them.
func shop() *gym.Episode {
	click := gym.Verb{Name: "click", Doc: "Press it.", Params: []gym.Param{{Name: "element", Doc: "its id", Kind: gym.Ref}}}
	size := func(sizes ...string) gym.Verb {
		return gym.Verb{Name: "size", Doc: "Choose a size.", Params: []gym.Param{{Name: "of", Kind: gym.Enum, Enum: sizes}, {Name: "count", Kind: gym.Int, Min: 1, Max: float64(len(sizes)), Optional: true}}}
	}
	see := func(text, note string, verbs ...gym.Verb) gym.Observation {
		return gym.Observation{Goal: "Buy the <red> \"cap\".", Hint: "Look around.", Text: text, Note: note, Verbs: verbs,
			Elements: []gym.Element{{ID: "4", Role: "button", Name: "Buy"}}}
	}
	return &gym.Episode{ID: "1-1", Env: "toy", Task: gym.Task{Scenario: "shop", Seed: math.MaxUint64, Level: 2, Hint: 1},
		Turns: []gym.Turn{
			{Observation: see("Caps", "", size("small", "large")), Signals: gym.Signals{{Name: "progress", Value: 0.5}},
				Move: gym.Move{Action: gym.Action{Verb: "size", Args: []gym.Value{{Kind: gym.Enum, Text: "small"}}}, Text: `size("small")`, Tokens: columns(4, 2)}},
			{Observation: see("Small caps", "", click, size("small", "red", "blue")), Signals: gym.Signals{{Name: "progress", Value: 0.5}, {Name: "format", Value: 1}},
				Move: gym.Move{Action: gym.Malformed(gym.Mistakef("no verb")), Text: "I would like the red one", Tokens: columns(2, 1)}},
			{Observation: see("Small caps", "no verb", click), Signals: gym.Signals{{Name: "progress", Value: 1}, {Name: "outcome", Value: 1}},
				Move: gym.Move{Action: gym.Action{Verb: "click", Args: []gym.Value{{Kind: gym.Ref, Text: "4"}}}, Text: "There it is. click(4)", Tokens: columns(1, 1)}},
		},
		End: gym.End{Reason: gym.Terminated, Observation: gym.Observation{Goal: "Buy the <red> \"cap\".", Text: "Thank you"}}}
}

// columns are so many tokens that were read and then sampled.
func columns(read, sampled int) gym.Tokens {
	var t gym.Tokens
	for i := range read + sampled {
		t.IDs = append(t.IDs, int32(10*read+i))
		t.Type = append(t.Type, 0)
		t.Sampled = append(t.Sampled, i >= read)
		t.LogProb = append(t.LogProb, 0)
		t.Version = append(t.Version, 0)
		t.Allow = append(t.Allow, nil)
		if i >= read {
			t.LogProb[i], t.Version[i] = -0.1*float32(i), 3
		}
	}
	return t
}

// silent is an episode that nobody wrote with tokens.
func silent() *gym.Episode {
	ep := shop()
	ep.ID = "2-1"
	for i := range ep.Turns {
		ep.Turns[i].Move.Tokens = gym.Tokens{}
	}
	return ep
}

// write exports episodes in a format.
func write(t *testing.T, format string, episodes ...*gym.Episode) ([]byte, error) {
	t.Helper()
	entry, err := All().Get(format)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := entry.New()(&b)
	for _, ep := range episodes {
		if err := w.Write(ep); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return b.Bytes(), err
}

func TestEveryFormatOfLinesIsAsItWas(t *testing.T) {
	for _, format := range []string{"trl", "trl-completion", "trl-steps", "verl-rollouts", "verifiers", "atif"} {
		got, err := write(t, format, shop())
		if err != nil {
			t.Fatal(err)
		}
		var pretty bytes.Buffer
		for line := range bytes.Lines(got) {
			if err := json.Indent(&pretty, line, "", " "); err != nil {
				t.Fatalf("%s: %v", format, err)
			}
		}
		file := filepath.Join("testdata", format+".json")
		if *update {
			if err := os.WriteFile(file, pretty.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(pretty.Bytes(), want) {
			t.Errorf("%s is not as in %s; go test ./gym/export -update writes it, to be read as a diff\n%s", format, file, pretty.Bytes())
		}
	}
}

func TestTheSameEpisodesGiveTheSameBytes(t *testing.T) {
	for _, format := range All().Names() {
		a, err := write(t, format, shop(), shop())
		b, again := write(t, format, shop(), shop())
		if err != nil || again != nil || !bytes.Equal(a, b) || len(a) == 0 {
			t.Errorf("%s: %d and %d bytes (%v, %v)", format, len(a), len(b), err, again)
		}
	}
}

// What was recorded goes out as it is: number by number, the tokens of a trace,
// of a rollout and of a table are those of the episode.
func TestTokensAreNotTouched(t *testing.T) {
	want, _ := whole(shop())
	var sampled []float32
	for i, p := range want.LogProb {
		if want.Sampled[i] {
			sampled = append(sampled, p)
		}
	}
	var rollout struct {
		Prompt   []int32   `json:"prompt_ids"`
		Response []int32   `json:"response_ids"`
		Mask     []int     `json:"response_mask"`
		LogProbs []float32 `json:"response_logprobs"`
	}
	line, _ := write(t, "verl-rollouts", shop())
	if err := json.Unmarshal(line, &rollout); err != nil {
		t.Fatal(err)
	}
	if got := append(rollout.Prompt, rollout.Response...); !slices.Equal(got, want.IDs) || !slices.Equal(rollout.LogProbs, want.LogProb[len(rollout.Prompt):]) || len(rollout.Mask) != len(rollout.LogProbs) {
		t.Errorf("the rollout is %+v", rollout)
	}
	var tr struct{ Nodes []traceNode }
	line, _ = write(t, "verifiers", shop())
	if err := json.Unmarshal(line, &tr); err != nil {
		t.Fatal(err)
	}
	var got gym.Tokens
	for _, n := range tr.Nodes {
		got.IDs, got.Sampled, got.LogProb = append(got.IDs, n.TokenIDs...), append(got.Sampled, n.Mask...), append(got.LogProb, n.LogProbs...)
	}
	if !slices.Equal(got.IDs, want.IDs) || !slices.Equal(got.Sampled, want.Sampled) || !slices.Equal(got.LogProb, sampled) {
		t.Errorf("the trace has %+v", got)
	}
	file, _ := write(t, "parquet", shop())
	rows, err := parquet.Read[turnRow](bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	got = gym.Tokens{}
	for _, r := range rows {
		got.IDs, got.Sampled, got.LogProb = append(got.IDs, r.TokenIDs...), append(got.Sampled, r.Sampled...), append(got.LogProb, r.LogProbs...)
	}
	if !slices.Equal(got.IDs, want.IDs) || !slices.Equal(got.Sampled, want.Sampled) || !slices.Equal(got.LogProb, want.LogProb) {
		t.Errorf("the table has %+v", got)
	}
}

func TestTablesHaveTypedColumns(t *testing.T) {
	file, err := write(t, "parquet", shop(), silent())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := parquet.Read[turnRow](bytes.NewReader(file), int64(len(file)))
	if err != nil || len(rows) != 6 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	r := rows[2]
	if r.Seed != math.MaxUint64 || r.Turn != 3 || r.Verb != "click" || r.Outcome == nil || *r.Outcome != 1 || rows[0].Outcome != nil || !rows[1].Mistake || len(rows[3].TokenIDs) != 0 {
		t.Errorf("rows %+v", rows)
	}
	file, err = write(t, "parquet-episodes", shop(), silent())
	if err != nil {
		t.Fatal(err)
	}
	episodes, err := parquet.Read[episodeRow](bytes.NewReader(file), int64(len(file)))
	if err != nil || len(episodes) != 2 {
		t.Fatalf("%d rows, %v", len(episodes), err)
	}
	e := episodes[0]
	if e.Turns != 3 || e.Mistakes != 1 || e.Tokens != 11 || e.Sampled != 4 || e.Outcome != 1 || !strings.HasSuffix(e.Actions, "\nclick(4)") {
		t.Errorf("the episode is %+v", e)
	}
	file, err = write(t, "verl", silent())
	if err != nil {
		t.Fatal(err)
	}
	tasks, err := parquet.Read[verlTask](bytes.NewReader(file), int64(len(file)))
	if err != nil || len(tasks) != 1 || tasks[0].Prompt[0].Role != "user" || !strings.Contains(tasks[0].RewardModel.GroundTruth, `"seed":"18446744073709551615"`) {
		t.Errorf("the tasks are %+v, %v", tasks, err)
	}
}

// A file of more rows than a group holds has all of them.
func TestALongTableHasAllItsRows(t *testing.T) {
	episodes := make([]*gym.Episode, 1500)
	for i := range episodes {
		episodes[i] = silent()
	}
	file, err := write(t, "parquet", episodes...)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := parquet.Read[turnRow](bytes.NewReader(file), int64(len(file)))
	if err != nil || len(rows) != 4500 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestWhatAFormatCannotHoldIsSaid(t *testing.T) {
	short, infinite, empty, loud, watched := shop(), shop(), shop(), shop(), shop()
	short.Turns[1].Move.Tokens.LogProb = short.Turns[1].Move.Tokens.LogProb[1:]
	infinite.Turns[2].Move.Tokens.LogProb[1] = float32(math.Inf(-1))
	empty.Turns = nil
	loud.Turns[0].Signals[0].Value = math.NaN()
	for i := range watched.Turns {
		clear(watched.Turns[i].Move.Tokens.Sampled)
	}
	for _, c := range []struct {
		format string
		ep     *gym.Episode
		want   string
	}{
		{"parquet", short, "turn 2 has 3 token ids, 3 marks of sampling, 2 log-probs and 3 versions"},
		{"verifiers", infinite, "turn 3: the log-prob of token 2 is -Inf"},
		{"trl", empty, "it has no turns"},
		{"atif", loud, "turn 1: the signal progress is NaN"},
		{"verl-rollouts", silent(), "it has no tokens, since no policy wrote it"},
		{"verl-rollouts", watched, "none of its tokens was sampled"},
	} {
		_, err := write(t, c.format, c.ep)
		var e *Error
		if !errors.As(err, &e) || e.ID != c.ep.ID || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.format, err, c.want)
		}
	}
}

func TestStepsAreLabelledByWhatTheyLedTo(t *testing.T) {
	gave := func(turns ...gym.Signals) *gym.Episode {
		ep := &gym.Episode{}
		for _, s := range turns {
			ep.Turns = append(ep.Turns, gym.Turn{Signals: s})
		}
		return ep
	}
	progress := func(v float64, more ...gym.Signal) gym.Signals {
		return append(gym.Signals{{Name: gym.SignalProgress, Value: v}}, more...)
	}
	failed, done, mistake := gym.Signal{Name: gym.SignalOutcome}, gym.Signal{Name: gym.SignalOutcome, Value: 1}, gym.Signal{Name: gym.SignalFormat, Value: 1}
	for _, c := range []struct {
		name string
		ep   *gym.Episode
		want []bool
	}{
		{"on the way and there", gave(progress(0.5), progress(1, done)), []bool{true, true}},
		{"looking around", gave(progress(0), progress(0), progress(1, done)), []bool{true, true, true}},
		{"a step back", gave(progress(0.5), progress(0.2), progress(0.5)), []bool{true, false, true}},
		{"a mistake", gave(progress(0, mistake), progress(1, done)), []bool{false, true}},
		{"lost", gave(progress(0.5), progress(0.5, failed)), []bool{true, false}},
		{"no potential", gave(nil, gym.Signals{done}), []bool{true, true}},
	} {
		if got := labels(c.ep); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
