// Memory: a mapping of its own for each allocation, which ends at a guard page
// and is filled with 0xFF, which is NaN as a float and -1 as an int. What is
// freed stays mapped without access, so that its late uses are seen.
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inside.h"

namespace {

std::map<uint64_t, Block> live; // by address
std::deque<Block> freed;
const size_t freedMost = 4096; // mappings; a process has 65,530

// The end is at most 15 bytes before the guard page, as vector loads want it.
Block place(size_t size, Device *dev) {
  size_t page = sysconf(_SC_PAGESIZE), aligned = (size + 15) / 16 * 16, inner = (aligned + page - 1) / page * page;
  void *base = mmap(nullptr, inner + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return {};
  Block b = {static_cast<unsigned char *>(base), nullptr, inner + 2 * page, size, dev, nullptr, 0};
  mprotect(b.base + page, inner, PROT_READ | PROT_WRITE);
  memset(b.base + page, 0xff, inner);
  b.at = b.base + page + inner - aligned;
  live[reinterpret_cast<uint64_t>(b.at)] = b;
  return b;
}

void retire(std::map<uint64_t, Block>::iterator i) {
  Block b = i->second;
  live.erase(i);
  memoryChange++;
  forget(b);
  if (b.dev) b.dev->used -= b.size;
  mprotect(b.base, b.mapped, PROT_NONE);
  madvise(b.base, b.mapped, MADV_DONTNEED);
  freed.push_back(b);
  if (freed.size() > freedMost) {
    munmap(freed.front().base, freed.front().mapped);
    freed.pop_front();
  }
}

const Block *find(uint64_t at, size_t bytes) {
  auto i = live.upper_bound(at);
  if (i == live.begin()) return nullptr;
  const Block &b = (--i)->second;
  return at - i->first <= b.size && bytes <= b.size - (at - i->first) ? &b : nullptr;
}

std::string near(const Block &b, uint64_t at, const char *what) {
  uint64_t from = reinterpret_cast<uint64_t>(b.at);
  std::string of = std::string(what) + " of " + std::to_string(b.size) + " bytes";
  if (at < from) return std::to_string(from - at) + " bytes before " + of;
  if (at >= from + b.size) return std::to_string(at - from - b.size) + " bytes past the end of " + of;
  return "byte " + std::to_string(at - from) + " of " + of.substr(3);
}

size_t total() {
  std::string s = setting("memory");
  return s.empty() ? size_t(1) << 30 : strtoull(s.c_str(), nullptr, 10);
}

} // namespace

unsigned long memoryChange;

Block *blockAt(uint64_t at) {
  const Block *b = find(at, 1);
  return b && b->dev ? const_cast<Block *>(b) : nullptr;
}

bool within(uint64_t at, size_t bytes) {
  const Block *b = find(at, bytes);
  return b && b->dev;
}

bool pinned(const void *at) {
  const Block *b = find(reinterpret_cast<uint64_t>(at), 0);
  return b && !b->dev;
}

std::string describe(uint64_t at) {
  if (at < 4096) return "a null pointer";
  auto inside = [at](const Block &b) { return at - reinterpret_cast<uint64_t>(b.base) < b.mapped; };
  for (auto &[from, b] : live)
    if (inside(b)) return near(b, at, b.dev ? "an allocation" : "pinned memory");
  for (auto &b : freed)
    if (inside(b)) return near(b, at, "of freed memory") + ", used after it was freed";
  return "far from any allocation";
}

std::string overwritten() {
  size_t page = sysconf(_SC_PAGESIZE);
  for (auto &[from, b] : live) {
    auto *word = reinterpret_cast<const uint64_t *>(b.base + page);
    for (; word < reinterpret_cast<const uint64_t *>(b.at); word++)
      if (~*word) return "write " + near(b, reinterpret_cast<uint64_t>(word), "an allocation");
    for (const unsigned char *p = b.at + b.size; p < b.base + b.mapped - page; p++)
      if (*p != 0xff) return "write " + near(b, reinterpret_cast<uint64_t>(p), "an allocation");
  }
  return "";
}

void drop(Device *dev) {
  for (auto i = live.begin(); i != live.end();) {
    auto next = std::next(i);
    if (i->second.dev == dev) retire(i);
    i = next;
  }
}

API int cuMemAlloc_v2(uint64_t *at, size_t size) {
  ENTER
  if (capturing()) return CAPTURE_UNSUPPORTED;
  if (!size) return INVALID_VALUE;
  if (size > total() - current->used) return OUT_OF_MEMORY;
  Block b = place(size, current);
  if (!b.at) return OUT_OF_MEMORY;
  current->used += size;
  *at = reinterpret_cast<uint64_t>(b.at);
  return OK;
}

API int cuMemFree_v2(uint64_t at) {
  ENTER
  if (int code = drain(current)) return code;
  auto i = live.find(at);
  if (i == live.end() || i->second.dev != current) return INVALID_VALUE;
  retire(i);
  return OK;
}

API int cuMemGetInfo_v2(size_t *left, size_t *all) {
  ENTER
  *all = total();
  *left = *all - current->used;
  return OK;
}

API int cuDeviceTotalMem_v2(size_t *all, int) {
  *all = total();
  return OK;
}

API int cuMemHostAlloc(void **at, size_t size, unsigned) {
  ENTER
  if (capturing()) return CAPTURE_UNSUPPORTED;
  if (!size) return INVALID_VALUE;
  *at = place(size, nullptr).at;
  return *at ? OK : OUT_OF_MEMORY;
}

API int cuMemFreeHost(void *at) {
  ENTER
  if (int code = drain(current)) return code;
  auto i = live.find(reinterpret_cast<uint64_t>(at));
  if (i == live.end() || i->second.dev) return INVALID_VALUE;
  retire(i);
  return OK;
}
