// NCCL's sum over several devices of one process, plain: float32, in the order of
// ranks. A rank's part is an operation of its stream; the sum is there for a rank
// when its own stream was waited for. What would have GPUs wait for each other
// forever (a rank that is missing in a group, another count) is an error at the
// group's end.
#include <string.h>

#include <algorithm>
#include <memory>

#include "inside.h"

API int cuDeviceGetCount(int *n);

namespace {

enum { NCCL_OK = 0, UNHANDLED_CUDA_ERROR = 1, INVALID_ARGUMENT = 4, INVALID_USAGE = 5 };
enum { FLOAT32 = 7, SUM = 0 };

struct Comm {
  int clique, rank, ranks;
  Device *dev;
};

struct Part { // of a rank
  Comm comm;
  uint64_t from, to;
  size_t count;
  Stream *stream;
  uint64_t at; // the operation's number there
};

struct Round {
  std::vector<Part> parts; // by rank
  std::vector<float> sum;
  bool done = false;
};

std::vector<Comm *> live;
int cliques;
thread_local int depth;               // of groups
thread_local std::vector<Part> group; // asked for in it
thread_local int failed;              // in it
thread_local std::string lastError;

int wrong(int code, const std::string &why) {
  lastError = why;
  if (depth && !failed) failed = code;
  return code;
}

std::string number(uint64_t n) { return std::to_string(n); }

std::string called(const Comm &c) { return "rank " + number(c.rank) + " (device " + number(c.dev->id) + ")"; }

bool there(const Part &p) {
  auto &list = p.comm.dev->streams;
  return std::find(list.begin(), list.end(), p.stream) != list.end();
}

// add makes the sum, once all ranks' streams have come to it.
int add(Round &r, Device *dev) {
  size_t bytes = r.parts[0].count * 4;
  for (Part &p : r.parts) {
    if (!there(p) || p.stream->asked < p.at || (p.stream->done < p.at && reach(p.stream, p.at - 1)))
      return lose(dev, LAUNCH_TIMEOUT, "ncclAllReduce waits forever for " + called(p.comm) + ", which is lost or closed");
    for (uint64_t at : {p.from, p.to})
      if (!within(at, bytes)) return lose(dev, ILLEGAL_ADDRESS, "ncclAllReduce: " + called(p.comm) + ": " + describe(at));
  }
  r.sum.assign(r.parts[0].count, 0);
  for (Part &p : r.parts)
    for (size_t i = 0; i < p.count; i++) {
      float x = reinterpret_cast<float *>(p.from)[i];
      r.sum[i] = p.comm.rank ? r.sum[i] + x : x;
    }
  r.done = true;
  return OK;
}

int take(Round &r, int rank) {
  Part &p = r.parts[rank];
  if (!r.done)
    if (int code = add(r, p.comm.dev)) return code;
  if (!within(p.to, p.count * 4)) return lose(p.comm.dev, ILLEGAL_ADDRESS, "ncclAllReduce: " + called(p.comm) + ": " + describe(p.to));
  memcpy(reinterpret_cast<void *>(p.to), r.sum.data(), p.count * 4);
  return OK;
}

// begin has a clique's ranks sum, if all are there and want the same.
int begin(int clique) {
  auto r = std::make_shared<Round>();
  for (Part &p : group)
    if (p.comm.clique == clique) r->parts.push_back(p);
  std::sort(r->parts.begin(), r->parts.end(), [](const Part &a, const Part &b) { return a.comm.rank < b.comm.rank; });
  int ranks = r->parts[0].comm.ranks, have = r->parts.size();
  for (int i = 0; i < std::max(ranks, have); i++) {
    if (i >= have || r->parts[i].comm.rank > i)
      return wrong(INVALID_USAGE, "ncclAllReduce: rank " + number(i) + " of " + number(ranks) + " is not in the group: the others would wait for it forever");
    Part &p = r->parts[i];
    if (p.comm.rank < i) return wrong(INVALID_USAGE, "ncclAllReduce: " + called(p.comm) + " is twice in a group, which is not emulated");
    if (p.count != r->parts[0].count)
      return wrong(INVALID_USAGE, "ncclAllReduce: " + called(p.comm) + " sums " + number(p.count) + " numbers, rank 0 " + number(r->parts[0].count) + ": they would wait forever");
  }
  for (Part &p : r->parts) {
    if (ask(p.stream, [r, rank = p.comm.rank] { return take(*r, rank); })) return wrong(UNHANDLED_CUDA_ERROR, "ncclAllReduce: " + called(p.comm) + " has failed");
    p.at = p.stream->asked;
  }
  return NCCL_OK;
}

int finish() {
  int code = failed;
  while (!code && !group.empty()) {
    int clique = group[0].comm.clique;
    code = begin(clique);
    std::erase_if(group, [clique](const Part &p) { return p.comm.clique == clique; });
  }
  group.clear();
  failed = 0;
  return code;
}

int known(Comm *c) {
  return std::find(live.begin(), live.end(), c) == live.end() ? wrong(INVALID_ARGUMENT, "not a communicator, or one that was destroyed") : NCCL_OK;
}

// held says what is wrong with a buffer, or "".
std::string held(Device *dev, uint64_t at, size_t count) {
  if (!count) return "";
  Block *b = blockAt(at);
  if (!b) return "its buffer is " + describe(at);
  if (b->dev != dev) return "its buffer is of device " + number(b->dev->id);
  if (!within(at, count * 4)) return number(count * 4) + " bytes from " + describe(at);
  return "";
}

} // namespace

API int ncclGetVersion(int *v) { return *v = 23007, NCCL_OK; }

API const char *ncclGetErrorString(int code) {
  switch (code) {
  case NCCL_OK: return "no error";
  case UNHANDLED_CUDA_ERROR: return "unhandled cuda error";
  case INVALID_ARGUMENT: return "invalid argument";
  case INVALID_USAGE: return "invalid usage";
  }
  return "unknown result code";
}

API const char *ncclGetLastError(Comm *) { return lastError.c_str(); }

API int ncclCommInitAll(Comm **comms, int n, const int *list) {
  std::lock_guard<std::recursive_mutex> lock(mu);
  int count = 0;
  if (cuDeviceGetCount(&count)) return wrong(UNHANDLED_CUDA_ERROR, "the driver was not started");
  if (n < 1) return wrong(INVALID_ARGUMENT, "a clique of " + number(n));
  for (int i = 0; i < n; i++) {
    int dev = list ? list[i] : i;
    if (dev < 0 || dev >= count) return wrong(INVALID_ARGUMENT, "no device " + number(dev));
    for (int j = 0; j < i; j++)
      if ((list ? list[j] : j) == dev) return wrong(INVALID_USAGE, "ranks " + number(j) + " and " + number(i) + " are both on device " + number(dev));
    if (!devices[dev].refs) return wrong(UNHANDLED_CUDA_ERROR, "device " + number(dev) + " was not opened");
  }
  cliques++;
  for (int i = 0; i < n; i++) live.push_back(comms[i] = new Comm{cliques, i, n, &devices[list ? list[i] : i]});
  return NCCL_OK;
}

API int ncclCommDestroy(Comm *c) {
  std::lock_guard<std::recursive_mutex> lock(mu);
  if (int code = known(c)) return code;
  std::erase(live, c);
  delete c;
  return NCCL_OK;
}

API int ncclCommAbort(Comm *c) { return ncclCommDestroy(c); }

API int ncclCommGetAsyncError(Comm *c, int *code) {
  std::lock_guard<std::recursive_mutex> lock(mu);
  *code = NCCL_OK;
  return known(c);
}

API int ncclGroupStart() { return depth++, NCCL_OK; }

API int ncclGroupEnd() {
  std::lock_guard<std::recursive_mutex> lock(mu);
  if (!depth) return wrong(INVALID_USAGE, "ncclGroupEnd without ncclGroupStart");
  return --depth ? NCCL_OK : finish();
}

API int ncclAllReduce(uint64_t from, uint64_t to, size_t count, int type, int op, Comm *c, Stream *s) {
  std::lock_guard<std::recursive_mutex> lock(mu);
  if (int code = known(c)) return code;
  if (type != FLOAT32 || op != SUM) return wrong(INVALID_ARGUMENT, "only sums of float32 are emulated");
  if (c->dev->lost) return wrong(UNHANDLED_CUDA_ERROR, called(*c) + " has failed: " + c->dev->why);
  Part p = {*c, from, to, count, s ? s : c->dev->none, 0};
  if (!there(p)) return wrong(INVALID_USAGE, called(*c) + ": the stream is of another device");
  if (p.stream->graph) return wrong(INVALID_USAGE, called(*c) + ": the stream is being captured, which is not emulated");
  for (uint64_t at : {from, to}) {
    std::string why = held(c->dev, at, count);
    if (!why.empty()) return wrong(INVALID_ARGUMENT, called(*c) + ": " + why);
  }
  group.push_back(p);
  return depth ? NCCL_OK : finish();
}
