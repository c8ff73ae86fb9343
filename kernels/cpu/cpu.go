// Package cpu is the default device: float32, with AVX-512 or AVX2 micro-kernels
// where the machine has them and plain Go elsewhere.
//
// A call is worked on by its caller and, where it is large enough and nobody
// else has them, by the device's helpers. Many callers at once each work alone
// on their own threads. So nobody waits for another call, and no result depends
// on the number of threads.
//
// Every row's result has the same bits however many rows a call has: each
// element is one chain of operations whose order is fixed by the inner
// dimension alone.
package cpu

//go:generate go -C ../internal/asm run . -out ../../cpu/kernels_amd64.s -stubs ../../cpu/kernels_amd64.go -pkg cpu

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/turngym/turngym/kernels"
)

// isa is one instruction set's vector kernels. The n of kernels over rows is a
// multiple of 16.
type isa struct {
	name string
	cols int // of a panel of b
	rows int // most that the micro-kernel has

	// gemm is c[tiles*mr, n] = plus + a·b; b is panels that are bstep apart, plus may be nil.
	gemm     func(tiles, mr, n, k int, a []float32, ars, acs int, b []float32, bstep int, plus []float32, prs int, c []float32, crs int)
	packRows func(dst, src []float32, stride, k, n int) // dst[k, cols] is src's first n columns, then 0
	packCols func(dst, src []float32, stride, k, n int) // dst[k, cols] is src's first n rows, then 0
	packTile func(dst, src []float32, stride, k, n int) // dst[k, n] is src's first n columns

	dot      func(a, b []float32, n int) float32
	dot3     func(a, b, c []float32, n int) float32
	axpy     func(dst, x []float32, alpha float32, n int)
	times    func(x []float32, alpha float32, n int)
	scale    func(dst, x, w []float32, alpha float32, n int)
	normGrad func(dx, dw, dout, x, w []float32, rstd, mean float32, n int)
	rotate   func(lo, hi, cos, sin []float32, sign float32, n int)
	top      func(x []float32, n int) float32
	expSum   func(dst, x []float32, scale, top float32, n int) float32
	probGrad func(dp, p []float32, delta, scale float32, n int)
	silu     func(out, gate, up []float32, n int)
	siluGrad func(dgate, dup, dout, gate, up []float32, n int)
	gelu     func(out, x []float32, n int)
	geluGrad func(dx, dout, x []float32, n int)
	adamw    func(p, g, m, v []float32, c *[9]float32, n int)

	peak func(n int) (multiplyAdds int)
}

// Paths are the instruction sets that this machine can run, best first.
func Paths() []string {
	var names []string
	for _, s := range paths() {
		names = append(names, s.name)
	}
	return names
}

// Device computes in float32 on the CPU. It is safe for many goroutines.
type Device struct {
	isa     isa
	pool    *pool
	scratch sync.Pool // *[]float32
	ropes   sync.Map  // ropeKey -> []float32: cos and sin by position
}

// New makes a device; path is one of [Paths], "" is the best; threads is how
// many a large call may use, 0 is one for each processor.
func New(path string, threads int) (*Device, error) {
	all := paths()
	if path == "" {
		path = all[0].name
	}
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	for _, s := range all {
		if s.name == path {
			return &Device{isa: s, pool: newPool(threads)}, nil
		}
	}
	return nil, fmt.Errorf("cpu path %q: this machine has %s", path, strings.Join(Paths(), ", "))
}

// Alone has no helpers.
func (d *Device) Alone() (kernels.Device, int) {
	return &Device{isa: d.isa, pool: newPool(1)}, d.pool.threads
}

type buffer []float32

func (b buffer) Len() int                          { return len(b) }
func (b buffer) Slice(from, to int) kernels.Buffer { return b[from:to:to] }

func of(b kernels.Buffer) []float32 { return b.(buffer) }

// Name is "cpu avx512, 2 threads".
func (d *Device) Name() string {
	if d.pool.threads == 1 {
		return "cpu " + d.isa.name
	}
	return fmt.Sprintf("cpu %s, %d threads", d.isa.name, d.pool.threads)
}

// Close ends the helpers. A call after it works alone.
func (d *Device) Close() error {
	d.pool.close()
	return nil
}

// Peak measures how many multiply-adds one core does where nothing has to be
// loaded, in GFLOP/s: what a matrix product can be compared with.
func (d *Device) Peak(long time.Duration) float64 {
	n, begun := 0, time.Now()
	for time.Since(begun) < long {
		n += d.isa.peak(1 << 16)
	}
	return 2 * float64(n) / time.Since(begun).Seconds() / 1e9
}

// New makes a zeroed buffer.
func (d *Device) New(n int) kernels.Buffer { return make(buffer, n) }

// Write copies src to the start of dst.
func (d *Device) Write(dst kernels.Buffer, src []float32) { copy(of(dst), src) }

// Read copies the start of src.
func (d *Device) Read(dst []float32, src kernels.Buffer) { copy(dst, of(src)) }

// Copy copies src to the start of dst.
func (d *Device) Copy(dst, src kernels.Buffer) { copy(of(dst), of(src)) }

// Zero clears b.
func (d *Device) Zero(b kernels.Buffer) { clear(of(b)) }

// temp is a scratch slice of n numbers of any value; give it back with free.
func (d *Device) temp(n int) *[]float32 {
	p, _ := d.scratch.Get().(*[]float32)
	if p == nil {
		p = new([]float32)
	}
	if cap(*p) < n {
		*p = make([]float32, n)
	}
	*p = (*p)[:n]
	return p
}

func (d *Device) free(p *[]float32) { d.scratch.Put(p) }

// sharedNumbers is how many numbers to go through are worth more than one thread.
const sharedNumbers = 1 << 15

// split has f do rows 0 to n-1 of so many numbers each, in parts.
func (d *Device) split(n, numbers int, f func(from, to int)) {
	parts := min(n, n*numbers/(sharedNumbers/4), 8*d.pool.threads)
	if d.pool.threads < 2 || n*numbers < sharedNumbers || parts < 2 {
		f(0, n)
		return
	}
	d.pool.run(parts, func(i int) { f(i*n/parts, (i+1)*n/parts) })
}

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
	o, t := of(out), of(table)
	for i, id := range ids {
		copy(o[i*dim:(i+1)*dim], t[int(id)*dim:])
	}
}

// EmbedGrad scatters rows.
func (d *Device) EmbedGrad(dtable, dout kernels.Buffer, ids []int32, dim int) {
	t, g := of(dtable), of(dout)
	for i, id := range ids {
		d.axpy(t[int(id)*dim:(int(id)+1)*dim], g[i*dim:(i+1)*dim], 1)
	}
}

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

// ropeKey names a table by the frequencies' place.
type ropeKey struct {
	freq *float64
	upTo int
}

// rope is the table of angles: [pos][cos of dim/2, sin of dim/2], for positions
// up to top.
func (d *Device) rope(freq []float64, top int32) []float32 {
	upTo := 256
	for upTo <= int(top) {
		upTo *= 2
	}
	key, half := ropeKey{&freq[0], upTo}, len(freq)
	if t, ok := d.ropes.Load(key); ok {
		return t.([]float32)
	}
	table := make([]float32, 2*upTo*half)
	for p := range upTo {
		for i, f := range freq {
			sin, cos := math.Sincos(float64(p) * f)
			table[2*p*half+i], table[(2*p+1)*half+i] = float32(cos), float32(sin)
		}
	}
	t, _ := d.ropes.LoadOrStore(key, table)
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

var _ kernels.Device = (*Device)(nil)
