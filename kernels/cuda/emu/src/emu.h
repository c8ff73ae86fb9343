// What a compiled kernel and the emulator know of each other: a table that the
// emulator hands to each module it loads. So a module needs nothing of the
// emulator at link time.
#pragma once

struct emu_dim {
  unsigned x, y, z;
};

// What a warp does together.
enum emu_kind {
  EMU_SYNC,
  EMU_BALLOT,     // in: int; out: unsigned
  EMU_SHFL,       // in, out: 8 bytes; arg is the lane
  EMU_SHFL_UP,    // arg is the distance
  EMU_SHFL_DOWN,
  EMU_SHFL_XOR,
  EMU_MMA_BF16,   // in: emu_mma; out: float[4]
  EMU_MMA_TF32,
  EMU_LDMATRIX,   // in: the lane's row; out: unsigned[arg]; arg is 1, 2 or 4 matrices
  EMU_LDMATRIX_T,
};

// emu_part is one lane's part in what its warp does together.
struct emu_part {
  emu_kind kind;
  unsigned mask;
  const char *file;
  int line;
  void *pc; // in the kernel
  const void *in;
  void *out;
  int arg, width;
};

// emu_mma is one lane's registers.
struct emu_mma {
  unsigned a[4], b[2];
  float c[4];
};

struct emu_thread {
  emu_dim thread;
};

struct emu_api {
  emu_thread *now; // the thread that runs
  emu_dim block, block_dim, grid_dim;
  unsigned char *shared; // dynamic
  void (*barrier)(const char *file, int line, void *pc);
  void (*warp)(emu_part *part);
  void (*access)(const void *at, unsigned long bytes, bool write, void *pc); // before each of the kernel's own
  void (*copy)(void *dst, const void *src, unsigned bytes, unsigned given, void *pc); // cp.async; the rest is 0
  void (*fence)();
  void (*commit)();
  void (*wait)(int groups); // until so many are left
  void (*trap)(const char *file, int line, const char *words);
};
