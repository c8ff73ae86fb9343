#include "gym.cuh"

// Planted: <= where < is meant.
KERNEL read_past(float *out, const float *x, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i <= n) out[0] = x[i];
}
