package main

import (
	"fmt"
	"os/exec"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/kernels/cpu"
)

func (a *app) doctorCommand() *cobra.Command {
	var chrome string
	cmd := &cobra.Command{
		Use: "doctor", Short: "Show what this machine has", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			line := func(what, found string) { fmt.Fprintf(a.out, "%-8s %s\n", what, found) }
			path, err := browser.FindChrome(chrome)
			if err != nil {
				line("chrome", err.Error()+"; pages without scripts work all the same (static driver)")
			} else {
				version, err := exec.CommandContext(cmd.Context(), path, "--version").Output()
				if err != nil {
					line("chrome", fmt.Sprintf("%s does not run: %v", path, err))
				} else {
					line("chrome", path+", "+strings.TrimSpace(string(version)))
				}
			}
			line("cores", fmt.Sprint(runtime.NumCPU()))
			line("simd", fmt.Sprintf("%s (this machine can: %s)", cpu.Paths()[0], strings.Join(cpu.Paths(), ", ")))
			line("gpu", gpus())
			return nil
		},
	}
	cmd.Flags().StringVar(&chrome, "chrome", a.env("GYM_WEB_CHROME"), "path of the browser")
	return cmd
}
