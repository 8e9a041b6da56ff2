#include "CTorchABI.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

void ctorch_prepare_process(void) {
  // Threads that wait shall sleep: spinning costs a multiple of the time as soon as anything else runs on the machine.
  setenv("OMP_WAIT_POLICY", "PASSIVE", 0);
#ifdef __GLIBC__
  // Freed activations stay with the process instead of going back to the system, page by page, at every step.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}

static const ctorch_api *refuse(const char *text, char *message, size_t capacity) {
  snprintf(message, capacity, "%s", text ? text : "unknown error");
  return NULL;
}

const ctorch_api *ctorch_open(const char *path, char *message, size_t capacity) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) return refuse(dlerror(), message, capacity);
  ctorch_api_function function = (ctorch_api_function)dlsym(library, "ctorch_api_table");
  if (!function) return refuse("not a CTorch library", message, capacity);
  return function();
}

int32_t ctorch_preload(const char *path, char *message, size_t capacity) {
  void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (!library) {
    refuse(dlerror(), message, capacity);
    return 0;
  }
  uint64_t (*version)(void) = (uint64_t(*)(void))dlsym(library, "aoti_torch_abi_version");
  if (!version) {
    refuse("not a libtorch of version 2", message, capacity);
    return 0;
  }
  uint64_t value = version();
  return (int32_t)((value >> 56) << 16 | ((value >> 48) & 0xff) << 8 | ((value >> 40) & 0xff));
}
