#include "flash.cuh"

// The gradient of flash.cu (Dao 2023, algorithm 2), with the probabilities worked
// out again from lse: once by keys and once by queries, rather than once with
// atomic additions to the queries' gradient, so that equal calls give equal bits.
// Both go through the other side in tiles of 32, of which the next one is copied
// meanwhile; longer ones would not leave room for two.
#define TILE 32

// KEEP is whether a warp's 16 rows of keys and values stay in registers, which are
// too few for large heads' sums besides.
#define KEEP (DIM <= 64)

// flash_prepare has delta, dout·out of each of n rows of DIM (Dao 2023, section
// 2.3.2), and rounds what many blocks read, unless q16 is null: a warp for each row.
KERNEL __launch_bounds__(128) flash_prepare(float *delta, bf16 *q16, bf16 *dout16, const T0 *q, const T0 *dout, const T0 *out, int n) {
  int row = blockIdx.x * (THREADS / 32) + warp_id();
  if (row >= n) return;
  u64 at = static_cast<u64>(row) * DIM;
  float sum = 0;
  for (int d = 2 * lane_id(); d < DIM; d += 64) {
    float2 g = two(dout + at + d), o = two(out + at + d);
    if (q16) {
      *reinterpret_cast<u32 *>(q16 + at + d) = pair(q + at + d);
      *reinterpret_cast<u32 *>(dout16 + at + d) = pack(g.x, g.y);
    }
    sum += g.x * o.x + g.y * o.y;
  }
  sum = warp_sum(sum);
  if (lane_id() == 0) delta[row] = sum;
}

// flash_grad_kv is a block for 64 keys, through the rows of queries that see them,
// of all heads of the group. Scores are by keys, so that they are at once the left
// side of the products with dout and q.
KERNEL __launch_bounds__(128) flash_grad_kv(T0 *dk, T0 *dv, const bf16 *q, const bf16 *dout, const float *lse, const float *delta, const bf16 *k, const bf16 *v, const int *places, const int *starts, int heads, int kv_heads, float scale) {
  DYN_SHARED(bf16, shared);
  bf16 *ks = shared, *vs = ks + ROWS * WIDE, *tiles = vs + ROWS * WIDE;
  float *sides = reinterpret_cast<float *>(tiles + 4 * TILE * WIDE); // of each tile: lse, as a power of 2, and delta
  place p = {places[2 * blockIdx.x], places[2 * blockIdx.x + 1]};
  int kv = blockIdx.y, lane = lane_id(), warp = 16 * warp_id();
  group g(starts, p.seq, heads, kv_heads, kv);
  int n = g.rows / g.size;
  u64 stride = static_cast<u64>(kv_heads) * DIM, from = (static_cast<u64>(g.start) * kv_heads + kv) * DIM;

  auto load = [&](int r, int stage) {
    bf16 *to = tiles + stage * 2 * TILE * WIDE;
    fetch(to, TILE, g.rows - r, [&](int i) { return q + g.at(r + i) * DIM; });
    fetch(to + TILE * WIDE, TILE, g.rows - r, [&](int i) { return dout + g.at(r + i) * DIM; });
    cp_commit();
  };
  auto side = [&](int r) { // of a row that there is not, anything: its q and dout are zeros
    if (threadIdx.x >= 2 * TILE || r + lane >= g.rows) return 0.0f;
    return threadIdx.x < TILE ? lse[g.at(r + lane)] * LOG2E : delta[g.at(r + lane)];
  };

  fetch(ks, ROWS, n - p.row, [&](int j) { return k + from + (p.row + j) * stride; });
  fetch(vs, ROWS, n - p.row, [&](int j) { return v + from + (p.row + j) * stride; });
  int r = p.row * g.size, stage = 0;
  load(r, stage);
  float mine = side(r), gk[DIM / 8][4] = {}, gv[DIM / 8][4] = {};
  u32 ka[KEEP ? STEPS : 1][4], va[KEEP ? STEPS : 1][4];
  for (bool begin = true; r < g.rows; r += TILE, stage ^= 1, begin = false) {
    float *ls = sides + stage * 2 * TILE;
    if (threadIdx.x < 2 * TILE) ls[threadIdx.x] = mine;
    cp_wait<0>();
    __syncthreads(); // the tile is there, and nobody reads the one before
    if (KEEP && begin)
#pragma unroll
      for (int i = 0; i < STEPS; i++) left(ka[KEEP ? i : 0], ks + warp * WIDE, i), left(va[KEEP ? i : 0], vs + warp * WIDE, i);
    if (r + TILE < g.rows) load(r + TILE, stage ^ 1), mine = side(r + TILE);
    const bf16 *qs = tiles + stage * 2 * TILE * WIDE, *gs = qs + TILE * WIDE;
    float w[TILE / 8][4] = {}, u[TILE / 8][4] = {}; // q·k and dout·v, then the weights and the scores' gradient
#pragma unroll
    for (int i = 0; i < STEPS; i++) {
      int at = KEEP ? i : 0;
      if (!KEEP) left(ka[at], ks + warp * WIDE, i), left(va[at], vs + warp * WIDE, i);
      scores<TILE / 8>(w, ka[at], qs, i);
      scores<TILE / 8>(u, va[at], gs, i);
    }
    bool all = r >= (p.row + ROWS - 1) * g.size; // see every key
#pragma unroll
    for (int j = 0; j < TILE / 8; j++)
#pragma unroll
      for (int i = 0; i < 4; i++) {
        int col = 8 * j + lane % 4 * 2 + i % 2;
        bool sees = all || r + col >= (p.row + warp + lane / 4 + i / 2 * 8) * g.size;
        w[j][i] = sees ? fast_exp2(fmaf(w[j][i], scale * LOG2E, -ls[col])) : 0;
        u[j][i] = w[j][i] * (u[j][i] - ls[TILE + col]);
      }
#pragma unroll
    for (int i = 0; i < TILE / 16; i++) {
      u32 a[4];
      again(a, w + 2 * i);
      weighted(gv, a, gs, i);
      again(a, u + 2 * i);
      weighted(gk, a, qs, i);
    }
  }
#pragma unroll
  for (int h = 0; h < 2; h++) {
    int key = p.row + warp + lane / 4 + 8 * h;
    if (key >= n) continue;
    u64 to = from + key * stride + lane % 4 * 2;
#pragma unroll
    for (int j = 0; j < DIM / 8; j++) {
      put_two(dk + to + 8 * j, gk[j][2 * h] * scale, gk[j][2 * h + 1] * scale);
      put_two(dv + to + 8 * j, gv[j][2 * h], gv[j][2 * h + 1]);
    }
  }
}

// flash_grad_q is a block for 64 rows, through the keys that they see.
KERNEL __launch_bounds__(128) flash_grad_q(T0 *dq, const T0 *q, const T0 *dout, const float *lse, const float *delta, const bf16 *k, const bf16 *v, const int *places, const int *starts, int heads, int kv_heads, float scale) {
  DYN_SHARED(bf16, shared);
  place p = {places[2 * blockIdx.x], places[2 * blockIdx.x + 1]};
  int kv = blockIdx.y, lane = lane_id();
  group g(starts, p.seq, heads, kv_heads, kv);
  int rows[2] = {p.row + 16 * warp_id() + lane / 4, p.row + 16 * warp_id() + lane / 4 + 8}, end = min(p.row + ROWS, g.rows);
  int n = g.rows / g.size, all = p.row / g.size + 1, last = (end - 1) / g.size + 1; // what every row sees, and what any does
  u64 stride = static_cast<u64>(kv_heads) * DIM, from = (static_cast<u64>(g.start) * kv_heads + kv) * DIM;

  auto load = [&](int j0) {
    bf16 *to = shared + j0 / TILE % 2 * (2 * TILE * WIDE);
    fetch(to, TILE, n - j0, [&](int j) { return k + from + (j0 + j) * stride; });
    fetch(to + TILE * WIDE, TILE, n - j0, [&](int j) { return v + from + (j0 + j) * stride; });
    cp_commit();
  };
  load(0);
  const T0 *qrow[2], *grow[2];
  float ls[2], ds[2];
  int sees[2];
#pragma unroll
  for (int h = 0; h < 2; h++) {
    bool there = rows[h] < end;
    u64 at = there ? g.at(rows[h]) : 0;
    qrow[h] = there ? q + at * DIM : nullptr;
    grow[h] = there ? dout + at * DIM : nullptr;
    ls[h] = there ? lse[at] * LOG2E : 0;
    ds[h] = there ? delta[at] : 0;
    sees[h] = rows[h] / g.size + 1;
  }
  u32 qs[STEPS][4], gs[STEPS][4];
  left(qs, qrow[0], qrow[1]);
  left(gs, grow[0], grow[1]);
  float sum[DIM / 8][4] = {};
  for (int j0 = 0; j0 < last; j0 += TILE) {
    cp_wait<0>();
    __syncthreads(); // the tile is there, and nobody reads the one before
    if (j0 + TILE < last) load(j0 + TILE);
    const bf16 *ks = shared + j0 / TILE % 2 * (2 * TILE * WIDE), *vs = ks + TILE * WIDE;
    float w[TILE / 8][4] = {}, u[TILE / 8][4] = {}; // q·k and dout·v, then the weights and the scores' gradient
#pragma unroll
    for (int i = 0; i < STEPS; i++) {
      scores<TILE / 8>(w, qs[i], ks, i);
      scores<TILE / 8>(u, gs[i], vs, i);
    }
#pragma unroll
    for (int j = 0; j < TILE / 8; j++)
#pragma unroll
      for (int i = 0; i < 4; i++) {
        bool see = j0 + TILE <= all || j0 + 8 * j + lane % 4 * 2 + i % 2 < sees[i / 2];
        w[j][i] = see ? fast_exp2(fmaf(w[j][i], scale * LOG2E, -ls[i / 2])) : 0;
        u[j][i] = w[j][i] * (u[j][i] - ds[i / 2]);
      }
#pragma unroll
    for (int i = 0; i < TILE / 16; i++) {
      u32 a[4];
      again(a, u + 2 * i);
      weighted(sum, a, ks, i);
    }
  }
#pragma unroll
  for (int h = 0; h < 2; h++) {
    if (rows[h] >= end) continue;
    T0 *to = dq + g.at(rows[h]) * DIM + lane % 4 * 2;
#pragma unroll
    for (int j = 0; j < DIM / 8; j++) put_two(to + 8 * j, sum[j][2 * h] * scale, sum[j][2 * h + 1] * scale);
  }
}
