package cpu

import (
	"fmt"
	"math"
	"slices"

	"github.com/turngym/turngym/kernels"
)

// listed runs f on each row that has allowed ids, with those and their
// log-probs, which f may overwrite; on several rows at once.
func (d *Device) listed(h []float32, t table, n int, allow kernels.Allow, f func(i int, ids []int32, logp []float32)) {
	if len(allow.IDs) == 0 {
		return
	}
	d.split(n, t.dim*len(allow.IDs)/n, func(from, to int) {
		tmp := d.temp(t.rows() + t.dim)
		defer d.free(tmp)
		for i := from; i < to; i++ {
			ids := allow.IDs[allow.Start[i]:allow.Start[i+1]]
			if len(ids) == 0 {
				continue
			}
			x := (*tmp)[t.dim:][:len(ids)]
			for j, id := range ids {
				x[j] = d.dot(h[i*t.dim:(i+1)*t.dim], t.row(d, id, *tmp))
			}
			f(i, ids, kernels.LogSoftmax(x))
		}
	})
}

// openNumbers is about how many logits of rows that may be any id are worked on
// at once: all rows of a small vocabulary, few of a large one.
const openNumbers = 1 << 22

// open visits the rows that may be any id of the vocabulary, in blocks: the rows'
// numbers, the rows h [n, dim], and their logits in rows of wide, which the callee
// may overwrite. What is beyond the vocabulary in a row is anything.
func (d *Device) open(h []float32, t table, n int, allow kernels.Allow, f func(rows []int, h, logits []float32, wide int)) {
	var rows []int
	for i := range n {
		if allow.Start[i] == allow.Start[i+1] {
			rows = append(rows, i)
		}
	}
	if len(rows) == 0 {
		return
	}
	vocab, dim := t.rows(), t.dim
	wide := d.wide(vocab)
	most := min(len(rows), max(48, openNumbers/wide))
	hs, xs := d.temp(most*dim), d.temp(most*wide)
	for at := 0; at < len(rows); at += most {
		block := rows[at:min(at+most, len(rows))]
		for j, i := range block {
			copy((*hs)[j*dim:(j+1)*dim], h[i*dim:])
		}
		d.multiply(product{m: len(block), n: vocab, k: dim, a: mat{*hs, dim, 1}, b: right{x: t.x, h: t.h, stride: dim, trans: true}, c: *xs, crs: wide})
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
func (d *Device) LogProb(logp, entropy, h, table kernels.Buffer, target kernels.Targets, allow kernels.Allow, dim int) {
	lp, ent, hs, t, n := of(logp), of(entropy), of(h), tableOf(table, dim), len(allow.Start)-1
	d.listed(hs, t, n, allow, func(i int, ids []int32, x []float32) {
		for a, b := target.Row(i); a < b; a++ {
			lp[a] = x[among(ids, target.IDs[a], i)]
		}
		ent[i] = entropyOf(x)
	})
	d.open(hs, t, n, allow, func(rows []int, _, logits []float32, wide int) {
		d.eachOpen(rows, logits, t.rows(), wide, func(i int, x, e []float32, sum, lse, entropy float32) {
			for a, b := target.Row(i); a < b; a++ {
				lp[a] = x[target.IDs[a]] - lse
			}
			ent[i] = entropy
		})
	})
}

// among is where an id is in a row's.
func among(ids []int32, id int32, row int) int {
	j := slices.Index(ids, id)
	if j < 0 {
		panic(fmt.Sprintf("cpu: row %d: target %d is not allowed", row, id))
	}
	return j
}

// Top goes through the rows as LogProb does.
func (d *Device) Top(id []int32, logp []float32, h, table kernels.Buffer, allow kernels.Allow, dim, k int) {
	hs, t, n := of(h), tableOf(table, dim), len(allow.Start)-1
	best := func(i int, x []float32, lse float32, ids []int32) {
		row, lp := id[i*k:(i+1)*k], logp[i*k:(i+1)*k]
		kernels.Largest(row, x)
		for j, at := range row {
			if at < 0 {
				lp[j] = float32(math.Inf(-1))
				continue
			}
			if lp[j] = x[at] - lse; ids != nil {
				row[j] = ids[at]
			}
		}
	}
	d.listed(hs, t, n, allow, func(i int, ids []int32, x []float32) { best(i, x, 0, ids) })
	d.open(hs, t, n, allow, func(rows []int, _, logits []float32, wide int) {
		d.eachOpen(rows, logits, t.rows(), wide, func(i int, x, e []float32, sum, lse, entropy float32) { best(i, x, lse, nil) })
	})
}

// Sample goes through the rows as LogProb does.
func (d *Device) Sample(id []int32, logp []float32, h, table kernels.Buffer, allow kernels.Allow, dim int, temperature, u []float64) {
	hs, t := of(h), tableOf(table, dim)
	d.listed(hs, t, len(id), allow, func(i int, ids []int32, x []float32) {
		j := kernels.Pick(x, temperature[i], u[i])
		id[i], logp[i] = ids[j], x[j]
	})
	d.open(hs, t, len(id), allow, func(rows []int, _, logits []float32, wide int) {
		d.eachOpen(rows, logits, t.rows(), wide, func(i int, x, e []float32, sum, lse, entropy float32) {
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

// LogProbGrad recomputes the log-probs. A row's logits have the gradient
// dlogp at its targets, and everywhere minus the probability times all of
// that and of the entropy's.
func (d *Device) LogProbGrad(dh, dtable, dlogp, dentropy, h, table kernels.Buffer, target kernels.Targets, allow kernels.Allow, dim int) {
	g := outGrad{d: d, dh: of(dh), dlogp: of(dlogp), dentropy: of(dentropy), h: of(h), table: tableOf(table, dim), target: target, allow: allow}
	if dtable != nil {
		g.dtable = of(dtable)
	}
	if len(allow.IDs) > 0 {
		g.listed()
	}
	g.open()
}

// softGrad is x = -p*(a + b*(x-c)).
func (d *Device) softGrad(x, p []float32, a, b, c float32) {
	n := len(x) &^ 15
	switch far := max(a, -a) > 1e4*max(b, -b); {
	case b == 0:
		copy(x, p)
		d.times(x, -a)
		return
	case far || n == 0: // a/b would take x's last digits
		n = 0
	default:
		d.isa.probGrad(x, p, c-a/b, -b, n)
	}
	for i := n; i < len(x); i++ {
		x[i] = -p[i] * (a + b*(x[i]-c))
	}
}

// outGrad is a call of LogProbGrad.
type outGrad struct {
	d                  *Device
	dh, dtable         []float32 // dtable is nil where it is not wanted
	dlogp, dentropy, h []float32
	table              table
	target             kernels.Targets
	allow              kernels.Allow
}

// row is where row i's targets are, and the sum of their dlogp.
func (g *outGrad) row(i int) (from, to int, sum float32) {
	from, to = g.target.Row(i)
	for _, x := range g.dlogp[from:to] {
		sum += x
	}
	return from, to, sum
}

// listed does the rows that have allowed ids.
func (g *outGrad) listed() {
	d, dim := g.d, g.table.dim
	tmp := d.temp(len(g.allow.IDs)) // the logits' gradients
	defer d.free(tmp)
	d.listed(g.h, g.table, len(g.allow.Start)-1, g.allow, func(i int, ids []int32, x []float32) {
		grad := (*tmp)[g.allow.Start[i]:g.allow.Start[i+1]]
		clear(grad)
		from, to, sum := g.row(i)
		if sum == 0 && g.dentropy[i] == 0 && to-from < 2 {
			return
		}
		for a := from; a < to; a++ {
			grad[among(ids, g.target.IDs[a], i)] += g.dlogp[a]
		}
		ent, row := entropyOf(x), d.temp(dim)
		for j, v := range x {
			p := float32(math.Exp(float64(v)))
			grad[j] -= sum*p + g.dentropy[i]*p*(v+ent)
			d.axpy(g.dh[i*dim:(i+1)*dim], g.table.row(d, ids[j], *row), grad[j])
		}
		d.free(row)
	})
	if g.dtable == nil {
		return
	}
	d.split((dim+63)/64, 64*len(g.allow.IDs), func(from, to int) { // a row of the table is met by many: each part adds its columns
		from, to = from*64, min(dim, to*64)
		for i := range len(g.allow.Start) - 1 {
			row := g.h[i*dim+from : i*dim+to]
			for j := g.allow.Start[i]; j < g.allow.Start[i+1]; j++ {
				if x := (*tmp)[j]; x != 0 {
					at := int(g.allow.IDs[j]) * dim
					d.axpy(g.dtable[at+from:at+to], row, x)
				}
			}
		}
	})
}

// open does the rows that may be any id.
func (g *outGrad) open() {
	d, dim, vocab := g.d, g.table.dim, g.table.rows()
	d.open(g.h, g.table, len(g.allow.Start)-1, g.allow, func(rows []int, block, logits []float32, wide int) {
		d.eachOpen(rows, logits, vocab, wide, func(i int, x, e []float32, total, lse, ent float32) { // logits become their gradient
			from, to, sum := g.row(i)
			d.softGrad(x, e[:vocab], sum/total, g.dentropy[i]/total, lse-ent)
			for a := from; a < to; a++ {
				x[g.target.IDs[a]] += g.dlogp[a]
			}
		})
		n := len(rows)
		sums := d.temp(n * dim)
		d.multiply(product{m: n, n: dim, k: vocab, a: mat{logits, wide, 1}, b: right{x: g.table.x, h: g.table.h, stride: dim}, c: *sums, crs: dim})
		for j, i := range rows {
			d.axpy(g.dh[i*dim:(i+1)*dim], (*sums)[j*dim:(j+1)*dim], 1)
		}
		d.free(sums)
		if g.dtable != nil {
			d.multiply(product{m: vocab, n: dim, k: n, a: mat{logits, 1, wide}, b: right{x: block, stride: dim}, plus: g.dtable, prs: dim, c: g.dtable, crs: dim})
		}
	})
}
