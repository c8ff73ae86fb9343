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
  T0 *to = out + static_cast<u64>(blockIdx.x) * dim;
  for (int i = 4 * threadIdx.x; i < dim; i += 4 * blockDim.x) four(row + i, dim - i).to(to + i, dim - i);
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
  T0 *to = out + static_cast<u64>(t) * dim;
  float sum = 0;
  for (int i = 4 * lane; i < dim; i += 128) {
    four v(row + i, dim - i);
#pragma unroll
    for (int j = 0; j < 4; j++) sum += v.v[j] * v.v[j];
  }
  float r = 1 / sqrtf(warp_sum(sum) / dim + eps);
  if (lane == 0) rstd[t] = r;
  for (int i = 4 * lane; i < dim; i += 128) {
    four v(row + i, dim - i), by(w + i, dim - i);
#pragma unroll
    for (int j = 0; j < 4; j++) v.v[j] *= r * by.v[j];
    v.to(to + i, dim - i);
  }
}

// rmsnorm_grad adds to dx. Of w's gradient it writes each block's part to dw, which
// may be null: its rows are in a cache by then.
KERNEL __launch_bounds__(256) rmsnorm_grad(T1 *dx, float *dw, const T0 *dout, const T1 *x, const float *w, const float *rstd, int rows, int dim) {
  int t = row_at(), lane = lane_id();
  u64 at = static_cast<u64>(t) * dim;
  if (t < rows) {
    float r = rstd[t], sum = 0;
    for (int i = 4 * lane; i < dim; i += 128) {
      four g(dout + at + i, dim - i), v(x + at + i, dim - i), by(w + i, dim - i);
#pragma unroll
      for (int j = 0; j < 4; j++) sum += g.v[j] * by.v[j] * v.v[j];
    }
    float mean = warp_sum(sum) * r * r / dim;
    for (int i = 4 * lane; i < dim; i += 128) {
      four g(dout + at + i, dim - i), v(x + at + i, dim - i), by(w + i, dim - i), to(dx + at + i, dim - i);
#pragma unroll
      for (int j = 0; j < 4; j++) to.v[j] += r * (g.v[j] * by.v[j] - v.v[j] * mean);
      to.to(dx + at + i, dim - i);
    }
  }
  if (!dw) return;
  int from = t - warp_id(), end = min(from + static_cast<int>(blockDim.x >> 5), rows);
  for (int i = 4 * threadIdx.x; i < dim; i += 4 * blockDim.x) {
    four sum;
    for (int k = from; k < end; k++) {
      u64 row = static_cast<u64>(k) * dim + i;
      four g(dout + row, dim - i), v(x + row, dim - i);
      float r = rstd[k];
#pragma unroll
      for (int j = 0; j < 4; j++) sum.v[j] += g.v[j] * v.v[j] * r;
    }
    sum.to(dw + static_cast<u64>(blockIdx.x) * dim + i, dim - i);
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

// layernorm_grad is as rmsnorm_grad, but of w's gradient it writes each row's part;
// b's gradient is dout itself.
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

// rope rotates the pairs (i, i+dim/2) of each head by angles[pos], dim/2 cosines and
// as many sines: n times up to four pairs.
KERNEL rope(T0 *x, const int *pos, const float *angles, int heads, int dim, float sign, u64 n) {
  u64 i = blockIdx.x * static_cast<u64>(blockDim.x) + threadIdx.x;
  if (i >= n) return;
  int half = dim / 2, each = (half + 3) / 4, j = i % each * 4, left = half - j;
  u64 head = i / each, t = head / heads;
  T0 *at = x + head * dim + j;
  const float *angle = angles + static_cast<u64>(pos[t]) * dim + j;
  four a(at, left), b(at + half, left), c(angle, left), s(angle + half, left);
#pragma unroll
  for (int k = 0; k < 4; k++) {
    float u = a.v[k], v = b.v[k], sine = s.v[k] * sign;
    a.v[k] = u * c.v[k] - v * sine;
    b.v[k] = u * sine + v * c.v[k];
  }
  a.to(at, left);
  b.to(at + half, left);
}

// gather_rows is out[t] = the n numbers at rows[t], a block for each; scatter_rows
// is the other way.
KERNEL gather_rows(T0 *out, const u64 *rows, int n) {
  const T0 *from = reinterpret_cast<const T0 *>(rows[blockIdx.x]);
  for (int i = threadIdx.x; i < n; i += blockDim.x) out[static_cast<u64>(blockIdx.x) * n + i] = from[i];
}

KERNEL scatter_rows(const T0 *x, const u64 *rows, int n) {
  T0 *to = reinterpret_cast<T0 *>(rows[blockIdx.x]);
  for (int i = threadIdx.x; i < n; i += blockDim.x) to[i] = x[static_cast<u64>(blockIdx.x) * n + i];
}
