// Races: two threads come to the same place, one of them to write, and nothing
// orders the two. Within a block a barrier does, or a __syncwarp of their warp; a
// shuffle does not. Between blocks nothing does, but a __threadfence of the block
// that came first, which is taken as the sign of a protocol with atomics. Found
// in any order of threads, whatever the numbers are.
//
// Not looked at are atomics, single bytes, and two writes: all may write one flag.
#include <sys/mman.h>

#include "inside.h"

namespace {

// Mark is who came to a place. An era is what lies between two barriers of a
// block; no two blocks have one in common.
struct Mark {
  unsigned era, pc;
  unsigned short thread, warpEra; // counts __syncwarps
  unsigned char mask;             // of the place's two halves
};

} // namespace

struct Place { // four bytes
  Mark write, read, other; // the first reader, and the last
};

namespace {

const unsigned long staticMost = 64 << 10, dynamicMost = 256 << 10;
Place places[(staticMost + dynamicMost) / 4];
unsigned era, blockEra, launchEra; // now; at the beginning of the block, and of the launch
unsigned short warpEras[32];
std::map<unsigned, unsigned> fences; // of a block that began in the first era: the last one with a __threadfence
Module *module;
bool on;
void *visited; // the last place of the kernel that came to memory

bool fenced(unsigned at) {
  auto i = fences.upper_bound(at);
  return i != fences.begin() && std::prev(i)->second >= at;
}

// clashes says whether nothing orders a mark and a thread that comes now.
bool clashes(const Mark &m, int thread, unsigned char mask, bool global) {
  if (!(m.mask & mask) || m.era < (global ? launchEra : blockEra)) return false;
  if (m.era < blockEra) return !fenced(m.era);
  if (m.era != era || m.thread == thread) return false;
  return m.thread / 32 != thread / 32 || m.warpEra == warpEras[thread / 32];
}

std::string at(void *pc) {
  std::string s = lines(module, pc);
  return s.empty() ? "" : " in " + s;
}

void report(const Mark &m, bool wrote, int thread, bool writes, void *pc, bool global) {
  fault("a race in " + std::string(global ? "global" : "shared") + " memory: " + name(thread) + (writes ? " writes" : " reads") + at(pc) + " what " + name(m.thread) +
        (m.era < blockEra ? " of another block" : "") + (wrote ? " wrote" : " read") + at(reinterpret_cast<void *>(module->base + m.pc)) +
        ", and no barrier is between them");
}

bool mine(const Mark &m, int thread) { return m.era == era && m.thread == thread && m.warpEra == warpEras[thread / 32]; }

void put(Mark &m, int thread, unsigned char mask, void *pc) {
  if (mine(m, thread)) mask |= m.mask;
  unsigned offset = reinterpret_cast<uintptr_t>(pc) - module->base;
  m = {era, offset, static_cast<unsigned short>(thread), warpEras[thread / 32], mask};
}

void visit(Place &p, int thread, bool write, unsigned char mask, void *pc, bool global) {
  if (clashes(p.write, thread, mask, global) && !write) report(p.write, true, thread, false, pc, global);
  if (!write) return put(p.read.era < (global ? launchEra : blockEra) || mine(p.read, thread) ? p.read : p.other, thread, mask, pc);
  for (const Mark &m : {p.read, p.other})
    if (clashes(m, thread, mask, global)) report(m, false, thread, true, pc, global);
  put(p.write, thread, mask, pc);
}

// shared is the place of an address in shared memory, or null.
Place *shared(const unsigned char *p) {
  unsigned long offset = p - module->from;
  if (offset < static_cast<unsigned long>(module->to - module->from) && offset < staticMost) return &places[offset / 4];
  offset = p - api.shared;
  return offset < dynamicMost ? &places[(staticMost + offset) / 4] : nullptr;
}

// global is the place of an address of the device's memory, or null. Places are
// mapped when they are first asked for, and take room when they are used.
Place *global(const unsigned char *p) {
  static Block *last;
  static unsigned long change;
  if (change != memoryChange) last = nullptr, change = memoryChange;
  if (!last || static_cast<size_t>(p - last->at) >= last->size) {
    Block *b = onStack(p) ? nullptr : blockAt(reinterpret_cast<uint64_t>(p));
    if (!b) return nullptr;
    last = b;
  }
  if (!last->places) {
    last->placesBytes = (last->size / 4 + 2) * sizeof(Place);
    void *room = mmap(nullptr, last->placesBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) return nullptr;
    last->places = static_cast<Place *>(room);
  }
  return last->places + (p - last->at) / 4;
}

} // namespace

void forget(Block &b) {
  if (b.places) munmap(b.places, b.placesBytes);
}

void beginGrid(Module *m) {
  module = m;
  on = setting("races") != "off";
  launchEra = era + 1;
  fences.clear();
}

void beginBlock() {
  blockEra = ++era;
  for (auto &w : warpEras) w = 0;
}

void orderBlock() { era++; }

void orderWarp(int warp) { warpEras[warp]++; }

void fence() { fences[blockEra] = era; }

void *lastVisit() { return visited; }

void accessBy(int thread, const void *from, unsigned long bytes, bool write, void *pc) {
  visited = pc;
  if (!on) return;
  auto *p = static_cast<const unsigned char *>(from);
  Place *at = shared(p);
  bool ofAll = !at;
  if (ofAll && !(at = global(p))) return;
  unsigned long first = reinterpret_cast<uintptr_t>(p) % 4 / 2, end = first + (bytes + 1) / 2; // in halves
  for (unsigned long i = 0; i < end; i += 2, at++) {
    unsigned char mask = (i >= first ? 1 : 0) | (i + 1 >= first && i + 1 < end ? 2 : 0);
    visit(*at, thread, write, mask, pc, ofAll);
  }
}

void access(const void *from, unsigned long bytes, bool write, void *pc) { accessBy(running(), from, bytes, write, pc); }
