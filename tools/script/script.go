// Package script makes tools of Lua files:
//
//	return {
//	  doc = "Count the words of a text.",
//	  params = { { "text:string", "what to count in" } },
//	  call = function(args) return select(2, args.text:gsub("%S+", "")) end,
//	}
//
// They run in the scenarios' sandbox: no files, no network, bounds on work and
// memory. Variables of the file last for an episode.
package script

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/scenarios"
	"github.com/turngym/turngym/tools"
)

// Script is a file that was loaded. It is safe for many goroutines.
type Script struct{ tool *scenarios.Tool }

// Load reads and checks a file.
func Load(fsys fs.FS, file string) (*Script, error) {
	t, err := scenarios.LoadTool(fsys, file)
	if err != nil {
		return nil, fmt.Errorf("tool %w", err)
	}
	return &Script{t}, nil
}

// Tool is a fresh one for an environment.
func (s *Script) Tool() tools.Tool { return &tool{script: s} }

// tool is one environment's.
type tool struct {
	script *Script
	play   *scenarios.ToolPlay // nil before the first call of an episode
}

var (
	_ tools.Resetter = (*tool)(nil)
	_ tools.Closer   = (*tool)(nil)
)

// Verb is as the file says.
func (t *tool) Verb() gym.Verb { return t.script.tool.Verb() }

// Call calls the file's function.
func (t *tool) Call(ctx context.Context, args []gym.Value) (tools.Result, error) {
	if t.play == nil {
		var err error
		if t.play, err = t.script.tool.Open(ctx); err != nil {
			return tools.Result{}, err
		}
	}
	text, err := t.play.Call(ctx, args)
	return tools.Result{Text: text}, err
}

// Reset forgets what the file's variables hold.
func (t *tool) Reset(context.Context) error { return t.Close() }

// Close ends it.
func (t *tool) Close() error {
	if t.play != nil {
		t.play.Close()
		t.play = nil
	}
	return nil
}
