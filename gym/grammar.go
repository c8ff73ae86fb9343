package gym

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Grammar walks the actions that are valid in one observation, piece by
// piece: first a verb, then each argument. A policy that samples only allowed
// pieces can write nothing but valid actions; a random walk is the random
// agent.
//
// A text argument is a span of what can be read: of the goal, or of an
// element's name or value (the goal's spans as text arguments: Gur et al.
// 2019, QWeb), which ends with the piece [EndText], or one of those that the
// parameter has at hand, or composed word by word: a command, a query. Words of
// a span are followed without regard to case, since policies read without it: the
// next word tells "People" of a name from "people".
type Grammar struct {
	obs    *Observation
	texts  [][]word // the readable texts, cut into words
	action Action
	verb   *Verb
	span   []mark   // where the text taken so far stands; all of them
	terms  []Piece  // what a composed text is made of: those of the parameter being written
	parts  []string // of the composed text so far
}

// Piece is one step of a written action. Pieces are tokenized one by one.
type Piece struct {
	Kind PieceKind
	Text string
}

// PieceKind says what a piece stands for.
type PieceKind uint8

const (
	VerbPiece   PieceKind = iota + 1 // a verb's name
	RefPiece                         // an element's id
	ChoicePiece                      // a whole enum, option or number
	WordPiece                        // one more word of a span
	PartPiece                        // one more word of a composed text
	EndPiece                         // the end of a text
)

// EndText closes a text argument.
var EndText = Piece{Kind: EndPiece}

// The most words that a span and a composed text may have.
const (
	spanWords    = 12
	composeWords = 40
)

type word struct {
	text       string // the whole text it stands in
	start, end int
}

func (w word) String() string { return w.text[w.start:w.end] }

type mark struct{ text, first, last int } // words first..last of texts[text]

// NewGrammar starts an action in o, which it keeps but does not change.
func NewGrammar(o *Observation) *Grammar { return &Grammar{obs: o} }

// Action is the action walked so far; it is complete when Next is empty.
func (g *Grammar) Action() Action { return g.action }

// Next appends the pieces that may come now to dst, each once, in an order
// that depends only on the observation. None: the action is complete.
func (g *Grammar) Next(dst []Piece) []Piece {
	if g.verb == nil {
		for i := range g.obs.Verbs {
			if g.possible(&g.obs.Verbs[i]) {
				dst = append(dst, Piece{VerbPiece, g.obs.Verbs[i].Name})
			}
		}
		return dst
	}
	if len(g.action.Args) == g.verb.needs() { // what is optional is left out
		return dst
	}
	p := &g.verb.Params[len(g.action.Args)]
	switch p.Kind {
	case Ref:
		needsOption := optionFollows(g.verb, len(g.action.Args))
		for i := range g.obs.Elements {
			if e := &g.obs.Elements[i]; fits(e, p, needsOption) {
				dst = append(dst, Piece{RefPiece, e.ID})
			}
		}
	case Str:
		if p.Enum != nil {
			return choices(dst, p.Enum)
		}
		if p.Words != nil {
			return g.compose(dst, p)
		}
		dst = g.words(dst)
	case Enum:
		dst = choices(dst, p.Enum)
	case Option:
		dst = choices(dst, g.pointed().Options)
	case Int, Num:
		for _, n := range g.numbers(p) {
			dst = append(dst, Piece{ChoicePiece, n})
		}
	}
	return dst
}

// Take walks on by a piece that Next gave.
func (g *Grammar) Take(p Piece) {
	switch p.Kind {
	case VerbPiece:
		g.verb, _ = g.obs.verb(p.Text)
		g.action = Action{Verb: p.Text}
	case RefPiece:
		g.add(Value{Kind: Ref, Text: p.Text})
	case ChoicePiece:
		v := Value{Kind: g.verb.Params[len(g.action.Args)].Kind, Text: p.Text}
		if v.Kind == Int || v.Kind == Num {
			v.Num, _ = strconv.ParseFloat(p.Text, 64)
			v.Text = ""
		}
		g.add(v)
	case WordPiece:
		g.take(p.Text)
	case PartPiece:
		g.parts = append(g.parts, p.Text)
	case EndPiece:
		if g.parts != nil {
			g.add(Value{Kind: Str, Text: strings.Join(g.parts, " ")})
			g.parts, g.terms = nil, nil
			return
		}
		m := g.span[0]
		w := g.texts[m.text]
		g.add(Value{Kind: Str, Text: w[0].text[w[m.first].start:w[m.last].end]})
		g.span = g.span[:0]
	}
}

// RandomAction walks o's grammar by uniform choices: a verb, then each piece
// of each argument. Where nothing can be done it is the zero Action.
func RandomAction(rng *rand.Rand, o *Observation) Action {
	g := NewGrammar(o)
	for next := g.Next(nil); len(next) > 0; next = g.Next(next[:0]) {
		g.Take(next[rng.IntN(len(next))])
	}
	return g.Action()
}

// Path is the pieces that write an action, or false where the grammar cannot
// write it: an invalid action, or a text that stands nowhere. What is written
// may differ from it in the case of letters, where a text stands in both.
func (g *Grammar) Path(a Action) ([]Piece, bool) {
	var path []Piece
	step := func(p Piece) bool {
		next := g.Next(nil)
		i := slices.IndexFunc(next, func(q Piece) bool {
			return q == p || p.Kind == WordPiece && q.Kind == WordPiece && strings.EqualFold(q.Text, p.Text)
		})
		if i < 0 {
			return false
		}
		g.Take(next[i])
		path = append(path, next[i])
		return true
	}
	if g.obs.Validate(a) != nil || !step(Piece{VerbPiece, a.Verb}) {
		return nil, false
	}
	for _, v := range a.Args {
		switch v.Kind {
		case Ref:
			if !step(Piece{RefPiece, v.Text}) {
				return nil, false
			}
		case Str:
			if slices.Contains(g.verb.Params[len(g.action.Args)].Enum, v.Text) {
				if !step(Piece{ChoicePiece, v.Text}) {
					return nil, false
				}
				continue
			}
			for _, piece := range textPieces(g.verb.Params[len(g.action.Args)].Words != nil, v.Text) {
				if !step(piece) {
					return nil, false
				}
			}
			if !step(EndText) {
				return nil, false
			}
		case Int, Num:
			if !step(Piece{ChoicePiece, number(v.Num)}) {
				return nil, false
			}
		default:
			if !step(Piece{ChoicePiece, v.Text}) {
				return nil, false
			}
		}
	}
	return path, g.action.alike(a)
}

// alike is Equal but for the case of texts.
func (a Action) alike(b Action) bool {
	return a.Verb == b.Verb && slices.EqualFunc(a.Args, b.Args, func(x, y Value) bool {
		return x.Kind == y.Kind && x.Num == y.Num && (x.Text == y.Text || x.Kind == Str && strings.EqualFold(x.Text, y.Text))
	})
}

// textPieces are the pieces of a text argument but for its end.
func textPieces(composed bool, text string) (list []Piece) {
	if composed {
		for w := range strings.FieldsSeq(text) {
			list = append(list, Piece{PartPiece, w})
		}
		return list
	}
	for _, w := range cut(text) {
		list = append(list, Piece{WordPiece, w.String()})
	}
	return list
}

func (g *Grammar) add(v Value) { g.action.Args = append(g.action.Args, v) }

// pointed is the element of the last Ref argument.
func (g *Grammar) pointed() *Element {
	for _, v := range slices.Backward(g.action.Args) {
		if v.Kind == Ref {
			return g.obs.Element(v.Text)
		}
	}
	return &Element{}
}

// possible says whether a verb's arguments can be written at all.
func (g *Grammar) possible(v *Verb) bool {
	pointed := false
	for i := range v.Params {
		p := &v.Params[i]
		switch p.Kind {
		case Ref:
			option := optionFollows(v, i)
			if !slices.ContainsFunc(g.obs.Elements, func(e Element) bool { return fits(&e, p, option) }) {
				return false
			}
			pointed = true
		case Enum:
			if len(p.Enum) == 0 {
				return false
			}
		case Option:
			if !pointed {
				return false
			}
		case Str:
			if g.cutAll(); len(g.texts) == 0 && len(p.Enum) == 0 && len(p.Words) == 0 {
				return false
			}
		case JSON: // none can be made up here
			return false
		case Int, Num:
			if !bounded(p) && len(g.numbers(p)) == 0 {
				return false
			}
		}
	}
	return true
}

// optionFollows says whether the Ref at i of v must point to a list, because
// an Option comes before the next Ref.
func optionFollows(v *Verb, i int) bool {
	for _, p := range v.Params[i+1:] {
		switch p.Kind {
		case Ref:
			return false
		case Option:
			return true
		}
	}
	return false
}

func fits(e *Element, p *Param, needsOption bool) bool {
	return e.ID != "" && (p.Roles == nil || slices.Contains(p.Roles, e.Role)) &&
		e.Unusable() == "" && (!needsOption || len(e.Options) > 0)
}

func choices(dst []Piece, texts []string) []Piece {
	for i, t := range texts {
		if !slices.Contains(texts[:i], t) {
			dst = append(dst, Piece{ChoicePiece, t})
		}
	}
	return dst
}

// How many whole numbers a range may have for all to be offered, and how many
// are of a larger one.
const (
	wholeMax = 2000
	coarse   = 200
)

// bounded says whether numbers of a parameter can be offered without any to read.
func bounded(p *Param) bool {
	return p.Kind == Int && p.Max > p.Min && math.Ceil(p.Min) <= p.Max && math.Abs(p.Max) < 1<<53 && math.Abs(p.Min) < 1<<53
}

// numbers are the whole numbers of a range: all, or steps of a hundred or so
// through a large one; beside those of a large one, and where there is no range,
// the numbers that can be read and are within the bounds.
func (g *Grammar) numbers(p *Param) []string {
	var out []string
	if bounded(p) {
		step := max(1, math.Floor((p.Max-p.Min)/coarse))
		if p.Max-p.Min <= wholeMax {
			step = 1
		}
		for n := math.Ceil(p.Min); n <= p.Max; n += step {
			out = append(out, number(n))
		}
		if step == 1 {
			return out
		}
	}
	g.cutAll()
	for _, text := range g.texts {
		for _, w := range text {
			n, err := strconv.ParseFloat(w.String(), 64)
			if err != nil || math.IsNaN(n) || math.IsInf(n, 0) ||
				(p.Max > p.Min && (n < p.Min || n > p.Max)) || (p.Kind == Int && n != math.Trunc(n)) {
				continue
			}
			if s := number(n); !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// cutAll cuts the readable texts into words, once.
func (g *Grammar) cutAll() {
	if g.texts != nil {
		return
	}
	g.texts = [][]word{}
	for s := range g.readable {
		if w := cut(s); len(w) > 0 {
			g.texts = append(g.texts, w)
		}
	}
}

// readable visits the texts that arguments are made of.
func (g *Grammar) readable(yield func(string) bool) {
	if !yield(g.obs.Goal) {
		return
	}
	for i := range g.obs.Elements {
		if e := &g.obs.Elements[i]; !yield(e.Name) || !yield(e.Value) {
			return
		}
	}
}

// compose offers the words of a composed text: those that the parameter has at
// hand, then those that can be read, with their quotes but without punctuation
// after them.
func (g *Grammar) compose(dst []Piece, p *Param) []Piece {
	if g.terms == nil {
		seen := map[string]bool{}
		offer := func(w string) {
			if w != "" && !seen[w] {
				seen[w] = true
				g.terms = append(g.terms, Piece{PartPiece, w})
			}
		}
		for _, w := range p.Words {
			offer(w)
		}
		for s := range g.readable {
			for w := range strings.FieldsSeq(s) {
				offer(strings.TrimRight(w, ".,;:!?"))
			}
		}
	}
	if len(g.parts) > 0 {
		dst = append(dst, EndText)
	}
	if len(g.parts) < composeWords {
		dst = append(dst, g.terms...)
	}
	return dst
}

// cut splits at white space and drops punctuation around each word.
func cut(s string) []word {
	const around = `.,;:!?"'()[]`
	var out []word
	for i := 0; i < len(s); {
		for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t') {
			i++
		}
		j := i
		for j < len(s) && s[j] != ' ' && s[j] != '\n' && s[j] != '\t' {
			j++
		}
		a, b := i, j
		for a < b && strings.IndexByte(around, s[a]) >= 0 {
			a++
		}
		for b > a && strings.IndexByte(around, s[b-1]) >= 0 {
			b--
		}
		if a < b {
			out = append(out, word{s, a, b})
		}
		i = j
	}
	return out
}

func (g *Grammar) words(dst []Piece) []Piece {
	g.cutAll()
	seen := map[string]bool{}
	offer := func(w word) {
		if s := w.String(); !seen[strings.ToLower(s)] {
			seen[strings.ToLower(s)] = true
			dst = append(dst, Piece{WordPiece, s})
		}
	}
	if len(g.span) == 0 {
		for _, text := range g.texts {
			for _, w := range text {
				offer(w)
			}
		}
		return dst
	}
	dst = append(dst, EndText)
	for _, m := range g.span {
		if m.last+1 < len(g.texts[m.text]) && m.last-m.first+1 < spanWords {
			offer(g.texts[m.text][m.last+1])
		}
	}
	return dst
}

func (g *Grammar) take(s string) {
	g.cutAll()
	if len(g.span) == 0 {
		for t, text := range g.texts {
			for i, w := range text {
				if strings.EqualFold(w.String(), s) {
					g.span = append(g.span, mark{t, i, i})
				}
			}
		}
		return
	}
	kept := g.span[:0]
	for _, m := range g.span {
		if m.last+1 < len(g.texts[m.text]) && strings.EqualFold(g.texts[m.text][m.last+1].String(), s) {
			kept = append(kept, mark{m.text, m.first, m.last + 1})
		}
	}
	g.span = kept
}
