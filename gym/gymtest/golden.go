package gymtest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/check"
)

// golden holds the oracle's episode of seed 1 against the recorded one.
func (s Suite) golden(ctx context.Context, env gym.Env, sc gym.Scenario, level int) error {
	text, err := check.Playthrough(ctx, env, gym.Task{Scenario: sc.Name, Seed: 1, Level: level}, sc.Turns)
	if err != nil {
		return err
	}
	path := filepath.Join(s.Golden, goldenName(s.Name, sc, level))
	if *update {
		if err := os.MkdirAll(s.Golden, 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, []byte(text), 0o644)
	}
	want, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no %s; write it with -update, and read it:\n%s", path, text)
	}
	if err != nil {
		return err
	}
	if string(want) != text {
		return fmt.Errorf("%s has changed; if that is meant, write it with -update.\nnow\n%s\nbefore\n%s", path, text, want)
	}
	return nil
}

func goldenName(family string, sc gym.Scenario, level int) string {
	return fmt.Sprintf("%s_%s-%d.txt", family, sc.Name, level)
}

// leftovers finds the playthroughs of scenarios and levels that are gone;
// -update removes them.
func leftovers(folder, family string, list []gym.Scenario) error {
	var names []string
	for _, sc := range list {
		for level := 1; sc.Oracle && level <= sc.Levels; level++ {
			names = append(names, goldenName(family, sc, level))
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, family+"_*.txt"))
	for _, file := range files {
		if slices.Contains(names, filepath.Base(file)) {
			continue
		}
		if *update {
			err = errors.Join(err, os.Remove(file))
		} else {
			err = errors.Join(err, fmt.Errorf("%s is of no scenario; remove it with -update", file))
		}
	}
	return err
}
