#include "gym.cuh"

// Causal grouped-query attention over packed sequences, computed in float32; T0 are
// the numbers of queries, keys, values and what comes of them. A block has
// ROWS warps, each with a query of one head; those of a key-value head's group are
// side by side and share the keys in shared memory, of which a tile has 32, one for
// each lane. Tiles begin at the sequence's start and a row goes through them in
// their order: its bits depend on what it sees alone. What a row does not see
// changes nothing.
#define ROWS 8
#define KEYS 32
#define DIMS 8 // of a lane: heads have at most 256 numbers

// tile is where a block's rows are: a sequence, and of its rows (queries times
// heads of the group) the first.
struct tile {
  int seq, row;
};

// keys says where a sequence's keys and values are: by rows of k and v, or in
// pages of 64 tokens, in which the layer begins at so many bytes.
struct keys {
  const T0 *k, *v;
  const u64 *pages;
  int heads, dim;
  u64 layer;

  INLINE const T0 *key(int at, int head) const {
    if (pages) return reinterpret_cast<const T0 *>(pages[at / 64] + layer) + (head * 64 + at % 64) * static_cast<u64>(dim);
    return k + (static_cast<u64>(at) * heads + head) * dim;
  }
  INLINE const T0 *value(int at, int head) const {
    if (pages) return reinterpret_cast<const T0 *>(pages[at / 64] + layer) + ((heads + head) * 64 + at % 64) * static_cast<u64>(dim);
    return v + (static_cast<u64>(at) * heads + head) * dim;
  }
};

// load copies the numbers of up to 32 tokens to shared memory, stride apart, zeros
// for those beyond n.
template <typename F> INLINE void load(float *to, int stride, int dim, int from, int n, F row) {
  for (int e = threadIdx.x; e < KEYS * dim; e += blockDim.x) {
    int j = e / dim, d = e % dim;
    to[j * stride + d] = from + j < n ? to_f32(row(from + j)[d]) : 0;
  }
}

INLINE float dot(const float *a, const float *b, int dim) {
  float sum = 0;
  for (int d = 0; d < dim; d++) sum = fmaf(a[d], b[d], sum);
  return sum;
}

// begin finds a warp's row: its query, of n from start on, and its head.
struct row {
  bool some;
  int query, head, sees, last; // last is what the block's last row sees
  INLINE row(tile t, int n, int len, int group, int kv) {
    int at = t.row + warp_id(), end = t.row + ROWS < n * group ? t.row + ROWS : n * group;
    some = at < end;
    query = at / group;
    head = kv * group + at % group;
    sees = some ? len - n + query + 1 : 0;
    last = len - n + (end - 1) / group + 1;
  }
};

INLINE void attend(T0 *out, float *lse, const T0 *q, keys from, tile t, int start, int n, int len, int heads, float scale) {
  DYN_SHARED(float, shared);
  int dim = from.dim, stride = dim + 1, kv = blockIdx.y, lane = lane_id();
  float *ks = shared, *vs = ks + KEYS * stride, *qs = vs + KEYS * dim + warp_id() * dim;
  row r(t, n, len, heads / from.heads, kv);
  u64 at = (static_cast<u64>(start + r.query) * heads + r.head) * dim;
  if (r.some)
    for (int d = lane; d < dim; d += 32) qs[d] = to_f32(q[at + d]);
  float top = -INF, sum = 0, acc[DIMS] = {};
  for (int j0 = 0; j0 < r.last; j0 += KEYS) {
    __syncthreads();
    load(ks, stride, dim, j0, len, [&](int j) { return from.key(j, kv); });
    load(vs, dim, dim, j0, len, [&](int j) { return from.value(j, kv); });
    __syncthreads();
    if (!r.some) continue;
    float s = j0 + lane < r.sees ? dot(qs, ks + lane * stride, dim) * scale : -INF;
    float now = fmaxf(top, warp_max(s)), keep = expf(top - now), p = expf(s - now);
    sum = sum * keep + warp_sum(p);
    top = now;
    for (int i = 0; i < DIMS; i++) acc[i] *= keep;
    for (int j = 0; j < KEYS; j++) {
      float w = __shfl_sync(FULL, p, j);
      for (int i = 0; i * 32 + lane < dim; i++) acc[i] = fmaf(w, vs[j * dim + i * 32 + lane], acc[i]);
    }
  }
  if (!r.some) return;
  for (int i = 0; i * 32 + lane < dim; i++) put(out + at + i * 32 + lane, acc[i] / sum);
  if (lse && lane == 0) lse[static_cast<u64>(start + r.query) * heads + r.head] = top + logf(sum);
}

KERNEL __launch_bounds__(256) attention(T0 *out, float *lse, const T0 *q, const T0 *k, const T0 *v, const int *tiles, const int *starts, int heads, int kv_heads, int dim, float scale) {
  tile t = {tiles[2 * blockIdx.x], tiles[2 * blockIdx.x + 1]};
  int start = starts[t.seq], n = starts[t.seq + 1] - start;
  u64 skip = static_cast<u64>(start) * kv_heads * dim;
  keys from = {k + skip, v + skip, nullptr, kv_heads, dim, 0};
  attend(out, lse, q, from, t, start, n, n, heads, scale);
}

// Of sequence s the pages are pages[first[s]], ..., with lens[s] tokens.
KERNEL __launch_bounds__(256) attention_paged(T0 *out, const T0 *q, const u64 *pages, u64 layer, const int *first, const int *lens, const int *tiles, const int *starts, int heads, int kv_heads, int dim, float scale) {
  tile t = {tiles[2 * blockIdx.x], tiles[2 * blockIdx.x + 1]};
  int start = starts[t.seq], n = starts[t.seq + 1] - start;
  keys from = {nullptr, nullptr, pages + first[t.seq], kv_heads, dim, layer};
  attend(out, nullptr, q, from, t, start, n, lens[t.seq], heads, scale);
}

// page_write puts a token's keys and values, a block for each, into place[t] of
// its page's layer.
KERNEL page_write(const T0 *k, const T0 *v, const u64 *pages, u64 layer, const int *page, const int *place, int heads, int dim) {
  T0 *to = reinterpret_cast<T0 *>(pages[page[blockIdx.x]] + layer);
  u64 at = static_cast<u64>(blockIdx.x) * heads * dim;
  for (int e = threadIdx.x; e < heads * dim; e += blockDim.x) {
    int head = e / dim, d = e % dim;
    to[(head * 64 + place[blockIdx.x]) * static_cast<u64>(dim) + d] = k[at + e];
    to[((heads + head) * 64 + place[blockIdx.x]) * static_cast<u64>(dim) + d] = v[at + e];
  }
}

// attention_grad_q is the queries' gradient, with the rows of attention; delta
// [T, heads] receives dout·out of each.
KERNEL __launch_bounds__(256) attention_grad_q(T0 *dq, float *delta, const T0 *dout, const T0 *out, const float *lse, const T0 *q, const T0 *k, const T0 *v, const int *tiles, const int *starts, int heads, int kv_heads, int dim, float scale) {
  DYN_SHARED(float, shared);
  tile t = {tiles[2 * blockIdx.x], tiles[2 * blockIdx.x + 1]};
  int start = starts[t.seq], n = starts[t.seq + 1] - start, stride = dim + 1, kv = blockIdx.y, lane = lane_id();
  u64 skip = static_cast<u64>(start) * kv_heads * dim;
  keys from = {k + skip, v + skip, nullptr, kv_heads, dim, 0};
  float *ks = shared, *vs = ks + KEYS * stride, *qs = vs + KEYS * stride + warp_id() * 2 * dim, *gs = qs + dim;
  row r(t, n, n, heads / kv_heads, kv);
  u64 token = static_cast<u64>(start + r.query) * heads + r.head, at = token * dim;
  float d0 = 0;
  if (r.some) {
    for (int d = lane; d < dim; d += 32) {
      qs[d] = to_f32(q[at + d]);
      gs[d] = to_f32(dout[at + d]);
      d0 += gs[d] * to_f32(out[at + d]);
    }
    d0 = warp_sum(d0);
    if (lane == 0) delta[token] = d0;
  }
  float l = r.some ? lse[token] : 0, acc[DIMS] = {};
  for (int j0 = 0; j0 < r.last; j0 += KEYS) {
    __syncthreads();
    load(ks, stride, dim, j0, n, [&](int j) { return from.key(j, kv); });
    load(vs, stride, dim, j0, n, [&](int j) { return from.value(j, kv); });
    __syncthreads();
    if (!r.some) continue;
    float g = 0;
    if (j0 + lane < r.sees) g = expf(dot(qs, ks + lane * stride, dim) * scale - l) * (dot(gs, vs + lane * stride, dim) - d0) * scale;
    for (int j = 0; j < KEYS; j++) {
      float w = __shfl_sync(FULL, g, j);
      for (int i = 0; i * 32 + lane < dim; i++) acc[i] = fmaf(w, ks[j * stride + i * 32 + lane], acc[i]);
    }
  }
  if (r.some)
    for (int i = 0; i * 32 + lane < dim; i++) put(dq + at + i * 32 + lane, acc[i]);
}

// attention_grad_kv is that of keys and values: a warp for each key, through the
// queries that see it, head by head of the group.
KERNEL __launch_bounds__(256) attention_grad_kv(T0 *dk, T0 *dv, const float *delta, const T0 *dout, const float *lse, const T0 *q, const T0 *k, const T0 *v, const int *tiles, const int *starts, int heads, int kv_heads, int dim, float scale) {
  DYN_SHARED(float, shared);
  tile t = {tiles[2 * blockIdx.x], tiles[2 * blockIdx.x + 1]};
  int start = starts[t.seq], n = starts[t.seq + 1] - start, stride = dim + 1, kv = blockIdx.y, lane = lane_id(), group = heads / kv_heads;
  float *qs = shared, *gs = qs + KEYS * stride, *ks = gs + KEYS * stride + warp_id() * 2 * dim, *vs = ks + dim;
  int key = t.row + warp_id();
  bool some = key < n;
  u64 at = (static_cast<u64>(start + key) * kv_heads + kv) * dim;
  if (some)
    for (int d = lane; d < dim; d += 32) {
      ks[d] = to_f32(k[at + d]);
      vs[d] = to_f32(v[at + d]);
    }
  float acck[DIMS] = {}, accv[DIMS] = {};
  for (int h = kv * group; h < (kv + 1) * group; h++)
    for (int i0 = t.row / KEYS * KEYS; i0 < n; i0 += KEYS) {
      __syncthreads();
      load(qs, stride, dim, i0, n, [&](int i) { return q + (static_cast<u64>(start + i) * heads + h) * dim; });
      load(gs, stride, dim, i0, n, [&](int i) { return dout + (static_cast<u64>(start + i) * heads + h) * dim; });
      __syncthreads();
      if (!some) continue;
      float p = 0, g = 0;
      if (i0 + lane < n && i0 + lane >= key) {
        u64 token = static_cast<u64>(start + i0 + lane) * heads + h;
        p = expf(dot(qs + lane * stride, ks, dim) * scale - lse[token]);
        g = p * (dot(gs + lane * stride, vs, dim) - delta[token]) * scale;
      }
      for (int j = 0; j < KEYS; j++) {
        float w = __shfl_sync(FULL, p, j), u = __shfl_sync(FULL, g, j);
        for (int i = 0; i * 32 + lane < dim; i++) {
          accv[i] = fmaf(w, gs[j * stride + i * 32 + lane], accv[i]);
          acck[i] = fmaf(u, qs[j * stride + i * 32 + lane], acck[i]);
        }
      }
    }
  if (some)
    for (int i = 0; i * 32 + lane < dim; i++) {
      put(dk + at + i * 32 + lane, acck[i]);
      put(dv + at + i * 32 + lane, accv[i]);
    }
}
