#include "gym.cuh"

// Planted: a write past the dynamic shared memory of the launch.
KERNEL past_dynamic(float *out) {
  DYN_SHARED(float, tile);
  tile[threadIdx.x] = 1;
  __syncthreads();
  out[threadIdx.x] = tile[threadIdx.x];
}
