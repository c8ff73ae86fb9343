// What the kernels of attention on tensor cores have in common: products in
// bfloat16 with sums in float32. They are compiled for one head size, DIM, a
// multiple of 16 up to 128, and one type of queries, keys, values and what comes of
// them, T0.
//
// The heads of a group are side by side: of a sequence of n tokens a key-value head
// has n*group rows, row r being that of token r/group and head r%group. So keys
// are read once for a group, and short sequences fill a tile. A block has 4 warps,
// each with 16 rows of the block's 64.
#pragma once
#include "gym.cuh"

#ifndef DIM
#define DIM 64
#endif
static_assert(DIM % 16 == 0 && DIM <= 128, "a head size for tensor cores");

#define THREADS 128
#define ROWS 64
#define STEPS (DIM / 16)
#define LOG2E 1.4426950408889634f

// A row in shared memory is an odd number of 16 bytes long, so that the eight rows
// that ldmatrix reads at once lie in different banks.
#define WIDE (DIM + 8)

// place is where a block works: a sequence, and the first of its rows.
struct place {
  int seq, row;
};

// group is a key-value head's rows of one sequence, in matrices of [T, heads*DIM]
// and [T, heads].
struct group {
  int start, heads, kv, size, rows;

  INLINE group(const int *starts, int seq, int heads, int kv_heads, int kv) : start(starts[seq]), heads(heads), kv(kv), size(heads / kv_heads), rows((starts[seq + 1] - starts[seq]) * (heads / kv_heads)) {}
  INLINE u64 at(int row) const { return static_cast<u64>(start + row / size) * heads + kv * size + row % size; }
};

// fetch starts copying n rows to shared memory, of which those from given on are
// zero; row says where each begins. The copies are of no group yet.
template <typename F> INLINE void fetch(bf16 *to, int n, int given, F row) {
  for (int e = threadIdx.x; e < n * (DIM / 8); e += THREADS) {
    int r = e / (DIM / 8), d = e % (DIM / 8) * 8;
    cp_async16(to + r * WIDE + d, row(r < given ? r : 0) + d, r < given ? 16 : 0);
  }
}

// pair is two neighbours, the first at an even place, as mma has them; two is them
// as floats, and put_two stores such.
INLINE u32 pair(const bf16 *p) { return *reinterpret_cast<const u32 *>(p); }
INLINE float2 two(const float *p) { return *reinterpret_cast<const float2 *>(p); }
INLINE float2 two(const bf16 *p) { return make_float2(__uint_as_float(pair(p) << 16), __uint_as_float(pair(p) & 0xffff0000u)); }
INLINE u32 pair(const float *p) { return pack(two(p).x, two(p).y); }
INLINE void put_two(float *to, float a, float b) { *reinterpret_cast<float2 *>(to) = make_float2(a, b); }
INLINE void put_two(bf16 *to, float a, float b) { *reinterpret_cast<u32 *>(to) = pack(a, b); }

// left is a warp's rows lane/4 and lane/4+8, as the left side of products over
// DIM; a null row is zeros.
template <typename N> INLINE void left(u32 a[STEPS][4], const N *hi, const N *lo) {
#pragma unroll
  for (int k = 0; k < STEPS; k++)
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const N *row = i % 2 ? lo : hi;
      a[k][i] = row ? pair(row + 16 * k + i / 2 * 8 + lane_id() % 4 * 2) : 0;
    }
}

// left is the 16 rows of a tile in shared memory, columns 16k to 16k+15.
INLINE void left(u32 a[4], const bf16 *tile, int k) {
  ldmatrix_x4(a, tile + lane_id() % 16 * WIDE + 16 * k + lane_id() / 16 * 8);
}

// scores is c += a·tᵀ for 8N rows of the tile t, by its columns 16k to 16k+15.
template <int N> INLINE void scores(float c[N][4], const u32 a[4], const bf16 *t, int k) {
  int lane = lane_id();
#pragma unroll
  for (int j = 0; j < N; j += 2) {
    u32 b[4];
    ldmatrix_x4(b, t + (8 * j + lane / 16 * 8 + lane % 8) * WIDE + 16 * k + lane / 8 % 2 * 8);
    mma_bf16(c[j], a, b);
    mma_bf16(c[j + 1], a, b + 2);
  }
}

// weighted is c += a·t, by the rows 16k to 16k+15 of the tile t.
INLINE void weighted(float c[DIM / 8][4], const u32 a[4], const bf16 *t, int k) {
#pragma unroll
  for (int j = 0; j < DIM / 8; j += 2) {
    u32 b[4];
    ldmatrix_x4_t(b, t + (16 * k + lane_id() % 16) * WIDE + 8 * j + lane_id() / 16 * 8);
    mma_bf16(c[j], a, b);
    mma_bf16(c[j + 1], a, b + 2);
  }
}

// again makes of 16 columns of a product the left side of the next one: a lane has
// the same places in both.
INLINE void again(u32 a[4], const float c[2][4]) {
#pragma unroll
  for (int i = 0; i < 4; i++) a[i] = pack(c[i / 2][i % 2 * 2], c[i / 2][i % 2 * 2 + 1]);
}

// Of the four lanes that share a row.
INLINE float quad_sum(float v) {
  v += __shfl_xor_sync(FULL, v, 1);
  return v + __shfl_xor_sync(FULL, v, 2);
}
INLINE float quad_max(float v) {
  v = fmaxf(v, __shfl_xor_sync(FULL, v, 1));
  return fmaxf(v, __shfl_xor_sync(FULL, v, 2));
}

// softmax is what a lane knows of its two rows' sums of exponentials, by the keys
// so far: the greatest score, and the lane's part of the sum (Dao 2023, section
// 3.1.1, with powers of 2).
struct softmax {
  float top[2], sum[2];

  INLINE softmax() : top{-INF, -INF}, sum{0, 0} {}

  // add makes weights of the scores of 8N more keys, and scales what was summed up
  // with the weights before. c is the scores' scale, times log2(e).
  template <int N> INLINE void add(float s[N][4], float out[DIM / 8][4], float c) {
#pragma unroll
    for (int h = 0; h < 2; h++) {
      float most = top[h];
#pragma unroll
      for (int j = 0; j < N; j++) most = fmaxf(most, fmaxf(s[j][2 * h], s[j][2 * h + 1]));
      most = quad_max(most);
      float base = most == -INF ? 0 : most * c, keep = fast_exp2(fmaf(top[h], c, -base));
      top[h] = most;
      sum[h] *= keep;
#pragma unroll
      for (int j = 0; j < N; j++)
#pragma unroll
        for (int i = 2 * h; i < 2 * h + 2; i++) sum[h] += s[j][i] = fast_exp2(fmaf(s[j][i], c, -base));
#pragma unroll
      for (int j = 0; j < DIM / 8; j++) out[j][2 * h] *= keep, out[j][2 * h + 1] *= keep;
    }
  }
};
