// NVRTC, by g++: a source is written to a folder of its own, with a line for
// each KERNEL that exports it, and becomes a shared library.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inside.h"

namespace {

enum { NVRTC_OK = 0, NVRTC_INVALID_INPUT = 3, NVRTC_INVALID_OPTION = 5, NVRTC_COMPILATION = 6 };

struct Program {
  std::string source, name, log, cubin;
  std::vector<std::pair<std::string, std::string>> headers;
};

void put(const std::string &path, const std::string &text) {
  if (FILE *f = fopen(path.c_str(), "w")) {
    fwrite(text.data(), 1, text.size(), f);
    fclose(f);
  }
}

std::string read(FILE *f) {
  std::string all;
  char part[4096];
  while (size_t n = fread(part, 1, sizeof part, f)) all.append(part, n);
  return all;
}

// kernelAt is the name in a line that begins with KERNEL, before its arguments.
std::string kernelAt(const std::string &s, size_t at) {
  size_t begin = s.rfind('\n', at);
  begin = begin == std::string::npos ? 0 : begin + 1;
  if (s.find_first_not_of(" \t", begin) != at) return "";
  at += 6;
  size_t end = s.find('(', at);
  if (s.compare(s.find_first_not_of(" \t\n", at), 17, "__launch_bounds__") == 0) {
    at = s.find(')', at) + 1;
    end = s.find('(', at);
  }
  if (end == std::string::npos || at == 0) return "";
  size_t from = s.find_first_not_of(" \t\n", at), to = s.find_last_not_of(" \t\n", end - 1);
  return from < end ? s.substr(from, to - from + 1) : "";
}

// whole is the source inside an unnamed namespace, in which static variables of
// templates and inline functions are ordinary ones and can lie together.
std::string whole(const Program &p) {
  std::string all = "namespace {\n#line 1 \"" + p.name + "\"\n" + p.source + "\n}\n#line 1 \"exports\"\n";
  for (size_t at = 0; (at = p.source.find("KERNEL", at)) != std::string::npos; at += 6) {
    std::string name = kernelAt(p.source, at);
    if (!name.empty()) all += "EMU_EXPORT(" + name + ")\n";
  }
  return all;
}

const char *compiler() {
  const char *v = getenv("GYM_EMU_CXX");
  return v && *v ? v : "g++";
}

} // namespace

API int nvrtcVersion(int *major, int *minor) {
  *major = 12;
  *minor = 9;
  return NVRTC_OK;
}

API int nvrtcGetNumSupportedArchs(int *n) {
  *n = 3;
  return NVRTC_OK;
}

API int nvrtcGetSupportedArchs(int *archs) {
  archs[0] = 80, archs[1] = 90, archs[2] = 100;
  return NVRTC_OK;
}

API int nvrtcCreateProgram(Program **out, const char *source, const char *name, int n, const char **headers, const char **names) {
  auto *p = new Program{source, name ? name : "default_program", "", "", {}};
  for (int i = 0; i < n; i++) p->headers.push_back({names[i], headers[i]});
  *out = p;
  return NVRTC_OK;
}

// Of the options only -D matters here.
API int nvrtcCompileProgram(Program *p, int n, const char **options) {
  std::string defines;
  for (int i = 0; i < n; i++) {
    if (!strncmp(options[i], "-D", 2)) defines += std::string(" '") + options[i] + "'";
    if (*options[i] != '-') return NVRTC_INVALID_OPTION;
  }
  const char *tmp = getenv("TMPDIR");
  std::string dir = std::string(tmp && *tmp ? tmp : "/tmp") + "/gym-emu-XXXXXX";
  if (!mkdtemp(dir.data())) return NVRTC_INVALID_INPUT;
  for (auto &[name, text] : p->headers) put(dir + "/" + name, text);
  extern const char kernelHeader[], emuHeader[];
  put(dir + "/kernel.h", kernelHeader);
  put(dir + "/emu.h", emuHeader);
  put(dir + "/whole.cpp", whole(*p));
  std::string cmd = "cd '" + dir + "' && " + compiler() + " -std=c++17 -O1 -g1 -gdwarf-4 -w -fPIC -fsanitize=thread,alignment --param tsan-instrument-func-entry-exit=0 -fno-exceptions -fno-rtti -fno-strict-aliasing" +
                    " -ffp-contract=off -U_FORTIFY_SOURCE -DCUDA_EMU=1" + defines +
                    " -I. -include kernel.h -c -o whole.o whole.cpp 2>&1 && " + compiler() + " -shared -Wl,-z,defs -o out.so whole.o 2>&1"; // without ThreadSanitizer's library
  FILE *f = popen(cmd.c_str(), "r");
  p->log = read(f);
  int status = pclose(f);
  if (FILE *so = fopen((dir + "/out.so").c_str(), "r")) {
    p->cubin = read(so);
    fclose(so);
  }
  for (auto &h : p->headers) unlink((dir + "/" + h.first).c_str());
  for (const char *name : {"/kernel.h", "/emu.h", "/whole.cpp", "/whole.o", "/out.so"}) unlink((dir + name).c_str());
  rmdir(dir.c_str());
  return status ? NVRTC_COMPILATION : NVRTC_OK;
}

API int nvrtcGetProgramLogSize(Program *p, size_t *n) {
  *n = p->log.size() + 1;
  return NVRTC_OK;
}

API int nvrtcGetProgramLog(Program *p, char *to) {
  memcpy(to, p->log.c_str(), p->log.size() + 1);
  return NVRTC_OK;
}

API int nvrtcGetCUBINSize(Program *p, size_t *n) {
  *n = p->cubin.size();
  return NVRTC_OK;
}

API int nvrtcGetCUBIN(Program *p, char *to) {
  memcpy(to, p->cubin.data(), p->cubin.size());
  return NVRTC_OK;
}

// As for PTX: the same library, since it runs anywhere here.
API int nvrtcGetPTXSize(Program *p, size_t *n) { return nvrtcGetCUBINSize(p, n); }
API int nvrtcGetPTX(Program *p, char *to) { return nvrtcGetCUBIN(p, to); }

API int nvrtcDestroyProgram(Program **p) {
  delete *p;
  *p = nullptr;
  return NVRTC_OK;
}

API const char *nvrtcGetErrorString(int code) {
  switch (code) {
  case NVRTC_OK: return "NVRTC_SUCCESS";
  case NVRTC_INVALID_INPUT: return "NVRTC_ERROR_INVALID_INPUT";
  case NVRTC_INVALID_OPTION: return "NVRTC_ERROR_INVALID_OPTION";
  case NVRTC_COMPILATION: return "NVRTC_ERROR_COMPILATION";
  default: return "NVRTC_ERROR unknown";
  }
}
