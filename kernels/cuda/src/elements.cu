#include "gym.cuh"

// Kernels of elements that do not meet: n of them, a grid that strides.
#define EACH(i) for (u64 i = blockIdx.x * static_cast<u64>(blockDim.x) + threadIdx.x; i < n; i += static_cast<u64>(gridDim.x) * blockDim.x)

// FOURS is EACH by four neighbours.
#define FOURS(i) for (u64 i = 4 * (blockIdx.x * static_cast<u64>(blockDim.x) + threadIdx.x); i < n; i += 4 * static_cast<u64>(gridDim.x) * blockDim.x)

KERNEL convert(T0 *dst, const T1 *src, u64 n) {
  FOURS(i) four(src + i, n - i).to(dst + i, n - i);
}

KERNEL add(float *out, const float *a, u64 n) {
  EACH(i) out[i] += a[i];
}

KERNEL swiglu(T0 *out, const T0 *gate, const T0 *up, u64 n) {
  FOURS(i) {
    four g(gate + i, n - i), u(up + i, n - i);
#pragma unroll
    for (int j = 0; j < 4; j++) g.v[j] = g.v[j] / (1 + expf(-g.v[j])) * u.v[j];
    g.to(out + i, n - i);
  }
}

// dgate or dup may be one of the inputs.
KERNEL swiglu_grad(T0 *dgate, T0 *dup, const T0 *dout, const T0 *gate, const T0 *up, u64 n) {
  FOURS(i) {
    four d(dout + i, n - i), g(gate + i, n - i), u(up + i, n - i);
#pragma unroll
    for (int j = 0; j < 4; j++) {
      float x = g.v[j], s = 1 / (1 + expf(-x)), t = d.v[j] * s;
      d.v[j] = t * x;
      g.v[j] = t * u.v[j] * (1 + x * (1 - s));
    }
    d.to(dup + i, n - i);
    g.to(dgate + i, n - i);
  }
}

// gelu as a sigmoid: x / (1 + e^(-2u)), u = sqrt(2/pi)*(x + 0.044715*x^3).
#define GELU_C 0.7978845608028654f

KERNEL gelu(float *out, const float *x, u64 n) {
  EACH(i) {
    float v = x[i];
    out[i] = v / (1 + expf(-2 * GELU_C * v * (1 + 0.044715f * v * v)));
  }
}

KERNEL gelu_grad(float *dx, const float *dout, const float *x, u64 n) {
  EACH(i) {
    float v = x[i], s = 1 / (1 + expf(-2 * GELU_C * v * (1 + 0.044715f * v * v)));
    dx[i] = dout[i] * s * (1 + v * (1 - s) * 2 * GELU_C * (1 + 3 * 0.044715f * v * v));
  }
}

// adamw is Loshchilov and Hutter's algorithm 2; what does not change within a step
// is worked out before: rate is lr/(1-beta1^t), norm is 1/(1-beta2^t).
KERNEL adamw(float *p, const float *g, float *m, float *v, float scale, float beta1, float beta2, float rate, float norm, float eps, float decay, u64 n) {
  EACH(i) {
    float x = g[i] * scale, w = p[i];
    float a = m[i] = beta1 * m[i] + (1 - beta1) * x;
    float b = v[i] = beta2 * v[i] + (1 - beta2) * x * x;
    p[i] = w - rate * a / (sqrtf(b * norm) + eps) - decay * w;
  }
}

// squares is a sum of squares for each 4096 numbers, a block for each.
KERNEL squares(float *sums, const float *x, u64 n) {
  u64 from = blockIdx.x * static_cast<u64>(4096), to = from + 4096 < n ? from + 4096 : n;
  float sum = 0;
  for (u64 i = from + threadIdx.x; i < to; i += blockDim.x) sum += x[i] * x[i];
  sum = block_sum(sum);
  if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

KERNEL clear(bf16 *out, u64 n) {
  EACH(i) out[i].bits = 0;
}
