package cuda_test

import (
	"testing"

	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/kerneltest"
)

// open is a device on the emulator, or on a GPU.
func open(t *testing.T, o cuda.Options) *cuda.Device {
	t.Helper()
	cudatest.Prepare(t)
	dev, err := cuda.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dev.Close() })
	return dev
}

func TestAnExactDeviceIsAsTheReference(t *testing.T) {
	kerneltest.Run(t, open(t, cuda.Options{Exact: true}))
}

func TestTensorCoresAreNearTheReference(t *testing.T) {
	kerneltest.RunRough(t, open(t, cuda.Options{}))
}
