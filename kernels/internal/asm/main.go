// Command asm writes the vector kernels of kernels/cpu with avo. It is a
// module of its own, so that avo stays out of the project's dependencies.
//
//	go run . -out ../../cpu/kernels_amd64.s -stubs ../../cpu/kernels_amd64.go -pkg cpu
package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is one instruction set: how wide its registers are and how many.
type isa struct {
	name string
	wide bool // 512 bits
	mr   []int
}

func (s isa) lanes() int {
	if s.wide {
		return 16
	}
	return 8
}

func (s isa) bytes() int { return s.lanes() * 4 }

func (s isa) vec() reg.VecVirtual {
	if s.wide {
		return ZMM()
	}
	return YMM()
}

func (s isa) zero(v reg.VecVirtual) {
	if s.wide {
		VPXORD(v, v, v)
	} else {
		VXORPS(v, v, v)
	}
}

func main() {
	ConstraintExpr("amd64")
	for _, s := range []isa{
		{"AVX512", true, []int{1, 2, 4, 8, 12}},
		{"AVX2", false, []int{1, 2, 4, 6}},
	} {
		for _, mr := range s.mr {
			gemm(s, mr)
		}
		dot(s)
		axpy(s)
		expSum(s)
		silu(s)
		siluGrad(s)
	}
	Generate()
}

// gemm is the micro-kernel: C[mr, 2 registers] (+)= A·B over k, every element
// by one chain of fused multiply-adds in the order of k. Element (i, k) of A is
// at a + i*ars + k*acs, row k of B at b + k*brs; strides are in bytes.
func gemm(s isa, mr int) {
	TEXT(fmt.Sprintf("gemm%d%s", mr, s.name), NOSPLIT,
		"func(k int, a *float32, ars, acs int, b *float32, brs int, c *float32, crs int, acc int)")
	Doc(fmt.Sprintf("gemm%d%s is the micro-kernel for %d rows and %d columns.", mr, s.name, mr, 2*s.lanes()))
	k := Load(Param("k"), GP64())
	ars, acs := Load(Param("ars"), GP64()), Load(Param("acs"), GP64())
	b, brs := Load(Param("b"), GP64()), Load(Param("brs"), GP64())
	c, crs := Load(Param("c"), GP64()), Load(Param("crs"), GP64())
	acc := Load(Param("acc"), GP64())

	// One base register for three rows: base, base+ars, base+2*ars.
	bases := []reg.Register{Load(Param("a"), GP64())}
	for i := 3; i < mr; i += 3 {
		next := GP64()
		LEAQ(Mem{Base: bases[len(bases)-1], Index: ars, Scale: 2}, next)
		ADDQ(ars, next)
		bases = append(bases, next)
	}
	at := func(i int) Mem {
		if i%3 == 0 {
			return Mem{Base: bases[i/3]}
		}
		return Mem{Base: bases[i/3], Index: ars, Scale: uint8(i % 3)}
	}
	sum := make([]reg.VecVirtual, 2*mr)
	for i := range sum {
		sum[i] = s.vec()
		s.zero(sum[i])
	}
	TESTQ(acc, acc)
	start := fmt.Sprintf("start%d%s", mr, s.name)
	JE(LabelRef(start))
	row := GP64()
	MOVQ(c, row)
	for i := range mr {
		VMOVUPS(Mem{Base: row}, sum[2*i])
		VMOVUPS(Mem{Base: row, Disp: s.bytes()}, sum[2*i+1])
		ADDQ(crs, row)
	}
	Label(start)
	b0, b1, x := s.vec(), s.vec(), s.vec()
	TESTQ(k, k)
	done := fmt.Sprintf("done%d%s", mr, s.name)
	JE(LabelRef(done))
	loop := fmt.Sprintf("loop%d%s", mr, s.name)
	Label(loop)
	VMOVUPS(Mem{Base: b}, b0)
	VMOVUPS(Mem{Base: b, Disp: s.bytes()}, b1)
	for i := range mr {
		VBROADCASTSS(at(i), x)
		VFMADD231PS(b0, x, sum[2*i])
		VFMADD231PS(b1, x, sum[2*i+1])
	}
	ADDQ(brs, b)
	for _, base := range bases {
		ADDQ(acs, base)
	}
	DECQ(k)
	JNE(LabelRef(loop))
	Label(done)
	for i := range mr {
		VMOVUPS(sum[2*i], Mem{Base: c})
		VMOVUPS(sum[2*i+1], Mem{Base: c, Disp: s.bytes()})
		ADDQ(crs, c)
	}
	VZEROUPPER()
	RET()
}

// loop runs body once for each register's worth of n elements; p is the byte
// offset, which body adds to its pointers.
func loop(s isa, name string, n reg.Register, body func(p reg.Register)) {
	p := GP64()
	XORQ(p, p)
	SHLQ(Imm(2), n)
	Label(name)
	CMPQ(p, n)
	JGE(LabelRef(name + "end"))
	body(p)
	ADDQ(U32(uint32(s.bytes())), p)
	JMP(LabelRef(name))
	Label(name + "end")
}

// total adds a register's lanes: halves, then quarters, and so on.
func total(s isa, v reg.VecVirtual) reg.VecVirtual {
	y := YMM()
	if s.wide {
		VEXTRACTF64X4(Imm(1), v, y)
		VADDPS(y, v.(interface{ AsY() reg.Register }).AsY(), y)
	} else {
		VMOVAPS(v, y)
	}
	x, h := XMM(), XMM()
	VEXTRACTF128(Imm(1), y, h)
	VADDPS(y.AsX(), h, x)
	VPERMILPS(Imm(0x4e), x, h)
	VADDPS(x, h, x)
	VPERMILPS(Imm(0xb1), x, h)
	VADDPS(x, h, x)
	return x
}

// dot is the sum of a[i]*b[i]; n is a multiple of 16.
func dot(s isa) {
	TEXT("dot"+s.name, NOSPLIT, "func(a, b *float32, n int) float32")
	Doc("dot" + s.name + " is the sum of a[i]*b[i]; n is a multiple of 16.")
	a, b, n := Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("n"), GP64())
	sum, x := s.vec(), s.vec()
	s.zero(sum)
	loop(s, "dot"+s.name+"loop", n, func(p reg.Register) {
		VMOVUPS(Mem{Base: a, Index: p, Scale: 1}, x)
		VFMADD231PS(Mem{Base: b, Index: p, Scale: 1}, x, sum)
	})
	Store(total(s, sum), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// axpy is dst[i] += alpha*x[i]; n is a multiple of 16.
func axpy(s isa) {
	TEXT("axpy"+s.name, NOSPLIT, "func(dst, x *float32, alpha float32, n int)")
	Doc("axpy" + s.name + " is dst[i] += alpha*x[i]; n is a multiple of 16.")
	dst, x, n := Load(Param("dst"), GP64()), Load(Param("x"), GP64()), Load(Param("n"), GP64())
	alpha, d := s.vec(), s.vec()
	addr, err := Param("alpha").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(addr.Addr, alpha)
	loop(s, "axpy"+s.name+"loop", n, func(p reg.Register) {
		VMOVUPS(Mem{Base: dst, Index: p, Scale: 1}, d)
		VFMADD231PS(Mem{Base: x, Index: p, Scale: 1}, alpha, d)
		VMOVUPS(d, Mem{Base: dst, Index: p, Scale: 1})
	})
	VZEROUPPER()
	RET()
}

var constants = map[string]Mem{}

// data is a constant in memory, n times over.
func data(x float32, n int) Mem {
	key := fmt.Sprint(x, n)
	if _, ok := constants[key]; !ok {
		constants[key] = GLOBL(fmt.Sprintf("const%d", len(constants)), RODATA|NOPTR)
		for i := range n {
			DATA(4*i, U32(math.Float32bits(x))) // avo writes whole floats as integers
		}
	}
	return constants[key]
}

// broadcast loads a constant into all lanes.
func broadcast(s isa, x float32) reg.VecVirtual {
	v := s.vec()
	VBROADCASTSS(data(x, 1), v)
	return v
}

// constant is a register with 512 bits; AVX2 has too few and reads memory.
func constant(s isa, x float32) Op {
	if s.wide {
		return broadcast(s, x)
	}
	return data(x, s.lanes())
}

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

// expSum is x[i] = e^(x[i]*scale - top), returning their sum; n is a multiple of 16.
func expSum(s isa) {
	TEXT("expSum"+s.name, NOSPLIT, "func(x *float32, n int, scale, top float32) float32")
	Doc("expSum" + s.name + " is x[i] = exp(x[i]*scale - top), and their sum; n is a multiple of 16.")
	px, n := Load(Param("x"), GP64()), Load(Param("n"), GP64())
	scale, top, sum, x := s.vec(), s.vec(), s.vec(), s.vec()
	a, _ := Param("scale").Resolve()
	VBROADCASTSS(a.Addr, scale)
	a, _ = Param("top").Resolve()
	VBROADCASTSS(a.Addr, top)
	s.zero(sum)
	e := newExper(s)
	loop(s, "exp"+s.name+"loop", n, func(p reg.Register) {
		at := Mem{Base: px, Index: p, Scale: 1}
		VMOVUPS(at, x)
		VFMSUB213PS(top, scale, x)
		e.exp(x)
		VADDPS(x, sum, sum)
		VMOVUPS(x, at)
	})
	Store(total(s, sum), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// silu is out[i] = g[i] / (1 + e^-g[i]) * u[i]; n is a multiple of 16.
func silu(s isa) {
	TEXT("silu"+s.name, NOSPLIT, "func(out, gate, up *float32, n int)")
	Doc("silu" + s.name + " is out[i] = silu(g[i])*u[i]; n is a multiple of 16.")
	out, g, u, n := Load(Param("out"), GP64()), Load(Param("gate"), GP64()), Load(Param("up"), GP64()), Load(Param("n"), GP64())
	x, e1, zero := s.vec(), s.vec(), s.vec()
	s.zero(zero)
	e := newExper(s)
	loop(s, "silu"+s.name+"loop", n, func(p reg.Register) {
		VMOVUPS(Mem{Base: g, Index: p, Scale: 1}, x)
		VSUBPS(x, zero, e1)
		e.exp(e1)
		VADDPS(e.one, e1, e1)
		VDIVPS(e1, x, x)
		VMULPS(Mem{Base: u, Index: p, Scale: 1}, x, x)
		VMOVUPS(x, Mem{Base: out, Index: p, Scale: 1})
	})
	VZEROUPPER()
	RET()
}

// siluGrad is the gradient of silu(g)*u; n is a multiple of 16.
func siluGrad(s isa) {
	TEXT("siluGrad"+s.name, NOSPLIT, "func(dgate, dup, dout, gate, up *float32, n int)")
	Doc("siluGrad" + s.name + " is du = d*silu(g), dg = d*u*silu'(g); n is a multiple of 16.")
	dg, du, d := Load(Param("dgate"), GP64()), Load(Param("dup"), GP64()), Load(Param("dout"), GP64())
	g, u, n := Load(Param("gate"), GP64()), Load(Param("up"), GP64()), Load(Param("n"), GP64())
	x, sig, t, zero := s.vec(), s.vec(), s.vec(), s.vec()
	s.zero(zero)
	e := newExper(s)
	loop(s, "siluGrad"+s.name+"loop", n, func(p reg.Register) {
		VMOVUPS(Mem{Base: g, Index: p, Scale: 1}, x)
		VSUBPS(x, zero, sig)
		e.exp(sig)
		VADDPS(e.one, sig, sig)
		VDIVPS(sig, e.one, sig)
		VMULPS(Mem{Base: d, Index: p, Scale: 1}, sig, t) // d*s
		VSUBPS(sig, e.one, sig)                          // 1-s
		VFMADD213PS(e.one, x, sig)                       // 1 + x*(1-s)
		VMULPS(t, x, x)                                  // d*x*s
		VMULPS(t, sig, sig)
		VMULPS(Mem{Base: u, Index: p, Scale: 1}, sig, sig)
		VMOVUPS(x, Mem{Base: du, Index: p, Scale: 1})
		VMOVUPS(sig, Mem{Base: dg, Index: p, Scale: 1})
	})
	VZEROUPPER()
	RET()
}
