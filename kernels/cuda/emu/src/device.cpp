// Devices, contexts, errors, and what a test sets: emuSet(name, value), or the
// environment's GYM_EMU_NAME.
//
//   order    forward, reverse, random, greedy, greedy-reverse
//   devices  how many: 1, unless set
//   driver   the version that cuDriverGetVersion has: 12090
//   init     the code that cuInit answers
//   memory   bytes of a device: 1 GiB
//   seconds  of the processor's time that a launch may take: 60
//   races    off: races are not looked for
//   capture  off: no stream is captured
//   graphs   full: there is no memory to make one ready; late: none to launch one
//   lose     the launch with this number, from 1, and those after it lose the device
#include <stdlib.h>
#include <string.h>

#include <algorithm>

#include "inside.h"

std::recursive_mutex mu;
thread_local Device *current;
bool ready;
std::vector<Device> devices(8);

namespace {

std::map<std::string, std::string> settings;
std::map<std::string, long> calls;

struct Words {
  int code;
  const char *name, *text;
};
const Words words[] = {
    {OK, "CUDA_SUCCESS", "no error"},
    {INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {NO_DEVICE, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {INVALID_IMAGE, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {ECC_UNCORRECTABLE, "CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered"},
    {INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {NOT_FOUND, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {NOT_READY, "CUDA_ERROR_NOT_READY", "device not ready"},
    {ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {LAUNCH_TIMEOUT, "CUDA_ERROR_LAUNCH_TIMEOUT", "the launch timed out and was terminated"},
    {MISALIGNED_ADDRESS, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
    {LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"},
    {CAPTURE_UNSUPPORTED, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"},
    {CAPTURE_INVALIDATED, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"},
    {CAPTURE_UNJOINED, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED", "capturing stream has unjoined work"},
};

const Words *find(int code) {
  for (auto &w : words)
    if (w.code == code) return &w;
  return nullptr;
}

int count() {
  std::string n = setting("devices");
  return n.empty() ? 1 : std::min(atoi(n.c_str()), 8);
}

Device *device(int id) { return id >= 0 && id < count() ? &devices[id] : nullptr; }

} // namespace

std::string setting(const std::string &name) {
  auto i = settings.find(name);
  if (i != settings.end()) return i->second;
  std::string key = "GYM_EMU_" + name;
  for (char &c : key) c = c == '-' ? '_' : toupper(c);
  const char *v = getenv(key.c_str());
  return v ? v : "";
}

int lose(Device *dev, int code, const std::string &why) {
  dev->lost = code;
  dev->why = why;
  return code;
}

int usable() {
  if (!ready) return NOT_INITIALIZED;
  if (!current || !current->refs) return INVALID_CONTEXT;
  return current->lost;
}

API void emuSet(const char *name, const char *value) {
  std::lock_guard<std::recursive_mutex> lock(mu);
  if (!strcmp(name, "lose")) launched = 0;
  if (*value) settings[name] = value;
  else settings.erase(name);
}

void counted(const char *name) { calls[name]++; }

// emuCalls is how often functions whose names begin so were called: those that
// want a context.
API long emuCalls(const char *name) {
  std::lock_guard<std::recursive_mutex> lock(mu);
  long n = 0;
  for (auto &[of, times] : calls)
    if (of.starts_with(name)) n += times;
  return n;
}

API int cuInit(unsigned) {
  std::lock_guard<std::recursive_mutex> lock(mu);
  if (int code = atoi(setting("init").c_str())) return code;
  if (!count()) return NO_DEVICE;
  for (size_t i = 0; i < devices.size(); i++) devices[i].id = i;
  ready = true;
  return OK;
}

API int cuDriverGetVersion(int *v) {
  std::string s = setting("driver");
  *v = s.empty() ? 12090 : atoi(s.c_str());
  return OK;
}

API int cuDeviceGetCount(int *n) {
  *n = count();
  return ready ? OK : NOT_INITIALIZED;
}

API int cuDeviceGet(int *dev, int i) {
  *dev = i;
  return device(i) ? OK : INVALID_DEVICE;
}

API int cuDeviceGetName(char *name, int n, int dev) {
  if (!device(dev)) return INVALID_DEVICE;
  snprintf(name, n, "Emulated GPU %d", dev);
  return OK;
}

API int cuDeviceGetAttribute(int *v, int what, int dev) {
  if (!device(dev)) return INVALID_DEVICE;
  switch (what) {
  case 16: *v = 4; return OK;          // multiprocessors
  case 75: *v = 9; return OK;          // compute capability
  case 76: *v = 0; return OK;
  case 97: *v = sharedMax; return OK;  // opt-in shared memory of a block
  default: return INVALID_VALUE;
  }
}

API int cuDevicePrimaryCtxRetain(Device **ctx, int dev) {
  std::lock_guard<std::recursive_mutex> lock(mu);
  if (!ready) return NOT_INITIALIZED;
  if (!(*ctx = device(dev))) return INVALID_DEVICE;
  if (!(*ctx)->refs++) {
    (*ctx)->none = new Stream(*ctx);
    (*ctx)->streams.push_back((*ctx)->none);
  }
  return OK;
}

// The last release forgets all, a fault too: the next test begins anew.
API int cuDevicePrimaryCtxRelease_v2(int dev) {
  std::lock_guard<std::recursive_mutex> lock(mu);
  Device *d = device(dev);
  if (!d || !d->refs) return INVALID_CONTEXT;
  if (--d->refs) return OK;
  for (Stream *s : d->streams) delete s;
  d->streams.clear();
  d->none = nullptr;
  drop(d);
  d->lost = OK;
  d->why.clear();
  return OK;
}

API int cuCtxSetCurrent(Device *ctx) {
  current = ctx;
  return OK;
}

API int cuGetErrorName(int code, const char **s) {
  const Words *w = find(code);
  *s = w ? w->name : nullptr;
  return w ? OK : INVALID_VALUE;
}

// A fault's words are followed by what the emulator knows of it.
API int cuGetErrorString(int code, const char **s) {
  static thread_local std::string text;
  std::lock_guard<std::recursive_mutex> lock(mu);
  const Words *w = find(code);
  *s = nullptr;
  if (!w) return INVALID_VALUE;
  text = w->text;
  if (current && current->lost == code && code) text += ": " + current->why;
  *s = text.c_str();
  return OK;
}
