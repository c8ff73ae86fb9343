package llm

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/shared"
	"github.com/openai/openai-go/v3/shared/constant"

	"github.com/turngym/turngym/gym"
)

// question is one request to the model.
type question struct {
	messages []message
	tools    []gym.Verb // nil: it answers with text
	mute     bool       // the tools are there to be read about, not to be called
	seed     int64      // 0: none
}

// message is one of a conversation.
type message struct {
	role   string // system, user, assistant, tool
	text   string
	images []gym.Image // of a user's
	calls  []call      // of an assistant's
	callID string      // of a tool's: what it answers
}

// call is a tool call as the model wrote it.
type call struct{ id, name, args string }

// tokens is about how many tokens a question has: four letters each.
func (q *question) tokens() (n int) {
	for i := range q.messages {
		n += q.messages[i].size()
	}
	for i := range q.tools {
		n += len(q.tools[i].Name) + len(q.tools[i].Doc) + len(q.tools[i].Schema())
	}
	return n / 4
}

func (m *message) size() int {
	const frame, picture = 16, 4 * 800
	n := frame + len(m.text) + picture*len(m.images)
	for _, c := range m.calls {
		n += frame + len(c.name) + len(c.args)
	}
	return n
}

// params is a question as the library has it.
func (a *Agent) params(q *question) openai.ChatCompletionNewParams {
	p := openai.ChatCompletionNewParams{Model: a.Model}
	for i := range q.messages {
		p.Messages = append(p.Messages, q.messages[i].param())
	}
	for i := range q.tools {
		v := &q.tools[i]
		f := shared.FunctionDefinitionParam{Name: v.Name, Description: param.NewOpt(v.Doc)}
		json.Unmarshal(v.Schema(), &f.Parameters) // a schema is an object
		p.Tools = append(p.Tools, openai.ChatCompletionFunctionTool(f))
	}
	if q.tools != nil {
		choice := "auto"
		if q.mute {
			choice = "none"
		}
		p.ToolChoice.OfAuto = param.NewOpt(choice)
	}
	if a.Temperature >= 0 {
		p.Temperature = param.NewOpt(a.Temperature)
	}
	if a.MaxTokens > 0 && a.renamed() {
		p.MaxCompletionTokens = param.NewOpt(int64(a.MaxTokens))
	} else if a.MaxTokens > 0 {
		p.MaxTokens = param.NewOpt(int64(a.MaxTokens))
	}
	if q.seed != 0 {
		p.Seed = param.NewOpt(q.seed)
	}
	if a.LogProbs {
		p.Logprobs = param.NewOpt(true)
	}
	if a.Stream {
		p.StreamOptions.IncludeUsage = param.NewOpt(true)
	}
	return p
}

// renamed says whether the endpoint takes max_completion_tokens and no
// max_tokens, as OpenAI's and Azure's do for newer models. Other servers know the
// older name, and some of them no other.
func (a *Agent) renamed() bool {
	u, err := url.Parse(a.BaseURL)
	return err == nil && (strings.HasSuffix(u.Hostname(), ".openai.com") || strings.HasSuffix(u.Hostname(), ".azure.com"))
}

func (m *message) param() openai.ChatCompletionMessageParamUnion {
	switch m.role {
	case "system":
		return openai.SystemMessage(m.text)
	case "tool":
		return openai.ToolMessage(m.text, m.callID)
	case "assistant":
		p := openai.AssistantMessage(m.text)
		for _, c := range m.calls {
			p.OfAssistant.ToolCalls = append(p.OfAssistant.ToolCalls, openai.ChatCompletionMessageToolCallUnionParam{
				OfFunction: &openai.ChatCompletionMessageFunctionToolCallParam{ID: c.id, Type: constant.Function("function"),
					Function: openai.ChatCompletionMessageFunctionToolCallFunctionParam{Name: c.name, Arguments: c.args}}})
		}
		return p
	}
	if len(m.images) == 0 {
		return openai.UserMessage(m.text)
	}
	parts := []openai.ChatCompletionContentPartUnionParam{openai.TextContentPart(m.text)}
	for _, img := range m.images {
		data := "data:image/png;base64," + base64.StdEncoding.EncodeToString(img.Data)
		parts = append(parts, openai.ImageContentPart(openai.ChatCompletionContentPartImageImageURLParam{URL: data}))
	}
	return openai.UserMessage(parts)
}

// clip cuts a text to about n bytes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// isObject says whether a text is a JSON object.
func isObject(s string) bool {
	return json.Valid([]byte(s)) && bytes.HasPrefix(bytes.TrimSpace([]byte(s)), []byte("{"))
}
