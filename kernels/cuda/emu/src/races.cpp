// Races in shared memory: two threads of a block come to the same place, one of
// them to write, and nothing orders the two: no barrier of the block, no
// __syncwarp of their warp. A shuffle orders nothing. Found in any order of
// threads, whatever the numbers are.
//
// Not looked at are atomics, single bytes, two writes (all may write one flag),
// and global memory.
#include "inside.h"

namespace {

// Mark is who came to a place last.
struct Mark {
  unsigned era = 0;     // counts barriers
  unsigned warpEra = 0; // counts __syncwarps of its warp
  int thread = 0;
  void *pc = nullptr;
};

struct Place { // two bytes
  Mark write, read, other; // other is a second reader, rather of another warp
};

const unsigned long staticMost = 64 << 10, dynamicMost = 256 << 10;
Place places[(staticMost + dynamicMost) / 2];
unsigned era, warpEras[32];
Module *module;
bool on;
void *visited; // the last place of the kernel that came to memory

// place is the index of an address in shared memory, or -1.
long place(const void *at) {
  auto p = static_cast<const unsigned char *>(at);
  unsigned long offset = p - module->from;
  if (offset < static_cast<unsigned long>(module->to - module->from) && offset < staticMost) return offset / 2;
  offset = p - api.shared;
  return offset < dynamicMost ? (staticMost + offset) / 2 : -1;
}

// ordered says whether what a mark stands for is over for a thread.
bool ordered(const Mark &m, int thread) {
  if (m.era != era || m.thread == thread) return true;
  return m.thread / 32 == thread / 32 && m.warpEra != warpEras[thread / 32];
}

std::string at(void *pc) {
  std::string s = lines(module, pc);
  return s.empty() ? "" : " in " + s;
}

void report(const Mark &m, bool wrote, int thread, bool writes, void *pc) {
  fault("a race in shared memory: " + name(thread) + (writes ? " writes" : " reads") + at(pc) + " what " + name(m.thread) + (wrote ? " wrote" : " read") +
        at(m.pc) + ", and no barrier is between them");
}

void visit(Place &p, int thread, bool write, void *pc) {
  Mark me = {era, warpEras[thread / 32], thread, pc};
  if (write) {
    if (!ordered(p.read, thread)) report(p.read, false, thread, true, pc);
    if (!ordered(p.other, thread)) report(p.other, false, thread, true, pc);
    p.write = me;
    return;
  }
  if (!ordered(p.write, thread)) report(p.write, true, thread, false, pc);
  if (p.read.era != era || p.read.thread == thread) p.read = me;
  else if (p.other.era != era || p.other.thread == thread || p.other.thread / 32 == p.read.thread / 32) p.other = me;
}

} // namespace

void beginRaces(Module *m) {
  module = m;
  era++;
  on = setting("races") != "off";
}

void orderBlock() { era++; }

void orderWarp(int warp) { warpEras[warp]++; }

void accessBy(int thread, const void *from, unsigned long bytes, bool write, void *pc) {
  visited = pc;
  long first = on ? place(from) : -1;
  if (first < 0) return;
  long last = place(static_cast<const char *>(from) + bytes - 1);
  for (long i = first; i <= last; i++) visit(places[i], thread, write, pc);
}

void *lastVisit() { return visited; }

void access(const void *from, unsigned long bytes, bool write, void *pc) {
  visited = pc;
  if (on && place(from) >= 0) accessBy(running(), from, bytes, write, pc);
}
