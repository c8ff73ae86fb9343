// What the emulator's files have in common.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <stddef.h>
#include <stdint.h>

#include "emu.h"

#define API extern "C" __attribute__((visibility("default")))

// CUresult's numbers.
enum {
  OK = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  ECC_UNCORRECTABLE = 214,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  NOT_READY = 600,
  ILLEGAL_ADDRESS = 700,
  MISALIGNED_ADDRESS = 716,
  LAUNCH_TIMEOUT = 702,
  LAUNCH_FAILED = 719,
  CAPTURE_UNSUPPORTED = 900,
  CAPTURE_INVALIDATED = 901,
  CAPTURE_UNJOINED = 904,
};

struct Stream;

struct Device {
  int id = 0;
  int refs = 0;     // of its primary context
  int lost = OK;    // what every call answers after a fault
  std::string why;  // the fault in words
  size_t used = 0;  // bytes
  Stream *none = nullptr; // stream 0
  std::vector<Stream *> streams;
};

extern std::recursive_mutex mu; // of all calls: the driver is safe for threads
extern thread_local Device *current;
extern bool ready;
extern std::vector<Device> devices;

// setting is what emuSet or the environment's GYM_EMU_NAME says, or "".
std::string setting(const std::string &name);
int lose(Device *dev, int code, const std::string &why);

// usable is OK, or why a call on the current device fails.
int usable();

void counted(const char *name); // a call, for emuCalls

#define ENTER                                     \
  std::lock_guard<std::recursive_mutex> lock(mu); \
  counted(__func__);                              \
  if (int code = usable()) return code;

// Memory. A block ends at a page that no access survives.
struct Place; // of races.cpp
struct Block {
  unsigned char *base, *at;
  size_t mapped, size;
  Device *dev; // nullptr: pinned memory of the host
  Place *places = nullptr; // where races are looked for
  size_t placesBytes = 0;
};
Block *blockAt(uint64_t at);        // the live block of a device with that address, or null
extern unsigned long memoryChange; // counts: blocks that were found may be gone
void forget(Block &b);              // its places
bool within(uint64_t at, size_t bytes); // of a live block of a device
bool pinned(const void *at);
std::string describe(uint64_t at); // which block an address is near
std::string overwritten();         // what a kernel wrote between blocks, or ""
void drop(Device *dev);            // frees all that a device has

// Kernels.
struct Module {
  int fd = -1;
  void *lib = nullptr;
  unsigned char *from = nullptr, *to = nullptr; // static shared memory
  uintptr_t base = 0;                           // of its code, size bytes
  size_t size = 0;
};
struct Kernel {
  std::string name;
  Module *mod = nullptr;
  void (*run)(void **) = nullptr;
  std::vector<unsigned> sizes;
  int shared = 48 << 10; // most dynamic shared memory
};
struct Launch {
  Kernel *kernel;
  emu_dim grid, block;
  unsigned shared;
  std::vector<std::vector<unsigned char>> args;
};
const int sharedMax = 227 << 10;
int run(Device *dev, Launch &l); // a grid, to its end
extern int launched; // since the setting lose was made
std::string lines(Module *m, void *pc); // "a.cu:12 < gym.cuh:3", or ""

// A grid's block: its threads are fibers.
extern emu_api api;
extern std::string faultText; // set where a fiber found a fault
bool runBlock(Launch &l, void **args, emu_dim at);
bool onStack(const void *at); // of a fiber
std::string where(); // "block (0,0,0), thread (5,0,0)"
std::string name(int thread); // "thread (5,0,0)", of the block that runs
int running();                // which thread of its block runs
void combine(emu_part *parts[32]);
[[noreturn]] void fault(const std::string &text); // of a fiber: ends the grid
uint64_t draw();                                  // a random number, the same in every run

// Races.
void beginGrid(Module *m);
void beginBlock();
void orderBlock();        // all of a block's threads have met
void orderWarp(int warp); // or a warp's
void fence();
void access(const void *at, unsigned long bytes, bool write, void *pc);
void *lastVisit();
void accessBy(int thread, const void *at, unsigned long bytes, bool write, void *pc);

// Streams. What is asked for runs when somebody waits for it, so that a wait
// that is missing is seen.
using Op = std::function<int()>;
struct Graph {
  std::vector<Op> ops;
  Stream *origin = nullptr;
  std::map<Stream *, bool> forks; // joined streams; true: not joined back
  bool broken = false;
};
struct Stream {
  explicit Stream(Device *d) : dev(d) {}
  Device *dev;
  std::deque<Op> queue;
  uint64_t asked = 0, done = 0; // operations
  Graph *graph = nullptr;       // while capturing
  size_t thread = 0;            // which captures
};
struct Event {
  Device *dev;
  bool timed;
  Stream *stream = nullptr; // of the last record
  uint64_t at = 0;          // after so many of the stream's operations
  Graph *graph = nullptr;   // recorded in a capture
  double seconds = 0;
};
Stream *of(Stream *s);             // nullptr is stream 0
int ask(Stream *s, Op op);         // queue, or capture
int reach(Stream *s, uint64_t at); // runs the first so many
int drain(Device *dev);            // runs all
bool capturing();                  // this thread
