package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/turngym/turngym/envs"
)

func (a *app) envsCommand() *cobra.Command {
	var asJSON bool
	var pages, dir string
	cmd := &cobra.Command{
		Use: "envs [NAME]", Short: "List the environments and their scenarios",
		Example: "  gym envs\n  gym envs web --pages miniwob:DIR", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			names := envs.All().Names()
			if len(args) == 1 {
				names = args
			}
			list := map[string]any{}
			for _, name := range names {
				e, err := envs.All().Get(name)
				if err != nil {
					return wrongUse{err}
				}
				c := defaults()
				c.Env, c.Web.Pages, c.Web.Dir = name, pages, dir
				f, err := openFamily(&c, "")
				if err != nil {
					return wrongUse{err}
				}
				list[name] = f.Scenarios()
				if !asJSON {
					fmt.Fprintf(a.out, "%s  %s\n", e.Name, e.Doc)
					for _, s := range f.Scenarios() {
						fmt.Fprintf(a.out, "  %-22s %s\n", name+"/"+s.Name, describe(s))
					}
				}
				f.Close()
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(list)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an object")
	cmd.Flags().StringVar(&pages, "pages", "", "miniwob:DIR: the MiniWoB++ pages in DIR")
	cmd.Flags().StringVar(&dir, "dir", "", "folder of Lua scenarios instead of the built-in ones")
	return cmd
}
