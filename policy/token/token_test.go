package token

import (
	"os"
	"path/filepath"
	"slices"
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
	if got := tok.Decode(tok.Encode(nil, "Click 日本語 unseen ☃!")); got != "click 日本語 unseen☃!" && got != "click 日本語 unseen ☃!" {
		t.Errorf("decoded %q", got)
	}
	if id, ok := tok.Special("<b>"); !ok || id != 1 {
		t.Errorf("<b> is %d, %v", id, ok)
	}
}

func TestSaveAndLoadGiveTheSameTokens(t *testing.T) {
	tok := Train(texts, []string{"<a>"}, 500)
	path := filepath.Join(t.TempDir(), "tokenizer.json")
	if err := tok.Save(path); err != nil {
		t.Fatal(err)
	}
	again, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(texts, "\xff odd  bytes\t") {
		if a, b := tok.Encode(nil, s), again.Encode(nil, s); !slices.Equal(a, b) {
			t.Errorf("%q: %v, then %v", s, a, b)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestTrainingIsDeterministic(t *testing.T) {
	a, b := Train(texts, nil, 450), Train(texts, nil, 450)
	if !slices.Equal(a.vocab, b.vocab) {
		t.Error("two vocabularies")
	}
}

func FuzzEncode(f *testing.F) {
	tok := Train(texts, []string{"<a>"}, 500)
	f.Add("Click \x00 日本語 <a>")
	f.Fuzz(func(t *testing.T, s string) {
		tok.Decode(tok.Encode(nil, s))
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"model":{"type":"BPE"}}`))
	f.Fuzz(func(t *testing.T, b []byte) { parse(b) })
}
