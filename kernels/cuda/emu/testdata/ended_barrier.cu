#include "gym.cuh"

// Planted: threads end before a barrier.
KERNEL ended_barrier(float *x, int n) {
  if (threadIdx.x >= n) return;
  x[threadIdx.x] = 1;
  __syncthreads();
  x[threadIdx.x] += x[0];
}
