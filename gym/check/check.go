// Package check proves an environment sound: that it can be trained on, and
// that what is learnt there is the task and not a flaw of it.
//
// Every check has an id. Those of OpenEnv's RFC 008 ("environment auto
// validation") have its names, where they mean the same here; those that begin
// with "gym." are ours. A [Report] has a line for each: what was measured, the
// evidence where it failed, and what to do. Package gymtest runs the same
// checks as tests.
//
// Start with [Scenario].
package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/turngym/turngym/gym"
)

// Options are the numbers of a check; 0 is the default.
type Options struct {
	Seeds     int                                                   // of the oracle, in each split and level; 100
	Episodes  int                                                   // of the random agent, in each level; 60
	Envs      int                                                   // live at the same time; 3
	NoOracle  bool                                                  // do not ask the oracles, even where there are some
	Alike     bool                                                  // some scenarios have so few tasks that train and test look alike
	Elsewhere func(ctx context.Context) (digests string, err error) // what [Digests] is in another process; nil: that is not checked
}

func (o Options) withDefaults() Options {
	if o.Seeds == 0 {
		o.Seeds = 100
	}
	if o.Episodes == 0 {
		o.Episodes = 60
	}
	if o.Envs == 0 {
		o.Envs = 3
	}
	return o
}

// Status is how a check went.
type Status string

// A check that does not apply (no oracle, no progress) is skipped.
const (
	Pass Status = "pass"
	Fail Status = "fail"
	Skip Status = "skip"
)

// Finding is one check's result.
type Finding struct {
	ID       string `json:"check_id"`
	Status   Status `json:"status"`
	Measured string `json:"measured,omitempty"`
	Evidence string `json:"evidence,omitempty"`    // where it failed: the level, and what was seen
	Remedy   string `json:"remediation,omitempty"` // what to do
	Err      error  `json:"-"`
}

// Report is of one scenario. Its form is that of RFC 008.
type Report struct {
	Version  string    `json:"report_schema_version"`
	Target   string    `json:"target"`
	Findings []Finding `json:"results"`
	Verdict  Status    `json:"verdict"`
}

// reportVersion is of Report's form.
const reportVersion = "1"

// Err is all that failed, nil where nothing did.
func (r *Report) Err() error {
	var errs []error
	for _, f := range r.Findings {
		if f.Status == Fail {
			errs = append(errs, fmt.Errorf("%s: %w", f.ID, f.Err))
		}
	}
	return errors.Join(errs...)
}

// Failed is the report of a target that cannot even be loaded.
func Failed(target string, err error) Report {
	c := find("static.manifest")
	return Report{reportVersion, target, []Finding{{c.id, Fail, "", err.Error(), c.remedy, err}}, Fail}
}

// Scenario checks one scenario of a family. The error is the context's.
func Scenario(ctx context.Context, f gym.Family, sc gym.Scenario, o Options) (Report, error) {
	o = o.withDefaults()
	found := map[string]*Finding{}
	for _, c := range checks() {
		found[c.id] = &Finding{ID: c.id, Status: Skip}
	}
	fail := func(id string, where string, err error) {
		if old := found[id]; old.Status != Fail {
			*old = Finding{id, Fail, "", where + explain(err).Error(), find(id).remedy, err}
		}
	}
	if err := wellDeclared(sc); err != nil {
		fail("static.manifest", "", err)
	} else {
		found["static.manifest"].Status = Pass
		o.run(ctx, f, sc, found, fail)
	}
	r := Report{Version: reportVersion, Target: sc.Name, Verdict: Pass}
	for _, c := range checks() {
		if r.Findings = append(r.Findings, *found[c.id]); found[c.id].Status == Fail {
			r.Verdict = Fail
		}
	}
	return r, ctx.Err()
}

// run runs every check on every level. A fault ends the level: nothing that
// comes after one proves anything.
func (o Options) run(ctx context.Context, f gym.Family, sc gym.Scenario, found map[string]*Finding, fail func(id, where string, err error)) {
	r := &bench{Options: o, family: f}
	defer r.close()
	if err := r.open(ctx); err != nil {
		fail(idOf(err, "runtime.startup"), "", err)
		return
	}
	broken := false
	for level := 1; level <= sc.Levels && ctx.Err() == nil; level++ {
		p := place{sc, level}
		for _, c := range checks() {
			if c.level == nil {
				continue
			}
			measured, err := c.level(ctx, r, p)
			f := found[c.id]
			switch {
			case errors.Is(err, errSkip):
				continue
			case err != nil && ctx.Err() == nil:
				id := idOf(err, c.id)
				fail(id, fmt.Sprintf("level %d: ", level), err)
				broken = broken || isFault(err)
			case f.Status != Fail:
				f.Status = Pass
				if measured != "" && f.Measured == "" {
					f.Measured = c.unit
				}
				f.Measured += measured
			}
			if isFault(err) {
				break
			}
		}
	}
	for _, c := range checks() {
		if c.whole == nil || broken || ctx.Err() != nil {
			continue
		}
		err := c.whole(ctx, r, sc)
		switch {
		case errors.Is(err, errSkip):
		case err != nil:
			fail(idOf(err, c.id), "", err)
		case found[c.id].Status != Fail:
			found[c.id].Status = Pass
		}
	}
}

// wellDeclared says what is wrong with what a scenario says of itself.
func wellDeclared(sc gym.Scenario) error {
	switch {
	case sc.Name == "" || strings.ContainsAny(sc.Name, "/\\ \n"):
		return fmt.Errorf("scenario %q: the name is to be one word, it names files", sc.Name)
	case sc.Doc == "" || strings.Contains(sc.Doc, "\n"):
		return fmt.Errorf("scenario %q: the doc is to be one line, not %q", sc.Name, sc.Doc)
	case sc.Levels < 1 || sc.Turns < 1 || !(sc.Floor >= 0 && sc.Floor <= 1):
		return fmt.Errorf("scenario %q: %d levels, %d turns, floor %v; want one and more, one and more, 0 to 1", sc.Name, sc.Levels, sc.Turns, sc.Floor)
	}
	return nil
}

// Scenarios are a family's, once their list is sound: those of the names only,
// nil is all.
func Scenarios(f gym.Family, only []string) ([]gym.Scenario, error) {
	var list []gym.Scenario
	names := map[string]bool{}
	for _, sc := range f.Scenarios() {
		if err := wellDeclared(sc); err != nil {
			return nil, err
		}
		if names[sc.Name] {
			return nil, fmt.Errorf("scenario %q is listed twice", sc.Name)
		}
		names[sc.Name] = true
		if only == nil || slices.Contains(only, sc.Name) {
			list = append(list, sc)
		}
	}
	if len(list) == 0 {
		return nil, errors.New("there are no scenarios to check")
	}
	return list, nil
}

// bench is a check at work: one environment for what is done in turn, and
// others beside it.
type bench struct {
	Options
	family gym.Family
	env    gym.Env
	others []gym.Env
}

func (r *bench) open(ctx context.Context) error {
	for range r.Envs {
		env, err := r.family.Open(ctx)
		if err != nil {
			return err
		}
		r.others = append(r.others, env)
	}
	r.env, r.others = r.others[0], r.others[1:]
	return nil
}

func (r *bench) close() {
	if r.env != nil {
		r.env.Close()
	}
	for _, env := range r.others {
		env.Close()
	}
}

// place is one level of one scenario.
type place struct {
	gym.Scenario
	level int
}

func (p place) task(seed uint64, split gym.Split) gym.Task {
	return gym.Task{Scenario: p.Name, Seed: seed, Level: p.level, Split: split}
}

// errSkip is the result of a check that does not apply.
var errSkip = errors.New("does not apply")

// violation is an error that belongs to another check than the one at work.
type violation struct {
	id string
	error
}

func (v violation) Unwrap() error { return v.error }

func violated(id, format string, args ...any) error {
	return violation{id, fmt.Errorf(format, args...)}
}

// idOf is the check that an error belongs to. Errors of other packages name it
// by a method CheckID.
func idOf(err error, id string) string {
	var named interface{ CheckID() string }
	var v violation
	switch {
	case errors.As(err, &named) && find(named.CheckID()) != nil:
		return named.CheckID()
	case errors.As(err, &v):
		return v.id
	case isFault(err) && id != "runtime.startup":
		return "gym.no_fault"
	}
	return id
}

func isFault(err error) bool {
	var f *gym.Fault
	return errors.As(err, &f)
}

func explain(err error) error {
	if isFault(err) {
		return fmt.Errorf("the environment broke (a fault): %w", err)
	}
	return err
}
