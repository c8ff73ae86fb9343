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
extern "C" __attribute__((no_sanitize("thread"))) void emu_attach(emu_api *api, unsigned char **from, unsigned char **to) {
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

// The kernel is compiled as for ThreadSanitizer, which calls these before each
// access to memory. What is OURS is not instrumented.
#define OURS __attribute__((no_sanitize("thread"), noinline)) static
#define OURS_INSIDE __attribute__((no_sanitize("thread"), always_inline)) static inline
#define EMU_PC __builtin_return_address(0)
#define EMU_HOOK(name, bytes, write) \
  extern "C" __attribute__((no_sanitize("thread"), visibility("hidden"))) void __tsan_##name(void *at) { emu->access(at, bytes, write, EMU_PC); }
#define EMU_HOOKS(n) \
  EMU_HOOK(read##n, n, false) EMU_HOOK(write##n, n, true) EMU_HOOK(unaligned_read##n, n, false) EMU_HOOK(unaligned_write##n, n, true)
EMU_HOOKS(2)
EMU_HOOKS(4)
EMU_HOOKS(8)
EMU_HOOKS(16)
#define EMU_RANGE(name, write) \
  extern "C" __attribute__((no_sanitize("thread"), visibility("hidden"))) void __tsan_##name(void *at, unsigned long bytes) { emu->access(at, bytes, write, EMU_PC); }
EMU_RANGE(read_range, false)
EMU_RANGE(write_range, true)
#define EMU_UNUSED(name) \
  extern "C" __attribute__((no_sanitize("thread"), visibility("hidden"))) void __tsan_##name(void *) {}
EMU_UNUSED(read1)
EMU_UNUSED(write1)
EMU_UNUSED(vptr_read)
extern "C" __attribute__((no_sanitize("thread"), visibility("hidden"))) void __tsan_init() {}

// And as for the sanitizer of alignment, which calls this where an address is not
// a multiple of what its type wants, a float4's of 16 bytes: a GPU ends there.
struct emu_type_mismatch {
  struct {
    const char *file;
    unsigned line, column;
  } at;
  const void *type;
  unsigned char logAlign, kind;
};
extern "C" __attribute__((no_sanitize("thread", "alignment"), visibility("hidden"))) void __ubsan_handle_type_mismatch_v1(emu_type_mismatch *m, void *at) {
  char words[99];
  snprintf(words, sizeof words, "an access at %p, which is no multiple of %d,", at, 1 << m->logAlign);
  emu->trap(m->at.file, m->at.line, words);
}

__attribute__((const)) OURS emu_dim emu_thread_at() { return emu->now->thread; }
__attribute__((const)) OURS emu_dim emu_block_at() { return emu->block; }
__attribute__((const)) OURS emu_dim emu_block_dim() { return emu->block_dim; }
__attribute__((const)) OURS emu_dim emu_grid_dim() { return emu->grid_dim; }
__attribute__((const)) OURS unsigned char *emu_shared() { return emu->shared; }
#define threadIdx (emu_thread_at())
#define blockIdx (emu_block_at())
#define blockDim (emu_block_dim())
#define gridDim (emu_grid_dim())
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

OURS void __syncthreads(EMU_AT) { emu->barrier(file, line, EMU_PC); }
OURS void __threadfence() { emu->fence(); }
OURS void __threadfence_block() {}
OURS void __trap(EMU_AT) { emu->trap(file, line, "__trap()"); }

OURS_INSIDE void emu_meet(emu_kind kind, unsigned mask, const void *in, void *out, int arg, int width, const char *file, int line, void *pc) {
  emu_part p = {kind, mask, file, line, pc, in, out, arg, width};
  emu->warp(&p);
}
// emu_warp is what all 32 lanes do; the header of kernels calls it.
OURS void emu_warp(emu_kind kind, const void *in, void *out, int arg, EMU_AT) { emu_meet(kind, ~0u, in, out, arg, 32, file, line, EMU_PC); }
OURS void emu_copy(void *dst, const void *src, unsigned bytes, unsigned given) { emu->copy(dst, src, bytes, given, EMU_PC); }
OURS void emu_commit() { emu->commit(); }
OURS void emu_wait(int groups) { emu->wait(groups); }

OURS void __syncwarp(unsigned mask = ~0u, EMU_AT) { emu_meet(EMU_SYNC, mask, 0, 0, 0, 32, file, line, EMU_PC); }
OURS_INSIDE unsigned emu_ballot(unsigned mask, int yes, const char *file, int line, void *pc) {
  unsigned out;
  emu_meet(EMU_BALLOT, mask, &yes, &out, 0, 32, file, line, pc);
  return out;
}
OURS unsigned __ballot_sync(unsigned mask, int yes, EMU_AT) { return emu_ballot(mask, yes, file, line, EMU_PC); }
OURS int __any_sync(unsigned mask, int yes, EMU_AT) { return emu_ballot(mask, yes, file, line, EMU_PC) != 0; }
OURS int __all_sync(unsigned mask, int yes, EMU_AT) { return emu_ballot(mask, yes, file, line, EMU_PC) == mask; }

template <class T> OURS_INSIDE T emu_shuffle(emu_kind kind, unsigned mask, T v, int arg, int width, const char *file, int line, void *pc) {
  static_assert(sizeof(T) <= 8, "a shuffle moves at most 8 bytes");
  uint64_t in = 0, out = 0;
  memcpy(&in, &v, sizeof v);
  emu_meet(kind, mask, &in, &out, arg, width, file, line, pc);
  memcpy(&v, &out, sizeof v);
  return v;
}
template <class T> OURS T __shfl_sync(unsigned mask, T v, int lane, int width = 32, EMU_AT) {
  return emu_shuffle(EMU_SHFL, mask, v, lane, width, file, line, EMU_PC);
}
template <class T> OURS T __shfl_up_sync(unsigned mask, T v, unsigned by, int width = 32, EMU_AT) {
  return emu_shuffle(EMU_SHFL_UP, mask, v, by, width, file, line, EMU_PC);
}
template <class T> OURS T __shfl_down_sync(unsigned mask, T v, unsigned by, int width = 32, EMU_AT) {
  return emu_shuffle(EMU_SHFL_DOWN, mask, v, by, width, file, line, EMU_PC);
}
template <class T> OURS T __shfl_xor_sync(unsigned mask, T v, int by, int width = 32, EMU_AT) {
  return emu_shuffle(EMU_SHFL_XOR, mask, v, by, width, file, line, EMU_PC);
}

// One OS thread runs all threads of a grid: every plain access is atomic.
template <class T> struct emu_id { typedef T type; }; // its argument is converted, not deduced
template <class T> OURS_INSIDE T emu_swap(T *at, T v) {
  T was = *at;
  *at = v;
  return was;
}
template <class T> OURS T atomicAdd(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, *at + v); }
template <class T> OURS T atomicSub(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, *at - v); }
template <class T> OURS T atomicMax(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, *at > v ? *at : v); }
template <class T> OURS T atomicMin(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, *at < v ? *at : v); }
template <class T> OURS T atomicAnd(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, *at & v); }
template <class T> OURS T atomicOr(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, *at | v); }
template <class T> OURS T atomicXor(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, *at ^ v); }
template <class T> OURS T atomicExch(T *at, typename emu_id<T>::type v) { return emu_swap<T>(at, v); }
template <class T> OURS T atomicCAS(T *at, typename emu_id<T>::type want, typename emu_id<T>::type v) { return emu_swap<T>(at, *at == want ? v : *at); }

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
