package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// exper computes e^x in place: 2^n times a polynomial of the rest, after the
// constants of Cephes' expf; x is first clamped to [-87, 88].
type exper struct {
	s                           isa
	lo, hi, log2e, ln2hi, ln2lo Op
	c                           [6]Op
	one                         reg.VecVirtual
}

func newExper(s isa) exper {
	e := exper{s: s, lo: constant(s, -87), hi: constant(s, 88), log2e: constant(s, 1.44269504), ln2hi: constant(s, 0.693359375),
		ln2lo: constant(s, -2.12194440e-4), one: broadcast(s, 1)}
	for i, x := range []float32{1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		e.c[i] = constant(s, x)
	}
	return e
}

func (e exper) exp(x reg.VecVirtual) {
	n, p := e.s.vec(), e.s.vec()
	VMAXPS(e.lo, x, x)
	VMINPS(e.hi, x, x)
	VMULPS(e.log2e, x, n)
	if e.s.wide {
		VRNDSCALEPS(Imm(0), n, n)
	} else {
		VROUNDPS(Imm(0), n, n)
	}
	VFNMADD231PS(e.ln2hi, n, x)
	VFNMADD231PS(e.ln2lo, n, x)
	VMOVUPS(e.c[0], p)
	for _, c := range e.c[1:] {
		VFMADD213PS(c, x, p)
	}
	VMULPS(x, p, p)
	VFMADD213PS(x, x, p) // p*x*x + x
	VADDPS(e.one, p, x)
	VCVTPS2DQ(n, n)
	VPSLLD(Imm(23), n, n)
	VPADDD(n, x, x)
}
