package main

import (
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/record"
)

// recorded gives the episodes that a run, or a folder of shards, holds. What
// cannot be read is named on warn.
func recorded(dir string, warn io.Writer) iter.Seq2[*gym.Episode, error] {
	return func(yield func(*gym.Episode, error) bool) {
		found := false
		for _, d := range episodeDirs(dir) {
			r, err := record.Open(d)
			if err != nil {
				continue
			}
			found = true
			for ep, err := range r.All() {
				if !yield(ep, err) || err != nil {
					return
				}
			}
			for _, dropped := range r.Dropped() {
				fmt.Fprintf(warn, "gym: %s/%v\n", d, dropped)
			}
		}
		if !found {
			yield(nil, wrongUse{fmt.Errorf("%s has no recorded episodes; gym demos and gym play --save record some", dir)})
		}
	}
}

// filter says which of the recorded episodes are meant; the zero value, all.
type filter struct {
	minOutcome float64
	scenarios  []string // with or without the family's name before it
	split      string
}

func (f *filter) check() error {
	if f.split == "" {
		return nil
	}
	_, err := gym.ParseSplit(f.split)
	return err
}

func (f *filter) has(ep *gym.Episode) bool {
	if ep.Outcome() < f.minOutcome || f.split != "" && ep.Task.Split.String() != f.split {
		return false
	}
	for _, name := range f.scenarios {
		if strings.TrimPrefix(strings.TrimSpace(name), ep.Env+"/") == ep.Task.Scenario {
			return true
		}
	}
	return len(f.scenarios) == 0
}
