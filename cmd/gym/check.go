package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/turngym/turngym/envs/puzzle"
	"github.com/turngym/turngym/envs/web"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/check"
	"github.com/turngym/turngym/scenarios"
)

// checkFlags are what both forms of the check take.
type checkFlags struct {
	seeds, episodes int
	asJSON, digests bool
}

func (c *checkFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&c.seeds, "seeds", 100, "seeds that the oracle must solve, in each split and level")
	f.IntVar(&c.episodes, "agents", 60, "episodes of the random agent in each level")
	f.BoolVar(&c.asJSON, "json", false, "print the reports as a list")
	f.BoolVar(&c.digests, "digests", false, "only what another process compares")
	f.MarkHidden("digests")
}

func (a *app) checkCommand() *cobra.Command {
	var flags checkFlags
	cmd := &cobra.Command{
		Use: "check", Short: "Prove a family of environments sound",
		Example: "  gym check --env puzzle\n  gym check --env web --scenario shop --driver static --json", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, f, list, err := a.choose(cmd)
			if err != nil {
				return err
			}
			defer f.Close()
			var all []gym.Scenario
			for _, s := range list {
				all = append(all, s.Scenario)
			}
			again := []string{"check", "--env", c.Env, "--web.driver", c.Web.Driver, "--web.chrome", c.Web.Chrome, "--web.pages", c.Web.Pages,
				"--web.browser", c.Web.Browser, "--web.input", c.Web.Input, "--web.actions", strings.Join(c.Web.Actions, ","), "--web.dir", c.Web.Dir, "--puzzle.dir", c.Puzzle.Dir,
				"--tools", listFlag(c.Tools), "--tool_calls", strconv.Itoa(c.ToolCalls)}
			for _, server := range c.MCP {
				again = append(again, "--mcp", server)
			}
			return a.check(cmd.Context(), f, c.Env+"/", all, flags, func(name string) []string { return slices.Concat(again, []string{"--scenarios", name}) })
		},
	}
	addFlags(cmd.Flags())
	hide(cmd, "recipe", "run", "threads", "envs", "staleness", "save", "record", "device", "exact", "cpu", "seed", "levels")
	flags.add(cmd)
	return cmd
}

// check prints the report of every scenario; it fails where one does. again is
// the command line that gives the digests of a scenario.
func (a *app) check(ctx context.Context, f gym.Family, prefix string, list []gym.Scenario, flags checkFlags, again func(name string) []string) error {
	if flags.digests {
		text, err := check.Digests(ctx, f, list)
		fmt.Fprint(a.out, text)
		return err
	}
	var reports []check.Report
	failed := 0
	for _, sc := range list {
		r, err := check.Scenario(ctx, f, sc, check.Options{Seeds: flags.seeds, Episodes: flags.episodes,
			Elsewhere: func(ctx context.Context) (string, error) { return elsewhere(ctx, again(sc.Name)) }})
		if err != nil {
			return err
		}
		r.Target = prefix + sc.Name
		if r.Verdict == check.Fail {
			failed++
		}
		if reports = append(reports, r); !flags.asJSON {
			a.report(&r, len(list) > 1)
		}
	}
	if flags.asJSON {
		if err := a.json(reports); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d scenarios are not sound", failed, len(list))
	}
	return nil
}

func (a *app) json(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// listFlag is a list as a flag has it.
func listFlag(list []string) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(list)
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

// elsewhere runs this program anew and gives the digests that it prints.
func elsewhere(ctx context.Context, args []string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, self, append(args, "--digests")...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = errors.New(strings.TrimSpace(string(exit.Stderr)))
	}
	return string(out), err
}

// report prints what was found as a table; in short, only what failed.
func (a *app) report(r *check.Report, short bool) {
	passed := 0
	for _, f := range r.Findings {
		if f.Status == check.Pass {
			passed++
		}
	}
	verdict := "sound"
	if r.Verdict == check.Fail {
		verdict = "not sound"
	}
	fmt.Fprintf(a.out, "%s: %s, %d checks passed\n", r.Target, verdict, passed)
	for _, f := range r.Findings {
		switch f.Status {
		case check.Fail:
			line, rest, _ := strings.Cut(f.Evidence, "\n")
			fmt.Fprintf(a.out, "  FAIL  %-34s %s\n        do    %s\n", f.ID, line, f.Remedy)
			if rest = strings.TrimRight(rest, "\n"); rest != "" {
				fmt.Fprintf(a.out, "        %s\n", strings.ReplaceAll(rest, "\n", "\n        "))
			}
		case check.Pass:
			if !short {
				fmt.Fprintf(a.out, "  pass  %-34s %s\n", f.ID, f.Measured)
			}
		case check.Skip:
			if !short {
				fmt.Fprintf(a.out, "  skip  %s\n", f.ID)
			}
		}
	}
}

// openScenario loads one file and the family that plays it, without a browser
// where the scenario needs none.
func openScenario(path, driver string) (gym.Family, gym.Scenario, error) {
	s, err := scenarios.Load(os.DirFS(filepath.Dir(path)), filepath.Base(path))
	if err != nil {
		return nil, gym.Scenario{}, err
	}
	list := []*scenarios.Script{s}
	if s.Env() == "web" {
		if driver == "" && !s.Info().Script {
			driver = "static"
		}
		f := &web.Family{Driver: driver, Scripts: list}
		return f, s.Info(), f.Load()
	}
	return &puzzle.Family{Scripts: list}, s.Info(), nil
}
