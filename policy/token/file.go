package token

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/turngym/turngym/policy/weights"
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

func (c *component) String() string {
	if c == nil {
		return "none"
	}
	return fmt.Sprintf("%q", c.Type)
}

type bpe struct {
	Type         string           `json:"type"`
	Dropout      *float64         `json:"dropout"`
	Unknown      *string          `json:"unk_token"`
	Prefix       *string          `json:"continuing_subword_prefix"`
	Suffix       *string          `json:"end_of_word_suffix"`
	FuseUnknown  bool             `json:"fuse_unk"`
	ByteFallback bool             `json:"byte_fallback"`
	IgnoreMerges bool             `json:"ignore_merges"`
	Vocab        map[string]int32 `json:"vocab"`
	Merges       [][2]string      `json:"merges"`
}

// Save writes tokenizer.json, whole or not at all.
func (t *Tokenizer) Save(path string) error {
	suffix := endOfWord
	f := file{Version: "1.0", AddedTokens: []added{}, Normalizer: &component{Type: "Lowercase"}, PreTokenizer: &component{Type: "Whitespace"},
		Decoder: &component{Type: "BPEDecoder", Suffix: endOfWord},
		Model:   bpe{Type: "BPE", Suffix: &suffix, ByteFallback: true, Vocab: t.ids, Merges: [][2]string{}}}
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
	return weights.Atomic(path, text)
}

// parse reads what Save wrote. Components that a Tokenizer does not have are
// refused by name.
func parse(text []byte) (*Tokenizer, error) {
	var f file
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("not a tokenizer.json: %w; delete it or restore a backup", err)
	}
	if err := f.known(); err != nil {
		return nil, err
	}
	vocab := make([]string, len(f.Model.Vocab))
	for s, id := range f.Model.Vocab {
		if s == "" || id < 0 || int(id) >= len(vocab) || vocab[id] != "" {
			return nil, fmt.Errorf("token %q has the id %d, which is taken or out of range", s, id)
		}
		vocab[id] = s
	}
	var specials []string
	slices.SortFunc(f.AddedTokens, func(a, b added) int { return cmp.Compare(a.ID, b.ID) })
	for i, a := range f.AddedTokens {
		if int(a.ID) >= len(vocab) || a.ID < 0 || vocab[a.ID] != a.Content || i > 0 && f.AddedTokens[i-1].ID == a.ID {
			return nil, fmt.Errorf("added token %q is there twice or is not token %d of the vocabulary", a.Content, a.ID)
		}
		specials = append(specials, a.Content)
	}
	var merges []pair
	for _, m := range f.Model.Merges {
		merges = append(merges, pair{m[0], m[1]})
	}
	return build(vocab, specials, merges)
}

// known reports everything in the file that this package does not do.
func (f *file) known() error {
	var errs []error
	for _, c := range []struct {
		what string
		got  *component
		want string
	}{{"normalizer", f.Normalizer, "Lowercase"}, {"pre_tokenizer", f.PreTokenizer, "Whitespace"}, {"decoder", f.Decoder, "BPEDecoder"}} {
		if c.got == nil || c.got.Type != c.want {
			errs = append(errs, fmt.Errorf("its %s is %v; only %q is known here", c.what, c.got, c.want))
		}
	}
	if f.PostProcessor != nil {
		errs = append(errs, fmt.Errorf("its post_processor is %v; none is known here", f.PostProcessor))
	}
	m := &f.Model
	if m.Type != "BPE" {
		return errors.Join(append(errs, fmt.Errorf("its model is %q; only %q is known here", m.Type, "BPE"))...)
	}
	refuse := func(bad bool, what string) {
		if bad {
			errs = append(errs, fmt.Errorf("its model has %s, which is not known here", what))
		}
	}
	refuse(m.Suffix == nil || *m.Suffix != endOfWord, "an end_of_word_suffix other than "+endOfWord)
	refuse(!m.ByteFallback, "no byte_fallback")
	refuse(m.Prefix != nil && *m.Prefix != "", "a continuing_subword_prefix")
	refuse(m.Dropout != nil && *m.Dropout != 0, "dropout")
	refuse(m.IgnoreMerges, "ignore_merges")
	return errors.Join(errs...)
}
