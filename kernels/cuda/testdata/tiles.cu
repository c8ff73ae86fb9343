#include "gym.cuh"

// One warp. tf [16, 8] = a [16, 8] · b [8, 8] in tf32; bf [16, 8] = the same a,
// twice side by side, times b above b, in bf16, with a's and b's fragments loaded
// transposed: at is a's transpose [16, 16], bt is [16, 8].
KERNEL tiles(float *tf, float *bf, const float *a, const float *b) {
  __shared__ __align__(16) bf16 at[16][16];
  __shared__ __align__(16) bf16 bt[16][8];
  int lane = threadIdx.x, g = lane / 4, t = lane % 4;
  for (int i = lane; i < 256; i += 32) at[i / 16][i % 16] = to_bf16(a[i % 16 * 8 + i / 16 % 8]);
  for (int i = lane; i < 128; i += 32) bt[i / 8][i % 8] = to_bf16(b[i / 8 % 8 * 8 + i % 8]);
  __syncwarp();

  u32 fa[4] = {to_tf32(a[g * 8 + t]), to_tf32(a[(g + 8) * 8 + t]), to_tf32(a[g * 8 + t + 4]), to_tf32(a[(g + 8) * 8 + t + 4])};
  u32 fb[2] = {to_tf32(b[t * 8 + g]), to_tf32(b[(t + 4) * 8 + g])};
  float d[4] = {}, e[4] = {};
  mma_tf32(d, fa, fb);

  ldmatrix_x4_t(fa, &at[lane % 8 + lane / 16 * 8][lane / 8 % 2 * 8]);
  ldmatrix_x2_t(fb, &bt[lane % 16][0]);
  mma_bf16(e, fa, fb);
  for (int i = 0; i < 4; i++) {
    int at = (g + i / 2 * 8) * 8 + t * 2 + i % 2;
    tf[at] = d[i];
    bf[at] = e[i];
  }
}
