package train

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/curriculum"
	"github.com/turngym/turngym/gym/reward"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/policy"
	"github.com/turngym/turngym/policy/algo"
	"github.com/turngym/turngym/policy/model"
)

func newModel(t *testing.T) *model.Model { return newModelOn(t, 2) }

func newModelOn(t *testing.T, threads int) *model.Model {
	t.Helper()
	dev, err := cpu.New("", threads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dev.Close() })
	m, err := model.New(dev, model.Config{Vocab: 40, Dim: 16, Layers: 2, Heads: 2, KVHeads: 1, Hidden: 16, Context: 64, Theta: 1e4, Eps: 1e-5}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func weightsOf(m *model.Model) []float32 {
	var out []float32
	for _, p := range m.Params() {
		x := make([]float32, p.Buffer.Len())
		m.Device().Read(x, p.Buffer)
		out = append(out, x...)
	}
	return out
}

// episode is one turn that read a word and answered among 10, 11 and 12; it is
// right to answer with the word's successor.
func episode(m *model.Model, seed uint64, word int32) *gym.Episode {
	s, err := policy.New(m.Snapshot(), 0).Begin(seed)
	if err != nil {
		panic(err)
	}
	defer s.Close()
	read := []int32{1, word}
	s.Append(read, []uint8{0, 0})
	out, err := s.Sample(context.Background(), policy.Sampling{Temperature: 1}, &answer{})
	if err != nil {
		panic(err)
	}
	var move gym.Move
	move.Tokens.Read(read, []uint8{0, 0})
	move.Tokens.Append(out)
	value := 0.0
	if out.IDs[0] == word+1 {
		value = 1
	}
	return &gym.Episode{Task: gym.Task{Scenario: "next", Seed: uint64(word)}, Turns: []gym.Turn{{Move: move,
		Signals: gym.Signals{{Name: gym.SignalOutcome, Value: value}}}}}
}

type answer struct{ done bool }

func (a *answer) Allowed(dst []int32) []int32 {
	if a.done {
		return dst
	}
	return append(dst, 10, 11, 12)
}
func (a *answer) Take(int32) { a.done = true }

// endless plays with the model as it is.
type endless struct {
	m *model.Model
	n uint64
}

func (e *endless) Next(context.Context) (curriculum.Step, error) {
	var step curriculum.Step
	for range 48 {
		e.n++
		step.Episodes = append(step.Episodes, episode(e.m, e.n, int32(9+e.n/8%3)))
	}
	step.Played = len(step.Episodes)
	return step, nil
}

var adam = kernels.AdamW{LR: 3e-3, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8}

func update(algorithm string) Update {
	u := Update{Reward: reward.Of("outcome", reward.Outcome{}), Optimizer: adam, ClipNorm: 1, Epochs: 1, Minibatches: 2,
		Objective: algo.Sum{algo.Clip{Low: 0.2, High: 0.2}}}
	if algorithm == "ppo" {
		u.Estimator, u.Objective = algo.GAE{Gamma: 1, Lambda: 0.95, Whiten: true}, algo.Sum{algo.Clip{Low: 0.2, High: 0.2}, algo.ValueLoss{Coef: 0.5}}
	} else {
		u.Estimator, u.SkipEven = algo.Group{Normalize: true}, true
	}
	return u
}

func newRun(t *testing.T, algorithm string, steps int) (*Run, *[]Row) {
	m := newModel(t)
	rows := &[]Row{}
	return &Run{Dir: t.TempDir(), Learner: &Learner{Model: m}, Policy: policy.New(m.Snapshot(), 0), Save: 10,
		Report: func(r Row) { *rows = append(*rows, r) },
		Stages: []Stage{{Name: algorithm, Steps: steps, Batch: 48, Final: 0.1, Update: update(algorithm),
			Open: func(context.Context, int, int) (Source, func()) { return &endless{m: m}, func() {} }}}}, rows
}

// The whole loop on the smallest task that needs its input read.
func TestBothAlgorithmsLearnTheNextWord(t *testing.T) {
	for _, algorithm := range []string{"grpo", "ppo"} {
		r, rows := newRun(t, algorithm, 60)
		if err := r.Train(t.Context(), State{}); err != nil {
			t.Fatal(err)
		}
		first, last := (*rows)[0], (*rows)[len(*rows)-1]
		if first.Success > 0.6 || last.Success < 0.95 {
			t.Errorf("%s: success %.2f at first, %.2f at last", algorithm, first.Success, last.Success)
		}
		if last.Step != 60 || last.Episodes != 60*48 || last.Stage != algorithm {
			t.Errorf("the last row is %+v", last)
		}
	}
}

func TestThreadsDoNotChangeABit(t *testing.T) {
	var want []float32
	for _, threads := range []int{1, 2, 5} {
		m := newModelOn(t, threads)
		l := &Learner{Model: m}
		var batch []*gym.Episode
		for i := range uint64(900) { // several micro-batches
			batch = append(batch, episode(m, i, int32(9+i/8%3)))
		}
		u := update("ppo")
		paid, err := u.Reward.Pay(0, batch)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Learn(batch, paid.PerTurn, u); err != nil {
			t.Fatal(err)
		}
		if got := weightsOf(m); want == nil {
			want = got
		} else if !slices.Equal(got, want) {
			t.Errorf("%d threads give other weights", threads)
		}
	}
}

func TestACheckpointComesBackWhole(t *testing.T) {
	r, _ := newRun(t, "grpo", 3)
	if err := r.Train(t.Context(), State{}); err != nil {
		t.Fatal(err)
	}
	m, st, err := Restore(r.Learner.Model.Device(), r.Dir)
	if err != nil || st.Step != 3 || st.Episodes != 3*48 || !slices.Equal(weightsOf(m), weightsOf(r.Learner.Model)) {
		t.Fatalf("%+v, %v", st, err)
	}
	// A crash between the two renames leaves the old checkpoint only.
	dir := checkpointDir(r.Dir)
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Fatal(err)
	}
	if _, st, err := Restore(m.Device(), r.Dir); err != nil || st.Step != 3 {
		t.Errorf("after a crash: step %d, %v", st.Step, err)
	}
	if err := Save(r.Dir, m, State{Step: 4}); err != nil {
		t.Fatal(err)
	}
	if _, st, err := Restore(m.Device(), r.Dir); err != nil || st.Step != 4 {
		t.Errorf("after the next save: step %d, %v", st.Step, err)
	}
}

func TestWrongCheckpointsAreNamed(t *testing.T) {
	m := newModel(t)
	for file, damage := range map[string]struct{ text, says string }{
		"state.json":             {`{"version": 7}`, "has version 7, this program reads 2"},
		"config.json":            {`{`, "config.json is corrupt"},
		"model.safetensors":      {`x`, "model.safetensors is corrupt"},
		"optimizer.safetensors":  {``, "optimizer.safetensors is corrupt"},
		"../checkpoint/gone.txt": {``, ""},
	} {
		run := t.TempDir()
		if err := Save(run, m, State{Step: 1}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(checkpointDir(run), file), []byte(damage.text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, _, err := Restore(m.Device(), run)
		if damage.says == "" && err != nil || damage.says != "" && (err == nil || !strings.Contains(err.Error(), damage.says)) {
			t.Errorf("%s: %v", file, err)
		}
	}
	if _, _, err := Restore(m.Device(), t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestASourceThatEndsLeavesACheckpoint(t *testing.T) {
	r, rows := newRun(t, "grpo", 9)
	broken := errors.New("the source is broken")
	m := r.Learner.Model
	r.Stages[0].Open = func(context.Context, int, int) (Source, func()) {
		return &failing{endless{m: m}, 4, broken}, func() {}
	}
	if err := r.Train(t.Context(), State{}); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if _, st, err := Restore(m.Device(), r.Dir); err != nil || st.Step != 4 || len(*rows) != 4 {
		t.Errorf("step %d after %d rows, %v", st.Step, len(*rows), err)
	}
}

// A step that fails when it has changed the weights already leaves the last
// checkpoint as it is; one that fails before saves the step before.
func TestAPartOfAStepIsNotSaved(t *testing.T) {
	for minibatch, saved := range map[int]int{6: 3, 7: 2} { // two in a step, from 0; a checkpoint every second step
		r, _ := newRun(t, "grpo", 9)
		r.Save = 2
		r.Stages[0].Update.SkipEven = false
		r.Stages[0].Update.Objective = &breaking{left: minibatch}
		err := r.Train(t.Context(), State{})
		if err == nil || !strings.Contains(err.Error(), "step 4: the gradient is NaN") || strings.Contains(err.Error(), "what was saved before is whole") != (saved == 2) {
			t.Errorf("minibatch %d: %v", minibatch, err)
		}
		if m, st, err := Restore(r.Learner.Model.Device(), r.Dir); err != nil || st.Step != saved || m.Step() != 2*saved {
			t.Errorf("minibatch %d: step %d after %d of the optimizer, %v", minibatch, st.Step, m.Step(), err)
		}
	}
}

// breaking is policy gradient until it gives no numbers.
type breaking struct {
	algo.PolicyGradient
	left int
}

func (b *breaking) Loss(part *algo.Batch, g *algo.Grad) float64 {
	if b.left--; b.left < 0 {
		g.Now[0] = float32(math.NaN())
	}
	return b.PolicyGradient.Loss(part, g)
}

type failing struct {
	endless
	left int
	err  error
}

func (f *failing) Next(ctx context.Context) (curriculum.Step, error) {
	if f.left--; f.left < 0 {
		return curriculum.Step{}, f.err
	}
	return f.endless.Next(ctx)
}

func TestWhatIsReadIsLearntWhereItIsAskedFor(t *testing.T) {
	read := func(weight float64, batches int) (last Stats) {
		m := newModel(t)
		src := &endless{m: m}
		u := update("grpo")
		u.Estimator, u.Objective, u.Minibatches, u.Read = algo.Demonstration{}, algo.PolicyGradient{}, 1, weight
		l := &Learner{Model: m}
		for range batches {
			batch, _ := src.Next(t.Context())
			paid, err := u.Reward.Pay(0, batch.Episodes)
			if err != nil {
				t.Fatal(err)
			}
			if last, err = l.Learn(batch.Episodes, paid.PerTurn, u); err != nil {
				t.Fatal(err)
			}
		}
		return last
	}
	// One of three words follows the first, each as often: log 3 nats, at best.
	first := read(0.1, 1)
	if last := read(1, 120); first.Read < 2 || last.Read < 1.05 || last.Read > 1.2 {
		t.Errorf("a token that is read surprises by %.2f nats at first, %.2f after 120 steps; want log 40, then log 3", first.Read, last.Read)
	}
	if none := read(0, 1); none.Read != 0 || none.Loss != first.Loss {
		t.Errorf("without it: %.2f nats, loss %v; with it %v", none.Read, none.Loss, first.Loss)
	}
}

func TestAPupilDoesWhatItsTeacherWould(t *testing.T) {
	r, _ := newRun(t, "grpo", 60)
	if err := r.Train(t.Context(), State{}); err != nil {
		t.Fatal(err)
	}
	m := newModel(t)
	src, l := &endless{m: m}, &Learner{Model: m, Teacher: r.Learner.Model.Frozen()}
	u := update("grpo")
	u.Estimator, u.Objective, u.SkipEven, u.Minibatches, u.Read, u.Ask = algo.Demonstration{}, algo.Distill{Coef: 1}, false, 1, 0.01, 2
	var first, last float64
	for step := range 60 {
		batch, _ := src.Next(t.Context())
		paid, err := u.Reward.Pay(0, batch.Episodes)
		if err != nil {
			t.Fatal(err)
		}
		s, err := l.Learn(batch.Episodes, paid.PerTurn, u)
		if err != nil {
			t.Fatal(err)
		}
		right := 0.0
		for _, ep := range batch.Episodes {
			right += ep.Outcome() / float64(len(batch.Episodes))
		}
		if last = right; step == 0 {
			first = right
			if s.Loss < 0.3 {
				t.Errorf("the loss is %g nats at first", s.Loss)
			}
		}
	}
	if first > 0.6 || last < 0.9 {
		t.Errorf("the pupil is right in %.2f of its episodes at first, in %.2f at last", first, last)
	}
}
