#include "gym.cuh"

// Planted: reads a lane that its mask leaves out.
KERNEL masked_out(int *x) {
  if (threadIdx.x < 16) x[threadIdx.x] = __shfl_sync(0xffff, x[threadIdx.x], 20);
}
