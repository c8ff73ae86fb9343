#include "flash.cuh"

// Attention over pages, where the last tokens of sequences are the queries. Few of
// them, as when decoding, are flash_pages: memory bounds it, so it reads pages as
// they are, once for 16 rows. Each warp of a block has a quarter of every page, by
// itself; the keys of a long sequence are shared out among blocks, whose parts
// flash_join puts together (Dao et al. 2023, Flash-Decoding). For many queries
// pages are rounded and laid out by gather_pages first, for flash.cu.
#define FEW 16  // rows of a block
#define PAGE 64 // tokens
#define QUARTER 16

// Rows in shared memory, apart so that what lanes read at once lies in different
// banks: of float32 pairs of keys and single numbers of values, of bfloat16 what
// ldmatrix takes. SUM_WIDE is of a warp's sums, which take its rows' place.
#define KEY_WIDE WIDE
#define VALUE_WIDE (sizeof(T0) == 4 ? DIM + 4 : WIDE)
#define SUM_WIDE WIDE

// by_keys are a warp's scores with 16 keys.
INLINE void by_keys(float s[2][4], const u32 q[STEPS][4], const bf16 *keys) {
#pragma unroll
  for (int i = 0; i < STEPS; i++) scores<2>(s, q[i], keys, i);
}
INLINE void by_keys(float s[2][4], const u32 q[STEPS][4], const float *keys) {
#pragma unroll
  for (int i = 0; i < STEPS; i++)
#pragma unroll
    for (int j = 0; j < 2; j++) {
      const float *key = keys + (8 * j + lane_id() / 4) * KEY_WIDE + 16 * i + lane_id() % 4 * 2;
      u32 b[2] = {pair(key), pair(key + 8)};
      mma_bf16(s[j], q[i], b);
    }
}

// by_values adds 16 values by their weights.
INLINE void by_values(float sum[DIM / 8][4], const u32 a[4], const bf16 *values) { weighted(sum, a, values, 0); }
INLINE void by_values(float sum[DIM / 8][4], const u32 a[4], const float *values) {
#pragma unroll
  for (int j = 0; j < DIM / 8; j++) {
    const float *v = values + lane_id() % 4 * 2 * VALUE_WIDE + 8 * j + lane_id() / 4;
    u32 b[2] = {pack(v[0], v[VALUE_WIDE]), pack(v[8 * VALUE_WIDE], v[9 * VALUE_WIDE])};
    mma_bf16(sum[j], a, b);
  }
}

// work is what a block does: of a sequence the rows from row on, with the pages
// from..to-1; nothing for a sequence of -1. slot is where its part goes; -1 where
// it is the whole.
struct work {
  int seq, row, from, to, slot;
};

// copy_quarter starts copying a warp's keys or values of a page to shared memory,
// given of them; the others are zeros.
INLINE void copy_quarter(T0 *to, int wide, const T0 *rows, int given) {
  const int each = 16 / sizeof(T0);
  for (int e = lane_id(); e < QUARTER * (DIM / each); e += 32) {
    int r = e / (DIM / each), d = e % (DIM / each) * each;
    cp_async16(to + r * wide + d, rows + r * DIM + d, r < given ? 16 : 0);
  }
  cp_commit();
}

// Of sequence s the pages are pages[first[s]], ..., with lens[s] tokens; the layer
// begins at so many bytes in each. parts [slots, KV, 16, DIM] are averages over a
// block's keys, and weights [slots, KV, 16] the logarithms of 2 of what they count.
KERNEL __launch_bounds__(128) flash_pages(T0 *out, float *parts, float *weights, const T0 *q, const u64 *pages, u64 layer, const int *first, const int *lens, const int *works, const int *starts, int heads, int kv_heads, float scale) {
  DYN_SHARED(T0, shared);
  const int *at = works + 5 * blockIdx.x;
  work w = {at[0], at[1], at[2], at[3], at[4]};
  if (w.seq < 0) return;
  int kv = blockIdx.y, lane = lane_id(), warp = warp_id();
  group g(starts, w.seq, heads, kv_heads, kv);
  int len = lens[w.seq], past = len - g.rows / g.size + 1; // what the first query sees
  int rows[2] = {w.row + lane / 4, w.row + lane / 4 + 8}, end = min(w.row + FEW, g.rows);
  int sees[2] = {past + rows[0] / g.size, past + rows[1] / g.size};
  const int each = QUARTER * (KEY_WIDE + VALUE_WIDE); // of a warp
  T0 *ks = shared + warp * each, *vs = ks + QUARTER * KEY_WIDE;

  pages += first[w.seq];
  u64 skip = (kv * PAGE + warp * QUARTER) * static_cast<u64>(DIM), values = kv_heads * static_cast<u64>(PAGE * DIM);
  auto given = [&](int p) { return len - p * PAGE - warp * QUARTER; };
  const T0 *page = reinterpret_cast<const T0 *>(pages[w.from] + layer) + skip;
  copy_quarter(ks, KEY_WIDE, page, given(w.from));
  copy_quarter(vs, VALUE_WIDE, page + values, given(w.from));
  u32 qs[STEPS][4];
  left(qs, rows[0] < end ? q + g.at(rows[0]) * DIM : nullptr, rows[1] < end ? q + g.at(rows[1]) * DIM : nullptr);
  float sum[DIM / 8][4] = {};
  softmax soft;
  for (int p = w.from; p < w.to; p++) {
    float s[2][4] = {};
    if (p + 1 < w.to) page = reinterpret_cast<const T0 *>(pages[p + 1] + layer) + skip; // before it is wanted
    cp_wait<1>();
    __syncwarp(); // the keys are there, for all lanes
    by_keys(s, qs, ks);
    __syncwarp(); // all have read them
    if (p + 1 < w.to) copy_quarter(ks, KEY_WIDE, page, given(p + 1));
    int key = p * PAGE + warp * QUARTER + lane % 4 * 2;
#pragma unroll
    for (int j = 0; j < 2; j++)
#pragma unroll
      for (int i = 0; i < 4; i++)
        if (key + 8 * j + i % 2 >= sees[i / 2]) s[j][i] = -INF;
    soft.add<2>(s, sum, scale * LOG2E);
    u32 a[4];
    again(a, s);
    if (p + 1 < w.to) cp_wait<1>();
    else cp_wait<0>();
    __syncwarp(); // the values are there
    by_values(sum, a, vs);
    __syncwarp(); // all have read them
    if (p + 1 < w.to) copy_quarter(vs, VALUE_WIDE, page + values, given(p + 1));
  }

  // The warps' parts, each where its keys and values were, and their tops and sums.
  float *mine = reinterpret_cast<float *>(ks);
  __shared__ float tops[4][FEW], sums[4][FEW];
#pragma unroll
  for (int h = 0; h < 2; h++) {
    int r = lane / 4 + 8 * h;
    float total = quad_sum(soft.sum[h]);
    if (lane % 4 == 0) tops[warp][r] = soft.top[h] * scale * LOG2E, sums[warp][r] = total;
#pragma unroll
    for (int j = 0; j < DIM / 8; j++) put_two(mine + r * SUM_WIDE + 8 * j + lane % 4 * 2, sum[j][2 * h], sum[j][2 * h + 1]);
  }
  __syncthreads();
  for (int e = threadIdx.x; e < FEW * DIM; e += THREADS) {
    int r = e / DIM, d = e % DIM;
    if (w.row + r >= end) break;
    float top = fmaxf(fmaxf(tops[0][r], tops[1][r]), fmaxf(tops[2][r], tops[3][r])), x = 0, total = 0;
    if (top == -INF) top = 0; // the row sees none of these keys
    for (int i = 0; i < 4; i++) {
      float keep = fast_exp2(tops[i][r] - top);
      total = fmaf(keep, sums[i][r], total);
      x = fmaf(keep, reinterpret_cast<const float *>(shared + i * each)[r * SUM_WIDE + d], x);
    }
    x = total > 0 ? x / total : 0;
    if (w.slot < 0) {
      put(out + g.at(w.row + r) * DIM + d, x);
      continue;
    }
    u64 to = (static_cast<u64>(w.slot) * kv_heads + kv) * FEW + r;
    parts[to * DIM + d] = x;
    if (d == 0) weights[to] = top + log2f(total);
  }
}

// flash_join is a block for 16 rows of a sequence, with their parts in the slots
// from..to-1; a sequence of -1 is none.
KERNEL __launch_bounds__(128) flash_join(T0 *out, const float *parts, const float *weights, const int *joins, const int *starts, int heads, int kv_heads) {
  const int *at = joins + 4 * blockIdx.x;
  if (at[0] < 0) return;
  int row = at[1], from = at[2], to = at[3], kv = blockIdx.y;
  group g(starts, at[0], heads, kv_heads, kv);
  for (int e = threadIdx.x; e < FEW * DIM; e += THREADS) {
    int r = e / DIM, d = e % DIM;
    if (row + r >= g.rows) break;
    auto slot = [&](int i) { return (static_cast<u64>(i) * kv_heads + kv) * FEW + r; };
    float top = -INF, x = 0, total = 0; // the first part has a key that the row sees
    for (int i = from; i < to; i++) top = fmaxf(top, weights[slot(i)]);
    for (int i = from; i < to; i++) {
      float keep = fast_exp2(weights[slot(i)] - top);
      total += keep;
      x = fmaf(keep, parts[slot(i) * DIM + d], x);
    }
    put(out + g.at(row + r) * DIM + d, x / total);
  }
}

// gather_pages rounds the tokens of a page, where they are not bfloat16, and lays
// them out as rows of k16 and v16: a block for a page and head. Of each page gathers
// has its place in pages, its first row and how many tokens are wanted.
KERNEL __launch_bounds__(128) gather_pages(bf16 *k16, bf16 *v16, const u64 *pages, u64 layer, const int *gathers, int kv_heads) {
  const int *at = gathers + 3 * blockIdx.x;
  int kv = blockIdx.y;
  const T0 *ks = reinterpret_cast<const T0 *>(pages[at[0]] + layer) + kv * static_cast<u64>(PAGE * DIM), *vs = ks + kv_heads * static_cast<u64>(PAGE * DIM);
  for (int e = 4 * threadIdx.x; e < at[2] * DIM; e += 4 * THREADS) {
    u64 to = (static_cast<u64>(at[1] + e / DIM) * kv_heads + kv) * DIM + e % DIM;
    *reinterpret_cast<uint2 *>(k16 + to) = make_uint2(pair(ks + e), pair(ks + e + 2));
    *reinterpret_cast<uint2 *>(v16 + to) = make_uint2(pair(vs + e), pair(vs + e + 2));
  }
}
