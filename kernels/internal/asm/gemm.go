package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemm is the micro-kernel with the loops over tiles and panels around it:
// C = D + A·B, where A has tiles times mr rows and B panels of two registers'
// columns, bstep apart. Every element is one chain of fused multiply-adds in the
// order of k. Element (i, k) of A is at a + i*ars + k*acs; a panel of B has one
// row of two registers after the other; D is at d + i*drs, or 0 where d is nil.
// Strides are in bytes. AVX-512 touches only those columns of the last panel
// whose bit in mask is set. The panels of half are bfloat16.
func gemm(s isa, mr int, half bool) {
	name, typ, wide := fmt.Sprintf("gemm%d%s", mr, s.name), "float32", s.bytes() // of a register's numbers in a panel
	of := ""
	if half {
		name, typ, wide, of = fmt.Sprintf("gemm%dHalf%s", mr, s.name), "uint16", s.bytes()/2, " of bfloat16"
	}
	TEXT(name, NOSPLIT, "func(tiles, panels, k int, a *float32, ars, acs int, b *"+typ+", bstep int, d *float32, drs int, c *float32, crs, mask int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s is C = D + A·B for tiles of %d rows and panels of %d columns%s.", name, mr, 2*s.lanes(), of))
	arg := func(name string) Mem { // tiles, a, c and d go on in the frame, of which there is more than of registers
		r, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		return r.Addr
	}
	var k1, k2 reg.OpmaskVirtual
	if s.wide {
		k1, k2 = K(), K()
	}
	Label("tile" + name)
	panels := Load(Param("panels"), GP64())
	start, c, d := Load(Param("b"), GP64()), Load(Param("c"), GP64()), Load(Param("d"), GP64())
	ahead := GP64()
	XORQ(ahead, ahead)
	Label("panel" + name)
	if s.wide {
		bits := GP64()
		MOVQ(U32(0xffffffff), bits)
		CMPQ(panels, Imm(1))
		CMOVQEQ(arg("mask"), bits)
		KMOVW(bits.As32(), k1)
		SHRQ(Imm(16), bits)
		KMOVW(bits.As32(), k2)
	}
	sum := make([]reg.VecVirtual, 2*mr)
	for i := range sum {
		sum[i] = s.vec()
		s.zero(sum[i])
	}
	// What comes next is fetched while this panel is worked on: a line of each row
	// of the next tile of A, where rows are of one piece, and the part of C that
	// the next panel, or the next tile's first, writes.
	row, stride := GP64(), GP64()
	CMPQ(arg("acs"), Imm(4))
	JNE(LabelRef("far" + name))
	MOVQ(arg("ars"), stride)
	IMUL3Q(Imm(uint64(mr)), stride, row)
	ADDQ(arg("a"), row)
	ADDQ(ahead, row)
	ADDQ(Imm(64), ahead)
	for range mr {
		PREFETCHT0(Mem{Base: row})
		ADDQ(stride, row)
	}
	Label("far" + name)
	row, stride = GP64(), GP64()
	MOVQ(arg("crs"), stride)
	MOVQ(c, row)
	CMPQ(panels, Imm(1))
	JNE(LabelRef("near" + name))
	IMUL3Q(Imm(uint64(mr)), stride, row)
	ADDQ(arg("c"), row)
	SUBQ(U32(uint32(2*s.bytes())), row)
	Label("near" + name)
	for range mr {
		PREFETCHT0(Mem{Base: row, Disp: 2 * s.bytes()})
		if s.wide {
			PREFETCHT0(Mem{Base: row, Disp: 3 * s.bytes()})
		}
		ADDQ(stride, row)
	}
	TESTQ(d, d)
	JE(LabelRef("start" + name))
	row, stride = GP64(), GP64()
	MOVQ(d, row)
	MOVQ(arg("drs"), stride)
	for i := range mr {
		if s.wide {
			VMOVUPS_Z(Mem{Base: row}, k1, sum[2*i])
			VMOVUPS_Z(Mem{Base: row, Disp: s.bytes()}, k2, sum[2*i+1])
		} else {
			VMOVUPS(Mem{Base: row}, sum[2*i])
			VMOVUPS(Mem{Base: row, Disp: s.bytes()}, sum[2*i+1])
		}
		ADDQ(stride, row)
	}
	ADDQ(U32(uint32(2*s.bytes())), d)
	Label("start" + name)

	// One base register for three rows: base, base+ars, base+2*ars.
	ars, acs := Load(Param("ars"), GP64()), Load(Param("acs"), GP64())
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
	b, b0, b1, x := GP64(), s.vec(), s.vec(), s.vec()
	MOVQ(start, b)
	step := func(u int) {
		for i, to := range []reg.VecVirtual{b0, b1} {
			if at := (Mem{Base: b, Disp: (2*u + i) * wide}); half {
				VPMOVZXWD(at, to)
				VPSLLD(Imm(16), to, to)
			} else {
				VMOVUPS(at, to)
			}
		}
		for i := range mr {
			VBROADCASTSS(at(i), x)
			VFMADD231PS(b0, x, sum[2*i])
			VFMADD231PS(b1, x, sum[2*i+1])
		}
		for _, base := range bases {
			ADDQ(acs, base)
		}
	}
	const unroll = 4
	k := Load(Param("k"), GP64())
	SHRQ(Imm(2), k)
	JE(LabelRef("rest" + name))
	Label("loop" + name)
	for u := range unroll {
		step(u)
	}
	ADDQ(U32(uint32(2*unroll*wide)), b)
	DECQ(k)
	JNE(LabelRef("loop" + name))
	Label("rest" + name)
	MOVQ(arg("k"), k)
	ANDQ(Imm(unroll-1), k)
	JE(LabelRef("done" + name))
	Label("one" + name)
	step(0)
	ADDQ(U32(uint32(2*wide)), b)
	DECQ(k)
	JNE(LabelRef("one" + name))
	Label("done" + name)

	row, stride = GP64(), GP64()
	MOVQ(c, row)
	MOVQ(arg("crs"), stride)
	for i := range mr {
		if s.wide {
			VMOVUPS(sum[2*i], k1, Mem{Base: row})
			VMOVUPS(sum[2*i+1], k2, Mem{Base: row, Disp: s.bytes()})
		} else {
			VMOVUPS(sum[2*i], Mem{Base: row})
			VMOVUPS(sum[2*i+1], Mem{Base: row, Disp: s.bytes()})
		}
		ADDQ(stride, row)
	}
	ADDQ(U32(uint32(2*s.bytes())), c)
	ADDQ(arg("bstep"), start)
	DECQ(panels)
	JNE(LabelRef("panel" + name))

	by := GP64()
	for _, p := range []struct{ ptr, stride string }{{"a", "ars"}, {"c", "crs"}, {"d", "drs"}} {
		if p.ptr == "d" {
			CMPQ(arg("d"), Imm(0))
			JE(LabelRef("next" + name))
		}
		MOVQ(arg(p.stride), by)
		IMUL3Q(Imm(uint64(mr)), by, by)
		ADDQ(by, arg(p.ptr))
	}
	Label("next" + name)
	DECQ(arg("tiles"))
	JNE(LabelRef("tile" + name))
	VZEROUPPER()
	RET()
}

// peak is what the multiply-add units do where nothing has to be loaded: chains
// enough to fill them.
func peak(s isa) {
	const chains = 12
	name := "peak" + s.name
	TEXT(name, NOSPLIT, "func(n int)")
	Doc(fmt.Sprintf("%s does n times %d multiply-adds.", name, chains*s.lanes()))
	n, x := Load(Param("n"), GP64()), s.vec()
	s.zero(x)
	var sum [chains]reg.VecVirtual
	for i := range sum {
		sum[i] = s.vec()
		s.zero(sum[i])
	}
	Label(name + "loop")
	for i := range sum {
		VFMADD231PS(x, x, sum[i])
	}
	DECQ(n)
	JNE(LabelRef(name + "loop"))
	VZEROUPPER()
	RET()
}

// packRows copies k rows of a matrix into a panel, the columns beyond the mask
// as 0. AVX-512 only.
func packRows(s isa) {
	name := "packRows" + s.name
	TEXT(name, NOSPLIT, "func(dst, src *float32, stride, k, mask int)")
	Pragma("noescape")
	Doc(name + " copies k rows, stride bytes apart, into a panel of 32 columns; those whose bit in mask is not set are 0.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	stride, k, mask := Load(Param("stride"), GP64()), Load(Param("k"), GP64()), Load(Param("mask"), GP64())
	k1, k2, x, y := K(), K(), s.vec(), s.vec()
	KMOVW(mask.(reg.GPVirtual).As32(), k1)
	SHRQ(Imm(16), mask)
	KMOVW(mask.(reg.GPVirtual).As32(), k2)
	Label(name + "loop")
	VMOVUPS_Z(Mem{Base: src}, k1, x)
	VMOVUPS_Z(Mem{Base: src, Disp: 64}, k2, y)
	VMOVUPS(x, Mem{Base: dst})
	VMOVUPS(y, Mem{Base: dst, Disp: 64})
	ADDQ(stride, src)
	ADDQ(U32(128), dst)
	DECQ(k)
	JNE(LabelRef(name + "loop"))
	VZEROUPPER()
	RET()
}

// packTile copies one register's part of k rows, so that the micro-kernel reads
// the rows of a transposed A next to each other. AVX-512 only.
func packTile(s isa) {
	name := "packTile" + s.name
	TEXT(name, NOSPLIT, "func(dst *float32, rows int, src *float32, stride, k int)")
	Pragma("noescape")
	Doc(name + " copies the first rows (at most 16) numbers of k rows, stride bytes apart, next to each other.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	stride, k, rows := Load(Param("stride"), GP64()), Load(Param("k"), GP64()), Load(Param("rows"), GP64())
	mask, k1, x := GP64(), K(), s.vec()
	MOVQ(U32(0xffffffff), mask)
	BZHIQ(rows, mask, mask)
	KMOVW(mask.As32(), k1)
	SHLQ(Imm(2), rows)
	Label(name + "loop")
	VMOVUPS_Z(Mem{Base: src}, k1, x)
	VMOVUPS(x, k1, Mem{Base: dst})
	ADDQ(stride, src)
	ADDQ(rows, dst)
	DECQ(k)
	JNE(LabelRef(name + "loop"))
	VZEROUPPER()
	RET()
}

// packCols transposes 16 rows of a matrix into half a panel, in squares of 16:
// pairs of rows, then of pairs, then the quarters of registers. AVX-512 only.
func packCols(s isa) {
	name := "packCols" + s.name
	TEXT(name, NOSPLIT, "func(dst, src *float32, stride, squares int)")
	Pragma("noescape")
	Doc(name + " writes 16 rows of src, stride bytes apart, as 16 columns of a panel of 32, squares times 16 of their numbers.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	stride, n := Load(Param("stride"), GP64()), Load(Param("squares"), GP64())
	Label(name + "loop")
	var r, t, u [16]reg.VecVirtual
	row := GP64()
	MOVQ(src, row)
	for i := range r {
		r[i] = s.vec()
		VMOVUPS(Mem{Base: row}, r[i])
		ADDQ(stride, row)
	}
	for i := 0; i < 16; i += 2 {
		t[i], t[i+1] = s.vec(), s.vec()
		VUNPCKLPS(r[i+1], r[i], t[i])
		VUNPCKHPS(r[i+1], r[i], t[i+1])
	}
	for i := 0; i < 16; i += 4 {
		for j := range 2 {
			u[i+2*j], u[i+2*j+1] = s.vec(), s.vec()
			VUNPCKLPD(t[i+j+2], t[i+j], u[i+2*j])
			VUNPCKHPD(t[i+j+2], t[i+j], u[i+2*j+1])
		}
	}
	for j := range 4 { // u[4g+j] has in its quarter l the column 4l+j of rows 4g to 4g+3
		for odd, pick := range []uint8{0x88, 0xdd} {
			lo, hi := s.vec(), s.vec()
			VSHUFF32X4(Imm(uint64(pick)), u[4+j], u[j], lo)
			VSHUFF32X4(Imm(uint64(pick)), u[12+j], u[8+j], hi)
			for half, pick := range []uint8{0x88, 0xdd} {
				out := s.vec()
				VSHUFF32X4(Imm(uint64(pick)), hi, lo, out)
				VMOVUPS(out, Mem{Base: dst, Disp: 128 * (4*(2*half+odd) + j)})
			}
		}
	}
	ADDQ(Imm(64), src)
	ADDQ(U32(16*128), dst)
	DECQ(n)
	JNE(LabelRef(name + "loop"))
	VZEROUPPER()
	RET()
}
