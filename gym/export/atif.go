package export

import (
	"encoding/json"

	"github.com/turngym/turngym/gym"
)

// layout is the version of what we write: two exports of one are alike.
const layout = "1"

// trajectory is an ATIF document.
type trajectory struct {
	Schema  string     `json:"schema_version"`
	ID      string     `json:"trajectory_id"`
	Agent   atifAgent  `json:"agent"`
	Steps   []atifStep `json:"steps"`
	Metrics atifTotal  `json:"final_metrics"`
	Extra   about      `json:"extra"`
}

type atifAgent struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Tools   []tool `json:"tool_definitions"`
}

// atifStep is one of the user or the agent. Only the agent's have calls and metrics.
type atifStep struct {
	ID          int          `json:"step_id"`
	Source      string       `json:"source"`
	Message     string       `json:"message"`
	Calls       []atifCall   `json:"tool_calls,omitempty"`
	Observation *atifSeen    `json:"observation,omitempty"`
	Metrics     *atifMetrics `json:"metrics,omitempty"`
	Extra       *atifSignals `json:"extra,omitempty"`
}

type atifCall struct {
	ID        string          `json:"tool_call_id"`
	Name      string          `json:"function_name"`
	Arguments json.RawMessage `json:"arguments"`
}

type atifSeen struct {
	Results []atifResult `json:"results"`
}

type atifResult struct {
	Call    string `json:"source_call_id,omitempty"`
	Content string `json:"content"`
}

type atifMetrics struct {
	Prompt        int       `json:"prompt_tokens"`
	Completion    int       `json:"completion_tokens"`
	Cached        int       `json:"cached_tokens"`
	PromptIDs     []int32   `json:"prompt_token_ids"` // all that was read and written before
	CompletionIDs []int32   `json:"completion_token_ids"`
	LogProbs      []float32 `json:"logprobs"`
}

type atifSignals struct {
	Signals map[string]real `json:"signals"`
}

type atifTotal struct {
	Prompt     int          `json:"total_prompt_tokens,omitempty"`
	Completion int          `json:"total_completion_tokens,omitempty"`
	Cached     int          `json:"total_cached_tokens,omitempty"`
	Steps      int          `json:"total_steps"`
	Extra      atifOutcomes `json:"extra"`
}

type atifOutcomes struct {
	Outcome real            `json:"outcome"`
	Reason  string          `json:"reason"`
	Signals map[string]real `json:"signals"`
}

func atifTrajectory(ep *gym.Episode) ([]any, error) {
	c := converse(ep)
	t := trajectory{Schema: "ATIF-v1.7", ID: ep.ID, Agent: atifAgent{"turngym", layout, c.tools}, Extra: tell(ep)}
	t.Steps = append(t.Steps, atifStep{ID: 1, Source: "user", Message: c.messages[0].Content})
	var context []int32
	for i, at := range c.acts {
		m, answer := &c.messages[at], &c.messages[at+1]
		s := atifStep{ID: i + 2, Source: "agent", Message: m.Content, Extra: &atifSignals{signals(ep.Turns[i].Signals)},
			Observation: &atifSeen{[]atifResult{{answer.ToolCallID, answer.Content}}}}
		for _, call := range m.ToolCalls {
			s.Calls = append(s.Calls, atifCall{call.ID, call.Function.Name, call.Function.Arguments})
		}
		if tokens := &ep.Turns[i].Move.Tokens; len(tokens.IDs) > 0 {
			read, written := part(tokens)
			cached := len(context)
			context = append(context, read.IDs...)
			s.Metrics = &atifMetrics{len(context), len(written.IDs), cached, ids(context[:len(context):len(context)]), ids(written.IDs), written.LogProb}
			context = append(context, written.IDs...)
			t.Metrics.Prompt += s.Metrics.Prompt
			t.Metrics.Completion += s.Metrics.Completion
			t.Metrics.Cached += s.Metrics.Cached
		}
		t.Steps = append(t.Steps, s)
	}
	t.Metrics.Steps = len(t.Steps)
	t.Metrics.Extra = atifOutcomes{real(ep.Outcome()), ep.End.Reason, metrics(ep)}
	return []any{t}, nil
}
