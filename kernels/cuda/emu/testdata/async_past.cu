#include "gym.cuh"

// Planted: cp.async of 16 bytes a thread, where the last have fewer.
KERNEL async_past(float *out, const float *x) {
  __shared__ __align__(16) float tile[128];
  cp_async16(tile + 4 * threadIdx.x, x + 4 * threadIdx.x);
  cp_commit();
  cp_wait<0>();
  out[threadIdx.x] = tile[4 * threadIdx.x];
}
