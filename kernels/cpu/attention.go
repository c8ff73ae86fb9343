package cpu

import (
	"math"

	"github.com/turngym/turngym/kernels"
)

// queryBlock is how many queries are worked on at once: they share the keys in
// cache.
const queryBlock = 48

// never is the score of a key that a query may not see.
const never = -1e30

// eachHead runs f for every key-value head of every sequence, of the rows first
// to first+n-1.
func (d *Device) eachHead(start []int32, h kernels.Heads, f func(s, first, n, kv int)) {
	work := 0
	for s := range len(start) - 1 {
		n := int(start[s+1] - start[s])
		work += n * n * h.Q * h.Dim
	}
	d.heads(start, h, work, f)
}

// heads is eachHead for so many multiply-adds in all.
func (d *Device) heads(start []int32, h kernels.Heads, work int, f func(s, first, n, kv int)) {
	tasks := (len(start) - 1) * h.KV
	do := func(i int) {
		s := i / h.KV
		if n := int(start[s+1] - start[s]); n > 0 {
			f(s, int(start[s]), n, i%h.KV)
		}
	}
	if work < sharedWork {
		for i := range tasks {
			do(i)
		}
		return
	}
	d.pool.run(tasks, do)
}

// Attention works head by head: the scores of a block of queries are one
// matrix product with the keys, their softmax another with the values. No more
// than a block's scores are ever stored.
func (d *Device) Attention(out, lse, q, k, v kernels.Buffer, start []int32, h kernels.Heads) {
	o, l, qs, ks, vs := of(out), of(lse), of(q), of(k), of(v)
	scale, group := float32(1/math.Sqrt(float64(h.Dim))), h.Q/h.KV
	d.eachHead(start, h, func(_, first, n, kv int) {
		at := (first*h.KV + kv) * h.Dim
		keys := d.panelsOf(right{x: ks[at:], stride: h.KV * h.Dim, trans: true}, h.Dim, n)
		values := d.panelsOf(right{x: vs[at:], stride: h.KV * h.Dim}, n, h.Dim)
		wide := d.scoreStride(n)
		sc := d.temp(queryBlock * wide)
		var sums [queryBlock]float32
		for g := range group {
			head := kv*group + g
			for i0 := 0; i0 < n; i0 += queryBlock {
				m := min(queryBlock, n-i0)
				at, seen := ((first+i0)*h.Q+head)*h.Dim, i0+m // the block's last query sees so many
				d.product(m, d.wide(seen), h.Dim, mat{qs[at:], h.Q * h.Dim, 1}, *keys, h.Dim, *sc, wide, false)
				for i := range m {
					row := (*sc)[i*wide:][:d.wide(seen)]
					sums[i], l[(first+i0+i)*h.Q+head] = d.softmax(row, i0+i+1, scale)
				}
				d.product(m, h.Dim, seen, mat{*sc, wide, 1}, *values, n, o[at:], h.Q*h.Dim, false)
				for i := range m {
					d.times(o[at+i*h.Q*h.Dim:][:h.Dim], 1/sums[i])
				}
			}
		}
		d.free(keys)
		d.free(values)
		d.free(sc)
	})
}

// scoreStride is the distance of rows of n scores: whole panels, and never a
// power of two, for which the rows of a tile would share a place in the cache.
func (d *Device) scoreStride(n int) int { return d.wide(n) + 16 }

// panelsOf packs b [k, n].
func (d *Device) panelsOf(b right, k, n int) *[]float32 {
	dst := d.temp(k * d.wide(n))
	d.packAll(*dst, b, k, n)
	return dst
}

// product is c (+)= a·b for panels of b of which each has rows rows, on this
// thread.
func (d *Device) product(m, n, k int, a mat, b []float32, rows int, c []float32, crs int, add bool) {
	p := product{m: m, n: n, k: k, a: a, b: right{x: b, packed: true, stride: rows * d.isa.cols}, c: c, crs: crs}
	if add {
		p.plus, p.prs = c, crs
	}
	d.panels(&p, 0, (n+d.isa.cols-1)/d.isa.cols)
}

// softmax turns a row's first n scores into probabilities times their sum and
// the rest into zeros; lse is the log of the sum of exponentials.
func (d *Device) softmax(row []float32, n int, scale float32) (sum, lse float32) {
	for i := n; i < len(row); i++ {
		row[i] = never
	}
	top := d.isa.top(row, len(row)) * scale
	sum = d.isa.expSum(row, row, scale, top, len(row))
	clear(row[n:])
	return sum, top + float32(math.Log(float64(sum)))
}

// AttentionGrad recomputes the probabilities block by block.
func (d *Device) AttentionGrad(dq, dk, dv, dout, out, lse, q, k, v kernels.Buffer, start []int32, h kernels.Heads) {
	gq, gk, gv, gs, os, l, qs, ks, vs := of(dq), of(dk), of(dv), of(dout), of(out), of(lse), of(q), of(k), of(v)
	scale, group := float32(1/math.Sqrt(float64(h.Dim))), h.Q/h.KV
	qrs, krs := h.Q*h.Dim, h.KV*h.Dim
	d.eachHead(start, h, func(_, first, n, kv int) {
		kat := (first*h.KV + kv) * h.Dim
		keysT := d.panelsOf(right{x: ks[kat:], stride: krs, trans: true}, h.Dim, n)
		valuesT := d.panelsOf(right{x: vs[kat:], stride: krs, trans: true}, h.Dim, n)
		keys := d.panelsOf(right{x: ks[kat:], stride: krs}, n, h.Dim)
		for t := range n {
			clear(gk[kat+t*krs:][:h.Dim])
			clear(gv[kat+t*krs:][:h.Dim])
		}
		wide := d.scoreStride(n)
		sc, dp := d.temp(queryBlock*wide), d.temp(queryBlock*wide)
		for g := range group {
			head := kv*group + g
			for i0 := 0; i0 < n; i0 += queryBlock {
				m := min(queryBlock, n-i0)
				at, seen := ((first+i0)*h.Q+head)*h.Dim, i0+m
				d.product(m, d.wide(seen), h.Dim, mat{qs[at:], qrs, 1}, *keysT, h.Dim, *sc, wide, false)
				d.product(m, d.wide(seen), h.Dim, mat{gs[at:], qrs, 1}, *valuesT, h.Dim, *dp, wide, false)
				for i := range m {
					row, sees := (*sc)[i*wide:][:d.wide(seen)], i0+i+1
					d.isa.expSum(row, row, scale, l[(first+i0+i)*h.Q+head], len(row))
					clear(row[sees:])
					r := at + i*qrs
					delta := d.dot(gs[r:r+h.Dim], os[r:r+h.Dim])
					d.isa.probGrad((*dp)[i*wide:], row, delta, scale, len(row))
				}
				d.product(m, h.Dim, seen, mat{*dp, wide, 1}, *keys, n, gq[at:], qrs, false)
				queries := d.panelsOf(right{x: qs[at:], stride: qrs}, m, h.Dim)
				d.product(seen, h.Dim, m, mat{*dp, 1, wide}, *queries, m, gk[kat:], krs, true)
				d.free(queries)
				grads := d.panelsOf(right{x: gs[at:], stride: qrs}, m, h.Dim)
				d.product(seen, h.Dim, m, mat{*sc, 1, wide}, *grads, m, gv[kat:], krs, true)
				d.free(grads)
			}
		}
		for _, t := range []*[]float32{keysT, valuesT, keys, sc, dp} {
			d.free(t)
		}
	})
}

// AttentionPaged works on one key-value head of one sequence at a time. A page
// holds the keys as panels of whole columns and the values as panels of whole
// rows, so that nothing has to be packed when they are used.
func (d *Device) AttentionPaged(out, q, k, v kernels.Buffer, start []int32, pages []kernels.Pages, h kernels.Heads) {
	o, qs, ks, vs := of(out), of(q), of(k), of(v)
	work := 0
	for s, p := range pages {
		work += int(start[s+1]-start[s]) * p.Len * h.Q * h.Dim
	}
	d.heads(start, h, work, func(s, first, n, kv int) {
		p := paged{d: d, h: h, kv: kv, pages: pages[s]}
		p.write(ks[first*h.KV*h.Dim:], vs[first*h.KV*h.Dim:], n)
		p.attend(o[first*h.Q*h.Dim:], qs[first*h.Q*h.Dim:], n)
	})
}

// PageLen is of the keys, [KV][panels][Dim][cols], and then the values,
// [KV][panels][PageTokens][cols].
func (d *Device) PageLen(h kernels.Heads) int {
	return h.KV * kernels.PageTokens * (h.Dim + d.wide(h.Dim))
}

// paged is one key-value head of one sequence.
type paged struct {
	d     *Device
	h     kernels.Heads
	kv    int
	pages kernels.Pages
}

// page is the head's keys and values in a page.
func (p *paged) page(i int) (keys, values []float32) {
	x, n := of(p.pages.List[i])[p.pages.At:], kernels.PageTokens*p.h.Dim
	m := kernels.PageTokens * p.d.wide(p.h.Dim)
	return x[p.kv*n:][:n], x[p.h.KV*n+p.kv*m:][:m]
}

// write puts n rows, each of all heads, at the end of the sequence.
func (p *paged) write(k, v []float32, n int) {
	dim, cols, stride := p.h.Dim, p.d.isa.cols, p.h.KV*p.h.Dim
	for t := range n {
		at := p.pages.Len - n + t
		keys, values := p.page(at / kernels.PageTokens)
		at %= kernels.PageTokens
		row := t*stride + p.kv*dim
		for i, x := range k[row : row+dim] {
			keys[(at/cols*dim+i)*cols+at%cols] = x
		}
		for j := 0; j < dim; j += cols {
			copy(values[(j*kernels.PageTokens)+at*cols:][:cols], v[row+j:row+dim])
		}
	}
}

// attend is the attention of n queries, each of all heads, the last of which
// sees the whole sequence.
func (p *paged) attend(out, q []float32, n int) {
	d, h := p.d, p.h
	group, stride := h.Q/h.KV, h.Q*h.Dim
	wide := d.scoreStride(p.pages.Len)
	sc := d.temp(queryBlock * wide)
	if head := p.kv * group * h.Dim; n == 1 && group <= queryBlock { // the heads that share the keys are the rows
		p.block(out[head:], q[head:], h.Dim, group, p.pages.Len, 0, *sc, wide)
	} else {
		for g := range group {
			for i0 := 0; i0 < n; i0 += queryBlock {
				m, at := min(queryBlock, n-i0), i0*stride+head+g*h.Dim
				p.block(out[at:], q[at:], stride, m, p.pages.Len-n+i0+m, 1, *sc, wide)
			}
		}
	}
	d.free(sc)
}

// block is the attention of m rows, of which the last sees the first seen
// tokens and each one before it fewer by less.
func (p *paged) block(out, q []float32, stride, m, seen, less int, sc []float32, wide int) {
	d, dim := p.d, p.h.Dim
	const tokens = kernels.PageTokens
	for t := 0; t < seen; t += tokens {
		keys, _ := p.page(t / tokens)
		d.product(m, d.wide(min(tokens, seen-t)), dim, mat{q, stride, 1}, keys, dim, sc[t:], wide, false)
	}
	var sums [queryBlock]float32
	for i := range m {
		sums[i], _ = d.softmax(sc[i*wide:][:d.wide(seen)], seen-(m-1-i)*less, float32(1/math.Sqrt(float64(dim))))
	}
	for t := 0; t < seen; t += tokens {
		_, values := p.page(t / tokens)
		d.product(m, dim, min(tokens, seen-t), mat{sc[t:], wide, 1}, values, tokens, out, stride, t > 0)
	}
	for i := range m {
		d.times(out[i*stride:][:dim], 1/sums[i])
	}
}
