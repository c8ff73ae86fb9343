#include "flash.cuh"

// Causal grouped-query attention forward (Dao 2023, algorithm 1): a block for 64
// rows, through the keys in tiles of 64, of which the next one is copied while the
// tensor cores work on this one. Keys and values that are not bfloat16 are rounded
// to it before, once: each is read by all blocks of rows behind it, by cp.async,
// which does not convert, at half the bytes.
#define KEYS 64

// halve_two rounds keys and values; n is a multiple of 4.
KERNEL halve_two(bf16 *k16, bf16 *v16, const float *k, const float *v, u64 n) {
  for (u64 i = 4 * (blockIdx.x * static_cast<u64>(blockDim.x) + threadIdx.x); i < n; i += 4 * static_cast<u64>(gridDim.x) * blockDim.x) {
    float4 a = *reinterpret_cast<const float4 *>(k + i), b = *reinterpret_cast<const float4 *>(v + i);
    *reinterpret_cast<uint2 *>(k16 + i) = make_uint2(pack(a.x, a.y), pack(a.z, a.w));
    *reinterpret_cast<uint2 *>(v16 + i) = make_uint2(pack(b.x, b.y), pack(b.z, b.w));
  }
}

// flash has the keys of sequence s at rows key_starts[s] to key_starts[s+1]-1 of k
// and v, its queries being those of the last. lse may be null.
KERNEL __launch_bounds__(128) flash(T0 *out, float *lse, const T0 *q, const bf16 *k, const bf16 *v, const int *places, const int *starts, const int *key_starts, int heads, int kv_heads, float scale) {
  DYN_SHARED(bf16, shared);
  place p = {places[2 * blockIdx.x], places[2 * blockIdx.x + 1]};
  int kv = blockIdx.y, lane = lane_id();
  group g(starts, p.seq, heads, kv_heads, kv);
  int len = key_starts[p.seq + 1] - key_starts[p.seq], past = len - g.rows / g.size + 1; // what the first query sees
  int hi = p.row + 16 * warp_id() + lane / 4, lo = hi + 8, end = min(p.row + ROWS, g.rows);
  int all = past + p.row / g.size, last = past + (end - 1) / g.size; // what every row sees, and what any does
  int sees[2] = {past + hi / g.size, past + lo / g.size};
  u64 stride = static_cast<u64>(kv_heads) * DIM, from = key_starts[p.seq] * stride + kv * DIM;

  auto load = [&](int j0) {
    bf16 *to = shared + j0 / KEYS % 2 * (2 * KEYS * WIDE);
    fetch(to, KEYS, len - j0, [&](int j) { return k + from + (j0 + j) * stride; });
    fetch(to + KEYS * WIDE, KEYS, len - j0, [&](int j) { return v + from + (j0 + j) * stride; });
    cp_commit();
  };
  load(0);
  u32 qs[STEPS][4];
  left(qs, hi < end ? q + g.at(hi) * DIM : nullptr, lo < end ? q + g.at(lo) * DIM : nullptr);
  float sum[DIM / 8][4] = {};
  softmax soft;
  for (int j0 = 0; j0 < last; j0 += KEYS) {
    cp_wait<0>();
    __syncthreads(); // the tile is there, and nobody reads the one before
    if (j0 + KEYS < last) load(j0 + KEYS);
    const bf16 *ks = shared + j0 / KEYS % 2 * (2 * KEYS * WIDE), *vs = ks + KEYS * WIDE;
    float s[KEYS / 8][4] = {};
#pragma unroll
    for (int i = 0; i < STEPS; i++) scores<KEYS / 8>(s, qs[i], ks, i);
    if (j0 + KEYS > all)
#pragma unroll
      for (int j = 0; j < KEYS / 8; j++)
#pragma unroll
        for (int i = 0; i < 4; i++)
          if (j0 + 8 * j + lane % 4 * 2 + i % 2 >= sees[i / 2]) s[j][i] = -INF;
    soft.add<KEYS / 8>(s, sum, scale * LOG2E);
#pragma unroll
    for (int i = 0; i < KEYS / 16; i++) {
      u32 a[4];
      again(a, s + 2 * i);
      weighted(sum, a, vs, i);
    }
  }
#pragma unroll
  for (int h = 0; h < 2; h++) {
    int row = h ? lo : hi;
    float total = quad_sum(soft.sum[h]);
    if (row >= end) continue;
    T0 *to = out + g.at(row) * DIM + lane % 4 * 2;
#pragma unroll
    for (int j = 0; j < DIM / 8; j++) put_two(to + 8 * j, sum[j][2 * h] / total, sum[j][2 * h + 1] / total);
    if (lse && lane % 4 == 0) lse[g.at(row)] = soft.top[h] * scale + logf(total);
  }
}
