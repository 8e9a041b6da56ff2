#include "Tensors.h"

#include <atomic>

namespace ctorch {

static std::atomic<int64_t> references{0};

ctorch_tensor give(at::Tensor tensor) {
  if (!tensor.defined()) return nullptr;
  references.fetch_add(1, std::memory_order_relaxed);
  return tensor.unsafeReleaseTensorImpl();
}

at::Tensor borrow(ctorch_tensor tensor) {
  auto *impl = static_cast<c10::TensorImpl *>(tensor);
  return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(impl));
}

ctorch_tensor retain(ctorch_tensor tensor) { return give(borrow(tensor)); }

void release(ctorch_tensor tensor) {
  if (!tensor) return;
  references.fetch_sub(1, std::memory_order_relaxed);
  c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(static_cast<c10::TensorImpl *>(tensor));
}

int64_t live_references() { return references.load(std::memory_order_relaxed); }

} // namespace ctorch
