package token

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
	"golang.org/x/text/unicode/norm"

	"github.com/turngym/turngym/policy/weights"
)

// ByteLevel is the tokenizer of a checkpoint from elsewhere: byte-pair encoding
// of UTF-8 bytes within pieces that patterns cut, as GPT-2, Llama 3 and Qwen have
// it. It gives the ids of Hugging Face's library. It is safe for many
// goroutines.
type ByteLevel struct {
	source  []byte // the file, which is written back as it was
	nfc     bool
	cuts    []cut
	ids     map[string]int32
	vocab   []string // by id, in the characters of bytes; added tokens as they are
	rules   rules
	whole   bool // a piece that is a token is not merged (ignore_merges)
	bytes   [256]int32
	added   map[string]int32
	longest []string // added tokens, those first that begin with another
	literal map[int32]string
	pieces  cache
}

// cut splits each piece further.
type cut func(dst []string, piece string) []string

// gpt2 is the pattern that the ByteLevel component has built in.
const gpt2 = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

// patternTime bounds what a pattern of a file may take for one text.
const patternTime = 5 * time.Second

type byteLevelFile struct {
	AddedTokens  []added        `json:"added_tokens"`
	Normalizer   *step          `json:"normalizer"`
	PreTokenizer *step          `json:"pre_tokenizer"`
	Decoder      *step          `json:"decoder"`
	Model        byteLevelModel `json:"model"`
	// What a post_processor adds, a chat template writes itself.
}

type byteLevelModel struct {
	Type         string            `json:"type"`
	Dropout      *float64          `json:"dropout"`
	Prefix       *string           `json:"continuing_subword_prefix"`
	Suffix       *string           `json:"end_of_word_suffix"`
	ByteFallback bool              `json:"byte_fallback"`
	IgnoreMerges bool              `json:"ignore_merges"`
	Vocab        map[string]int32  `json:"vocab"`
	Merges       []json.RawMessage `json:"merges"`
}

// step is a normalizer, a pre-tokenizer or a decoder.
type step struct {
	Type          string `json:"type"`
	PreTokenizers []step `json:"pretokenizers"`
	Normalizers   []step `json:"normalizers"`
	Pattern       struct {
		Regex  string `json:"Regex"`
		String string `json:"String"`
	} `json:"pattern"`
	Behavior       string `json:"behavior"`
	Invert         bool   `json:"invert"`
	AddPrefixSpace bool   `json:"add_prefix_space"`
	UseRegex       *bool  `json:"use_regex"`
	Individual     bool   `json:"individual_digits"`
}

// byteChars is the character that stands for each byte: printable bytes for
// themselves, the others in order from U+0100 on (GPT-2, encoder.py).
var byteChars = func() (chars [256]string) {
	next := rune(256)
	for b := range 256 {
		if b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae {
			chars[b] = string(rune(b))
		} else {
			chars[b] = string(next)
			next++
		}
	}
	return chars
}()

// Save writes the file that was loaded.
func (t *ByteLevel) Save(path string) error { return weights.Atomic(path, t.source) }

// parseByteLevel reads a tokenizer.json. Components that a ByteLevel does not
// have are refused by name.
func parseByteLevel(text []byte) (*ByteLevel, error) {
	var f byteLevelFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("not a tokenizer.json: %w; fetch it again", err)
	}
	t := &ByteLevel{source: text, ids: f.Model.Vocab, whole: f.Model.IgnoreMerges, added: map[string]int32{}, literal: map[int32]string{}}
	if err := errors.Join(t.normalizer(f.Normalizer), t.preTokenizer(f.PreTokenizer), f.check()); err != nil {
		return nil, err
	}
	size := len(f.Model.Vocab) + len(f.AddedTokens) // ids have no gaps, though the two may overlap
	t.vocab = make([]string, size)
	place := func(s string, id int32) error {
		if s == "" || id < 0 || int(id) >= size || t.vocab[id] != "" && t.vocab[id] != s {
			return fmt.Errorf("token %q has the id %d, which is taken or out of range", s, id)
		}
		t.vocab[id] = s
		return nil
	}
	for s, id := range f.Model.Vocab {
		if err := place(s, id); err != nil {
			return nil, err
		}
	}
	for _, a := range f.AddedTokens {
		if err := place(a.Content, a.ID); err != nil {
			return nil, err
		}
		t.added[a.Content], t.literal[a.ID] = a.ID, a.Content
		t.longest = append(t.longest, a.Content)
	}
	slices.SortFunc(t.longest, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	for n := len(t.vocab); n > 0 && t.vocab[n-1] == ""; n-- {
		t.vocab = t.vocab[:n-1]
	}
	for b, c := range byteChars {
		id, ok := t.ids[c]
		if !ok {
			return nil, fmt.Errorf("the byte 0x%02X, %q, is not in the vocabulary", b, c)
		}
		t.bytes[b] = id
	}
	merges, err := f.merges()
	if err == nil {
		t.rules, err = newRules(t.ids, merges)
	}
	return t, err
}

// check reports what else in the file this package does not do.
func (f *byteLevelFile) check() error {
	var errs []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf(format+", which is not known here", args...))
		}
	}
	m := &f.Model
	refuse(m.Type != "BPE", "its model is %q", m.Type)
	refuse(m.Prefix != nil && *m.Prefix != "", "its model has a continuing_subword_prefix")
	refuse(m.Suffix != nil && *m.Suffix != "", "its model has an end_of_word_suffix")
	refuse(m.Dropout != nil && *m.Dropout != 0, "its model has dropout")
	refuse(m.ByteFallback, "its model has byte_fallback")
	refuse(f.Decoder == nil || f.Decoder.Type != "ByteLevel", "its decoder is not ByteLevel")
	for _, a := range f.AddedTokens {
		refuse(a.LStrip || a.RStrip || a.SingleWord, "its added token %q takes spaces or whole words", a.Content)
	}
	return errors.Join(errs...)
}

// merges are pairs, or texts with a space between.
func (f *byteLevelFile) merges() ([]pair, error) {
	out := make([]pair, len(f.Model.Merges))
	for i, raw := range f.Model.Merges {
		var two [2]string
		var one string
		if json.Unmarshal(raw, &one) == nil {
			a, b, ok := strings.Cut(one, " ")
			if !ok {
				return nil, fmt.Errorf("merge %d, %q, is not two tokens", i, one)
			}
			two = [2]string{a, b}
		} else if err := json.Unmarshal(raw, &two); err != nil {
			return nil, fmt.Errorf("merge %d: %w", i, err)
		}
		out[i] = pair{two[0], two[1]}
	}
	return out, nil
}

func (t *ByteLevel) normalizer(n *step) error {
	switch {
	case n == nil:
		return nil
	case n.Type == "NFC":
		t.nfc = true
		return nil
	case n.Type == "Sequence":
		var errs []error
		for i := range n.Normalizers {
			errs = append(errs, t.normalizer(&n.Normalizers[i]))
		}
		return errors.Join(errs...)
	}
	return fmt.Errorf("its normalizer is %q; only NFC is known here", n.Type)
}

func (t *ByteLevel) preTokenizer(p *step) error {
	if p == nil {
		return errors.New("it has no pre_tokenizer; only those with ByteLevel are known here")
	}
	switch p.Type {
	case "Sequence":
		var errs []error
		for i := range p.PreTokenizers {
			errs = append(errs, t.preTokenizer(&p.PreTokenizers[i]))
		}
		return errors.Join(errs...)
	case "ByteLevel":
		if p.AddPrefixSpace {
			return errors.New("its pre_tokenizer has add_prefix_space, which is not known here")
		}
		if p.UseRegex == nil || *p.UseRegex {
			return t.pattern(gpt2)
		}
		return nil
	case "Split":
		if p.Behavior != "Isolated" || p.Invert || p.Pattern.Regex == "" {
			return fmt.Errorf("its pre_tokenizer splits %s; only Isolated by a Regex is known here", p.Behavior)
		}
		return t.pattern(p.Pattern.Regex)
	case "Digits":
		if p.Individual {
			return t.pattern(`\p{Nd}|\p{Nl}|\p{No}`)
		}
		return t.pattern(`[\p{Nd}\p{Nl}\p{No}]+`)
	}
	return fmt.Errorf("its pre_tokenizer is %q; ByteLevel, Split, Digits and a Sequence of them are known here", p.Type)
}

// pattern adds a cut into what matches and what lies between.
func (t *ByteLevel) pattern(p string) error {
	re, err := regexp2.Compile(p, regexp2.None)
	if err != nil {
		return fmt.Errorf("its pre_tokenizer has the pattern %q: %w", p, err)
	}
	re.MatchTimeout = patternTime
	t.cuts = append(t.cuts, func(dst []string, piece string) []string {
		runes := []rune(piece)
		at := 0
		for m, err := re.FindRunesMatch(runes); m != nil && err == nil; m, err = re.FindNextMatch(m) {
			if m.RuneIndex > at {
				dst = append(dst, string(runes[at:m.RuneIndex]))
			}
			if at = m.RuneIndex + m.RuneLength; m.RuneLength > 0 {
				dst = append(dst, m.String())
			}
		}
		if at < len(runes) { // a pattern that takes too long leaves the rest in one piece
			dst = append(dst, string(runes[at:]))
		}
		return dst
	})
	return nil
}

// Size is one more than the highest id.
func (t *ByteLevel) Size() int { return len(t.vocab) }

// Special is the id of an added token.
func (t *ByteLevel) Special(name string) (int32, bool) {
	id, ok := t.added[name]
	return id, ok
}

// Encode appends the tokens of text to dst. Added tokens in text are plain text.
// Bytes that are not UTF-8 become U+FFFD.
func (t *ByteLevel) Encode(dst []int32, text string) []int32 {
	if !utf8.ValidString(text) {
		text = string([]rune(text))
	}
	if t.nfc {
		text = norm.NFC.String(text)
	}
	pieces := []string{text}
	for _, c := range t.cuts {
		var next []string
		for _, p := range pieces {
			next = c(next, p)
		}
		pieces = next
	}
	for _, p := range pieces {
		dst = append(dst, t.pieces.get(p, func() []int32 { return t.piece(p) })...)
	}
	return dst
}

// EncodeAdded is Encode of a text in which added tokens count as such: of a
// template, never of what somebody else has written.
func (t *ByteLevel) EncodeAdded(dst []int32, text string) []int32 {
	from := 0
	for at := 0; at < len(text); {
		token := ""
		for _, a := range t.longest {
			if strings.HasPrefix(text[at:], a) {
				token = a
				break
			}
		}
		if token == "" {
			at++
			continue
		}
		if at > from {
			dst = t.Encode(dst, text[from:at])
		}
		dst = append(dst, t.added[token])
		at += len(token)
		from = at
	}
	if from < len(text) {
		dst = t.Encode(dst, text[from:])
	}
	return dst
}

func (t *ByteLevel) piece(p string) []int32 {
	if t.whole {
		var b strings.Builder
		for i := range len(p) {
			b.WriteString(byteChars[p[i]])
		}
		if id, ok := t.ids[b.String()]; ok {
			return []int32{id}
		}
	}
	ids := make([]int32, len(p))
	for i := range len(p) {
		ids[i] = t.bytes[p[i]]
	}
	return t.rules.merge(ids)
}

// Decode is the text of ids, added tokens among it. What is not UTF-8 becomes
// U+FFFD; ids outside the vocabulary are left out.
func (t *ByteLevel) Decode(ids []int32) string {
	return strings.ToValidUTF8(strings.Join(t.Pieces(ids), ""), "\uFFFD")
}

// Pieces is the bytes of each token.
func (t *ByteLevel) Pieces(ids []int32) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		if s, ok := t.literal[id]; ok {
			out[i] = s
		} else if id >= 0 && int(id) < len(t.vocab) {
			var b []byte
			for _, r := range t.vocab[id] {
				b = append(b, charBytes[r]...)
			}
			out[i] = string(b)
		}
	}
	return out
}

// charBytes is the byte that a character stands for.
var charBytes = func() map[rune]string {
	m := make(map[rune]string, 256)
	for b, c := range byteChars {
		r, _ := utf8.DecodeRuneInString(c)
		m[r] = string([]byte{byte(b)})
	}
	return m
}()
