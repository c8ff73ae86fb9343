// What a kernel sees instead of CUDA's built-in names. It comes before the
// source, which is compiled as C++17.
#pragma once
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <utility>

#include "emu.h"

static emu_api *emu;

extern "C" unsigned char __start_emu_shared[] __attribute__((weak));
extern "C" unsigned char __stop_emu_shared[] __attribute__((weak));

// The emulator calls it once and learns where static shared memory is.
extern "C" void emu_attach(emu_api *api, unsigned char **from, unsigned char **to) {
  emu = api;
  *from = __start_emu_shared;
  *to = __stop_emu_shared;
}

// EMU_EXPORT is how a kernel is found: emu_run_NAME calls it with arguments that
// a points to, emu_args_NAME(0) is how many there are, emu_args_NAME(i) the size
// of the i-th.
#define EMU_EXPORT(name)                                                             \
  extern "C" void emu_run_##name(void **a) { emu_apply(name, a); }                   \
  extern "C" unsigned emu_args_##name(unsigned i) { return emu_size(name, i); }

template <class... A, size_t... I> static void emu_spread(void (*f)(A...), void **a, std::index_sequence<I...>) {
  f(*static_cast<std::remove_reference_t<A> *>(a[I])...);
}
template <class... A> static void emu_apply(void (*f)(A...), void **a) { emu_spread(f, a, std::index_sequence_for<A...>{}); }
template <class... A> static unsigned emu_size(void (*)(A...), unsigned i) {
  const unsigned sizes[] = {sizeof...(A), sizeof(A)...};
  return i <= sizeof...(A) ? sizes[i] : 0;
}

#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __shared__ static __attribute__((section("emu_shared")))
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))

#define threadIdx (emu->now->thread)
#define blockIdx (emu->block)
#define blockDim (emu->block_dim)
#define gridDim (emu->grid_dim)
#define warpSize 32

#define EMU_VECTOR(T, name)                                                          \
  struct alignas(2 * sizeof(T)) name##2 { T x, y; };                                 \
  struct name##3 { T x, y, z; };                                                     \
  struct alignas(4 * sizeof(T)) name##4 { T x, y, z, w; };                           \
  static inline name##2 make_##name##2(T x, T y) { return {x, y}; }                  \
  static inline name##3 make_##name##3(T x, T y, T z) { return {x, y, z}; }          \
  static inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
EMU_VECTOR(float, float)
EMU_VECTOR(int, int)
EMU_VECTOR(unsigned, uint)
EMU_VECTOR(unsigned short, ushort)

#define EMU_AT const char *file = __builtin_FILE(), int line = __builtin_LINE()

static inline void __syncthreads(EMU_AT) { emu->barrier(file, line); }
static inline void __threadfence() {}
static inline void __threadfence_block() {}
static inline void __trap(EMU_AT) { emu->trap(file, line, "__trap()"); }

static inline void emu_warp(emu_kind kind, unsigned mask, const void *in, void *out, int arg, int width, const char *file, int line) {
  emu_part p = {kind, mask, file, line, in, out, arg, width};
  emu->warp(&p);
}
static inline void __syncwarp(unsigned mask = ~0u, EMU_AT) { emu_warp(EMU_SYNC, mask, 0, 0, 0, 32, file, line); }
static inline unsigned __ballot_sync(unsigned mask, int yes, EMU_AT) {
  unsigned out;
  emu_warp(EMU_BALLOT, mask, &yes, &out, 0, 32, file, line);
  return out;
}
static inline int __any_sync(unsigned mask, int yes, EMU_AT) { return __ballot_sync(mask, yes, file, line) != 0; }
static inline int __all_sync(unsigned mask, int yes, EMU_AT) { return __ballot_sync(mask, yes, file, line) == mask; }

template <class T> static inline T emu_shuffle(emu_kind kind, unsigned mask, T v, int arg, int width, const char *file, int line) {
  static_assert(sizeof(T) <= 8, "a shuffle moves at most 8 bytes");
  uint64_t in = 0, out = 0;
  memcpy(&in, &v, sizeof v);
  emu_warp(kind, mask, &in, &out, arg, width, file, line);
  memcpy(&v, &out, sizeof v);
  return v;
}
template <class T> static inline T __shfl_sync(unsigned mask, T v, int lane, int width = 32, EMU_AT) {
  return emu_shuffle(EMU_SHFL, mask, v, lane, width, file, line);
}
template <class T> static inline T __shfl_up_sync(unsigned mask, T v, unsigned by, int width = 32, EMU_AT) {
  return emu_shuffle(EMU_SHFL_UP, mask, v, by, width, file, line);
}
template <class T> static inline T __shfl_down_sync(unsigned mask, T v, unsigned by, int width = 32, EMU_AT) {
  return emu_shuffle(EMU_SHFL_DOWN, mask, v, by, width, file, line);
}
template <class T> static inline T __shfl_xor_sync(unsigned mask, T v, int by, int width = 32, EMU_AT) {
  return emu_shuffle(EMU_SHFL_XOR, mask, v, by, width, file, line);
}

// One OS thread runs all threads of a grid: every plain access is atomic.
template <class T> struct emu_id { typedef T type; }; // its argument is converted, not deduced
template <class T> static inline T emu_swap(T *at, T v) {
  T was = *at;
  *at = v;
  return was;
}
template <class T> static inline T atomicAdd(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, *at + v); }
template <class T> static inline T atomicSub(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, *at - v); }
template <class T> static inline T atomicMax(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, *at > v ? *at : v); }
template <class T> static inline T atomicMin(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, *at < v ? *at : v); }
template <class T> static inline T atomicAnd(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, *at & v); }
template <class T> static inline T atomicOr(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, *at | v); }
template <class T> static inline T atomicXor(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, *at ^ v); }
template <class T> static inline T atomicExch(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, v); }
template <class T> static inline T atomicCAS(T *at, typename emu_id<T>::type want, typename emu_id<T>::type v) { return emu_swap<T>(at, *at == want ? v : *at); }

template <class T> static inline T __ldg(const T *at) { return *at; }
template <class T> static inline T __ldcs(const T *at) { return *at; }
template <class T> static inline void __stcs(T *at, T v) { *at = v; }

template <class To, class From> static inline To emu_bits(From v) {
  To to;
  memcpy(&to, &v, sizeof to);
  return to;
}
static inline unsigned __float_as_uint(float v) { return emu_bits<unsigned>(v); }
static inline int __float_as_int(float v) { return emu_bits<int>(v); }
static inline float __uint_as_float(unsigned v) { return emu_bits<float>(v); }
static inline float __int_as_float(int v) { return emu_bits<float>(v); }
static inline int __popc(unsigned v) { return __builtin_popcount(v); }
static inline int __clz(int v) { return v ? __builtin_clz(v) : 32; }
static inline int __ffs(int v) { return __builtin_ffs(v); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return (uint64_t)a * b >> 32; }
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) { return (unsigned __int128)a * b >> 64; }
static inline int __float2int_rn(float v) { return lrintf(v); }
static inline float rsqrtf(float v) { return 1 / sqrtf(v); }
static inline float __frcp_rn(float v) { return 1 / v; }
static inline float __fsqrt_rn(float v) { return sqrtf(v); }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline float __fdividef(float a, float b) { return a / b; }

// Names that the C library has, too.
#define __expf expf
#define __logf logf
#define __powf powf
#define __sinf sinf
#define __cosf cosf

#define EMU_MINMAX(T)                                    \
  static inline T min(T a, T b) { return b < a ? b : a; } \
  static inline T max(T a, T b) { return a < b ? b : a; }
EMU_MINMAX(int)
EMU_MINMAX(unsigned)
EMU_MINMAX(long)
EMU_MINMAX(unsigned long)
EMU_MINMAX(long long)
EMU_MINMAX(unsigned long long)
static inline float min(float a, float b) { return fminf(a, b); }
static inline float max(float a, float b) { return fmaxf(a, b); }
static inline double min(double a, double b) { return fmin(a, b); }
static inline double max(double a, double b) { return fmax(a, b); }

// NVRTC knows none of these, so that g++ must not either.
#undef INFINITY
#undef NAN
#pragma GCC poison std INFINITY NAN HUGE_VALF M_PI int8_t uint8_t int16_t uint16_t int32_t uint32_t int64_t uint64_t uintptr_t
