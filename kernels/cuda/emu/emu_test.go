package emu_test

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/cuda/driver"
	"github.com/turngym/turngym/kernels/cuda/emu"
)

func bench(t *testing.T) *cudatest.Bench {
	t.Setenv("GYM_TEST_GPU", "")
	return cudatest.New(t)
}

func ones(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = 1
	}
	return x
}

func count(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(i)
	}
	return x
}

func threads(n int) driver.Shape { return driver.Shape{Block: driver.Dim{n}} }

// A bug that ends a kernel is said in the words that a person needs: what, where
// in the source, and which thread.
func TestPlantedBugIsReportedWithItsPlace(t *testing.T) {
	for _, c := range []struct {
		kernel string
		run    func(b *cudatest.Bench, k *driver.Kernel) error
		words  []string
	}{
		{"read_past", func(b *cudatest.Bench, k *driver.Kernel) error {
			return k.Launch(b.Stream, threads(128), driver.Ptr(cudatest.Room[float32](b, 1)), driver.Ptr(cudatest.Put(b, ones(100))), driver.Int(100))
		}, []string{"ILLEGAL_ADDRESS", "kernel read_past", "0 bytes past the end of an allocation of 400 bytes", "thread (100,0,0)", "read_past.cu:6"}},
		{"write_past", func(b *cudatest.Bench, k *driver.Kernel) error {
			return k.Launch(b.Stream, driver.Shape{Grid: driver.Dim{4}, Block: driver.Dim{32}}, driver.Ptr(cudatest.Room[float32](b, 100)))
		}, []string{"ILLEGAL_ADDRESS", "0 bytes past the end of an allocation of 400 bytes", "block (3,0,0), thread (4,0,0)", "write_past.cu:4"}},
		{"write_past", func(b *cudatest.Bench, k *driver.Kernel) error { // too few bytes past the end for a guard page
			return k.Launch(b.Stream, threads(102), driver.Ptr(cudatest.Room[float32](b, 101)))
		}, []string{"ILLEGAL_ADDRESS", "write 0 bytes past the end of an allocation of 404 bytes"}},
		{"divergent_barrier", func(b *cudatest.Bench, k *driver.Kernel) error {
			return k.Launch(b.Stream, threads(64), driver.Ptr(cudatest.Room[float32](b, 64)))
		}, []string{"LAUNCH_FAILED", "divergent_barrier.cu:7", "divergent_barrier.cu:10", "thread (0,0,0)", "thread (32,0,0)"}},
		{"ended_barrier", func(b *cudatest.Bench, k *driver.Kernel) error {
			return k.Launch(b.Stream, threads(64), driver.Ptr(cudatest.Room[float32](b, 64)), driver.Int(40))
		}, []string{"LAUNCH_FAILED", "ended_barrier.cu:7", "thread (40,0,0) has ended"}},
		{"absent_lanes", func(b *cudatest.Bench, k *driver.Kernel) error {
			return k.Launch(b.Stream, threads(32), driver.Ptr(cudatest.Put(b, ones(32))))
		}, []string{"LAUNCH_FAILED", "lanes ffffffff", "absent_lanes.cu:6", "thread (16,0,0) has ended"}},
		{"masked_out", func(b *cudatest.Bench, k *driver.Kernel) error {
			return k.Launch(b.Stream, threads(32), driver.Ptr(cudatest.Put(b, make([]int32, 32))))
		}, []string{"LAUNCH_FAILED", "lane 20", "masked_out.cu:5"}},
		{"past_dynamic", func(b *cudatest.Bench, k *driver.Kernel) error {
			return k.Launch(b.Stream, driver.Shape{Block: driver.Dim{64}, Shared: 60 * 4}, driver.Ptr(cudatest.Room[float32](b, 64)))
		}, []string{"ILLEGAL_ADDRESS", "past the end of dynamic shared memory", "thread (60,0,0)", "past_dynamic.cu:6"}},
		{"async_past", func(b *cudatest.Bench, k *driver.Kernel) error {
			return k.Launch(b.Stream, threads(32), driver.Ptr(cudatest.Room[float32](b, 32)), driver.Ptr(cudatest.Put(b, ones(120))))
		}, []string{"ILLEGAL_ADDRESS", "0 bytes past the end of an allocation of 480 bytes", "thread (30,0,0)", "async_past.cu:6"}},
		{"misaligned", func(b *cudatest.Bench, k *driver.Kernel) error {
			return k.Launch(b.Stream, threads(32), driver.Ptr(cudatest.Room[float32](b, 32)))
		}, []string{"LAUNCH_FAILED", "multiple of 16", "lane 1"}},
		{"misaligned_vector", func(b *cudatest.Bench, k *driver.Kernel) error {
			return k.Launch(b.Stream, threads(31), driver.Ptr(cudatest.Room[float32](b, 31)), driver.Ptr(cudatest.Put(b, ones(128))))
		}, []string{"LAUNCH_FAILED", "no multiple of 16", "misaligned_vector.cu:5", "thread (0,0,0)"}},
		{"misaligned_copy", func(b *cudatest.Bench, k *driver.Kernel) error {
			return k.Launch(b.Stream, threads(31), driver.Ptr(cudatest.Room[float32](b, 31)), driver.Ptr(cudatest.Put(b, ones(128))))
		}, []string{"LAUNCH_FAILED", "cp.async", "multiple of 16", "thread (0,0,0)"}},
		{"zero_divisor", func(b *cudatest.Bench, k *driver.Kernel) error {
			return k.Launch(b.Stream, threads(32), driver.Ptr(cudatest.Room[float32](b, 32)), driver.Int(0))
		}, []string{"LAUNCH_FAILED", "divided by zero", "zero_divisor.cu:4"}},
		{"endless", func(b *cudatest.Bench, k *driver.Kernel) error {
			b.Emu.Set(b, "seconds", "1")
			return k.Launch(b.Stream, driver.Shape{Grid: driver.Dim{2}, Block: driver.Dim{32}}, driver.Ptr(cudatest.Put(b, []int32{0})))
		}, []string{"LAUNCH_TIMEOUT", "does not end", "endless.cu:6", "block (0,0,0), thread (0,0,0)"}},
		{"sum_of", func(b *cudatest.Bench, k *driver.Kernel) error {
			x := cudatest.Put(b, ones(32))
			b.Must(b.Dev.Free(x))
			return k.Launch(b.Stream, threads(32), driver.Ptr(cudatest.Room[float32](b, 1)), driver.Ptr(x))
		}, []string{"ILLEGAL_ADDRESS", "used after it was freed", "freed memory of 128 bytes", "sum_of.cu:5"}},
	} {
		t.Run(c.kernel, func(t *testing.T) {
			if c.kernel == "zero_divisor" && runtime.GOARCH != "amd64" {
				t.Skip("this processor divides by zero in silence, as a GPU does")
			}
			b := bench(t)
			err := c.run(b, b.Kernel(c.kernel))
			if err == nil {
				err = b.Stream.Wait()
			}
			if !errors.Is(err, driver.ErrLost) || !b.Dev.Lost() {
				t.Fatalf("the device is not lost: %v", err)
			}
			for _, w := range c.words {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q is not in: %v", w, err)
				}
			}
		})
	}
}

func TestUnwrittenMemoryIsNotANumber(t *testing.T) {
	for _, c := range []struct {
		kernel string
		run    func(b *cudatest.Bench, k *driver.Kernel) []float32
	}{
		{"unwritten_shared", func(b *cudatest.Bench, k *driver.Kernel) []float32 {
			out := cudatest.Room[float32](b, 64)
			b.Must(k.Launch(b.Stream, threads(64), driver.Ptr(out)))
			return cudatest.Take[float32](b, out, 64)
		}},
		{"unwritten_dynamic", func(b *cudatest.Bench, k *driver.Kernel) []float32 {
			out := cudatest.Room[float32](b, 64)
			b.Must(k.Launch(b.Stream, driver.Shape{Block: driver.Dim{64}, Shared: 256}, driver.Ptr(out)))
			return cudatest.Take[float32](b, out, 64)
		}},
		{"sum_of", func(b *cudatest.Bench, k *driver.Kernel) []float32 {
			out, x := cudatest.Room[float32](b, 1), cudatest.Room[float32](b, 32)
			b.Must(driver.Write(b.Stream, x, ones(31)))
			b.Must(k.Launch(b.Stream, threads(32), driver.Ptr(out), driver.Ptr(x)))
			return cudatest.Take[float32](b, out, 1)
		}},
		{"early_copy", func(b *cudatest.Bench, k *driver.Kernel) []float32 {
			out := cudatest.Room[float32](b, 128)
			b.Must(k.Launch(b.Stream, threads(32), driver.Ptr(out), driver.Ptr(cudatest.Put(b, ones(128)))))
			return cudatest.Take[float32](b, out, 128)
		}},
	} {
		t.Run(c.kernel, func(t *testing.T) {
			b := bench(t)
			got := c.run(b, b.Kernel(c.kernel))
			if last := got[len(got)-1]; !math.IsNaN(float64(last)) {
				t.Errorf("the last number is %v", last)
			}
		})
	}
}

// After a fault another device, and the same one once it is closed, go on; and
// Go's own handling of a nil pointer is as it was.
func TestAFaultEndsNothingButItsDevice(t *testing.T) {
	b := bench(t)
	b.Emu.Set(t, "devices", "2")
	c, err := driver.Open()
	b.Must(err)
	other, err := c.Device(1)
	b.Must(err)
	b.Must(b.Kernel("write_past").Launch(b.Stream, threads(1024), driver.Ptr(cudatest.Room[float32](b, 8))))
	if err := b.Stream.Wait(); !errors.Is(err, driver.ErrLost) {
		t.Fatal(err)
	}
	leave, err := other.Enter()
	b.Must(err)
	s, err := other.Stream()
	b.Must(err)
	m, err := other.Alloc(16)
	b.Must(err)
	b.Must(driver.Write(s, m, []int32{1, 2, 3, 4}))
	got := make([]int32, 4)
	b.Must(driver.Read(s, got, m))
	if got[3] != 4 {
		t.Error(got)
	}
	leave()
	b.Must(other.Close())
	if !panics() {
		t.Error("a nil pointer does not panic")
	}
}

// panics reads by way of a nil pointer.
func panics() (yes bool) {
	defer func() { yes = recover() != nil }()
	var p *driver.Device
	return p.Info.Name != ""
}

// While kernels fault, other threads have faults that are Go's own, and are
// preempted and collected.
func TestFaultsOfKernelsAndOfGoAreKeptApart(t *testing.T) {
	b := bench(t)
	stop, running := make(chan struct{}), sync.WaitGroup{}
	for range 2 {
		running.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if !panics() {
					t.Error("a nil pointer does not panic")
				}
				if i%50 == 0 {
					runtime.GC()
				}
			}
		})
	}
	c, err := driver.Open()
	b.Must(err)
	b.Emu.Set(t, "devices", "2")
	for range 60 {
		d, err := c.Device(1)
		b.Must(err)
		leave, err := d.Enter()
		b.Must(err)
		faulty := &cudatest.Bench{TB: t, Dev: d}
		faulty.Stream, err = d.Stream()
		b.Must(err)
		k := faulty.Kernel("write_past")
		b.Must(k.Launch(faulty.Stream, threads(256), driver.Ptr(cudatest.Room[float32](faulty, 200))))
		if err := faulty.Stream.Wait(); !errors.Is(err, driver.ErrLost) {
			t.Error(err)
		}
		leave()
		b.Must(d.Close())
	}
	close(stop)
	running.Wait()
}

// What g++ would take and NVRTC would not is an error here, too.
func TestWhatNVRTCDoesNotKnowIsAnError(t *testing.T) {
	b := bench(t)
	for _, text := range []string{"x[0] = INFINITY;", "uint32_t i = 0;", "x[0] = std::move(1);"} {
		_, err := b.Dev.Compile(driver.Source{Name: "a.cu", Text: "#include \"gym.cuh\"\nKERNEL k(float *x) { " + text + " }\n", Headers: cuda.Headers()})
		if err == nil || !strings.Contains(err.Error(), "a.cu:2") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// One block of 1,024 threads with two barriers and ten shuffles: the time of a
// thread's turn is the result divided by 12,288.
func BenchmarkBlockSum(bb *testing.B) {
	for _, order := range emu.Orders {
		bb.Run(order, func(bb *testing.B) {
			bb.Setenv("GYM_TEST_GPU", "")
			b := cudatest.New(bb)
			b.Emu.Set(bb, "order", order)
			k, out, x := b.Kernel("sum_of"), cudatest.Room[float32](b, 1), cudatest.Put(b, ones(1024))
			for bb.Loop() {
				b.Must(k.Launch(b.Stream, threads(1024), driver.Ptr(out), driver.Ptr(x)))
				b.Must(b.Stream.Wait())
			}
			bb.ReportMetric(float64(bb.Elapsed().Nanoseconds())/float64(bb.N)/(12*1024), "ns/turn")
		})
	}
}
