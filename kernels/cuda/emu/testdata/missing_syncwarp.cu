#include "gym.cuh"

// Turns a warp's numbers round. Planted: a warp's lanes are not in step.
KERNEL missing_syncwarp(float *x) {
  __shared__ float tile[32];
  tile[threadIdx.x] = x[threadIdx.x];
  x[threadIdx.x] = tile[31 - threadIdx.x];
}
