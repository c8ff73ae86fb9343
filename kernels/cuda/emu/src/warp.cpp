// What the lanes of a warp do together, once all are there.
#include <math.h>
#include <string.h>

#include "inside.h"

namespace {

uint64_t word(emu_part *p) {
  uint64_t v;
  memcpy(&v, p->in, sizeof v);
  return v;
}

// source is the lane that a lane reads from; where there is none, itself.
int source(emu_part *p, int lane) {
  int first = lane / p->width * p->width, from = lane;
  switch (p->kind) {
  case EMU_SHFL: return first + (p->arg & (p->width - 1));
  case EMU_SHFL_UP: from = lane - p->arg; break;
  case EMU_SHFL_DOWN: from = lane + p->arg; break;
  default: return (lane ^ p->arg) < first + p->width ? lane ^ p->arg : lane;
  }
  return from >= first && from < first + p->width ? from : lane;
}

void shuffle(emu_part *parts[32]) {
  for (int l = 0; l < 32; l++) {
    if (!parts[l]) continue;
    int from = source(parts[l], l);
    if (!parts[from])
      fault("a shuffle reads lane " + std::to_string(from) + ", which its mask leaves out, in " + parts[l]->file + ":" + std::to_string(parts[l]->line));
    uint64_t v = word(parts[from]);
    memcpy(parts[l]->out, &v, sizeof v);
  }
}

void ballot(emu_part *parts[32]) {
  unsigned all = 0;
  for (int l = 0; l < 32; l++)
    if (parts[l] && *static_cast<const int *>(parts[l]->in)) all |= 1u << l;
  for (int l = 0; l < 32; l++)
    if (parts[l]) *static_cast<unsigned *>(parts[l]->out) = all;
}

float number(unsigned bits) {
  float f;
  memcpy(&f, &bits, sizeof f);
  return f;
}
float bf16(unsigned pair, int i) { return number(i ? pair & 0xffff0000u : pair << 16); }
float tf32(unsigned bits) { return number(bits & ~0x1fffu); }

// full are operations of all 32 lanes.
void full(emu_part *parts[32], const char *what) {
  for (int l = 0; l < 32; l++)
    if (!parts[l]) fault(std::string(what) + " is for all 32 lanes of a warp");
}

// finish is D = A·B + C, where lane l has of the 16x8 C and D the rows l/4 and
// l/4+8, columns 2(l%4) and the next one.
void finish(emu_part *parts[32], const float (*a)[16], const float (*b)[8], int k) {
  for (int l = 0; l < 32; l++) {
    const emu_mma *in = static_cast<const emu_mma *>(parts[l]->in);
    float d[4];
    for (int i = 0; i < 4; i++) {
      int row = l / 4 + i / 2 * 8, col = l % 4 * 2 + i % 2;
      double sum = in->c[i];
      for (int j = 0; j < k; j++) sum += static_cast<double>(a[row][j]) * b[j][col];
      d[i] = sum;
    }
    memcpy(parts[l]->out, d, sizeof d);
  }
}

// mma.m16n8k16, row.col, bf16. Of A [16,16] lane l has the pairs at columns
// 2(l%4) of the rows l/4 and l/4+8, then those 8 columns on; of B [16,8] the
// pairs at rows 2(l%4) and 2(l%4)+8 of column l/4.
void mmaBF16(emu_part *parts[32]) {
  full(parts, "mma.sync");
  float a[16][16], b[16][8];
  for (int l = 0; l < 32; l++) {
    const emu_mma *in = static_cast<const emu_mma *>(parts[l]->in);
    int g = l / 4, t = l % 4 * 2;
    for (int i = 0; i < 2; i++) {
      a[g][t + i] = bf16(in->a[0], i);
      a[g + 8][t + i] = bf16(in->a[1], i);
      a[g][t + 8 + i] = bf16(in->a[2], i);
      a[g + 8][t + 8 + i] = bf16(in->a[3], i);
      b[t + i][g] = bf16(in->b[0], i);
      b[t + 8 + i][g] = bf16(in->b[1], i);
    }
  }
  finish(parts, a, b, 16);
}

// mma.m16n8k8, row.col, tf32. Of A [16,8] lane l has column l%4 of the rows l/4
// and l/4+8, then 4 columns on; of B [8,8] the rows l%4 and l%4+4 of column l/4.
void mmaTF32(emu_part *parts[32]) {
  full(parts, "mma.sync");
  float a[16][16], b[16][8];
  for (int l = 0; l < 32; l++) {
    const emu_mma *in = static_cast<const emu_mma *>(parts[l]->in);
    int g = l / 4, t = l % 4;
    a[g][t] = tf32(in->a[0]);
    a[g + 8][t] = tf32(in->a[1]);
    a[g][t + 4] = tf32(in->a[2]);
    a[g + 8][t + 4] = tf32(in->a[3]);
    b[t][g] = tf32(in->b[0]);
    b[t + 4][g] = tf32(in->b[1]);
  }
  finish(parts, a, b, 8);
}

// ldmatrix: lanes 8m to 8m+7 have the addresses of matrix m's 8 rows of 8 16-bit
// numbers. Lane l receives row l/4, columns 2(l%4) and the next one; of the
// transposed matrix with EMU_LDMATRIX_T.
void ldmatrix(emu_part *parts[32], bool trans) {
  full(parts, "ldmatrix");
  unsigned short m[4][8][8];
  int n = parts[0]->arg;
  for (int l = 0; l < 8 * n; l++) {
    if (reinterpret_cast<uintptr_t>(parts[l]->in) % 16) fault("ldmatrix reads a row that is not at a multiple of 16 bytes, lane " + std::to_string(l));
    accessBy(running() / 32 * 32 + l, parts[l]->in, 16, false, parts[l]->pc);
    memcpy(m[l / 8][l % 8], parts[l]->in, 16);
  }
  for (int l = 0; l < 32; l++)
    for (int i = 0; i < n; i++) {
      int r = l / 4, c = l % 4 * 2;
      unsigned lo = trans ? m[i][c][r] : m[i][r][c], hi = trans ? m[i][c + 1][r] : m[i][r][c + 1];
      static_cast<unsigned *>(parts[l]->out)[i] = lo | hi << 16;
    }
}

} // namespace

void combine(emu_part *parts[32]) {
  int first = 0;
  while (!parts[first]) first++;
  switch (parts[first]->kind) {
  case EMU_SYNC: return;
  case EMU_BALLOT: return ballot(parts);
  case EMU_MMA_BF16: return mmaBF16(parts);
  case EMU_MMA_TF32: return mmaTF32(parts);
  case EMU_LDMATRIX: return ldmatrix(parts, false);
  case EMU_LDMATRIX_T: return ldmatrix(parts, true);
  default: return shuffle(parts);
  }
}
