#include "gym.cuh"

// The output layer's kernels: a block for each row. Rows that are listed have their
// logits at x + start[row], one for each id that they may have; open rows have
// them vocab apart, one for each id that there is, and their places in the batch
// are in rows.

// stats is the softmax of a row's n logits: the log of their sum of exponentials,
// and the entropy in nats.
INLINE void stats(const float *x, int n, float &lse, float &entropy) {
  float top = -INF, sum = 0, weighted = 0;
  for (int i = threadIdx.x; i < n; i += blockDim.x) top = fmaxf(top, x[i]);
  top = block_max(top);
  for (int i = threadIdx.x; i < n; i += blockDim.x) {
    float d = x[i] - top, e = expf(d);
    sum += e;
    weighted += e * d;
  }
  sum = block_sum(sum);
  weighted = block_sum(weighted);
  lse = top + logf(sum);
  entropy = logf(sum) - weighted / sum;
}

// logits are h·table[ids], a warp for each.
KERNEL logits(float *x, const float *h, const T0 *table, const int *start, const int *ids, int dim) {
  const float *row = h + static_cast<u64>(blockIdx.x) * dim;
  for (int j = start[blockIdx.x] + warp_id(); j < start[blockIdx.x + 1]; j += blockDim.x >> 5) {
    const T0 *to = table + static_cast<u64>(ids[j]) * dim;
    float sum = 0;
    for (int d = 4 * lane_id(); d < dim; d += 128) {
      four a(row + d, dim - d), b(to + d, dim - d);
#pragma unroll
      for (int i = 0; i < 4; i++) sum = fmaf(a.v[i], b.v[i], sum);
    }
    sum = warp_sum(sum);
    if (lane_id() == 0) x[j] = sum;
  }
}

// span is where a block's row has its logits, and which row of the batch it is.
struct span {
  u64 from;
  int n, row;
  INLINE span(const int *start, const int *rows, int vocab) {
    row = rows ? rows[blockIdx.x] : blockIdx.x;
    from = start ? start[blockIdx.x] : static_cast<u64>(blockIdx.x) * vocab;
    n = start ? start[blockIdx.x + 1] - start[blockIdx.x] : vocab;
  }
};

// logprob writes the log-softmax at a row's targets, targets[first[row]] and so on,
// which are places among its logits.
KERNEL logprob(float *logp, float *entropy, const float *x, const int *start, const int *rows, int vocab, const int *first, const int *targets) {
  span s(start, rows, vocab);
  if (s.n == 0) return;
  float lse, ent;
  stats(x + s.from, s.n, lse, ent);
  if (threadIdx.x == 0) entropy[s.row] = ent;
  for (int j = first[s.row] + threadIdx.x; j < first[s.row + 1]; j += blockDim.x) logp[j] = x[s.from + targets[j]] - lse;
}

// logprob_grad is the gradient of a row's logits, g, which may be x.
KERNEL logprob_grad(T0 *g, const float *x, const float *dlogp, const float *dentropy, const int *start, const int *rows, int vocab, const int *first, const int *targets) {
  span s(start, rows, vocab);
  if (s.n == 0) return;
  float lse, ent, sum = 0, de = dentropy[s.row];
  stats(x + s.from, s.n, lse, ent);
  for (int j = first[s.row]; j < first[s.row + 1]; j++) sum += dlogp[j];
  __syncthreads();
  for (int i = threadIdx.x; i < s.n; i += blockDim.x) {
    float v = x[s.from + i] - lse;
    put(g + s.from + i, -expf(v) * (sum + de * (v + ent)));
  }
  __syncthreads();
  if (threadIdx.x == 0)
    for (int j = first[s.row]; j < first[s.row + 1]; j++) put(g + s.from + targets[j], to_f32(g[s.from + targets[j]]) + dlogp[j]);
}

// listed_grad_h adds a row's part of dh.
KERNEL listed_grad_h(float *dh, const float *x, const T0 *table, const int *start, const int *ids, int dim) {
  for (int d = threadIdx.x; d < dim; d += blockDim.x) {
    float sum = dh[static_cast<u64>(blockIdx.x) * dim + d];
    for (int j = start[blockIdx.x]; j < start[blockIdx.x + 1]; j++) sum = fmaf(x[j], to_f32(table[static_cast<u64>(ids[j]) * dim + d]), sum);
    dh[static_cast<u64>(blockIdx.x) * dim + d] = sum;
  }
}

// listed_grad_table adds an id's part of dtable, a block for each id: of the places
// where[first[u]] and so on among the logits, whose rows are of[place].
KERNEL listed_grad_table(float *dtable, const float *x, const float *h, const int *ids, const int *first, const int *where, const int *of, int dim) {
  float *to = dtable + static_cast<u64>(ids[blockIdx.x]) * dim;
  for (int d = threadIdx.x; d < dim; d += blockDim.x) {
    float sum = to[d];
    for (int j = first[blockIdx.x]; j < first[blockIdx.x + 1]; j++) sum = fmaf(x[where[j]], h[static_cast<u64>(of[where[j]]) * dim + d], sum);
    to[d] = sum;
  }
}

// better says whether a logit comes before another: it is larger, or as large and
// first.
INLINE bool better(float a, int i, float b, int j) { return a > b || (a == b && i < j); }

// best is the place of the largest of a row's logits of those after (a, i), as
// better orders them; -1 where there is none. All threads have it.
INLINE int best(const float *x, int n, bool any, float after, int place) {
  __shared__ float tops[32];
  __shared__ int places[32];
  float top = -INF;
  int at = -1;
  for (int i = threadIdx.x; i < n; i += blockDim.x)
    if ((any || better(after, place, x[i], i)) && (at < 0 || better(x[i], i, top, at))) top = x[i], at = i;
  for (int o = 16; o > 0; o >>= 1) {
    float v = __shfl_xor_sync(FULL, top, o);
    int i = __shfl_xor_sync(FULL, at, o);
    if (i >= 0 && (at < 0 || better(v, i, top, at))) top = v, at = i;
  }
  __syncthreads();
  if (lane_id() == 0) tops[warp_id()] = top, places[warp_id()] = at;
  __syncthreads();
  top = tops[0], at = places[0];
  for (int w = 1; w < blockDim.x >> 5; w++)
    if (places[w] >= 0 && (at < 0 || better(tops[w], places[w], top, at))) top = tops[w], at = places[w];
  return at;
}

// top writes a row's k best places and their log-probs; -1 and minus infinity
// where it has fewer.
KERNEL top(int *place, float *logp, const float *x, const int *start, const int *rows, int vocab, int k) {
  span s(start, rows, vocab);
  if (s.n == 0) return;
  float lse, ent, after = 0;
  stats(x + s.from, s.n, lse, ent);
  int at = -1;
  for (int j = 0; j < k; j++) {
    if (j == 0 || at >= 0) at = best(x + s.from, s.n, j == 0, after, at);
    if (at >= 0) after = x[s.from + at];
    if (threadIdx.x == 0) {
      place[static_cast<u64>(s.row) * k + j] = at;
      logp[static_cast<u64>(s.row) * k + j] = at >= 0 ? after - lse : -INF;
    }
  }
}

// sample draws a place by its probability at a temperature (0: the best), at u in
// [0, 1): the first at which the sum of the weights so far is above u times all.
KERNEL __launch_bounds__(256) sample(int *place, float *logp, const float *x, const int *start, const int *rows, int vocab, const float *temperature, const double *u) {
  __shared__ double part[256];
  __shared__ int drawn;
  span s(start, rows, vocab);
  if (s.n == 0) return;
  x += s.from;
  float lse, ent;
  stats(x, s.n, lse, ent);
  int at = best(x, s.n, true, 0, 0);
  float t = temperature[s.row], highest = x[at];
  if (t > 0) { // each thread has a run of weights
    int each = (s.n + blockDim.x - 1) / blockDim.x, from = threadIdx.x * each, to = from + each < s.n ? from + each : s.n;
    double sum = 0, all = 0, before = 0;
    for (int i = from; i < to; i++) sum += exp(static_cast<double>(x[i] - highest) / t);
    part[threadIdx.x] = sum;
    if (threadIdx.x == 0) drawn = at;
    __syncthreads();
    for (int i = 0; i < blockDim.x; i++) {
      if (i == threadIdx.x) before = all;
      all += part[i];
    }
    double left = u[s.row] * all - before;
    if (left >= 0 && left < sum && from < to) {
      int i = from;
      for (; i < to - 1; i++)
        if ((left -= exp(static_cast<double>(x[i] - highest) / t)) < 0) break;
      drawn = i;
    }
    __syncthreads();
    at = drawn;
  }
  if (threadIdx.x == 0) {
    place[s.row] = at;
    logp[s.row] = x[at] - lse;
  }
}
