package cuda_test

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

var nan = float32(math.NaN())

func normal(n int) []float32 {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// near compares with float64, relative to the size of the numbers.
func near(t testing.TB, what string, got []float32, want []float64, tolerance float64) {
	t.Helper()
	size := 1.0
	for _, w := range want {
		size = max(size, math.Abs(w))
	}
	for i, w := range want {
		if diff := math.Abs(float64(got[i]) - w); !(diff <= tolerance*size) {
			t.Fatalf("%s: element %d is %g, want %g", what, i, got[i], w)
		}
	}
}

// bf16 rounds as gym.cuh does.
func bf16(v float32) uint16 {
	b := math.Float32bits(v)
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}

func wide(v uint16) float64 { return float64(math.Float32frombits(uint32(v) << 16)) }

func TestSaxpyAgreesWithFloat64(t *testing.T) {
	cudatest.Orders(t, func(b *cudatest.Bench) {
		const n = 1001
		x, y := normal(n), normal(n + 1)[:n]
		want := make([]float64, n)
		for i := range want {
			want[i] = float64(y[i]) + 0.5*float64(x[i])
		}
		dx, dy := cudatest.Put(b, x), cudatest.Put(b, y)
		b.Must(b.Kernel("saxpy").Launch(b.Stream, driver.Shape{Grid: driver.Dim{4}, Block: driver.Dim{256}},
			driver.F32(0.5), driver.Ptr(dx), driver.Ptr(dy), driver.Int(n)))
		near(b, "y", cudatest.Take[float32](b, dy, n), want, 1e-6)
	})
}

func TestRMSNormAgreesWithFloat64(t *testing.T) {
	cudatest.Orders(t, func(b *cudatest.Bench) {
		for _, dim := range []int{64, 129, 512} {
			const rows, eps = 5, 1e-5
			x, w := normal(rows*dim), normal(dim)
			want := make([]float64, rows*dim)
			for r := range rows {
				sum := 0.0
				for i := range dim {
					sum += float64(x[r*dim+i]) * float64(x[r*dim+i])
				}
				for i := range dim {
					want[r*dim+i] = float64(x[r*dim+i]) / math.Sqrt(sum/float64(dim)+eps) * float64(w[i])
				}
			}
			out := cudatest.Room[float32](b, rows*dim)
			b.Must(b.Kernel("rmsnorm").Launch(b.Stream, driver.Shape{Grid: driver.Dim{rows}, Block: driver.Dim{96}},
				driver.Ptr(out), driver.Ptr(cudatest.Put(b, x)), driver.Ptr(cudatest.Put(b, w)), driver.Int(dim), driver.F32(eps)))
			near(b, "out", cudatest.Take[float32](b, out, rows*dim), want, 2e-6)
		}
	})
}

func TestLogSoftmaxAgreesWithFloat64(t *testing.T) {
	cudatest.Orders(t, func(b *cudatest.Bench) {
		const rows, n = 4, 777
		x, target := normal(rows*n), []int32{0, 776, 5, 300}
		logp, entropy := make([]float64, rows), make([]float64, rows)
		for r := range rows {
			row, sum, weighted := x[r*n:(r+1)*n], 0.0, 0.0
			for _, v := range row {
				sum += math.Exp(float64(v))
				weighted += math.Exp(float64(v)) * float64(v)
			}
			logp[r] = float64(row[target[r]]) - math.Log(sum)
			entropy[r] = math.Log(sum) - weighted/sum
		}
		dlogp, dentropy := cudatest.Room[float32](b, rows), cudatest.Room[float32](b, rows)
		b.Must(b.Kernel("logsoftmax").Launch(b.Stream, driver.Shape{Grid: driver.Dim{rows}, Block: driver.Dim{128}},
			driver.Ptr(dlogp), driver.Ptr(dentropy), driver.Ptr(cudatest.Put(b, x)), driver.Ptr(cudatest.Put(b, target)), driver.Int(n)))
		near(b, "logp", cudatest.Take[float32](b, dlogp, rows), logp, 2e-6)
		near(b, "entropy", cudatest.Take[float32](b, dentropy, rows), entropy, 2e-6)
	})
}

func TestTensorCoreGemmAgreesWithFloat64(t *testing.T) {
	cudatest.Orders(t, func(b *cudatest.Bench) {
		for _, s := range [][3]int{{64, 32, 64}, {70, 45, 33}} {
			m, n, k := s[0], s[1], s[2]
			x, y := make([]uint16, m*k), make([]uint16, n*k)
			for i, v := range normal(m * k) {
				x[i] = bf16(v)
			}
			for i, v := range normal(n * k) {
				y[i] = bf16(v)
			}
			want := make([]float64, m*n)
			for i := range want {
				for j := range k {
					want[i] += wide(x[i/n*k+j]) * wide(y[i%n*k+j])
				}
			}
			out := cudatest.Room[float32](b, m*n)
			b.Must(b.Kernel("gemm").Launch(b.Stream,
				driver.Shape{Grid: driver.Dim{(n + 31) / 32, (m + 63) / 64}, Block: driver.Dim{128}, Shared: 96 * 24 * 2},
				driver.Ptr(out), driver.Ptr(cudatest.Put(b, x)), driver.Ptr(cudatest.Put(b, y)), driver.Int(m), driver.Int(n), driver.Int(k)))
			near(b, "c", cudatest.Take[float32](b, out, m*n), want, 1e-6)
		}
	})
}

// The fragments of both mma, and ldmatrix in both directions.
func TestTilesAgreeWithFloat64(t *testing.T) {
	cudatest.Orders(t, func(b *cudatest.Bench) {
		x, y := normal(16*8), normal(8*8)
		tf, bf := make([]float64, 16*8), make([]float64, 16*8)
		for i := range tf {
			for k := range 8 {
				u, v := x[i/8*8+k], y[k*8+i%8]
				tf[i] += float64(u) * float64(v)
				bf[i] += 2 * wide(bf16(u)) * wide(bf16(v))
			}
		}
		dtf, dbf := cudatest.Room[float32](b, 128), cudatest.Room[float32](b, 128)
		b.Must(b.Kernel("tiles").Launch(b.Stream, driver.Shape{Block: driver.Dim{32}},
			driver.Ptr(dtf), driver.Ptr(dbf), driver.Ptr(cudatest.Put(b, x)), driver.Ptr(cudatest.Put(b, y))))
		near(b, "tf32", cudatest.Take[float32](b, dtf, 128), tf, 1e-3)
		near(b, "bf16", cudatest.Take[float32](b, dbf, 128), bf, 1e-6)
	})
}

func TestPipelinedCopyMovesAllNumbers(t *testing.T) {
	cudatest.Orders(t, func(b *cudatest.Bench) {
		const n, threads = 4 * 1003, 64
		x := normal(n)
		out := cudatest.Room[float32](b, n)
		b.Must(b.Kernel("pipeline").Launch(b.Stream, driver.Shape{Grid: driver.Dim{3}, Block: driver.Dim{threads}, Shared: 2 * 16 * threads},
			driver.Ptr(out), driver.Ptr(cudatest.Put(b, x)), driver.Int(n)))
		for i, v := range cudatest.Take[float32](b, out, n) {
			if v != 2*x[i] {
				b.Fatalf("element %d is %g, want %g", i, v, 2*x[i])
			}
		}
	})
}

func TestHistogramCountsAll(t *testing.T) {
	cudatest.Orders(t, func(b *cudatest.Bench) {
		const n = 5000
		rng := rand.New(rand.NewPCG(3, 4))
		x, want := make([]int32, n), make([]uint32, 64)
		for i := range x {
			x[i] = int32(rng.IntN(60))
			want[x[i]]++
		}
		counts, most := cudatest.Room[uint32](b, 64), cudatest.Put(b, []int32{-1})
		b.Must(b.Stream.Zero(counts))
		b.Must(b.Kernel("histogram").Launch(b.Stream, driver.Shape{Grid: driver.Dim{3}, Block: driver.Dim{128}},
			driver.Ptr(counts), driver.Ptr(most), driver.Ptr(cudatest.Put(b, x)), driver.Int(n)))
		if got := cudatest.Take[uint32](b, counts, 64); !slices.Equal(got, want) {
			b.Errorf("counts are %v, want %v", got, want)
		}
		if got := cudatest.Take[int32](b, most, 1); got[0] != 59 {
			b.Errorf("the greatest is %d, want 59", got[0])
		}
	})
}

func TestLanesReadEachOther(t *testing.T) {
	cudatest.Orders(t, func(b *cudatest.Bench) {
		v := make([]int32, 32)
		var odd uint32
		for i := range v {
			v[i] = int32(i*i + i/3)
			odd |= uint32(v[i]&1) << i
		}
		out := cudatest.Room[int32](b, 256)
		b.Must(b.Kernel("lanes").Launch(b.Stream, driver.Shape{Block: driver.Dim{32}}, driver.Ptr(out), driver.Ptr(cudatest.Put(b, v))))
		got := cudatest.Take[int32](b, out, 256)
		for i := range 32 {
			up, down := i, i
			if i >= 3 {
				up = i - 3
			}
			if i%16+5 < 16 {
				down = i + 5
			}
			half := int32(0)
			if i < 16 {
				half = v[i/8*8+4]
			}
			want := []int32{v[(i*7+3)&31], v[up], v[down], v[i^9], int32(odd), half, 1, int32(bits.OnesCount32(^uint32(0)) + 32)}
			for j, w := range want {
				if got[32*j+i] != w {
					b.Errorf("row %d, lane %d is %d, want %d", j, i, got[32*j+i], w)
				}
			}
		}
	})
}

// A protocol between blocks, by a fence and a counter, is no race.
func TestTheLastBlockAddsWhatAllHaveWritten(t *testing.T) {
	cudatest.Orders(t, func(b *cudatest.Bench) {
		const n, blocks = 3000, 7
		x, want := normal(n), 0.0
		for _, v := range x {
			want += float64(v)
		}
		out, counter := cudatest.Room[float32](b, 1), cudatest.Put(b, []uint32{0})
		k, dx, parts := b.Kernel("lastblock"), cudatest.Put(b, x), cudatest.Room[float32](b, blocks)
		for range 2 {
			b.Must(k.Launch(b.Stream, driver.Shape{Grid: driver.Dim{blocks}, Block: driver.Dim{64}},
				driver.Ptr(out), driver.Ptr(parts), driver.Ptr(counter), driver.Ptr(dx), driver.Int(n)))
			near(b, "out", cudatest.Take[float32](b, out, 1), []float64{want}, 1e-4)
		}
	})
}

// Neighbours in one word are written by two threads: that is no race either.
func TestBF16RoundsToTheNearestAndToEven(t *testing.T) {
	cudatest.Orders(t, func(b *cudatest.Bench) {
		x := append(normal(333), 0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), math.MaxFloat32,
			math.Float32frombits(0x3f808000), math.Float32frombits(0x3f818000), math.Float32frombits(0x3f808001), math.SmallestNonzeroFloat32)
		n := len(x)
		out, back := cudatest.Room[uint16](b, n), cudatest.Room[float32](b, n)
		b.Must(b.Kernel("narrow").Launch(b.Stream, driver.Shape{Grid: driver.Dim{(n + 127) / 128}, Block: driver.Dim{128}},
			driver.Ptr(out), driver.Ptr(back), driver.Ptr(cudatest.Put(b, x)), driver.Int(n)))
		got, wide := cudatest.Take[uint16](b, out, n), cudatest.Take[float32](b, back, n)
		for i, v := range x {
			want := bf16(v)
			if v != v {
				want = 0x7fff
			}
			if got[i] != want || math.Float32bits(wide[i]) != uint32(want)<<16 {
				b.Errorf("%g is %#x and %g, want %#x", v, got[i], wide[i], want)
			}
		}
	})
}
