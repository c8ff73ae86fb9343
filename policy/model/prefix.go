package model

import (
	"encoding/binary"
	"sync"

	"github.com/turngym/turngym/kernels"
)

// prefixes are the pages that sequences of one decoder have in common: a tree
// whose edges are the tokens and types of a page. The pages in it never change.
// When it is full, what began longest ago is forgotten. It goes with its decoder.
type prefixes struct {
	mu     sync.Mutex
	root   node
	begun  []string // the root's edges, as they came
	size   int      // numbers in all pages
	atMost int
}

// The tree has room for so many numbers, 64 MB of float32, or for so many pages of a large
// model.
const (
	prefixNumbers = 1 << 24
	prefixPages   = 64
)

// node is a page and those that follow it.
type node struct {
	page kernels.Buffer
	next map[string]*node

	first  *node // the page that its sequence begins with
	size   int   // of a first page: numbers in it and all that follow
	forgot bool  // of a first page: it is not in the tree any more
}

// add puts a page after at.
func (p *prefixes) add(at *node, text string, page kernels.Buffer) *node {
	n := &node{page: page, first: at.first}
	if at == &p.root {
		n.first = n
		p.begun = append(p.begun, text)
	}
	if at.next == nil {
		at.next = map[string]*node{}
	}
	at.next[text] = n
	n.first.size += page.Len()
	p.size += page.Len()
	for p.size > p.atMost && len(p.begun) > 0 { // even the one that grows: who is in it goes on alone
		oldest := p.root.next[p.begun[0]]
		delete(p.root.next, p.begun[0])
		p.begun = p.begun[1:]
		p.size -= oldest.size
		oldest.forgot = true
	}
	return n
}

// Page names a page by what comes before it and its own tokens.
type Page struct {
	at   *node
	text string
}

// pageText is the first page's worth of tokens and types; false where there are
// fewer.
func pageText(ids, types []int32) (string, bool) {
	if len(ids) < kernels.PageTokens {
		return "", false
	}
	b := make([]byte, 0, 5*kernels.PageTokens)
	for i, id := range ids[:kernels.PageTokens] {
		b = binary.LittleEndian.AppendUint32(b, uint32(id))
		if types != nil {
			b = append(b, byte(types[i]))
		}
	}
	return string(b), true
}

// NextPage names the page that the next tokens of a sequence would fill, where
// others may share it.
func (c *Cache) NextPage(ids, types []int32) (Page, bool) {
	if c.at == nil || c.len%kernels.PageTokens != 0 {
		return Page{}, false
	}
	text, ok := pageText(ids, types)
	return Page{c.at, text}, ok
}

// Adopt takes over pages that other sequences have run with the same tokens and
// says how many tokens that was.
func (c *Cache) Adopt(ids, types []int32) (n int) {
	if c.at == nil || c.len%kernels.PageTokens != 0 {
		return 0
	}
	p := &c.d.prefixes
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		text, ok := pageText(ids[n:], tail(types, n))
		next := c.at.next[text]
		if !ok || next == nil {
			return n
		}
		c.pages, c.at = append(c.pages, next.page), next
		c.shared++
		c.len += kernels.PageTokens
		n += kernels.PageTokens
	}
}

func tail(x []int32, n int) []int32 {
	if x == nil {
		return nil
	}
	return x[n:]
}

// offer gives pages that ids have filled to the others. The sequence had
// c.len-len(ids) tokens before.
func (c *Cache) offer(ids, types []int32) {
	c.text, c.textTypes = append(c.text, ids...), append(c.textTypes, types...)
	p := &c.d.prefixes
	for {
		text, ok := pageText(c.text, c.textTypes)
		if !ok {
			return
		}
		c.text, c.textTypes = c.text[kernels.PageTokens:], tail(c.textTypes, min(len(c.textTypes), kernels.PageTokens))
		page := c.pages[c.shared]
		p.mu.Lock()
		next := c.at.next[text]
		switch {
		case next != nil: // another was faster
			c.free = append(c.free, page)
			c.pages[c.shared] = next.page
		case c.at.first == nil || !c.at.first.forgot:
			next = p.add(c.at, text, page)
		}
		p.mu.Unlock()
		if c.at = next; next == nil {
			return
		}
		c.shared++
	}
}
