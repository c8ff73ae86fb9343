package cpu_test

import (
	"fmt"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/kernels/kerneltest"
)

func TestEveryPath(t *testing.T) {
	for _, path := range cpu.Paths() {
		t.Run(path, func(t *testing.T) {
			d, err := cpu.New(path)
			if err != nil {
				t.Fatal(err)
			}
			kerneltest.Run(t, d)
		})
	}
}

func TestUnknownPathNamesThoseOfThisMachine(t *testing.T) {
	if _, err := cpu.New("neon9"); err == nil {
		t.Fatal("no error")
	}
}

func TestHotCallsDoNotAllocate(t *testing.T) {
	d, _ := cpu.New("")
	a, b, out := d.New(64*128), d.New(128*96), d.New(64*96)
	if n := testing.AllocsPerRun(1000, func() {
		d.MatMul(out, a, b, kernels.Dims{M: 64, N: 96, K: 128})
		d.MatMul(out, a, b, kernels.Dims{M: 64, N: 96, K: 128, TransB: true})
	}); n > 0.5 {
		t.Errorf("a MatMul allocates %v times", n)
	}
}

func BenchmarkMatMul(b *testing.B) {
	for _, path := range cpu.Paths() {
		for _, s := range []kernels.Dims{{M: 256, N: 256, K: 256}, {M: 2048, N: 384, K: 128}, {M: 2048, N: 128, K: 384, TransB: true},
			{M: 128, N: 384, K: 2048, TransA: true}, {M: 16, N: 128, K: 128}, {M: 1, N: 128, K: 128}} {
			b.Run(fmt.Sprintf("%s/%dx%dx%d%v%v", path, s.M, s.N, s.K, s.TransA, s.TransB), func(b *testing.B) {
				d, _ := cpu.New(path)
				x, y, out := d.New(s.M*s.K), d.New(s.K*s.N), d.New(s.M*s.N)
				for b.Loop() {
					d.MatMul(out, x, y, s)
				}
				b.ReportMetric(2*float64(s.M)*float64(s.N)*float64(s.K)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}

func BenchmarkAttention(b *testing.B) {
	d, _ := cpu.New("")
	h, n := kernels.Heads{Q: 4, KV: 2, Dim: 32}, 256
	q, k, v, out, lse := d.New(n*128), d.New(n*64), d.New(n*64), d.New(n*128), d.New(n*4)
	ctx, start := []kernels.Context{{K: k, V: v, Len: n}}, []int32{0, int32(n)}
	b.Run("forward", func(b *testing.B) {
		for b.Loop() {
			d.Attention(out, lse, q, start, ctx, h)
		}
	})
	dctx := []kernels.Context{{K: d.New(n * 64), V: d.New(n * 64), Len: n}}
	dq, g := d.New(n*128), d.New(n*128)
	b.Run("backward", func(b *testing.B) {
		for b.Loop() {
			d.AttentionGrad(dq, dctx, g, out, lse, q, start, ctx, h)
		}
	})
	gate, up := d.New(n*384), d.New(n*384)
	b.Run("swiglu", func(b *testing.B) {
		for b.Loop() {
			d.SwiGLU(gate, up, up)
		}
	})
}
