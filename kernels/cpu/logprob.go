package cpu

import (
	"fmt"
	"math"
	"slices"

	"github.com/turngym/turngym/kernels"
)

// Logits are dot products, one for each id.
func (d *Device) Logits(dst []float32, h, table kernels.Buffer, ids []int32, dim int) {
	d.logits(dst, of(h)[:dim], of(table), ids)
}

func (d *Device) logits(dst, h, table []float32, ids []int32) {
	dim := len(h)
	for j, id := range ids {
		dst[j] = d.dot(h, table[int(id)*dim:(int(id)+1)*dim])
	}
}

// rows visits each row that has allowed ids, with those and their log-probs,
// which the callee may overwrite.
func (d *Device) rows(h, table []float32, n int, allow kernels.Allow, dim int, f func(i int, ids []int32, logp []float32)) {
	tmp := d.temp(len(table) / dim)
	defer d.free(tmp)
	for i := range n {
		if ids := allow.IDs[allow.Start[i]:allow.Start[i+1]]; len(ids) > 0 {
			x := (*tmp)[:len(ids)]
			d.logits(x, h[i*dim:(i+1)*dim], table, ids)
			f(i, ids, kernels.LogSoftmax(x))
		}
	}
}

// openBlock is how many rows without allowed ids are worked on at once.
const openBlock = 64

// open visits the rows that may be any id of the vocabulary, in blocks: the rows'
// numbers, the rows h [n, dim], and their logits in rows of wide, which the callee
// may overwrite. What is beyond the vocabulary in a row is anything.
func (d *Device) open(h, table []float32, n int, allow kernels.Allow, dim int, f func(rows []int, h, logits []float32, wide int)) {
	var rows []int
	for i := range n {
		if allow.Start[i] == allow.Start[i+1] {
			rows = append(rows, i)
		}
	}
	if len(rows) == 0 {
		return
	}
	vocab := len(table) / dim
	wide := pad(vocab)
	tt, hs, xs := d.temp(dim*vocab), d.temp(openBlock*dim), d.temp(openBlock*wide)
	transpose(*tt, vocab, table, dim, vocab, dim)
	for at := 0; at < len(rows); at += openBlock {
		block := rows[at:min(at+openBlock, len(rows))]
		for j, i := range block {
			copy((*hs)[j*dim:(j+1)*dim], h[i*dim:])
		}
		d.gemm(len(block), vocab, dim, mat{*hs, dim, 1}, *tt, vocab, *xs, wide, false)
		f(block, *hs, *xs, wide)
	}
	d.free(tt)
	d.free(hs)
	d.free(xs)
}

// openRow is the softmax of one row's logits: e [padded] receives the
// probabilities times sum; entropy is in nats.
func (d *Device) openRow(e, logits []float32) (sum, lse, entropy float32) {
	n := copy(e, logits)
	sum, lse = d.softmax(e, n, 1)
	return sum, lse, lse - d.dot(e[:n], logits)/sum
}

// LogProb is the output layer.
func (d *Device) LogProb(logp, entropy, h, table kernels.Buffer, target []int32, allow kernels.Allow, dim int) {
	lp, ent := of(logp), of(entropy)
	d.rows(of(h), of(table), len(target), allow, dim, func(i int, ids []int32, x []float32) {
		j := slices.Index(ids, target[i])
		if j < 0 {
			panic(fmt.Sprintf("cpu: row %d: target %d is not allowed", i, target[i]))
		}
		lp[i], ent[i] = x[j], entropyOf(x)
	})
	vocab := len(of(table)) / dim
	e := d.temp(pad(vocab))
	d.open(of(h), of(table), len(target), allow, dim, func(rows []int, _, logits []float32, wide int) {
		for j, i := range rows {
			x := logits[j*wide:][:vocab]
			_, lse, entropy := d.openRow(*e, x)
			lp[i], ent[i] = x[target[i]]-lse, entropy
		}
	})
	d.free(e)
}

func entropyOf(logp []float32) float32 {
	sum := 0.0
	for _, v := range logp {
		sum -= math.Exp(float64(v)) * float64(v)
	}
	return float32(sum)
}

// LogProbGrad recomputes the log-probs.
func (d *Device) LogProbGrad(dh, dtable, dlogp, dentropy, h, table kernels.Buffer, target []int32, allow kernels.Allow, dim int) {
	gh, gt, gl, ge, hs, ts := of(dh), of(dtable), of(dlogp), of(dentropy), of(h), of(table)
	d.rows(hs, ts, len(target), allow, dim, func(i int, ids []int32, x []float32) {
		if gl[i] == 0 && ge[i] == 0 {
			return
		}
		ent := entropyOf(x)
		row, grow := hs[i*dim:(i+1)*dim], gh[i*dim:(i+1)*dim]
		for j, v := range x {
			p := float32(math.Exp(float64(v)))
			g := -gl[i]*p - ge[i]*p*(v+ent)
			id := int(ids[j])
			if ids[j] == target[i] {
				g += gl[i]
			}
			d.axpy(grow, ts[id*dim:(id+1)*dim], g)
			d.axpy(gt[id*dim:(id+1)*dim], row, g)
		}
	})
	vocab := len(ts) / dim
	e, sums := d.temp(pad(vocab)), d.temp(openBlock*dim)
	d.open(hs, ts, len(target), allow, dim, func(rows []int, block, logits []float32, wide int) {
		for j, i := range rows { // logits become their gradient
			x, p := logits[j*wide:][:vocab], (*e)[:vocab]
			sum, lse, ent := d.openRow(*e, x)
			for k, v := range p {
				x[k] = -v / sum * (gl[i] + ge[i]*(x[k]-lse+ent))
			}
			x[target[i]] += gl[i]
		}
		n := len(rows)
		d.gemm(n, dim, vocab, mat{logits, wide, 1}, ts, dim, *sums, dim, false)
		for j, i := range rows {
			d.axpy(gh[i*dim:(i+1)*dim], (*sums)[j*dim:(j+1)*dim], 1)
		}
		d.gemm(vocab, dim, n, mat{logits, 1, wide}, block, dim, gt, dim, true)
	})
	d.free(e)
	d.free(sums)
}
