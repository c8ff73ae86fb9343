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

// isa is one instruction set: how wide its registers are and how many rows its
// largest micro-kernel has.
type isa struct {
	name string
	wide bool // 512 bits
	rows int
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
	for _, s := range []isa{{"AVX512", true, 12}, {"AVX2", false, 6}} {
		for mr := 1; mr <= s.rows; mr++ {
			gemm(s, mr, false)
			gemm(s, mr, true)
		}
		peak(s)
		if s.wide {
			packRows(s)
			packTile(s)
			packCols(s)
		}
		rows(s)
	}
	Generate()
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
