#include "gym.cuh"

// Planted: ldmatrix of rows that are 18 bytes apart.
KERNEL misaligned(u32 *out) {
  __shared__ __align__(16) bf16 tile[32][9];
  for (int i = 0; i < 9; i++) tile[threadIdx.x][i] = to_bf16(1);
  __syncwarp();
  u32 r[4];
  ldmatrix_x4(r, &tile[threadIdx.x][0]);
  out[threadIdx.x] = r[0];
}
