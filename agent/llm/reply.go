package llm

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/respjson"

	"github.com/turngym/turngym/gym"
)

// reply is what the model answered.
type reply struct {
	text    string
	calls   []call
	finish  string // why it ended: stop, tool_calls, length, …
	garbage string // why it is no reply at all; text is then how it began

	in, out int64 // tokens, where the endpoint counts them

	prompt, tokens []int32   // ids, where the endpoint gives them
	logProbs       []float32 // of tokens
}

func (r *reply) size() int {
	n := len(r.text)
	for _, c := range r.calls {
		n += len(c.name) + len(c.args)
	}
	return n
}

// single asks for a reply in one piece.
func (a *Agent) single(ctx context.Context, p openai.ChatCompletionNewParams, opts []option.RequestOption) (r reply, err error) {
	c, err := a.chat.New(ctx, p, opts...)
	if err != nil {
		return r, err
	}
	if c == nil { // the library's answer to null
		return reply{garbage: "it is no chat completion"}, nil
	}
	r.in, r.out = c.Usage.PromptTokens, c.Usage.CompletionTokens
	if len(c.Choices) == 0 {
		return reply{garbage: "it has no choices", text: clip(c.RawJSON(), headMax), in: r.in, out: r.out}, nil
	}
	choice := &c.Choices[0]
	r.text, r.finish = choice.Message.Content+choice.Message.Refusal, choice.FinishReason
	for _, t := range choice.Message.ToolCalls[:min(callMax, len(choice.Message.ToolCalls))] {
		r.calls = append(r.calls, call{t.ID, t.Function.Name, t.Function.Arguments})
	}
	r.prompt = ids(c.JSON.ExtraFields, "prompt_token_ids")
	r.tokens = ids(choice.JSON.ExtraFields, "token_ids")
	for _, l := range choice.Logprobs.Content {
		r.logProbs = append(r.logProbs, float32(l.Logprob))
	}
	return r, nil
}

// stream puts a reply together that comes in pieces.
func (a *Agent) stream(ctx context.Context, p openai.ChatCompletionNewParams, opts []option.RequestOption) (r reply, err error) {
	s := a.chat.NewStreaming(ctx, p, opts...)
	defer s.Close()
	var text strings.Builder
	for s.Next() {
		c := s.Current()
		if c.Usage.TotalTokens > 0 {
			r.in, r.out = c.Usage.PromptTokens, c.Usage.CompletionTokens
		}
		if p := ids(c.JSON.ExtraFields, "prompt_token_ids"); p != nil {
			r.prompt = p
		}
		if len(c.Choices) == 0 {
			continue
		}
		choice := &c.Choices[0]
		text.WriteString(choice.Delta.Content + choice.Delta.Refusal)
		for _, d := range choice.Delta.ToolCalls {
			r.piece(d)
		}
		if choice.FinishReason != "" {
			r.finish = choice.FinishReason
		}
		r.tokens = append(r.tokens, ids(choice.JSON.ExtraFields, "token_ids")...)
		for _, l := range choice.Logprobs.Content {
			r.logProbs = append(r.logProbs, float32(l.Logprob))
		}
	}
	if err := s.Err(); err != nil {
		return r, err
	}
	if r.text = text.String(); r.finish == "" {
		r = reply{garbage: "it broke off", text: clip(r.text, headMax), in: r.in, out: r.out}
	}
	return r, nil
}

// piece adds a part of a tool call.
func (r *reply) piece(d openai.ChatCompletionChunkChoiceDeltaToolCall) {
	if d.Index < 0 || d.Index >= callMax {
		return
	}
	for int(d.Index) >= len(r.calls) {
		r.calls = append(r.calls, call{})
	}
	c := &r.calls[d.Index]
	c.id += d.ID
	c.name += d.Function.Name
	c.args += d.Function.Arguments
}

// ids are token ids in a field that the protocol does not have and some servers do.
func ids(extra map[string]respjson.Field, name string) (list []int32) {
	f, ok := extra[name]
	if !ok || json.Unmarshal([]byte(f.Raw()), &list) != nil {
		return nil
	}
	return list
}

// action reads the model's reply as an action of o. What cannot be read is an
// action that says so.
func (r *reply) action(o *gym.Observation, tools bool) gym.Action {
	a, err := r.read(o, tools)
	if m, ok := err.(*gym.Mistake); ok {
		return gym.Malformed(m)
	}
	return a
}

// read is action; the error is a [*gym.Mistake] or nil.
func (r *reply) read(o *gym.Observation, tools bool) (gym.Action, error) {
	if r.garbage != "" {
		return gym.Action{}, gym.Mistakef("the reply cannot be read: %s", r.garbage)
	}
	if len(r.calls) > 0 {
		c := r.calls[0]
		if strings.TrimSpace(c.args) != "" && !isObject(c.args) {
			return gym.Action{}, gym.Mistakef("the arguments of %s must be a JSON object, not %s", clip(c.name, 60), clip(c.args, 60))
		}
		return o.ParseCall(gym.Call{Name: c.name, Arguments: json.RawMessage(c.args)})
	}
	if strings.TrimSpace(r.text) == "" {
		return gym.Action{}, gym.Mistakef("the reply is empty; %s", how(tools))
	}
	a, err := Read(o, r.text)
	if err != nil && r.finish == "length" {
		return a, gym.Mistakef("the reply was cut off before its action; write less. %v", err)
	}
	if err != nil && tools && !strings.Contains(r.text, "(") {
		return a, gym.Mistakef("the reply has no action; %s", how(tools))
	}
	return a, err
}

func how(tools bool) string {
	if tools {
		return "call one of the tools"
	}
	return "write one action as the last line"
}

// Read finds the action in what a model wrote: the last fenced block, its last
// line, or the last line of all. Thoughts before </think> do not count. The
// error is a [*gym.Mistake].
func Read(o *gym.Observation, text string) (gym.Action, error) {
	if i := strings.LastIndex(text, "</think>"); i >= 0 {
		text = text[i+len("</think>"):]
	}
	var tries []string
	if b, ok := fenced(text); ok {
		tries = append(tries, b, lastLine(b))
	}
	tries = append(tries, lastLine(text))
	var first error
	for _, t := range tries {
		a, err := o.Parse(t)
		if err == nil {
			return a, nil
		}
		if first == nil {
			first = err
		}
	}
	return gym.Action{}, first
}

// fenced is what the last fenced block holds.
func fenced(text string) (string, bool) {
	const fence = "```"
	end := strings.LastIndex(text, fence)
	if end < 0 {
		return "", false
	}
	begin := strings.LastIndex(text[:end], fence)
	if begin < 0 {
		return "", false
	}
	b := text[begin+len(fence) : end]
	if lang, rest, ok := strings.Cut(b, "\n"); ok && !strings.Contains(lang, "(") { // ```python
		b = rest
	}
	return strings.TrimSpace(b), true
}

// lastLine is the last line that says something, without the marks that models
// put around code.
func lastLine(text string) string {
	lines := strings.Split(text, "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		line := strings.Trim(strings.TrimSpace(lines[i]), "`")
		line = strings.TrimSpace(strings.TrimPrefix(line, "Action:"))
		if line != "" {
			return line
		}
	}
	return ""
}
