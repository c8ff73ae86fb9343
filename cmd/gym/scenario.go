package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/check"
	"github.com/turngym/turngym/scenarios"
)

func (a *app) scenarioCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "scenario", Short: "Write a scenario of your own, and prove it sound",
		Example: "  gym scenario new paying\n  gym scenario watch paying.lua\n  gym scenario check paying.lua",
	}
	cmd.AddCommand(a.scenarioNew(), a.scenarioCheck(), a.scenarioWatch())
	return cmd
}

// plainName is a scenario's name, which also names files.
var plainName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

func (a *app) scenarioNew() *cobra.Command {
	var env string
	cmd := &cobra.Command{
		Use: "new NAME", Short: "Write a working scenario to start from", Example: "  gym scenario new paying\n  gym scenario new orders --env web",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			path := strings.TrimSuffix(args[0], ".lua") + ".lua"
			if name := strings.TrimSuffix(filepath.Base(path), ".lua"); !plainName.MatchString(name) {
				return wrongUse{fmt.Errorf("the name %q: want small letters, digits and hyphens", name)}
			}
			text, err := scenarios.Template(env)
			if err != nil {
				return wrongUse{err}
			}
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if errors.Is(err, fs.ErrExist) {
				return wrongUse{fmt.Errorf("%s is there already; choose another name", path)}
			}
			if err != nil {
				return err
			}
			_, err = file.WriteString(text)
			if err = errors.Join(err, file.Close()); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "%s\n\nedit   gym scenario watch %s   (plays it on every save)\nprove  gym scenario check %s\ntrain  gym train --env %s --%s.dir %s --scenario %s\n",
				path, path, path, env, env, filepath.Dir(path), strings.TrimSuffix(filepath.Base(path), ".lua"))
			return nil
		},
	}
	cmd.Flags().StringVar(&env, "env", "puzzle", "puzzle or web")
	return cmd
}

func (a *app) scenarioCheck() *cobra.Command {
	var flags checkFlags
	var driver string
	cmd := &cobra.Command{
		Use: "check FILE", Short: "Prove a scenario sound", Example: "  gym scenario check paying.lua",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := os.Stat(args[0]); err != nil {
				return wrongUse{err}
			}
			f, sc, err := openScenario(args[0], driver)
			if err != nil {
				r := check.Failed(args[0], err)
				if flags.asJSON {
					if err := a.json([]check.Report{r}); err != nil {
						return err
					}
				} else {
					a.report(&r, false)
				}
				return errors.New("the scenario cannot be loaded")
			}
			defer f.Close()
			return a.check(cmd.Context(), f, "", []gym.Scenario{sc}, flags, func(string) []string {
				return []string{"scenario", "check", args[0], "--driver", driver}
			})
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&driver, "driver", "", "of a web scenario: chrome or static; default: static where its pages have no scripts")
	return cmd
}

func (a *app) scenarioWatch() *cobra.Command {
	var level int
	var seed uint64
	cmd := &cobra.Command{
		Use: "watch FILE", Short: "Play a scenario anew on every save", Example: "  gym scenario watch paying.lua --level 2",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := os.Stat(args[0]); err != nil {
				return wrongUse{err}
			}
			return a.watch(cmd.Context(), args[0], level, seed)
		},
	}
	cmd.Flags().IntVar(&level, "level", 1, "the level that is shown whole")
	cmd.Flags().Uint64Var(&seed, "task", 1, "which task: its seed")
	return cmd
}

// watchEvery is how often a file is looked at.
const watchEvery = 50 * time.Millisecond

// watch plays a file whenever it has changed, until ctx ends.
func (a *app) watch(ctx context.Context, path string, level int, seed uint64) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var seen [2]int64
	for {
		// Editors replace a file: for a moment it may not be there.
		if info, err := os.Stat(path); err == nil {
			if now := [2]int64{info.ModTime().UnixNano(), info.Size()}; now != seen {
				seen = now
				if err := a.show(ctx, path, level, seed); err != nil && ctx.Err() == nil {
					fmt.Fprintf(a.out, "%v\n", err)
				}
				fmt.Fprintf(a.out, "\nwaiting for the next save of %s (ctrl-c ends)\n", path)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// show plays the oracle's episode of every level and shows one whole; without
// an oracle it shows how the task begins.
func (a *app) show(ctx context.Context, path string, level int, seed uint64) error {
	begun := time.Now()
	f, sc, err := openScenario(path, "")
	if err != nil {
		return err
	}
	defer f.Close()
	env, err := f.Open(ctx)
	if err != nil {
		return err
	}
	defer env.Close()
	if !sc.Oracle {
		o, err := env.Reset(ctx, gym.Task{Scenario: sc.Name, Level: level, Seed: seed})
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "\ngoal   %s\n\n%s\n(no oracle: nothing more to play)\n", o.Goal, &o)
		return nil
	}
	for l := 1; l <= sc.Levels; l++ {
		text, err := check.Playthrough(ctx, env, gym.Task{Scenario: sc.Name, Level: l, Seed: seed}, sc.Turns)
		if err != nil {
			return err
		}
		if l == level {
			fmt.Fprintf(a.out, "\n%s", text)
		} else {
			lines := strings.Split(strings.TrimSpace(text), "\n")
			defer fmt.Fprintf(a.out, "level %d: %s\n", l, lines[len(lines)-1])
		}
	}
	fmt.Fprintf(a.out, "(played %d levels %d ms after it was saved)\n", sc.Levels, time.Since(begun).Milliseconds())
	return nil
}
