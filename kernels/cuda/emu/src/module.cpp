// Modules: a "cubin" is a shared library that g++ made of a source.
#include <dlfcn.h>
#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inside.h"

namespace {

// size is the length of an ELF file: the section headers are its end.
size_t size(const unsigned char *image) {
  Elf64_Ehdr h;
  memcpy(&h, image, sizeof h);
  if (memcmp(h.e_ident, ELFMAG, SELFMAG) || h.e_type != ET_DYN) return 0;
  return h.e_shoff + static_cast<size_t>(h.e_shnum) * h.e_shentsize;
}

std::string path(Module *m) { return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(m->fd); }

int refuse(Module *m, int code) {
  if (m->lib) dlclose(m->lib);
  if (m->fd >= 0) close(m->fd);
  delete m;
  return code;
}

bool fits(const Kernel *k, emu_dim g, emu_dim b, unsigned shared) {
  auto in = [](unsigned v, uint64_t most) { return v >= 1 && v <= most; };
  return in(g.x, 0x7fffffff) && in(g.y, 65535) && in(g.z, 65535) && in(b.x, 1024) && in(b.y, 1024) && in(b.z, 64) &&
         static_cast<uint64_t>(b.x) * b.y * b.z <= 1024 && shared <= static_cast<unsigned>(k->shared);
}

int start(Device *dev, Launch &l) {
  std::string at = setting("lose");
  if (!at.empty() && ++launched >= atoi(at.c_str())) return lose(dev, ECC_UNCORRECTABLE, "GYM_EMU_LOSE says so");
  return run(dev, l);
}

} // namespace

int launched;

// lines asks binutils, which came with g++, from which lines of the sources an
// address is: the innermost first.
std::string lines(Module *m, void *pc) {
  Dl_info info;
  if (!pc || !m || !dladdr(pc, &info) || reinterpret_cast<uintptr_t>(info.dli_fbase) != m->base) return "";
  char cmd[256];
  unsigned long at = static_cast<char *>(pc) - static_cast<char *>(info.dli_fbase) - 1;
  snprintf(cmd, sizeof cmd, "addr2line -s -i -e %s 0x%lx 2>/dev/null", path(m).c_str(), at);
  FILE *f = popen(cmd, "r");
  if (!f) return "";
  std::string all;
  char line[512];
  while (fgets(line, sizeof line, f)) {
    line[strcspn(line, " \n")] = 0;
    if (*line && *line != '?' && !strstr(line, ":?") && strncmp(line, "kernel.h:", 9)) all += (all.empty() ? "" : " < ") + std::string(line);
  }
  pclose(f);
  return all;
}

API int cuModuleLoadData(Module **out, const unsigned char *image) {
  ENTER
  size_t n = size(image);
  if (!n) return INVALID_IMAGE;
  auto *m = new Module;
  m->fd = memfd_create("gym-kernel", MFD_CLOEXEC);
  if (m->fd < 0 || write(m->fd, image, n) != static_cast<ssize_t>(n)) return refuse(m, OUT_OF_MEMORY);
  m->lib = dlopen(path(m).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!m->lib) return refuse(m, INVALID_IMAGE);
  auto attach = reinterpret_cast<void (*)(emu_api *, unsigned char **, unsigned char **)>(dlsym(m->lib, "emu_attach"));
  if (!attach) return refuse(m, INVALID_IMAGE);
  attach(&api, &m->from, &m->to);
  Dl_info info;
  if (dladdr(reinterpret_cast<void *>(attach), &info)) m->base = reinterpret_cast<uintptr_t>(info.dli_fbase), m->size = n;
  *out = m;
  return OK;
}

API int cuModuleGetFunction(Kernel **out, Module *m, const char *name) {
  ENTER
  auto *k = new Kernel;
  k->name = name;
  k->mod = m;
  k->run = reinterpret_cast<void (*)(void **)>(dlsym(m->lib, ("emu_run_" + k->name).c_str()));
  auto args = reinterpret_cast<unsigned (*)(unsigned)>(dlsym(m->lib, ("emu_args_" + k->name).c_str()));
  if (!k->run || !args) return delete k, NOT_FOUND;
  for (unsigned i = 1; i <= args(0); i++) k->sizes.push_back(args(i));
  *out = k;
  return OK;
}

API int cuModuleUnload(Module *m) {
  ENTER
  int code = drain(current);
  refuse(m, OK);
  return code;
}

API int cuFuncSetAttribute(Kernel *k, int what, int v) {
  ENTER
  if (what != 8 || v < 0 || v > sharedMax) return INVALID_VALUE;
  k->shared = v;
  return OK;
}

API int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *n, Kernel *, int threads, size_t shared) {
  ENTER
  if (threads < 1 || threads > 1024) return INVALID_VALUE;
  *n = 2048 / threads;
  while (*n && *n * shared > static_cast<size_t>(sharedMax)) --*n;
  return OK;
}

API int cuLaunchKernel(Kernel *k, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, Stream *s, void **params, void **) {
  ENTER
  Launch l = {k, {gx, gy, gz}, {bx, by, bz}, shared, {}};
  if (!fits(k, l.grid, l.block, shared)) return INVALID_VALUE;
  for (size_t i = 0; i < k->sizes.size(); i++) {
    auto *from = static_cast<unsigned char *>(params[i]);
    l.args.emplace_back(from, from + k->sizes[i]);
  }
  Device *dev = current;
  return ask(of(s), [dev, l]() mutable { return start(dev, l); });
}
