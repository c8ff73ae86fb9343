package llm_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/agent/llm"
	"github.com/turngym/turngym/agent/llm/llmtest"
	"github.com/turngym/turngym/envs/probe"
	"github.com/turngym/turngym/gym"
)

var button = regexp.MustCompile(`(?m)^\[(\d+)\] button '(\w+)'`)

// right is a model that presses the button which the goal names.
func right(r *llmtest.Request, _ *rand.Rand) llmtest.Answer {
	goal := strings.ToLower(r.Messages[0].Text())
	for _, m := range button.FindAllStringSubmatch(r.Last(), -1) {
		if strings.Contains(goal, m[2]) {
			if r.Tools == nil {
				return llmtest.Answer{Text: "The goal names " + m[2] + ".\nclick(" + m[1] + ")"}
			}
			return llmtest.Answer{Text: "It is " + m[2] + ".", Calls: []llmtest.Call{{Name: "click", Arguments: `{"element": "` + m[1] + `"}`}}}
		}
	}
	return llmtest.Answer{Text: "I see no button of that name."}
}

// connect is an agent over an endpoint in this process.
func connect(t *testing.T, e *llmtest.Endpoint) *llm.Agent {
	t.Helper()
	a := llm.New("http://model.test/v1", "tiny")
	a.Transport = llmtest.Direct(e)
	return a
}

// played is an episode of a task of the probes, or the error.
func played(t *testing.T, a agent.Agent, scenario string, level int) (*gym.Episode, error) {
	t.Helper()
	env, err := probe.Family{}.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	return agent.Play(t.Context(), env, a, gym.Task{Scenario: scenario, Level: level, Seed: 5})
}

func play(t *testing.T, a agent.Agent, scenario string, level int) *gym.Episode {
	t.Helper()
	ep, err := played(t, a, scenario, level)
	if err != nil {
		t.Fatal(err)
	}
	return ep
}

// Over a real connection, in all four ways to speak.
func TestAModelPlaysEpisodes(t *testing.T) {
	for _, stream := range []bool{false, true} {
		for _, text := range []bool{false, true} {
			e := &llmtest.Endpoint{Model: right, Key: "sk-1", Name: "tiny"}
			url, stop := e.Serve()
			defer stop()
			a := llm.New(url, "tiny")
			a.Key, a.Stream, a.Text = "sk-1", stream, text
			if err := a.Validate(); err != nil {
				t.Fatal(err)
			}
			ep := play(t, a, "bandit", 3)
			if ep.Outcome() != 1 {
				t.Errorf("stream %v, text %v: outcome %v after %q", stream, text, ep.Outcome(), ep.Turns[0].Move.Text)
			}
			if got := ep.Turns[0].Move.Text; !strings.Contains(got, "click(") || !strings.Contains(got, ".\n") {
				t.Errorf("stream %v, text %v: recorded as %q", stream, text, got)
			}
			if u := a.Spent(); u.Calls != len(ep.Turns) || u.Tries != u.Calls || u.In < 50 || u.Out < 3 {
				t.Errorf("stream %v, text %v: spent %+v", stream, text, u)
			}
			a.Close()
		}
	}
}

// heard keeps the requests that a model is asked.
func heard(m llmtest.Model, all *[]llmtest.Request) llmtest.Model {
	return func(r *llmtest.Request, rng *rand.Rand) llmtest.Answer {
		*all = append(*all, *r)
		return m(r, rng)
	}
}

// roles are a conversation in short: who spoke, T for an answer to a tool call,
// A with the number of its calls.
func roles(r *llmtest.Request) string {
	var s strings.Builder
	for _, m := range r.Messages {
		switch {
		case m.Role == "tool":
			s.WriteByte('T')
		case len(m.ToolCalls) > 0:
			fmt.Fprintf(&s, "A%d", len(m.ToolCalls))
		default:
			s.WriteByte(m.Role[0])
		}
	}
	return s.String()
}

// Every call of a tool is answered: the first by what came of it, the others by
// word that they were not done.
func TestOfSeveralToolCallsTheFirstCounts(t *testing.T) {
	var all []llmtest.Request
	right := llmtest.Call{Name: "click", Arguments: `{"element":"2"}`}
	e := &llmtest.Endpoint{Model: heard(func(*llmtest.Request, *rand.Rand) llmtest.Answer {
		return llmtest.Answer{Calls: []llmtest.Call{right, {Name: "click", Arguments: `{"element":"1"}`}, {Name: "jump", Arguments: "{}"}}}
	}, &all)}
	ep := play(t, connect(t, e), "corridor", 2)
	for i := range ep.Turns {
		if got := ep.Turns[i].Move.Action.String(); got != "click(2)" {
			t.Errorf("turn %d: %s", i, got)
		}
	}
	last := &all[len(all)-1]
	if got, want := roles(last), "su"+strings.Repeat("A3TTT", len(all)-1); got != want {
		t.Errorf("the conversation is %s, not %s", got, want)
	}
	asked, answered := map[string]bool{}, map[string]bool{}
	for _, m := range last.Messages {
		for _, c := range m.ToolCalls {
			asked[c.ID] = true
		}
		if m.Role == "tool" {
			answered[m.ToolCallID] = true
		}
	}
	if len(asked) != 3*(len(all)-1) || len(answered) != len(asked) {
		t.Errorf("%d calls, %d of them answered", len(asked), len(answered))
	}
}

// What cannot be read is the model's mistake: the episode goes on and the model
// is told.
func TestAReplyThatCannotBeReadIsAMistake(t *testing.T) {
	for name, c := range map[string]struct {
		answer llmtest.Answer
		text   bool
		want   string
	}{
		"unknown tool":    {llmtest.Answer{Calls: []llmtest.Call{{Name: "launch", Arguments: "{}"}}}, false, `there is no verb "launch" here; the verbs are click`},
		"no JSON":         {llmtest.Answer{Calls: []llmtest.Call{{Name: "click", Arguments: `{"element": `}}}, false, "the arguments of click must be a JSON object"},
		"missing element": {llmtest.Answer{Calls: []llmtest.Call{{Name: "click", Arguments: `{"element":"77"}`}}}, false, "there is no element 77"},
		"wrong name":      {llmtest.Answer{Calls: []llmtest.Call{{Name: "click", Arguments: `{"id":"1"}`}}}, false, "element is missing"},
		"talk":            {llmtest.Answer{Text: "Let me think about it."}, false, "the reply has no action; call one of the tools"},
		"nothing":         {llmtest.Answer{}, false, "the reply is empty; call one of the tools"},
		"nothing, text":   {llmtest.Answer{}, true, "the reply is empty; write one action as the last line"},
		"prose":           {llmtest.Answer{Text: "I would press it."}, true, "write an action as verb(arguments)"},
		"cut off":         {llmtest.Answer{Text: "Well, first of all", Finish: "length"}, true, "the reply was cut off before its action"},
	} {
		for _, stream := range []bool{false, true} {
			var all []llmtest.Request
			a := connect(t, &llmtest.Endpoint{Model: heard(func(*llmtest.Request, *rand.Rand) llmtest.Answer { return c.answer }, &all)})
			a.Text, a.Stream = c.text, stream
			ep := play(t, a, "corridor", 1)
			for i := range ep.Turns {
				if bad, _ := ep.Turns[i].Signals.Value(gym.SignalFormat); bad != 1 {
					t.Errorf("%s: turn %d is no mistake", name, i)
				}
			}
			if told := all[len(all)-1].Last(); len(all) < 2 || !strings.Contains(told, "! "+c.want) {
				t.Errorf("%s: the model is told %q, not %q", name, told, c.want)
			}
			for _, r := range all { // servers refuse to read these back
				for _, m := range r.Messages {
					for _, call := range m.ToolCalls {
						if !json.Valid([]byte(call.Function.Arguments)) || call.ID == "" {
							t.Errorf("%s: the call is sent back as %+v", name, call)
						}
					}
					if m.Role == "assistant" && m.Text() == "" && len(m.ToolCalls) == 0 {
						t.Errorf("%s: an empty answer is sent back", name)
					}
				}
			}
		}
	}
}

func TestAnswersThatAreNoCompletionsAreMistakes(t *testing.T) {
	for name, body := range map[string]string{
		"html": "<html>hello</html>", "cut": `{"choices": [{"mess`, "no choices": `{"choices": []}`, "a list": `[1,2]`, "nothing": "", "null": "null",
		"other types": `{"choices": {"a": 1}}`, "deep": strings.Repeat("[", 20000),
	} {
		for _, stream := range []bool{false, true} {
			a := llm.New("http://model.test/v1", "tiny")
			a.Stream = stream
			a.Transport = llmtest.Direct(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if stream {
					w.Header().Set("Content-Type", "text/event-stream")
					body := "data: " + body + "\n\n"
					w.Write([]byte(body))
					return
				}
				w.Write([]byte(body))
			}))
			ep := play(t, a, "bandit", 1)
			if bad, _ := ep.Turns[0].Signals.Value(gym.SignalFormat); bad != 1 || ep.Turns[0].Move.Action.Verb != "malformed" {
				t.Errorf("%s (stream %v): %v", name, stream, ep.Turns[0].Move)
			}
		}
	}
}

func TestTheActionIsFoundInWhatIsWritten(t *testing.T) {
	o := &gym.Observation{Elements: []gym.Element{{ID: "3", Role: "button", Name: "Go"}, {ID: "4", Role: "textbox"}}, Verbs: []gym.Verb{
		{Name: "click", Params: []gym.Param{{Name: "element", Kind: gym.Ref}}},
		{Name: "fill", Params: []gym.Param{{Name: "element", Kind: gym.Ref}, {Name: "text", Kind: gym.Str}}}}}
	for text, want := range map[string]string{
		"click(3)":                             "click(3)",
		"First I think.\n\nclick(3)\n\n":       "click(3)",
		"click(9)\nclick(3)":                   "click(3)",
		"Action: click(3)":                     "click(3)",
		"`click(3)`":                           "click(3)",
		"```\nclick(3)\n```\nThat should do.":  "click(3)",
		"```python\nclick(3)\n```":             "click(3)",
		"```click(3)```":                       "click(3)",
		"```\nfill(4, \"a\nb\")\n```":          `fill(4, "a\nb")`,
		"```\nclick(9)\n```\nclick(3)":         "click(3)",
		"<think>click(4)</think>click(3)":      "click(3)",
		"a ``` b\nfill(4, 'it''s')":            "",
		"fill(element=4, text='x, y')":         `fill(4, "x, y")`,
		"click(3) is what I do":                "",
		"":                                     "",
		"```\n```":                             "",
		"<think>I never stop\nclick(3)":        "click(3)",
		"```json\n{\"a\": 1}\n```\n click( 3)": "click(3)",
	} {
		a, err := llm.Read(o, text)
		got := ""
		if err == nil {
			got = a.String()
		}
		if got != want {
			t.Errorf("%q is read as %q (%v), not %q", text, got, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"click(3)", "```\nclick(3)\n```", "<think></think>x", "fill(3, \"\\u12\")", "````", "```a\n```b"} {
		f.Add(s)
	}
	o := &gym.Observation{Elements: []gym.Element{{ID: "3", Role: "textbox"}}, Verbs: []gym.Verb{
		{Name: "fill", Params: []gym.Param{{Name: "element", Kind: gym.Ref}, {Name: "text", Kind: gym.Str}}}}}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := llm.Read(o, text)
		if _, mistake := err.(*gym.Mistake); err != nil && !mistake {
			t.Fatalf("%q: %T", text, err)
		}
		if err == nil && o.Validate(a) != nil {
			t.Fatalf("%q is read as %v, which is not valid", text, a)
		}
	})
}

// FuzzReply plays an episode with whatever an endpoint may send.
func FuzzReply(f *testing.F) {
	for _, s := range []string{
		`{"choices":[{"message":{"content":"x","tool_calls":[{"id":"1","function":{"name":"click","arguments":"{\"element\":\"1\"}"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":3}}`,
		`{"choices":[{"message":null,"logprobs":{"content":[{}]},"token_ids":[1]}],"prompt_token_ids":[2]}`, `{"choices":[{"delta":{"tool_calls":[{"index":-1},{"index":99}]}}]}`, `[]`, "",
		`{"choices":[{"delta":{"content":"click(1)"},"finish_reason":"stop"}]}`, `{"error":"no"}`,
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, body string, stream bool) {
		a := llm.New("http://model.test/v1", "tiny")
		a.Stream, a.LogProbs, a.Retry.Tries = stream, true, 1
		a.Transport = llmtest.Direct(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if stream {
				w.Header().Set("Content-Type", "text/event-stream")
				body = "data: " + body + "\n\n"
			}
			w.Write([]byte(body))
		}))
		ep, err := played(t, a, "bandit", 1)
		if err != nil && !stream { // a stream may say that it failed
			t.Fatalf("%q: %v", body, err)
		}
		if err == nil {
			for _, turn := range ep.Turns {
				k := turn.Move.Tokens
				if n := len(k.IDs); len(k.LogProb) != n || len(k.Sampled) != n || len(k.Type) != n || len(k.Allow) != n || len(k.Version) != n {
					t.Fatalf("columns of different lengths: %+v", k)
				}
			}
		}
	})
}

// Turn by turn, the recorded columns are the conversation as the endpoint
// tokenized it, each token once.
func TestTokensAndLogProbsAreKeptWhereBothAreGiven(t *testing.T) {
	for _, stream := range []bool{false, true} {
		var all []llmtest.Request
		a := connect(t, &llmtest.Endpoint{Model: heard(llmtest.Random, &all)})
		a.Stream, a.LogProbs = stream, true
		ep := play(t, a, "corridor", 3)
		var whole gym.Tokens
		for i := range ep.Turns {
			k := ep.Turns[i].Move.Tokens
			first := slices.Index(k.Sampled, true)
			if first < 1 || slices.Contains(k.Sampled[first:], false) {
				t.Fatalf("stream %v, turn %d: sampled %v", stream, i, k.Sampled)
			}
			for j := first; j < len(k.IDs); j++ {
				if want := -float32(j-first+1) / 16; k.LogProb[j] != want {
					t.Fatalf("stream %v, turn %d: log-prob %v, want %v", stream, i, k.LogProb[j], want)
				}
			}
			whole.Append(k)
		}
		if len(ep.Turns) < 3 || !all[0].TokenIDs || !all[0].LogProbs {
			t.Fatalf("%d turns; asked %+v", len(ep.Turns), all[0])
		}
		if n := int64(len(whole.IDs)); n >= a.Spent().In || n < a.Spent().Out {
			t.Errorf("stream %v: %d tokens in all of %+v", stream, n, a.Spent())
		}

		// A context that is rewritten is no column.
		a.Memory.Turns = 1
		ep = play(t, a, "corridor", 3)
		if k := ep.Turns[len(ep.Turns)-1].Move.Tokens; len(k.IDs) != 0 || len(ep.Turns[0].Move.Tokens.IDs) == 0 {
			t.Errorf("stream %v: the last turn of a conversation that was cut has %d tokens", stream, len(k.IDs))
		}
	}
}
