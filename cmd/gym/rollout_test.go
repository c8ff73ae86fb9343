package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/turngym/turngym/agent/llm/llmtest"
	"github.com/turngym/turngym/gym"
)

// endpoint serves a random model until the script ends and puts its address into
// a variable. Its kind says how it fails.
func endpoint(ts *testscript.TestScript, _ bool, args []string) {
	e := &llmtest.Endpoint{Model: llmtest.Random, Key: "sk-test", Name: "tiny", Seed: 1}
	switch args[1] {
	case "good":
	case "shaky":
		e.Faults = llmtest.Faults{Errors: 0.3, Garbage: 0.1, Cuts: 0.1, RetryAfter: time.Millisecond}
	case "broken":
		e.Faults = llmtest.Faults{Errors: 0.5}
	default:
		ts.Fatalf("endpoint: %s is no kind", args[1])
	}
	url, stop := e.Serve()
	ts.Defer(stop)
	ts.Setenv(args[0], url)
}

// On a terminal the table takes itself back before it is written again, and no
// line is as wide as the terminal.
func TestTheTableLivesOnATerminal(t *testing.T) {
	var out bytes.Buffer
	a := &app{out: io.Discard, err: &out, tty: true, width: 40}
	var s summary
	for i := range 20 {
		s.add(&gym.Episode{Task: gym.Task{Scenario: fmt.Sprintf("scenario-%02d", i)}, Turns: []gym.Turn{{}}})
	}
	s.fail("scenario-03", "why")
	p := progressTable{app: a}
	for range 3 {
		p.show(&s, 100)
		p.shown = p.shown.Add(-time.Minute)
		p.begun = p.begun.Add(-time.Minute)
	}
	p.end()
	text := out.String()
	if n := strings.Count(text, "\x1b["+fmt.Sprint(liveRows+3)+"A\x1b[J"); n != 2 { // head, rows, the rest, the state
		t.Errorf("the table was taken back %d times: %q", n, text)
	}
	for line := range strings.Lines(text) {
		if n := len([]rune(strings.TrimSpace(line[strings.LastIndex(line, "J")+1:]))); n >= a.width {
			t.Errorf("%q has %d letters", line, n)
		}
	}
	if !strings.Contains(text, "… 8 more") || !strings.Contains(text, "21/100 episodes, 1 failed") {
		t.Errorf("%q", text)
	}
}
