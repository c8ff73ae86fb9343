package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/mcp"
	"github.com/turngym/turngym/tools/retrieve"
	"github.com/turngym/turngym/tools/script"
	"github.com/turngym/turngym/tools/sqlbox"
)

// maker makes fresh tools for one environment.
type maker struct {
	name, doc string
	make      func(ctx context.Context) ([]tools.Tool, error)
	time      time.Duration // of a call; 0 is the default
}

// serverTime is how long a call of an MCP server's tool may take: longer than
// that of others, since no answer in time is a fault and not the agent's mistake.
const serverTime = 30 * time.Second

// makers are what the keys tools and mcp name.
func makers(names, servers []string) ([]maker, error) {
	var list []maker
	var errs []error
	for _, name := range names {
		m, err := toolMaker(strings.TrimSpace(name))
		list, errs = append(list, m), append(errs, err)
	}
	for _, text := range servers {
		s, err := mcp.Parse(text)
		list, errs = append(list, maker{s.Name, "an MCP server", s.Open, serverTime}), append(errs, err)
	}
	return list, errors.Join(errs...)
}

// toolMaker is one of the list of tools, or one that needs more than its name.
func toolMaker(text string) (maker, error) {
	name, arg, _ := strings.Cut(text, ":")
	fresh := func(t func() []tools.Tool) func(context.Context) ([]tools.Tool, error) {
		return func(context.Context) ([]tools.Tool, error) { return t(), nil }
	}
	switch {
	case name == "lua" && arg != "":
		s, err := script.Load(os.DirFS(filepath.Dir(arg)), filepath.Base(arg))
		return maker{name: text, doc: "a tool in Lua", make: fresh(func() []tools.Tool { return []tools.Tool{s.Tool()} })}, err
	case name == "http_get" && arg != "":
		prefixes := strings.Fields(arg)
		_, err := tools.NewHTTP(prefixes...)
		return maker{name: text, doc: "fetch what stands under these addresses", make: func(context.Context) ([]tools.Tool, error) {
			h, err := tools.NewHTTP(prefixes...)
			return []tools.Tool{h}, err
		}}, err
	case name == "search" && arg != "":
		x, err := indexOf(arg)
		return maker{name: text, doc: "find and read the pages of " + arg, make: fresh(func() []tools.Tool {
			search, open := tools.NewSearch(x)
			return []tools.Tool{search, open}
		})}, err
	case name == "sql" && arg != "":
		script, err := os.ReadFile(arg)
		if err == nil {
			_, err = sqlbox.Build(context.Background(), string(script))
		}
		if err != nil {
			err = fmt.Errorf("tool %s: %w", text, err)
		}
		return maker{name: text, doc: "the database that " + arg + " makes", make: fresh(func() []tools.Tool {
			return []tools.Tool{&tools.SQL{Script: string(script), Write: true}}
		})}, err
	case name == "wasm" && arg != "":
		return maker{name: text, doc: "run the modules in " + arg, make: func(ctx context.Context) ([]tools.Tool, error) {
			w, err := tools.NewWASM(ctx, os.DirFS(arg), ".")
			if err != nil {
				err = fmt.Errorf("tool %s: %w", text, err)
			}
			return []tools.Tool{w}, err
		}}, nil
	case name == "dates" && arg != "":
		_, err := tools.Dates(arg)
		return maker{name: text, doc: "reckon with days; today is " + arg,
			make: func(context.Context) ([]tools.Tool, error) { return tools.Dates(arg) }}, err
	}
	e, err := tools.All().Get(text)
	if err != nil {
		return maker{}, catalog.Unknown("tool", text, append(tools.All().Names(), forms()...))
	}
	return maker{name: e.Name, doc: e.Doc, make: fresh(e.New)}, nil
}

// indexOf is an index of a file of pages, which all environments share.
func indexOf(file string) (retrieve.Retriever, error) {
	c, err := retrieve.OpenCorpus(file)
	if err != nil {
		return nil, err
	}
	pages, err := c.Pages()
	if err = errors.Join(err, c.Close()); err != nil {
		return nil, err
	}
	return retrieve.NewIndex(pages)
}

// forms are the ways to name tools that need more than a name.
func forms() []string {
	return []string{"lua:FILE", "search:FILE", "sql:FILE", "wasm:FOLDER", "http_get:PREFIX ...", "dates:DAY"}
}

// withTools gives the configured tools to a family. All are made once, and let
// go, so that what is wrong with them stops before any work.
func withTools(c *Config, f gym.Family) (gym.Family, error) {
	if len(c.Tools) == 0 && len(c.MCP) == 0 {
		return f, nil
	}
	if c.ToolCalls < 1 {
		return nil, errors.New("tool_calls must be at least 1")
	}
	list, err := makers(c.Tools, c.MCP)
	if err != nil {
		return nil, err
	}
	all := func(ctx context.Context) ([]tools.Use, error) {
		var uses []tools.Use
		for _, m := range list {
			made, err := m.make(ctx)
			if err != nil {
				return nil, errors.Join(err, letGo(uses))
			}
			for _, t := range made {
				uses = append(uses, tools.Use{Tool: t, Time: m.time})
			}
		}
		return uses, nil
	}
	uses, err := all(context.Background())
	if err != nil {
		return nil, err
	}
	if err := errors.Join(distinct(uses), letGo(uses)); err != nil {
		return nil, err
	}
	return tools.Family{Family: f, Tools: all, Calls: c.ToolCalls}, nil
}

// distinct says which tool is there twice.
func distinct(uses []tools.Use) error {
	seen := map[string]bool{}
	for _, u := range uses {
		name := u.Tool.Verb().Name
		if p, ok := u.Tool.(tools.Prefixer); ok && seen[name] {
			name = p.Prefix() + "_" + name
		}
		if seen[name] {
			return fmt.Errorf("tools: two have the name %s; leave one out", name)
		}
		seen[name] = true
	}
	return nil
}

func letGo(uses []tools.Use) error {
	var errs []error
	for _, u := range uses {
		if c, ok := u.Tool.(tools.Closer); ok {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}

// below is a family without the tools it was given.
func below(f gym.Family) gym.Family {
	for {
		w, ok := f.(interface{ Unwrap() gym.Family })
		if !ok {
			return f
		}
		f = w.Unwrap()
	}
}

// listed is a tool in the output of gym tools --json.
type listed struct {
	Name  string       `json:"name"`
	Doc   string       `json:"doc"`
	Verbs []listedVerb `json:"verbs"`
}

type listedVerb struct {
	Name   string          `json:"name"`
	Doc    string          `json:"doc"`
	Schema json.RawMessage `json:"schema"`
}

func (a *app) toolsCommand() *cobra.Command {
	var asJSON bool
	var servers []string
	cmd := &cobra.Command{
		Use: "tools [NAME...]", Short: "List the tools that any environment can be given",
		Example: "  gym tools\n  gym tools lua:shout.lua\n  gym tools --mcp \"files=node server.js /data\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && len(servers) == 0 {
				args = tools.All().Names()
			}
			list, err := makers(args, servers)
			if err != nil {
				return wrongUse{err}
			}
			out := []listed{}
			for _, m := range list {
				made, err := m.make(cmd.Context())
				if err != nil {
					return wrongUse{err}
				}
				l := listed{Name: m.name, Doc: m.doc}
				if !asJSON {
					fmt.Fprintf(a.out, "%s  %s\n", m.name, m.doc)
				}
				for _, t := range made {
					v := t.Verb()
					if l.Verbs = append(l.Verbs, listedVerb{v.Name, v.Doc, v.Schema()}); !asJSON {
						fmt.Fprintf(a.out, "  %s\n", v)
					}
				}
				if err := letGo(tools.Uses(made...)); err != nil {
					return err
				}
				out = append(out, l)
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(out)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a list, with the schemas of arguments")
	cmd.Flags().StringArrayVar(&servers, "mcp", nil, "an MCP server: NAME=COMMAND ARGUMENTS or NAME=http://HOST/PATH")
	return cmd
}
