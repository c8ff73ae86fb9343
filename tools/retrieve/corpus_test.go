package retrieve_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turngym/turngym/tools/retrieve"
)

func TestACorpusIsRead(t *testing.T) {
	text := `{"id": "0", "contents": "\"Velmoor\"\nA city.\nOn a river."}

{"id": 1, "contents": "Alder\nA river.", "more": [1]}
`
	path := filepath.Join(t.TempDir(), "c.jsonl")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := retrieve.OpenCorpus(path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	pages, err := c.Pages()
	if err != nil {
		t.Fatal(err)
	}
	want := []retrieve.Page{{"0", "Velmoor", "A city.\nOn a river."}, {"1", "Alder", "A river."}}
	if len(pages) != len(want) || c.Len() != len(want) {
		t.Fatalf("got %v", pages)
	}
	for i := range want {
		if at, err := c.At(i); pages[i] != want[i] || at != want[i] || err != nil {
			t.Errorf("page %d is %v, and by its place %v (%v); want %v", i, pages[i], at, err, want[i])
		}
	}
}

func TestWhatIsWrongWithACorpusIsSaid(t *testing.T) {
	good := `{"id": "0", "contents": "A\nB"}` + "\n"
	for _, c := range []struct{ name, text, want string }{
		{"no JSON", good + "\nhello", "line 3: want {"},
		{"no id", good + `{"contents": "A"}`, `line 2: "id" is missing`},
		{"an empty id", `{"id": " ", "contents": "A"}`, `line 1: "id" is empty`},
		{"an id that is a list", `{"id": [1], "contents": "A"}`, `line 1: "id" is to be a text or a number`},
		{"no contents", good + good + `{"id": "1"}`, `line 3: "contents" is missing`},
		{"nothing", "\n\n", "it has no pages"},
	} {
		path := filepath.Join(t.TempDir(), "c.jsonl")
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := retrieve.OpenCorpus(path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want %q and the file", c.name, err, c.want)
		}
	}
}

// FuzzRead: whatever is in a file, reading ends, and its pages have ids and can
// be indexed and found.
func FuzzRead(f *testing.F) {
	for _, s := range []string{`{"id": "0", "contents": "\"A\"\nB"}`, `{"id":1,"contents":"x"}` + "\n\r\n" + `{"id":-1.5e3,"contents":"\u00e9"}`,
		"\xff", `{"id":{},"contents":""}`, `[]`, `{"id":"1","contents":"\"\n"}`, "null", ""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		seen := map[string]bool{}
		var pages []retrieve.Page
		for p, err := range retrieve.Read(strings.NewReader(string(text))) {
			if err != nil {
				if !strings.HasPrefix(err.Error(), "line ") {
					t.Errorf("the error names no line: %v", err)
				}
				break
			}
			if strings.TrimSpace(p.ID) == "" {
				t.Errorf("a page has no id: %q", p)
			}
			if !seen[p.ID] {
				pages = append(pages, p)
			}
			seen[p.ID] = true
		}
		x := index(t, pages)
		for _, p := range pages {
			if _, err := x.Search(t.Context(), p.Title, 3); err != nil {
				t.Error(err)
			}
		}
	})
}
