#include "gym.cuh"

// Planted: waits for a flag that another block would set.
KERNEL endless(volatile int *flag) {
  if (blockIdx.x == 0)
    while (*flag == 0) {
    }
  else
    *flag = 1;
}
