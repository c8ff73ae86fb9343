package prompt

import (
	"fmt"
	"slices"

	"github.com/turngym/turngym/gym"
)

// Writer is one action being written token by token: the constraint under
// which a policy samples it. It offers exactly the tokens that lead to a valid
// action.
//
// Where a word's tokens are the beginning of another's that may come as well, the
// shorter word has an end of its own: 49 beside 4997.
type Writer struct {
	codec   *Codec
	grammar *gym.Grammar
	open    []candidate // pieces that agree with the tokens written since the last whole one
	depth   int         // how many tokens that is
	pieces  []gym.Piece
	parts   map[string][]int32 // tokens of the words of composed texts, which are offered again for every word
}

type candidate struct {
	piece  gym.Piece
	tokens []int32
}

// Write starts an action in o.
func (c *Codec) Write(o *gym.Observation) *Writer {
	w := &Writer{codec: c, grammar: gym.NewGrammar(o)}
	w.offer()
	return w
}

// offer finds the pieces that may come next.
func (w *Writer) offer() {
	w.pieces = w.grammar.Next(w.pieces[:0])
	w.open, w.depth = w.open[:0], 0
	for _, p := range w.pieces {
		if t := w.tokens(p); len(t) > 0 {
			w.open = append(w.open, candidate{p, t})
		}
	}
	w.tellApart()
}

// tellApart ends the words that begin others. In the order of their tokens, one
// that begins any stands right before one that it begins.
func (w *Writer) tellApart() {
	if len(w.open) == 0 || w.open[len(w.open)-1].piece.Kind != gym.WordPiece {
		return // all other pieces have an end, or a token of their own
	}
	order := make([]int, len(w.open))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return slices.Compare(w.open[a].tokens, w.open[b].tokens) })
	for i := len(order) - 2; i >= 0; i-- {
		c, next := &w.open[order[i]], w.open[order[i+1]].tokens
		if n := len(c.tokens); n < len(next) && slices.Equal(c.tokens, next[:n]) && c.piece.Kind == gym.WordPiece {
			c.tokens = append(slices.Clip(c.tokens), w.codec.endToken())
		}
	}
}

// find is the tokens of a piece that may come now; nil where it may not.
func (w *Writer) find(p gym.Piece) []int32 {
	for _, c := range w.open {
		if c.piece == p {
			return c.tokens
		}
	}
	return nil
}

func (w *Writer) tokens(p gym.Piece) []int32 {
	if p.Kind != gym.PartPiece {
		return w.codec.piece(nil, p)
	}
	t, ok := w.parts[p.Text]
	if !ok {
		if t = w.codec.piece(nil, p); w.parts == nil {
			w.parts = map[string][]int32{}
		}
		w.parts[p.Text] = t
	}
	return t
}

// Done says whether the action is complete.
func (w *Writer) Done() bool { return len(w.open) == 0 }

// Allowed appends the tokens that may come now, ascending; none when done.
func (w *Writer) Allowed(dst []int32) []int32 {
	from := len(dst)
	for _, c := range w.open {
		dst = append(dst, c.tokens[w.depth])
	}
	slices.Sort(dst[from:])
	return append(dst[:from], slices.Compact(dst[from:])...)
}

// Take writes one allowed token.
func (w *Writer) Take(id int32) {
	kept := w.open[:0]
	for _, c := range w.open {
		if c.tokens[w.depth] == id {
			kept = append(kept, c)
		}
	}
	w.open = kept
	w.depth++
	for _, c := range w.open {
		if len(c.tokens) == w.depth {
			w.grammar.Take(c.piece)
			w.offer()
			return
		}
	}
}

// Action is the action written, once Done.
func (w *Writer) Action() gym.Action { return w.grammar.Action() }

// Demonstrate is the tokens with which a policy would have written action a in
// o, as if sampled: what supervised learning trains on. It fails where the
// grammar cannot write it.
func (c *Codec) Demonstrate(o *gym.Observation, a gym.Action) (gym.Tokens, error) {
	g := gym.NewGrammar(o)
	path, ok := g.Path(a)
	if !ok {
		return gym.Tokens{}, fmt.Errorf("%s cannot be written here: its text stands neither in the goal nor on the page", a)
	}
	var t gym.Tokens
	w := c.Write(o)
	for _, p := range path {
		for _, id := range w.find(p) {
			allow := w.Allowed(nil)
			w.Take(id)
			t.IDs = append(t.IDs, id)
			t.Type = append(t.Type, 0)
			t.Sampled = append(t.Sampled, true)
			t.LogProb = append(t.LogProb, 0)
			t.Version = append(t.Version, 0)
			t.Allow = append(t.Allow, allow)
		}
	}
	if got := w.Action(); !got.Equal(g.Action()) {
		return gym.Tokens{}, fmt.Errorf("%s cannot be written here: its tokens are those of %s, which comes first", a, got)
	}
	return t, nil
}
