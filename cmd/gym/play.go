package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/turngym/turngym/gym"
)

func (a *app) playCommand() *cobra.Command {
	var hint int
	var seed uint64
	cmd := &cobra.Command{
		Use: "play", Short: "Play a scenario yourself",
		Example: "  gym play --env web --scenario shop --level 2", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, f, list, err := a.choose(cmd)
			if err != nil {
				return err
			}
			defer f.Close()
			return a.play(cmd.Context(), f, gym.Task{Scenario: list[0].Name, Seed: seed, Level: list[0].levels[0], Hint: hint, Split: gym.Train})
		},
	}
	addFlags(cmd.Flags())
	hide(cmd, "recipe", "run", "threads", "envs", "staleness", "save", "record", "cpu", "seed")
	for name, usage := range map[string]string{"scenarios": "its name; default: the first", "levels": "1 is the easiest, and the default"} {
		cmd.Flags().Lookup(name).Usage = usage
	}
	cmd.Flags().IntVar(&hint, "hint", 0, "how many hints to show")
	cmd.Flags().Uint64Var(&seed, "task", 1, "which task: its seed")
	return cmd
}

func (a *app) play(ctx context.Context, f gym.Family, t gym.Task) error {
	env, err := f.Open(ctx)
	if err != nil {
		return err
	}
	defer env.Close()
	o, err := env.Reset(ctx, t)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s\nWrite an action, or help, hint, picture, quit.\n\ngoal: %s\n", t, o.Goal)
	if o.Hint != "" {
		fmt.Fprintf(a.out, "hint: %s\n", o.Hint)
	}
	fmt.Fprintf(a.out, "\n%s\n> ", &o)
	for in := bufio.NewScanner(a.in); in.Scan(); fmt.Fprint(a.out, "> ") {
		line := strings.TrimSpace(in.Text())
		switch line {
		case "":
			continue
		case "quit", "exit", "q":
			return nil
		case "help", "?":
			for _, v := range o.Verbs {
				fmt.Fprintf(a.out, "  %s\n", v)
			}
			continue
		case "hint":
			a.oracleHint(ctx, env)
			continue
		case "picture":
			a.picture(ctx, env, t, o.Images)
			continue
		}
		action, err := o.Parse(line)
		var m *gym.Mistake
		if errors.As(err, &m) { // a typing error costs a person no turn
			fmt.Fprintf(a.out, "! %s\n", m.Text)
			continue
		}
		out, err := env.Step(ctx, action)
		if err != nil {
			return err
		}
		o = out.Observation
		if out.Terminated || out.Truncated {
			v, _ := out.Signals.Value(gym.SignalOutcome)
			fmt.Fprintf(a.out, "\nThe episode is over: outcome %.2f\n", v)
			return nil
		}
		fmt.Fprintf(a.out, "\n%s\n", &o)
		for _, s := range out.Signals {
			fmt.Fprintf(a.out, "(%s %.2f)\n", s.Name, s.Value)
		}
	}
	fmt.Fprintln(a.out)
	return nil
}

// picture writes what is seen into the folder one is in: the observation's
// pictures, or one drawn now where it has none.
func (a *app) picture(ctx context.Context, env gym.Env, t gym.Task, images []gym.Image) {
	if len(images) == 0 {
		r, ok := gym.As[gym.Renderer](env)
		if !ok {
			fmt.Fprintln(a.out, "this environment draws no pictures")
			return
		}
		png, err := r.Screenshot(ctx)
		if err != nil {
			fmt.Fprintln(a.out, err)
			return
		}
		images = []gym.Image{{Name: "picture", Data: png}}
	}
	for _, img := range images {
		name := fmt.Sprintf("%s-%d-%s.png", t.Scenario, time.Now().UnixMilli(), img.Name)
		if err := os.WriteFile(name, img.Data, 0o644); err != nil {
			fmt.Fprintln(a.out, err)
			return
		}
		fmt.Fprintln(a.out, name)
	}
}

// oracleHint shows what the expert would do.
func (a *app) oracleHint(ctx context.Context, env gym.Env) {
	o, ok := gym.As[gym.Oracle](env)
	if !ok {
		fmt.Fprintln(a.out, "this environment has no oracle")
		return
	}
	action, err := o.Demonstrate(ctx)
	if err != nil {
		fmt.Fprintln(a.out, err)
		return
	}
	fmt.Fprintf(a.out, "the expert would do %s\n", action)
}
