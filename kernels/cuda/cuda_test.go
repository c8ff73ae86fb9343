package cuda_test

import (
	"testing"

	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/kerneltest"
)

func TestTheDeviceIsAsTheReference(t *testing.T) {
	cudatest.Prepare(t)
	dev, err := cuda.New(0)
	if err != nil {
		t.Fatal(err)
	}
	defer dev.Close()
	kerneltest.Run(t, dev)
}
