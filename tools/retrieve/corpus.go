package retrieve

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"
	"strings"
)

// lineMax bounds a line of a corpus.
const lineMax = 16 << 20

// Read reads pages in Search-R1's form, a JSON object on each line:
//
//	{"id": "0", "contents": "\"Title\"\nText of the page."}
//
// Other fields are left alone, empty lines skipped. An error names the line, and
// is the last that is given.
func Read(r io.Reader) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		for l, err := range lines(r) {
			var p Page
			if err == nil {
				p, err = parse(l.text)
			}
			if err != nil {
				yield(Page{}, fmt.Errorf("line %d: %w", l.number, err))
				return
			}
			if !yield(p, nil) {
				return
			}
		}
	}
}

// line is one that is not empty.
type line struct {
	number int // 1 is the first
	start  int64
	text   []byte // valid until the next one
}

func lines(r io.Reader) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		in := bufio.NewScanner(r)
		in.Buffer(make([]byte, 64<<10), lineMax)
		var size int
		in.Split(func(data []byte, end bool) (int, []byte, error) {
			n, token, err := bufio.ScanLines(data, end)
			size = n
			return n, token, err
		})
		l := line{}
		var next int64
		for in.Scan() {
			l.number++
			l.start, next = next, next+int64(size)
			if l.text = bytes.TrimSpace(in.Bytes()); len(l.text) > 0 && !yield(l, nil) {
				return
			}
		}
		if err := in.Err(); err != nil {
			l.number++
			if errors.Is(err, bufio.ErrTooLong) {
				err = fmt.Errorf("it is longer than %d bytes", lineMax)
			}
			yield(l, err)
		}
	}
}

// parse reads one line.
func parse(text []byte) (Page, error) {
	var doc struct {
		ID       json.RawMessage `json:"id"`
		Contents *string         `json:"contents"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return Page{}, fmt.Errorf(`want {"id": …, "contents": …}: %w`, err)
	}
	id, err := identity(doc.ID)
	switch {
	case err != nil:
		return Page{}, err
	case doc.Contents == nil || strings.TrimSpace(*doc.Contents) == "":
		return Page{}, errors.New(`"contents" is missing or empty; it is the title, a line break and the text`)
	}
	return FromContents(id, *doc.Contents), nil
}

// identity reads an id, a text or a number.
func identity(raw json.RawMessage) (string, error) {
	var id string
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return "", errors.New(`"id" is missing`)
	case raw[0] == '"':
		if err := json.Unmarshal(raw, &id); err != nil {
			return "", err
		}
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		id = string(raw)
	default:
		return "", fmt.Errorf(`"id" is to be a text or a number, not %.40s`, raw)
	}
	if strings.TrimSpace(id) == "" {
		return "", errors.New(`"id" is empty`)
	}
	return id, nil
}

// Corpus is a file of pages, of which only the places of its lines are kept in
// memory. It is safe for goroutines.
type Corpus struct {
	file  *os.File
	start []int64 // of each page's line
	end   int64
}

// OpenCorpus reads a file once, in the form that [Read] has, and says what is
// wrong with it.
func OpenCorpus(path string) (*Corpus, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("corpus: %w", err)
	}
	c := &Corpus{file: f}
	if err := c.scan(); err != nil {
		f.Close()
		return nil, fmt.Errorf("corpus %s: %w", path, err)
	}
	return c, nil
}

func (c *Corpus) scan() error {
	for l, err := range lines(c.file) {
		if err == nil {
			_, err = parse(l.text)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", l.number, err)
		}
		c.start = append(c.start, l.start)
	}
	if len(c.start) == 0 {
		return errors.New("it has no pages")
	}
	info, err := c.file.Stat()
	if err == nil {
		c.end = info.Size()
	}
	return err
}

// Len is how many pages there are.
func (c *Corpus) Len() int { return len(c.start) }

// At is the i-th page, read from the file.
func (c *Corpus) At(i int) (Page, error) {
	end := c.end
	if i+1 < len(c.start) {
		end = c.start[i+1]
	}
	text := make([]byte, end-c.start[i])
	if _, err := c.file.ReadAt(text, c.start[i]); err != nil && err != io.EOF {
		return Page{}, fmt.Errorf("page %s of the corpus: %w", strconv.Itoa(i+1), err)
	}
	return parse(bytes.TrimSpace(text))
}

// Pages reads all pages.
func (c *Corpus) Pages() ([]Page, error) {
	pages := make([]Page, 0, len(c.start))
	for p, err := range Read(io.NewSectionReader(c.file, 0, c.end)) {
		if err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	return pages, nil
}

// Close closes the file.
func (c *Corpus) Close() error { return c.file.Close() }
