#include "gym.cuh"

// Planted: a block reads what the block before it wrote.
KERNEL block_order(float *x) {
  if (threadIdx.x == 0) x[blockIdx.x] = blockIdx.x ? x[blockIdx.x - 1] + 1 : 0;
}
