package main

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/record"
)

// keepRule says which episodes are demonstrations; the zero value, all.
type keepRule struct {
	minOutcome float64
	writable   bool // only those that a policy can write
}

// demoKeeper writes demonstrations into a folder, each once.
type demoKeeper struct {
	dir  string
	w    *record.Writer // nil until there is something to write
	rule keepRule
	seen map[uint64]bool

	before, kept int // demonstrations that were there, and that are new
	failed       int // below the least outcome
	unwritable   int // for a policy
	double       int
}

// demosDir is where a folder of demonstrations has its shards: where a run has
// those of its training.
func demosDir(out string) string { return filepath.Join(out, "episodes") }

// keepDemos adds to the demonstrations of env in a folder, which need not be there.
func keepDemos(out, env string, rule keepRule) (*demoKeeper, error) {
	if _, err := os.Stat(filepath.Join(out, "run.json")); err == nil {
		return nil, wrongUse{fmt.Errorf("%s is the folder of a run; name another one for demonstrations", out)}
	}
	k := &demoKeeper{dir: demosDir(out), rule: rule, seen: map[uint64]bool{}}
	if r, err := record.Open(demosDir(out)); err == nil {
		for ep, err := range r.All() {
			if err != nil {
				return nil, err
			}
			if ep.Env != env {
				return nil, wrongUse{fmt.Errorf("%s holds demonstrations of %s; name another folder for those of %s", out, ep.Env, env)}
			}
			k.seen[content(ep)] = true
			k.before++
		}
	}
	return k, nil
}

func (k *demoKeeper) keep(ep *gym.Episode) error {
	if ep.Outcome() < k.rule.minOutcome {
		k.failed++
		return nil
	}
	if k.rule.writable && writable(ep) != nil {
		k.unwritable++
		return nil
	}
	c := content(ep)
	if k.seen[c] {
		k.double++
		return nil
	}
	if k.w == nil {
		var err error
		if k.w, err = record.Create(k.dir, false); err != nil {
			return err
		}
	}
	k.seen[c] = true
	k.kept++
	ep.ID = fmt.Sprintf("demo-%d", k.before+k.kept)
	return k.w.Append(ep)
}

// left says what was not kept.
func (k *demoKeeper) left() string {
	return fmt.Sprintf("%d failed, %d equal to another, %d that no policy can write", k.failed, k.double, k.unwritable)
}

func (k *demoKeeper) close() error {
	if k.w == nil {
		return nil
	}
	return k.w.Close()
}

// content is what there is to learn from an episode: what was seen and done.
// Episodes of different seeds may be equal in it.
func content(ep *gym.Episode) uint64 {
	h := fnv.New64a()
	for i := range ep.Turns {
		t := &ep.Turns[i]
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x01", t.Observation.Goal, t.Observation.Hint, &t.Observation, t.Move.Action)
	}
	return h.Sum64()
}
