package cpu

import (
	"fmt"
	"math"
	"slices"

	"github.com/turngym/turngym/kernels"
)

// logits are dot products, one for each id.
func (d *Device) logits(dst, h, table []float32, ids []int32) {
	dim := len(h)
	for j, id := range ids {
		dst[j] = d.dot(h, table[int(id)*dim:(int(id)+1)*dim])
	}
}

// listed runs f on each row that has allowed ids, with those and their
// log-probs, which f may overwrite; on several rows at once.
func (d *Device) listed(h, table []float32, n int, allow kernels.Allow, dim int, f func(i int, ids []int32, logp []float32)) {
	if len(allow.IDs) == 0 {
		return
	}
	d.split(n, dim*len(allow.IDs)/n, func(from, to int) {
		tmp := d.temp(len(table) / dim)
		defer d.free(tmp)
		for i := from; i < to; i++ {
			if ids := allow.IDs[allow.Start[i]:allow.Start[i+1]]; len(ids) > 0 {
				x := (*tmp)[:len(ids)]
				d.logits(x, h[i*dim:(i+1)*dim], table, ids)
				f(i, ids, kernels.LogSoftmax(x))
			}
		}
	})
}

// openNumbers is about how many logits of rows that may be any id are worked on
// at once: all rows of a small vocabulary, few of a large one.
const openNumbers = 1 << 22

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
	wide := d.wide(vocab)
	most := min(len(rows), max(48, openNumbers/wide))
	hs, xs := d.temp(most*dim), d.temp(most*wide)
	for at := 0; at < len(rows); at += most {
		block := rows[at:min(at+most, len(rows))]
		for j, i := range block {
			copy((*hs)[j*dim:(j+1)*dim], h[i*dim:])
		}
		d.multiply(product{m: len(block), n: vocab, k: dim, a: mat{*hs, dim, 1}, b: right{x: table, stride: dim, trans: true}, c: *xs, crs: wide})
		f(block, *hs, *xs, wide)
	}
	d.free(hs)
	d.free(xs)
}

// openRow is the softmax of one row's logits: e, padded to whole panels,
// receives the probabilities times sum; entropy is in nats.
func (d *Device) openRow(e, logits []float32) (sum, lse, entropy float32) {
	n := copy(e, logits)
	sum, lse = d.softmax(e, n, 1)
	return sum, lse, lse - d.dot(e[:n], logits)/sum
}

// eachOpen runs f on each row of a block of open: its number, its logits x, which
// f may overwrite, and what openRow says of them; on several rows at once.
func (d *Device) eachOpen(rows []int, logits []float32, vocab, wide int, f func(i int, x, e []float32, sum, lse, entropy float32)) {
	d.split(len(rows), vocab, func(from, to int) {
		e := d.temp(wide)
		for j := from; j < to; j++ {
			x := logits[j*wide:][:vocab]
			sum, lse, entropy := d.openRow(*e, x)
			f(rows[j], x, *e, sum, lse, entropy)
		}
		d.free(e)
	})
}

// LogProb is the output layer.
func (d *Device) LogProb(logp, entropy, h, table kernels.Buffer, target []int32, allow kernels.Allow, dim int) {
	lp, ent := of(logp), of(entropy)
	d.listed(of(h), of(table), len(target), allow, dim, func(i int, ids []int32, x []float32) {
		j := slices.Index(ids, target[i])
		if j < 0 {
			panic(fmt.Sprintf("cpu: row %d: target %d is not allowed", i, target[i]))
		}
		lp[i], ent[i] = x[j], entropyOf(x)
	})
	vocab := len(of(table)) / dim
	d.open(of(h), of(table), len(target), allow, dim, func(rows []int, _, logits []float32, wide int) {
		d.eachOpen(rows, logits, vocab, wide, func(i int, x, e []float32, sum, lse, entropy float32) {
			lp[i], ent[i] = x[target[i]]-lse, entropy
		})
	})
}

// Sample goes through the rows as LogProb does.
func (d *Device) Sample(id []int32, logp []float32, h, table kernels.Buffer, allow kernels.Allow, dim int, temperature, u []float64) {
	d.listed(of(h), of(table), len(id), allow, dim, func(i int, ids []int32, x []float32) {
		j := kernels.Pick(x, temperature[i], u[i])
		id[i], logp[i] = ids[j], x[j]
	})
	vocab := len(of(table)) / dim
	d.open(of(h), of(table), len(id), allow, dim, func(rows []int, _, logits []float32, wide int) {
		d.eachOpen(rows, logits, vocab, wide, func(i int, x, e []float32, sum, lse, entropy float32) {
			id[i] = int32(d.pick(e, x, temperature[i], u[i]))
			logp[i] = x[id[i]] - lse
		})
	})
}

// pick is kernels.Pick for a whole vocabulary; e has the weights of temperature
// 1 and may be overwritten.
func (d *Device) pick(e, logits []float32, temperature, u float64) int {
	best := 0
	for i, x := range logits {
		if x > logits[best] {
			best = i
		}
	}
	if temperature == 0 {
		return best
	}
	if temperature != 1 {
		d.softmax(e, copy(e, logits), float32(1/temperature))
	}
	sum := 0.0
	for _, w := range e {
		sum += float64(w)
	}
	at := u * sum
	for i, w := range e[:len(logits)] {
		if at -= float64(w); at < 0 {
			return i
		}
	}
	return best
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
	gh, gl, ge, hs, ts := of(dh), of(dlogp), of(dentropy), of(h), of(table)
	var gt []float32 // nil: not wanted
	if dtable != nil {
		gt = of(dtable)
	}
	tmp := d.temp(len(allow.IDs)) // the logits' gradients
	d.listed(hs, ts, len(target), allow, dim, func(i int, ids []int32, x []float32) {
		g := (*tmp)[allow.Start[i]:allow.Start[i+1]]
		if clear(g); gl[i] == 0 && ge[i] == 0 {
			return
		}
		ent := entropyOf(x)
		for j, v := range x {
			p := float32(math.Exp(float64(v)))
			g[j] = -gl[i]*p - ge[i]*p*(v+ent)
			if ids[j] == target[i] {
				g[j] += gl[i]
			}
			d.axpy(gh[i*dim:(i+1)*dim], ts[int(ids[j])*dim:(int(ids[j])+1)*dim], g[j])
		}
	})
	columns := func(from, to int) { // a row of the table is met by many: each part adds its columns
		from, to = from*64, min(dim, to*64)
		for i := range target {
			row := hs[i*dim+from : i*dim+to]
			for j := allow.Start[i]; j < allow.Start[i+1]; j++ {
				if g := (*tmp)[j]; g != 0 {
					at := int(allow.IDs[j]) * dim
					d.axpy(gt[at+from:at+to], row, g)
				}
			}
		}
	}
	if gt != nil {
		d.split((dim+63)/64, 64*len(allow.IDs), columns)
	}
	d.free(tmp)
	vocab := len(ts) / dim
	d.open(hs, ts, len(target), allow, dim, func(rows []int, block, logits []float32, wide int) {
		d.eachOpen(rows, logits, vocab, wide, func(i int, x, e []float32, sum, lse, ent float32) { // logits become their gradient
			for k, v := range e[:vocab] {
				x[k] = -v / sum * (gl[i] + ge[i]*(x[k]-lse+ent))
			}
			x[target[i]] += gl[i]
		})
		n := len(rows)
		sums := d.temp(n * dim)
		d.multiply(product{m: n, n: dim, k: vocab, a: mat{logits, wide, 1}, b: right{x: ts, stride: dim}, c: *sums, crs: dim})
		for j, i := range rows {
			d.axpy(gh[i*dim:(i+1)*dim], (*sums)[j*dim:(j+1)*dim], 1)
		}
		d.free(sums)
		if gt == nil {
			return
		}
		d.multiply(product{m: vocab, n: dim, k: n, a: mat{logits, 1, wide}, b: right{x: block, stride: dim}, plus: gt, prs: dim, c: gt, crs: dim})
	})
}
