package llmtest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"strings"
)

// object is a piece of JSON.
type object = map[string]any

// send writes an answer the way it was asked for.
func send(w http.ResponseWriter, q *Request, a Answer) {
	if a.Finish == "" {
		a.Finish = "stop"
		if a.Calls != nil {
			a.Finish = "tool_calls"
		}
	}
	prompt, tokens := promptIDs(q), append(words(spoken(a.Text, a.Calls)), endID)
	usage := object{"prompt_tokens": len(prompt), "completion_tokens": len(tokens), "total_tokens": len(prompt) + len(tokens)}
	if a.Silent {
		usage = nil
	}
	if q.Stream {
		stream(w, q, a, prompt, tokens, usage)
		return
	}
	message := object{"role": "assistant", "content": a.Text}
	if a.Calls != nil {
		var calls []object
		for i, c := range a.Calls {
			calls = append(calls, object{"id": callID(q, i), "type": "function", "function": c})
		}
		message["tool_calls"] = calls
	}
	choice := object{"index": 0, "finish_reason": a.Finish, "message": message}
	if q.LogProbs {
		choice["logprobs"] = object{"content": logProbs(tokens, 0)}
	}
	o := object{"id": replyID(q), "object": "chat.completion", "model": q.Model, "choices": []object{choice}, "usage": usage}
	if q.TokenIDs {
		choice["token_ids"], o["prompt_token_ids"] = tokens, prompt
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(o)
}

// stream writes an answer in pieces: its text word by word, each call in two.
func stream(w http.ResponseWriter, q *Request, a Answer, prompt, tokens []int32, usage object) {
	w.Header().Set("Content-Type", "text/event-stream")
	first := true
	chunk := func(delta object, finish any, ids []int32, from int) {
		choice := object{"index": 0, "delta": delta, "finish_reason": finish}
		o := object{"id": replyID(q), "object": "chat.completion.chunk", "model": q.Model, "choices": []object{choice}}
		if q.LogProbs && len(ids) > 0 {
			choice["logprobs"] = object{"content": logProbs(ids, from)}
		}
		if q.TokenIDs {
			choice["token_ids"] = ids
			if first {
				o["prompt_token_ids"] = prompt
			}
		}
		first = false
		event(w, o)
	}
	chunk(object{"role": "assistant", "content": ""}, nil, nil, 0)
	for _, word := range strings.SplitAfter(a.Text, " ") {
		chunk(object{"content": word}, nil, nil, 0)
	}
	for i, c := range a.Calls {
		half := len(c.Arguments) / 2
		chunk(object{"tool_calls": []object{{"index": i, "id": callID(q, i), "type": "function", "function": object{"name": c.Name, "arguments": c.Arguments[:half]}}}}, nil, nil, 0)
		chunk(object{"tool_calls": []object{{"index": i, "function": object{"arguments": c.Arguments[half:]}}}}, nil, nil, 0)
	}
	half := len(tokens) / 2 // ids and log-probs come in two chunks
	chunk(object{}, nil, tokens[:half], 0)
	chunk(object{}, a.Finish, tokens[half:], half)
	if q.Options.Usage && usage != nil {
		event(w, object{"id": replyID(q), "object": "chat.completion.chunk", "choices": []object{}, "usage": usage})
	}
	io.WriteString(w, "data: [DONE]\n\n")
}

func event(w http.ResponseWriter, o object) {
	text, _ := json.Marshal(o)
	fmt.Fprintf(w, "data: %s\n\n", text)
}

func replyID(q *Request) string       { return fmt.Sprintf("chatcmpl-%d", q.N) }
func callID(q *Request, i int) string { return fmt.Sprintf("call_%d_%d", q.N, i) }

// Ids of the ends of messages, and of their beginnings by role.
const endID = 1

var roleIDs = map[string]int32{"system": 2, "user": 3, "assistant": 4, "tool": 5}

// promptIDs is a conversation as tokens: what the model reads before it answers.
// A conversation that goes on begins with the tokens that it had.
func promptIDs(q *Request) []int32 {
	var ids []int32
	for i := range q.Messages {
		m := &q.Messages[i]
		var calls []Call
		for _, c := range m.ToolCalls {
			calls = append(calls, c.Function)
		}
		ids = append(append(append(ids, roleIDs[m.Role]), words(spoken(m.Text(), calls))...), endID)
	}
	return append(ids, roleIDs["assistant"])
}

// spoken is a message in one text.
func spoken(text string, calls []Call) string {
	for _, c := range calls {
		text += " <call> " + c.Name + " " + c.Arguments
	}
	return text
}

// words are a text's tokens: a number for each word.
func words(text string) []int32 {
	ids := []int32{}
	for w := range strings.FieldsSeq(text) {
		h := fnv.New32a()
		h.Write([]byte(w))
		ids = append(ids, int32(10+h.Sum32()%30000))
	}
	return ids
}

// logProbs are those of ids that are the from-th and on.
func logProbs(ids []int32, from int) []object {
	list := make([]object, len(ids))
	for i, id := range ids {
		list[i] = object{"token": fmt.Sprint(id), "logprob": -float64(from+i+1) / 16, "bytes": nil, "top_logprobs": []object{}}
	}
	return list
}
