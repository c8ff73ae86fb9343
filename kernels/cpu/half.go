package cpu

import "github.com/turngym/turngym/kernels"

// halves are bfloat16. They are widened where they are used: packed panels by the
// micro-kernels, or once where many rows share them, others as they are packed, a
// table's rows one by one.
type halves []uint16

func (h halves) Len() int                          { return len(h) }
func (h halves) Slice(from, to int) kernels.Buffer { return h[from:to:to] }
func (h halves) Half() bool                        { return true }

// widen is dst = src.
func (d *Device) widen(dst []float32, src []uint16) {
	d.split((len(src)+1023)/1024, 1024, func(from, to int) {
		from, to = 1024*from, min(len(src), 1024*to)
		d.expand(dst[from:to], src[from:to])
	})
}

// narrow is dst = src, rounded.
func (d *Device) narrow(dst []uint16, src []float32) {
	d.split((len(src)+1023)/1024, 1024, func(from, to int) {
		from, to = 1024*from, min(len(src), 1024*to)
		part := dst[from:to]
		for i, x := range src[from:to] {
			part[i] = kernels.ToHalf(x)
		}
	})
}

// expand is widen on this thread.
func (d *Device) expand(dst []float32, src []uint16) {
	n := len(src) &^ 15
	if n > 0 {
		d.isa.expand(dst, src, n)
	}
	expandGo(dst[n:], src[n:], len(src)-n)
}

// packHalf is pack of a matrix of halves.
func (d *Device) packHalf(dst []float32, b right, k0, k, j, n int) {
	cols := d.isa.cols
	switch {
	case b.packed:
		d.expand(dst, b.h[j/cols*b.stride+k0*cols:][:k*cols])
	case b.trans:
		tmp := d.temp(n * k)
		for c := range n {
			d.expand((*tmp)[c*k:], b.h[(j+c)*b.stride+k0:][:k])
		}
		d.isa.packCols(dst, *tmp, k, k, n)
		d.free(tmp)
	default:
		for i := range k {
			row := dst[i*cols:][:cols]
			d.expand(row, b.h[(k0+i)*b.stride+j:][:n])
			clear(row[n:])
		}
	}
}

// packHalves is Pack.
func (d *Device) packHalves(dst, w halves, k, n int) {
	cols := d.isa.cols
	for j := 0; j < n; j += cols {
		for i := range k {
			row := dst[j*k+i*cols:][:cols]
			clear(row[copy(row, w[i*n+j:i*n+min(n, j+cols)]):])
		}
	}
}

// table is a matrix by rows, of either type.
type table struct {
	x   []float32
	h   []uint16
	dim int
}

func tableOf(b kernels.Buffer, dim int) table {
	if h, ok := b.(halves); ok {
		return table{h: h, dim: dim}
	}
	return table{x: of(b), dim: dim}
}

func (t table) rows() int { return max(len(t.x), len(t.h)) / t.dim }

// row is row i: its own memory, or tmp.
func (t table) row(d *Device, i int32, tmp []float32) []float32 {
	at := int(i) * t.dim
	if t.h == nil {
		return t.x[at : at+t.dim]
	}
	d.expand(tmp[:t.dim], t.h[at:at+t.dim])
	return tmp[:t.dim]
}
