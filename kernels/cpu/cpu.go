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

	// gemm is c[tiles*mr, n] = plus + a·b; plus may be nil.
	gemm     func(tiles, mr, n, k int, a []float32, ars, acs int, b strip, plus []float32, prs int, c []float32, crs int)
	packRows func(dst, src []float32, stride, k, n int) // dst[k, cols] is src's first n columns, then 0
	packCols func(dst, src []float32, stride, k, n int) // dst[k, cols] is src's first n rows, then 0
	packTile func(dst, src []float32, stride, k, n int) // dst[k, n] is src's first n columns

	expand func(dst []float32, src []uint16, n int) // bfloat16

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

// AsOne runs f.
func (d *Device) AsOne(f func(dev kernels.Device)) { f(d) }

type buffer []float32

func (b buffer) Len() int                          { return len(b) }
func (b buffer) Slice(from, to int) kernels.Buffer { return b[from:to:to] }
func (b buffer) Half() bool                        { return false }

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

// NewHalf makes a zeroed buffer of bfloat16.
func (d *Device) NewHalf(n int) kernels.Buffer { return make(halves, n) }

// Halves are for weights only: few processors multiply them.
func (d *Device) Halves() bool { return false }

// Write copies src to the start of dst.
func (d *Device) Write(dst kernels.Buffer, src []float32) { d.Copy(dst, buffer(src)) }

// Read copies the start of src.
func (d *Device) Read(dst []float32, src kernels.Buffer) { d.Copy(buffer(dst), src.Slice(0, len(dst))) }

// Copy copies src to the start of dst.
func (d *Device) Copy(dst, src kernels.Buffer) {
	to, half := dst.(halves)
	from, halfFrom := src.(halves)
	switch {
	case half && halfFrom:
		copy(to, from)
	case half:
		d.narrow(to, of(src))
	case halfFrom:
		d.widen(of(dst), from)
	default:
		copy(of(dst), of(src))
	}
}

// Zero clears b.
func (d *Device) Zero(b kernels.Buffer) {
	if h, ok := b.(halves); ok {
		clear(h)
		return
	}
	clear(of(b))
}

// Gather copies row by row.
func (d *Device) Gather(out kernels.Buffer, rows []kernels.Buffer) {
	switch out := out.(type) {
	case buffer:
		eachRow(out, rows, func(x, row buffer) { copy(x, row) })
	case halves:
		eachRow(out, rows, func(x, row halves) { copy(x, row) })
	}
}

// Scatter copies row by row.
func (d *Device) Scatter(rows []kernels.Buffer, x kernels.Buffer) {
	switch x := x.(type) {
	case buffer:
		eachRow(x, rows, func(x, row buffer) { copy(row, x) })
	case halves:
		eachRow(x, rows, func(x, row halves) { copy(row, x) })
	}
}

// eachRow is for rows and x from where each has its place in it, all of one type.
func eachRow[T interface {
	~[]E
	kernels.Buffer
}, E any](x T, rows []kernels.Buffer, f func(x, row T)) {
	for i, row := range rows {
		f(x[i*row.Len():], row.(T))
	}
}

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

var _ kernels.Device = (*Device)(nil)
