package token

import (
	"cmp"
	"maps"
	"slices"
)

// Train learns a tokenizer of at most size tokens: the specials first, the 256
// bytes (these in any case), the characters of the texts, most frequent first
// where not all have room, and then merges, the most frequent pair first. Ties
// go by text, so that the same texts give the same tokenizer.
func Train(texts, specials []string, size int) *Tokenizer {
	counts := map[string]int{}
	for _, text := range texts {
		for w := range split(text) {
			counts[w]++
		}
	}
	var vocab []string
	taken := map[string]bool{}
	add := func(s string) {
		if !taken[s] {
			taken[s] = true
			vocab = append(vocab, s)
		}
	}
	for _, s := range specials {
		add(s)
	}
	specials = slices.Clone(vocab)
	for b := range 256 {
		add(byteToken(byte(b)))
	}
	reserved := maps.Clone(taken)
	for _, s := range alphabet(counts, size-len(vocab)) {
		add(s)
	}
	l := learner{where: map[pair][]int{}, freq: map[pair]int{}}
	for _, w := range slices.Sorted(maps.Keys(counts)) {
		l.add(w, counts[w], taken)
	}
	var merges []pair
	for len(vocab) < size {
		p, n := l.best()
		if n < 2 {
			break
		}
		if reserved[p.a+p.b] { // text must never become a special token
			delete(l.freq, p)
			l.never = append(l.never, p)
			continue
		}
		merges = append(merges, p)
		add(p.a + p.b)
		l.join(p)
	}
	t, err := build(vocab, specials, merges)
	if err != nil {
		panic("token: " + err.Error()) // all of it was put into the vocabulary above
	}
	return t
}

// alphabet is the texts' symbols in order of text, at most room of them.
func alphabet(counts map[string]int, room int) []string {
	freq := map[string]int{}
	for w, n := range counts {
		for _, s := range symbols(w) {
			freq[s] += n
		}
	}
	all := slices.Sorted(maps.Keys(freq))
	if room = max(0, room); len(all) > room {
		slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(freq[b], freq[a]) })
		all = all[:room]
		slices.Sort(all)
	}
	return all
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

// learner counts pairs. A merge changes the counts only where it happens:
// counting anew for each would take words times merges.
type learner struct {
	words []counted
	freq  map[pair]int
	where map[pair][]int // the words that have, or once had, the pair
	never []pair         // pairs that are not to be merged
}

type counted struct {
	symbols []string
	count   int
}

// add takes a word, without the symbols that have no token: nothing merges
// across those.
func (l *learner) add(word string, count int, taken map[string]bool) {
	from, all := 0, symbols(word)
	for i := 0; i <= len(all); i++ {
		if i < len(all) && taken[all[i]] {
			continue
		}
		if i-from > 1 {
			l.words = append(l.words, counted{slices.Clone(all[from:i]), count})
			l.count(len(l.words)-1, 1)
		}
		from = i + 1
	}
}

// count adds a word's pairs, sign times.
func (l *learner) count(word, sign int) {
	w := l.words[word]
	for i := range len(w.symbols) - 1 {
		p := pair{w.symbols[i], w.symbols[i+1]}
		if slices.Contains(l.never, p) {
			continue
		}
		if l.freq[p] += sign * w.count; l.freq[p] == 0 {
			delete(l.freq, p)
		}
		if at := l.where[p]; sign > 0 && (len(at) == 0 || at[len(at)-1] != word) {
			l.where[p] = append(at, word)
		}
	}
}

// best is the most frequent pair; of equals the first by text.
func (l *learner) best() (best pair, top int) {
	for p, n := range l.freq {
		if n > top || n == top && (p.a < best.a || p.a == best.a && p.b < best.b) {
			best, top = p, n
		}
	}
	return best, top
}

// join merges a pair wherever it stands.
func (l *learner) join(p pair) {
	words := l.where[p]
	delete(l.where, p)
	slices.Sort(words)
	for _, i := range slices.Compact(words) {
		l.count(i, -1)
		s := l.words[i].symbols
		out := s[:0]
		for j := 0; j < len(s); j++ {
			if j+1 < len(s) && s[j] == p.a && s[j+1] == p.b {
				out = append(out, p.a+p.b)
				j++
			} else {
				out = append(out, s[j])
			}
		}
		l.words[i].symbols = out
		l.count(i, 1)
	}
}
