package cuda

import (
	"slices"
	"unsafe"

	"github.com/turngym/turngym/kernels"
)

// pageLists are what kernels over pages want to know. All layers of a model have
// the same ones, but for where the layer is in each page.
type pageLists struct {
	start []int32 // what they were made of
	pages []kernels.Pages
	half  bool
	heads kernels.Heads

	addr        []uint64 // of all pages, as the first sequence's layer would be at their start
	first, lens []int32  // of each sequence: the place of its first page in addr, its tokens
	page, place []int32  // of each new token
	odd         bool     // a page is not where tensor cores want it

	tiles         []int32 // of attention_paged
	works, joins  []int32 // of flash_pages: see shareOut
	slots         int
	gathers, keys []int32 // see gatherMany
}

// listPages makes them for pages of q's type; within AsOne once for all layers.
func (d *Device) listPages(q kernels.Buffer, start []int32, pages []kernels.Pages, h kernels.Heads) *pageLists {
	if d.later == nil {
		return d.newPageLists(q, start, pages, h)
	}
	if l := d.later.pages; l == nil || l.half != q.Half() || !l.are(start, pages, h) {
		d.later.pages = d.newPageLists(q, slices.Clone(start), slices.Clone(pages), h)
	}
	return d.later.pages
}

// are says whether the lists are of these: they look at no page.
func (l *pageLists) are(start []int32, pages []kernels.Pages, h kernels.Heads) bool {
	return l.heads == h && slices.Equal(l.start, start) && slices.EqualFunc(l.pages, pages, func(a, b kernels.Pages) bool {
		return a.Len == b.Len && a.At-l.pages[0].At == b.At-pages[0].At && len(a.List) == len(b.List) && unsafe.SliceData(a.List) == unsafe.SliceData(b.List)
	})
}

func (d *Device) newPageLists(q kernels.Buffer, start []int32, pages []kernels.Pages, h kernels.Heads) *pageLists {
	l := &pageLists{start: start, pages: pages, half: q.Half(), heads: h}
	for s, p := range pages {
		l.first, l.lens = append(l.first, int32(len(l.addr))), append(l.lens, int32(p.Len))
		for at := p.Len - int(start[s+1]-start[s]); at < p.Len; at++ {
			l.page, l.place = append(l.page, l.first[s]+int32(at/kernels.PageTokens)), append(l.place, int32(at%kernels.PageTokens))
		}
		for _, b := range p.List {
			alike("AttentionPaged", q, b)
			at := of(b).mem.Addr + uint64(of(b).width()*(p.At-pages[0].At))
			l.addr, l.odd = append(l.addr, at), l.odd || at%aligned != 0
		}
	}
	l.tiles = tiles(len(pages), func(s int) int { return int(start[s+1]-start[s]) * h.Q / h.KV })
	l.works, l.joins, l.slots = shareOut(start, l.lens, h, blocksPer*d.dev.Info.SMs)
	l.gathers, l.keys = gatherMany(start, l.first, l.lens, h)
	return l
}
