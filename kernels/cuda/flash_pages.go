package cuda

import (
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

const (
	fewRows   = 16          // of a block of flash_pages
	fewMost   = 4 * fewRows // rows of a sequence that is not worth gathering
	pagesMost = 4           // pages that are not worth sharing out among blocks
	blocksPer = 2           // blocks for each multiprocessor that there should be
)

// flashPaged is AttentionPaged, once the new keys and values are in their pages.
// Sequence s has the pages first[s], ... of all, with lens[s] tokens.
func (d *Device) flashPaged(out, q, all driver.Arg, start, first, lens []int32, h kernels.Heads) {
	starts := carry(d, start)
	d.flashMany(out, q, all, start, starts, first, lens, h)
	works, joins, slots := shareOut(start, lens, h, blocksPer*d.dev.Info.SMs)
	if len(works) == 0 {
		return
	}
	numbers := slots * h.KV * fewRows
	parts, weights := driver.Ptr(d.temp(4*numbers*h.Dim)), driver.Ptr(d.temp(4*numbers))
	heads, kv := driver.Int(h.Q), driver.Int(h.KV)
	const quarter = 16
	shared := 4 * quarter * (2*h.Dim + 8 + 4) // of float32
	d.onTensorCores("flash_pages", "flash_pages", len(works), h, 2*shared, out, parts, weights, q, all, carry(d, first), carry(d, lens),
		carry(d, works), starts, heads, kv, d.attentionScale(h))
	if len(joins) > 0 {
		d.onTensorCores("flash_pages", "flash_join", len(joins), h, 0, out, parts, weights, carry(d, joins), starts, heads, kv)
	}
}

// flashWork is a block's part of flash_pages: work of flash_pages.cu.
type flashWork struct{ seq, row, from, to, slot int32 }

// flashJoin is what flash_join puts together: the slots from..to-1.
type flashJoin struct{ seq, row, from, to int32 }

// shareOut gives blocks the rows of sequences that have few, with all their pages,
// or with a part of them where there would be too few blocks for the GPU or one
// would have much more to do than the others.
func shareOut(start, lens []int32, h kernels.Heads, blocks int) (works []flashWork, joins []flashJoin, slots int) {
	group := h.Q / h.KV
	total := 0
	for s, n := range lens {
		if rows := int(start[s+1]-start[s]) * group; rows <= fewMost {
			total += over(rows, fewRows) * over(int(n), kernels.PageTokens) * h.KV
		}
	}
	most := max(pagesMost, over(total, blocks))
	for s := range lens {
		n := int(start[s+1] - start[s])
		rows := n * group
		if rows > fewMost {
			continue
		}
		for row := 0; row < rows; row += fewRows {
			sees := int(lens[s]) - n + (min(row+fewRows, rows)-1)/group + 1
			pages := over(sees, kernels.PageTokens)
			w := flashWork{int32(s), int32(row), 0, int32(pages), -1}
			parts := over(pages, most)
			if parts == 1 {
				works = append(works, w)
				continue
			}
			joins = append(joins, flashJoin{w.seq, w.row, int32(slots), int32(slots + parts)})
			for i := range parts {
				w.from, w.to, w.slot = int32(pages*i/parts), int32(pages*(i+1)/parts), int32(slots+i)
				works = append(works, w)
			}
			slots += parts
		}
	}
	return works, joins, slots
}

// flashMany does the sequences that have many rows, over keys and values that are
// gathered from their pages first.
func (d *Device) flashMany(out, q, all driver.Arg, start []int32, starts driver.Arg, first, lens []int32, h kernels.Heads) {
	type gather struct{ page, row, tokens int32 }
	var list []gather
	keys := make([]int32, len(start))
	for s, n := range lens {
		keys[s+1] = keys[s]
		if int(start[s+1]-start[s])*h.Q/h.KV <= fewMost {
			continue
		}
		for at := int32(0); at < n; at += kernels.PageTokens {
			list = append(list, gather{first[s] + at/kernels.PageTokens, keys[s] + at, min(n-at, kernels.PageTokens)})
		}
		keys[s+1] += n
	}
	if len(list) == 0 {
		return
	}
	bytes := 2 * int(keys[len(lens)]) * h.KV * h.Dim
	k16, v16 := driver.Ptr(d.temp(bytes)), driver.Ptr(d.temp(bytes))
	d.onTensorCores("flash_pages", "gather_pages", len(list), h, 0, k16, v16, all, carry(d, list), driver.Int(h.KV))
	d.flashOver(out, driver.Ptr(driver.Memory{}), q, k16, v16, start, starts, keys, carry(d, keys), h)
}
