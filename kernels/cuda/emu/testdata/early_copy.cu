#include "gym.cuh"

// Planted: reads what cp.async copies without waiting for it.
KERNEL early_copy(float *out, const float *x) {
  __shared__ __align__(16) float tile[128];
  cp_async16(tile + 4 * threadIdx.x, x + 4 * threadIdx.x);
  cp_commit();
  __syncthreads();
  for (int i = 0; i < 4; i++) out[4 * threadIdx.x + i] = tile[4 * threadIdx.x + i];
  cp_wait<0>();
}
