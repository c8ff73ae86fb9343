#include "gym.cuh"

// out = the sum of x, of one block. Nothing is planted here: the bug is in what x is.
KERNEL sum_of(float *out, const float *x) {
  float v = block_sum(x[threadIdx.x]);
  if (threadIdx.x == 0) *out = v;
}
