// Command gym plays, trains and looks at agents. Every verb has a file; this
// one alone touches the process.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/turngym/turngym/gym/catalog"
	"github.com/turngym/turngym/kernels"
)

// app is what a command sees of the world.
type app struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
	tty      bool // err is a terminal
	width    int  // of it
	screen   bool // in and out are a terminal
}

// wrongUse is an error of the command line: exit code 2.
type wrongUse struct{ error }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv, width: 80}
	if fd := int(os.Stderr.Fd()); term.IsTerminal(fd) {
		a.tty = true
		if w, _, err := term.GetSize(fd); err == nil {
			a.width = w
		}
	}
	a.screen = term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
	code := a.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// command is the tree of all verbs.
func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use: "gym", Short: "Environments for agents, and policies that learn in them",
		Example:       "  gym train --env web\n  gym play --env web --scenario shop\n  gym envs",
		SilenceErrors: true, SilenceUsage: true, CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.AddCommand(a.trainCommand(), a.modelCommand(), a.evalCommand(), a.envsCommand(), a.toolsCommand(), a.rolloutCommand(), a.demosCommand(), a.episodesCommand(), a.viewCommand(),
		a.exportCommand(), a.playCommand(), a.scenarioCommand(), a.checkCommand(), a.benchCommand(), a.doctorCommand())
	root.SetFlagErrorFunc(flagError)
	return root
}

// guarded makes an error of a device's failure.
func guarded(f func() error) (err error) {
	defer kernels.Guard(&err)
	return f()
}

// run is one invocation; it returns the exit code: 0 done, 1 failed, 2 wrong use.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.command()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := guarded(func() error { return root.ExecuteContext(ctx) })
	var wrong wrongUse
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(a.err, "gym: stopped")
		return 1
	default:
		fmt.Fprintln(a.err, "gym:", err)
		if errors.As(err, &wrong) {
			return 2
		}
		return 1
	}
}

// flagError says of a wrong flag what would be right.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		name := unknown.GetSpecifiedName()
		text := fmt.Sprintf("unknown flag --%s", name)
		if near := catalog.Nearest(name, names); near != "" {
			text += fmt.Sprintf("; did you mean --%s?", near)
		}
		err = fmt.Errorf("%s (gym %s --help lists them)", text, cmd.Name())
	case errors.As(err, &invalid):
		f := invalid.GetFlag()
		want := map[string]string{"int": "a whole number", "uint64": "a whole number", "float64": "a number", "bool": "true or false"}[f.Value.Type()]
		if want != "" {
			err = fmt.Errorf("--%s is %q; want %s", f.Name, invalid.GetValue(), want)
		}
	}
	return wrongUse{err}
}
