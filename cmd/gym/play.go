package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/cmd/gym/internal/console"
	"github.com/turngym/turngym/gym"
)

func (a *app) playCommand() *cobra.Command {
	var hint int
	var seed uint64
	var who, save string
	cmd := &cobra.Command{
		Use: "play", Short: "Play a scenario yourself",
		Long: "On a terminal, a screen with the goal, what is seen and what can be done; elsewhere, actions are read a line each.\n" +
			"With --agent, an agent plays along: hand over to it and take over again at any turn.",
		Example: "  gym play --env web --scenario shop --level 2\n  gym play --env puzzle --scenario maze --agent oracle --save demos/maze", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.Flags().Lookup("save").Changed = false // it is not the configuration's
			c, f, list, err := a.choose(cmd)
			if err != nil {
				return err
			}
			defer f.Close()
			p := player{a: a, info: list[0].Scenario, who: who}
			p.session = &console.Session{Family: f, Name: c.Env}
			if p.session.Agent, err = playAlong(who, c); err != nil {
				return wrongUse{err}
			}
			if save != "" {
				if p.keeper, err = keepDemos(save, c.Env, keepRule{}); err != nil {
					return err
				}
				defer p.keeper.close()
			}
			task := gym.Task{Scenario: list[0].Name, Seed: seed, Level: list[0].levels[0], Hint: hint, Split: gym.Train}
			p.next = func() (gym.Task, bool) {
				task.Seed++
				return task, true
			}
			return p.play(cmd.Context(), task)
		},
	}
	addFlags(cmd.Flags())
	hide(cmd, "recipe", "run", "threads", "envs", "staleness", "record", "device", "exact", "cpu", "seed")
	for name, usage := range map[string]string{"scenarios": "its name; default: the first", "levels": "1 is the easiest, and the default"} {
		cmd.Flags().Lookup(name).Usage = usage
	}
	saveFlag(cmd.Flags(), &save)
	cmd.Flags().IntVar(&hint, "hint", 0, "how many hints to show")
	cmd.Flags().Uint64Var(&seed, "task", 1, "which task: its seed")
	cmd.Flags().StringVar(&who, "agent", "", "who plays along: "+agentForms)
	return cmd
}

// saveFlag gives the flag of the key save, which a play has no use for, another
// meaning: where episodes go.
func saveFlag(fs *pflag.FlagSet, dir *string) {
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	own.StringVar(dir, "save", "", "folder for the episodes that are played to their end, as demonstrations")
	*fs.Lookup("save") = *own.Lookup("save")
}

// playAlong is the agent that plays beside a person; nil where none is named.
func playAlong(name string, c Config) (agent.Agent, error) {
	if name == "" {
		return nil, nil
	}
	dev, err := openDevice(&c, os.Stderr)
	if err != nil {
		return nil, err
	}
	return chooseAgent(name, c.Seed, dev)
}

// player is a person's play: on a screen, or line by line.
type player struct {
	a       *app
	session *console.Session
	info    gym.Scenario // the first task's
	who     string       // the agent's name
	keeper  *demoKeeper  // nil: nothing is saved
	next    func() (gym.Task, bool)
	want    int // demonstrations after which it ends; 0: never
}

// play plays from a task on until the person leaves.
func (p *player) play(ctx context.Context, t gym.Task) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := p.session.Start(ctx, t); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.session.Close()) }()
	if !p.a.screen {
		return p.lines(ctx)
	}
	o := console.Options{Agent: p.who, Turns: p.info.Turns, Next: p.next, Picture: writePictures, Pace: 300 * time.Millisecond}
	if p.keeper != nil {
		o.Save, o.Auto = p.save, true
	}
	m := console.New(ctx, p.session, o)
	_, err = tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(p.a.in), tea.WithOutput(p.a.out), tea.WithoutSignalHandler()).Run()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	cancel()
	m.Wait()
	return err
}

// save keeps an episode that is over.
func (p *player) save(ep *gym.Episode) (note string, enough bool, err error) {
	k := p.keeper
	before := *k
	if err := k.keep(ep); err != nil {
		return "", false, err
	}
	switch {
	case k.double > before.double:
		note = "an equal episode is there already"
	case k.failed > before.failed:
		note = fmt.Sprintf("not kept: the outcome is %.2f", ep.Outcome())
	case k.unwritable > before.unwritable:
		note = fmt.Sprintf("not kept: %v", writable(ep))
	default:
		note = fmt.Sprintf("saved as %s, outcome %.2f", ep.ID, ep.Outcome())
		if ep.Outcome() <= 0 {
			note += "; training leaves failures out"
		} else if err := writable(ep); err != nil {
			note += "; a policy of gym train cannot learn it: its texts are not all in what is shown"
		}
	}
	return note, p.want > 0 && k.kept >= p.want, nil
}

// lines plays line by line, where there is no terminal.
func (p *player) lines(ctx context.Context) error {
	p.begin()
	for in := bufio.NewScanner(p.a.in); in.Scan(); fmt.Fprint(p.a.out, "> ") {
		line := strings.TrimSpace(in.Text())
		if line == "quit" || line == "exit" || line == "q" {
			return nil
		}
		if line == "" {
			continue
		}
		err := p.line(ctx, line)
		var fault *gym.Fault
		if errors.As(err, &fault) || ctx.Err() != nil {
			return err
		}
		if err != nil { // a typing error costs a person no turn
			fmt.Fprintf(p.a.out, "! %v\n", err)
			continue
		}
		if p.session.Over() == "" {
			continue
		}
		more, err := p.ended(ctx)
		if err != nil || !more {
			return err
		}
	}
	fmt.Fprintln(p.a.out)
	return nil
}

// begin shows a task as it begins.
func (p *player) begin() {
	o := p.session.Now()
	fmt.Fprintf(p.a.out, "%s\nWrite an action, or help, hint, picture, undo, step and run (the agent), quit.\n\ngoal: %s\n", p.session.Task(), o.Goal)
	if o.Hint != "" {
		fmt.Fprintf(p.a.out, "hint: %s\n", o.Hint)
	}
	fmt.Fprintf(p.a.out, "\n%s\n> ", o)
}

// line does what one line says.
func (p *player) line(ctx context.Context, line string) error {
	s, out := p.session, p.a.out
	switch line {
	case "help", "?":
		for _, v := range s.Now().Verbs {
			fmt.Fprintf(out, "  %s\n", v)
		}
		return nil
	case "hint":
		a, err := s.Hint(ctx)
		if err == nil {
			fmt.Fprintf(out, "the expert would do %s\n", a)
		}
		return err
	case "picture":
		images, err := s.Pictures(ctx)
		if err != nil {
			return err
		}
		note, err := writePictures(s.Task(), images)
		fmt.Fprintln(out, note)
		return err
	case "undo":
		if err := s.Undo(ctx); err != nil {
			return err
		}
		fmt.Fprintf(out, "\n%s\n", s.Now())
		return nil
	case "step", "run":
		return p.hand(ctx, line == "run")
	}
	a, err := s.Now().Parse(line)
	if err == nil {
		err = s.Do(ctx, a)
	}
	if err == nil {
		p.show()
	}
	return err
}

// hand lets the agent take a turn, or all that are left.
func (p *player) hand(ctx context.Context, all bool) error {
	for {
		if err := p.session.Ask(ctx); err != nil {
			return err
		}
		turns := p.session.Turns()
		fmt.Fprintf(p.a.out, "%s %s\n", p.who, turns[len(turns)-1].Move.Action)
		if p.show(); !all || p.session.Over() != "" {
			return nil
		}
	}
}

// show shows what the last turn led to.
func (p *player) show() {
	if p.session.Over() != "" {
		return
	}
	fmt.Fprintf(p.a.out, "\n%s\n", p.session.Now())
	turns := p.session.Turns()
	var list []string
	for _, s := range turns[len(turns)-1].Signals {
		list = append(list, fmt.Sprintf("%s %.2f", s.Name, s.Value))
	}
	if list != nil {
		fmt.Fprintf(p.a.out, "(%s)\n", strings.Join(list, ", "))
	}
}

// ended tells how an episode ended and saves it. There are more where
// demonstrations are collected.
func (p *player) ended(ctx context.Context) (more bool, err error) {
	ep, err := p.session.Episode()
	if err != nil {
		return false, err
	}
	fmt.Fprintf(p.a.out, "\nThe episode is over: outcome %.2f\n", ep.Outcome())
	enough := false
	if p.keeper != nil {
		var note string
		if note, enough, err = p.save(ep); err != nil {
			return false, err
		}
		fmt.Fprintln(p.a.out, note)
	}
	if p.want == 0 || enough {
		return false, nil
	}
	t, more := p.next()
	if !more {
		return false, nil
	}
	if err := p.session.Start(ctx, t); err != nil {
		return false, err
	}
	fmt.Fprintln(p.a.out)
	p.begin()
	return true, nil
}

// writePictures writes pictures into the folder one is in.
func writePictures(t gym.Task, images []gym.Image) (note string, err error) {
	var names []string
	for _, img := range images {
		name := fmt.Sprintf("%s-%d-%s.png", t.Scenario, time.Now().UnixMilli(), img.Name)
		if err := os.WriteFile(name, img.Data, 0o644); err != nil {
			return "", err
		}
		names = append(names, name)
	}
	return strings.Join(names, "\n"), nil
}
