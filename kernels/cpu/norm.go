package cpu

import (
	"math"

	"github.com/turngym/turngym/kernels"
)

// RMSNorm normalises rows.
func (d *Device) RMSNorm(out, rstd, x, w kernels.Buffer, dim int, eps float64) {
	o, r, in, wt := of(out), of(rstd), of(x), of(w)
	d.split(len(in)/dim, dim, func(from, to int) {
		for t := from; t < to; t++ {
			row := in[t*dim : (t+1)*dim]
			r[t] = float32(1 / math.Sqrt(float64(d.dot(row, row))/float64(dim)+eps))
			d.scale(o[t*dim:(t+1)*dim], row, wt, r[t])
		}
	})
}

// LayerNorm normalises rows.
func (d *Device) LayerNorm(out, mean, rstd, x, w, b kernels.Buffer, dim int, eps float64) {
	o, m, r, in, wt, bias := of(out), of(mean), of(rstd), of(x), of(w), of(b)
	ones := d.ones(dim)
	d.split(len(in)/dim, 2*dim, func(from, to int) {
		tmp := d.temp(dim)
		for t := from; t < to; t++ {
			row := in[t*dim : (t+1)*dim]
			m[t] = d.dot(row, ones) / float32(dim)
			d.center(*tmp, row, ones, m[t])
			r[t] = float32(1 / math.Sqrt(float64(d.dot(*tmp, *tmp))/float64(dim)+eps))
			d.scale(o[t*dim:(t+1)*dim], *tmp, wt, r[t])
			d.axpy(o[t*dim:(t+1)*dim], bias[:dim], 1)
		}
		d.free(tmp)
	})
}

// ones is a row of them.
func (d *Device) ones(dim int) []float32 {
	x := make([]float32, dim)
	for i := range x {
		x[i] = 1
	}
	return x
}

// center is dst = x - mean.
func (d *Device) center(dst, x, ones []float32, mean float32) {
	copy(dst, x)
	d.axpy(dst, ones, -mean)
}

// gradRows is how many rows' gradients of a shared weight are added up before
// they meet those of others: in the same order whoever does it.
const gradRows = 256

// sumParts runs f on parts of rows, with a sum of its own for each, and adds the
// sums to dst, where that is not nil, in their order.
func (d *Device) sumParts(dst kernels.Buffer, rows, width, numbers int, f func(sum []float32, from, to int)) {
	parts := (rows + gradRows - 1) / gradRows
	sums := d.temp(parts * width)
	clear(*sums)
	d.split(parts, min(rows, gradRows)*numbers, func(from, to int) {
		for p := from; p < to; p++ {
			f((*sums)[p*width:(p+1)*width], p*gradRows, min(rows, (p+1)*gradRows))
		}
	})
	for p := 0; p < parts && dst != nil; p++ {
		d.axpy(of(dst)[:width], (*sums)[p*width:(p+1)*width], 1)
	}
	d.free(sums)
}

// RMSNormGrad adds to dx and dw.
func (d *Device) RMSNormGrad(dx, dw, dout, x, w, rstd kernels.Buffer, dim int) {
	gx, g, in, wt, r := of(dx), of(dout), of(x), of(w), of(rstd)
	d.sumParts(dw, len(in)/dim, dim, dim, func(sum []float32, from, to int) {
		for t := from; t < to; t++ {
			a, b := t*dim, (t+1)*dim
			mean := d.dot3(g[a:b], wt, in[a:b]) * r[t] * r[t] / float32(dim)
			d.normGrad(gx[a:b], sum, g[a:b], in[a:b], wt, r[t], mean)
		}
	})
}

// LayerNormGrad is that of the centered rows, whose mean does not change.
func (d *Device) LayerNormGrad(dx, dw, db, dout, x, w, mean, rstd kernels.Buffer, dim int) {
	gx, g, in, wt, m, r := of(dx), of(dout), of(x), of(w), of(mean), of(rstd)
	ones := d.ones(dim)
	d.sumParts(dw, len(in)/dim, dim, 2*dim, func(sum []float32, from, to int) {
		tmp := d.temp(dim)
		for t := from; t < to; t++ {
			a, b := t*dim, (t+1)*dim
			d.center(*tmp, in[a:b], ones, m[t])
			along := d.dot3(g[a:b], wt, *tmp) * r[t] * r[t] / float32(dim)
			d.normGrad(gx[a:b], sum, g[a:b], *tmp, wt, r[t], along)
			d.axpy(gx[a:b], ones, -r[t]*d.dot(g[a:b], wt[:dim])/float32(dim))
		}
		d.free(tmp)
	})
	if db != nil {
		d.SumRows(db, dout, dim)
	}
}
