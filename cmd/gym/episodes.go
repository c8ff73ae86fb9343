package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/record"
)

func (a *app) episodesCommand() *cobra.Command {
	var asJSON, failed bool
	var scenario string
	cmd := &cobra.Command{
		Use: "episodes RUN [ID]", Short: "List a run's recorded episodes, or print one turn by turn",
		Example: "  gym episodes runs/web-web-20260102-150405 --failed\n  gym episodes runs/web-web-20260102-150405 eval-17", Args: cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			found := false
			for _, dir := range episodeDirs(args[0]) {
				r, err := record.Open(dir)
				if err != nil {
					continue
				}
				found = true
				if len(args) == 2 {
					if ep, err := r.Find(args[1]); err == nil {
						return a.printEpisode(ep, asJSON)
					}
					continue
				}
				for ep, err := range r.All() {
					if err != nil {
						return err
					}
					if failed && ep.Outcome() >= 1 || scenario != "" && ep.Task.Scenario != scenario {
						continue
					}
					if asJSON {
						json.NewEncoder(a.out).Encode(map[string]any{"id": ep.ID, "task": ep.Task, "outcome": ep.Outcome(), "turns": len(ep.Turns), "end": ep.End.Reason})
					} else {
						fmt.Fprintf(a.out, "%-12s %-5.2f %2d turns  %s/%s\n", ep.ID, ep.Outcome(), len(ep.Turns), ep.Env, ep.Task)
					}
				}
				for _, d := range r.Dropped() {
					fmt.Fprintf(a.err, "gym: %s/%v\n", dir, d)
				}
			}
			switch {
			case !found:
				return fmt.Errorf("%s has no recorded episodes", args[0])
			case len(args) == 2:
				return fmt.Errorf("no episode %q in %s; gym episodes %s lists them", args[1], args[0], args[0])
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print objects, one a line")
	cmd.Flags().BoolVar(&failed, "failed", false, "only those that did not succeed")
	cmd.Flags().StringVar(&scenario, "scenario", "", "only this one's")
	return cmd
}

func (a *app) printEpisode(ep *gym.Episode, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(a.out).Encode(ep)
	}
	fmt.Fprintf(a.out, "%s  %s/%s\ngoal    %s\n", ep.ID, ep.Env, ep.Task, ep.Turns[0].Observation.Goal)
	for i := range ep.Turns {
		t := &ep.Turns[i]
		fmt.Fprintf(a.out, "\n%s> %s\n", &t.Observation, t.Move.Text)
		printSignals(a.out, t)
	}
	fmt.Fprintf(a.out, "\n%soutcome %.2f, %s\n", &ep.End.Observation, ep.Outcome(), ep.End.Reason)
	return nil
}

// printSignals prints a turn's signals, and how sure the policy was of each
// token that it sampled.
func printSignals(w io.Writer, t *gym.Turn) {
	for _, s := range t.Signals {
		fmt.Fprintf(w, "  %s %.3g", s.Name, s.Value)
	}
	tok := &t.Move.Tokens
	sum, n := 0.0, 0
	for i, sampled := range tok.Sampled {
		if sampled {
			if n == 0 {
				fmt.Fprintf(w, "  log-probs")
			}
			fmt.Fprintf(w, " %.3f(1 of %d)", tok.LogProb[i], len(tok.Allow[i]))
			sum += float64(tok.LogProb[i])
			n++
		}
	}
	if n > 0 {
		fmt.Fprintf(w, "  sum %.3f", sum)
	}
	fmt.Fprintln(w)
}
