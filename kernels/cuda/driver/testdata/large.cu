#include "gym.cuh"

// out[i] = i, by way of n floats of dynamic shared memory.
KERNEL large(float *out, int n) {
  DYN_SHARED(float, tile);
  for (int i = threadIdx.x; i < n; i += blockDim.x) tile[i] = i;
  __syncthreads();
  for (int i = threadIdx.x; i < n; i += blockDim.x) out[i] = tile[n - 1 - i] + 2 * i - (n - 1);
}
