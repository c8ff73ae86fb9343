#include "gym.cuh"

// Planted: += where atomicAdd is meant. Run one thread after the other, the sum is right.
KERNEL lost_count(int *sum) { *sum += 1; }
