// A grid: its blocks one after the other, on the thread that waits for it. An
// access outside memory ends the grid and loses the device; it does not end the
// process. Go's own handlers are back when the grid has ended.
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "inside.h"

#ifndef sigev_notify_thread_id // older glibc has the field without the name
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace {

const int late = 50; // a signal of nobody's: the launch takes too long
const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, late};
const int signalCount = sizeof signals / sizeof *signals;
struct sigaction before[signalCount];
timer_t watch;
pthread_t runner;
sigjmp_buf escape;
struct {
  int signal, code;
  uintptr_t address;
  void *pc;
  const char *way;
} seen;
uint64_t state = 1;
const size_t sharedRoom = 256 << 10;
unsigned char *dynamic; // as much below it is shared memory, as much above it survives no access

Module *module; // whose kernel runs

bool ours(void *pc) { return reinterpret_cast<uintptr_t>(pc) - module->base < module->size; }

void caught(int sig, siginfo_t *info, void *context) {
  if (!pthread_equal(pthread_self(), runner)) { // somebody else's: as if we were not here
    for (int i = 0; i < signalCount; i++)
      if (signals[i] == sig && (before[i].sa_flags & SA_SIGINFO)) return before[i].sa_sigaction(sig, info, context);
    signal(sig, SIG_DFL);
    return;
  }
  auto *u = static_cast<ucontext_t *>(context);
  seen = {sig, info->si_code, reinterpret_cast<uintptr_t>(info->si_addr), nullptr, "access"};
#if defined(__x86_64__)
  seen.pc = reinterpret_cast<void *>(u->uc_mcontext.gregs[REG_RIP]);
  seen.way = u->uc_mcontext.gregs[REG_ERR] & 2 ? "write" : "read";
#elif defined(__aarch64__)
  seen.pc = reinterpret_cast<void *>(u->uc_mcontext.pc);
#endif
  if (sig == late && !ours(seen.pc)) return; // comes again, until the kernel's own code runs
  siglongjmp(escape, 1);
}

// watchFor has a signal come after so many seconds of this thread's work, and
// then ever again.
void watchFor() {
  std::string s = setting("seconds");
  sigevent to = {};
  to.sigev_notify = SIGEV_THREAD_ID;
  to.sigev_signo = late;
  to.sigev_notify_thread_id = syscall(SYS_gettid);
  timer_create(CLOCK_THREAD_CPUTIME_ID, &to, &watch);
  itimerspec at = {{0, 20'000'000}, {s.empty() ? 60 : atoi(s.c_str()), 0}};
  timer_settime(watch, 0, &at, nullptr);
}

// The handler needs a stack of its own; Go's threads have one.
void guard() {
  stack_t old;
  sigaltstack(nullptr, &old);
  if (old.ss_flags & SS_DISABLE) {
    static thread_local char space[64 << 10];
    stack_t own = {};
    own.ss_sp = space;
    own.ss_size = sizeof space;
    sigaltstack(&own, nullptr);
  }
  runner = pthread_self();
  struct sigaction act = {};
  act.sa_sigaction = caught;
  act.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigfillset(&act.sa_mask);
  for (int i = 0; i < signalCount; i++) sigaction(signals[i], &act, &before[i]);
  watchFor();
}

void unguard() {
  timer_delete(watch);
  for (int i = 0; i < signalCount; i++) sigaction(signals[i], &before[i], nullptr);
}

int explain(Launch &l, std::string &text) {
  std::string at = lines(l.kernel->mod, seen.pc);
  if (at.empty()) at = lines(l.kernel->mod, lastVisit()); // within what the emulator does for it
  if (!at.empty()) at = " in " + at;
  if (seen.signal == late) {
    text = "the kernel does not end" + at;
    return LAUNCH_TIMEOUT;
  }
  if (seen.signal == SIGFPE) {
    text = "an integer is divided by zero" + at;
    return LAUNCH_FAILED;
  }
  if (seen.signal == SIGSEGV && seen.code == SI_KERNEL) {
    text = "an address is misaligned or no address" + at;
    return MISALIGNED_ADDRESS;
  }
  char hex[32];
  snprintf(hex, sizeof hex, "0x%lx", static_cast<unsigned long>(seen.address));
  std::string near = describe(seen.address);
  if (seen.address - reinterpret_cast<uintptr_t>(dynamic) < sharedRoom) near = "past the end of dynamic shared memory";
  text = std::string(seen.way) + " at " + hex + " (" + near + ")" + at;
  return ILLEGAL_ADDRESS;
}

// number is the i-th block's place; the orders of blocks follow those of threads.
emu_dim number(uint64_t i, emu_dim grid) {
  return {static_cast<unsigned>(i % grid.x), static_cast<unsigned>(i / grid.x % grid.y), static_cast<unsigned>(i / grid.x / grid.y)};
}

bool blocks(Launch &l, void **args) {
  uint64_t n = static_cast<uint64_t>(l.grid.x) * l.grid.y * l.grid.z;
  std::string order = setting("order");
  bool back = order == "reverse" || order == "greedy-reverse";
  uint64_t turn = order == "random" ? draw() % n : 0;
  for (uint64_t i = 0; i < n; i++) {
    memset(l.kernel->mod->from, 0xff, l.kernel->mod->to - l.kernel->mod->from);
    memset(api.shared, 0xff, l.shared);
    if (!runBlock(l, args, number(back ? n - 1 - i : (i + turn) % n, l.grid))) return false;
  }
  return true;
}

unsigned char *shared(unsigned bytes) {
  if (!dynamic) {
    dynamic = static_cast<unsigned char *>(mmap(nullptr, 2 * sharedRoom, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) + sharedRoom;
    mprotect(dynamic - sharedRoom, sharedRoom, PROT_READ | PROT_WRITE);
  }
  return dynamic - (bytes + 15) / 16 * 16;
}

} // namespace

uint64_t draw() {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

int run(Device *dev, Launch &l) {
  std::vector<void *> args;
  for (auto &a : l.args) args.push_back(a.data());
  api.grid_dim = l.grid;
  api.block_dim = l.block;
  api.shared = shared(l.shared);
  module = l.kernel->mod;
  beginGrid(module);
  int code = OK;
  std::string text;
  guard();
  if (sigsetjmp(escape, 1)) {
    unguard();
    code = explain(l, text);
  } else {
    bool ok = blocks(l, args.data());
    unguard();
    if (!ok) code = LAUNCH_FAILED, text = faultText;
  }
  if (code == OK && !(text = overwritten()).empty()) code = ILLEGAL_ADDRESS;
  else if (code != OK) text += "; " + where();
  return code == OK ? OK : lose(dev, code, "kernel " + l.kernel->name + ": " + text);
}
