package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// exper computes e^x in place: 2^n times a polynomial in the rest of x*log2(e),
// after the constants of Cephes' exp2f; log2(e) is in two parts, so that the rest
// is exact. x is first clamped to [-87, 88].
type exper struct {
	s                      isa
	lo, hi, log2e, log2eLo Op
	c                      [6]Op
	one                    reg.VecVirtual
}

func newExper(s isa) exper {
	e := exper{s: s, lo: constant(s, -87), hi: constant(s, 88), log2e: constant(s, 1.44269502162933349609375), log2eLo: constant(s, 1.92596299e-8), one: broadcast(s, 1)}
	for i, x := range []float32{1.535336188319500e-4, 1.339887440266574e-3, 9.618437357674640e-3, 5.550332471162809e-2, 2.402264791363012e-1, 6.931472028550421e-1} {
		e.c[i] = constant(s, x)
	}
	return e
}

func (e exper) exp(x reg.VecVirtual) {
	n, r, p := e.s.vec(), e.s.vec(), e.s.vec()
	VMAXPS(e.lo, x, x)
	VMINPS(e.hi, x, x)
	VMULPS(e.log2e, x, n)
	if e.s.wide {
		VRNDSCALEPS(Imm(0), n, n)
	} else {
		VROUNDPS(Imm(0), n, n)
	}
	VMOVAPS(n, r)
	VFMSUB231PS(e.log2e, x, r) // x*log2e - n
	VFMADD231PS(e.log2eLo, x, r)
	VMOVUPS(e.c[0], p)
	for _, c := range e.c[1:] {
		VFMADD213PS(c, r, p)
	}
	VFMADD213PS(e.one, r, p)
	if e.s.wide {
		VSCALEFPS(n, p, x)
		return
	}
	VCVTPS2DQ(n, n)
	VPSLLD(Imm(23), n, n)
	VPADDD(n, p, x)
}
