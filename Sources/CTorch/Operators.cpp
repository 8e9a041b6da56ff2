#include "Operators.h"
#include "Status.h"
#include "Tensors.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>

namespace ctorch {

int find_operator(const char *name, const char *overload, ctorch_operator *result) {
  return guarded([&] {
    auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
    if (!handle) throw std::runtime_error(std::string("libtorch has no operator ") + name + "." + overload);
    // Lives as long as the process, like the operator itself.
    *result = new c10::OperatorHandle(*handle);
  });
}

static c10::IValue argument(const ctorch_value &value) {
  switch (value.tag) {
  case CTORCH_NONE: return {};
  case CTORCH_TENSOR: return borrow(value.as.tensor);
  case CTORCH_INT: return value.as.integer;
  case CTORCH_DOUBLE: return value.as.number;
  case CTORCH_BOOL: return value.as.integer != 0;
  case CTORCH_INTS: {
    c10::List<int64_t> list;
    list.reserve(value.count);
    for (int32_t i = 0; i < value.count; ++i) list.push_back(value.as.integers[i]);
    return list;
  }
  case CTORCH_DOUBLES: {
    c10::List<double> list;
    for (int32_t i = 0; i < value.count; ++i) list.push_back(value.as.numbers[i]);
    return list;
  }
  case CTORCH_TENSORS: {
    c10::List<at::Tensor> list;
    list.reserve(value.count);
    for (int32_t i = 0; i < value.count; ++i) list.push_back(borrow(value.as.tensors[i]));
    return list;
  }
  case CTORCH_OPTIONAL_TENSORS: {
    c10::List<std::optional<at::Tensor>> list;
    for (int32_t i = 0; i < value.count; ++i) {
      auto *tensor = value.as.tensors[i];
      list.push_back(tensor ? std::optional<at::Tensor>(borrow(tensor)) : std::nullopt);
    }
    return list;
  }
  case CTORCH_STRING: return std::string(value.as.string);
  case CTORCH_DEVICE: return c10::Device(static_cast<c10::DeviceType>(value.as.integer), static_cast<c10::DeviceIndex>(value.count));
  default: throw std::runtime_error("argument of an unknown kind");
  }
}

static void append(const c10::IValue &value, ctorch_value *results, int32_t capacity, int32_t &count) {
  if (value.isTensorList()) {
    for (const at::Tensor &tensor : value.toTensorVector()) append(tensor, results, capacity, count);
    return;
  }
  if (count == capacity) throw std::runtime_error("more results than expected");
  ctorch_value result{};
  if (value.isTensor()) {
    result.tag = CTORCH_TENSOR;
    result.as.tensor = give(value.toTensor());
  } else if (value.isInt()) {
    result.tag = CTORCH_INT;
    result.as.integer = value.toInt();
  } else if (value.isDouble()) {
    result.tag = CTORCH_DOUBLE;
    result.as.number = value.toDouble();
  } else if (value.isBool()) {
    result.tag = CTORCH_BOOL;
    result.as.integer = value.toBool();
  } else if (!value.isNone()) {
    throw std::runtime_error("result of an unknown kind: " + value.tagKind());
  }
  results[count++] = result;
}

int call(ctorch_operator op, const ctorch_value *arguments, int32_t argument_count, ctorch_value *results, int32_t capacity,
         int32_t *result_count) {
  int32_t count = 0;
  int status = guarded([&] {
    const auto &handle = *static_cast<const c10::OperatorHandle *>(op);
    const auto &parameters = handle.schema().arguments();
    torch::jit::Stack stack;
    stack.reserve(parameters.size());
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (static_cast<int32_t>(i) < argument_count && arguments[i].tag != CTORCH_DEFAULT) {
        stack.push_back(argument(arguments[i]));
      } else if (parameters[i].default_value()) {
        stack.push_back(*parameters[i].default_value());
      } else {
        throw std::runtime_error(handle.schema().name() + " lacks its argument " + parameters[i].name());
      }
    }
    if (argument_count > static_cast<int32_t>(parameters.size())) throw std::runtime_error(handle.schema().name() + " got too many arguments");
    handle.callBoxed(stack);
    for (const auto &value : stack) append(value, results, capacity, count);
  });
  if (status != 0) {
    for (int32_t i = 0; i < count; ++i)
      if (results[i].tag == CTORCH_TENSOR) release(results[i].as.tensor);
    count = 0;
  }
  *result_count = count;
  return status;
}

} // namespace ctorch
