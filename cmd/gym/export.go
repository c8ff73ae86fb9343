package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/turngym/turngym/gym/export"
)

func (a *app) exportCommand() *cobra.Command {
	var format, out string
	var which filter
	cmd := &cobra.Command{
		Use: "export RUN", Short: "Write a run's recorded episodes as other trainers read them",
		Long:    "Writes a run's recorded episodes, or those in a folder of them, in a format that another program reads:\n\n" + formats(),
		Example: "  gym export runs/web-web-20260102-150405 --format trl --min-outcome 1 --out demos.jsonl\n  gym export demos --format parquet --split train --out turns.parquet",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			entry, err := export.All().Get(format)
			if format == "" {
				err = fmt.Errorf("which format? give it with --format: %s", strings.Join(export.All().Names(), ", "))
			} else if out == "" {
				err = fmt.Errorf("where to? give a file with --out, or - for the output")
			}
			if err = errors.Join(err, which.check()); err != nil {
				return wrongUse{err}
			}
			return a.export(args[0], entry.New(), which, out)
		},
	}
	f := cmd.Flags()
	f.StringVar(&format, "format", "", "one of those above")
	f.StringVar(&out, "out", "", "the file; - is the output")
	f.Float64Var(&which.minOutcome, "min-outcome", 0, "only episodes whose outcome is at least this")
	f.StringSliceVar(&which.scenarios, "scenario", nil, "only these scenarios'")
	f.StringVar(&which.split, "split", "", "only those of train or test")
	return cmd
}

// formats is the list of them for the help.
func formats() string {
	var b strings.Builder
	for _, e := range export.All().Entries() {
		fmt.Fprintf(&b, "  %-17s %s\n", e.Name, e.Doc)
	}
	return b.String()
}

// export writes the chosen episodes of dir to a file, which is there only when
// all went well.
func (a *app) export(dir string, format export.Format, which filter, out string) (err error) {
	to := a.out
	if out != "-" {
		part := out + ".part"
		file, err := os.Create(part)
		if err != nil {
			return err
		}
		defer os.Remove(part)
		defer file.Close()
		to = file
	}
	buffer := bufio.NewWriter(to)
	n, err := a.copyEpisodes(dir, format(buffer), which)
	if err == nil {
		err = buffer.Flush()
	}
	if err != nil {
		return err
	}
	if file, ok := to.(*os.File); ok && out != "-" {
		if err := errors.Join(file.Close(), os.Rename(file.Name(), out)); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.err, "%d episodes of %s\n", n, dir)
	return nil
}

func (a *app) copyEpisodes(dir string, w export.Writer, which filter) (n int, err error) {
	all := 0
	for ep, err := range recorded(dir, a.err) {
		if err != nil {
			return n, err
		}
		if all++; !which.has(ep) {
			continue
		}
		if err := w.Write(ep); err != nil {
			return n, err
		}
		n++
	}
	if n == 0 {
		return 0, fmt.Errorf("none of the %d episodes in %s is what --min-outcome, --scenario and --split ask for; gym episodes %s lists them", all, dir, dir)
	}
	return n, w.Close()
}
