package retrieve

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/mapping"
)

// Disk is an index on disk (bleve), which is built once for a corpus and found
// again. It ranks by BM25 as [Index] does, but that bleve weighs rare words more
// (their idf counts twice) and wants many of the query's words, so that only
// queries of one word have the same ranks in both. It is some forty times slower.
type Disk struct{ index bleve.Index }

var _ Retriever = (*Disk)(nil)

const (
	field   = "contents"
	plain   = "plain"  // the analyzer: words in lower case
	builtOf = "corpus" // the key of the corpus's digest in the index
	batch   = 2000     // pages written at once
)

// OpenDisk opens the index in the folder dir, and builds it first where it is
// not there or of another corpus. What is built is only put there when it is
// complete.
func OpenDisk(ctx context.Context, dir, corpus string) (*Disk, error) {
	digest, err := digestOf(corpus)
	if err != nil {
		return nil, fmt.Errorf("corpus: %w", err)
	}
	if x, err := bleve.Open(dir); err == nil {
		if was, err := x.GetInternal([]byte(builtOf)); err == nil && string(was) == digest {
			return &Disk{x}, nil
		}
		if err := x.Close(); err != nil {
			return nil, fmt.Errorf("index %s: %w", dir, err)
		}
	} else if err := ours(dir); err != nil {
		return nil, err
	}
	fresh := dir + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return nil, err
	}
	if err := build(ctx, fresh, corpus, digest); err != nil {
		os.RemoveAll(fresh)
		return nil, fmt.Errorf("build the index of %s: %w", corpus, err)
	}
	if err := errors.Join(os.RemoveAll(dir), os.Rename(fresh, dir)); err != nil {
		return nil, err
	}
	x, err := bleve.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("index %s: %w", dir, err)
	}
	return &Disk{x}, nil
}

// ours refuses a folder that holds something else than an index.
func ours(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("index %s: %w", dir, err)
	}
	if _, err := os.Stat(dir + "/index_meta.json"); err != nil {
		return fmt.Errorf("index %s: the folder holds something else; name one that is empty or not there", dir)
	}
	return nil
}

func digestOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return string(h.Sum(nil)), nil
}

// build writes the whole index of a corpus.
func build(ctx context.Context, dir, corpus, digest string) (err error) {
	f, err := os.Open(corpus)
	if err != nil {
		return err
	}
	defer f.Close()
	m, err := layout()
	if err != nil {
		return err
	}
	x, err := bleve.New(dir, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	if err := fill(ctx, x, f); err != nil {
		return err
	}
	return x.SetInternal([]byte(builtOf), []byte(digest))
}

// fill indexes the pages in batches. A page that comes twice would take the place of the first.
func fill(ctx context.Context, x bleve.Index, corpus io.Reader) error {
	pages := uint64(0)
	put := x.NewBatch()
	for p, err := range Read(corpus) {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = put.Index(p.ID, map[string]string{field: p.Contents()})
		}
		if pages++; err == nil && put.Size() >= batch {
			err = x.Batch(put)
			put.Reset()
		}
		if err != nil {
			return err
		}
	}
	if err := x.Batch(put); err != nil {
		return err
	}
	if n, err := x.DocCount(); err != nil || n != pages {
		return errors.Join(err, fmt.Errorf("of %d pages only %d have an id of their own", pages, n))
	}
	return nil
}

// layout is what is indexed and how: one field of plain words, kept as it is.
func layout() (mapping.IndexMapping, error) {
	m := bleve.NewIndexMapping()
	m.ScoringModel = "bm25" // counts only if it is set before anything is indexed
	err := m.AddCustomAnalyzer(plain, map[string]any{"type": custom.Name, "tokenizer": unicode.Name, "token_filters": []string{lowercase.Name}})
	m.DefaultAnalyzer = plain
	page, text := bleve.NewDocumentStaticMapping(), bleve.NewTextFieldMapping()
	text.Store, text.IncludeTermVectors, text.IncludeInAll, text.DocValues = true, false, false, false
	page.AddFieldMappingsAt(field, text)
	m.DefaultMapping = page
	return m, err
}

// Search finds the pages that have a word of the query. Equal hits are put in
// the order of their ids: bleve's own order depends on how the index was written.
func (d *Disk) Search(ctx context.Context, query string, k int) ([]Hit, error) {
	if err := ctx.Err(); err != nil || k <= 0 {
		return nil, err
	}
	q := bleve.NewMatchQuery(query)
	q.SetField(field)
	req := bleve.NewSearchRequestOptions(q, k, 0, false)
	req.Fields = []string{field}
	req.SortBy([]string{"-_score", "_id"})
	res, err := d.index.SearchInContext(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("search %.60q: %w", query, err)
	}
	var hits []Hit
	for _, h := range res.Hits {
		contents, _ := h.Fields[field].(string)
		hits = append(hits, Hit{FromContents(h.ID, contents), h.Score})
	}
	return hits, nil
}

// Page is the page with that id.
func (d *Disk) Page(ctx context.Context, id string) (Page, error) {
	req := bleve.NewSearchRequestOptions(bleve.NewDocIDQuery([]string{id}), 1, 0, false)
	req.Fields = []string{field}
	res, err := d.index.SearchInContext(ctx, req)
	if err != nil {
		return Page{}, fmt.Errorf("page %s: %w", strconv.Quote(id), err)
	}
	if len(res.Hits) == 0 {
		return Page{}, fmt.Errorf("page %s: %w", strconv.Quote(id), ErrNoPage)
	}
	contents, _ := res.Hits[0].Fields[field].(string)
	return FromContents(id, contents), nil
}

// Close closes the index.
func (d *Disk) Close() error { return d.index.Close() }
