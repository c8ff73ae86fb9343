#include "gym.cuh"

// Planted: vectors from the second number on.
KERNEL misaligned_vector(float *out, const float *x) {
  float4 v = *reinterpret_cast<const float4 *>(x + 4 * threadIdx.x + 1);
  out[threadIdx.x] = v.x + v.w;
}
