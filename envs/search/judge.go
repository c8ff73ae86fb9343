package search

import (
	"strings"
	"unicode"
)

// normal is an answer as Search-R1 compares it (after SQuAD, Rajpurkar et al.
// 2016): its words in lower case without punctuation and articles.
func normal(s string) []string {
	s = strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsPunct(r) || unicode.IsSymbol(r)) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	words := strings.Fields(s)
	kept := words[:0]
	for _, w := range words {
		if w != "a" && w != "an" && w != "the" {
			kept = append(kept, w)
		}
	}
	return kept
}

// exact says whether an answer is one of the right ones, normalised.
func exact(answer string, gold []string) bool {
	a := normal(answer)
	for _, g := range gold {
		if n := normal(g); strings.Join(a, " ") == strings.Join(n, " ") && len(n) > 0 {
			return true
		}
	}
	return false
}

// overlap is the best F1 of an answer's words with those of a right one.
func overlap(answer string, gold []string) float64 {
	best := 0.0
	for _, g := range gold {
		count := map[string]int{}
		a, n := normal(answer), normal(g)
		for _, w := range n {
			count[w]++
		}
		same := 0.0
		for _, w := range a {
			if count[w] > 0 {
				count[w]--
				same++
			}
		}
		if same > 0 {
			best = max(best, 2*same/float64(len(a)+len(n)))
		}
	}
	return best
}

// stands says whether an answer's words stand in a text, one after the other.
func stands(answer, text string) bool {
	a := strings.Join(normal(answer), " ")
	return strings.Contains(" "+strings.Join(normal(text), " ")+" ", " "+a+" ")
}
