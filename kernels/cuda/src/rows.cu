#include "gym.cuh"

// Kernels of rows of dim numbers; those that reduce a row have a warp for it, so
// that its bits do not depend on the others.
INLINE int row_at() { return blockIdx.x * (blockDim.x >> 5) + warp_id(); }

// columns is partial[c] = the sum of rows [c*chunk, (c+1)*chunk) of x, in their
// order.
KERNEL columns(float *partial, const T0 *x, int rows, int dim, int chunk) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= dim) return;
  int to = (blockIdx.y + 1) * chunk < rows ? (blockIdx.y + 1) * chunk : rows;
  float sum = 0;
  for (int t = blockIdx.y * chunk; t < to; t++) sum += to_f32(x[static_cast<u64>(t) * dim + i]);
  partial[static_cast<u64>(blockIdx.y) * dim + i] = sum;
}

// collect is dst += the sum of the partial sums.
KERNEL collect(float *dst, const float *partial, int chunks, int dim) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= dim) return;
  float sum = 0;
  for (int c = 0; c < chunks; c++) sum += partial[static_cast<u64>(c) * dim + i];
  dst[i] += sum;
}

// scatter is dst[rows[t]] += x[t] for rows that differ; embed is the other way.
KERNEL scatter(float *dst, const float *x, const int *rows, int dim) {
  const float *from = x + static_cast<u64>(blockIdx.x) * dim;
  float *to = dst + static_cast<u64>(rows[blockIdx.x]) * dim;
  for (int i = threadIdx.x; i < dim; i += blockDim.x) to[i] += from[i];
}

KERNEL embed(T0 *out, const T1 *table, const int *ids, int dim) {
  const T1 *row = table + static_cast<u64>(ids[blockIdx.x]) * dim;
  for (int i = threadIdx.x; i < dim; i += blockDim.x) put(out + static_cast<u64>(blockIdx.x) * dim + i, to_f32(row[i]));
}

// embed_grad is dtable[ids[u]] += the rows of dout that where[first[u]] to
// where[first[u+1]-1] name, in their order: a block for each id that occurs.
KERNEL embed_grad(T0 *dtable, const float *dout, const int *ids, const int *first, const int *where, int dim) {
  T0 *to = dtable + static_cast<u64>(ids[blockIdx.x]) * dim;
  int from = first[blockIdx.x], end = first[blockIdx.x + 1];
  for (int i = threadIdx.x; i < dim; i += blockDim.x) {
    float sum = to_f32(to[i]);
    for (int j = from; j < end; j++) sum += dout[static_cast<u64>(where[j]) * dim + i];
    put(to + i, sum);
  }
}

KERNEL rmsnorm(T0 *out, float *rstd, const T1 *x, const float *w, int rows, int dim, float eps) {
  int t = row_at(), lane = lane_id();
  if (t >= rows) return;
  const T1 *row = x + static_cast<u64>(t) * dim;
  float sum = 0;
  for (int i = lane; i < dim; i += 32) sum += to_f32(row[i]) * to_f32(row[i]);
  float r = 1 / sqrtf(warp_sum(sum) / dim + eps);
  if (lane == 0) rstd[t] = r;
  for (int i = lane; i < dim; i += 32) put(out + static_cast<u64>(t) * dim + i, to_f32(row[i]) * r * w[i]);
}

// rmsnorm_grad adds to dx. Of w's gradient it writes each row's part to dw, which
// may be null.
KERNEL rmsnorm_grad(T1 *dx, float *dw, const T0 *dout, const T1 *x, const float *w, const float *rstd, int rows, int dim) {
  int t = row_at(), lane = lane_id();
  if (t >= rows) return;
  u64 at = static_cast<u64>(t) * dim;
  float r = rstd[t], sum = 0;
  for (int i = lane; i < dim; i += 32) sum += to_f32(dout[at + i]) * w[i] * to_f32(x[at + i]);
  float mean = warp_sum(sum) * r * r / dim;
  for (int i = lane; i < dim; i += 32) {
    float g = to_f32(dout[at + i]), v = to_f32(x[at + i]);
    if (dw) dw[at + i] = g * v * r;
    put(dx + at + i, to_f32(dx[at + i]) + r * (g * w[i] - v * mean));
  }
}

KERNEL layernorm(float *out, float *mean, float *rstd, const float *x, const float *w, const float *b, int rows, int dim, float eps) {
  int t = row_at(), lane = lane_id();
  if (t >= rows) return;
  const float *row = x + static_cast<u64>(t) * dim;
  float sum = 0, squares = 0;
  for (int i = lane; i < dim; i += 32) sum += row[i];
  float m = warp_sum(sum) / dim;
  for (int i = lane; i < dim; i += 32) squares += (row[i] - m) * (row[i] - m);
  float r = 1 / sqrtf(warp_sum(squares) / dim + eps);
  if (lane == 0) {
    mean[t] = m;
    rstd[t] = r;
  }
  for (int i = lane; i < dim; i += 32) out[static_cast<u64>(t) * dim + i] = (row[i] - m) * r * w[i] + b[i];
}

// layernorm_grad is as rmsnorm_grad; b's gradient is dout itself.
KERNEL layernorm_grad(float *dx, float *dw, const float *dout, const float *x, const float *w, const float *mean, const float *rstd, int rows, int dim) {
  int t = row_at(), lane = lane_id();
  if (t >= rows) return;
  u64 at = static_cast<u64>(t) * dim;
  float m = mean[t], r = rstd[t], sum = 0, weighted = 0;
  for (int i = lane; i < dim; i += 32) {
    float g = dout[at + i] * w[i];
    sum += g;
    weighted += g * (x[at + i] - m) * r;
  }
  sum = warp_sum(sum) / dim;
  weighted = warp_sum(weighted) / dim;
  for (int i = lane; i < dim; i += 32) {
    float g = dout[at + i], v = (x[at + i] - m) * r;
    if (dw) dw[at + i] = g * v;
    dx[at + i] += r * (g * w[i] - sum - v * weighted);
  }
}

// rope rotates the pairs (i, i+dim/2) of each head by angles[pos]: dim/2 cosines
// and as many sines.
KERNEL rope(T0 *x, const int *pos, const float *angles, int heads, int dim, float sign, u64 n) {
  u64 i = blockIdx.x * static_cast<u64>(blockDim.x) + threadIdx.x;
  if (i >= n) return;
  int half = dim / 2, j = i % half;
  u64 head = i / half, t = head / heads;
  T0 *at = x + head * dim + j;
  const float *angle = angles + static_cast<u64>(pos[t]) * dim + j;
  float a = to_f32(at[0]), b = to_f32(at[half]), c = angle[0], s = angle[half] * sign;
  put(at, a * c - b * s);
  put(at + half, a * s + b * c);
}
