package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"gopkg.in/yaml.v3"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/script"
	"github.com/turngym/turngym/tools/toolstest"
)

// greeter is an MCP server with one tool, which the scripts in testdata start.
func greeter() {
	s := sdk.NewServer(&sdk.Implementation{Name: "greeter", Version: "1"}, nil)
	type who struct {
		Name string `json:"name"`
	}
	sdk.AddTool(s, &sdk.Tool{Name: "greet", Description: "Greet someone."}, func(_ context.Context, _ *sdk.CallToolRequest, w who) (*sdk.CallToolResult, any, error) {
		if w.Name == "nobody" {
			return nil, nil, fmt.Errorf("there is nobody to greet")
		}
		return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: "hello " + w.Name + os.Getenv("SECRET") + os.Getenv("END")}}}, nil, nil
	})
	s.Run(context.Background(), &sdk.StdioTransport{})
}

// The listing of a tool in Lua passes the suite of tools.
func TestListingsOfLuaToolsWork(t *testing.T) {
	list := blocks(t, "lua tool")["tools.md"]
	if len(list) != 1 {
		t.Fatalf("%d listings found", len(list))
	}
	s, err := script.Load(fstest.MapFS{"shout.lua": {Data: []byte(list[0])}}, "shout.lua")
	if err != nil {
		t.Fatal(err)
	}
	toolstest.Run(t, s.Tool, `shout("a")`, `shout("ab", 2)`)
	r, err := tools.Use{Tool: s.Tool()}.Call(t.Context(), []gym.Value{{Kind: gym.Str, Text: "ab"}, {Kind: gym.Int, Num: 2}})
	if err != nil || r.Text != "ABAB" {
		t.Errorf("it says %q, %v", r.Text, err)
	}
}

// The listing of a tool in Go is the example that is built and tested here.
func TestListingsOfGoToolsAreBuilt(t *testing.T) {
	source, err := os.ReadFile("upper_test.go")
	if err != nil {
		t.Fatal(err)
	}
	list := blocks(t, "go tool")["tools.md"]
	if len(list) != 1 || !strings.Contains(string(source), strings.TrimSpace(list[0])) {
		t.Error("docs/tools.md and upper_test.go differ")
	}
}

// docs/tools.md names every tool of the list, with its verbs and doc.
func TestToolsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/tools.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range tools.All().Entries() {
		var verbs []string
		for _, x := range e.New() {
			verbs = append(verbs, "`"+x.Verb().Name+"`")
		}
		if row := fmt.Sprintf("| `%s` | %s | %s |", e.Name, strings.Join(verbs, ", "), e.Doc); !strings.Contains(string(text), row) {
			t.Errorf("docs/tools.md has no line %s", row)
		}
	}
	var c Config
	for _, list := range blocks(t, "yaml")["tools.md"] {
		m := map[string]any{}
		if err := yaml.Unmarshal([]byte(list), &m); err != nil {
			t.Fatal(err)
		}
		known := map[string]bool{}
		for _, k := range keys(&c) {
			known[k.name] = true
		}
		for k := range m {
			if !known[k] {
				t.Errorf("docs/tools.md has the key %s, the configuration has not", k)
			}
		}
	}
}
