//go:build !linux || !(amd64 || arm64) || nocuda

package driver_test

import (
	"errors"
	"testing"

	"github.com/turngym/turngym/kernels/cuda/driver"
)

func TestWhereNothingCanBeLoadedThereIsNoGPU(t *testing.T) {
	_, err := driver.Open()
	wants(t, err, "CUDA needs Linux")
	if !errors.Is(err, driver.ErrNone) {
		t.Error("not ErrNone")
	}
	_, err = driver.OpenCompiler(12)
	wants(t, err, "CUDA needs Linux")
}
