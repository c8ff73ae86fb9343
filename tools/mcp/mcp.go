// Package mcp makes tools of MCP servers (Model Context Protocol): a program
// that is started and spoken to over its pipes, or an address.
//
// Every environment has servers of its own. One that was called in an episode,
// or has failed, is started anew for the next episode, so that what it keeps in
// memory is not held over; what it writes to disk or elsewhere is (a tool of
// this package is a [tools.Outsider]).
//
// A program gets an empty environment except what the configuration names. It
// is not in a sandbox: it may do what its user may.
//
// Start with [Parse] and [Server.Open].
package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools"
)

// Server says how to reach an MCP server: Command or URL.
type Server struct {
	Name    string        // stands before the names of its tools where they are taken
	Command []string      // a program and its arguments
	Env     []string      // its whole environment: KEY=VALUE
	URL     string        // of a server that speaks streamable HTTP
	Start   time.Duration // in which it must be ready; 0 is 30 s

	transport func() sdk.Transport // instead of both: tests in memory
}

// startMax is how long a server may take until it has told its tools.
const startMax = 30 * time.Second

// Open starts the server and makes tools of its own. They are one with it:
// closing any of them ends it. An error is the caller's.
func (s Server) Open(ctx context.Context) ([]tools.Tool, error) {
	c := &client{Server: s}
	if err := c.connect(ctx); err != nil {
		c.Close()
		return nil, err
	}
	list, err := c.list(ctx)
	if err != nil {
		c.Close()
		return nil, err
	}
	return list, nil
}

// client is a server that is spoken to.
type client struct {
	Server
	session *sdk.ClientSession
	process *process // nil where there is none
	hangUp  func()   // ends requests that are on their way
	called  bool     // since it was started
	failed  bool
}

// timeout is the time to start in.
func (c *client) timeout(ctx context.Context) (context.Context, context.CancelFunc) {
	limit := c.Start
	if limit == 0 {
		limit = startMax
	}
	return context.WithTimeout(ctx, limit)
}

// connect starts the server.
func (c *client) connect(ctx context.Context) error {
	ctx, cancel := c.timeout(ctx)
	defer cancel()
	transport, err := c.reach()
	if err == nil {
		options := &sdk.ClientOptions{Capabilities: &sdk.ClientCapabilities{}} // it can ask for nothing: no roots, no sampling
		c.session, err = sdk.NewClient(&sdk.Implementation{Name: "turngym", Version: "1"}, options).Connect(ctx, transport, nil)
	}
	if err != nil {
		return c.explain("start", err)
	}
	c.called, c.failed = false, false
	return nil
}

// reach is the way to the server.
func (c *client) reach() (sdk.Transport, error) {
	switch {
	case c.transport != nil:
		return c.transport(), nil
	case c.URL != "":
		var life context.Context
		life, c.hangUp = context.WithCancel(context.Background())
		return &sdk.StreamableClientTransport{Endpoint: c.URL, HTTPClient: direct(life), DisableStandaloneSSE: true, MaxRetries: -1}, nil
	case len(c.Command) > 0:
		var err error
		if c.process, err = launch(c.Command, c.Env); err != nil {
			return nil, err
		}
		return c.process.transport(), nil
	}
	return nil, errors.New("it has neither a command nor an address")
}

// explain is an error with the server's name, and its last words.
func (c *client) explain(act string, err error) error {
	text := fmt.Sprintf("mcp server %s: %s", c.Name, act)
	if c.process != nil {
		if said := c.process.said(); said != "" {
			return fmt.Errorf("%s: %w; it said: %s", text, err, said)
		}
	}
	return fmt.Errorf("%s: %w", text, err)
}

// named is what a tool may be called.
var named = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,128}$`)

// toolsMax is the most tools of a server.
const toolsMax = 500

// list asks for the tools.
func (c *client) list(ctx context.Context) ([]tools.Tool, error) {
	ctx, cancel := c.timeout(ctx)
	defer cancel()
	var list []tools.Tool
	seen := map[string]bool{}
	for t, err := range c.session.Tools(ctx, nil) {
		switch {
		case err != nil:
			return nil, c.explain("list its tools", err)
		case !named.MatchString(t.Name):
			return nil, fmt.Errorf("mcp server %s: a tool is called %.80q; want letters, digits and the signs _ - .", c.Name, t.Name)
		case seen[t.Name]:
			return nil, fmt.Errorf("mcp server %s: two tools are called %s", c.Name, t.Name)
		case len(list) == toolsMax:
			return nil, fmt.Errorf("mcp server %s has more than %d tools", c.Name, toolsMax)
		}
		seen[t.Name] = true
		verb, err := verbOf(t)
		if err != nil {
			return nil, fmt.Errorf("mcp server %s: tool %s: %w", c.Name, t.Name, err)
		}
		list = append(list, &tool{c, verb})
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("mcp server %s has no tools", c.Name)
	}
	return list, nil
}

// Reset starts the server anew where it was called or has failed.
func (c *client) Reset(ctx context.Context) error {
	if c.session != nil && !c.called && !c.failed {
		return ctx.Err()
	}
	c.Close()
	return c.connect(ctx)
}

// Close ends the server and all its processes. It may be called twice.
func (c *client) Close() error {
	if c.hangUp != nil {
		defer time.AfterFunc(patience, c.hangUp).Stop()
		defer c.hangUp()
	}
	if c.session != nil {
		c.session.Close() // an error is of a server that is gone
		c.session = nil
	}
	if c.process != nil {
		c.process.end()
		c.process = nil
	}
	return nil
}

// tool is one of a server's.
type tool struct {
	*client
	verb gym.Verb
}

var (
	_ tools.Tool     = (*tool)(nil)
	_ tools.Resetter = (*tool)(nil)
	_ tools.Closer   = (*tool)(nil)
	_ tools.Outsider = (*tool)(nil)
	_ tools.Prefixer = (*tool)(nil)
)

// Verb is as the server has told.
func (t *tool) Verb() gym.Verb { return t.verb }

// Outside is true: what a server does cannot be put back.
func (t *tool) Outside() bool { return true }

// Prefix is the server's name.
func (t *tool) Prefix() string { return t.Name }

// Call asks the server. What it says was wrong is a mistake; no answer, or one
// that makes no sense, is a fault.
func (t *tool) Call(ctx context.Context, args []gym.Value) (tools.Result, error) {
	if t.session == nil || t.failed {
		return tools.Result{}, gym.Faultf("mcp server "+t.Name, "it is not running")
	}
	seen := gym.Observation{Verbs: []gym.Verb{t.verb}}
	call, err := seen.Call(gym.Action{Verb: t.verb.Name, Args: args})
	if err != nil {
		return tools.Result{}, err
	}
	t.called = true
	answer, err := t.session.CallTool(ctx, &sdk.CallToolParams{Name: call.Name, Arguments: json.RawMessage(call.Arguments)})
	var refused *jsonrpc.Error
	switch {
	case errors.As(err, &refused) && refused.Code == jsonrpc.CodeInvalidParams: // older servers say so of arguments
		return tools.Result{}, gym.Mistakef("%s", refused.Message)
	case err != nil:
		t.failed = true
		return tools.Result{}, &gym.Fault{Op: "tool " + t.verb.Name, Err: t.explain("call", err)}
	case answer.NeedsInput():
		return tools.Result{}, gym.Mistakef("%s asks for more than its arguments, and there is no one to answer", t.verb.Name)
	}
	r := result(answer)
	if answer.IsError {
		if r.Text == "" {
			r.Text = t.verb.Name + " failed and does not say why"
		}
		return tools.Result{}, &gym.Mistake{Text: strings.TrimSpace(r.Text)}
	}
	return r, nil
}
