#include "gym.cuh"

// Planted: the sum goes over a thread's place that nobody wrote.
KERNEL unwritten_shared(float *out) {
  __shared__ float tile[64];
  if (threadIdx.x < 60) tile[threadIdx.x] = 1;
  __syncthreads();
  out[threadIdx.x] = block_sum(tile[threadIdx.x]);
}
