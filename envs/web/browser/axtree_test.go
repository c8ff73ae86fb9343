package browser

import (
	"encoding/json"
	"os"
	"testing"
)

// What Python prints of a value, by python3.11's repr.
func TestValuesArePrintedAsPythonDoes(t *testing.T) {
	for in, want := range map[string]string{
		`true`: `True`, `false`: `False`, `null`: `None`, `4`: `4`, `-0.5`: `-0.5`, `1.0`: `1.0`, `1e22`: `1e+22`, `1e15`: `1000000000000000.0`,
		`0.00001`: `1e-05`, `""`: `''`, `"it's"`: `"it's"`, `"\"x\""`: `'"x"'`, `"it's \"x\""`: `'it\'s "x"'`, `"a\\b\n\t\r"`: `'a\\b\n\t\r'`,
		`"\u0000\u001b\u007f\u0085\u00a0\u00ad"`: `'\x00\x1b\x7f\x85\xa0\xad'`, `"\u200b\u2028\ue000\ufeff"`: `'\u200b\u2028\ue000\ufeff'`,
		`"é中😀"`: `'é中😀'`, `"\udbff\udfff"`: `'\U0010ffff'`,
	} {
		if got := pyValue(json.RawMessage(in)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if got := pyStrip("\u00a0\x1c a\u200b \u2028"); got != "a\u200b" {
		t.Errorf("stripped: %q", got)
	}
}

// Bad HTML is understood as Beautiful Soup over lxml understands it, twice:
// when it is made pretty and when it is pruned. bench/browsergym/soup.py wrote
// the cases.
func TestBadHTMLIsReadAsBeautifulSoupDoes(t *testing.T) {
	text, err := os.ReadFile("testdata/soup.json")
	must(t, err)
	var cases [][3]string
	must(t, json.Unmarshal(text, &cases))
	for _, c := range cases {
		pretty := parseHTML(c[0]).pretty()
		same(t, c[0], pretty, c[1])
		same(t, "pruned "+c[0], pruneHTML(pretty), c[2])
	}
}

func FuzzHTML(f *testing.F) {
	f.Add(`<html bid="0"><p a="b"c">x & y<table><td></p></::before></html>`)
	f.Fuzz(func(t *testing.T, s string) { pruneHTML(parseHTML(s).pretty()) })
}
