package cuda

import (
	"math/bits"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

const (
	fewRows   = 16          // of a block of flash_pages
	fewMost   = 4 * fewRows // rows of a sequence that is not worth gathering
	pagesMost = 4           // pages that are not worth sharing out among blocks
	blocksPer = 2           // blocks for each multiprocessor that there should be
)

// flashPaged is AttentionPaged, once the new keys and values are in their pages:
// all of them, in which the layer begins at so many bytes.
func (d *Device) flashPaged(out, q buffer, all, layer driver.Arg, l *pageLists, h kernels.Heads) {
	lists := together(d, l.start, l.first, l.lens, l.works, l.joins, l.gathers, l.keys)
	starts, firsts, lengths := lists[0], lists[1], lists[2]
	heads, kv := driver.Int(h.Q), driver.Int(h.KV)
	if n := len(l.gathers) / 3; n > 0 {
		bytes := 2 * int(l.keys[len(l.lens)]) * h.KV * h.Dim
		k16, v16 := driver.Ptr(d.temp(bytes)), driver.Ptr(d.temp(bytes))
		d.onTensorCores("flash_pages", "gather_pages", q, n, h, 0, k16, v16, all, layer, lists[5], kv)
		d.flashOver(out, driver.Ptr(driver.Memory{}), q, k16, v16, l.start, starts, l.keys, lists[6], h)
	}
	if n := len(l.works) / 5; n > 0 {
		numbers := l.slots * h.KV * fewRows
		parts, weights := driver.Ptr(d.temp(4*numbers*h.Dim)), driver.Ptr(d.temp(4*numbers))
		const quarter = 16
		shared := 4 * quarter * (2*h.Dim + 8 + 8)
		if !q.half { // numbers of 4 bytes
			shared = 2 * 4 * quarter * (2*h.Dim + 8 + 4)
		}
		to := driver.Ptr(out.mem)
		d.onTensorCores("flash_pages", "flash_pages", q, n, h, shared, to, parts, weights, driver.Ptr(q.mem), all, layer, firsts, lengths, lists[3], starts, heads, kv, d.attentionScale(h))
		if n := len(l.joins) / 4; n > 0 {
			d.onTensorCores("flash_pages", "flash_join", q, n, h, 0, to, parts, weights, lists[4], starts, heads, kv)
		}
	}
}

// shareOut gives blocks the rows of sequences that have few, with all their pages,
// or with a part of them where there would be too few blocks for the GPU or one
// would have much more to do than the others. works are five numbers for each
// block, as work of flash_pages.cu has them; joins are a sequence, a row and the
// slots from..to-1 of what flash_join puts together. A sequence of -1 is none: a
// block that has nothing to do.
func shareOut(start, lens []int32, h kernels.Heads, blocks int) (works, joins []int32, slots int) {
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
			parts := over(pages, most)
			if parts == 1 {
				works = append(works, int32(s), int32(row), 0, int32(pages), -1)
				continue
			}
			joins = append(joins, int32(s), int32(row), int32(slots), int32(slots+parts))
			for i := range parts {
				works = append(works, int32(s), int32(row), int32(pages*i/parts), int32(pages*(i+1)/parts), int32(slots))
				slots++
			}
		}
	}
	for more := steady(len(works)/5) - len(works)/5; more > 0; more-- {
		works = append(works, -1, 0, 0, 0, -1)
	}
	for more := steady(len(joins)/4) - len(joins)/4; more > 0; more-- {
		joins = append(joins, -1, 0, 0, 0)
	}
	return works, joins, steady(slots)
}

// steady is n rounded up to one of eight sizes to a doubling: from step to step
// sequences grow by a page, and a launch of the same size can be the same graph.
func steady(n int) int {
	step := 1 << max(0, bits.Len(uint(max(n, 1)-1))-4)
	return over(n, step) * step
}

// gatherMany is for the sequences that have many rows: three numbers for each of
// their pages, as gather_pages has them, and where each sequence's keys will begin.
func gatherMany(start, first, lens []int32, h kernels.Heads) (gathers, keys []int32) {
	keys = make([]int32, len(start))
	for s, n := range lens {
		keys[s+1] = keys[s]
		if int(start[s+1]-start[s])*h.Q/h.KV <= fewMost {
			continue
		}
		for at := int32(0); at < n; at += kernels.PageTokens {
			gathers = append(gathers, first[s]+at/kernels.PageTokens, keys[s]+at, min(n-at, kernels.PageTokens))
		}
		keys[s+1] += n
	}
	return gathers, keys
}
