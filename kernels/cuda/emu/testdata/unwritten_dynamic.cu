#include "gym.cuh"

// Planted: as unwritten_shared, in dynamic shared memory.
KERNEL unwritten_dynamic(float *out) {
  DYN_SHARED(float, tile);
  if (threadIdx.x < 60) tile[threadIdx.x] = 1;
  __syncthreads();
  out[threadIdx.x] = tile[threadIdx.x];
}
