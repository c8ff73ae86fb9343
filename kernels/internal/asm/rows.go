package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// row is a kernel over rows of n numbers, a multiple of 16.
type row struct {
	isa
	name string
	at   reg.GPVirtual // byte offset of the loop
	ptr  map[string]reg.Register
}

// begin starts the kernel; args are as in Go, the pointers first.
func begin(s isa, name, args, result, doc string) *row {
	name += s.name
	TEXT(name, NOSPLIT, "func("+args+", n int) "+result)
	Pragma("noescape")
	Doc(name + " is " + doc + "; n is a multiple of 16.")
	r := &row{isa: s, name: name, at: GP64(), ptr: map[string]reg.Register{}}
	pointers, _, _ := strings.Cut(args, " *float32")
	for _, p := range strings.Split(pointers, ", ") {
		r.ptr[p] = Load(Param(p), GP64())
	}
	return r
}

// mem is the register's worth of a pointer's numbers at hand.
func (r *row) mem(ptr string) Mem { return Mem{Base: r.ptr[ptr], Index: r.at, Scale: 1} }

func (r *row) load(ptr string) reg.VecVirtual {
	v := r.vec()
	VMOVUPS(r.mem(ptr), v)
	return v
}

// scalar is an argument in all lanes.
func (r *row) scalar(name string) reg.VecVirtual {
	v := r.vec()
	a, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(a.Addr, v)
	return v
}

func (r *row) zeroed() reg.VecVirtual {
	v := r.vec()
	r.zero(v)
	return v
}

// each writes the loop.
func (r *row) each(body func()) {
	n := Load(Param("n"), GP64())
	XORQ(r.at, r.at)
	SHLQ(Imm(2), n)
	Label(r.name + "loop")
	CMPQ(r.at, n)
	JGE(LabelRef(r.name + "end"))
	body()
	ADDQ(U32(uint32(r.bytes())), r.at)
	JMP(LabelRef(r.name + "loop"))
	Label(r.name + "end")
}

// reduce writes the loop of a sum or a maximum: four chains, so that it does not
// wait for one, and one for the rest; combine joins them.
func (r *row) reduce(acc reg.VecVirtual, combine func(a, b, to Op), body func(acc reg.VecVirtual, at func(ptr string) Mem)) {
	const chains = 4
	accs, four := []reg.VecVirtual{acc}, r.bytes()*chains
	for range chains - 1 {
		v := r.vec()
		VMOVAPS(acc, v)
		accs = append(accs, v)
	}
	n, next := Load(Param("n"), GP64()), GP64()
	XORQ(r.at, r.at)
	SHLQ(Imm(2), n)
	Label(r.name + "four")
	LEAQ(Mem{Base: r.at, Disp: four}, next)
	CMPQ(next, n)
	JG(LabelRef(r.name + "loop"))
	for i, v := range accs {
		body(v, func(ptr string) Mem { return r.mem(ptr).Offset(i * r.bytes()) })
	}
	MOVQ(next, r.at)
	JMP(LabelRef(r.name + "four"))
	Label(r.name + "loop")
	CMPQ(r.at, n)
	JGE(LabelRef(r.name + "end"))
	body(acc, r.mem)
	ADDQ(U32(uint32(r.bytes())), r.at)
	JMP(LabelRef(r.name + "loop"))
	Label(r.name + "end")
	for _, v := range accs[1:] {
		combine(acc, v, acc)
	}
	r.fold(acc, combine)
}

func end() {
	VZEROUPPER()
	RET()
}

// fold combines a register's lanes: halves, then quarters, and so on.
func (r *row) fold(v reg.VecVirtual, op func(a, b, to Op)) {
	y := YMM()
	if r.wide {
		VEXTRACTF64X4(Imm(1), v, y)
		op(y, v.(interface{ AsY() reg.Register }).AsY(), y)
	} else {
		VMOVAPS(v, y)
	}
	x, h := XMM(), XMM()
	VEXTRACTF128(Imm(1), y, h)
	op(y.AsX(), h, x)
	VPERMILPS(Imm(0x4e), x, h)
	op(x, h, x)
	VPERMILPS(Imm(0xb1), x, h)
	op(x, h, x)
	Store(x, ReturnIndex(0))
}

func add(a, b, to Op) { VADDPS(a, b, to) }

// expand makes float32s of bfloat16s: their upper halves.
func expand(s isa) {
	name := "expand" + s.name
	TEXT(name, NOSPLIT, "func(dst *float32, src *uint16, n int)")
	Pragma("noescape")
	Doc(name + " is dst[i] = src[i], which are bfloat16; n is a multiple of 16.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	at, x := GP64(), s.vec()
	XORQ(at, at)
	Label(name + "loop")
	VPMOVZXWD(Mem{Base: src, Index: at, Scale: 2}, x)
	VPSLLD(Imm(16), x, x)
	VMOVUPS(x, Mem{Base: dst, Index: at, Scale: 4})
	ADDQ(Imm(uint64(s.lanes())), at)
	CMPQ(at, n)
	JLT(LabelRef(name + "loop"))
	VZEROUPPER()
	RET()
}

// rows writes all of an instruction set's.
func rows(s isa) {
	expand(s)
	r := begin(s, "dot", "a, b *float32", "float32", "the sum of a[i]*b[i]")
	sum := r.zeroed()
	r.reduce(sum, add, func(acc reg.VecVirtual, at func(string) Mem) {
		x := r.vec()
		VMOVUPS(at("a"), x)
		VFMADD231PS(at("b"), x, acc)
	})
	end()

	r = begin(s, "dot3", "a, b, c *float32", "float32", "the sum of a[i]*b[i]*c[i]")
	sum = r.zeroed()
	r.reduce(sum, add, func(acc reg.VecVirtual, at func(string) Mem) {
		x := r.vec()
		VMOVUPS(at("a"), x)
		VMULPS(at("b"), x, x)
		VFMADD231PS(at("c"), x, acc)
	})
	end()

	r = begin(s, "axpy", "dst, x *float32, alpha float32", "", "dst[i] += alpha*x[i]")
	alpha := r.scalar("alpha")
	r.each(func() {
		d := r.load("dst")
		VFMADD231PS(r.mem("x"), alpha, d)
		VMOVUPS(d, r.mem("dst"))
	})
	end()

	r = begin(s, "times", "x *float32, alpha float32", "", "x[i] *= alpha")
	alpha = r.scalar("alpha")
	r.each(func() {
		x := r.load("x")
		VMULPS(alpha, x, x)
		VMOVUPS(x, r.mem("x"))
	})
	end()

	r = begin(s, "scale", "dst, x, w *float32, alpha float32", "", "dst[i] = x[i]*alpha*w[i]")
	alpha = r.scalar("alpha")
	r.each(func() {
		x := r.load("x")
		VMULPS(alpha, x, x)
		VMULPS(r.mem("w"), x, x)
		VMOVUPS(x, r.mem("dst"))
	})
	end()

	r = begin(s, "normGrad", "dx, dw, dout, x, w *float32, rstd, mean float32", "",
		"dw[i] += dout[i]*x[i]*rstd, dx[i] += rstd*(dout[i]*w[i] - x[i]*mean)")
	rstd, mean := r.scalar("rstd"), r.scalar("mean")
	r.each(func() {
		x, g, t, u := r.load("x"), r.load("dout"), r.vec(), r.vec()
		VMULPS(rstd, x, t)
		VMOVUPS(r.mem("dw"), u)
		VFMADD231PS(g, t, u)
		VMOVUPS(u, r.mem("dw"))
		VMULPS(r.mem("w"), g, g)
		VFNMADD231PS(mean, x, g)
		VMOVUPS(r.mem("dx"), u)
		VFMADD231PS(rstd, g, u)
		VMOVUPS(u, r.mem("dx"))
	})
	end()

	r = begin(s, "rotate", "lo, hi, cos, sin *float32, sign float32", "",
		"lo, hi = lo*cos - hi*sin*sign, lo*sin*sign + hi*cos")
	sign := r.scalar("sign")
	r.each(func() {
		lo, hi, c, sin, t := r.load("lo"), r.load("hi"), r.load("cos"), r.load("sin"), r.vec()
		VMULPS(sign, sin, sin)
		VMULPS(c, lo, t)
		VFNMADD231PS(sin, hi, t)
		VMOVUPS(t, r.mem("lo"))
		VMULPS(c, hi, t)
		VFMADD231PS(sin, lo, t)
		VMOVUPS(t, r.mem("hi"))
	})
	end()

	r = begin(s, "top", "x *float32", "float32", "the largest of x, n above 0")
	tops := r.vec()
	VBROADCASTSS(Mem{Base: r.ptr["x"]}, tops)
	r.reduce(tops, func(a, b, to Op) { VMAXPS(a, b, to) }, func(acc reg.VecVirtual, at func(string) Mem) { VMAXPS(at("x"), acc, acc) })
	end()

	r = begin(s, "expSum", "dst, x *float32, scale, top float32", "float32", "dst[i] = exp(x[i]*scale - top), and their sum")
	scale, top, sum := r.scalar("scale"), r.scalar("top"), r.zeroed()
	e := newExper(s)
	r.each(func() {
		x := r.load("x")
		VFMSUB213PS(top, scale, x)
		e.exp(x)
		VADDPS(x, sum, sum)
		VMOVUPS(x, r.mem("dst"))
	})
	r.fold(sum, add)
	end()

	r = begin(s, "probGrad", "dp, p *float32, delta, scale float32", "", "dp[i] = p[i]*(dp[i] - delta)*scale")
	delta, scale := r.scalar("delta"), r.scalar("scale")
	r.each(func() {
		d := r.load("dp")
		VSUBPS(delta, d, d)
		VMULPS(r.mem("p"), d, d)
		VMULPS(scale, d, d)
		VMOVUPS(d, r.mem("dp"))
	})
	end()

	swiglu(s)
	gelu(s)
	adamw(s)
}

// swiglu is out = silu(gate)*up and its gradient; silu(x) = x / (1 + e^-x).
func swiglu(s isa) {
	r := begin(s, "silu", "out, gate, up *float32", "", "out[i] = silu(gate[i])*up[i]")
	zero, e := r.zeroed(), newExper(s)
	r.each(func() {
		x, t := r.load("gate"), r.vec()
		VSUBPS(x, zero, t)
		e.exp(t)
		VADDPS(e.one, t, t)
		VDIVPS(t, x, x)
		VMULPS(r.mem("up"), x, x)
		VMOVUPS(x, r.mem("out"))
	})
	end()

	r = begin(s, "siluGrad", "dgate, dup, dout, gate, up *float32", "", "dup = dout*silu(gate), dgate = dout*up*silu'(gate)")
	zero, e = r.zeroed(), newExper(s)
	r.each(func() {
		x, sig, t := r.load("gate"), r.vec(), r.vec()
		VSUBPS(x, zero, sig)
		e.exp(sig)
		VADDPS(e.one, sig, sig)
		VDIVPS(sig, e.one, sig)
		VMULPS(r.mem("dout"), sig, t) // d*s
		VSUBPS(sig, e.one, sig)       // 1-s
		VFMADD213PS(e.one, x, sig)    // 1 + x*(1-s)
		VMULPS(t, x, x)               // d*x*s
		VMULPS(t, sig, sig)
		VMULPS(r.mem("up"), sig, sig)
		VMOVUPS(x, r.mem("dup"))
		VMOVUPS(sig, r.mem("dgate"))
	})
	end()
}

// gelu is Hendrycks and Gimpel's approximation by tanh, written as a sigmoid:
// x / (1 + e^(-2u)), u = sqrt(2/pi)*(x + 0.044715*x^3).
func gelu(s isa) {
	const c = 0.7978845608028654
	r := begin(s, "gelu", "out, x *float32", "", "out[i] = gelu(x[i])")
	cube, line, e := constant(s, -2*c*0.044715), constant(s, -2*c), newExper(s)
	// inner is -2u of x; square receives x*x.
	inner := func(x, square, u reg.VecVirtual) {
		VMULPS(x, x, square)
		VMOVUPS(cube, u)
		VFMADD213PS(line, square, u)
		VMULPS(x, u, u)
	}
	r.each(func() {
		x, t, u := r.load("x"), r.vec(), r.vec()
		inner(x, t, u)
		e.exp(u)
		VADDPS(e.one, u, u)
		VDIVPS(u, x, x)
		VMOVUPS(x, r.mem("out"))
	})
	end()

	r = begin(s, "geluGrad", "dx, dout, x *float32", "", "dx[i] = dout[i]*gelu'(x[i])")
	cube, line, e = constant(s, -2*c*0.044715), constant(s, -2*c), newExper(s)
	slope := constant(s, 2*c*3*0.044715)
	two := constant(s, 2*c)
	r.each(func() { // s + x*s*(1-s)*2u'
		x, t, sig, du := r.load("x"), r.vec(), r.vec(), r.vec()
		inner(x, t, sig)
		e.exp(sig)
		VADDPS(e.one, sig, sig)
		VDIVPS(sig, e.one, sig)
		VMOVUPS(slope, du)
		VFMADD213PS(two, t, du)
		VMULPS(x, du, du)
		VSUBPS(sig, e.one, t)
		VFMADD213PS(e.one, t, du) // 1 + x*(1-s)*2u'
		VMULPS(sig, du, du)
		VMULPS(r.mem("dout"), du, du)
		VMOVUPS(du, r.mem("dx"))
	})
	end()
}

// adamw is Loshchilov and Hutter's algorithm 2 with what does not change within
// a step worked out before.
func adamw(s isa) {
	r := begin(s, "adamw", "p, grad, m, v, c *float32", "",
		"one step of AdamW; c are grad scale, beta1, 1-beta1, beta2, 1-beta2, rate, 1/(1-beta2^t), eps, decay")
	var c [9]reg.VecVirtual
	k := 9
	if !s.wide {
		k = 5 // the others are read where they are used
	}
	for i := range k {
		c[i] = s.vec()
		VBROADCASTSS(Mem{Base: r.ptr["c"], Disp: 4 * i}, c[i])
	}
	constant := func(i int) reg.VecVirtual {
		if i < k {
			return c[i]
		}
		v := s.vec()
		VBROADCASTSS(Mem{Base: r.ptr["c"], Disp: 4 * i}, v)
		return v
	}
	r.each(func() {
		g, m, v, t := r.load("grad"), r.load("m"), r.load("v"), r.vec()
		VMULPS(constant(0), g, g)
		VMULPS(constant(1), m, m)
		VFMADD231PS(constant(2), g, m)
		VMOVUPS(m, r.mem("m"))
		VMULPS(constant(3), v, v)
		VMULPS(g, g, g)
		VFMADD231PS(constant(4), g, v)
		VMOVUPS(v, r.mem("v"))
		VMULPS(constant(6), v, v)
		VSQRTPS(v, v)
		VADDPS(constant(7), v, v)
		VMULPS(constant(5), m, m)
		VDIVPS(v, m, m)
		p := r.load("p")
		VMOVAPS(p, t)
		VSUBPS(m, p, p)
		VFNMADD231PS(constant(8), t, p)
		VMOVUPS(p, r.mem("p"))
	})
	end()
}
