#include "gym.cuh"

// planted_sum lacks the barrier that keeps part until all have read it.
INLINE float planted_sum(float v, float *part) {
  v = warp_sum(v);
  if (lane_id() == 0) part[warp_id()] = v;
  __syncthreads();
  return warp_sum(lane_id() < (blockDim.x >> 5) ? part[lane_id()] : 0.0f);
}

// out[i] is the sum of x, plus that of 1 over the block. Planted: the second sum
// writes what some warps still have to read.
KERNEL write_before_barrier(float *out, const float *x) {
  __shared__ float part[32];
  float a = planted_sum(x[threadIdx.x], part);
  float b = planted_sum(1, part);
  out[threadIdx.x] = a + b;
}
