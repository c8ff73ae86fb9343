#include "gym.cuh"

// Planted: half of the threads wait at one barrier, half at another.
KERNEL divergent_barrier(float *x) {
  if (threadIdx.x < 32) {
    x[threadIdx.x] = 1;
    __syncthreads();
  } else {
    x[threadIdx.x] = 2;
    __syncthreads();
  }
}
