// Package cpu is the default device: float32 on one thread per call, with
// AVX-512 or AVX2 micro-kernels where the machine has them and plain Go
// elsewhere.
//
// A call never starts goroutines. Callers work in parallel by making several
// calls at once on different buffers: rollouts have one sequence each, the
// trainer one pass each. So there is no pool to wake, nothing to contend for,
// and a result cannot depend on the number of threads.
//
// Every row's result has the same bits however many rows a call has: each
// element is one chain of operations whose order is fixed by the inner
// dimension alone.
package cpu

//go:generate go -C ../internal/asm run . -out ../../cpu/kernels_amd64.s -stubs ../../cpu/kernels_amd64.go -pkg cpu

import (
	"fmt"
	"math"
	"strings"
	"sync"

	"github.com/turngym/turngym/kernels"
)

// isa is one instruction set's vector kernels. n is always a multiple of 16.
type isa struct {
	name string
	cols int   // of the micro-kernel
	mr   []int // its row counts, descending, ending in 1
	gemm func(mr, k int, a []float32, ars, acs int, b []float32, brs int, c []float32, crs int, acc bool)

	dot      func(a, b []float32, n int) float32
	axpy     func(dst, x []float32, alpha float32, n int)
	expSum   func(x []float32, n int, scale, top float32) float32
	silu     func(out, g, u []float32, n int)
	siluGrad func(dg, du, d, g, u []float32, n int)
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
	scratch sync.Pool // *[]float32
	ropes   sync.Map  // ropeKey -> []float32: cos and sin by position
}

// New makes a device; path is one of [Paths], "" is the best.
func New(path string) (*Device, error) {
	all := paths()
	if path == "" {
		path = all[0].name
	}
	for _, s := range all {
		if s.name == path {
			return &Device{isa: s}, nil
		}
	}
	return nil, fmt.Errorf("cpu path %q: this machine has %s", path, strings.Join(Paths(), ", "))
}

type buffer []float32

func (b buffer) Len() int                          { return len(b) }
func (b buffer) Slice(from, to int) kernels.Buffer { return b[from:to:to] }

func of(b kernels.Buffer) []float32 { return b.(buffer) }

// Name is "cpu avx512".
func (d *Device) Name() string { return "cpu " + d.isa.name }

// Close does nothing.
func (d *Device) Close() error { return nil }

// New makes a zeroed buffer.
func (d *Device) New(n int) kernels.Buffer { return make(buffer, n) }

// Write copies src to the start of dst.
func (d *Device) Write(dst kernels.Buffer, src []float32) { copy(of(dst), src) }

// Read copies the start of src.
func (d *Device) Read(dst []float32, src kernels.Buffer) { copy(dst, of(src)) }

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

// Add is out += a.
func (d *Device) Add(out, a kernels.Buffer) {
	o := of(out)
	for i, x := range of(a) {
		o[i] += x
	}
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
		row := t[int(id)*dim : (int(id)+1)*dim]
		for j, x := range g[i*dim : (i+1)*dim] {
			row[j] += x
		}
	}
}

// RMSNorm normalises rows.
func (d *Device) RMSNorm(out, rstd, x, w kernels.Buffer, dim int, eps float64) {
	o, r, in, wt := of(out), of(rstd), of(x), of(w)
	for t := range len(in) / dim {
		row := in[t*dim : (t+1)*dim]
		s := float32(1 / math.Sqrt(float64(d.dot(row, row))/float64(dim)+eps))
		r[t] = s
		dst := o[t*dim : (t+1)*dim]
		for i, v := range row {
			dst[i] = v * s * wt[i]
		}
	}
}

// RMSNormGrad adds to dx and dw.
func (d *Device) RMSNormGrad(dx, dw, dout, x, w, rstd kernels.Buffer, dim int) {
	gx, gw, g, in, wt, r := of(dx), of(dw), of(dout), of(x), of(w), of(rstd)
	tmp := d.temp(dim)
	defer d.free(tmp)
	gwt := *tmp
	for t := range len(in) / dim {
		row, grow, s := in[t*dim:(t+1)*dim], g[t*dim:(t+1)*dim], r[t]
		for i, v := range grow {
			gwt[i] = v * wt[i]
		}
		mean := d.dot(gwt, row) * s * s / float32(dim)
		dst := gx[t*dim : (t+1)*dim]
		for i, v := range row {
			gw[i] += grow[i] * v * s
			dst[i] += s * (gwt[i] - v*mean)
		}
	}
}

// dot is d.isa.dot for any length.
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

// axpy is d.isa.axpy for any length.
func (d *Device) axpy(dst, x []float32, alpha float32) {
	n := len(x) &^ 15
	if n > 0 {
		d.isa.axpy(dst, x, alpha, n)
	}
	for i := n; i < len(x); i++ {
		dst[i] += alpha * x[i]
	}
}

type ropeKey struct {
	dim   int
	theta float64
	upTo  int
}

// rope is the table of cos and sin: [pos][dim/2][2], for positions below upTo.
func (d *Device) rope(dim int, theta float64, top int32) []float32 {
	upTo := 256
	for upTo <= int(top) {
		upTo *= 2
	}
	key := ropeKey{dim, theta, upTo}
	if t, ok := d.ropes.Load(key); ok {
		return t.([]float32)
	}
	table := make([]float32, 0, upTo*dim)
	for p := range upTo {
		for i := range dim / 2 {
			sin, cos := math.Sincos(float64(p) * math.Pow(theta, -2*float64(i)/float64(dim)))
			table = append(table, float32(cos), float32(sin))
		}
	}
	t, _ := d.ropes.LoadOrStore(key, table)
	return t.([]float32)
}

// Rope rotates in place.
func (d *Device) Rope(x kernels.Buffer, pos []int32, heads, dim int, theta float64, inverse bool) {
	v, top := of(x), int32(0)
	for _, p := range pos {
		top = max(top, p)
	}
	table := d.rope(dim, theta, top)
	half := dim / 2
	for t, p := range pos {
		angles := table[int(p)*dim : (int(p)+1)*dim]
		for h := range heads {
			row := v[(t*heads+h)*dim : (t*heads+h+1)*dim]
			lo, hi := row[:half], row[half:dim]
			for i := range lo {
				cos, sin := angles[2*i], angles[2*i+1]
				if inverse {
					sin = -sin
				}
				a, b := lo[i], hi[i]
				lo[i], hi[i] = a*cos-b*sin, a*sin+b*cos
			}
		}
	}
}

// SwiGLU is silu(gate)*up.
func (d *Device) SwiGLU(out, gate, up kernels.Buffer) {
	o, g, u := of(out), of(gate), of(up)
	n := len(g) &^ 15
	if n > 0 {
		d.isa.silu(o, g, u, n)
	}
	if n < len(g) {
		var to, tg, tu [16]float32
		copy(tg[:], g[n:])
		copy(tu[:], u[n:])
		d.isa.silu(to[:], tg[:], tu[:], 16)
		copy(o[n:], to[:len(g)-n])
	}
}

// SwiGLUGrad overwrites dgate and dup.
func (d *Device) SwiGLUGrad(dgate, dup, dout, gate, up kernels.Buffer) {
	dg, du, do, g, u := of(dgate), of(dup), of(dout), of(gate), of(up)
	n := len(g) &^ 15
	if n > 0 {
		d.isa.siluGrad(dg, du, do, g, u, n)
	}
	if n < len(g) {
		var tdg, tdu, td, tg, tu [16]float32
		copy(td[:], do[n:])
		copy(tg[:], g[n:])
		copy(tu[:], u[n:])
		d.isa.siluGrad(tdg[:], tdu[:], td[:], tg[:], tu[:], 16)
		copy(dg[n:], tdg[:len(g)-n])
		copy(du[n:], tdu[:len(g)-n])
	}
}

// AdamW updates in place.
func (d *Device) AdamW(p, g, m, v kernels.Buffer, o kernels.AdamW) {
	ps, gs, ms, vs := of(p), of(g), of(m), of(v)
	b1, b2 := float32(o.Beta1), float32(o.Beta2)
	c1 := float32(o.LR / (1 - math.Pow(o.Beta1, float64(o.Step))))
	c2 := float32(1 / (1 - math.Pow(o.Beta2, float64(o.Step))))
	scale, eps, decay := float32(o.Scale), float32(o.Eps), float32(o.LR*o.WeightDecay)
	for i, w := range ps {
		x := gs[i] * scale
		a := b1*ms[i] + (1-b1)*x
		b := b2*vs[i] + (1-b2)*x*x
		ms[i], vs[i] = a, b
		ps[i] = w - c1*a/(float32(math.Sqrt(float64(b*c2)))+eps) - decay*w
	}
}

// SumSquares adds in the order of the elements.
func (d *Device) SumSquares(b kernels.Buffer) float64 {
	sum := 0.0
	for _, x := range of(b) {
		sum += float64(x) * float64(x)
	}
	return sum
}

var _ kernels.Device = (*Device)(nil)
