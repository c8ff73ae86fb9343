package kerneltest

import (
	"fmt"
	"slices"

	"github.com/turngym/turngym/kernels"
)

var sizes = []int{1, 2, 3, 7, 12, 13, 31, 33, 64, 100}

func matMul(p pair) {
	ms, ns, ks := sizes, []int{1, 5, 16, 31, 32, 48, 100}, []int{0, 1, 3, 32, 77}
	if p.few {
		ms, ns, ks = []int{1, 33, 100}, []int{5, 32, 100}, []int{0, 3, 77}
	}
	for _, m := range ms {
		for _, n := range ns {
			for _, k := range ks {
				for c := range 16 {
					d := kernels.Dims{M: m, N: n, K: k, TransA: c&1 > 0, TransB: c&2 > 0}
					p.matMul(d, c>>2, false)
				}
				p.matMul(kernels.Dims{M: m, N: n, K: k, Packed: true}, n%4, false)
				p.matMul(kernels.Dims{M: m, N: n, K: k, Packed: true}, m%4, true)
				p.matMul(kernels.Dims{M: m, N: n, K: k, TransB: k%2 > 0}, 0, true)
			}
		}
	}
}

// matMul adds to nothing, to what is there, to another matrix, to a bias.
func (p pair) matMul(d kernels.Dims, plus int, half bool) {
	a, b, out := p.random(d.M*d.K+1), p.random(d.N*d.K+1), p.random(d.M*d.N)
	if half {
		b = p.halved(b)
	}
	to := []both{{}, out, p.random(d.M * d.N), p.random(d.N)}[plus]
	packed := b
	if d.Packed {
		packed = both{p.dev.New(p.dev.PackedLen(d.K, d.N)), p.ref.New(p.ref.PackedLen(d.K, d.N))}
		if half {
			packed = both{p.dev.NewHalf(packed.dev.Len()), p.ref.NewHalf(packed.ref.Len())}
		}
		p.dev.Pack(packed.dev, b.dev, d.K, d.N)
		p.ref.Pack(packed.ref, b.ref, d.K, d.N)
	}
	ins, on := []both{a, b}, d
	if plus > 1 {
		ins = append(ins, to)
	}
	if on.Plus = to.dev; plus == 0 {
		on.Plus = nil
	}
	p.unchanged("MatMul", func() { p.dev.MatMul(out.dev, a.dev, packed.dev, on) }, ins)
	if on.Plus = to.ref; plus == 0 {
		on.Plus = nil
	}
	p.ref.MatMul(out.ref, a.ref, packed.ref, on)
	p.same(fmt.Sprintf("MatMul %+v plus %d", d, plus), out)
}

// matMulOfHalves has all three matrices of either type, of sizes that tensor cores
// take and of others.
func matMulOfHalves(p pair) {
	for _, size := range [][3]int{{32, 48, 64}, {7, 33, 20}} {
		for types := range 8 {
			for plus := range 5 {
				trans := (types + plus) % 4
				d := kernels.Dims{M: size[0], N: size[1], K: size[2], TransA: trans&1 > 0, TransB: trans&2 > 0}
				outHalf := types&4 > 0
				a, b, out := p.typed(p.random(d.M*d.K), types&1 > 0), p.typed(p.random(d.K*d.N), types&2 > 0), p.typed(p.random(d.M*d.N), outHalf)
				to := []both{{}, out, p.typed(p.random(d.M*d.N), outHalf), p.random(d.N), p.typed(p.random(d.N), outHalf)}[plus]
				d.Plus = to.dev
				p.unchanged("MatMul", func() { p.dev.MatMul(out.dev, a.dev, b.dev, d) }, []both{a, b})
				d.Plus = to.ref
				p.ref.MatMul(out.ref, a.ref, b.ref, d)
				p.same(fmt.Sprintf("MatMul %+v of types %b plus %d", d, types, plus), out)
			}
		}
	}
}

func rowBits(p pair) {
	m, n, k := 333, 90, 1064
	if p.few {
		m, n, k = 130, 70, 100
	}
	a, b := p.random(m*k), p.random(n*k)
	packed := p.dev.New(p.dev.PackedLen(k, n))
	p.dev.Pack(packed, b.dev, k, n)
	p.rowBits(a, b, packed, m, n, k)
	b = p.halved(b)
	packed = p.dev.NewHalf(packed.Len())
	p.dev.Pack(packed, b.dev, k, n)
	p.rowBits(a, b, packed, m, n, k)
}

func (p pair) rowBits(a, b both, packed kernels.Buffer, m, n, k int) {
	for _, trans := range []bool{false, true} {
		all, one := p.dev.New(m*n), p.dev.New(n)
		p.dev.MatMul(all, a.dev, b.dev, kernels.Dims{M: m, N: n, K: k, TransB: trans})
		whole := read(p.dev, all)
		for _, i := range []int{0, 1, 11, 12, m / 2, m - 1} {
			p.dev.MatMul(one, a.dev.Slice(i*k, (i+1)*k), b.dev, kernels.Dims{M: 1, N: n, K: k, TransB: trans})
			if !slices.Equal(read(p.dev, one), whole[i*n:(i+1)*n]) {
				p.t.Fatalf("row %d of %d has other bits alone", i, m)
			}
		}
		for _, rows := range []int{7, 30, 120} {
			few := p.dev.New(rows * n)
			if !trans {
				p.dev.MatMul(few, a.dev, packed, kernels.Dims{M: rows, N: n, K: k, Packed: true})
				if !slices.Equal(read(p.dev, few), whole[:rows*n]) {
					p.t.Fatalf("%d rows have other bits with packed weights", rows)
				}
			}
		}
	}
}
