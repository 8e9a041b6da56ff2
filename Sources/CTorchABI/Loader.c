#include "CTorchABI.h"

#include <dlfcn.h>
#include <stdio.h>

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
