package cuda

import (
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// products does them with cuBLASLt, on tensor cores: those with halves in
// bfloat16, to which the other side is rounded too, the others in tf32, all with
// float32 sums. Its plans depend on all three sizes, and so do a row's bits.
type products struct {
	lt    *driver.Lt
	plans map[shape]*driver.Plan
	work  driver.Memory
}

// shape is what a plan is for.
type shape struct {
	kernels.Dims // without Plus
	half, bias   bool
}

const (
	workBytes = 32 << 20 // for cuBLASLt
	plansMost = 2048     // that are kept: batches have many sizes
	aligned   = 16       // bytes
)

// open takes cuBLASLt, where it is there.
func (p *products) open(dev *driver.Device) (err error) {
	if p.lt, err = dev.Lt(); err != nil {
		return err
	}
	p.plans = map[shape]*driver.Plan{}
	p.work, err = dev.Alloc(workBytes)
	return err
}

func (p *products) close(dev *driver.Device) {
	if p.lt == nil {
		return
	}
	p.forget()
	p.lt.Close()
	dev.Free(p.work)
}

func (p *products) forget() {
	for key, plan := range p.plans {
		plan.Close()
		delete(p.plans, key)
	}
}

// run does out = plus + A·B where cuBLASLt can; plus lies prs apart by rows.
func (p *products) run(d *Device, out, a driver.Memory, b buffer, m kernels.Dims, plus driver.Memory, prs int) bool {
	m.Plus = nil
	if p.lt == nil || m.K == 0 || m.M*m.N*m.K < 1<<15 || !fits(m, b.half) || (out.Addr|a.Addr|b.mem.Addr|plus.Addr)%aligned != 0 {
		return false
	}
	key := shape{m, b.half, plus.Addr != 0 && prs == 0}
	plan := p.plans[key]
	if plan == nil {
		if len(p.plans) >= plansMost {
			p.forget()
		}
		var err error
		if plan, err = p.lt.Plan(key.product()); err != nil {
			return false // it has no way to do this one
		}
		p.plans[key] = plan
	}
	if b.half {
		n := m.M * m.K
		tmp := d.temp(2 * n)
		d.convert(buffer{mem: tmp, n: n, half: true}, buffer{mem: a, n: n})
		a = tmp
	}
	o := driver.Operands{A: b.mem, B: a, D: out, Workspace: p.work, Alpha: 1}
	switch {
	case key.bias:
		o.Bias = plus
	case plus.Addr != 0:
		o.C, o.Beta = plus, 1
	}
	fail(plan.Run(d.stream, o))
	return true
}

// fits says whether rows begin at multiples of 16 bytes, which tensor cores want.
func fits(m kernels.Dims, half bool) bool {
	width := 4
	if half {
		width = 2
	}
	rowA, rowB := m.K, m.N
	if m.TransA {
		rowA = m.M
	}
	if m.TransB {
		rowB = m.K
	}
	return rowA*width%aligned == 0 && rowB*width%aligned == 0 && m.N*4%aligned == 0
}

// product is the same by columns: outᵀ = Bᵀ·Aᵀ, and a matrix by rows is its
// transposed by columns.
func (s shape) product() driver.Product {
	typ := driver.F32Numbers
	if s.half {
		typ = driver.BF16Numbers
	}
	by := func(rows, cols int, trans bool) driver.Matrix {
		if trans {
			rows, cols = cols, rows
		}
		return driver.Matrix{Type: typ, Rows: rows, Cols: cols}
	}
	return driver.Product{A: by(s.N, s.K, s.TransB), TransA: s.TransB, B: by(s.K, s.M, s.TransA), TransB: s.TransA,
		C: driver.Matrix{Type: driver.F32Numbers, Rows: s.N, Cols: s.M}, Bias: s.bias, TF32: !s.half, Workspace: workBytes}
}
