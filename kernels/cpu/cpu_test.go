package cpu_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/kernels/kerneltest"
)

func TestEveryPath(t *testing.T) {
	for _, path := range cpu.Paths() {
		t.Run(path, func(t *testing.T) {
			d, err := cpu.New(path, 3)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			kerneltest.Run(t, d, kerneltest.How{})
		})
	}
}

func TestUnknownPathNamesThoseOfThisMachine(t *testing.T) {
	if _, err := cpu.New("neon9", 1); err == nil {
		t.Fatal("no error")
	}
}

// Large products in all layouts have the same bits on any number of threads,
// whoever else is calling.
func TestThreadsDoNotChangeABit(t *testing.T) {
	one, _ := cpu.New("", 1)
	many, _ := cpu.New("", 3)
	defer many.Close()
	fill := func(n int) kernels.Buffer {
		b, x := one.New(n), make([]float32, n)
		for i := range x {
			x[i] = float32(i*7919%2001)/1000 - 1
		}
		one.Write(b, x)
		return b
	}
	const m, n, k = 400, 330, 600
	a, b := fill(m*k), fill(k*n)
	var wg sync.WaitGroup
	for c := range 4 {
		wg.Go(func() {
			d := kernels.Dims{M: m, N: n, K: k, TransA: c&1 > 0, TransB: c&2 > 0}
			want, got := make([]float32, m*n), make([]float32, m*n)
			out := one.New(m * n)
			one.MatMul(out, a, b, d)
			one.Read(want, out)
			for range 5 {
				one.Zero(out)
				many.MatMul(out, a, b, d)
				if many.Read(got, out); !slices.Equal(got, want) {
					t.Errorf("%+v: three threads give other bits", d)
				}
			}
		})
	}
	wg.Wait()
}

// A device that is closed goes on alone.
func TestACallAfterCloseWorksAlone(t *testing.T) {
	d, _ := cpu.New("", 3)
	a, out := d.New(500*500), d.New(500*500)
	d.MatMul(out, a, a, kernels.Dims{M: 500, N: 500, K: 500})
	d.Close()
	d.MatMul(out, a, a, kernels.Dims{M: 500, N: 500, K: 500})
}

func TestSmallCallsDoNotAllocate(t *testing.T) {
	if race {
		t.Skip("the race detector makes sync.Pool forget")
	}
	d, _ := cpu.New("", 1)
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
		for _, s := range []kernels.Dims{{M: 256, N: 256, K: 256}, {M: 2048, N: 128, K: 128}, {M: 2048, N: 256, K: 128}, {M: 2048, N: 128, K: 256, TransB: true},
			{M: 128, N: 256, K: 2048, TransA: true}, {M: 256, N: 128, K: 2048, TransA: true}, {M: 16, N: 128, K: 128}, {M: 1, N: 128, K: 128}} {
			b.Run(fmt.Sprintf("%s/%dx%dx%d%v%v", path, s.M, s.N, s.K, s.TransA, s.TransB), func(b *testing.B) {
				d, _ := cpu.New(path, 1)
				x, y, out := d.New(s.M*s.K), d.New(s.K*s.N), d.New(s.M*s.N)
				for b.Loop() {
					d.MatMul(out, x, y, s)
				}
				b.ReportMetric(2*float64(s.M)*float64(s.N)*float64(s.K)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}

func TestDevicesSumTogether(t *testing.T) {
	var devs []kernels.Device
	for threads := range 3 {
		d, err := cpu.New("", threads+1)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		devs = append(devs, d)
	}
	kerneltest.Group(t, devs...)
}
