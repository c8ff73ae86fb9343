package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/turngym/turngym/envs/probe"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/toolstest"
)

// asServer makes this test's binary the server.
const asServer = "GYM_TEST_MCP_SERVER"

func TestMain(m *testing.M) {
	switch os.Getenv(asServer) {
	case "":
		os.Exit(m.Run())
	case "mute":
		fmt.Fprintln(os.Stderr, "no configuration file")
		os.Exit(3)
	}
	if err := server(nil, nil).Run(context.Background(), &sdk.StdioTransport{}); err != nil {
		os.Exit(1)
	}
}

const sayParams = `{"type":"object","required":["text"],"properties":{
	"text":{"type":"string","description":"what to\n say"},
	"times":{"type":"integer","minimum":1,"maximum":3},
	"loud":{"type":"boolean"},
	"mood":{"enum":["glad","sad"]},
	"more":{"$ref":"#/$defs/more"}},
	"$defs":{"more":{"type":"object","properties":{"again":{"$ref":"#/$defs/more"}}}}}`

const nothing = `{"type":"object"}`

// server has a tool of each kind; extra are more of them. What hangs ends with
// its context, or when release is closed.
func server(extra []*sdk.Tool, release chan struct{}) *sdk.Server {
	s := sdk.NewServer(&sdk.Implementation{Name: "test", Version: "1"}, nil)
	add := func(name, params string, do func(args json.RawMessage) *sdk.CallToolResult) {
		s.AddTool(&sdk.Tool{Name: name, Description: "Test " + name + ".", InputSchema: json.RawMessage(params)},
			func(_ context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
				return do(r.Params.Arguments), nil
			})
	}
	count := 0
	say := func(text string) *sdk.CallToolResult {
		return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: text}}}
	}
	add("say", sayParams, func(args json.RawMessage) *sdk.CallToolResult { return say(string(args)) })
	add("count", nothing, func(json.RawMessage) *sdk.CallToolResult { count++; return say(fmt.Sprint(count)) })
	add("variables", nothing, func(json.RawMessage) *sdk.CallToolResult { return say(strings.Join(os.Environ(), "\n")) })
	add("refuse", nothing, func(json.RawMessage) *sdk.CallToolResult {
		r := say("not today")
		r.IsError = true
		return r
	})
	add("die", nothing, func(json.RawMessage) *sdk.CallToolResult {
		fmt.Fprintln(os.Stderr, "out of\nmemory")
		os.Exit(1)
		return nil
	})
	add("show", nothing, func(json.RawMessage) *sdk.CallToolResult {
		var b bytes.Buffer
		png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 2)))
		return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: "look"}, &sdk.ImageContent{MIMEType: "image/png", Data: b.Bytes()},
			&sdk.ImageContent{MIMEType: "image/webp", Data: []byte("RIFF")}, &sdk.AudioContent{MIMEType: "audio/wav", Data: []byte("x")},
			&sdk.ResourceLink{URI: "file:///a", Name: "a"}, &sdk.EmbeddedResource{Resource: &sdk.ResourceContents{URI: "x:y", Text: "inside"}}}}
	})
	add("structure", nothing, func(json.RawMessage) *sdk.CallToolResult {
		return &sdk.CallToolResult{Content: []sdk.Content{}, StructuredContent: map[string]any{"b": 1, "a": true}}
	})
	s.AddTool(&sdk.Tool{Name: "hang", Description: "Test hang.", InputSchema: json.RawMessage(nothing)},
		func(ctx context.Context, _ *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
			select {
			case <-ctx.Done():
			case <-release:
			}
			return nil, errors.New("released")
		})
	s.AddTool(&sdk.Tool{Name: "click", Description: "Test click.", InputSchema: json.RawMessage(nothing)},
		func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error) { return say("clicked"), nil })
	for _, t := range extra {
		s.AddTool(t, func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error) { return say("x"), nil })
	}
	return s
}

// inMemory is a server in this process.
func inMemory(t testing.TB, extra ...*sdk.Tool) Server {
	return Server{Name: "test", transport: func() sdk.Transport {
		ours, theirs := sdk.NewInMemoryTransports()
		session, err := server(extra, nil).Connect(context.Background(), theirs, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { session.Close() })
		return ours
	}}
}

// asProcess is this binary, started as a server.
func asProcess(t testing.TB, mode string) Server {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Server{Name: "test", Command: []string{path}, Env: []string{asServer + "=" + mode}}
}

// overHTTP is a server on loopback.
func overHTTP(t testing.TB, stateless bool) Server {
	release := make(chan struct{})
	h := sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return server(nil, release) }, &sdk.StreamableHTTPOptions{Stateless: stateless, JSONResponse: stateless})
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		close(release)
		s.Close()
	})
	return Server{Name: "test", URL: s.URL}
}

func open(t testing.TB, s Server) map[string]tools.Tool {
	t.Helper()
	list, err := s.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { list[0].(tools.Closer).Close() })
	byName := map[string]tools.Tool{}
	for _, x := range list {
		byName[x.Verb().Name] = x
	}
	return byName
}

// ask calls a tool in its written form.
func ask(t testing.TB, tool tools.Tool, call string) (tools.Result, error) {
	t.Helper()
	a, err := (&gym.Observation{Verbs: []gym.Verb{tool.Verb()}}).Parse(call)
	if err != nil {
		t.Fatal(err)
	}
	return tools.Use{Tool: tool, Time: 20 * time.Second}.Call(t.Context(), a.Args)
}

func TestTools(t *testing.T) {
	for name, s := range map[string]Server{"memory": inMemory(t), "process": asProcess(t, "1"), "http": overHTTP(t, false), "stateless http": overHTTP(t, true)} {
		t.Run(name, func(t *testing.T) {
			toolstest.Run(t, func() tools.Tool { return open(t, s)["say"] }, `say("hello")`, `say("a", "true", "glad", "{\"x\":1}", 2)`)
			list := open(t, s)
			if r, err := ask(t, list["say"], `say("a", loud=true, times=2)`); err != nil || r.Text != `{"text":"a","loud":true,"times":2}` {
				t.Errorf("the server got %s, %v", r.Text, err)
			}
			r, err := ask(t, list["show"], "show()")
			if want := "look\n[image: image/webp, 4 bytes]\n[audio: audio/wav, 1 bytes]\n[link: file:///a a ]\nx:y:\ninside"; err != nil || r.Text != want || len(r.Images) != 1 {
				t.Errorf("got %q and %d pictures, %v", r.Text, len(r.Images), err)
			}
			if r, err := ask(t, list["structure"], "structure()"); err != nil || r.Text != `{"a":true,"b":1}` {
				t.Errorf("structured content is %q, %v", r.Text, err)
			}
			var mistake *gym.Mistake
			if _, err := ask(t, list["refuse"], "refuse()"); !errors.As(err, &mistake) || mistake.Text != "not today" {
				t.Errorf("a failure of the tool is %v", err)
			}
		})
	}
}

func TestVerbsAreAsTheServerSays(t *testing.T) {
	v := open(t, inMemory(t))["say"].Verb()
	if want := "say(text:string, loud:true|false?, mood:glad|sad?, more:JSON?, times:1..3?)  Test say."; v.String() != want || v.Params[0].Doc != "what to say" {
		t.Errorf("the verb is %s, its first parameter is %q", v, v.Params[0].Doc)
	}
	for i, want := range []string{`{"description":"what to\n say","type":"string"}`, `{"type":"boolean"}`, `{"enum":["glad","sad"]}`} {
		if got := string(v.Params[i].Schema); got != want {
			t.Errorf("%s: the schema is %s, want %s", v.Params[i].Name, got, want)
		}
	}
	if more := string(v.Params[3].Schema); strings.Contains(more, "$ref") || !strings.Contains(more, `"again":{"properties":{"again":`) {
		t.Errorf("a definition that refers to itself becomes %s", more)
	}
}

func TestUnusableServersAreTheCallersError(t *testing.T) {
	bad := func(name, params string) Server {
		return inMemory(t, &sdk.Tool{Name: name, Description: "Bad.", InputSchema: json.RawMessage(params)})
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	for want, s := range map[string]Server{
		`a tool is called "no spaces"`:                                    bad("no spaces", nothing),
		"tool bad: it requires y, which is none of its properties":        bad("bad", `{"type":"object","required":["y"]}`),
		"tool bad: parameter x: its schema is to be an object, not 3":     bad("bad", `{"type":"object","properties":{"x":3}}`),
		"mcp server test: start: it has neither a command nor an address": {Name: "test"},
		"mcp server test: start: exec: \"no-such-program\"":               {Name: "test", Command: []string{"no-such-program"}},
		"mcp server test: start: ":                                        {Name: "test", URL: closed.URL},
		"it said: no configuration file":                                  asProcess(t, "mute"),
		"mcp server quiet: start: ":                                       {Name: "quiet", Command: []string{"sleep", "60"}, Start: 200 * time.Millisecond},
	} {
		_, err := s.Open(t.Context())
		var fault *gym.Fault
		if err == nil || errors.As(err, &fault) || !strings.Contains(err.Error(), want) {
			t.Errorf("got the error %v, want one with %q", err, want)
		}
	}
}

// What a program is given is what the configuration names.
func TestAProgramGetsNoVariablesOfOurs(t *testing.T) {
	t.Setenv("GYM_SECRET_OF_TEST", "hunter2")
	s := asProcess(t, "1")
	s.Env = append(s.Env, "GIVEN=yes")
	r, err := ask(t, open(t, s)["variables"], "variables()")
	if err != nil || r.Text != asServer+"=1\nGIVEN=yes" {
		t.Errorf("it sees %q, %v", r.Text, err)
	}
}

func TestADeadServerIsAFaultAndStartedAnew(t *testing.T) {
	list := open(t, asProcess(t, "1"))
	_, err := ask(t, list["die"], "die()")
	var fault *gym.Fault
	if !errors.As(err, &fault) || !strings.Contains(err.Error(), "out of memory") {
		t.Errorf("got the error %v, want a fault with its last words", err)
	}
	if _, err := ask(t, list["count"], "count()"); !errors.As(err, &fault) {
		t.Errorf("a call after that gives the error %v", err)
	}
	if err := list["count"].(tools.Resetter).Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, err := ask(t, list["count"], "count()"); err != nil || r.Text != "1" {
		t.Errorf("after Reset it says %q, %v", r.Text, err)
	}
}

func TestAServerThatDoesNotAnswerIsAFault(t *testing.T) {
	for name, s := range map[string]Server{"process": asProcess(t, "1"), "http": overHTTP(t, false)} {
		list := open(t, s)
		_, err := tools.Use{Tool: list["hang"], Time: 50 * time.Millisecond}.Call(t.Context(), nil)
		var fault *gym.Fault
		if !errors.As(err, &fault) {
			t.Errorf("%s: got the error %v", name, err)
		}
		if err := list["hang"].(tools.Resetter).Reset(t.Context()); err != nil {
			t.Errorf("%s: it does not start again: %v", name, err)
		}
	}
}

// An episode finds a server that no other episode has called.
func TestWhatAServerKeepsIsNotHeldOver(t *testing.T) {
	for name, s := range map[string]Server{"process": asProcess(t, "1"), "memory": inMemory(t)} {
		list := open(t, s)
		for range 2 {
			if r, err := ask(t, list["count"], "count()"); err != nil || r.Text != "1" {
				t.Errorf("%s: the first call of an episode says %q, %v", name, r.Text, err)
			}
			if err := list["say"].(tools.Resetter).Reset(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestAProcessEndsWithItsTools(t *testing.T) {
	list, err := asProcess(t, "1").Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := list[0].(*tool).client
	p := c.process
	if err := errors.Join(list[0].(tools.Closer).Close(), list[1].(tools.Closer).Close()); err != nil {
		t.Error(err)
	}
	if p.cmd.ProcessState == nil || c.process != nil {
		t.Error("it is not over")
	}
}

// A tool whose name is taken gets that of its server before it.
func TestNamesThatAreTakenGetAPrefix(t *testing.T) {
	f := tools.Family{Family: probe.Family{}, Tools: func(ctx context.Context) ([]tools.Use, error) {
		list, err := inMemory(t).Open(ctx)
		return tools.Uses(list...), err
	}}
	env, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	o, err := env.Reset(t.Context(), gym.Task{Scenario: "bandit", Level: 1})
	if err != nil {
		t.Fatal(err)
	}
	a, err := o.Parse("test_click()")
	if err != nil {
		t.Fatal(err)
	}
	out, err := env.Step(t.Context(), a)
	if err != nil || !strings.Contains(out.Observation.String(), "clicked") {
		t.Errorf("it shows %s, %v", &out.Observation, err)
	}
}

// The servers that the protocol's authors publish, where make mcp-servers has
// put them.
func TestPublishedServers(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node here")
	}
	root, _ := filepath.Abs("../../build/mcp/node_modules/@modelcontextprotocol")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no published servers here (make mcp-servers gets them, where npm can)")
	}
	program := func(name string) string { return filepath.Join(root, name, "dist", "index.js") }
	t.Run("filesystem", func(t *testing.T) {
		dir := t.TempDir()
		os.WriteFile(filepath.Join(dir, "a.txt"), []byte("one\ntwo\n"), 0o644)
		list := open(t, Server{Name: "files", Command: []string{node, program("server-filesystem"), dir}})
		if r, err := ask(t, list["read_text_file"], fmt.Sprintf("read_text_file(%q, head=1)", filepath.Join(dir, "a.txt"))); err != nil || strings.TrimSpace(r.Text) != "one" {
			t.Errorf("it reads %q, %v", r.Text, err)
		}
		if _, err := ask(t, list["write_file"], fmt.Sprintf("write_file(%q, %q)", filepath.Join(dir, "b.txt"), "new")); err != nil {
			t.Error(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, "b.txt")); string(got) != "new" {
			t.Errorf("it wrote %q, %v", got, err)
		}
		edits := `[{\"oldText\": \"one\", \"newText\": \"1\"}]`
		if r, err := ask(t, list["edit_file"], fmt.Sprintf(`edit_file(%q, "%s")`, filepath.Join(dir, "a.txt"), edits)); err != nil || !strings.Contains(r.Text, "+1") {
			t.Errorf("its edit is %q, %v", r.Text, err)
		}
		var mistake *gym.Mistake
		if _, err := ask(t, list["read_text_file"], `read_text_file("/etc/passwd")`); !errors.As(err, &mistake) {
			t.Errorf("outside its folder: %v", err)
		}
	})
	t.Run("everything", func(t *testing.T) {
		list := open(t, Server{Name: "all", Command: []string{node, program("server-everything")}})
		if r, err := ask(t, list["echo"], `echo("hello")`); err != nil || !strings.Contains(r.Text, "hello") {
			t.Errorf("it answers %q, %v", r.Text, err)
		}
		sum := list["get-sum"]
		if r, err := ask(t, sum, `get-sum(2, 3)`); err != nil || !strings.Contains(r.Text, "5") {
			t.Errorf("it adds up to %q, %v", r.Text, err)
		}
		if r, err := ask(t, list["get-tiny-image"], `get-tiny-image()`); err != nil || len(r.Images) != 1 {
			t.Errorf("it shows %d pictures, %v", len(r.Images), err)
		}
		if r, err := ask(t, list["get-env"], `get-env()`); err != nil || strings.Contains(r.Text, "HOME") {
			t.Errorf("it sees the variables %q, %v", r.Text, err)
		}
	})
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"files=node server.js /tmp":         `{files [node server.js /tmp] []  0s}`,
		`a=HOME=/h A="b c" npx -y 'x y' ""`: `{a [npx -y x y ] [HOME=/h A=b c]  0s}`,
		" web = https://example.org/mcp ":   `{web [] [] https://example.org/mcp 0s}`,
		"files":                             `want NAME=COMMAND`,
		"=x":                                `want NAME=COMMAND`,
		"a=":                                `want NAME=COMMAND`,
		"a b=c":                             `want NAME=COMMAND`,
		"a=K=V":                             `there is no command`,
		"a='x":                              `a quote is not closed`,
		"a=http://":                         `is no address`,
	} {
		s, err := Parse(text)
		got := fmt.Sprintf("{%s %v %v %s %s}", s.Name, s.Command, s.Env, s.URL, s.Start)
		if err != nil {
			got = err.Error()
		}
		if got != want && (err == nil || !strings.Contains(got, want)) {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`a=K=V "b c" 'd`)
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := Parse(text); err == nil && s.URL == "" && len(s.Command) == 0 {
			t.Errorf("%q: nothing to start", text)
		}
	})
}

// Whatever a server says of its tools is a verb that works, or an error.
func FuzzSchema(f *testing.F) {
	f.Add(sayParams)
	f.Add(`{"type":"object","properties":{"a":{"anyOf":[{"type":"integer"},{"type":"null"}]},"b":true,"c":{"type":["string","null"]}}}`)
	f.Add(`{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]}},"properties":{"x":{"$ref":"#/$defs/a"}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var input any
		if json.Unmarshal([]byte(text), &input) != nil {
			return
		}
		v, err := verbOf(&sdk.Tool{Name: "x", InputSchema: input})
		if err == nil && !json.Valid(v.Schema()) {
			t.Errorf("%s: the schema of %s is not JSON: %s", text, v, v.Schema())
		}
	})
}

func FuzzPicture(f *testing.F) {
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Add([]byte("GIF89a\x01\x00\x01\x00"))
	f.Fuzz(func(t *testing.T, data []byte) { asPNG(data) })
}

func BenchmarkCall(b *testing.B) {
	for name, s := range map[string]Server{"memory": inMemory(b), "process": asProcess(b, "1"), "http": overHTTP(b, false)} {
		b.Run(name, func(b *testing.B) {
			u := tools.Use{Tool: open(b, s)["count"]}
			for b.Loop() {
				if _, err := u.Call(b.Context(), nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
