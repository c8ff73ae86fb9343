#include "gym.cuh"

// out = x / sqrt(mean(x²) + eps) * w, a block for each row of x [rows, dim].
KERNEL rmsnorm(float *out, const float *x, const float *w, int dim, float eps) {
  const float *row = x + static_cast<u64>(blockIdx.x) * dim;
  float sum = 0;
  for (int i = threadIdx.x; i < dim; i += blockDim.x) sum += row[i] * row[i];
  float r = rsqrtf(block_sum(sum) / dim + eps);
  for (int i = threadIdx.x; i < dim; i += blockDim.x) out[static_cast<u64>(blockIdx.x) * dim + i] = row[i] * r * w[i];
}
