package cpu

import (
	"fmt"

	"github.com/turngym/turngym/kernels"
)

// mat is a matrix inside a slice: element (i, j) at i*rs + j*cs.
type mat struct {
	x      []float32
	rs, cs int
}

// MatMul is out = A·B.
func (d *Device) MatMul(out, a, b kernels.Buffer, m kernels.Dims) {
	o, x, y := of(out), of(a), of(b)
	if len(o) < m.M*m.N || len(x) < m.M*m.K || len(y) < m.K*m.N {
		panic(fmt.Sprintf("cpu: MatMul %+v of buffers of %d, %d, %d", m, len(o), len(x), len(y)))
	}
	A := mat{x, m.K, 1}
	if m.TransA {
		A = mat{x, 1, m.M}
	}
	if !m.TransB {
		d.gemm(m.M, m.N, m.K, A, y, m.N, o, m.N, m.Accumulate)
		return
	}
	t := d.temp(m.K * m.N)
	transpose(*t, m.N, y, m.K, m.N, m.K)
	d.gemm(m.M, m.N, m.K, A, *t, m.N, o, m.N, m.Accumulate)
	d.free(t)
}

// transpose is dst[j*ds+i] = src[i*ss+j] for rows i and columns j, in squares
// that stay in the cache.
func transpose(dst []float32, ds int, src []float32, ss, rows, cols int) {
	const block = 16
	for i0 := 0; i0 < rows; i0 += block {
		for j0 := 0; j0 < cols; j0 += block {
			for i := i0; i < min(i0+block, rows); i++ {
				for j := j0; j < min(j0+block, cols); j++ {
					dst[j*ds+i] = src[i*ss+j]
				}
			}
		}
	}
}

// depth is how much of k is worked on at once, so that a panel of b stays in
// the first cache: twice as fast for gradients of weights, where k is tokens.
const depth = 256

// gemm is c[m, n] (+)= A·b with b [k, n] in rows of bs and c in rows of cs.
func (d *Device) gemm(m, n, k int, a mat, b []float32, bs int, c []float32, cs int, acc bool) {
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		for i := 0; i < m && !acc; i++ {
			clear(c[i*cs : i*cs+n])
		}
		return
	}
	if k > depth { // bits do not depend on it: c keeps its place in every chain
		for p := 0; p < k; p += depth {
			d.gemm(m, n, min(depth, k-p), mat{a.x[p*a.cs:], a.rs, a.cs}, b[p*bs:], bs, c, cs, acc || p > 0)
		}
		return
	}
	cols := d.isa.cols
	whole := n / cols * cols
	for j := 0; j < whole; j += cols {
		d.panel(m, k, a, b[j:], bs, c[j:], cs, acc)
	}
	if rest := n - whole; rest > 0 { // the ragged panel, by way of padded copies
		tb, tc := d.temp(k*cols), d.temp(m*cols)
		pb, pc := *tb, *tc
		for i := range k {
			row := pb[i*cols : (i+1)*cols]
			clear(row[copy(row, b[i*bs+whole:i*bs+n]):])
		}
		for i := range m {
			row := pc[i*cols : (i+1)*cols]
			if acc {
				clear(row[copy(row, c[i*cs+whole:i*cs+n]):])
			}
		}
		d.panel(m, k, a, pb, cols, pc, cols, acc)
		for i := range m {
			copy(c[i*cs+whole:i*cs+n], pc[i*cols:])
		}
		d.free(tb)
		d.free(tc)
	}
}

// panel runs the micro-kernel down one panel of columns.
func (d *Device) panel(m, k int, a mat, b []float32, bs int, c []float32, cs int, acc bool) {
	for i := 0; i < m; {
		mr := 1
		for _, r := range d.isa.mr {
			if r <= m-i {
				mr = r
				break
			}
		}
		d.isa.gemm(mr, k, a.x[i*a.rs:], a.rs, a.cs, b, bs, c[i*cs:], cs, acc)
		i += mr
	}
}
