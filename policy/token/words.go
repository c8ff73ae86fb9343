package token

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// split visits the words of text: lower-cased, cut as the regular expression
// \w+|[^\w\s]+ does, invalid UTF-8 replaced by U+FFFD.
func split(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		text := lower(text)
		start, last := 0, space
		for i, r := range text {
			k := kindOf(r)
			if k == last {
				continue
			}
			if last != space && !yield(text[start:i]) {
				return
			}
			start, last = i, k
		}
		if last != space {
			yield(text[start:])
		}
	}
}

// lower is what Unicode's full lower-casing without context does; it differs
// from Go's in one letter.
func lower(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	return strings.ToLower(strings.ReplaceAll(text, "\u0130", "i\u0307"))
}

type kind uint8

const (
	space kind = iota
	word
	other
)

// kindOf is a rune's class: \s is White_Space, \w is Alphabetic, M, Nd, Pc and
// Join_Control (Unicode Technical Standard 18, annex C).
func kindOf(r rune) kind {
	if r < utf8.RuneSelf {
		switch {
		case r == ' ', '\t' <= r && r <= '\r':
			return space
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_':
			return word
		}
		return other
	}
	switch {
	case unicode.IsSpace(r):
		return space
	case unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic, unicode.Join_Control):
		return word
	}
	return other
}
