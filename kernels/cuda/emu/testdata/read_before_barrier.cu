#include "gym.cuh"

// Turns a block's numbers round. Planted: no barrier between writing and reading.
KERNEL read_before_barrier(float *x) {
  __shared__ float tile[64];
  tile[threadIdx.x] = x[threadIdx.x];
  x[threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
}
