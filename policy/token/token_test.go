package token

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

var texts = []string{"Click the button Save.", "Click the button Cancel", "save save cancel the", "Straße für 日本語 🙂 12.50$"}

func TestFrequentWordsAreOneToken(t *testing.T) {
	tok := Train(texts, []string{"<a>", "<b>"}, 600)
	for _, w := range []string{"save", "Cancel", "the", "CLICK"} {
		if ids := tok.Encode(nil, w); len(ids) != 1 {
			t.Errorf("%q is %d tokens: %s", w, len(ids), tok.Decode(ids))
		}
	}
	if id, ok := tok.Special("<b>"); !ok || id != 1 {
		t.Errorf("<b> is %d, %v", id, ok)
	}
	if _, ok := tok.Special("save</w>"); ok {
		t.Error("a word is a special token")
	}
}

func TestDecodeKeepsWordsApartAndWhole(t *testing.T) {
	tok := Train(texts, []string{"<a>"}, 600)
	for text, want := range map[string]string{
		"Click 日本語 unseen ☃!":    "click 日本語 unseen ☃!",
		"a\u00a0zebra  ☃ ☃☃ qx.": "a zebra ☃ ☃☃ qx .",
		"the</w> \xff":           "the </ w > \uFFFD",
		"":                       "",
	} {
		if got := tok.Decode(tok.Encode(nil, text)); got != want {
			t.Errorf("%q decodes to %q, want %q", text, got, want)
		}
	}
	a, _ := tok.Special("<a>")
	ids := tok.Encode(append(tok.Encode(nil, "save"), a), "the")
	if got := tok.Decode(append(ids, -1, int32(tok.Size()))); got != "save <a> the" {
		t.Errorf("with a special token: %q", got)
	}
}

func TestPiecesAreTheTextTokenByToken(t *testing.T) {
	tok := Train(texts, []string{"<a>"}, 600)
	a, _ := tok.Special("<a>")
	for _, text := range []string{"Click 日本語 unseen ☃!", "a\u00a0zebra  ☃ ☃☃ qx.", "the</w> \xff", ""} {
		ids := append(append(tok.Encode(nil, text), a, -1, int32(tok.Size())), tok.Encode(nil, text)...)
		pieces := tok.Pieces(ids)
		if got, want := strings.TrimSpace(strings.ToValidUTF8(strings.Join(pieces, ""), "\uFFFD")), tok.Decode(ids); got != want || len(pieces) != len(ids) {
			t.Errorf("%d pieces of %d tokens are %q, want %q", len(pieces), len(ids), got, want)
		}
	}
	if got := tok.Pieces([]int32{a, -1, a}); got[0] != "<a> " || got[1] != "" || got[2] != "<a> " {
		t.Errorf("%q", got)
	}
}

func TestSpecialTokensInATextArePlainText(t *testing.T) {
	tok := Train(append(texts, strings.Repeat("ok ", 50)), []string{"<a>", "ok</w>", "ok"}, 600)
	for _, text := range []string{"<a>", "ok", "oks"} {
		for _, id := range tok.Encode(nil, text) {
			if _, special := tok.special[tok.vocab[id]]; special {
				t.Errorf("%q writes the special token %s", text, tok.vocab[id])
			}
		}
	}
}

func TestTrainingIsDeterministicAndKeepsToItsSize(t *testing.T) {
	a, b := Train(texts, nil, 340), Train(texts, nil, 340)
	if !slices.Equal(a.vocab, b.vocab) || !slices.Equal(a.merges, b.merges) {
		t.Error("two vocabularies")
	}
	for _, size := range []int{256, 260, 300, 330} {
		if tok := Train(texts, nil, size); tok.Size() > size {
			t.Errorf("size %d gives %d tokens", size, tok.Size())
		} else if got := tok.Decode(tok.Encode(nil, "Straße 日本")); got != "straße 日本" {
			t.Errorf("size %d decodes to %q", size, got)
		}
	}
	if tok := Train(nil, nil, 0); tok.Size() != 256 {
		t.Errorf("no texts give %d tokens, want the bytes", tok.Size())
	}
}

// slowly is byte-pair training by its definition: all pairs counted anew for
// each merge.
func slowly(texts []string, merges int) []pair {
	var words [][]string
	for _, text := range texts {
		for w := range split(text) {
			words = append(words, symbols(w))
		}
	}
	var out []pair
	for len(out) < merges {
		freq := map[pair]int{}
		for _, w := range words {
			for i := range len(w) - 1 {
				freq[pair{w[i], w[i+1]}]++
			}
		}
		l := learner{freq: freq}
		p, n := l.best()
		if n < 2 {
			break
		}
		out = append(out, p)
		for i, w := range words {
			var joined []string
			for j := 0; j < len(w); j++ {
				if j+1 < len(w) && w[j] == p.a && w[j+1] == p.b {
					joined = append(joined, p.a+p.b)
					j++
				} else {
					joined = append(joined, w[j])
				}
			}
			words[i] = joined
		}
	}
	return out
}

// noise is words of few letters, with many repeated pairs.
func noise(rng *rand.Rand, words int) string {
	var b strings.Builder
	for range words {
		for range 1 + rng.IntN(8) {
			b.WriteByte("aaabcd"[rng.IntN(6)])
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func TestMergesAreThoseOfTheDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 5 {
		texts := []string{noise(rng, 150), noise(rng, 150)}
		got := Train(texts, nil, 500).merges
		if want := slowly(texts, len(got)); !slices.Equal(got, want) {
			t.Fatalf("merges\n%v\nby definition\n%v", got, want)
		}
	}
}

func TestManyGoroutinesEncodeAlike(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	tok, text := Train(texts, nil, 500), noise(rng, 300)
	want := tok.Encode(nil, text)
	fresh := Train(texts, nil, 500)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if got := fresh.Encode(nil, text); !slices.Equal(got, want) {
					t.Error("other tokens")
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestTheWordCacheIsBounded(t *testing.T) {
	tok := Train(texts, nil, 300)
	for i := range cacheWords + 1000 {
		tok.Encode(nil, fmt.Sprint(i))
	}
	if n := tok.words.known.Load(); n > cacheWords+8 {
		t.Errorf("%d words are kept", n)
	}
	long := strings.Repeat("ab", 200_000) // and a long word does not take forever
	if got := tok.Decode(tok.Encode(nil, long)); got != long {
		t.Errorf("a long word decodes to %d bytes", len(got))
	}
}

func TestEncodingKnownWordsAllocatesNothing(t *testing.T) {
	tok := Train(texts, nil, 500)
	dst := tok.Encode(nil, texts[2])
	if n := testing.AllocsPerRun(100, func() { dst = tok.Encode(dst[:0], texts[2]) }); n > 6 { // one boxed key a word
		t.Errorf("%v allocations", n)
	}
}

func FuzzEncode(f *testing.F) {
	tok := Train(texts, []string{"<a>"}, 500)
	for _, s := range append(texts, "Click \x00 日本語 <a>", "\xff\xfe", "</w>", "İ\u0301\u200d") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ids := tok.Encode(nil, s)
		if want := strings.Join(slices.Collect(split(s)), " "); tok.Decode(ids) != want {
			t.Errorf("%q decodes to %q, want %q", s, tok.Decode(ids), want)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	tok, text := Train(texts, nil, 600), strings.Repeat(texts[0]+" "+texts[3]+" ", 20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var dst []int32
	for b.Loop() {
		dst = tok.Encode(dst[:0], text)
	}
}

func BenchmarkTrain(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 3))
	texts := []string{noise(rng, 5000)}
	for b.Loop() {
		Train(texts, nil, 1024)
	}
}
