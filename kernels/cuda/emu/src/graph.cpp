// Graphs: what was asked of a capturing stream, in that order, run as one.
#include <pthread.h>

#include "inside.h"

namespace {

struct Exec {
  std::vector<Op> ops;
};

struct UpdateResult { // CUgraphExecUpdateResultInfo
  int result;
  void *node, *from;
};

std::vector<Stream *> captures;

size_t thread() { return static_cast<size_t>(pthread_self()); }

bool alike(const Exec *e, const Graph *g) {
  if (e->ops.size() != g->ops.size()) return false;
  for (size_t i = 0; i < e->ops.size(); i++)
    if (e->ops[i].kind != g->ops[i].kind || e->ops[i].what != g->ops[i].what) return false;
  return true;
}

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
  *e = new Exec{g->ops};
  return OK;
}

API int cuGraphExecUpdate_v2(Exec *e, Graph *g, UpdateResult *info) {
  ENTER
  *info = {};
  if (!alike(e, g)) return info->result = 1, GRAPH_UPDATE_FAILURE;
  e->ops = g->ops;
  return OK;
}

API int cuGraphLaunch(Exec *e, Stream *s) {
  ENTER
  auto ops = e->ops; // an update does not change what was asked for before it
  return ask(of(s), {'g', e, [ops] {
    for (auto &op : ops)
      if (int code = op.run()) return code;
    return static_cast<int>(OK);
  }});
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
