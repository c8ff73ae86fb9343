package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/turngym/turngym/policy/weights"
)

// runVersion is of the layout of a run's folder.
const runVersion = 1

type runInfo struct {
	Version int `json:"version"`
}

// makeRun makes a run's folder and writes its configuration. The folder is a
// run's once markRun has been called.
func makeRun(dir string, c *Config) error {
	if _, err := os.Stat(filepath.Join(dir, "run.json")); err == nil {
		return wrongUse{fmt.Errorf("%s holds a run already; go on with --resume %s, or name another folder", dir, dir)}
	}
	text, err := c.yaml()
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "config.yaml"), text, 0o644)
	}
	if err != nil {
		return fmt.Errorf("make the run's folder: %w", err)
	}
	return nil
}

// markRun says that dir has all that a run needs to be resumed.
func markRun(dir string) error {
	info, _ := json.Marshal(runInfo{runVersion})
	return weights.Atomic(filepath.Join(dir, "run.json"), info)
}

// readRun reads the configuration of the run in dir.
func readRun(dir string) (Config, error) {
	text, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil {
		return Config{}, fmt.Errorf("%s is not the folder of a run: %w", dir, err)
	}
	var info runInfo
	if err := json.Unmarshal(text, &info); err != nil {
		return Config{}, fmt.Errorf("%s is corrupt: %w", filepath.Join(dir, "run.json"), err)
	}
	if info.Version != runVersion {
		return Config{}, fmt.Errorf("%s is a run of version %d, this program reads %d; use the program that made it", dir, info.Version, runVersion)
	}
	fs := pflag.NewFlagSet("run", pflag.ContinueOnError)
	addFlags(fs)
	if err := fs.Set("config", filepath.Join(dir, "config.yaml")); err != nil {
		return Config{}, err
	}
	c, _, err := loadConfig(fs, func(string) string { return "" })
	return c, err
}
