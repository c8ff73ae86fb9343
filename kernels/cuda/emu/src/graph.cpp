// Graphs: what was asked of a capturing stream, in that order, run as one.
#include <pthread.h>

#include "inside.h"

namespace {

struct Exec {
  std::vector<Op> ops;
};

std::vector<Stream *> captures;

size_t thread() { return static_cast<size_t>(pthread_self()); }

} // namespace

bool capturing() {
  for (Stream *s : captures)
    if (s->thread == thread()) return s->graph->broken = true;
  return false;
}

API int cuStreamBeginCapture_v2(Stream *s, int) {
  ENTER
  if (!s || s->graph || setting("capture") == "off") return CAPTURE_UNSUPPORTED;
  s->graph = new Graph;
  s->graph->origin = s;
  s->thread = thread();
  captures.push_back(s);
  return OK;
}

API int cuStreamEndCapture(Stream *s, Graph **out) {
  ENTER
  *out = nullptr;
  if (!s || !s->graph || s->graph->origin != s) return INVALID_VALUE;
  std::erase(captures, s);
  Graph *g = s->graph;
  s->graph = nullptr;
  bool loose = false;
  for (auto &[fork, open] : g->forks) {
    fork->graph = nullptr;
    loose |= open;
  }
  if (g->broken || loose) {
    int code = g->broken ? CAPTURE_INVALIDATED : CAPTURE_UNJOINED;
    delete g;
    return code;
  }
  *out = g;
  return OK;
}

API int cuGraphInstantiateWithFlags(Exec **e, Graph *g, uint64_t) {
  ENTER
  if (setting("graphs") == "full") return OUT_OF_MEMORY;
  *e = new Exec{g->ops};
  return OK;
}

API int cuGraphLaunch(Exec *e, Stream *s) {
  ENTER
  if (setting("graphs") == "late") return OUT_OF_MEMORY;
  return ask(of(s), [ops = e->ops] {
    for (auto &op : ops)
      if (int code = op()) return code;
    return static_cast<int>(OK);
  });
}

API int cuGraphDestroy(Graph *g) {
  ENTER
  delete g;
  return OK;
}

API int cuGraphExecDestroy(Exec *e) {
  ENTER
  if (int code = drain(current)) return code;
  delete e;
  return OK;
}
