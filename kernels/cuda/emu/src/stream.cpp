// Streams and events. An operation runs when somebody waits for it, in the
// thread that waits, and no earlier: what reads a result without waiting reads
// the old bytes. Copies from and to memory that is not pinned are done at once,
// as the driver does them.
#include <string.h>
#include <time.h>

#include "inside.h"

namespace {

const size_t queueMost = 4096; // then the oldest run

double clockNow() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int step(Stream *s) {
  Op op = std::move(s->queue.front());
  s->queue.pop_front();
  s->done++;
  return s->dev->lost ? s->dev->lost : op();
}

// now runs an operation that cannot be put off.
int atOnce(Stream *s, Op op) {
  if (s->graph) return ask(s, op);
  if (int code = ask(s, op)) return code;
  return reach(s, s->asked);
}

} // namespace

Stream *of(Stream *s) { return s ? s : current->none; }

int reach(Stream *s, uint64_t at) {
  while (s->done < at)
    if (int code = step(s)) return code;
  return s->dev->lost;
}

int drain(Device *dev) {
  for (Stream *s : dev->streams)
    if (int code = reach(s, s->asked)) return code;
  return OK;
}

int ask(Stream *s, Op op) {
  if (s->graph) {
    s->graph->ops.push_back(std::move(op));
    if (s != s->graph->origin) s->graph->forks[s] = true;
    return OK;
  }
  if (s == s->dev->none)
    if (int code = drain(s->dev)) return code;
  s->queue.push_back(std::move(op));
  s->asked++;
  return s->queue.size() > queueMost ? reach(s, s->asked - queueMost / 2) : OK;
}

API int cuStreamCreate(Stream **s, unsigned) {
  ENTER
  *s = new Stream(current);
  current->streams.push_back(*s);
  return OK;
}

API int cuStreamDestroy_v2(Stream *s) {
  ENTER
  if (!s) return INVALID_HANDLE;
  int code = reach(s, s->asked);
  std::erase(s->dev->streams, s);
  delete s;
  return code;
}

API int cuStreamSynchronize(Stream *s) {
  ENTER
  s = of(s);
  if (s->graph) return s->graph->broken = true, CAPTURE_UNSUPPORTED;
  return s == current->none ? drain(current) : reach(s, s->asked);
}

// Each question lets one operation run, so that whoever asks on is answered.
API int cuStreamQuery(Stream *s) {
  ENTER
  s = of(s);
  if (s->graph) return s->graph->broken = true, CAPTURE_UNSUPPORTED;
  if (s->queue.empty()) return OK;
  int code = step(s);
  return code ? code : NOT_READY;
}

API int cuCtxSynchronize() {
  ENTER
  if (capturing()) return CAPTURE_UNSUPPORTED;
  return drain(current);
}

API int cuStreamWaitEvent(Stream *s, Event *e, unsigned) {
  ENTER
  s = of(s);
  if (e->graph) { // joins what is being captured
    if (s->graph && s->graph != e->graph) return CAPTURE_INVALIDATED;
    s->graph = e->graph;
    if (s == e->graph->origin) e->graph->forks[e->stream] = false;
    else e->graph->forks[s] = true;
    return OK;
  }
  if (!e->stream || s->graph) return OK;
  Stream *other = e->stream;
  uint64_t at = e->at;
  return ask(s, [other, at] { return reach(other, at); });
}

API int cuEventCreate(Event **e, unsigned flags) {
  ENTER
  *e = new Event{current, !(flags & 2)};
  return OK;
}

API int cuEventDestroy_v2(Event *e) {
  ENTER
  delete e;
  return OK;
}

API int cuEventRecord(Event *e, Stream *s) {
  ENTER
  s = of(s);
  e->stream = s;
  e->graph = s->graph;
  if (s->graph) return OK;
  int code = ask(s, [e] { return e->seconds = clockNow(), OK; });
  e->at = s->asked;
  return code;
}

API int cuEventQuery(Event *e) {
  ENTER
  if (e->graph) return CAPTURE_UNSUPPORTED;
  if (!e->stream || e->stream->done >= e->at) return OK;
  int code = step(e->stream);
  return code ? code : NOT_READY;
}

API int cuEventSynchronize(Event *e) {
  ENTER
  if (e->graph) return CAPTURE_UNSUPPORTED;
  return e->stream ? reach(e->stream, e->at) : OK;
}

API int cuEventElapsedTime(float *ms, Event *a, Event *b) {
  ENTER
  if (!a->timed || !b->timed || !a->stream || !b->stream) return INVALID_HANDLE;
  if (a->stream->done < a->at || b->stream->done < b->at) return NOT_READY;
  *ms = (b->seconds - a->seconds) * 1e3;
  return OK;
}

API int cuMemcpyHtoDAsync_v2(uint64_t dst, const void *src, size_t n, Stream *s) {
  ENTER
  if (!within(dst, n)) return INVALID_VALUE;
  Op op = [=] { return memcpy(reinterpret_cast<void *>(dst), src, n), OK; };
  return pinned(src) ? ask(of(s), op) : atOnce(of(s), op);
}

API int cuMemcpyDtoHAsync_v2(void *dst, uint64_t src, size_t n, Stream *s) {
  ENTER
  if (!within(src, n)) return INVALID_VALUE;
  Op op = [=] { return memcpy(dst, reinterpret_cast<void *>(src), n), OK; };
  return pinned(dst) ? ask(of(s), op) : atOnce(of(s), op);
}

API int cuMemcpyDtoDAsync_v2(uint64_t dst, uint64_t src, size_t n, Stream *s) {
  ENTER
  if (!within(dst, n) || !within(src, n)) return INVALID_VALUE;
  return ask(of(s), [=] { return memmove(reinterpret_cast<void *>(dst), reinterpret_cast<void *>(src), n), OK; });
}

API int cuMemsetD8Async(uint64_t dst, unsigned char v, size_t n, Stream *s) {
  ENTER
  if (!within(dst, n)) return INVALID_VALUE;
  return ask(of(s), [=] { return memset(reinterpret_cast<void *>(dst), v, n), OK; });
}

API int cuMemsetD32Async(uint64_t dst, unsigned v, size_t n, Stream *s) {
  ENTER
  if (!within(dst, 4 * n) || dst % 4) return INVALID_VALUE;
  return ask(of(s), [=] {
    for (size_t i = 0; i < n; i++) reinterpret_cast<unsigned *>(dst)[i] = v;
    return OK;
  });
}
