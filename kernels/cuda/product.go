package cuda

import (
	"cmp"
	"maps"
	"slices"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// products does them with cuBLASLt, on tensor cores: those with halves in
// bfloat16, to which the other side is rounded where it is not, the others in tf32,
// all with float32 sums. Its plans depend on all three sizes, and so do a row's bits.
type products struct {
	lt    *driver.Lt
	plans map[shape]*plan
	uses  int // of plans
	work  driver.Memory
}

// plan is cuBLASLt's, and which use was its last.
type plan struct {
	*driver.Plan
	last int
}

// shape is what a plan is for.
type shape struct {
	kernels.Dims             // without Plus
	half, halfOut, bias bool // half is of a and b
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
	p.plans = map[shape]*plan{}
	p.work, err = dev.Alloc(workBytes)
	return err
}

func (p *products) close(dev *driver.Device) {
	if p.lt == nil {
		return
	}
	for _, plan := range p.plans {
		plan.Close()
	}
	p.lt.Close()
	dev.Free(p.work)
}

// thin closes the quarter of the plans that were used longest ago: prompts' lengths,
// and not what decoding asks for all the time.
func (p *products) thin(d *Device) {
	d.now() // it may be with one of these
	old, closed := slices.Collect(maps.Keys(p.plans)), map[*driver.Plan]bool{}
	slices.SortFunc(old, func(a, b shape) int { return cmp.Compare(p.plans[a].last, p.plans[b].last) })
	for _, key := range old[:len(old)/4] {
		closed[p.plans[key].Plan] = true
		p.plans[key].Close()
		delete(p.plans, key)
	}
	d.graphs.without(closed)
}

// run does out = plus + A·B where cuBLASLt can.
func (p *products) run(d *Device, out, a, b buffer, m kernels.Dims) bool {
	plus := m.Plus
	m.Plus = nil
	key := shape{m, a.half || b.half, out.half, plus != nil && plus.Len() < m.M*m.N}
	if p.lt == nil || m.K == 0 || m.M*m.N*m.K < 1<<15 || !key.fits() || (out.mem.Addr|a.mem.Addr|b.mem.Addr|memory(plus).Addr)%aligned != 0 {
		return false
	}
	if out.half && !key.half || plus != nil && of(plus).half != out.half && !(key.bias && out.half) {
		return false // it knows no such types
	}
	use := p.plans[key]
	if use == nil {
		if len(p.plans) >= plansMost {
			p.thin(d)
		}
		made, err := p.lt.Plan(key.product())
		if err != nil {
			return false // it has no way to do this one
		}
		use = &plan{Plan: made}
		p.plans[key] = use
	}
	p.uses++
	use.last = p.uses
	if key.half {
		a, b = d.halved(a, m.M*m.K), d.halved(b, m.K*m.N)
	}
	o := driver.Operands{A: b.mem, B: a.mem, D: out.mem, Workspace: p.work, Alpha: 1}
	switch {
	case key.bias && out.half: // a bias has the type of what it is added to
		o.Bias = d.halved(of(plus), m.N).mem
	case key.bias:
		o.Bias = memory(plus)
	case plus != nil:
		o.C, o.Beta = memory(plus), 1
	}
	d.product(use.Plan, o)
	return true
}

// fits says whether rows begin at multiples of 16 bytes, which tensor cores want.
func (s shape) fits() bool {
	width, widthOut := widthOf(s.half), widthOf(s.halfOut)
	rowA, rowB := s.K, s.N
	if s.TransA {
		rowA = s.M
	}
	if s.TransB {
		rowB = s.K
	}
	return rowA*width%aligned == 0 && rowB*width%aligned == 0 && s.N*widthOut%aligned == 0
}

// numbers is the type that cuBLASLt knows.
func numbers(half bool) driver.Number {
	if half {
		return driver.BF16Numbers
	}
	return driver.F32Numbers
}

// product is the same by columns: outᵀ = Bᵀ·Aᵀ, and a matrix by rows is its
// transposed by columns.
func (s shape) product() driver.Product {
	by := func(rows, cols int, trans bool) driver.Matrix {
		if trans {
			rows, cols = cols, rows
		}
		return driver.Matrix{Type: numbers(s.half), Rows: rows, Cols: cols}
	}
	return driver.Product{A: by(s.N, s.K, s.TransB), TransA: s.TransB, B: by(s.K, s.M, s.TransA), TransB: s.TransA,
		C: driver.Matrix{Type: numbers(s.halfOut), Rows: s.N, Cols: s.M}, Bias: s.bias, TF32: !s.half, Workspace: workBytes}
}
