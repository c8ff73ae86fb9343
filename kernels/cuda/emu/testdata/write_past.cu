#include "gym.cuh"

// Planted: no bound, and the last block is not full.
KERNEL write_past(float *out) { out[blockIdx.x * blockDim.x + threadIdx.x] = 1; }
