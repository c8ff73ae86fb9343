package main

import (
	"flag"
	"slices"
	"strings"
)

// shape is a model's.
type shape struct {
	Dim    int  `json:"dim,omitempty"`
	Layers int  `json:"layers,omitempty"`
	Heads  int  `json:"heads,omitempty"`
	KV     int  `json:"kv,omitempty"`
	Hidden int  `json:"hidden,omitempty"`
	Vocab  int  `json:"vocab,omitempty"`
	Half   bool `json:"half,omitempty"` // bfloat16
	name   string
	micro  int // sequences that are computed at once
}

// sizes are those of all tables.
type sizes struct {
	models                   []shape // that are trained; the first is that of all other tables
	names                    string  // of those that are wanted
	seqs, length, micro      int     // a training step
	concurrent, prompt, more int     // decoding
	rows                     int     // of the output layer
	vocabs                   []int
	tokens                   int // of one operation
	square, copied           int // a product of so many rows and columns; numbers
	params                   int // of one step of the optimizer
	small                    []shape
	budget                   int // tokens of a training step of the small models
	players, read, sampled   int
}

// full is what a card is measured with: models of the shape of Qwen2.5's 0.5B and
// 1.5B, and four of ours.
var full = sizes{
	models: []shape{
		{Dim: 896, Layers: 24, Heads: 14, KV: 2, Hidden: 4864, Vocab: 151936, Half: true, name: "0.5B", micro: 8},
		{Dim: 1536, Layers: 28, Heads: 12, KV: 2, Hidden: 8960, Vocab: 151936, Half: true, name: "1.5B", micro: 4},
	},
	seqs: 8, length: 2048, concurrent: 256, prompt: 128, more: 128, rows: 8192, vocabs: []int{32000, 151936, 262144},
	tokens: 16384, square: 8192, copied: 1 << 28, params: 1 << 27,
	small: []shape{
		{Dim: 128, Layers: 3, Heads: 4, KV: 4, Hidden: 256, Vocab: 1024, name: "tiny, 0.6M"},
		{Dim: 384, Layers: 5, Heads: 6, KV: 6, Hidden: 1024, Vocab: 4096, name: "10M"},
		{Dim: 640, Layers: 9, Heads: 10, KV: 10, Hidden: 1728, Vocab: 8192, name: "50M"},
		{Dim: 1024, Layers: 15, Heads: 16, KV: 16, Hidden: 2816, Vocab: 8192, name: "200M"},
	},
	budget: 2048, players: 64, read: 48, sampled: 16,
}

// tiny is for the emulator: the same, of sizes that tensor cores take.
var tiny = sizes{
	models: []shape{{Dim: 32, Layers: 2, Heads: 2, KV: 1, Hidden: 48, Vocab: 64, Half: true, name: "emulated", micro: 2}},
	seqs:   2, length: 8, concurrent: 2, prompt: 3, more: 3, rows: 6, vocabs: []int{64, 96},
	tokens: 16, square: 32, copied: 1 << 10, params: 1 << 10,
	small:  []shape{{Dim: 16, Layers: 1, Heads: 2, KV: 2, Hidden: 16, Vocab: 80, name: "emulated"}},
	budget: 16, players: 2, read: 3, sampled: 2,
}

func (s *sizes) flags(f *flag.FlagSet) {
	f.StringVar(&s.names, "models", "", "`names` of those that are trained, by commas: 0.5B,1.5B")
	f.IntVar(&s.seqs, "seqs", 0, "sequences of a training step")
	f.IntVar(&s.length, "len", 0, "their tokens")
	f.IntVar(&s.micro, "micro", 0, "sequences that are trained on at once; where memory does not do it is halved")
	f.IntVar(&s.concurrent, "concurrent", 0, "sequences that are decoded")
	f.IntVar(&s.prompt, "prompt", 0, "tokens that each of them begins with")
	f.IntVar(&s.more, "more", 0, "tokens that each of them samples")
	f.IntVar(&s.rows, "rows", 0, "of the output layer")
	f.Func("vocabs", "`sizes` of the output layer, by commas", numbers(&s.vocabs))
	f.IntVar(&s.tokens, "tokens", 0, "of one operation")
}

// numbered are the flags that are one number.
func (s *sizes) numbered() []*int {
	return []*int{&s.seqs, &s.length, &s.micro, &s.concurrent, &s.prompt, &s.more, &s.rows, &s.tokens}
}

// or is what flags say, and else what a card is measured with, or an emulator.
func (s *sizes) or(quick bool) sizes {
	to := full
	if quick {
		to = tiny
	}
	for i, from := range s.numbered() {
		if *from > 0 {
			*to.numbered()[i] = *from
		}
	}
	if len(s.vocabs) > 0 {
		to.vocabs = s.vocabs
	}
	to.names = s.names
	return to
}

// trained are the models that are wanted.
func (s *sizes) trained() (list []shape) {
	for _, m := range s.models {
		if s.names == "" || slices.Contains(strings.Split(s.names, ","), m.name) {
			if s.micro > 0 {
				m.micro = s.micro
			}
			m.micro = divisor(s.seqs, min(m.micro, s.seqs))
			list = append(list, m)
		}
	}
	return list
}
