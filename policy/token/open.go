package token

import (
	"encoding/json"
	"fmt"
	"os"
)

// Coder is a tokenizer of either kind. It is safe for many goroutines.
type Coder interface {
	Encode(dst []int32, text string) []int32 // special tokens in text are plain text
	Decode(ids []int32) string
	Pieces(ids []int32) []string // what each id adds to that
	Special(name string) (int32, bool)
	Size() int
	Save(path string) error
}

var _, _ Coder = (*Tokenizer)(nil), (*ByteLevel)(nil)

// Open reads a tokenizer.json of either kind.
func Open(path string) (Coder, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var kind struct {
		PreTokenizer struct{ Type string } `json:"pre_tokenizer"`
	}
	var t Coder
	if json.Unmarshal(text, &kind); kind.PreTokenizer.Type == "Whitespace" {
		t, err = parse(text)
	} else {
		t, err = parseByteLevel(text)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}
