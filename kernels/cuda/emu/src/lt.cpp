// cuBLASLt's products, plain: by columns, in double sums, with a bias or without.
#include <string.h>

#include "inside.h"

namespace {

enum { LT_OK = 0, LT_INVALID_VALUE = 7, LT_EXECUTION_FAILED = 13, LT_NOT_SUPPORTED = 15 };
enum { R_32F = 0, R_16BF = 14 };

struct Desc {
  int compute, scale;
  int transA = 0, transB = 0, epilogue = 1, biasType = -1;
  uint64_t bias = 0;
};
struct Layout {
  int type;
  uint64_t rows, cols;
  int64_t ld;
  int batch = 1;
  int64_t stride = 0;
};
struct Preference {
  size_t workspace = 0;
};
struct Found {
  uint64_t algo[8];
  size_t workspace;
  int status;
  float waves;
  int reserved[4];
};

float get(uint64_t at, int type, int64_t i) {
  if (type == R_32F) return reinterpret_cast<float *>(at)[i];
  unsigned bits = static_cast<unsigned>(reinterpret_cast<uint16_t *>(at)[i]) << 16;
  float f;
  memcpy(&f, &bits, sizeof f);
  return f;
}

void put(uint64_t at, int type, int64_t i, float v) {
  if (type == R_32F) {
    reinterpret_cast<float *>(at)[i] = v;
    return;
  }
  unsigned bits;
  memcpy(&bits, &v, sizeof bits);
  reinterpret_cast<uint16_t *>(at)[i] = v != v ? 0x7fff : (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

struct Product {
  Desc d;
  Layout a, b, c, out;
  uint64_t A, B, C, D;
  float alpha, beta;
};

bool known(int type) { return type == R_32F || type == R_16BF; }

bool fits(const Desc &d, const Layout &a, const Layout &b, const Layout &c) {
  uint64_t m = d.transA ? a.cols : a.rows, k = d.transA ? a.rows : a.cols, kb = d.transB ? b.cols : b.rows, n = d.transB ? b.rows : b.cols;
  return m == c.rows && n == c.cols && k == kb && known(a.type) && known(b.type) && known(c.type) && a.type == b.type && (d.epilogue == 1 || d.epilogue == 4);
}

bool held(uint64_t at, const Layout &l) {
  size_t width = l.type == R_32F ? 4 : 2, last = (l.batch - 1) * l.stride + (l.cols - 1) * l.ld + l.rows;
  return within(at, last * width);
}

int multiply(Device *dev, const Product &p) {
  if (!held(p.A, p.a) || !held(p.B, p.b) || !held(p.D, p.out) || (p.beta != 0 && !held(p.C, p.c)))
    return lose(dev, ILLEGAL_ADDRESS, "cublasLtMatmul: a matrix is larger than its memory");
  uint64_t k = p.d.transA ? p.a.rows : p.a.cols;
  for (int s = 0; s < p.out.batch; s++)
    for (uint64_t j = 0; j < p.out.cols; j++)
      for (uint64_t i = 0; i < p.out.rows; i++) {
        double sum = 0;
        for (uint64_t l = 0; l < k; l++) {
          int64_t ia = p.d.transA ? l + i * p.a.ld : i + l * p.a.ld, ib = p.d.transB ? j + l * p.b.ld : l + j * p.b.ld;
          sum += static_cast<double>(get(p.A, p.a.type, s * p.a.stride + ia)) * get(p.B, p.b.type, s * p.b.stride + ib);
        }
        double v = p.alpha * sum;
        if (p.beta != 0) v += p.beta * get(p.C, p.c.type, s * p.c.stride + i + j * p.c.ld);
        if (p.d.epilogue == 4) v += get(p.d.bias, p.d.biasType < 0 ? p.out.type : p.d.biasType, i);
        put(p.D, p.out.type, s * p.out.stride + i + j * p.out.ld, v);
      }
  return OK;
}

} // namespace

API int cublasLtCreate(void **h) { return *h = new int(0), LT_OK; }
API int cublasLtDestroy(int *h) { return delete h, LT_OK; }
API size_t cublasLtGetVersion() { return 120900; }

API int cublasLtMatmulDescCreate(Desc **d, int compute, int scale) { return *d = new Desc{compute, scale}, LT_OK; }
API int cublasLtMatmulDescDestroy(Desc *d) { return delete d, LT_OK; }

API int cublasLtMatmulDescSetAttribute(Desc *d, int what, const void *v, size_t n) {
  std::map<int, int *> ints = {{3, &d->transA}, {4, &d->transB}, {7, &d->epilogue}, {26, &d->biasType}};
  if (what == 8 && n == 8) return memcpy(&d->bias, v, 8), LT_OK;
  if (!ints.count(what) || n != 4) return LT_INVALID_VALUE;
  return memcpy(ints[what], v, 4), LT_OK;
}

API int cublasLtMatrixLayoutCreate(Layout **l, int type, uint64_t rows, uint64_t cols, int64_t ld) {
  if (ld < static_cast<int64_t>(rows)) return LT_INVALID_VALUE;
  return *l = new Layout{type, rows, cols, ld}, LT_OK;
}
API int cublasLtMatrixLayoutDestroy(Layout *l) { return delete l, LT_OK; }

API int cublasLtMatrixLayoutSetAttribute(Layout *l, int what, const void *v, size_t n) {
  if (what == 5 && n == 4) return memcpy(&l->batch, v, 4), LT_OK;
  if (what == 6 && n == 8) return memcpy(&l->stride, v, 8), LT_OK;
  return LT_INVALID_VALUE;
}

API int cublasLtMatmulPreferenceCreate(Preference **p) { return *p = new Preference, LT_OK; }
API int cublasLtMatmulPreferenceDestroy(Preference *p) { return delete p, LT_OK; }
API int cublasLtMatmulPreferenceSetAttribute(Preference *p, int what, const void *v, size_t n) {
  if (what >= 5 && what <= 8 && n == 4) return LT_OK; // alignment: a product here needs 16 bytes always
  if (what != 1 || n != 8) return LT_INVALID_VALUE;
  return memcpy(&p->workspace, v, 8), LT_OK;
}

API int cublasLtMatmulAlgoGetHeuristic(void *, Desc *d, Layout *a, Layout *b, Layout *c, Layout *, Preference *p, int want, Found *found, int *n) {
  *n = 0;
  if (want < 1) return LT_INVALID_VALUE;
  if (!fits(*d, *a, *b, *c)) return LT_NOT_SUPPORTED;
  *found = {{0x67796d}, p->workspace < 1024 ? 0 : size_t(1024), LT_OK, 1, {}};
  *n = 1;
  return LT_OK;
}

API int cublasLtMatmul(void *, Desc *d, const float *alpha, uint64_t A, Layout *a, uint64_t B, Layout *b, const float *beta, uint64_t C, Layout *c,
                       uint64_t D, Layout *out, const uint64_t *algo, void *, size_t, Stream *s) {
  std::lock_guard<std::recursive_mutex> lock(mu);
  counted(__func__);
  if (usable() || !fits(*d, *a, *b, *out) || (algo && *algo != 0x67796d)) return LT_INVALID_VALUE;
  if ((A | B | C | D) % 16) return LT_NOT_SUPPORTED;
  Product p = {*d, *a, *b, *c, *out, A, B, C, D, *alpha, *beta};
  Device *dev = current;
  return ask(of(s), [dev, p] { return multiply(dev, p); }) ? LT_EXECUTION_FAILED : LT_OK;
}
