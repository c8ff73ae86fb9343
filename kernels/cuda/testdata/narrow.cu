#include "gym.cuh"

// out = x as bf16, and back is that as float again.
KERNEL narrow(bf16 *out, float *back, const float *x, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  out[i] = to_bf16(x[i]);
  back[i] = to_f32(out[i]);
}
