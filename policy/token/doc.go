// Package token is the tokenizer of the tiny presets: byte-pair encoding
// (Sennrich, Haddow and Birch 2016) learnt from the environments' own text, so
// that nearly every word is one token. Text is lower-cased and cut into words
// and punctuation; merges stay within a word, whose last symbol carries
// "</w>".
//
// It is stored as a Hugging Face tokenizer.json and gives the same ids as that
// library does for the file, with one difference on purpose: special tokens
// that stand in a text are plain text here, so that a page cannot write them.
// Anything can be encoded: a symbol that is not in the vocabulary becomes the
// tokens of its bytes (<0xE2>).
//
// It does not read other kinds of tokenizers; [Load] refuses them by name.
// Start with [Train].
package token
