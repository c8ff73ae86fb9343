package driver

import (
	"fmt"
	"runtime"
	"unsafe"
)

// Number is a matrix's type of numbers, as cudaDataType has it.
type Number int32

const (
	F32Numbers  Number = 0
	BF16Numbers Number = 14
)

// Matrix is how a matrix lies in memory: by columns that are LD numbers apart;
// in a batch, Stride numbers after the one before.
type Matrix struct {
	Type       Number
	Rows, Cols int
	LD         int // 0: Rows
	Stride     int
}

// Product is D = alpha·op(A)·op(B) + beta·C, by columns, in float32 sums. A
// row-major y[t, out] = x[t, in]·W[out, in]ᵀ is one with A = W [in, out],
// TransA, B = x [in, t] and D = y [out, t].
type Product struct {
	A, B, C        Matrix // C is how D lies, too
	TransA, TransB bool
	Batch          int  // 0: 1
	Bias           bool // adds D's type, one for each row, to all columns
	TF32           bool // float32 is rounded to tf32 first: faster, with 10 bits
	Workspace      int  // most bytes that it may use
	Align          int  // of the matrices' addresses, in bytes; 0: 16, the least
}

// cuBLASLt's numbers.
const (
	ltCompute32F, ltComputeTF32                               = 68, 77
	ltTransA, ltTransB, ltEpilogue, ltBiasPointer, ltBiasType = 3, 4, 7, 8, 26
	ltBatch, ltStride                                         = 5, 6
	ltWorkspace                                               = 1
	ltAlignA, ltAlignB, ltAlignC, ltAlignD                    = 5, 6, 7, 8
	ltEpilogueBias                                            = 4
)

// ltFound is cublasLtMatmulHeuristicResult_t.
type ltFound struct {
	algo      [8]uint64
	workspace uint64
	status    int32
	waves     float32
	_         [4]int32
}

type ltLibrary struct {
	calls ltCalls
	path  string
}

func openLt(major int) (*ltLibrary, error) {
	lib, path, err := libLt.find(major)
	if err != nil {
		return nil, fmt.Errorf("load cuBLASLt: %w: %s, or set %s to its file", err, pip("nvidia-cublas", major), libLt.env)
	}
	l := &ltLibrary{path: path}
	if err := bind(lib, &l.calls); err != nil {
		return nil, fmt.Errorf("load cuBLASLt: %s: %w", path, err)
	}
	return l, nil
}

// Lt is cuBLASLt on a device. It is safe for goroutines.
type Lt struct {
	dev    *Device
	lib    *ltLibrary
	handle uintptr
}

// Lt opens cuBLASLt. An error is an answer: products are then for own kernels.
func (d *Device) Lt() (*Lt, error) {
	lib, err := d.cuda.lt()
	if err != nil {
		return nil, err
	}
	l := &Lt{dev: d, lib: lib}
	return l, l.check(lib.calls.Create(&l.handle), "begin")
}

// Version is cuBLASLt's own: 120900 is 12.9.
func (l *Lt) Version() int { return int(l.lib.calls.Version()) }

// Close ends it; its plans must be closed.
func (l *Lt) Close() error { return l.check(l.lib.calls.Destroy(l.handle), "end") }

// ltWords are cublasStatus_t.
var ltWords = map[int32]string{1: "not initialized", 3: "out of memory", 7: "invalid value", 8: "not for this architecture",
	11: "mapping error", 13: "execution failed", 14: "internal error", 15: "not supported: look at alignment (16 bytes) and types", 16: "license error"}

func (l *Lt) check(code int32, act string) error {
	if code == 0 {
		return nil
	}
	return fmt.Errorf("cuBLASLt: %s: status %d, %s", act, code, ltWords[code])
}

// Plan is a product made ready. It is for one goroutine at a time.
type Plan struct {
	lt         *Lt
	product    Product
	desc, pref uintptr
	a, b, c    uintptr
	found      ltFound
	scale      [2]float32 // alpha, beta: read by the call
	args       [16]uintptr
	Workspace  int // bytes that Run wants
}

func (p Product) String() string {
	return fmt.Sprintf("product of [%d, %d] (transposed %v) and [%d, %d] (transposed %v)", p.A.Rows, p.A.Cols, p.TransA, p.B.Rows, p.B.Cols, p.TransB)
}

// Plan chooses how the product is best done. Keep it: choosing takes longer than
// a small product.
func (l *Lt) Plan(product Product) (*Plan, error) {
	p := &Plan{lt: l, product: product}
	if err := p.describe(); err != nil {
		p.Close()
		return nil, fmt.Errorf("%v: %w", product, err)
	}
	var n int32
	code := l.lib.calls.Heuristic(l.handle, p.desc, p.a, p.b, p.c, p.c, p.pref, 1, &p.found, &n)
	if code == 0 && n == 0 {
		code = 15
	}
	if err := l.check(code, "choose"); err != nil {
		p.Close()
		return nil, fmt.Errorf("%v: %w", product, err)
	}
	p.Workspace = int(p.found.workspace)
	p.args = [16]uintptr{l.handle, p.desc, uintptr(unsafe.Pointer(&p.scale[0])), 0, p.a, 0, p.b, uintptr(unsafe.Pointer(&p.scale[1])),
		0, p.c, 0, p.c, uintptr(unsafe.Pointer(&p.found.algo)), 0, 0, 0}
	return p, nil
}

func (p *Plan) describe() error {
	calls, q := &p.lt.lib.calls, p.product
	compute := int32(ltCompute32F)
	if q.TF32 {
		compute = ltComputeTF32
	}
	if err := p.lt.check(calls.DescCreate(&p.desc, compute, int32(F32Numbers)), "describe"); err != nil {
		return err
	}
	set := func(what, v int32) error { return p.lt.check(calls.DescSet(p.desc, what, ptr(&v), 4), "describe") }
	yes := map[bool]int32{true: 1}
	for _, s := range [][2]int32{{ltTransA, yes[q.TransA]}, {ltTransB, yes[q.TransB]}} {
		if err := set(s[0], s[1]); err != nil {
			return err
		}
	}
	if q.Bias {
		if err := set(ltEpilogue, ltEpilogueBias); err != nil {
			return err
		}
		if err := set(ltBiasType, int32(q.C.Type)); err != nil {
			return err
		}
		if err := p.lt.check(calls.DescSet(p.desc, ltBiasPointer, ptr(&some), 8), "describe"); err != nil {
			return err
		}
	}
	for _, m := range []struct {
		to *uintptr
		of Matrix
	}{{&p.a, q.A}, {&p.b, q.B}, {&p.c, q.C}} {
		if err := p.layout(m.to, m.of); err != nil {
			return err
		}
	}
	if err := p.lt.check(calls.PrefCreate(&p.pref), "describe"); err != nil {
		return err
	}
	bytes, align := uint64(q.Workspace), uint32(max(q.Align, 16))
	for _, what := range []int32{ltAlignA, ltAlignB, ltAlignC, ltAlignD} {
		if err := p.lt.check(calls.PrefSet(p.pref, what, ptr(&align), 4), "describe"); err != nil {
			return err
		}
	}
	return p.lt.check(calls.PrefSet(p.pref, ltWorkspace, ptr(&bytes), 8), "describe")
}

// some is an address for a bias that is not known yet: to choose, cuBLASLt wants one.
var some = uint64(1 << 20)

func (p *Plan) layout(to *uintptr, m Matrix) error {
	calls := &p.lt.lib.calls
	ld := m.LD
	if ld == 0 {
		ld = m.Rows
	}
	if err := p.lt.check(calls.LayoutCreate(to, int32(m.Type), uint64(m.Rows), uint64(m.Cols), int64(ld)), "describe a matrix"); err != nil {
		return err
	}
	if p.product.Batch < 2 {
		return nil
	}
	n, stride := int32(p.product.Batch), int64(m.Stride)
	if err := p.lt.check(calls.LayoutSet(*to, ltBatch, ptr(&n), 4), "describe a batch"); err != nil {
		return err
	}
	return p.lt.check(calls.LayoutSet(*to, ltStride, ptr(&stride), 8), "describe a batch")
}

func ptr[T any](v *T) *byte { return (*byte)(unsafe.Pointer(v)) }

// Operands are what a plan is run on. C may be D; without beta it may be null.
type Operands struct {
	A, B, C, D, Bias Memory
	Workspace        Memory // at least the plan's
	Alpha, Beta      float32
}

// Run puts the product into a stream.
func (p *Plan) Run(s *Stream, o Operands) error {
	if o.Workspace.Bytes < p.Workspace {
		return fmt.Errorf("%v: a workspace of %d bytes, and it wants %d", p.product, o.Workspace.Bytes, p.Workspace)
	}
	if align := uint64(max(p.product.Align, 16)); (o.A.Addr|o.B.Addr|o.C.Addr|o.D.Addr|o.Bias.Addr)%align != 0 {
		return fmt.Errorf("%v: a matrix is not at a multiple of %d bytes: put it there, or plan with a smaller Align", p.product, align)
	}
	if p.product.Bias {
		if err := p.lt.check(p.lt.lib.calls.DescSet(p.desc, ltBiasPointer, ptr(&o.Bias.Addr), 8), "set the bias"); err != nil {
			return err
		}
	}
	if o.C.Addr == 0 {
		o.C = o.D
	}
	p.scale = [2]float32{o.Alpha, o.Beta}
	p.args[3], p.args[5], p.args[8], p.args[10] = uintptr(o.A.Addr), uintptr(o.B.Addr), uintptr(o.C.Addr), uintptr(o.D.Addr)
	p.args[13], p.args[14], p.args[15] = uintptr(o.Workspace.Addr), uintptr(o.Workspace.Bytes), s.handle
	code := call(p.lt.lib.calls.Matmul, p.args[:]...)
	runtime.KeepAlive(p)
	if code != 0 {
		return fmt.Errorf("%v: %w", p.product, p.lt.check(code, "run"))
	}
	if p.lt.dev.sync && !s.graph {
		return s.Wait()
	}
	return nil
}

// Close forgets the plan.
func (p *Plan) Close() error {
	calls := &p.lt.lib.calls
	var first error
	for _, one := range []struct {
		handle  *uintptr
		destroy func(uintptr) int32
	}{{&p.desc, calls.DescDestroy}, {&p.pref, calls.PrefDestroy}, {&p.a, calls.LayoutDestroy}, {&p.b, calls.LayoutDestroy}, {&p.c, calls.LayoutDestroy}} {
		if *one.handle == 0 {
			continue
		}
		if err := p.lt.check(one.destroy(*one.handle), "forget a plan"); err != nil && first == nil {
			first = err
		}
		*one.handle = 0
	}
	return first
}
