#include "WeightGradient.h"

#include <algorithm>

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/convolution_backward_native.h>
#include <ATen/ops/convolution_native.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <torch/library.h>

// libtorch's convolutions on the CPU, but for the gradient of weights where ours is faster, and for shapes on which libtorch's are faulty.

namespace ctorch {

static bool fits(const at::Tensor &gradient, const at::Tensor &input, const at::Tensor &weight, at::IntArrayRef stride,
                 at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed, int64_t groups, WeightGradientShape &shape) {
  if (transposed || groups != 1 || weight.dim() != 5 || input.dim() != 5 || !weight.is_contiguous()) return false;
  for (const auto *tensor : {&gradient, &input, &weight}) {
    if (tensor->scalar_type() != at::kFloat || tensor->layout() != at::kStrided || tensor->numel() == 0) return false;
  }
  for (int64_t axis = 0; axis < 3; ++axis) {
    const int64_t taps = weight.size(axis + 2);
    const auto one = [axis](at::IntArrayRef list) { return list[list.size() == 1 ? 0 : axis]; };
    if ((taps != 1 && taps != 3) || one(stride) != 1 || one(dilation) != 1 || one(padding) != taps / 2) return false;
  }
  if (weight.size(4) != 3) return false;
  shape = {input.size(0), input.size(1), gradient.size(1), input.size(2), input.size(3), input.size(4), weight.size(2), weight.size(3)};
  return weight_gradient_serves(shape);
}

// Whether the channels of a voxel lie side by side, for which libtorch's library has fast kernels with few channels too, given AVX-512.
static bool is_direct(const at::Tensor &input) {
#if defined(__x86_64__)
  static const bool is_wide = __builtin_cpu_supports("avx512f");
#else
  const bool is_wide = false;
#endif
  return is_wide && input.dim() == 5 && input.suggest_memory_format() == at::MemoryFormat::ChannelsLast3d;
}

// libtorch's own library has kernels for the gradient of weights in bfloat16 for blocks of 16 channels. With fewer on both sides it multiplies
// matrices of the unrolled image, which takes four to twenty times as long (Benchmarks/Training): channels of zeros fill the block.
static constexpr int64_t half_block = 16;

static bool is_narrow(const at::Tensor &gradient, const at::Tensor &input, const at::Tensor &weight, bool transposed, int64_t groups) {
  if (transposed || groups != 1 || weight.dim() != 5 || input.dim() != 5 || input.numel() == 0) return false;
  for (const auto *tensor : {&gradient, &input, &weight}) {
    if (tensor->scalar_type() != at::kBFloat16 || tensor->layout() != at::kStrided) return false;
  }
  const int64_t outputs = weight.size(0), inputs = weight.size(1);
  return outputs < half_block && inputs > 1 && inputs < half_block && weight.numel() > outputs * inputs;
}

// The kernels of libtorch 2.11 in bfloat16 read memory that was never written, and write beyond what is theirs, on maps with an axis of one or two
// voxels, and with AMX also where a kernel of one voxel takes steps: results and gradients are not numbers now and then. Such convolutions
// are made in float32; they are small. Of 17 000 shapes drawn at random on a processor with AMX none had that any more.
static constexpr int64_t shortest_axis = 3;

static bool is_unsafe(const at::Tensor &input, const at::Tensor &weight, at::IntArrayRef stride, bool transposed) {
  if (input.scalar_type() != at::kBFloat16 || input.dim() < 3 || input.numel() == 0) return false;
  const auto sizes = input.sizes().slice(2);
  if (*std::min_element(sizes.begin(), sizes.end()) < shortest_axis) return true;
  for (int64_t axis = 0; axis < static_cast<int64_t>(sizes.size()); ++axis) {
    if (!transposed && weight.size(axis + 2) == 1 && stride[stride.size() == 1 ? 0 : axis] > 1) return true;
  }
  return false;
}

// In the usual order: with the channels of a voxel side by side some of these shapes are computed wrongly in float32 too.
static at::Tensor single(const at::Tensor &tensor) { return tensor.to(at::kFloat, false, true, at::MemoryFormat::Contiguous); }

static at::Tensor convolution(const at::Tensor &input, const at::Tensor &weight, const std::optional<at::Tensor> &bias, at::IntArrayRef stride,
                              at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed, at::IntArrayRef output_padding,
                              int64_t groups) {
  if (!is_unsafe(input, weight, stride, transposed)) {
    return at::native::convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups);
  }
  const auto shift = bias && bias->defined() ? std::optional<at::Tensor>(single(*bias)) : std::nullopt;
  return at::native::convolution(single(input), single(weight), shift, stride, padding, dilation, transposed, output_padding, groups)
      .to(input.scalar_type());
}

static at::Tensor widened(const at::Tensor &tensor, int64_t axis) {
  auto sizes = tensor.sizes().vec();
  sizes[axis] = half_block;
  auto result = at::zeros(sizes, tensor.options());
  result.narrow(axis, 0, tensor.size(axis)).copy_(tensor);
  return result;
}

static std::tuple<at::Tensor, at::Tensor, at::Tensor>
convolution_backward(const at::Tensor &gradient, const at::Tensor &input, const at::Tensor &weight, at::OptionalIntArrayRef bias,
                     at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
                     at::IntArrayRef output_padding, int64_t groups, std::array<bool, 3> mask) {
  const auto theirs = [&](std::array<bool, 3> wanted) {
    return at::native::convolution_backward(gradient, input, weight, bias, stride, padding, dilation, transposed, output_padding, groups,
                                            wanted);
  };
  if (is_unsafe(input, weight, stride, transposed)) {
    auto [of_input, of_weight, of_bias] =
        at::native::convolution_backward(single(gradient), single(input), single(weight), bias, stride, padding, dilation, transposed,
                                         output_padding, groups, mask);
    const auto narrowed = [](const at::Tensor &tensor, at::ScalarType type) { return tensor.defined() ? tensor.to(type) : tensor; };
    return {narrowed(of_input, input.scalar_type()), narrowed(of_weight, weight.scalar_type()), narrowed(of_bias, gradient.scalar_type())};
  }
  if (mask[1] && !is_direct(input) && is_narrow(gradient, input, weight, transposed, groups)) {
    at::Tensor of_input, of_bias;
    if (mask[0]) of_input = std::get<0>(theirs({true, false, false}));
    if (mask[2]) of_bias = gradient.sum({0, 2, 3, 4});
    const auto wide = at::native::convolution_backward(widened(gradient, 1), input, widened(weight, 0), std::nullopt, stride, padding,
                                                       dilation, transposed, output_padding, groups, {false, true, false});
    return {of_input, std::get<1>(wide).narrow(0, 0, weight.size(0)).contiguous(), of_bias};
  }
  WeightGradientShape shape;
  if (!mask[1] || is_direct(input) || !fits(gradient, input, weight, stride, padding, dilation, transposed, groups, shape)) return theirs(mask);
  at::Tensor of_input, of_bias;
  if (mask[0]) of_input = std::get<0>(theirs({true, false, false}));
  if (mask[2]) of_bias = gradient.sum({0, 2, 3, 4});
  const auto x = input.contiguous(), g = gradient.contiguous();
  auto of_weight = at::empty_like(weight);
  // Untyped: the names of the typed ones differ between the compilers of libtorch and of this file.
  const auto *from = static_cast<const float *>(x.const_data_ptr()), *by = static_cast<const float *>(g.const_data_ptr());
  auto *to = static_cast<float *>(of_weight.mutable_data_ptr());
  at::parallel_for(0, weight_gradient_parts(shape), 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) weight_gradient(shape, from, by, to, part);
  });
  return {of_input, of_weight, of_bias};
}

} // namespace ctorch

TORCH_LIBRARY_IMPL(aten, CPU, library) {
  library.impl("convolution", ctorch::convolution);
  library.impl("convolution_backward", ctorch::convolution_backward);
}
