package cpu

import (
	"math"

	"github.com/turngym/turngym/kernels"
)

// Add is out += a.
func (d *Device) Add(out, a kernels.Buffer) {
	o, x := of(out), of(a)
	d.split((len(x)+1023)/1024, 1024, func(from, to int) {
		from, to = 1024*from, min(len(x), 1024*to)
		d.axpy(o[from:to], x[from:to], 1)
	})
}

// SumRows adds the rows in their order, some columns on each thread.
func (d *Device) SumRows(dst, x kernels.Buffer, dim int) {
	to, in := of(dst), of(x)
	d.split((dim+63)/64, len(in)/dim*64, func(from, to64 int) {
		from, end := 64*from, min(dim, 64*to64)
		for t := 0; t < len(in); t += dim {
			d.axpy(to[from:end], in[t+from:t+end], 1)
		}
	})
}

// Embed gathers rows.
func (d *Device) Embed(out, table kernels.Buffer, ids []int32, dim int) {
	o, t := of(out), tableOf(table, dim)
	for i, id := range ids {
		row := o[i*dim : (i+1)*dim]
		copy(row, t.row(d, id, row))
	}
}

// EmbedGrad scatters rows.
func (d *Device) EmbedGrad(dtable, dout kernels.Buffer, ids []int32, dim int) {
	t, g := of(dtable), of(dout)
	for i, id := range ids {
		d.axpy(t[int(id)*dim:(int(id)+1)*dim], g[i*dim:(i+1)*dim], 1)
	}
}

// ropeKey names a table by the frequencies' place.
type ropeKey struct {
	freq *float64
	upTo int
}

// rope is the table of kernels.Angles for positions up to top.
func (d *Device) rope(freq []float64, top int32) []float32 {
	upTo := 256
	for upTo <= int(top) {
		upTo *= 2
	}
	key := ropeKey{&freq[0], upTo}
	if t, ok := d.ropes.Load(key); ok {
		return t.([]float32)
	}
	t, _ := d.ropes.LoadOrStore(key, kernels.Angles(freq, upTo))
	return t.([]float32)
}

// Rope rotates in place.
func (d *Device) Rope(x kernels.Buffer, pos []int32, heads, dim int, freq []float64, inverse bool) {
	v, top, sign := of(x), int32(0), float32(1)
	for _, p := range pos {
		top = max(top, p)
	}
	if inverse {
		sign = -1
	}
	table, half := d.rope(freq, top), dim/2
	d.split(len(pos), heads*dim, func(from, to int) {
		for t := from; t < to; t++ {
			angles := table[int(pos[t])*dim:][:dim]
			for h := range heads {
				row := v[(t*heads+h)*dim:][:dim]
				d.rotate(row[:half], row[half:], angles[:half], angles[half:], sign)
			}
		}
	})
}

// The kernels over rows, for any length: whole registers by the instruction
// set's, the rest one by one. Where a row begins does not change its bits.

func (d *Device) dot(a, b []float32) float32 {
	n := len(a) &^ 15
	var sum float32
	if n > 0 {
		sum = d.isa.dot(a, b, n)
	}
	for i := n; i < len(a); i++ {
		sum += a[i] * b[i]
	}
	return sum
}

func (d *Device) dot3(a, b, c []float32) float32 {
	n := len(a) &^ 15
	var sum float32
	if n > 0 {
		sum = d.isa.dot3(a, b, c, n)
	}
	for i := n; i < len(a); i++ {
		sum += a[i] * b[i] * c[i]
	}
	return sum
}

func (d *Device) axpy(dst, x []float32, alpha float32) {
	n := len(x) &^ 15
	if n > 0 {
		d.isa.axpy(dst, x, alpha, n)
	}
	axpyGo(dst[n:], x[n:], alpha, len(x)-n)
}

func (d *Device) times(x []float32, alpha float32) {
	n := len(x) &^ 15
	if n > 0 {
		d.isa.times(x, alpha, n)
	}
	timesGo(x[n:], alpha, len(x)-n)
}

func (d *Device) scale(dst, x, w []float32, alpha float32) {
	n := len(x) &^ 15
	if n > 0 {
		d.isa.scale(dst, x, w, alpha, n)
	}
	scaleGo(dst[n:], x[n:], w[n:], alpha, len(x)-n)
}

func (d *Device) normGrad(dx, dw, dout, x, w []float32, rstd, mean float32) {
	n := len(x) &^ 15
	if n > 0 {
		d.isa.normGrad(dx, dw, dout, x, w, rstd, mean, n)
	}
	normGradGo(dx[n:], dw[n:], dout[n:], x[n:], w[n:], rstd, mean, len(x)-n)
}

func (d *Device) rotate(lo, hi, cos, sin []float32, sign float32) {
	n := len(lo) &^ 15
	if n > 0 {
		d.isa.rotate(lo, hi, cos, sin, sign, n)
	}
	rotateGo(lo[n:], hi[n:], cos[n:], sin[n:], sign, len(lo)-n)
}

// padded runs f, a kernel of elements that do not meet, on whole registers of
// the buffers: the last few in copies. The first outs of them are written.
func (d *Device) padded(outs int, f func(x [][]float32, n int), x ...[]float32) {
	const grain = 1 << 12
	whole := len(x[0]) &^ 15
	d.split((whole+grain-1)/grain, 2*grain, func(from, to int) {
		from, to = from*grain, min(whole, to*grain)
		part := make([][]float32, len(x))
		for i := range x {
			part[i] = x[i][from:to]
		}
		if to > from {
			f(part, to-from)
		}
	})
	if rest := len(x[0]) - whole; rest > 0 {
		tmp := d.temp(16 * len(x))
		part := make([][]float32, len(x))
		for i := range x {
			part[i] = (*tmp)[16*i : 16*i+16]
			clear(part[i][copy(part[i], x[i][whole:]):])
		}
		f(part, 16)
		for i := range outs {
			copy(x[i][whole:], part[i][:rest])
		}
		d.free(tmp)
	}
}

// SwiGLU is silu(gate)*up.
func (d *Device) SwiGLU(out, gate, up kernels.Buffer) {
	d.padded(1, func(x [][]float32, n int) { d.isa.silu(x[0], x[1], x[2], n) }, of(out), of(gate), of(up))
}

// SwiGLUGrad overwrites dgate and dup.
func (d *Device) SwiGLUGrad(dgate, dup, dout, gate, up kernels.Buffer) {
	d.padded(2, func(x [][]float32, n int) { d.isa.siluGrad(x[0], x[1], x[2], x[3], x[4], n) }, of(dgate), of(dup), of(dout), of(gate), of(up))
}

// GELU is gelu(x).
func (d *Device) GELU(out, x kernels.Buffer) {
	d.padded(1, func(x [][]float32, n int) { d.isa.gelu(x[0], x[1], n) }, of(out), of(x))
}

// GELUGrad overwrites dx.
func (d *Device) GELUGrad(dx, dout, x kernels.Buffer) {
	d.padded(1, func(x [][]float32, n int) { d.isa.geluGrad(x[0], x[1], x[2], n) }, of(dx), of(dout), of(x))
}

// Softmax is the softmax of rows of dim.
func (d *Device) Softmax(out, x kernels.Buffer, dim int) {
	o, in := of(out), of(x)
	d.split(len(in)/dim, 2*dim, func(from, to int) {
		tmp := d.temp(d.wide(dim))
		for t := from; t < to; t++ {
			row, values := o[t*dim:(t+1)*dim], in[t*dim:(t+1)*dim]
			if dim%16 == 0 {
				d.times(row, 1/d.isa.expSum(row, values, 1, d.isa.top(values, dim), dim))
				continue
			}
			sum, _ := d.softmax(*tmp, copy(*tmp, values), 1)
			copy(row, *tmp)
			d.times(row, 1/sum)
		}
		d.free(tmp)
	})
}

// AdamW updates in place.
func (d *Device) AdamW(p, g, m, v kernels.Buffer, o kernels.AdamW) {
	c := &[9]float32{float32(o.Scale), float32(o.Beta1), 1 - float32(o.Beta1), float32(o.Beta2), 1 - float32(o.Beta2),
		float32(o.LR / (1 - math.Pow(o.Beta1, float64(o.Step)))), float32(1 / (1 - math.Pow(o.Beta2, float64(o.Step)))),
		float32(o.Eps), float32(o.LR * o.WeightDecay)}
	d.padded(4, func(x [][]float32, n int) { d.isa.adamw(x[0], x[1], x[2], x[3], c, n) }, of(p), of(g), of(m), of(v))
}

// SumSquares adds blocks in their order.
func (d *Device) SumSquares(b kernels.Buffer) float64 {
	const size = 1 << 12
	x := of(b)
	sums := make([]float64, (len(x)+size-1)/size)
	d.split(len(sums), size, func(from, to int) {
		for i := from; i < to; i++ {
			part := x[i*size : min(len(x), (i+1)*size)]
			sums[i] = float64(d.dot(part, part))
		}
	})
	sum := 0.0
	for _, s := range sums {
		sum += s
	}
	return sum
}
