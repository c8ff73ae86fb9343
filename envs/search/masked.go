package search

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools/retrieve"
)

// masker hides a part of a page's sentence; the page must be found by the rest
// and the part read there (MaskSearch, Wu et al. 2025). It works on any corpus.
// Level 1 hides something that is not the page's title, level 2 the title, where
// a sentence has it.
type masker struct {
	source    source
	retriever retrieve.Retriever
}

// source is pages by number.
type source interface {
	Len() int
	At(i int) (retrieve.Page, error)
}

// blank stands for what is hidden.
const blank = "___"

// The words of a sentence that is asked about, and of what is hidden in it.
const (
	sentenceMin = 4
	sentenceMax = 40
	hiddenMax   = 4
	queryMax    = 12 // a span of the grammar
)

// maskTries bounds the drawing of one question: each try may be a search.
const maskTries = 300

// ask draws a page of the split, and a part of it that a search for the rest
// finds and that is nowhere else.
func (m *masker) ask(ctx context.Context, rng *rand.Rand, t gym.Task) (question, error) {
	for range maskTries {
		i := rng.IntN(m.source.Len())
		page, err := m.source.At(i)
		if err != nil {
			return question{}, err
		}
		if pageTested(page.ID) != (t.Split == gym.Test) {
			continue
		}
		q, ok, err := m.about(ctx, rng, page, t.Level == 2)
		if ok || err != nil {
			return q, err
		}
	}
	return question{}, fmt.Errorf("no %s page of the corpus has a sentence that can be asked about, in %d tries: it is to have %d to %d words, a name or a number among them, and is to be found by the rest; one page in %d is a test page",
		t.Split, maskTries, sentenceMin, sentenceMax, heldOut)
}

// try asks one question of each split, so that what is wrong with a corpus or a
// server is known before an episode begins.
func (m *masker) try(ctx context.Context) error {
	for _, split := range []gym.Split{gym.Train, gym.Test} {
		t := gym.Task{Scenario: maskedName, Level: 1, Split: split}
		if _, err := m.ask(ctx, t.Rand(), t); err != nil {
			return err
		}
	}
	return nil
}

// pageTested says whether a page is kept for test questions.
func pageTested(id string) bool {
	h := fnv.New32a()
	h.Write([]byte(id))
	return h.Sum32()%heldOut == 0
}

func (m *masker) about(ctx context.Context, rng *rand.Rand, page retrieve.Page, title bool) (q question, ok bool, err error) {
	lines := sentences(page.Text)
	if len(lines) == 0 {
		return q, false, nil
	}
	s := lines[rng.IntN(len(lines))]
	if n := len(strings.Fields(s)); n < sentenceMin || n > sentenceMax || strings.Contains(s, blank) {
		return q, false, nil
	}
	spans := names(s)
	at := strings.Index(s, page.Title)
	spans = slices.DeleteFunc(spans, func(p span) bool {
		if at < 0 {
			return false
		}
		within := p.from < at+len(page.Title) && p.to > at
		return within != title
	})
	if title && at >= 0 {
		spans = []span{{at, at + len(page.Title)}}
	}
	if len(spans) == 0 {
		return q, false, nil
	}
	p := spans[rng.IntN(len(spans))]
	before, after := s[:p.from], s[p.to:]
	query := longest(before, after)
	if query == "" || strings.Contains(s[:p.from]+s[p.to:], s[p.from:p.to]) {
		return q, false, nil
	}
	const wide = 20
	hits, err := m.retriever.Search(ctx, query, wide)
	if err != nil || !found(hits[:min(manyHits, len(hits))], page.ID) || !alone(hits, page.ID, before, after) {
		return q, false, err
	}
	return question{
		goal:  fill(one(rng, maskForms), before+blank+after),
		steps: []step{{query, page.ID, -1}}, gold: []string{s[p.from:p.to]}, action: answerVerb, hits: manyHits,
	}, true, nil
}

var maskForms = []string{"Fill in the blank: {}", "What is missing? {}", "Which words belong in the gap? {}"}

// alone says whether no other page has a sentence with the same rest.
func alone(hits []retrieve.Hit, page, before, after string) bool {
	for _, h := range hits {
		for _, s := range sentences(h.Page.Text) {
			if h.Page.ID != page && len(s) > len(before)+len(after) && strings.HasPrefix(s, before) && strings.HasSuffix(s, after) {
				return false
			}
		}
	}
	return true
}

// span is a part of a text.
type span struct{ from, to int }

// wordsOf are the words of a text without the punctuation around them, as the
// grammar cuts them.
func wordsOf(s string) []span {
	const around = `.,;:!?"'()[]`
	var list []span
	for i := 0; i < len(s); {
		for i < len(s) && strings.IndexByte(" \t\n", s[i]) >= 0 {
			i++
		}
		p := span{i, i}
		for i < len(s) && strings.IndexByte(" \t\n", s[i]) < 0 {
			i++
		}
		p.to = i
		for p.from < p.to && strings.IndexByte(around, s[p.from]) >= 0 {
			p.from++
		}
		for p.to > p.from && strings.IndexByte(around, s[p.to-1]) >= 0 {
			p.to--
		}
		if p.from < p.to {
			list = append(list, p)
		}
	}
	return list
}

// names are the parts of a sentence that are worth asking for: runs of words
// with a capital letter, but for the first of the sentence, and numbers.
func names(s string) []span {
	var list []span
	open := false
	for i, w := range wordsOf(s) {
		r, _ := utf8.DecodeRuneInString(s[w.from:])
		switch {
		case unicode.IsDigit(r):
			list, open = append(list, w), false
		case unicode.IsUpper(r) && open && s[list[len(list)-1].to:w.from] == " ":
			list[len(list)-1].to = w.to
		case unicode.IsUpper(r) && i > 0:
			list, open = append(list, w), true
		default:
			open = false
		}
	}
	return slices.DeleteFunc(list, func(p span) bool { return len(strings.Fields(s[p.from:p.to])) > hiddenMax })
}

// longest is the longer side of a gap, as much of it as a span of the grammar
// may have.
func longest(before, after string) string {
	best, text := wordsOf(before), before
	if len(best) > queryMax {
		best = best[len(best)-queryMax:] // what is beside the gap
	}
	if right := wordsOf(after); len(right) > len(best) {
		best, text = right[:min(len(right), queryMax)], after
	}
	if len(best) == 0 {
		return ""
	}
	return text[best[0].from:best[len(best)-1].to]
}

// sentences cuts a text at line ends, and after a full stop where a capital
// letter, a number or a quote follows.
func sentences(text string) []string {
	var list []string
	put := func(s string) {
		if s = strings.TrimSpace(s); s != "" {
			list = append(list, s)
		}
	}
	for line := range strings.Lines(text) {
		from := 0
		for i := 0; i+2 < len(line); i++ {
			if strings.IndexByte(".!?", line[i]) < 0 || line[i+1] != ' ' {
				continue
			}
			if r, _ := utf8.DecodeRuneInString(line[i+2:]); unicode.IsUpper(r) || unicode.IsDigit(r) || r == '"' {
				put(line[from : i+1])
				from = i + 1
			}
		}
		put(line[from:])
	}
	return list
}
