#include "gym.cuh"

// Planted: cp.async from a number that is not at a multiple of 16 bytes.
KERNEL misaligned_copy(float *out, const float *x) {
  __shared__ __align__(16) float tile[128];
  cp_async16(tile + 4 * threadIdx.x, x + 4 * threadIdx.x + 1);
  cp_commit();
  cp_wait<0>();
  out[threadIdx.x] = tile[4 * threadIdx.x];
}
