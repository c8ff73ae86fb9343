package token

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// file is the part of Hugging Face's tokenizer.json that this package writes
// and reads.
type file struct {
	Version       string     `json:"version"`
	AddedTokens   []added    `json:"added_tokens"`
	Normalizer    *component `json:"normalizer"`
	PreTokenizer  *component `json:"pre_tokenizer"`
	PostProcessor *component `json:"post_processor"`
	Decoder       *component `json:"decoder"`
	Model         bpe        `json:"model"`
}

type added struct {
	ID         int32  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

type component struct {
	Type   string `json:"type"`
	Suffix string `json:"suffix,omitempty"`
}

type bpe struct {
	Type         string           `json:"type"`
	Suffix       string           `json:"end_of_word_suffix"`
	ByteFallback bool             `json:"byte_fallback"`
	Vocab        map[string]int32 `json:"vocab"`
	Merges       [][2]string      `json:"merges"`
}

// Save writes tokenizer.json.
func (t *Tokenizer) Save(path string) error {
	f := file{Version: "1.0", Normalizer: &component{Type: "Lowercase"}, PreTokenizer: &component{Type: "Whitespace"},
		Decoder: &component{Type: "BPEDecoder", Suffix: endOfWord},
		Model:   bpe{Type: "BPE", Suffix: endOfWord, ByteFallback: true, Vocab: t.ids}}
	for _, s := range t.specials {
		f.AddedTokens = append(f.AddedTokens, added{ID: t.ids[s], Content: s, Special: true})
	}
	for _, m := range t.merges {
		f.Model.Merges = append(f.Model.Merges, [2]string{m.a, m.b})
	}
	text, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

// Load reads what Save wrote. Components that this package does not have are
// refused by name.
func Load(path string) (*Tokenizer, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

func parse(text []byte) (*Tokenizer, error) {
	var f file
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("not a tokenizer.json: %w", err)
	}
	for _, c := range []struct {
		what string
		got  *component
		want string
	}{{"normalizer", f.Normalizer, "Lowercase"}, {"pre_tokenizer", f.PreTokenizer, "Whitespace"}, {"decoder", f.Decoder, "BPEDecoder"}} {
		if c.got == nil || c.got.Type != c.want {
			return nil, fmt.Errorf("its %s is not %s, the only one known here", c.what, c.want)
		}
	}
	if f.Model.Type != "BPE" || f.Model.Suffix != endOfWord || !f.Model.ByteFallback {
		return nil, fmt.Errorf("its model is not BPE with %s and byte fallback", endOfWord)
	}
	vocab := make([]string, len(f.Model.Vocab))
	for s, id := range f.Model.Vocab {
		if id < 0 || int(id) >= len(vocab) || vocab[id] != "" {
			return nil, fmt.Errorf("token %q has the id %d, which is taken or out of range", s, id)
		}
		vocab[id] = s
	}
	var specials []string
	for _, a := range f.AddedTokens {
		if int(a.ID) >= len(vocab) || a.ID < 0 || vocab[a.ID] != a.Content {
			return nil, fmt.Errorf("added token %q is not in the vocabulary", a.Content)
		}
		specials = append(specials, a.Content)
	}
	var merges []pair
	for _, m := range f.Model.Merges {
		merges = append(merges, pair{m[0], m[1]})
	}
	t := build(vocab, specials, merges)
	slices.SortFunc(t.specials, t.compare)
	return t, nil
}
