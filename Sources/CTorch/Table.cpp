#include "CTorch.h"
#include "LargeBlocks.h"
#include "Operators.h"
#include "Status.h"
#include "Tensors.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/headeronly/version.h>

#include <cstring>
#include <dlfcn.h>
#include <memory>

extern "C" uint64_t aoti_torch_abi_version();

namespace ctorch {

static const char *last_error() { return message.c_str(); }

static int from_bytes(const void *bytes, const int64_t *sizes, int32_t rank, int32_t dtype, ctorch_tensor *result) {
  return guarded([&] {
    auto tensor = at::empty(c10::IntArrayRef(sizes, rank), at::TensorOptions().dtype(static_cast<c10::ScalarType>(dtype)));
    std::memcpy(tensor.mutable_data_ptr(), bytes, tensor.nbytes());
    *result = give(std::move(tensor));
  });
}

static int on_bytes(const void *bytes, const int64_t *sizes, int32_t rank, int32_t dtype, void (*release)(void *), void *context,
                    ctorch_tensor *result) {
  return guarded([&] {
    std::shared_ptr<void> owner(context, release);
    *result = give(at::from_blob(
        const_cast<void *>(bytes), c10::IntArrayRef(sizes, rank), [owner](void *) {},
        at::TensorOptions().dtype(static_cast<c10::ScalarType>(dtype))));
  });
}

static int copy_bytes(ctorch_tensor tensor, void *bytes, size_t capacity) {
  return guarded([&] {
    auto source = borrow(tensor).detach().cpu().contiguous();
    if (source.nbytes() != capacity) throw std::runtime_error("buffer size differs from the tensor's");
    std::memcpy(bytes, source.const_data_ptr(), capacity);
  });
}

static c10::TensorImpl *impl(ctorch_tensor tensor) { return static_cast<c10::TensorImpl *>(tensor); }
static int32_t rank(ctorch_tensor tensor) { return static_cast<int32_t>(impl(tensor)->dim()); }
static int64_t size(ctorch_tensor tensor, int32_t axis) { return impl(tensor)->size(axis); }
static int64_t element_count(ctorch_tensor tensor) { return impl(tensor)->numel(); }
static int32_t dtype(ctorch_tensor tensor) { return static_cast<int32_t>(c10::typeMetaToScalarType(impl(tensor)->dtype())); }
static int32_t device_type(ctorch_tensor tensor) { return static_cast<int32_t>(impl(tensor)->device().type()); }
static int32_t device_index(ctorch_tensor tensor) { return static_cast<int32_t>(impl(tensor)->device().index()); }

static bool requires_grad(ctorch_tensor tensor) { return borrow(tensor).requires_grad(); }
static int set_requires_grad(ctorch_tensor tensor, bool value) {
  return guarded([&] { borrow(tensor).set_requires_grad(value); });
}
static int grad(ctorch_tensor tensor, ctorch_tensor *result) {
  return guarded([&] { *result = give(borrow(tensor).grad()); });
}
static int set_grad(ctorch_tensor tensor, ctorch_tensor grad) {
  return guarded([&] { borrow(tensor).mutable_grad() = grad ? borrow(grad) : at::Tensor(); });
}
static int set_data(ctorch_tensor tensor, ctorch_tensor data) {
  return guarded([&] { borrow(tensor).set_data(borrow(data)); });
}
static int backward(ctorch_tensor root, ctorch_tensor gradient, bool retain_graph) {
  return guarded([&] {
    torch::autograd::variable_list roots{borrow(root)};
    torch::autograd::variable_list gradients;
    if (gradient) gradients.push_back(borrow(gradient));
    torch::autograd::backward(roots, gradients, retain_graph);
  });
}
static bool grad_enabled() { return c10::GradMode::is_enabled(); }
static void set_grad_enabled(bool value) { c10::GradMode::set_enabled(value); }

static bool autocast_enabled(int32_t device) { return at::autocast::is_autocast_enabled(static_cast<c10::DeviceType>(device)); }
static int32_t autocast_dtype(int32_t device) {
  return static_cast<int32_t>(at::autocast::get_autocast_dtype(static_cast<c10::DeviceType>(device)));
}
static int set_autocast(int32_t device, bool enabled, int32_t dtype) {
  return guarded([&] {
    at::autocast::set_autocast_enabled(static_cast<c10::DeviceType>(device), enabled);
    // One cache serves all threads, and the one that ends first empties it: gradients would add up in another order.
    at::autocast::set_autocast_cache_enabled(false);
    at::autocast::set_autocast_dtype(static_cast<c10::DeviceType>(device), static_cast<c10::ScalarType>(dtype));
  });
}

static void manual_seed(uint64_t seed) { at::manual_seed(seed); }
static at::Generator generator(int32_t type, int32_t index) {
  return at::globalContext().defaultGenerator(c10::Device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index)));
}
static int rng_state(int32_t type, int32_t index, ctorch_tensor *result) {
  return guarded([&] { *result = give(generator(type, index).get_state()); });
}
static int set_rng_state(int32_t type, int32_t index, ctorch_tensor state) {
  return guarded([&] { generator(type, index).set_state(borrow(state)); });
}
static int32_t thread_count() { return at::get_num_threads(); }
static void set_thread_count(int32_t count) { at::set_num_threads(count); }
static void set_deterministic(bool value) {
  at::globalContext().setDeterministicAlgorithms(value, true);
  // Nothing here reads memory that was not written; filling it would cost time only.
  at::globalContext().setDeterministicFillUninitializedMemory(false);
}
static bool deterministic() { return at::globalContext().deterministicAlgorithms(); }
static void set_benchmark(bool value) { at::globalContext().setBenchmarkCuDNN(value); }
static bool benchmark() { return at::globalContext().benchmarkCuDNN(); }

static int load_cuda() {
  return guarded([&] {
    Dl_info own{};
    if (!dladdr(reinterpret_cast<void *>(&aoti_torch_abi_version), &own) || !own.dli_fname) throw std::runtime_error("libtorch has no file");
    const std::string file = own.dli_fname, folder = file.substr(0, file.rfind('/'));
    // As PyTorch does: else another CUDA on the library path would come first.
    for (const char *name : {"libnvJitLink.so.13", "libnvrtc-builtins.so.13.0", "libnvrtc.so.13"})
      dlopen((folder + "/../../nvidia/cu13/lib/" + name).c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (!dlopen((folder + "/libtorch_cuda.so").c_str(), RTLD_NOW | RTLD_GLOBAL)) throw std::runtime_error(dlerror());
  });
}
static int32_t cuda_device_count() {
  int32_t count = 0;
  guarded([&] { count = at::hasCUDA() ? static_cast<int32_t>(at::detail::getCUDAHooks().getNumGPUs()) : 0; });
  return count;
}

static int64_t cuda_peak_memory(int32_t index) {
  int64_t bytes = 0;
  guarded([&] {
    const auto all = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
    bytes = c10::getDeviceAllocator(c10::kCUDA)->getDeviceStats(static_cast<c10::DeviceIndex>(index)).reserved_bytes[all].peak;
  });
  return bytes;
}

static const ctorch_api table = {
    CTORCH_ABI_VERSION,
    TORCH_VERSION_MAJOR << 16 | TORCH_VERSION_MINOR << 8 | TORCH_VERSION_PATCH,
    0,
    last_error,
    find_operator,
    call,
    retain,
    release,
    live_references,
    from_bytes,
    on_bytes,
    copy_bytes,
    rank,
    size,
    element_count,
    dtype,
    device_type,
    device_index,
    requires_grad,
    set_requires_grad,
    grad,
    set_grad,
    set_data,
    backward,
    grad_enabled,
    set_grad_enabled,
    autocast_enabled,
    autocast_dtype,
    set_autocast,
    manual_seed,
    rng_state,
    set_rng_state,
    thread_count,
    set_thread_count,
    set_deterministic,
    deterministic,
    set_benchmark,
    benchmark,
    load_cuda,
    cuda_device_count,
    cuda_peak_memory,
};

} // namespace ctorch

extern "C" const ctorch_api *ctorch_api_table(void) {
  static const ctorch_api filled = [] {
    ctorch_api api = ctorch::table;
    // Where float32 is asked for, convolutions on GPUs compute in it, not in the 10 bits of TensorFloat-32.
    at::globalContext().setAllowTF32CuDNN(false);
    ctorch::install_large_blocks();
    uint64_t version = aoti_torch_abi_version();
    api.runtime_version = static_cast<int32_t>((version >> 56) << 16 | ((version >> 48) & 0xff) << 8 | ((version >> 40) & 0xff));
    return api;
  }();
  return &filled;
}
