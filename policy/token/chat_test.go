package token

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const chatML = `{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}` +
	`{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`

// headers trims what is said and names the time, as Llama 3's kind does.
const headers = `{{- bos_token }}{% set ns = namespace(n=0) %}{%- if date_string is not defined %}{% set date_string = "1 Jan" %}{% endif %}
{%- for m in messages %}{% set ns.n = ns.n + 1 %}
    {{- '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' }}
    {%- if loop.first %}{{ 'Date: ' + date_string + '\n' }}{% endif %}
    {{- m.content | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}`

// thinking writes an empty thought before a new reply and none before old ones.
const thinking = `{%- for m in messages %}{% set c = m.content %}{% if '</think>' in c %}{% set c = c.split('</think>')[1].lstrip('\n') %}{% endif %}` +
	`{{ '<|' + m.role + '|>' + c.strip() + '<|end|>' }}{% endfor %}` +
	`{%- if add_generation_prompt %}{{ '<|assistant|>' }}{% if enable_thinking is defined and not enable_thinking %}{{ '<think></think>' }}{% endif %}{% endif %}`

// blocks has lines of their own, which leave no trace.
const blocks = "{% for m in messages %}\n  {% if m.role %}\n{{ '<|' + m.role + '|>' + m.content }}\n{% endif %}\n{% endfor %}\n{{ '<|assistant|>' }}"

const noSystem = `{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system here') }}{% endif %}[{{ m.role }}]{{ m.content }}{% endfor %}[assistant]`

func TestATemplateIsTakenApart(t *testing.T) {
	for name, c := range map[string]struct {
		template string
		want     Chat
	}{
		"chatml":   {chatML, Chat{"<|im_start|>system\n", "<|im_end|>\n<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n", "<|im_end|>\n<|im_start|>user\n"}},
		"headers":  {headers, Chat{"<s><|start_header_id|>system<|end_header_id|>\n\nDate: 1 Jan\n", "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n"}},
		"thinking": {thinking, Chat{"<|system|>", "<|end|><|user|>", "<|end|><|assistant|><think></think>", "<|end|><|user|>"}},
		"blocks":   {blocks, Chat{"<|system|>", "\n<|user|>", "\n<|assistant|>", "\n<|user|>"}},
		"system":   {noSystem, Chat{"[user]", "\n\n", "[assistant]", "[user]"}},
	} {
		if got, err := parseChat(c.template, "<s>", "</s>"); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
	}
	for name, c := range map[string]struct{ template, says string }{
		"syntax":   {"{% for %}", ""},
		"reversed": {"{% for m in messages[::-1] %}{{ m.content }}{% endfor %}", "in order"},
		"nothing":  {"hello", "as it is"},
		"refuses":  {"{{ raise_exception('tools only') }}", "tools only"},
		"endless":  {"{% for i in range(3000) %}{% for j in range(3000) %}{% endfor %}{% endfor %}", "ranges of more than"},
		"long":     {"{% for i in range(5000) %}" + strings.Repeat("x", 300) + "{% endfor %}", "writes more than"},
		"file":     {"{% include '/etc/hostname' %}", "hostname"},
	} {
		if _, err := parseChat(c.template, "", ""); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: want an error with %q, got %v", name, c.says, err)
		}
	}
}

func TestATemplateIsFoundInEitherFile(t *testing.T) {
	quoted := `"{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"`
	for name, c := range map[string]struct {
		config, jinja, start, says string
	}{
		"none":   {"", "", "", ""},
		"text":   {`{"chat_template": ` + quoted + `}`, "", "<system>", ""},
		"list":   {`{"chat_template": [{"name": "tools", "template": "x"}, {"name": "default", "template": ` + quoted + `}]}`, "", "<system>", ""},
		"jinja":  {`{"chat_template": "x", "bos_token": {"content": "<s>"}}`, headers, "<s><|start_header_id|>system<|end_header_id|>\n\nDate: 1 Jan\n", ""},
		"broken": {`{`, "", "", "tokenizer_config.json"},
		"bad":    {"", "{% if %}", "", "chat_template.jinja"},
	} {
		dir := t.TempDir()
		for file, text := range map[string]string{tokenizerFile: c.config, templateFile: c.jinja} {
			if text != "" {
				os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644)
			}
		}
		got, err := LoadChat(dir)
		if c.says == "" && (err != nil || got.Start != c.start) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: want an error with %q, got %v", name, c.says, err)
		}
	}
}

func TestOpenReadsBothKinds(t *testing.T) {
	for path, byteLevel := range map[string]bool{"testdata/tokenizer.json": false, "testdata/qwen.json": true} {
		tok, err := Open(path)
		if _, got := tok.(*ByteLevel); err != nil || got != byteLevel {
			t.Errorf("%s: %T, %v", path, tok, err)
		}
	}
}

func FuzzChat(f *testing.F) {
	for _, t := range []string{chatML, headers, thinking, noSystem} {
		f.Add(t)
	}
	f.Fuzz(func(t *testing.T, template string) {
		if len(template) < 500 {
			parseChat(template, "<s>", "</s>")
		}
	})
}
