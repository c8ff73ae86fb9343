package export

import (
	"encoding/json"
	"fmt"
	"hash/fnv"

	"github.com/turngym/turngym/gym"
)

// trace is a line of traces.jsonl, version 1. Its nodes are one path: an agent
// here never rewrites what it has read.
type trace struct {
	Version   int               `json:"version"`
	ID        string            `json:"id"`
	Verifiers traceBuild        `json:"verifiers"`
	Task      traceTask         `json:"task"`
	Agent     traceAgent        `json:"agent"`
	Tools     []traceTool       `json:"tools"`
	Nodes     []traceNode       `json:"nodes"`
	Calls     []traceCall       `json:"calls"`
	Rewards   map[string]scored `json:"rewards"`
	Metrics   map[string]real   `json:"metrics"`
	Info      traceInfo         `json:"info"`
	Completed bool              `json:"is_completed"`
	OK        bool              `json:"ok"`
	Stop      string            `json:"stop_condition"`
	Errors    []string          `json:"errors"`
	Timing    traceTiming       `json:"timing"`
}

type traceBuild struct {
	Version string `json:"version"`
}

type traceTask struct {
	Type string    `json:"type"`
	Data traceData `json:"data"`
	Key  string    `json:"key"`
	Hash string    `json:"hash"`
}

type traceData struct {
	Name   string `json:"name"`
	Prompt string `json:"prompt"`
	truth
}

type traceAgent struct {
	Config    struct{} `json:"config"`
	Name      string   `json:"name"`
	Trainable bool     `json:"trainable"`
}

type traceTool struct {
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Parameters  json.RawMessage `json:"parameters"`
}

type traceNode struct {
	Parent    *int         `json:"parent"`
	Message   traceMessage `json:"message"`
	Sampled   bool         `json:"sampled"`
	Timestamp float64      `json:"timestamp"`
	TokenIDs  []int32      `json:"token_ids"`
	Mask      []bool       `json:"mask"`
	LogProbs  []float32    `json:"logprobs"` // of the tokens whose mask is true
}

type traceMessage struct {
	Role       string          `json:"role"`
	Content    string          `json:"content"`
	ToolCalls  []traceToolCall `json:"tool_calls,omitempty"`
	ToolCallID string          `json:"tool_call_id,omitempty"`
	Name       string          `json:"name,omitempty"`
}

type traceToolCall struct {
	ID        string `json:"id"`
	Type      string `json:"type"`
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
}

type traceCall struct {
	Node         int         `json:"node"`
	FinishReason string      `json:"finish_reason"`
	Usage        *traceUsage `json:"usage"`
}

type traceUsage struct {
	Prompt     int `json:"prompt_tokens"` // without those that were read in earlier turns
	Completion int `json:"completion_tokens"`
	Cached     int `json:"cached_input_tokens"`
}

type scored struct {
	Score  real `json:"score"`
	Weight real `json:"weight"`
}

type traceInfo struct {
	Signals [][]named `json:"signals"` // by turn
}

type traceTiming struct {
	Start float64 `json:"start"`
}

func verifiersTrace(ep *gym.Episode) ([]any, error) {
	c, a := converse(ep), tell(ep)
	task := truth{a.Env, a.Scenario, a.Level, a.Seed, a.Split, a.Hint}
	name := a.Env + "/" + ep.Task.String()
	t := trace{Version: 1, ID: a.ID, Verifiers: traceBuild{"turngym"}, Agent: traceAgent{Name: "agent", Trainable: true},
		Task:    traceTask{Type: "TurngymTask", Key: name, Hash: hash(name), Data: traceData{name, c.messages[0].Content, task}},
		Rewards: map[string]scored{gym.SignalOutcome: {a.Outcome, 1}}, Metrics: metrics(ep), Completed: true, OK: true, Stop: ep.End.Reason,
		Errors: []string{}, Tools: []traceTool{}}
	for _, d := range c.tools {
		t.Tools = append(t.Tools, traceTool{d.Type, d.Function.Name, d.Function.Description, d.Function.Parameters})
	}
	for i := range c.messages {
		t.Nodes = append(t.Nodes, node(i, &c.messages[i]))
	}
	context := 0 // tokens so far
	for i, at := range c.acts {
		turn := &ep.Turns[i]
		read, written := part(&turn.Move.Tokens)
		t.Nodes[at-1].take(&read)
		t.Nodes[at].take(&written)
		t.Nodes[at].Sampled = len(written.IDs) > 0
		call := traceCall{Node: at, FinishReason: "stop"}
		if c.messages[at].ToolCalls != nil {
			call.FinishReason = "tool_calls"
		}
		if n := len(turn.Move.Tokens.IDs); n > 0 {
			call.Usage = &traceUsage{len(read.IDs), len(written.IDs), context}
			context += n
		}
		t.Calls = append(t.Calls, call)
		t.Info.Signals = append(t.Info.Signals, list(turn.Signals))
	}
	return []any{t}, nil
}

func node(i int, m *message) traceNode {
	n := traceNode{Message: traceMessage{Role: m.Role, Content: m.Content, ToolCallID: m.ToolCallID, Name: m.Name},
		TokenIDs: []int32{}, Mask: []bool{}, LogProbs: []float32{}}
	for _, c := range m.ToolCalls {
		n.Message.ToolCalls = append(n.Message.ToolCalls, traceToolCall{c.ID, c.Type, c.Function.Name, string(c.Function.Arguments)})
	}
	if i > 0 {
		before := i - 1
		n.Parent = &before
	}
	return n
}

func (n *traceNode) take(t *gym.Tokens) {
	n.TokenIDs, n.Mask = append(n.TokenIDs, t.IDs...), append(n.Mask, t.Sampled...)
	for i, p := range t.LogProb {
		if t.Sampled[i] {
			n.LogProbs = append(n.LogProbs, p)
		}
	}
}

func hash(s string) string {
	h := fnv.New64a()
	h.Write([]byte(s))
	return fmt.Sprintf("%016x", h.Sum64())
}
