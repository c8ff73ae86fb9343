// Package token is the tokenizer of the tiny presets: byte-pair encoding
// (Sennrich et al. 2016) learnt from the environments' own text, so that
// nearly every word is one token. Text is lower-cased and cut into words and
// punctuation; merges stay within a word, whose last symbol carries "</w>".
//
// It is stored as a Hugging Face tokenizer.json. Characters that were never
// seen become byte tokens (<0xE2>), so anything can be encoded.
package token

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// endOfWord marks a word's last symbol.
const endOfWord = "</w>"

type pair struct{ a, b string }

// Tokenizer is safe for many goroutines.
type Tokenizer struct {
	vocab    []string         // by id
	ids      map[string]int32 // of vocab
	specials []string
	merges   []pair
	rank     map[pair]int
	words    sync.Map // word -> []int32
}

func build(vocab, specials []string, merges []pair) *Tokenizer {
	t := &Tokenizer{vocab: vocab, specials: specials, merges: merges, ids: make(map[string]int32, len(vocab)), rank: make(map[pair]int, len(merges))}
	for i, s := range vocab {
		t.ids[s] = int32(i)
	}
	for i, m := range merges {
		t.rank[m] = i
	}
	return t
}

// Train learns a tokenizer of at most size tokens: the specials first, the 256
// bytes, the characters of the texts, and then merges, the most frequent pair
// first (ties by text, so that it is deterministic).
func Train(texts, specials []string, size int) *Tokenizer {
	counts := map[string]int{}
	for _, text := range texts {
		for _, w := range split(text) {
			counts[w]++
		}
	}
	vocab := slices.Clone(specials)
	for b := range 256 {
		vocab = append(vocab, byteToken(byte(b)))
	}
	type entry struct {
		symbols []string
		count   int
	}
	var words []entry
	seen := map[string]bool{}
	for w, n := range counts {
		e := entry{symbols(w), n}
		for _, s := range e.symbols {
			seen[s] = true
		}
		words = append(words, e)
	}
	slices.SortFunc(words, func(a, b entry) int { return slices.Compare(a.symbols, b.symbols) })
	var chars []string
	for s := range seen {
		chars = append(chars, s)
	}
	slices.Sort(chars)
	vocab = append(vocab, chars...)
	var merges []pair
	for len(vocab) < size {
		freq := map[pair]int{}
		for _, e := range words {
			for i := range len(e.symbols) - 1 {
				freq[pair{e.symbols[i], e.symbols[i+1]}] += e.count
			}
		}
		best, top := pair{}, 0
		for p, n := range freq {
			if n > top || n == top && (p.a < best.a || p.a == best.a && p.b < best.b) {
				best, top = p, n
			}
		}
		if top < 2 {
			break
		}
		merges = append(merges, best)
		if joined := best.a + best.b; !seen[joined] {
			seen[joined] = true
			vocab = append(vocab, joined)
		}
		for i := range words {
			words[i].symbols = join(words[i].symbols, best)
		}
	}
	return build(vocab, specials, merges)
}

// symbols are a word's characters, the last one with the mark.
func symbols(word string) []string {
	var s []string
	for _, r := range word {
		s = append(s, string(r))
	}
	s[len(s)-1] += endOfWord
	return s
}

// join merges every occurrence of p, in place.
func join(s []string, p pair) []string {
	out := s[:0]
	for i := 0; i < len(s); i++ {
		if i+1 < len(s) && s[i] == p.a && s[i+1] == p.b {
			out = append(out, p.a+p.b)
			i++
		} else {
			out = append(out, s[i])
		}
	}
	return out
}

// split cuts text as the regular expression \w+|[^\w\s]+ does, lower-cased.
func split(text string) []string {
	const space, word, other = 0, 1, 2
	var out []string
	start, kind := 0, space
	text = strings.ToLower(strings.ToValidUTF8(text, "\uFFFD"))
	for i, r := range text {
		k := other
		switch {
		case unicode.IsSpace(r):
			k = space
		case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			k = word
		}
		if k != kind {
			if kind != space {
				out = append(out, text[start:i])
			}
			start, kind = i, k
		}
	}
	if kind != space {
		out = append(out, text[start:])
	}
	return out
}

func byteToken(b byte) string { return fmt.Sprintf("<0x%02X>", b) }

// Size is the number of tokens.
func (t *Tokenizer) Size() int { return len(t.vocab) }

// Special is the id of a special token.
func (t *Tokenizer) Special(name string) (int32, bool) {
	if !slices.Contains(t.specials, name) {
		return 0, false
	}
	return t.ids[name], true
}

// Encode appends the tokens of text. Special tokens in text are plain text.
func (t *Tokenizer) Encode(dst []int32, text string) []int32 {
	for _, w := range split(text) {
		if ids, ok := t.words.Load(w); ok {
			dst = append(dst, ids.([]int32)...)
			continue
		}
		ids := t.word(w)
		t.words.Store(strings.Clone(w), ids)
		dst = append(dst, ids...)
	}
	return dst
}

// word encodes one word by merging the pair that was learnt first.
func (t *Tokenizer) word(w string) []int32 {
	s := symbols(w)
	for len(s) > 1 {
		best, at := len(t.merges), pair{}
		for i := range len(s) - 1 {
			p := pair{s[i], s[i+1]}
			if r, ok := t.rank[p]; ok && r < best {
				best, at = r, p
			}
		}
		if best == len(t.merges) {
			break
		}
		s = join(s, at)
	}
	var ids []int32
	for _, x := range s {
		if id, ok := t.ids[x]; ok {
			ids = append(ids, id)
			continue
		}
		for _, b := range []byte(strings.TrimSuffix(x, endOfWord)) {
			ids = append(ids, t.ids[byteToken(b)])
		}
	}
	return ids
}

// Decode is a readable text: words are separated by one space.
func (t *Tokenizer) Decode(ids []int32) string {
	var b []byte
	space := func() {
		if len(b) > 0 && b[len(b)-1] != ' ' {
			b = append(b, ' ')
		}
	}
	for _, id := range ids {
		if id < 0 || int(id) >= len(t.vocab) {
			continue
		}
		s := t.vocab[id]
		var raw byte
		switch {
		case slices.Contains(t.specials, s):
			space()
			b = append(append(b, s...), ' ')
		case strings.HasSuffix(s, endOfWord):
			b = append(append(b, strings.TrimSuffix(s, endOfWord)...), ' ')
		default:
			if n, _ := fmt.Sscanf(s, "<0x%02X>", &raw); n == 1 && len(s) == 6 {
				b = append(b, raw)
			} else {
				b = append(b, s...)
			}
		}
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(b), "\uFFFD"))
}

// compare orders specials by id, for Save.
func (t *Tokenizer) compare(a, b string) int { return cmp.Compare(t.ids[a], t.ids[b]) }
