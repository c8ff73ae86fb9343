#include "gym.cuh"

// Planted: a whole warp's sum, of its first half.
KERNEL absent_lanes(float *x) {
  float v = x[threadIdx.x];
  if (threadIdx.x < 16) v = warp_sum(v);
  x[threadIdx.x] = v;
}
