package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/turngym/turngym/bench"
	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/gym"
)

func (a *app) benchCommand() *cobra.Command {
	var seconds float64
	var rounds, workers int
	var python, actions string
	var asJSON bool
	var pages int
	cmd := &cobra.Command{
		Use: "bench", Short: "Measure how fast scenarios step, beside other gyms where they are installed",
		Example: "  gym bench --env puzzle --scenario puzzle/frozen-lake\n  gym bench --env web\n  gym bench --env web --scenario shop --driver static --python none", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, f, list, err := a.choose(cmd)
			if err != nil {
				return err
			}
			defer f.Close()
			if seconds <= 0 || rounds < 1 || workers < 1 {
				return wrongUse{fmt.Errorf("seconds, rounds and workers must be above 0")}
			}
			each := time.Duration(seconds * float64(time.Second))
			if c.Env == "web" && len(c.Scenarios) == 0 && c.Set == "" {
				python, err := findPython(python, webPeersPython)
				if err != nil {
					return wrongUse{err}
				}
				return a.benchWeb(cmd.Context(), c, pages, python, each, asJSON)
			}
			python, err := findPython(python, peersPython)
			if err != nil {
				return wrongUse{err}
			}
			how := bench.Random
			switch actions {
			case "random":
			case "oracle":
				how = bench.Oracle
			default:
				return wrongUse{fmt.Errorf("--actions is %q; want random or oracle", actions)}
			}
			rates, err := a.bench(cmd.Context(), how, f, c.Env, list, len(c.Levels) > 0, workers, rounds, each)
			if err != nil {
				return err
			}
			if c.Env == "search" {
				index, err := bench.Index(cmd.Context(), workers, rounds, each)
				if err != nil {
					return err
				}
				rates = append(index, rates...)
			}
			var peers []bench.Rate
			if python != "" {
				if peers, err = bench.Peers(cmd.Context(), python, c.Env, workers, rounds, each); err != nil {
					return err
				}
			}
			if asJSON {
				return a.json(map[string]any{"workers": workers, "rates": rates, "peers": peers})
			}
			fmt.Fprintf(a.out, "%-28s %12s %10s %10s   (%d at once, median of %d rounds of %gs)\n", actions+" actions", "steps/s", "allocs", "bytes", workers, rounds, seconds)
			for _, r := range rates {
				fmt.Fprintf(a.out, "%-28s %12.0f %10.1f %10.0f\n", r.Name, r.StepsPerSecond, r.AllocsPerStep, r.BytesPerStep)
			}
			for _, p := range peers {
				fmt.Fprintf(a.out, "%-28s %12.0f %21s   %s is %.1f times as fast\n", p.Name, p.StepsPerSecond, p.Version, rates[0].Name, rates[0].StepsPerSecond/p.StepsPerSecond)
			}
			return nil
		},
	}
	addFlags(cmd.Flags())
	hide(cmd, "recipe", "run", "threads", "envs", "staleness", "save", "record", "device", "exact", "cpu", "seed")
	cmd.Flags().Float64Var(&seconds, "seconds", 1, "of a round")
	cmd.Flags().IntVar(&rounds, "rounds", 5, "the median is shown")
	cmd.Flags().IntVar(&workers, "workers", runtime.NumCPU(), "environments at once, and processes of the peers")
	cmd.Flags().IntVar(&pages, "pages-at-once", 8, "pages side by side, where pages are measured")
	cmd.Flags().StringVar(&actions, "actions", "random", "random, or oracle: the actions that solve the tasks")
	cmd.Flags().StringVar(&python, "python", "", "interpreter that has the peers, or none; default: what make peers has made, or python3")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an object")
	return cmd
}

// measurement is bench.Random or bench.Oracle.
type measurement func(ctx context.Context, f gym.Family, sc gym.Scenario, level, workers, rounds int, each time.Duration) (bench.Rate, error)

// bench measures each scenario at its first level, or at every level that was
// asked for.
func (a *app) bench(ctx context.Context, how measurement, f gym.Family, env string, list []chosen, all bool, workers, rounds int, each time.Duration) ([]bench.Rate, error) {
	var rates []bench.Rate
	for _, s := range list {
		levels := s.levels
		if !all {
			levels = levels[:1]
		}
		for _, level := range levels {
			r, err := how(ctx, f, s.Scenario, level, workers, rounds, each)
			if err != nil {
				return nil, err
			}
			r.Name = fmt.Sprintf("%s/%s level %d", env, s.Name, level)
			rates = append(rates, r)
		}
	}
	return rates, nil
}

// benchWeb measures what pages cost: steps, resets, memory; and the peers, where
// they are installed.
func (a *app) benchWeb(ctx context.Context, c Config, pages int, python string, each time.Duration, asJSON bool) error {
	w := bench.Web{Chrome: c.Web.Chrome, Pages: pages, Each: each, MiniWoB: strings.TrimPrefix(c.Web.Pages, "miniwob:")}
	if slices.Contains(browser.Libraries, c.Web.Driver) {
		w.Library = c.Web.Driver
	}
	if _, err := os.Stat(miniwobPages); w.MiniWoB == "" && err == nil {
		w.MiniWoB = miniwobPages
	}
	var list []bench.Timing
	tell := func(t bench.Timing) {
		list = append(list, t)
		if asJSON {
			return
		}
		if len(list) == 1 {
			fmt.Fprintf(a.out, "%-48s %6s %9s %9s %9s %9s\n", "", "pages", "a second", "median ms", "p95 ms", "MiB")
		}
		fmt.Fprintf(a.out, "%-48s %6s %9s %9s %9s %9s\n", strings.TrimSpace(t.Name+" "+t.Version), blank("%.0f", float64(t.Pages)), blank("%.0f", t.PerSecond), blank("%.3g", t.P50), blank("%.3g", t.P95), blank("%.0f", t.MiB))
	}
	if err := w.Run(ctx, tell); err != nil {
		return err
	}
	if w.MiniWoB == "" {
		fmt.Fprintln(a.err, "the MiniWoB++ pages are not here (make miniwob): what needs them is left out")
	}
	if python != "" {
		peers, err := bench.WebPeers(ctx, python, each)
		if err != nil {
			return err
		}
		for _, p := range peers {
			tell(p)
		}
	}
	if asJSON {
		return a.json(list)
	}
	return nil
}

// blank is a number, or nothing where it is 0.
func blank(format string, x float64) string {
	if x == 0 {
		return ""
	}
	return fmt.Sprintf(format, x)
}

// Where make peers and make peers-web put the peers, and make miniwob its pages.
const (
	peersPython    = "build/peers/bin/python"
	webPeersPython = "build/peers-web/bin/python"
	miniwobPages   = "build/miniwob/html"
)

// findPython is the interpreter that may have the peers; "" where there is none.
func findPython(asked, usual string) (string, error) {
	if asked == "none" {
		return "", nil
	}
	if asked != "" {
		path, err := exec.LookPath(asked)
		if err != nil {
			return "", fmt.Errorf("--python %s: there is no such interpreter", asked)
		}
		return path, nil
	}
	for _, p := range []string{usual, "python3"} {
		if path, err := exec.LookPath(p); err == nil {
			return path, nil
		}
	}
	return "", nil
}
