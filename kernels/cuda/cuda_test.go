package cuda_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/cuda/driver"
	"github.com/turngym/turngym/kernels/kerneltest"
	"github.com/turngym/turngym/kernels/plain"
)

// how is what is asked of a GPU; an emulator is slow.
var how = kerneltest.How{Few: os.Getenv("GYM_TEST_GPU") != "1"}

func TestAnExactDeviceIsAsTheReference(t *testing.T) {
	kerneltest.Run(t, cudatest.Open(t, cuda.Options{Exact: true}), how)
}

func TestTensorCoresAreNearTheReference(t *testing.T) {
	rough := how
	rough.Rough = true
	kerneltest.Run(t, cudatest.Open(t, cuda.Options{}), rough)
}

func TestADeviceWithoutMemorySaysHowMuchWasWanted(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{Exact: true})
	err := func() (err error) {
		defer kernels.Guard(&err)
		var kept []kernels.Buffer
		for range 1 << 10 {
			kept = append(kept, dev.New(64<<20))
		}
		return errors.New("there is room for 256 GiB")
	}()
	if !errors.Is(err, driver.ErrMemory) || !strings.Contains(err.Error(), "256") {
		t.Fatal(err)
	}
	b := dev.New(1 << 20) // what was given up is there again
	dev.Write(b, []float32{1, 2})
	if got := dev.SumSquares(b); got != 5 {
		t.Errorf("the sum of squares is %g", got)
	}
}

// A call on halves converts them in memory of its own.
func TestACallFindsTheMemoryOfBuffersThatNobodyHas(t *testing.T) {
	const n = 1 << 16
	libs := cudatest.Prepare(t)
	dev := cudatest.Open(t, cuda.Options{Exact: true})
	x := dev.NewHalf(n)
	dev.New(n)
	libs.Set(t, "memory", fmt.Sprint(dev.Use().Reserved+n))
	dev.Write(x, slices.Repeat([]float32{0.5}, n))
	if got := numbers(dev, x); got[0] != 0.5 || got[n-1] != 0.5 {
		t.Error(got[0], got[n-1])
	}
}

// The memory that a call finds is not that of its arguments, which nobody has after
// it.
func TestACallHoldsItsBuffers(t *testing.T) {
	const n = 1 << 16
	libs := cudatest.Prepare(t)
	dev := cudatest.Open(t, cuda.Options{Exact: true})
	freq := make([]float64, n/2) // their table is 256 times as long
	libs.Set(t, "memory", fmt.Sprint(dev.Use().Reserved+256*4*n+2*n))
	last := func() (err error) {
		defer kernels.Guard(&err)
		dev.Rope(dev.New(n), []int32{0}, 1, n, freq, false)
		return nil
	}
	if err := last(); !errors.Is(err, driver.ErrMemory) {
		t.Error(err)
	}
}

func TestTheOutputLayerRefusesRowsOfHalves(t *testing.T) {
	dev := cudatest.Open(t, cuda.Options{})
	defer func() {
		if words := fmt.Sprint(recover()); !strings.Contains(words, "rows of float32") {
			t.Error(words)
		}
	}()
	allow := kernels.Allow{Start: []int32{0, 2}, IDs: []int32{0, 1}}
	dev.LogProb(dev.New(1), dev.New(1), dev.NewHalf(16), dev.NewHalf(64), kernels.Targets{IDs: []int32{1}}, allow, 16)
}

func TestGPUsSumTogether(t *testing.T) {
	devs := cudatest.OpenAll(t, 2, cuda.Options{Exact: true})
	kerneltest.Group(t, devs[0], devs[1])
	kerneltest.Group(t, devs[0], plain.New()) // with what is no GPU, too
}
