#include "gym.cuh"

// A product of any layout with float32 sums: a block of 256 threads for 64x64 of c, 16 of
// k at a time. Each element is one chain of fused multiply-adds in the order of k,
// whatever the sizes of m and n. Element (i, k) of a is at i*ars + k*acs, (k, j)
// of b at k*brs + j*bcs; plus lies prs apart by rows, 0 being one row for all, and
// may be null.
#define TILE 64
#define DEPTH 16

KERNEL __launch_bounds__(256) matmul(T0 *c, const T3 *plus, u64 prs, const T1 *a, u64 ars, u64 acs, const T2 *b, u64 brs, u64 bcs, int m, int n, int k) {
  __shared__ float ta[DEPTH][TILE + 1], tb[DEPTH][TILE + 1];
  int row = blockIdx.y * TILE, col = blockIdx.x * TILE, ty = threadIdx.x / 16, tx = threadIdx.x % 16;
  float sum[4][4];
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) {
      int r = row + ty + 16 * i, q = col + tx + 16 * j;
      sum[i][j] = plus && r < m && q < n ? to_f32(plus[r * prs + q]) : 0;
    }
  for (int at = 0; at < k; at += DEPTH) {
    __syncthreads();
    for (int e = threadIdx.x; e < TILE * DEPTH; e += blockDim.x) {
      // neighbours read what lies side by side
      int i = acs == 1 ? e / DEPTH : e % TILE, p = acs == 1 ? e % DEPTH : e / TILE;
      ta[p][i] = row + i < m && at + p < k ? to_f32(a[(row + i) * ars + (at + p) * acs]) : 0;
      int j = brs == 1 ? e / DEPTH : e % TILE;
      p = brs == 1 ? e % DEPTH : e / TILE;
      tb[p][j] = col + j < n && at + p < k ? to_f32(b[(at + p) * brs + (col + j) * bcs]) : 0;
    }
    __syncthreads();
    int depth = k - at < DEPTH ? k - at : DEPTH;
    for (int p = 0; p < depth; p++) {
      float x[4], y[4];
      for (int i = 0; i < 4; i++) x[i] = ta[p][ty + 16 * i], y[i] = tb[p][tx + 16 * i];
      for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) sum[i][j] = fmaf(x[i], y[j], sum[i][j]);
    }
  }
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) {
      int r = row + ty + 16 * i, q = col + tx + 16 * j;
      if (r < m && q < n) put(c + static_cast<u64>(r) * n + q, sum[i][j]);
    }
}
