#include "gym.cuh"

// out [8, 32]: what one warp's lanes get of v from each other.
KERNEL lanes(int *out, const int *v) {
  int lane = threadIdx.x, x = v[lane];
  out[lane] = __shfl_sync(FULL, x, (lane * 7 + 3) & 31);
  out[32 + lane] = __shfl_up_sync(FULL, x, 3);
  out[64 + lane] = __shfl_down_sync(FULL, x, 5, 16);
  out[96 + lane] = __shfl_xor_sync(FULL, x, 9);
  out[128 + lane] = __ballot_sync(FULL, x & 1);
  out[160 + lane] = 0;
  if (lane < 16) out[160 + lane] = __shfl_sync(0xffff, x, 4, 8); // half a warp, by itself
  out[192 + lane] = __any_sync(FULL, x == v[31]) + 2 * __all_sync(FULL, x == v[31]);
  out[224 + lane] = __popc(__ballot_sync(FULL, 1)) + static_cast<int>(warp_sum(1.0f));
}
