package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Chat is the text around what is said in a conversation, from a model's chat
// template: Start, the system's text, Ask, what the user says, Reply, what the
// model says, Next, what the user says, Reply and so on. A conversation only
// grows: nothing of it depends on what is said later.
type Chat struct{ Start, Ask, Reply, Next string }

// plainChat is of a model without a template; it starts with the model's first
// token, where that has one.
var plainChat = Chat{"", "\n\n", "\n\n", "\n\n"}

// The files that a template is looked for in, the newer form first.
const (
	templateFile  = "chat_template.jinja"
	tokenizerFile = "tokenizer_config.json"
)

// LoadChat reads the template of a model's folder. Of one that has none the
// parts are set apart by empty lines.
func LoadChat(dir string) (Chat, error) {
	var config struct {
		Template json.RawMessage `json:"chat_template"`
		BOS      json.RawMessage `json:"bos_token"`
		EOS      json.RawMessage `json:"eos_token"`
	}
	path := filepath.Join(dir, tokenizerFile)
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &config)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Chat{}, fmt.Errorf("%s: %w", path, err)
	}
	template := named(config.Template)
	if jinja, err := os.ReadFile(filepath.Join(dir, templateFile)); err == nil {
		path, template = filepath.Join(dir, templateFile), string(jinja)
	} else if !errors.Is(err, os.ErrNotExist) {
		return Chat{}, err
	}
	if template == "" {
		c := plainChat
		c.Start = content(config.BOS)
		return c, nil
	}
	c, err := parseChat(template, content(config.BOS), content(config.EOS))
	if err != nil {
		return c, fmt.Errorf("the chat template of %s: %w", path, err)
	}
	return c, nil
}

// named is the template: a text, or the one named default of a list.
func named(raw json.RawMessage) string {
	var one string
	var list []struct{ Name, Template string }
	if json.Unmarshal(raw, &one) == nil {
		return one
	}
	json.Unmarshal(raw, &list)
	for _, t := range list {
		if t.Name == "default" {
			return t.Template
		}
	}
	return ""
}

// content is a token's text: a string, or an object that has it.
func content(raw json.RawMessage) string {
	var one string
	var object struct{ Content string }
	if json.Unmarshal(raw, &one) == nil {
		return one
	}
	json.Unmarshal(raw, &object)
	return object.Content
}

// marks stand for what is said while a template is taken apart.
var marks = map[string]string{"system": "\uE000S\uE001", "user": "\uE000U\uE001", "assistant": "\uE000A\uE001"}

// parseChat takes a template apart by what it makes of marks.
func parseChat(template, bos, eos string) (Chat, error) {
	t, err := parseTemplate(template)
	if err != nil {
		return Chat{}, err
	}
	render := func(roles ...string) (string, error) {
		var said []any
		for _, r := range roles {
			said = append(said, map[string]any{"role": r, "content": marks[r]})
		}
		return t(map[string]any{"messages": said, "add_generation_prompt": true, "bos_token": bos, "eos_token": eos,
			"enable_thinking": false, "raise_exception": func(s string) (string, error) { return "", errors.New(s) }})
	}
	first, err := render("system", "user")
	whole, err2 := render("system", "user", "assistant", "user")
	if err != nil || !strings.Contains(first, marks["system"]) { // it has no system: the first thing that the user says begins with it
		first, err = render("user")
		whole, err2 = render("user", "assistant", "user")
		ask := marks["system"] + "\n\n" + marks["user"]
		first, whole = strings.Replace(first, marks["user"], ask, 1), strings.Replace(whole, marks["user"], ask, 1)
	}
	if err := errors.Join(err, err2); err != nil {
		return Chat{}, err
	}
	var c Chat
	start, rest, okS := strings.Cut(first, marks["system"])
	ask, reply, okU := strings.Cut(rest, marks["user"])
	c.Start, c.Ask, c.Reply = start, ask, reply
	_, rest, okA := strings.Cut(whole, marks["assistant"])
	next, _, okN := strings.Cut(rest, marks["user"])
	c.Next = next
	if !okS || !okU || !okA || !okN || !strings.HasPrefix(whole, start+marks["system"]+ask+marks["user"]) {
		return c, errors.New("it does not show what is said as it is and in order, with nothing in front that changes later")
	}
	return c, nil
}
