// Package driver is the road to NVIDIA GPUs: libcuda, NVRTC, cuBLASLt and NCCL
// opened at run time, without cgo and without a toolkit at build time. It knows
// no layer of a model; kernels come as sources.
//
// Start with [Open], then [CUDA.Device]. Nothing is loaded before Open, NVRTC
// not before the first Compile, cuBLASLt not before [Device.Lt], NCCL not before
// [CUDA.NCCL].
//
// A CUDA context is current in an OS thread. Whoever works with a device calls
// [Device.Enter] once, does a step's work on that goroutine, and leaves. All
// methods of a device, and of what it made, want to be called in between, but
// for Info, Lost and Use.
//
// The shared half is [CUDA], [Device], [Compiler], [Module], [Kernel] and [Lt]:
// safe for goroutines. The single half is [Stream], [Event], [Graph], [Plan] and
// [Clique].
//
// A binary with this package is linked to the C library of Linux (glibc), which
// dlopen needs, and does not start without one. The build tag nocuda leaves
// dlopen out: such a binary is static and has no GPU.
//
// Environment: GYM_CUDA_LIB, GYM_NVRTC_LIB, GYM_CUBLASLT_LIB and GYM_NCCL_LIB are
// the libraries' files; GYM_CUDA_SYNC=1 waits after each launch, so that a fault is
// reported at its kernel; GYM_CUDA_CACHE=0 gives each allocation back to the
// driver when it is freed, so that a memory checker sees its bounds. NCCL is given
// NCCL_NVLS_ENABLE=0 and NCCL_RUNTIME_CONNECT=0 where these are not set.
package driver
