// A block: one fiber for each thread, and the order in which they run. A fiber
// runs until it waits for its warp or its block. Which one is next decides which
// races show; see pick.
#include <sys/mman.h>
#include <unistd.h>

#include <string.h>

#include "fiber.h"
#include "inside.h"

emu_api api;
std::string faultText;

namespace {

enum State { READY, AT_BARRIER, AT_WARP, ENDED };

struct Copy {
  void *dst;
  const void *src;
  unsigned bytes, given;
  void *pc;
};

struct Fiber {
  emu_thread thread; // first: api.now points here
  void *sp;
  State state;
  const char *file;
  int line;
  void *pc;
  emu_part *part;
  std::vector<Copy> open;
  std::vector<std::vector<Copy>> groups; // committed
};

const size_t stackBytes = 64 << 10, mostThreads = 1024;

Fiber fibers[mostThreads];
uint64_t runnable[mostThreads / 64]; // a bit for each fiber that is READY
unsigned atWarp[mostThreads / 32];   // of each warp the lanes that are AT_WARP
char *stacks;
void *scheduler; // its stack pointer while a fiber runs
int threads;     // of the block
int cursor;      // where the next look for a fiber begins
bool faulted;
Launch *now;
void **arguments;

enum Order { FORWARD, REVERSE, RANDOM, GREEDY, GREEDY_REVERSE } order;

void setReady(int i) {
  fibers[i].state = READY;
  runnable[i / 64] |= 1ull << i % 64;
}

void setState(Fiber *f, State s) {
  f->state = s;
  runnable[(f - fibers) / 64] &= ~(1ull << (f - fibers) % 64);
}

// up and down are the nearest fiber from i on that can run, or -1.
int up(int i) {
  for (uint64_t mask = ~0ull << i % 64; i < threads; i = (i / 64 + 1) * 64, mask = ~0ull)
    if (uint64_t bits = runnable[i / 64] & mask) return i / 64 * 64 + __builtin_ctzll(bits);
  return -1;
}
int down(int i) {
  for (uint64_t mask = ~0ull >> (63 - i % 64); i >= 0; i = i / 64 * 64 - 1, mask = ~0ull)
    if (uint64_t bits = runnable[i / 64] & mask) return i / 64 * 64 + 63 - __builtin_clzll(bits);
  return -1;
}

} // namespace

std::string name(int i) {
  emu_dim t = fibers[i].thread.thread;
  return "thread (" + std::to_string(t.x) + "," + std::to_string(t.y) + "," + std::to_string(t.z) + ")";
}

namespace {

Fiber *self() { return reinterpret_cast<Fiber *>(api.now); }

void leave() { emu_swap_stacks(&self()->sp, scheduler); }

void land(std::vector<Copy> &copies) {
  for (Copy &c : copies) {
    access(c.dst, c.bytes, true, c.pc);
    memcpy(c.dst, c.src, c.given);
    memset(static_cast<char *>(c.dst) + c.given, 0, c.bytes - c.given);
  }
  copies.clear();
}

void start() {
  now->kernel->run(arguments);
  Fiber *f = self();
  for (auto &g : f->groups) land(g);
  land(f->open);
  setState(f, ENDED);
  leave();
}

// pick is the next fiber that can run, or -1. Forward and reverse let each
// thread come once before any comes twice. The greedy orders let the first (or
// last) warp run as far ahead as it can: only they find that a warp writes what
// another still has to read.
int pick() {
  int at;
  switch (order) {
  case GREEDY: return up(0);
  case GREEDY_REVERSE: return down(threads - 1);
  case REVERSE:
    at = down(cursor);
    if (at < 0) at = down(threads - 1);
    cursor = at > 0 ? at - 1 : threads - 1;
    return at;
  default:
    at = up(order == RANDOM ? draw() % threads : cursor);
    if (at < 0) at = up(0);
    cursor = at + 1 < threads ? at + 1 : 0;
    return at;
  }
}

std::string place(Fiber &f) {
  if (f.state == ENDED) return "has ended";
  std::string at = std::string(f.file) + ":" + std::to_string(f.line), more = lines(now->kernel->mod, f.pc);
  if (!more.empty() && more != at) at += " [" + more + "]";
  if (f.state == AT_BARRIER) return "waits at the barrier in " + at;
  char mask[16];
  snprintf(mask, sizeof mask, "%08x", f.part->mask);
  return "waits for lanes " + std::string(mask) + " of its warp in " + at;
}

// same says whether two fibers wait at the same place.
bool same(const Fiber &f, const Fiber &g) { return f.line == g.line && (f.file == g.file || !strcmp(f.file, g.file)); }

// open lets a full barrier's threads go on: all must be there, at one line.
bool open() {
  for (int i = 0; i < threads; i++)
    if (fibers[i].state != AT_BARRIER || !same(fibers[i], fibers[0])) return false;
  for (int i = 0; i < threads; i++) setReady(i);
  orderBlock();
  return true;
}

// stuck says of the first thread that waits, and of one that waits elsewhere
// or has ended, where they are.
std::string stuck() {
  int a = 0;
  while (fibers[a].state == ENDED) a++;
  int from = 0, to = threads;
  bool warp = fibers[a].state == AT_WARP;
  if (warp) from = a / 32 * 32, to = std::min(from + 32, threads);
  for (int b = from; b < to; b++) {
    if (b == a || (warp && !(fibers[a].part->mask >> (b & 31) & 1))) continue;
    Fiber &f = fibers[a], &g = fibers[b];
    bool together = f.state == g.state && same(f, g) && (!warp || f.part->mask == g.part->mask);
    if (!together) return std::string(warp ? "a warp's lanes" : "a block's threads") + " do not meet: " + name(a) + " " + place(f) + ", " + name(b) + " " + place(g);
  }
  return name(a) + " " + place(fibers[a]) + ", which the block's " + std::to_string(threads) + " threads do not have";
}

void barrier(const char *file, int line, void *pc) {
  Fiber *f = self();
  setState(f, AT_BARRIER);
  f->file = file;
  f->line = line;
  f->pc = pc;
  leave();
}

// warp has the last lane that comes do the work for all.
void warp(emu_part *part) {
  Fiber *f = self();
  int id = f - fibers, first = id / 32 * 32;
  f->file = part->file;
  f->line = part->line;
  f->pc = part->pc;
  f->part = part;
  setState(f, AT_WARP);
  atWarp[id / 32] |= 1u << (id & 31);
  if (!(part->mask >> (id & 31) & 1)) fault("a lane is not in the mask that it gives: " + name(id) + " " + place(*f));
  if ((atWarp[id / 32] & part->mask) != part->mask) return leave();
  emu_part *parts[32] = {};
  for (int l = 0; l < 32; l++) {
    if (!(part->mask >> l & 1)) continue;
    Fiber &g = fibers[first + l];
    if (g.part->mask != part->mask || g.part->kind != part->kind || !same(g, *f)) return leave();
    parts[l] = g.part;
  }
  combine(parts);
  if (part->kind == EMU_SYNC) orderWarp(id / 32);
  atWarp[id / 32] &= ~part->mask;
  for (int l = 0; l < 32; l++)
    if (parts[l]) setReady(first + l);
}

// copyLater is cp.async: it may land at once, and lands when it must.
void copyLater(void *dst, const void *src, unsigned bytes, unsigned given, void *pc) {
  access(dst, bytes, true, pc);
  if ((reinterpret_cast<uintptr_t>(dst) | reinterpret_cast<uintptr_t>(src)) % bytes)
    fault("cp.async copies from or to a place that is not at a multiple of " + std::to_string(bytes) + " bytes");
  self()->open.push_back({dst, src, bytes, given, pc});
}

void commit() {
  self()->groups.push_back(std::move(self()->open));
  self()->open.clear();
}

// A copy lands as late as it may, so that a wait which is missing is seen.
void wait(int groups) {
  auto &g = self()->groups;
  while (static_cast<int>(g.size()) > groups) {
    land(g.front());
    g.erase(g.begin());
  }
}

void trap(const char *file, int line, const char *words) { fault(std::string(words) + " in " + file + ":" + std::to_string(line)); }

// begin puts a fiber at its kernel's start. The stacks' tops differ, since memory
// at equal distances falls into few lines of a cache.
void begin(int i, emu_dim block) {
  Fiber &f = fibers[i];
  unsigned n = i;
  f.thread.thread = {n % block.x, n / block.x % block.y, n / block.x / block.y};
  f.open.clear();
  f.groups.clear();
  f.sp = fresh(stacks + (i + 1) * stackBytes - i % 32 * 128, start);
  setReady(i);
}

void prepare() {
  api.barrier = barrier;
  api.access = access;
  api.fence = fence;
  api.warp = warp;
  api.copy = copyLater;
  api.commit = commit;
  api.wait = wait;
  api.trap = trap;
  size_t page = sysconf(_SC_PAGESIZE);
  stacks = static_cast<char *>(mmap(nullptr, mostThreads * stackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  for (size_t i = 0; i < mostThreads; i++) mprotect(stacks + i * stackBytes, page, PROT_NONE); // a stack that is too small is a fault
}

} // namespace

bool onStack(const void *at) { return static_cast<size_t>(static_cast<const char *>(at) - stacks) < mostThreads * stackBytes; }

int running() { return self() - fibers; }

std::string where() {
  emu_dim b = api.block;
  std::string at = "block (" + std::to_string(b.x) + "," + std::to_string(b.y) + "," + std::to_string(b.z) + ")";
  return api.now ? at + ", " + name(self() - fibers) : at;
}

void fault(const std::string &text) {
  faultText = text;
  faulted = true;
  leave();
  abort();
}

bool runBlock(Launch &l, void **args, emu_dim at) {
  if (!stacks) prepare();
  std::string o = setting("order");
  order = o == "reverse" ? REVERSE : o == "random" ? RANDOM : o == "greedy" ? GREEDY : o == "greedy-reverse" ? GREEDY_REVERSE : FORWARD;
  now = &l;
  arguments = args;
  faulted = false;
  threads = l.block.x * l.block.y * l.block.z;
  cursor = order == REVERSE ? threads - 1 : 0;
  api.block = at;
  memset(runnable, 0, sizeof runnable);
  memset(atWarp, 0, sizeof atWarp);
  beginBlock();
  for (int i = 0; i < threads; i++) begin(i, l.block);
  for (;;) {
    int i = pick();
    if (i < 0) {
      bool done = true;
      for (int j = 0; j < threads; j++) done &= fibers[j].state == ENDED;
      if (done) return true;
      if (open()) continue;
      api.now = nullptr; // nobody's fault but the block's
      faultText = stuck();
      return false;
    }
    api.now = &fibers[i].thread;
    emu_swap_stacks(&scheduler, fibers[i].sp);
    if (faulted) return false;
  }
}
