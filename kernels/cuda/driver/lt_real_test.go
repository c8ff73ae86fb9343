package driver

import (
	"os"
	"testing"
)

// TestNVIDIAsCuBLASLtTakesOurDescriptions needs no GPU: GYM_CUBLASLT_REAL is the
// file of a real libcublasLt (pip install nvidia-cublas-cu12). It refuses a
// number that it does not know.
func TestNVIDIAsCuBLASLtTakesOurDescriptions(t *testing.T) {
	path := os.Getenv("GYM_CUBLASLT_REAL")
	if path == "" {
		t.Skip("GYM_CUBLASLT_REAL names no libcublasLt")
	}
	t.Setenv("GYM_CUBLASLT_LIB", path)
	lib, err := openLt(12)
	if err != nil {
		t.Fatal(err)
	}
	lt := &Lt{lib: lib}
	t.Log("cuBLASLt", lt.Version())
	for _, product := range []Product{
		{A: Matrix{Rows: 16, Cols: 8}, TransA: true, B: Matrix{Rows: 16, Cols: 32}, C: Matrix{Rows: 8, Cols: 32}, TF32: true},
		{A: Matrix{Type: BF16Numbers, Rows: 8, Cols: 16, Stride: 128}, B: Matrix{Type: BF16Numbers, Rows: 32, Cols: 16, Stride: 512}, TransB: true,
			C: Matrix{Type: BF16Numbers, Rows: 8, Cols: 32, Stride: 256}, Batch: 3, Bias: true, Workspace: 32 << 20},
	} {
		p := &Plan{lt: lt, product: product}
		if err := p.describe(); err != nil {
			t.Errorf("%v: %v", product, err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}
