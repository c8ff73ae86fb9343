package driver_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// matrix is numbers of a type, on the device and as the device has them.
func matrix(b *cudatest.Bench, kind driver.Number, n int) (driver.Memory, []float64) {
	rng := rand.New(rand.NewPCG(5, uint64(n)))
	narrow, full, want := make([]uint16, n), make([]float32, n), make([]float64, n)
	for i := range want {
		v := float32(rng.NormFloat64())
		if kind == driver.BF16Numbers {
			narrow[i] = uint16(math.Float32bits(v) >> 16)
			v = math.Float32frombits(uint32(narrow[i]) << 16)
		}
		full[i], want[i] = v, float64(v)
	}
	if kind == driver.BF16Numbers {
		return cudatest.Put(b, narrow), want
	}
	return cudatest.Put(b, full), want
}

func numbers(b *cudatest.Bench, kind driver.Number, m driver.Memory, n int) []float64 {
	out := make([]float64, n)
	if kind == driver.BF16Numbers {
		for i, v := range cudatest.Take[uint16](b, m, n) {
			out[i] = float64(math.Float32frombits(uint32(v) << 16))
		}
		return out
	}
	for i, v := range cudatest.Take[float32](b, m, n) {
		out[i] = float64(v)
	}
	return out
}

// A linear layer by rows, y [t, out] = x [t, in]·W [out, in]ᵀ + bias, and its
// gradient by the weights, added to what is there.
func TestRowMajorLayersAreProductsByColumns(t *testing.T) {
	const tokens, in, out = 6, 16, 8
	for _, kind := range []driver.Number{driver.F32Numbers, driver.BF16Numbers} {
		t.Run(fmt.Sprint(kind), func(t *testing.T) {
			b := cudatest.New(t)
			lt, err := b.Dev.Lt()
			b.Must(err)
			t.Cleanup(func() { lt.Close() })
			x, hx := matrix(b, kind, tokens*in)
			w, hw := matrix(b, kind, out*in)
			bias, hbias := matrix(b, kind, out)
			y, _ := matrix(b, kind, tokens*out)
			p, err := lt.Plan(driver.Product{
				A: driver.Matrix{Type: kind, Rows: in, Cols: out}, TransA: true,
				B: driver.Matrix{Type: kind, Rows: in, Cols: tokens},
				C: driver.Matrix{Type: kind, Rows: out, Cols: tokens}, Bias: true, Workspace: 1 << 20})
			b.Must(err)
			t.Cleanup(func() { p.Close() })
			space, err := b.Dev.Alloc(p.Workspace)
			b.Must(err)
			b.Must(p.Run(b.Stream, driver.Operands{A: w, B: x, D: y, Bias: bias, Workspace: space, Alpha: 1}))
			for i, got := range numbers(b, kind, y, tokens*out) {
				want := hbias[i%out]
				for k := range in {
					want += hx[i/out*in+k] * hw[i%out*in+k]
				}
				if math.Abs(got-want) > 0.02*max(1, math.Abs(want)) {
					t.Fatalf("y[%d] is %g, want %g", i, got, want)
				}
			}
			if p.Workspace > 0 {
				wants(t, p.Run(b.Stream, driver.Operands{A: w, B: x, D: y, Bias: bias, Alpha: 1}), "a workspace of 0 bytes, and it wants")
			}
			wants(t, p.Run(b.Stream, driver.Operands{A: w.Slice(4, w.Bytes), B: x, D: y, Bias: bias, Workspace: space, Alpha: 1}), "not at a multiple of 16 bytes")
		})
	}
}

func TestABatchOfProductsAddsToWhatIsThere(t *testing.T) {
	const m, n, k, batch = 4, 5, 3, 3
	b := cudatest.New(t)
	lt, err := b.Dev.Lt()
	b.Must(err)
	t.Cleanup(func() { lt.Close() })
	x, hx := matrix(b, driver.F32Numbers, m*k*batch)
	y, hy := matrix(b, driver.F32Numbers, n*k*batch)
	c, hc := matrix(b, driver.F32Numbers, m*n*batch)
	p, err := lt.Plan(driver.Product{
		A: driver.Matrix{Rows: m, Cols: k, Stride: m * k}, B: driver.Matrix{Rows: n, Cols: k, Stride: n * k}, TransB: true,
		C: driver.Matrix{Rows: m, Cols: n, Stride: m * n}, Batch: batch})
	b.Must(err)
	t.Cleanup(func() { p.Close() })
	b.Must(p.Run(b.Stream, driver.Operands{A: x, B: y, D: c, Alpha: 2, Beta: 1}))
	for i, got := range numbers(b, driver.F32Numbers, c, m*n*batch) {
		s, row, col, want := i/(m*n), i%m, i/m%n, hc[i]
		for l := range k {
			want += 2 * hx[s*m*k+l*m+row] * hy[s*n*k+l*n+col]
		}
		if math.Abs(got-want) > 1e-5*max(1, math.Abs(want)) {
			t.Fatalf("c[%d] is %g, want %g", i, got, want)
		}
	}
}

func TestAProductThatDoesNotFitIsRefused(t *testing.T) {
	b := cudatest.New(t)
	lt, err := b.Dev.Lt()
	b.Must(err)
	t.Cleanup(func() { lt.Close() })
	_, err = lt.Plan(driver.Product{A: driver.Matrix{Rows: 2, Cols: 3}, B: driver.Matrix{Rows: 4, Cols: 5}, C: driver.Matrix{Rows: 2, Cols: 5}})
	wants(t, err, "product of [2, 3] (transposed false) and [4, 5] (transposed false)", "cuBLASLt: choose")
}

func TestWithoutCuBLASLtAllElseWorks(t *testing.T) {
	b := cudatest.New(t)
	t.Setenv("GYM_CUBLASLT_LIB", "/nowhere/libcublasLt.so.12")
	_, err := b.Dev.Lt()
	wants(t, err, "load cuBLASLt", "pip install nvidia-cublas-cu12")
	cudatest.Put(b, []int32{1})
}
