#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The C interface between Swift and libtorch. `CTorch` (C++, compiled against libtorch) fills a table of functions; Swift opens it
// at the first tensor. Every function that can fail returns 0 on success and leaves a message in `last_error` of the calling thread.

#ifdef __cplusplus
extern "C" {
#endif

#define CTORCH_ABI_VERSION 5

// A reference to a tensor, owned by whoever holds it.
typedef void *ctorch_tensor;
// An operator of libtorch's dispatcher, valid for the life of the process.
typedef const void *ctorch_operator;

enum ctorch_tag {
  CTORCH_NONE = 0,
  CTORCH_TENSOR,
  CTORCH_INT,
  CTORCH_DOUBLE,
  CTORCH_BOOL,
  CTORCH_INTS,
  CTORCH_DOUBLES,
  CTORCH_TENSORS,
  CTORCH_OPTIONAL_TENSORS,
  CTORCH_STRING,
  CTORCH_DEVICE,
  // Arguments: the operator's own default.
  CTORCH_DEFAULT
};

// An argument (everything borrowed) or a result (tensors owned by the receiver) of an operator.
typedef struct ctorch_value {
  int32_t tag;
  // Elements of a list; index of a device.
  int32_t count;
  union {
    int64_t integer;
    double number;
    ctorch_tensor tensor;
    const int64_t *integers;
    const double *numbers;
    const ctorch_tensor *tensors;
    const char *string;
  } as;
} ctorch_value;

typedef struct ctorch_api {
  int32_t abi_version;
  // major << 16 | minor << 8 | patch: of the headers that CTorch was compiled with, and of the library found at run time.
  int32_t compiled_version;
  int32_t runtime_version;

  const char *(*last_error)(void);

  // Operators. Missing trailing arguments take their defaults; lists among the results are spread out.
  int (*find_operator)(const char *name, const char *overload, ctorch_operator *result);
  int (*call)(ctorch_operator op, const ctorch_value *arguments, int32_t count, ctorch_value *results, int32_t capacity,
              int32_t *result_count);

  // Tensors.
  ctorch_tensor (*retain)(ctorch_tensor tensor);
  void (*release)(ctorch_tensor tensor);
  int64_t (*live_references)(void);
  int (*from_bytes)(const void *bytes, const int64_t *sizes, int32_t rank, int32_t dtype, ctorch_tensor *result);
  // On the bytes themselves; `release` is called with `context` when the tensor needs them no more, also after a failure.
  int (*on_bytes)(const void *bytes, const int64_t *sizes, int32_t rank, int32_t dtype, void (*release)(void *), void *context,
                  ctorch_tensor *result);
  int (*copy_bytes)(ctorch_tensor tensor, void *bytes, size_t capacity);
  int32_t (*rank)(ctorch_tensor tensor);
  int64_t (*size)(ctorch_tensor tensor, int32_t axis);
  int64_t (*element_count)(ctorch_tensor tensor);
  int32_t (*dtype)(ctorch_tensor tensor);
  int32_t (*device_type)(ctorch_tensor tensor);
  int32_t (*device_index)(ctorch_tensor tensor);

  // Autograd.
  bool (*requires_grad)(ctorch_tensor tensor);
  int (*set_requires_grad)(ctorch_tensor tensor, bool value);
  int (*grad)(ctorch_tensor tensor, ctorch_tensor *result);
  int (*set_grad)(ctorch_tensor tensor, ctorch_tensor grad);
  int (*set_data)(ctorch_tensor tensor, ctorch_tensor data);
  int (*backward)(ctorch_tensor root, ctorch_tensor grad, bool retain_graph);
  bool (*grad_enabled)(void);
  void (*set_grad_enabled)(bool value);

  // Autocast of the calling thread.
  bool (*autocast_enabled)(int32_t device_type);
  int32_t (*autocast_dtype)(int32_t device_type);
  int (*set_autocast)(int32_t device_type, bool enabled, int32_t dtype);

  // Process-wide state.
  void (*manual_seed)(uint64_t seed);
  int (*rng_state)(int32_t device_type, int32_t device_index, ctorch_tensor *result);
  int (*set_rng_state)(int32_t device_type, int32_t device_index, ctorch_tensor state);
  int32_t (*thread_count)(void);
  void (*set_thread_count)(int32_t count);
  void (*set_deterministic)(bool value);
  bool (*deterministic)(void);
  void (*set_benchmark)(bool value);
  bool (*benchmark)(void);
  // Opens libtorch's CUDA library, which lies beside the rest of it. libtorch notes once whether it is there, at its first convolution or seed.
  int (*load_cuda)(void);
  int32_t (*cuda_device_count)(void);
  // Most bytes that tensors on the device had reserved at once.
  int64_t (*cuda_peak_memory)(int32_t device_index);
} ctorch_api;

// Exported by CTorch.
typedef const ctorch_api *(*ctorch_api_function)(void);

// Settings of the process that must stand before libtorch is loaded: how its threads wait, and what happens to freed memory.
void ctorch_prepare_process(void);

// Opens the dynamic library at `path` and returns its function table, or null with a message of at most `capacity` bytes.
const ctorch_api *ctorch_open(const char *path, char *message, size_t capacity);

// Loads libtorch itself from `path`, so that CTorch finds it already there. Returns its version as above, 0 with a message otherwise.
int32_t ctorch_preload(const char *path, char *message, size_t capacity);

#ifdef __cplusplus
}
#endif
