// Package cuda has the CUDA sources: gym.cuh, which all of them include. The
// road to a GPU is kernels/cuda/driver, the emulator that runs them without one
// kernels/cuda/emu.
package cuda

import _ "embed"

//go:embed gym.cuh
var header string

// Headers are what a source may include, by name.
func Headers() map[string]string { return map[string]string{"gym.cuh": header} }
