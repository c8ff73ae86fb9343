package token

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// expected.json has the ids that Hugging Face tokenizers 0.23.3 gives for
// tokenizer.json beside it.
func TestIDsAreThoseOfHuggingFace(t *testing.T) {
	tok, err := Open("testdata/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Text string
		IDs  []int32
	}
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) < 100 {
		t.Fatal(len(cases), err)
	}
	for _, c := range cases {
		if got := tok.Encode(nil, c.Text); !slices.Equal(got, c.IDs) {
			t.Errorf("%q: %v, want %v", c.Text, got, c.IDs)
		}
	}
}

func TestSaveAndLoadGiveTheSameTokens(t *testing.T) {
	tok := Train(texts, []string{"<a>", "<b>"}, 500)
	path := filepath.Join(t.TempDir(), "tokenizer.json")
	if err := tok.Save(path); err != nil {
		t.Fatal(err)
	}
	again, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(texts, "\xff odd  bytes\t") {
		if a, b := tok.Encode(nil, s), again.Encode(nil, s); !slices.Equal(a, b) {
			t.Errorf("%q: %v, then %v", s, a, b)
		}
	}
	if err := again.Save(path + "2"); err != nil {
		t.Fatal(err)
	}
	one, _ := os.ReadFile(path)
	two, _ := os.ReadFile(path + "2")
	if !bytes.Equal(one, two) {
		t.Error("saved again, the file differs")
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestLoadRefusesWhatItDoesNotKnowByName(t *testing.T) {
	good, err := os.ReadFile("testdata/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, says string }{
		{`"Lowercase"`, `"NFKC"`, "NFKC"},
		{`"Whitespace"`, `"ByteLevel"`, "ByteLevel"},
		{`"BPEDecoder"`, `"WordPiece"`, "WordPiece"},
		{`"post_processor": null`, `"post_processor": {"type": "TemplateProcessing"}`, "TemplateProcessing"},
		{`"type": "BPE"`, `"type": "Unigram"`, "Unigram"},
		{`"byte_fallback": true`, `"byte_fallback": false`, "byte_fallback"},
		{`"end_of_word_suffix": "</w>"`, `"end_of_word_suffix": null`, "end_of_word_suffix"},
		{`"continuing_subword_prefix": null`, `"continuing_subword_prefix": "##"`, "continuing_subword_prefix"},
		{`"dropout": null`, `"dropout": 0.1`, "dropout"},
		{`"ignore_merges": false`, `"ignore_merges": true`, "ignore_merges"},
		{`"<0x41>"`, `"<0x4G>"`, "<0x41>"},
		{`"content": "\u003ca\u003e"`, `"content": "other"`, "other"},
		{`{`, `[`, "tokenizer.json"},
	} {
		text := bytes.Replace(good, []byte(c.old), []byte(c.new), 1)
		if bytes.Equal(text, good) {
			text = bytes.Replace(good, []byte(strings.NewReplacer("<", `\u003c`, ">", `\u003e`).Replace(c.old)), []byte(c.new), 1)
		}
		if bytes.Equal(text, good) {
			t.Fatalf("%s is not in the file", c.old)
		}
		path := filepath.Join(t.TempDir(), "tokenizer.json")
		os.WriteFile(path, text, 0o644)
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s for %s: %v", c.new, c.old, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	good, _ := os.ReadFile("testdata/tokenizer.json")
	f.Add(good)
	f.Add([]byte(`{"model":{"type":"BPE"}}`))
	f.Add([]byte(`{"added_tokens":[{"id":-1}],"model":{"vocab":{"":0}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if tok, err := parse(b); err == nil {
			tok.Decode(tok.Encode(nil, "Click 日本語 <a>"))
		}
	})
}
