package cuda_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// put is numbers on a device.
func put(d kernels.Device, x ...float32) kernels.Buffer {
	b := d.New(len(x))
	d.Write(b, x)
	return b
}

// thrice are operations enough for a graph: out is three times x.
func thrice(dev kernels.Device, out, x kernels.Buffer) {
	dev.AsOne(func(dev kernels.Device) {
		dev.Copy(out, x)
		dev.Add(out, x)
		dev.Add(out, x)
	})
}

func TestGraphsAreBounded(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{Exact: true})
	x, out := put(dev, normal(200)...), dev.New(200)
	want := numbers(dev, x)
	for n := range 100 {
		for range 5 {
			dev.Zero(out)
			thrice(dev, out.Slice(0, n+1), x.Slice(n, 2*n+1))
		}
		for i, v := range numbers(dev, out)[:n+1] {
			if w := want[n+i]; v != w+w+w {
				t.Fatalf("%d numbers: number %d is %g, want %g", n+1, i, v, w+w+w)
			}
		}
	}
	if s := dev.Steps(); s != (cuda.Steps{Lists: 500, Graphs: 200, Made: 100, Kept: 64}) {
		t.Errorf("%+v", s)
	}
	for range 40 { // what is kept is what was launched last
		thrice(dev, out, x)
	}
	thrice(dev, out.Slice(0, 100), x.Slice(99, 199))
	if s := dev.Steps(); s.Made != 101 || s.Graphs != 238 {
		t.Errorf("%+v", s)
	}
}

func TestAGraphIsOfItsArguments(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{Exact: true})
	x, out, out2 := put(dev, 1, 2, 3), dev.New(3), dev.New(3)
	add := func(out kernels.Buffer) {
		dev.AsOne(func(dev kernels.Device) {
			for range 4 {
				dev.Add(out, x)
			}
		})
	}
	for range 5 {
		add(out)
	}
	add(out2)
	if a, b := numbers(dev, out), numbers(dev, out2); a[0] != 20 || b[0] != 4 {
		t.Error(a, b)
	}
}

// Buffers come and go between and within; the emulator reports what is used after
// it was freed.
func TestGraphsOutliveBuffers(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{Exact: true})
	kept, kept2 := put(dev, 1, 2, 3), dev.New(3)
	for n := range 16 {
		round := float32(n)
		x, out := put(dev, round, 2*round, 3), dev.New(3)
		thrice(dev, out, x)
		if got := numbers(dev, out); got[1] != 6*round {
			t.Fatalf("round %g: %v", round, got)
		}
		thrice(dev, kept2, kept)
		dev.AsOne(func(dev kernels.Device) {
			some := dev.New(3)
			dev.Add(some, kept)
			dev.Copy(kept2, some)
			some = nil
			runtime.GC()
			runtime.GC()
			dev.New(3) // where some was, if that were free
			dev.Add(kept2, kept)
		})
		if got := numbers(dev, kept2); got[2] != 6 {
			t.Fatalf("round %g: %v", round, got)
		}
		runtime.GC()
	}
	if s := dev.Steps(); s.Graphs < 10 {
		t.Errorf("%+v", s)
	}
}

func TestADeviceLostWithinAsOneSaysSo(t *testing.T) {
	t.Setenv("GYM_TEST_GPU", "")
	for _, lose := range []string{"2", "7", "10"} { // when it is launched one by one, and within graphs
		t.Run(lose, func(t *testing.T) {
			dev := cudatest.Open(t, cuda.Options{Exact: true})
			x, out := put(dev, 1, 2, 3), dev.New(3)
			cudatest.Prepare(t).Set(t, "lose", lose)
			try := func() (err error) {
				defer kernels.Guard(&err)
				thrice(dev, out, x)
				numbers(dev, out)
				return nil
			}
			var err error
			for range 5 {
				err = try()
			}
			if !errors.Is(err, driver.ErrLost) {
				t.Error(err)
			}
			if err := try(); !errors.Is(err, driver.ErrLost) {
				t.Error(err)
			}
		})
	}
}

func TestTheDeviceOfAsOneEndsWithIt(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{Exact: true})
	var kept kernels.Device
	dev.AsOne(func(d kernels.Device) { kept = d })
	defer func() {
		if recover() == nil {
			t.Error("it does not")
		}
		dev.New(1)
	}()
	kept.New(1)
}

func TestWithoutCapturesOperationsGoOneByOne(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{Exact: true})
	cudatest.Prepare(t).Set(t, "capture", "off")
	x, out := put(dev, 1, 2, 3), dev.New(3)
	for range 5 {
		thrice(dev, out, x)
	}
	if got := numbers(dev, out); got[2] != 9 {
		t.Error(got)
	}
	s := dev.Steps()
	if s.Err == nil || !strings.Contains(s.Err.Error(), "CAPTURE_UNSUPPORTED") {
		t.Errorf("it is not said why: %v", s.Err)
	}
	if s.Err = nil; s != (cuda.Steps{Lists: 5}) {
		t.Errorf("%+v", s)
	}
}

// A GPU that has no room for graphs, when they are made or when they are launched,
// does without, and does not try again for ever.
func TestAFullGPUGoesOnWithoutGraphs(t *testing.T) {
	for when, made := range map[string]int{"full": 0, "late": 3} {
		t.Run(when, func(t *testing.T) {
			dev := cudatest.Open(t, cuda.Options{Exact: true})
			libs := cudatest.Prepare(t)
			libs.Set(t, "graphs", when)
			x, out := put(dev, 1, 2, 3), dev.New(3)
			for range 20 {
				dev.Zero(out)
				thrice(dev, out, x)
				if got := numbers(dev, out); got[2] != 9 {
					t.Fatal(got)
				}
			}
			s := dev.Steps()
			if !errors.Is(s.Err, driver.ErrMemory) || s.Made != made || s.Graphs != 0 || s.Kept != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// What is cached is given up for a graph.
func TestAGraphIsWorthWhatIsCached(t *testing.T) {
	libs := cudatest.Prepare(t)
	t.Setenv("GYM_CUDA_CACHE", "1")
	dev, err := cuda.New(cuda.Options{Exact: true})
	if err != nil {
		t.Fatal(err)
	}
	defer dev.Close()
	x, out := put(dev, 1, 2, 3), dev.New(3)
	half := dev.NewHalf(1 << 16)
	dev.Write(half, make([]float32, 1<<16)) // has memory of the call cached
	libs.Set(t, "graphs", "full")
	thrice(dev, out, x)
	before := dev.Use()
	for range 3 {
		thrice(dev, out, x)
	}
	if now := dev.Use(); now.Reserved >= before.Reserved {
		t.Errorf("%+v, before %+v", now, before)
	}
}

// Operations of one goroutine are as one while others are heard in between.
func TestManyGoroutinesPutOffAtOnce(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{Exact: true})
	var running sync.WaitGroup
	for g := range 4 {
		running.Go(func() {
			table, x, out := put(dev, normal(50)...), dev.New(15), dev.New(15)
			rows := numbers(dev, table)
			for round := range 20 {
				ids := []int32{int32((g + round) % 10), int32(g), int32(round % 10)}
				if round%3 == g%3 {
					dev.Embed(x, table, ids, 5)
					dev.Copy(out, x)
				} else {
					dev.AsOne(func(dev kernels.Device) {
						dev.Embed(x, table, ids, 5)
						dev.Zero(out)
						dev.Add(out, x)
					})
				}
				for i, v := range numbers(dev, out) {
					if v != rows[int(ids[i/5])*5+i%5] {
						t.Errorf("goroutine %d, round %d: number %d is %g", g, round, i, v)
						return
					}
				}
			}
		})
	}
	running.Wait()
	if s := dev.Steps(); s.Graphs == 0 {
		t.Errorf("%+v", s)
	}
}

func TestWhatIsPutOffDoesNotHoldAllMemory(t *testing.T) {
	libs := cudatest.Prepare(t)
	dev := cudatest.Open(t, cuda.Options{})
	const rows, dim, cols = 16 << 10, 64, 8
	a, b, out := dev.New(rows*dim), dev.NewHalf(dim*cols), dev.New(rows*cols)
	dev.Write(a, slices.Repeat([]float32{1}, rows*dim))
	dev.Write(b, slices.Repeat([]float32{0.5}, dim*cols))
	dev.AsOne(func(kernels.Device) {})
	libs.Set(t, "memory", fmt.Sprint(dev.Use().Reserved+5<<20))
	dev.AsOne(func(dev kernels.Device) {
		for n := range 4 { // each with a copy of its rows, of 2 MiB
			dev.MatMul(out, a, b, kernels.Dims{M: rows - n, N: cols, K: dim})
		}
	})
	if got := numbers(dev, out); got[0] != dim/2 || got[rows*cols-1] != dim/2 {
		t.Error(got[0], got[rows*cols-1])
	}
}

// Plans are forgotten when there are many, also while products are put off.
func TestProductsThatArePutOffKeepTheirPlans(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{})
	ones, out := put(dev, slices.Repeat([]float32{1}, 64*64)...), dev.New(64*64)
	sizes(dev, out, ones, 32, 58) // 2106
	if got := numbers(dev, out); got[0] != 64 || got[57*64-1] != 64 {
		t.Error(got[0], got[57*64-1])
	}
}

// sizes are 81 for each number of rows in a range.
func sizes(dev kernels.Device, out, ones kernels.Buffer, from, to int) {
	dev.AsOne(func(dev kernels.Device) {
		for m := from; m < to; m++ {
			for n := 32; n < 68; n += 4 {
				for k := 32; k < 68; k += 4 {
					dev.MatMul(out, ones, ones, kernels.Dims{M: m, N: n, K: k})
				}
			}
		}
	})
}

// The plans that are forgotten are those that were used longest ago, with the graphs
// that name them.
func TestPlansAndGraphsOfNowAreKept(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{})
	ones, out := put(dev, slices.Repeat([]float32{1}, 64*64)...), dev.New(64*64)
	step := func(rows int) {
		for range 4 {
			dev.AsOne(func(dev kernels.Device) {
				for n := 32; n < 44; n += 4 {
					dev.MatMul(out, ones, ones, kernels.Dims{M: rows, N: n, K: 64})
				}
			})
		}
	}
	step(62)
	step(63)
	sizes(dev, out, ones, 32, 56)
	step(62)
	before := dev.Steps()
	sizes(dev, out, ones, 56, 60)
	step(62)
	if s := dev.Steps(); s.Made != before.Made || s.Graphs != before.Graphs+4 || s.Kept != before.Kept-1 {
		t.Errorf("%+v, before %+v", s, before)
	}
}
