package token

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// endOfWord marks a word's last symbol.
const endOfWord = "</w>"

// The cache of encoded words has a bound, so that pages of noise cannot fill
// the memory: so many words, each of at most so many bytes.
const (
	cacheWords     = 1 << 16
	cacheWordBytes = 64
)

// cache keeps the tokens of words.
type cache struct {
	words sync.Map     // word -> []int32, which nobody changes
	known atomic.Int64 // words in it
}

// get is a word's tokens; encode is asked where they are not known.
func (c *cache) get(word string, encode func() []int32) []int32 {
	if ids, ok := c.words.Load(word); ok {
		return ids.([]int32)
	}
	ids := encode()
	if len(word) <= cacheWordBytes && c.known.Load() < cacheWords {
		if _, there := c.words.LoadOrStore(strings.Clone(word), ids); !there {
			c.known.Add(1)
		}
	}
	return ids
}

type pair struct{ a, b string }

// Tokenizer is safe for many goroutines.
type Tokenizer struct {
	vocab    []string         // by id
	ids      map[string]int32 // of vocab
	specials []string         // ascending by id
	special  map[string]int32 // of specials
	merges   []pair           // as learnt
	rules    rules
	bytes    [256]int32     // the byte tokens
	literal  map[int32]byte // their inverse

	words cache
}

// build puts a tokenizer together and reports what does not fit.
func build(vocab, specials []string, merges []pair) (*Tokenizer, error) {
	t := &Tokenizer{vocab: vocab, specials: specials, merges: merges, ids: make(map[string]int32, len(vocab)),
		special: make(map[string]int32, len(specials)), literal: make(map[int32]byte, 256)}
	for i, s := range vocab {
		t.ids[s] = int32(i)
	}
	for _, s := range specials {
		t.special[s] = t.ids[s]
	}
	for b := range 256 {
		id, ok := t.ids[byteToken(byte(b))]
		if !ok {
			return nil, fmt.Errorf("the byte token %s is not in the vocabulary", byteToken(byte(b)))
		}
		t.bytes[b], t.literal[id] = id, byte(b)
	}
	var err error
	t.rules, err = newRules(t.ids, merges)
	return t, err
}

func byteToken(b byte) string { return fmt.Sprintf("<0x%02X>", b) }

// Size is the number of tokens.
func (t *Tokenizer) Size() int { return len(t.vocab) }

// Special is the id of a special token.
func (t *Tokenizer) Special(name string) (int32, bool) {
	id, ok := t.special[name]
	return id, ok
}

// Encode appends the tokens of text to dst. Special tokens in text are plain
// text.
func (t *Tokenizer) Encode(dst []int32, text string) []int32 {
	for w := range split(text) {
		dst = append(dst, t.words.get(w, func() []int32 { return t.rules.merge(t.symbols(w)) })...)
	}
	return dst
}

// symbols are the tokens of a word's characters, the last one with the mark.
// A symbol that is not in the vocabulary is its bytes, those of the mark too:
// so a word's end can always be told.
func (t *Tokenizer) symbols(word string) []int32 {
	ids := make([]int32, 0, len(word)+len(endOfWord))
	for i, r := range word {
		s := word[i : i+utf8.RuneLen(r)]
		if i+len(s) == len(word) {
			s += endOfWord
		}
		if id, ok := t.ids[s]; ok {
			ids = append(ids, id)
			continue
		}
		for j := range len(s) {
			ids = append(ids, t.bytes[s[j]])
		}
	}
	return ids
}

// Decode is a readable text: one space between words and around special
// tokens, nothing within a word. Ids outside the vocabulary are left out.
func (t *Tokenizer) Decode(ids []int32) string {
	var b []byte
	for _, id := range ids {
		b = t.write(b, id)
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(b), "\uFFFD"))
}

// Pieces is what each token adds to that text, "" where it adds nothing. The
// pieces of a character that is written byte by byte are its bytes.
func (t *Tokenizer) Pieces(ids []int32) []string {
	var b []byte
	ends := make([]int, len(ids)+1) // of the token before
	for i, id := range ids {
		b = t.write(b, id)
		ends[i+1] = len(b)
		for j := i; j > 0 && ends[j] > len(b); j-- { // a word's mark in bytes was taken back
			ends[j] = len(b)
		}
	}
	pieces := make([]string, len(ids))
	for i := range ids {
		pieces[i] = string(b[ends[i]:ends[i+1]])
	}
	return pieces
}

// write appends a token's text to that of those before it.
func (t *Tokenizer) write(b []byte, id int32) []byte {
	if id < 0 || int(id) >= len(t.vocab) {
		return b
	}
	s := t.vocab[id]
	if _, ok := t.special[s]; ok {
		if len(b) > 0 && b[len(b)-1] != ' ' {
			b = append(b, ' ')
		}
		return append(append(b, s...), ' ')
	}
	if raw, ok := t.literal[id]; ok {
		b = append(b, raw)
	} else {
		b = append(b, s...)
	}
	if n := len(b) - len(endOfWord); n >= 0 && string(b[n:]) == endOfWord {
		b = append(b[:n], ' ')
	}
	return b
}
