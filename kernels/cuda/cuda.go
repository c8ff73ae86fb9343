// Package cuda has the CUDA sources: gym.cuh, which all of them include. The
// road to a GPU is kernels/cuda/driver, the emulator that runs them without one
// kernels/cuda/emu.
//
// A new kernel is a .cu file with one line KERNEL name(type arg, …), and a test
// like TestSaxpyAgreesWithFloat64: cudatest.Orders runs it in every order of
// threads, and a bug that the emulator finds is an error with the file's lines.
// GYM_TEST_GPU=1 runs the same tests on a GPU, GYM_NVRTC_REAL has NVIDIA's
// compiler read the sources.
package cuda

import _ "embed"

//go:embed gym.cuh
var header string

// Headers are what a source may include, by name.
func Headers() map[string]string { return map[string]string{"gym.cuh": header} }
