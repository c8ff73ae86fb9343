package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/reward"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy"
	"github.com/turngym/turngym/policy/model"
	"github.com/turngym/turngym/policy/weights"
)

// Stage is a part of a run: so many steps on batches of one source.
type Stage struct {
	Name   string
	Steps  int
	Batch  int // episodes of a step, about: a curriculum may play more
	Update Update
	WarmUp int          // steps in which the learning rate rises from 0
	Final  float64      // share of the learning rate that is left at the end of the stage
	Begin  func() error // before the stage's first step, on resume too; may be nil

	// Hear takes the episodes that a step (0 is the stage's first) has learnt from,
	// and the policy's surprise by each (Stats.Surprise), before the step's weights
	// are published; what it gives is the checkpoint's Plan. May be nil.
	Hear func(step int, episodes []*gym.Episode, surprise []float64) (json.RawMessage, error)

	// Probe plays a few tasks with the policy as it is, where the batches do not
	// show how well it does: before the stage and after every ProbeEvery steps.
	// It must not change what is learnt. May be nil.
	Probe      func(ctx context.Context) (success, reward float64, err error)
	ProbeEvery int

	// Exam plays always the same tasks, every ExamEvery steps: what the batches of a
	// curriculum do not show. The stage ends early when it gives at least Until,
	// where that is above 0. May be nil.
	Exam      func(ctx context.Context) (success float64, err error)
	ExamEvery int
	Until     float64

	// Open starts the episodes of the run's steps from to to-1; stop ends it.
	Open func(ctx context.Context, from, to int) (src Source, stop func())
}

// rate is the learning rate's factor at a step of the stage: up, then down by
// half a cosine.
func (s *Stage) rate(step int) float64 {
	if step < s.WarmUp {
		return float64(step+1) / float64(s.WarmUp+1)
	}
	done := float64(step-s.WarmUp) / float64(max(1, s.Steps-s.WarmUp))
	return s.Final + (1-s.Final)*(1+math.Cos(math.Pi*done))/2
}

// Row is one step's line of metrics.jsonl.
type Row struct {
	Step     int     `json:"step"` // 1 is the first
	Stage    string  `json:"stage"`
	Success  float64 `json:"success"` // mean outcome of the batch, or of the last probe where the stage has them
	Reward   float64 `json:"reward"`  // mean sum of rewards, likewise
	Turns    float64 `json:"turns"`   // mean
	Loss     float64 `json:"loss"`
	GradNorm float64 `json:"grad_norm"`
	Entropy  float64 `json:"entropy"`
	KL       float64 `json:"kl"`
	Clipped  float64 `json:"clipped"`
	Read     float64 `json:"read,omitempty"` // nats per token that was read, where that is learnt
	Lag      float64 `json:"lag"`            // versions between sampling and learning, mean
	LR       float64 `json:"lr"`
	Level    float64 `json:"level"`    // mean
	Hinted   int     `json:"hinted"`   // episodes of the batch that had a hint
	Restarts int     `json:"restarts"` // that began in the middle
	Episodes int     `json:"episodes"` // played so far
	Tokens   int     `json:"tokens"`   // of the batch
	Seconds  float64 `json:"seconds"`  // since the run (or its resumption) began

	Times Times              `json:"times"`
	Exam  *float64           `json:"exam,omitempty"`  // success on the exam, after the steps that have one
	Parts map[string]float64 `json:"parts,omitempty"` // of the reward, by signal
	Flag  string             `json:"flag,omitempty"`  // what looks wrong
}

// Times is where a step's seconds went.
type Times struct {
	Play    float64 `json:"play"`    // waiting for episodes
	Learn   float64 `json:"learn"`   // scoring, gradients, the optimizer
	Publish float64 `json:"publish"` // making the new weights ready to sample from
	Probe   float64 `json:"probe"`   // probes and exams
	Save    float64 `json:"save"`    // the checkpoint that was written before the step
	Sample  float64 `json:"sample"`  // of all threads that ran the policy meanwhile: most of it is in play and probe
}

// Add is t += o.
func (t *Times) Add(o Times) {
	t.Play, t.Learn, t.Publish = t.Play+o.Play, t.Learn+o.Learn, t.Publish+o.Publish
	t.Probe, t.Save, t.Sample = t.Probe+o.Probe, t.Save+o.Save, t.Sample+o.Sample
}

// Hacking is the flag of a reward that rises without the outcome.
const Hacking = "the reward rises and the outcome does not: is it earned by something else?"

// Run trains one model through its stages.
type Run struct {
	Dir     string // where checkpoint and metrics.jsonl lie
	Learner *Learner
	Policy  *policy.Policy // published to after every step
	Stages  []Stage
	Save    int                                   // steps between checkpoints; 0: only at the end
	Report  func(Row)                             // after every step; may be nil
	Keep    func(step int, ep *gym.Episode) error // every episode learnt from; may be nil

	whole int // the optimizer's steps at the end of the last whole step
}

// Steps is the number of all stages' steps.
func (r *Run) Steps() (n int) {
	for i := range r.Stages {
		n += r.Stages[i].Steps
	}
	return n
}

// Train goes on from a state to the end. When ctx ends, it saves a checkpoint of
// the last whole step and returns the context's error. So it does after another
// error, unless that came in the middle of a step's updates.
func (r *Run) Train(ctx context.Context, from State) error {
	file, err := os.OpenFile(filepath.Join(r.Dir, "metrics.jsonl"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	begun, at, st := time.Now(), 0, from
	r.whole = r.Learner.Model.Step()
	for i := range r.Stages {
		s := &r.Stages[i]
		start, end := at, at+s.Steps
		at = end
		if st.Step >= end {
			continue
		}
		if s.Begin != nil {
			if err := s.Begin(); err != nil {
				return err
			}
		}
		st.Step = max(st.Step, start)
		err := r.stage(ctx, s, start, &st, func(row Row) error {
			row.Seconds = time.Since(begun).Seconds()
			line, err := json.Marshal(row)
			if err != nil {
				return err
			}
			if r.Report != nil {
				r.Report(row)
			}
			_, err = file.Write(append(line, '\n'))
			return err
		})
		if err != nil {
			before := fmt.Errorf("%w; what was saved before is whole", err)
			if r.Learner.Model.Step() != r.whole {
				return before // the weights are those of a part of a step
			}
			saved := Save(r.Dir, r.Learner.Model, st)
			if device := new(kernels.Failure); errors.As(err, &device) && saved != nil {
				return before
			}
			return errors.Join(err, saved)
		}
	}
	return Save(r.Dir, r.Learner.Model, st)
}

// stage does the steps from st to the stage's end; st is then the last whole one.
func (r *Run) stage(ctx context.Context, s *Stage, start int, st *State, report func(Row) error) (err error) {
	defer kernels.Guard(&err)
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	from := st.Step
	src, stop := s.Open(inner, from, start+s.Steps)
	defer stop()
	var success, rewards float64 // of the last probe
	var watch reward.Watch
	var spent Times
	last, busy := time.Now(), r.Policy.Stats().Busy
	lap := func(to *float64) {
		now := time.Now()
		*to += now.Sub(last).Seconds()
		last = now
	}
	for step := from; step < start+s.Steps; step++ {
		row := Row{Step: step + 1, Stage: s.Name}
		if s.Probe != nil && (step == from || (step-start)%s.ProbeEvery == 0) {
			if success, rewards, err = s.Probe(ctx); err != nil {
				return err
			}
		}
		lap(&spent.Probe)
		batch, err := src.Next(ctx)
		if err != nil {
			return err
		}
		lap(&spent.Play)
		if r.Keep != nil {
			for i, ep := range batch.Episodes {
				ep.ID = fmt.Sprintf("%d-%d", step+1, i+1)
				if err := r.Keep(step+1, ep); err != nil {
					return err
				}
			}
		}
		u := s.Update
		u.Optimizer.LR *= s.rate(step - start)
		row.LR = u.Optimizer.LR
		paid, err := u.Reward.Pay(step-start, batch.Episodes)
		if err != nil {
			return err
		}
		stats, err := r.Learner.Learn(batch.Episodes, paid.PerTurn, u)
		if err != nil {
			return fmt.Errorf("step %d: %w", step+1, err)
		}
		lap(&spent.Learn)
		r.whole = r.Learner.Model.Step()
		st.Step, st.Plan, st.Episodes = step+1, batch.Plan, st.Episodes+batch.Played
		if s.Hear != nil {
			if st.Plan, err = s.Hear(step-start, batch.Episodes, stats.Surprise); err != nil {
				return err
			}
		}
		r.Learner.publish(r.Policy, uint32(st.Step))
		lap(&spent.Publish)
		row.Loss, row.GradNorm, row.Entropy, row.KL, row.Clipped = stats.Loss, stats.GradNorm, stats.Entropy, stats.KL, stats.Clipped
		row.Read, row.Tokens, row.Episodes = stats.Read, stats.Tokens, st.Episodes
		summarize(&row, batch.Episodes, paid, step)
		if s.Probe != nil {
			row.Success, row.Reward = success, rewards
		} else if watch.See(row.Reward, row.Success) {
			row.Flag = Hacking
		}
		passed := false
		if s.Exam != nil && (st.Step-start)%s.ExamEvery == 0 {
			v, err := s.Exam(ctx)
			if err != nil {
				return err
			}
			row.Exam, passed = &v, s.Until > 0 && v >= s.Until
		}
		lap(&spent.Probe)
		now := r.Policy.Stats().Busy
		spent.Sample, busy = (now - busy).Seconds(), now
		row.Times, spent = spent, Times{}
		if err := report(row); err != nil {
			return err
		}
		if passed {
			st.Step = start + s.Steps
			return nil
		}
		if r.Save > 0 && st.Step%r.Save == 0 {
			lap(&spent.Probe)
			if err := Save(r.Dir, r.Learner.Model, *st); err != nil {
				return err
			}
			lap(&spent.Save)
		}
	}
	return nil
}

func summarize(row *Row, batch []*gym.Episode, paid reward.Paid, step int) {
	n := float64(max(1, len(batch)))
	row.Parts = map[string]float64{}
	for _, p := range paid.Parts {
		row.Reward += p.Value
		row.Parts[p.Name] = p.Value
	}
	for _, ep := range batch {
		row.Success += ep.Outcome() / n
		row.Turns += float64(len(ep.Turns)) / n
		row.Level += float64(ep.Task.Level) / n
		if ep.Task.Hint > 0 {
			row.Hinted++
		}
		if ep.Task.Start != "" {
			row.Restarts++
		}
		for _, t := range ep.Turns {
			if v := t.Move.Tokens.Version; len(v) > 0 && t.Move.Tokens.Sampled[len(v)-1] {
				row.Lag += float64(step-int(v[len(v)-1])) / n
				break
			}
		}
	}
}

// stateVersion is of the checkpoint's layout.
const stateVersion = 2

// State is how far a run has come.
type State struct {
	Version  int             `json:"version"`
	Step     int             `json:"step"`           // whole steps done
	Episodes int             `json:"episodes"`       // played for them
	Plan     json.RawMessage `json:"plan,omitempty"` // of the stage's curriculum
}

// checkpointDir is where a run's checkpoint lies.
func checkpointDir(run string) string { return filepath.Join(run, "checkpoint") }

// Base is where the weights lie that a run's adapters stand beside.
func Base(run string) string { return filepath.Join(run, "base") }

// Save writes a run's checkpoint beside the last one and then takes its place.
func Save(run string, m *model.Model, st State) error {
	dir := checkpointDir(run)
	next, old := dir+".new", dir+".old"
	err := write(next, m, st)
	if err == nil {
		err = Beside(run, next)
	}
	if err != nil {
		os.RemoveAll(next)
		return fmt.Errorf("save the checkpoint of step %d: %w", st.Step, err)
	}
	os.RemoveAll(old)
	if err := os.Rename(dir, old); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(next, dir); err != nil {
		return err
	}
	return os.RemoveAll(old)
}

// besides are the files that a checkpoint needs wherever it is loaded.
var besides = []string{"tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json", "special_tokens_map.json"}

// Beside copies what belongs to a model's weights from a folder to another: its
// tokenizer, its chat template, its settings.
func Beside(run, dir string) error {
	for _, name := range besides {
		text, err := os.ReadFile(filepath.Join(run, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func write(dir string, m *model.Model, st State) (err error) {
	defer kernels.Guard(&err)
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := m.Save(dir); err != nil {
		return err
	}
	if err := m.SaveOptimizer(filepath.Join(dir, "optimizer.safetensors")); err != nil {
		return err
	}
	st.Version = stateVersion
	text, err := json.Marshal(st)
	if err != nil {
		return err
	}
	return weights.Atomic(filepath.Join(dir, "state.json"), text)
}

// Restore reads a run's checkpoint to go on with it: the model with its
// optimizer, and how far it has come.
func Restore(dev kernels.Device, run string) (*model.Model, State, error) {
	m, st, dir, err := load(dev, run, model.Use{})
	if err == nil {
		err = m.LoadOptimizer(filepath.Join(dir, "optimizer.safetensors"))
	}
	return m, st, err
}

// Load is Restore without the optimizer: for a model that only plays, or
// begins to learn anew.
func Load(dev kernels.Device, run string, use model.Use) (*model.Model, State, error) {
	m, st, _, err := load(dev, run, use)
	return m, st, err
}

// load reads a checkpoint's model, and says where it lies. A crash while a
// checkpoint was being replaced leaves the old one, which is read then.
func load(dev kernels.Device, run string, use model.Use) (*model.Model, State, string, error) {
	var st State
	dir := checkpointDir(run)
	if _, err := os.Stat(filepath.Join(dir, "state.json")); errors.Is(err, os.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(dir+".old", "state.json")); err == nil {
			dir += ".old"
		}
	}
	path := filepath.Join(dir, "state.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, st, dir, fmt.Errorf("no checkpoint in %s: %w", run, err)
	}
	if err := json.Unmarshal(text, &st); err != nil {
		return nil, st, dir, fmt.Errorf("%s is corrupt: %w", path, err)
	}
	if st.Version < 1 || st.Version > stateVersion { // version 1 had no plan
		return nil, st, dir, fmt.Errorf("%s has version %d, this program reads %d; use the program that wrote it", path, st.Version, stateVersion)
	}
	m, err := LoadPolicy(dev, dir, Base(run), use)
	return m, st, dir, err
}

// LoadPolicy reads what Save of a model wrote into dir: the whole, or adapters,
// which stand beside the weights in base.
func LoadPolicy(dev kernels.Device, dir, base string, use model.Use) (*model.Model, error) {
	if !model.HasAdapter(dir) {
		return model.Load(dev, dir, use)
	}
	m, err := model.Load(dev, base, model.Use{DType: use.DType, Frozen: true})
	if err == nil {
		err = m.LoadAdapter(dir)
	}
	return m, err
}
