#include "gym.cuh"

// counts[x[i]] += 1 for 64 bins, first in each block's shared memory; at most
// receives the greatest x.
KERNEL histogram(u32 *counts, int *most, const int *x, int n) {
  __shared__ u32 own[64];
  for (int i = threadIdx.x; i < 64; i += blockDim.x) own[i] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
    atomicAdd(&own[x[i]], 1);
    atomicMax(most, x[i]);
  }
  __syncthreads();
  for (int i = threadIdx.x; i < 64; i += blockDim.x)
    if (own[i]) atomicAdd(&counts[i], own[i]);
}
