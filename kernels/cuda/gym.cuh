// What kernels have in common. It compiles under NVRTC, for compute capability 8.0
// and newer, and under the emulator of kernels/cuda/emu (CUDA_EMU). Each wrapper of
// an instruction has two bodies;
// CUDA's own functions (__shfl_xor_sync, __ballot_sync, __syncwarp, atomicAdd,
// __ldg, __expf, …) are the same under both.
//
// A kernel is declared KERNEL name(type arg, ...), on a line of its own, not by a
// macro: the Go side reads its parameters there.
#pragma once

typedef unsigned char u8;
typedef signed char i8;
typedef unsigned short u16;
typedef short i16;
typedef unsigned int u32;
typedef int i32;
typedef unsigned long long u64;
typedef long long i64;

static_assert(sizeof(u32) == 4 && sizeof(u64) == 8, "fixed widths");

#define FULL 0xffffffffu                    // all lanes of a warp
#define INF __uint_as_float(0x7f800000u)
#define INLINE __device__ __forceinline__

#ifdef CUDA_EMU
#define KERNEL void
#define DYN_SHARED(type, name) type *name = reinterpret_cast<type *>(emu_shared())
#else
#define KERNEL extern "C" __global__ void
#define DYN_SHARED(type, name)                          \
  extern __shared__ __align__(16) unsigned char dyn_shared[]; \
  type *name = reinterpret_cast<type *>(dyn_shared)
#endif

// bf16 is the upper half of a float.
struct bf16 {
  u16 bits;
};

INLINE float to_f32(bf16 v) { return __uint_as_float(static_cast<u32>(v.bits) << 16); }
INLINE float to_f32(float v) { return v; }

// to_bf16 rounds to the nearest, and to even between two; NaN stays NaN.
INLINE bf16 to_bf16(float v) {
  bf16 r;
#ifdef CUDA_EMU
  u32 b = __float_as_uint(v);
  r.bits = v != v ? 0x7fff : (b + 0x7fff + (b >> 16 & 1)) >> 16;
#else
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(r.bits) : "f"(v));
#endif
  return r;
}

// put stores a float as what is there.
INLINE void put(float *to, float v) { *to = v; }
INLINE void put(bf16 *to, float v) { *to = to_bf16(v); }

// Types of buffers that may be of either: a source whose kernels have such is
// compiled for those of the call at hand, -DT0=bf16 and so on. Kernels read them by
// to_f32, compute in float and write them by put.
#ifndef T0
#define T0 float
#endif
#ifndef T1
#define T1 float
#endif
#ifndef T2
#define T2 float
#endif
#ifndef T3
#define T3 float
#endif

// pack is two bf16 as mma has them: lo in the lower half.
INLINE u32 pack(bf16 lo, bf16 hi) { return static_cast<u32>(lo.bits) | static_cast<u32>(hi.bits) << 16; }
INLINE u32 pack(float lo, float hi) {
#ifdef CUDA_EMU
  return pack(to_bf16(lo), to_bf16(hi));
#else
  u32 r;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(hi), "f"(lo));
  return r;
#endif
}

// to_tf32 is a float's bits rounded to tf32: to the nearest, away from 0 between two.
INLINE u32 to_tf32(float v) {
#ifdef CUDA_EMU
  return (__float_as_uint(v) + 0x1000u) & ~0x1fffu;
#else
  u32 r;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(r) : "f"(v));
  return r;
#endif
}

// Fast exponentials and logarithm: relative errors of about 2^-22.
INLINE float fast_exp2(float v) {
#ifdef CUDA_EMU
  return exp2f(v);
#else
  float r;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(v));
  return r;
#endif
}
INLINE float fast_exp(float v) { return fast_exp2(v * 1.4426950408889634f); }
INLINE float fast_log(float v) {
#ifdef CUDA_EMU
  return logf(v);
#else
  float r;
  asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(v));
  return r * 0.6931471805599453f;
#endif
}

// four are four neighbours as floats, or as many of them as are left, the others 0.
// They are read and written at once where they lie at a multiple of their size.
struct four {
  float v[4];

  INLINE four() : v{0, 0, 0, 0} {}
  template <typename N> INLINE four(const N *p, u64 left) {
    if (whole(p, left)) read(p);
    else
#pragma unroll
      for (int i = 0; i < 4; i++) v[i] = i < left ? to_f32(p[i]) : 0;
  }
  template <typename N> INLINE void to(N *p, u64 left) const {
    if (whole(p, left)) return write(p);
#pragma unroll
    for (int i = 0; i < 4; i++)
      if (i < left) put(p + i, v[i]);
  }

private:
  template <typename N> static INLINE bool whole(const N *p, u64 left) { return left >= 4 && reinterpret_cast<u64>(p) % (4 * sizeof(N)) == 0; }

  INLINE void read(const float *p) {
    float4 x = *reinterpret_cast<const float4 *>(p);
    v[0] = x.x, v[1] = x.y, v[2] = x.z, v[3] = x.w;
  }
  INLINE void read(const bf16 *p) {
    uint2 x = *reinterpret_cast<const uint2 *>(p);
    v[0] = __uint_as_float(x.x << 16), v[1] = __uint_as_float(x.x & 0xffff0000u), v[2] = __uint_as_float(x.y << 16), v[3] = __uint_as_float(x.y & 0xffff0000u);
  }
  INLINE void write(float *p) const { *reinterpret_cast<float4 *>(p) = make_float4(v[0], v[1], v[2], v[3]); }
  INLINE void write(bf16 *p) const { *reinterpret_cast<uint2 *>(p) = make_uint2(pack(v[0], v[1]), pack(v[2], v[3])); }
};

INLINE int lane_id() { return threadIdx.x & 31; }
INLINE int warp_id() { return threadIdx.x >> 5; }

// Reductions: every lane, or thread, has the result. The order of operations is
// fixed. A block's threads are one row of whole warps, and all call it.
INLINE float warp_sum(float v) {
  for (int i = 16; i > 0; i >>= 1) v += __shfl_xor_sync(FULL, v, i);
  return v;
}
INLINE float warp_max(float v) {
  for (int i = 16; i > 0; i >>= 1) v = fmaxf(v, __shfl_xor_sync(FULL, v, i));
  return v;
}
INLINE float block_sum(float v) {
  __shared__ float part[32];
  v = warp_sum(v);
  __syncthreads(); // of the call before, all have read
  if (lane_id() == 0) part[warp_id()] = v;
  __syncthreads();
  return warp_sum(lane_id() < (blockDim.x >> 5) ? part[lane_id()] : 0.0f);
}
INLINE float block_max(float v) {
  __shared__ float part[32];
  v = warp_max(v);
  __syncthreads();
  if (lane_id() == 0) part[warp_id()] = v;
  __syncthreads();
  return warp_max(part[lane_id() < (blockDim.x >> 5) ? lane_id() : 0]);
}

// mma_bf16 is d += a·b of a warp: a is 16x16 by rows, b 16x8 by columns, d 16x8.
// With g = lane/4 and t = 2(lane%4), a lane has of
//   a  (g,t..t+1) (g+8,t..t+1) (g,t+8..t+9) (g+8,t+8..t+9)
//   b  (t..t+1,g) (t+8..t+9,g)
//   d  (g,t) (g,t+1) (g+8,t) (g+8,t+1)
INLINE void mma_bf16(float d[4], const u32 a[4], const u32 b[2]) {
#ifdef CUDA_EMU
  emu_mma in = {{a[0], a[1], a[2], a[3]}, {b[0], b[1]}, {d[0], d[1], d[2], d[3]}};
  emu_warp(EMU_MMA_BF16, &in, d, 0);
#else
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

// mma_tf32 is d += a·b of a warp: a is 16x8 by rows, b 8x8 by columns, d as
// above. With g = lane/4 and t = lane%4, a lane has of
//   a  (g,t) (g+8,t) (g,t+4) (g+8,t+4)
//   b  (t,g) (t+4,g)
INLINE void mma_tf32(float d[4], const u32 a[4], const u32 b[2]) {
#ifdef CUDA_EMU
  emu_mma in = {{a[0], a[1], a[2], a[3]}, {b[0], b[1]}, {d[0], d[1], d[2], d[3]}};
  emu_warp(EMU_MMA_TF32, &in, d, 0);
#else
  asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

#ifndef CUDA_EMU
// shared_at is an address as instructions on shared memory want it.
INLINE u32 shared_at(const void *p) { return static_cast<u32>(__cvta_generic_to_shared(p)); }
#endif

// ldmatrix loads 8x8 matrices of 16-bit numbers from shared memory: lanes 8i to
// 8i+7 name the rows of matrix i, each 16 bytes at a multiple of 16. A lane has
// of each (lane/4, 2(lane%4)) and the next column; with _t of the transposed.
INLINE void ldmatrix_x4(u32 r[4], const void *row) {
#ifdef CUDA_EMU
  emu_warp(EMU_LDMATRIX, row, r, 4);
#else
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_at(row)) : "memory");
#endif
}
INLINE void ldmatrix_x4_t(u32 r[4], const void *row) {
#ifdef CUDA_EMU
  emu_warp(EMU_LDMATRIX_T, row, r, 4);
#else
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_at(row)) : "memory");
#endif
}
INLINE void ldmatrix_x2(u32 r[2], const void *row) {
#ifdef CUDA_EMU
  emu_warp(EMU_LDMATRIX, row, r, 2);
#else
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0,%1}, [%2];" : "=r"(r[0]), "=r"(r[1]) : "r"(shared_at(row)) : "memory");
#endif
}
INLINE void ldmatrix_x2_t(u32 r[2], const void *row) {
#ifdef CUDA_EMU
  emu_warp(EMU_LDMATRIX_T, row, r, 2);
#else
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0,%1}, [%2];" : "=r"(r[0]), "=r"(r[1]) : "r"(shared_at(row)) : "memory");
#endif
}

// cp_async16 copies 16 bytes from global to shared memory while the thread goes
// on; both are at multiples of 16. Of those given bytes are read, 0 to 16, the
// rest is 0. What it copies is there for the thread after cp_wait, for the block
// after __syncthreads too.
INLINE void cp_async16(void *dst, const void *src, int given = 16) {
#ifdef CUDA_EMU
  emu_copy(dst, src, 16, given);
#else
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_at(dst)), "l"(__cvta_generic_to_global(src)), "r"(given) : "memory");
#endif
}
// cp_commit makes a group of the copies since the last one.
INLINE void cp_commit() {
#ifdef CUDA_EMU
  emu_commit();
#else
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
// cp_wait waits until at most so many groups, the newest, are under way.
template <int groups> INLINE void cp_wait() {
#ifdef CUDA_EMU
  emu_wait(groups);
#else
  asm volatile("cp.async.wait_group %0;" ::"n"(groups) : "memory");
#endif
}
