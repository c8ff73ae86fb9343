// Package token is tokenizers. That of the tiny presets ([Train]) is byte-pair
// encoding (Sennrich, Haddow and Birch 2016) learnt from the environments' own
// text, so that nearly every word is one token: text is lower-cased and cut into
// words and punctuation, merges stay within a word, whose last symbol carries
// "</w>", and a symbol that is not in the vocabulary becomes the tokens of its
// bytes (<0xE2>). Those of checkpoints ([ByteLevel]) are as GPT-2, Llama 3 and
// Qwen have them, with their chat templates ([Chat]).
//
// Both are stored as a Hugging Face tokenizer.json and give the same ids as that
// library does for the file, with one difference on purpose: special tokens
// that stand in a text are plain text here, so that a page cannot write them.
// Files of other kinds are refused by name.
//
// Start with [Open] and [Train].
package token
