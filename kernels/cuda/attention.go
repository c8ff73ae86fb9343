package cuda

import (
	"math"
	"runtime"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// rowsOf is how many rows a block of attention has, keysOf how many keys it goes
// through at a time: ROWS and KEYS of attention.cu.
const (
	rowsOf = 8
	keysOf = 32
)

// tiles are the blocks' places, each a sequence and its first row: of sequence s
// there are n(s) rows.
func tiles(seqs int, n func(s int) int) (list []int32) {
	for s := range seqs {
		for at := 0; at < n(s); at += rowsOf {
			list = append(list, int32(s), int32(at))
		}
	}
	return list
}

// tiled is a launch on those tiles, with so many numbers of shared memory; like is
// of the type of queries, keys and values.
func (d *Device) tiled(name string, like kernels.Buffer, list []int32, h kernels.Heads, shared int, args ...driver.Arg) {
	if len(list) == 0 {
		return
	}
	d.launch(d.typed("attention", like), name, driver.Shape{Grid: driver.Dim{len(list) / 2, h.KV}, Block: driver.Dim{32 * rowsOf}, Shared: 4 * shared}, args...)
}

func (d *Device) attentionScale(h kernels.Heads) driver.Arg {
	return driver.F32(float32(1 / math.Sqrt(float64(h.Dim))))
}

// Attention goes through the keys in tiles and stores no scores.
func (d *Device) Attention(out, lse, q, k, v kernels.Buffer, start []int32, h kernels.Heads) {
	alike("Attention", q, k, v, out)
	defer d.begin(out, lse, q, k, v)()
	if d.flashes(h, out, q, k, v) {
		d.flash(out, lse, q, k, v, start, h)
		return
	}
	list := tiles(len(start)-1, func(s int) int { return int(start[s+1]-start[s]) * h.Q / h.KV })
	d.tiled("attention", q, list, h, keysOf*(2*h.Dim+1)+rowsOf*h.Dim, ptr(out), ptr(lse), ptr(q), ptr(k), ptr(v),
		carry(d, list), carry(d, start), driver.Int(h.Q), driver.Int(h.KV), driver.Int(h.Dim), d.attentionScale(h))
}

// AttentionGrad computes the probabilities again, once for the queries and once
// for keys and values.
func (d *Device) AttentionGrad(dq, dk, dv, dout, out, lse, q, k, v kernels.Buffer, start []int32, h kernels.Heads) {
	alike("AttentionGrad", q, k, v, out, dq, dk, dv, dout)
	defer d.begin(dq, dk, dv, dout, out, lse, q, k, v)()
	if d.flashes(h, dq, dk, dv, dout, out, q, k, v) {
		d.flashGrad(dq, dk, dv, dout, out, lse, q, k, v, start, h)
		return
	}
	seqs := len(start) - 1
	delta := driver.Ptr(d.temp(4 * lse.Len()))
	starts, scale := carry(d, start), d.attentionScale(h)
	shared := 2*keysOf*(h.Dim+1) + 2*rowsOf*h.Dim
	list := tiles(seqs, func(s int) int { return int(start[s+1]-start[s]) * h.Q / h.KV })
	d.tiled("attention_grad_q", q, list, h, shared, ptr(dq), delta, ptr(dout), ptr(out), ptr(lse), ptr(q), ptr(k), ptr(v),
		carry(d, list), starts, driver.Int(h.Q), driver.Int(h.KV), driver.Int(h.Dim), scale)
	list = tiles(seqs, func(s int) int { return int(start[s+1] - start[s]) })
	d.tiled("attention_grad_kv", q, list, h, shared, ptr(dk), ptr(dv), delta, ptr(dout), ptr(lse), ptr(q), ptr(k), ptr(v),
		carry(d, list), starts, driver.Int(h.Q), driver.Int(h.KV), driver.Int(h.Dim), scale)
}

// AttentionPaged writes the new keys and values and is Attention over the pages.
func (d *Device) AttentionPaged(out, q, k, v kernels.Buffer, start []int32, pages []kernels.Pages, h kernels.Heads) {
	alike("AttentionPaged", q, k, v, out)
	defer d.begin(out, q, k, v)()
	defer runtime.KeepAlive(pages)
	l := d.listPages(q, start, pages, h)
	if len(l.page) == 0 {
		return
	}
	layer := uint64(of(q).width() * pages[0].At)
	all, at, kv, dim := carry(d, l.addr), driver.U64(layer), driver.Int(h.KV), driver.Int(h.Dim)
	d.launch(d.typed("attention", k), "page_write", byRow(len(l.page)), ptr(k), ptr(v), all, at, carry(d, l.page), carry(d, l.place), kv, dim)
	if d.flashes(h, out, q) && !l.odd && layer%aligned == 0 {
		d.flashPaged(of(out), of(q), all, at, l, h)
		return
	}
	d.tiled("attention_paged", q, l.tiles, h, keysOf*(2*h.Dim+1)+rowsOf*h.Dim, ptr(out), ptr(q), all, at, carry(d, l.first), carry(d, l.lens),
		carry(d, l.tiles), carry(d, start), driver.Int(h.Q), kv, dim, d.attentionScale(h))
}

// PageLen is of the keys, [KV, PageTokens, Dim], and then the values.
func (d *Device) PageLen(h kernels.Heads) int { return 2 * h.KV * kernels.PageTokens * h.Dim }
