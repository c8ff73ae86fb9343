package token

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func loadByteLevel(path string) (*ByteLevel, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseByteLevel(text)
}

// The files are made by testdata/bytelevel.py with Hugging Face tokenizers.
func TestByteLevelIDsAreThoseOfHuggingFace(t *testing.T) {
	for _, form := range []string{"gpt2", "llama3", "qwen", "smollm"} {
		tok, err := loadByteLevel("testdata/" + form + ".json")
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile("testdata/" + form + ".expected.json")
		if err != nil {
			t.Fatal(err)
		}
		var cases []struct {
			Text, Decoded string
			IDs, Plain    []int32
		}
		if err := json.Unmarshal(text, &cases); err != nil || len(cases) < 40 {
			t.Fatal(len(cases), err)
		}
		for _, c := range cases {
			if got := tok.EncodeAdded(nil, c.Text); !slices.Equal(got, c.IDs) {
				t.Errorf("%s: %q: %v, want %v", form, c.Text, got, c.IDs)
			}
			if got := tok.Encode(nil, c.Text); !slices.Equal(got, c.Plain) {
				t.Errorf("%s: %q without added tokens: %v, want %v", form, c.Text, got, c.Plain)
			}
			if got := tok.Decode(c.IDs); got != c.Decoded {
				t.Errorf("%s: %q decodes to %q, want %q", form, c.Text, got, c.Decoded)
			}
		}
	}
}

func TestBytesThatAreNoTextAreRead(t *testing.T) {
	tok, err := loadByteLevel("testdata/qwen.json")
	if err != nil {
		t.Fatal(err)
	}
	if got := tok.Decode(tok.Encode(nil, "a\xff\xc3 b\xe6\x97")); got != "a\uFFFD\uFFFD b\uFFFD\uFFFD" {
		t.Errorf("%q", got)
	}
	half := tok.Encode(nil, "日")
	if got := tok.Decode(half[:len(half)-1]); !strings.Contains(got, "\uFFFD") {
		t.Errorf("half a character decodes to %q", got)
	}
	if got := tok.Decode([]int32{-1, int32(tok.Size()), 1 << 30}); got != "" {
		t.Errorf("ids outside the vocabulary decode to %q", got)
	}
}

func TestAByteLevelFileIsWrittenBackAsItWas(t *testing.T) {
	tok, err := loadByteLevel("testdata/llama3.json")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tokenizer.json")
	if err := tok.Save(path); err != nil {
		t.Fatal(err)
	}
	a, _ := os.ReadFile("testdata/llama3.json")
	b, _ := os.ReadFile(path)
	if string(a) != string(b) {
		t.Error("the file differs")
	}
}

func TestByteLevelRefusesWhatItDoesNotKnowByName(t *testing.T) {
	good, err := os.ReadFile("testdata/qwen.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, says string }{
		{`{"type":"NFC"}`, `{"type":"NFKC"}`, "NFKC"},
		{`"Isolated"`, `"Removed"`, "Removed"},
		{`"type":"Split"`, `"type":"Metaspace"`, "Metaspace"},
		{`"type":"BPE"`, `"type":"Unigram"`, "Unigram"},
		{`"byte_fallback":false`, `"byte_fallback":true`, "byte_fallback"},
		{`"end_of_word_suffix":null`, `"end_of_word_suffix":"</w>"`, "end_of_word_suffix"},
		{`"dropout":null`, `"dropout":0.1`, "dropout"},
		{`"lstrip":false`, `"lstrip":true`, "<|endoftext|>"},
		{`"id":466,`, `"id":3,`, "<|endoftext|>"},
		{`"!":0,`, `"!!!!":0,`, "0x21"},
		{`\\s+(?!\\S)`, `\\s+(?!\\S`, "pattern"},
		{`"decoder":{"type":"ByteLevel"`, `"decoder":{"type":"Fuse"`, "decoder"},
		{`{`, `[`, "tokenizer.json"},
	} {
		text := strings.Replace(string(good), c.old, c.new, 1)
		if text == string(good) {
			t.Fatalf("%s is not in the file", c.old)
		}
		if _, err := parseByteLevel([]byte(text)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s for %s: %v", c.new, c.old, err)
		}
	}
}

func FuzzByteLevel(f *testing.F) {
	good, _ := os.ReadFile("testdata/qwen.json")
	f.Add(good, "a 1")
	f.Add([]byte(`{"model":{"type":"BPE","vocab":{"a":-1}},"decoder":{"type":"ByteLevel"},"pre_tokenizer":{"type":"ByteLevel"}}`), "")
	f.Fuzz(func(t *testing.T, file []byte, text string) {
		if tok, err := parseByteLevel(file); err == nil {
			tok.Decode(tok.EncodeAdded(nil, text))
		}
	})
}

func FuzzByteLevelText(f *testing.F) {
	tok, err := loadByteLevel("testdata/llama3.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add("don't \n\n 1234 <|eot_id|> 日本")
	f.Fuzz(func(t *testing.T, text string) {
		want := string([]rune(text))
		if got := tok.Decode(tok.Encode(nil, text)); got != want {
			t.Errorf("%q came back as %q", want, got)
		}
	})
}

func BenchmarkByteLevel(b *testing.B) {
	tok, err := loadByteLevel("testdata/qwen.json")
	if err != nil {
		b.Fatal(err)
	}
	text := strings.Repeat("The agent reads the page of 42 results and clicks the button.\n", 100)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		tok.Encode(nil, text)
	}
}
