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

// right is the right side of a product, [K, N].
type right struct {
	x      []float32
	h      []uint16 // in place of x, where they are halves
	stride int      // between rows; between columns where trans; between panels where packed
	trans  bool
	packed bool // as Pack writes it: panels of [K, cols]
}

// strip is panels of a right side that lie step apart: x, or halves.
type strip struct {
	x    []float32
	h    []uint16
	step int
}

// strip is b's from one of its panels and one of their rows on; b is packed.
func (b right) strip(at int) strip {
	if b.h != nil {
		return strip{h: b.h[at:], step: b.stride}
	}
	return strip{x: b.x[at:], step: b.stride}
}

// product is c = plus + a·b, with c in rows of crs.
type product struct {
	m, n, k int
	a       mat
	b       right
	plus    []float32 // nil: nothing
	prs     int       // 0: one row for all
	c       []float32
	crs     int
}

// MatMul is out = plus + A·B.
func (d *Device) MatMul(out, a, b kernels.Buffer, m kernels.Dims) {
	t := tableOf(b, 1)
	p := product{m: m.M, n: m.N, k: m.K, a: mat{of(a), m.K, 1}, b: right{x: t.x, h: t.h, stride: m.N, trans: m.TransB, packed: m.Packed}, c: of(out), crs: m.N}
	if m.TransA {
		p.a.rs, p.a.cs = 1, m.M
	}
	if m.TransB {
		p.b.stride = m.K
	}
	wantB := m.K * m.N
	if m.Packed {
		p.b.stride, wantB = m.K*d.isa.cols, m.K*d.wide(m.N)
	}
	if m.Plus != nil {
		p.plus, p.prs = of(m.Plus), m.N
		if len(p.plus) < m.M*m.N {
			p.prs = 0
		}
	}
	if len(p.c) < m.M*m.N || len(p.a.x) < m.M*m.K || b.Len() < wantB || m.Plus != nil && len(p.plus) < m.N {
		panic(fmt.Sprintf("cpu: MatMul %+v of buffers of %d, %d, %d", m, len(p.c), len(p.a.x), b.Len()))
	}
	d.multiply(p)
}

// wide rounds n up to whole panels.
func (d *Device) wide(n int) int { return (n + d.isa.cols - 1) / d.isa.cols * d.isa.cols }

// Pack copies w [k, n] into panels.
func (d *Device) Pack(dst, w kernels.Buffer, k, n int) {
	if h, ok := w.(halves); ok {
		d.packHalves(dst.(halves), h, k, n)
	} else if k > 0 {
		d.packAll(of(dst), right{x: of(w), stride: n}, k, n)
	}
}

func (d *Device) packAll(dst []float32, b right, k, n int) {
	cols := d.isa.cols
	for j := 0; j < n; j += cols {
		d.pack(dst[j*k:], b, 0, k, j, min(cols, n-j))
	}
}

// PackedLen is how long Pack's dst must be.
func (d *Device) PackedLen(k, n int) int { return k * d.wide(n) }

// pack writes rows k0.. of b's columns j.. as a panel, 0 beyond n columns.
func (d *Device) pack(dst []float32, b right, k0, k, j, n int) {
	if b.h != nil {
		d.packHalf(dst, b, k0, k, j, n)
	} else if b.trans {
		d.isa.packCols(dst, b.x[j*b.stride+k0:], b.stride, k, n)
	} else {
		d.isa.packRows(dst, b.x[k0*b.stride+j:], b.stride, k, n)
	}
}

// The sizes of what is worked on at once. Bits depend on none of them: every
// element is one chain over k, which goes on through c.
const (
	narrow     = 96      // at most so many rows go panel by panel
	depth      = 512     // of k; a tile of a stays in the first cache
	blockSize  = 1 << 19 // numbers of b that stay in the last cache
	sharedWork = 1 << 20 // multiply-adds that are worth more than one thread
)

func (d *Device) multiply(p product) {
	if p.m == 0 || p.n == 0 {
		return
	}
	if p.k == 0 {
		for i := range p.m {
			row := p.c[i*p.crs : i*p.crs+p.n]
			if p.plus != nil {
				copy(row, p.plus[i*p.prs:])
			} else {
				clear(row)
			}
		}
		return
	}
	panels := (p.n + d.isa.cols - 1) / d.isa.cols
	switch shared := d.pool.threads > 1 && p.m*p.n*p.k >= sharedWork; {
	case p.m > narrow:
		d.blocks(p, shared)
	case shared:
		d.sharedPanels(p, panels)
	default:
		d.panels(&p, 0, panels)
	}
}

func (d *Device) sharedPanels(p product, panels int) {
	tasks := min(panels, 4*d.pool.threads)
	d.pool.run(tasks, func(i int) { d.panels(&p, i*panels/tasks, (i+1)*panels/tasks) })
}

// ready says whether b's panels are used as they are. What is half of them is
// widened once where several tiles share it.
func (d *Device) ready(p *product) bool {
	return p.b.packed && (p.b.h == nil || p.m <= 2*d.isa.rows)
}

// panels works on some panels one after the other, each over the whole of k.
func (d *Device) panels(p *product, from, to int) {
	cols := d.isa.cols
	ready := d.ready(p)
	if ready && p.k <= depth {
		j := from * cols
		d.rows(p, 0, p.m, 0, p.k, j, min(to*cols, p.n)-j, p.b.strip(from*p.b.stride))
		return
	}
	var scratch *[]float32
	if !ready {
		scratch = d.temp(min(depth, p.k) * cols)
		defer d.free(scratch)
	}
	for j := from; j < to; j++ {
		n := min(cols, p.n-j*cols)
		for k0 := 0; k0 < p.k; k0 += depth {
			k := min(depth, p.k-k0)
			var b strip
			if ready {
				b = p.b.strip(j*p.b.stride + k0*cols)
			} else {
				b.x = *scratch
				d.pack(b.x, p.b, k0, k, j*cols, n)
			}
			d.rows(p, 0, p.m, k0, k, j*cols, n, b)
		}
	}
}

// tiles is how many tiles m rows make. Their sizes differ by at most 1.
func (d *Device) tiles(m int) int { return (m + d.isa.rows - 1) / d.isa.rows }

// rows works on rows i0 to i1-1 and n columns from j: the tiles that are a row
// higher, and then the others.
func (d *Device) rows(p *product, i0, i1, k0, k, j, n int, b strip) {
	tiles := d.tiles(i1 - i0)
	low := (i1 - i0) / tiles
	high := i1 - i0 - low*tiles // so many have a row more
	d.tile(p, high, low+1, i0, k0, k, j, n, p.a.x[i0*p.a.rs+k0*p.a.cs:], p.a.rs, p.a.cs, b)
	if i0 += high * (low + 1); i0 < i1 {
		d.tile(p, tiles-high, low, i0, k0, k, j, n, p.a.x[i0*p.a.rs+k0*p.a.cs:], p.a.rs, p.a.cs, b)
	}
}

// tile runs the micro-kernel on tiles of mr rows.
func (d *Device) tile(p *product, tiles, mr, i0, k0, k, j, n int, a []float32, ars, acs int, b strip) {
	if tiles == 0 {
		return
	}
	c := p.c[i0*p.crs+j:]
	plus, prs := c, p.crs
	if k0 == 0 {
		if plus = nil; p.plus != nil {
			plus, prs = p.plus[i0*p.prs+j:], p.prs
		}
	}
	d.isa.gemm(tiles, mr, n, k, a, ars, acs, b, plus, prs, c, p.crs)
}

// blocks works on a block of b at a time, which all threads share, tile by tile
// of a.
func (d *Device) blocks(p product, shared bool) {
	cols := d.isa.cols
	threads := 1
	if shared {
		threads = d.pool.threads
	}
	wide := max(cols, blockSize/min(depth, p.k)/cols*cols)
	var scratch *[]float32
	ready := d.ready(&p)
	if !ready {
		scratch = d.temp(min(depth, p.k) * min(wide, d.wide(p.n)))
		defer d.free(scratch)
	}
	tiles := d.tiles(p.m)
	for j := 0; j < p.n; j += wide {
		n := min(wide, p.n-j)
		panels := (n + cols - 1) / cols
		for k0 := 0; k0 < p.k; k0 += depth {
			bl := block{d: d, p: &p, k0: k0, k: min(depth, p.k-k0), j: j, n: n, step: min(depth, p.k-k0) * cols, tiles: tiles}
			if ready {
				bl.b, bl.step = p.b.x[j/cols*p.b.stride+k0*cols:], p.b.stride
			} else {
				bl.b = *scratch
				bl.each(threads, panels, block.packPanel)
			}
			bl.tasks = min(tiles, 16*threads)
			bl.each(threads, bl.tasks, block.work)
		}
	}
}

// block is a part of b, and what is done with it.
type block struct {
	d            *Device
	p            *product
	k0, k, j, n  int
	b            []float32 // panels, step apart
	step         int
	tiles, tasks int
}

func (bl block) each(threads, n int, f func(block, int)) {
	if threads == 1 {
		for i := range n {
			f(bl, i)
		}
		return
	}
	bl.d.pool.run(n, func(i int) { f(bl, i) })
}

func (bl block) packPanel(i int) {
	cols := bl.d.isa.cols
	bl.d.pack(bl.b[i*bl.step:], bl.p.b, bl.k0, bl.k, bl.j+i*cols, min(cols, bl.n-i*cols))
}

// work does some tiles of a with all panels. The rows of a transposed matrix
// are first laid next to each other, and rows that are pages apart, which would
// take each other's place in the cache, a little less far.
func (bl block) work(i int) {
	d, p := bl.d, bl.p
	apart := bl.k + 16
	scratch := d.temp(apart * d.isa.rows)
	defer d.free(scratch)
	for t := i * bl.tiles / bl.tasks; t < (i+1)*bl.tiles/bl.tasks; t++ {
		i0, i1 := p.m*t/bl.tiles, p.m*(t+1)/bl.tiles
		a, rs, cs := p.a.x[i0*p.a.rs+bl.k0*p.a.cs:], p.a.rs, p.a.cs
		switch {
		case rs == 1:
			d.isa.packTile(*scratch, a, cs, bl.k, i1-i0)
			a, cs = *scratch, i1-i0
		case rs%1024 == 0:
			for r := range i1 - i0 {
				copy((*scratch)[r*apart:], a[r*rs:r*rs+bl.k])
			}
			a, rs = *scratch, apart
		}
		d.tile(p, 1, i1-i0, i0, bl.k0, bl.k, bl.j, bl.n, a, rs, cs, strip{x: bl.b, step: bl.step})
	}
}
