#include "gym.cuh"

// c [m, n] = a [m, k] · b [n, k]ᵀ in bf16 with float sums: a block of four warps
// for each 64x32 of c, 16 of k at a time. Rows in shared memory are 24 numbers
// apart, so that eight of them lie in different banks.
KERNEL gemm(float *c, const bf16 *a, const bf16 *b, int m, int n, int k) {
  DYN_SHARED(bf16, tile);
  bf16 *ta = tile, *tb = tile + 64 * 24;
  int row = blockIdx.y * 64, col = blockIdx.x * 32, lane = lane_id(), warp = warp_id();
  float sum[4][4] = {};
  for (int at = 0; at < k; at += 16) {
    __syncthreads();
    for (int i = threadIdx.x; i < 64 * 16; i += blockDim.x) {
      int r = i / 16, j = i % 16;
      ta[r * 24 + j] = row + r < m && at + j < k ? a[static_cast<u64>(row + r) * k + at + j] : to_bf16(0);
    }
    for (int i = threadIdx.x; i < 32 * 16; i += blockDim.x) {
      int r = i / 16, j = i % 16;
      tb[r * 24 + j] = col + r < n && at + j < k ? b[static_cast<u64>(col + r) * k + at + j] : to_bf16(0);
    }
    __syncthreads();
    u32 fa[4], fb[2];
    ldmatrix_x4(fa, ta + (warp * 16 + lane % 16) * 24 + lane / 16 * 8);
    for (int t = 0; t < 4; t++) {
      ldmatrix_x2(fb, tb + (t * 8 + lane % 8) * 24 + lane / 8 % 2 * 8);
      mma_bf16(sum[t], fa, fb);
    }
  }
  for (int t = 0; t < 4; t++)
    for (int i = 0; i < 4; i++) {
      int r = row + warp * 16 + lane / 4 + i / 2 * 8, j = col + t * 8 + lane % 4 * 2 + i % 2;
      if (r < m && j < n) c[static_cast<u64>(r) * n + j] = sum[t][i];
    }
}
