package retrieve_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/tools/retrieve"
)

// write writes pages as a corpus.
func write(t testing.TB, pages []retrieve.Page) string {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	for _, p := range pages {
		if err := e.Encode(map[string]string{"id": p.ID, "contents": p.Contents()}); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "corpus.jsonl")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func disk(t testing.TB, dir, corpus string) *retrieve.Disk {
	t.Helper()
	d, err := retrieve.OpenDisk(t.Context(), dir, corpus)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// TestBothIndexesAgree: bleve ranks a single word by the same formula. What it
// does with several differs (see Disk), but the best page is mostly the same.
func TestBothIndexesAgree(t *testing.T) {
	pages := zipf(500, 40, 400)
	x, d := index(t, pages), disk(t, filepath.Join(t.TempDir(), "index"), write(t, pages))
	for _, q := range []string{"w1", "w5", "wa", "w1z", "page77", "nothing"} {
		own, err := x.Search(t.Context(), q, 10)
		if err != nil {
			t.Fatal(err)
		}
		other, err := d.Search(t.Context(), q, 10)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(ids(own), ids(other)) {
			t.Errorf("%s: %v, bleve %v", q, ids(own), ids(other))
		}
		for i := range other {
			if own[i].Page.Title != other[i].Page.Title || strings.TrimSpace(own[i].Page.Text) != other[i].Page.Text {
				t.Errorf("%s: the pages differ: %v, %v", q, own[i].Page, other[i].Page)
			}
		}
	}
	same, n := 0, 60
	for _, q := range queries(pages, n) {
		own, _ := x.Search(t.Context(), q, 10)
		other, _ := d.Search(t.Context(), q, 10)
		if len(other) > 0 && slices.Contains(ids(own)[:3], ids(other)[0]) {
			same++
		}
	}
	if same < n*8/10 {
		t.Errorf("bleve's best page is among the three best in %d of %d queries", same, n)
	}
}

func TestAnIndexOnDiskIsBuiltOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "index")
	first := write(t, zipf(50, 10, 50))
	stamp := func(corpus string) os.FileInfo {
		d, err := retrieve.OpenDisk(t.Context(), dir, corpus)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if p, err := d.Page(t.Context(), "7"); err != nil || p.Title != "page7" {
			t.Errorf("got %v, %v", p, err)
		}
		if _, err := d.Page(t.Context(), "none"); !errors.Is(err, retrieve.ErrNoPage) {
			t.Errorf("got %v, want ErrNoPage", err)
		}
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	built := stamp(first)
	if !os.SameFile(built, stamp(first)) {
		t.Error("the index of the same corpus was built again")
	}
	if os.SameFile(built, stamp(write(t, zipf(60, 10, 50)))) {
		t.Error("another corpus was given, and the index is the old one")
	}
}

func TestAnIndexOnDiskIsRefused(t *testing.T) {
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "letter.txt"), []byte("dear"), 0o644); err != nil {
		t.Fatal(err)
	}
	good := zipf(5, 5, 5)
	for _, c := range []struct{ name, dir, corpus, want string }{
		{"a folder with something else", full, write(t, good), "holds something else"},
		{"pages with one id", filepath.Join(t.TempDir(), "x"), write(t, append(slices.Clone(good), good...)), "of 10 pages only 5"},
		{"no corpus", filepath.Join(t.TempDir(), "x"), "nowhere.jsonl", "nowhere.jsonl"},
	} {
		_, err := retrieve.OpenDisk(t.Context(), c.dir, c.corpus)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := os.Stat(filepath.Join(full, "letter.txt")); err != nil {
		t.Error("the letter is gone")
	}
}

func BenchmarkDiskBuild(b *testing.B) {
	corpus := write(b, zipf(corpusSize, 120, 60_000))
	for b.Loop() {
		disk(b, filepath.Join(b.TempDir(), "index"), corpus)
	}
}

func BenchmarkDiskSearch(b *testing.B) {
	pages := zipf(corpusSize, 120, 60_000)
	d, list := disk(b, filepath.Join(b.TempDir(), "index"), write(b, pages)), queries(pages, 1000)
	i := 0
	for b.Loop() {
		if _, err := d.Search(b.Context(), list[i%len(list)], 10); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
