#include "gym.cuh"

// Planted: a division by an argument that may be 0.
KERNEL zero_divisor(int *out, int n) { out[threadIdx.x] = threadIdx.x % n; }
