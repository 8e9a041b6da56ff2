#include "WeightGradient.h"

#include <algorithm>

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/convolution_backward_native.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <torch/library.h>

// libtorch's backward pass of convolutions on the CPU, but for the gradient of weights where ours is faster.

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

// The kernels of libtorch 2.11 for the gradient of weights in bfloat16 read memory that was never written, and write beyond what is theirs, on
// maps with an axis of one or two voxels: with two planes, or with a single row or column and a stride of two. The gradient is not a number
// now and then. Of 4000 shapes drawn at random none with longer axes had that.
static constexpr int64_t shortest_axis = 3;

static bool is_unsafe(const at::Tensor &gradient, const at::Tensor &input) {
  if (gradient.scalar_type() != at::kBFloat16 || input.dim() < 3 || input.numel() == 0) return false;
  const auto sizes = input.sizes().slice(2);
  return *std::min_element(sizes.begin(), sizes.end()) < shortest_axis;
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
  if (mask[1] && is_unsafe(gradient, input)) {
    at::Tensor of_input;
    if (mask[0]) of_input = std::get<0>(theirs({true, false, false}));
    const auto [_, of_weight, of_bias] = at::native::convolution_backward(
        gradient.to(at::kFloat), input.to(at::kFloat), weight.to(at::kFloat), bias, stride, padding, dilation, transposed, output_padding, groups,
        {false, true, mask[2]});
    return {of_input, of_weight.to(weight.scalar_type()), mask[2] ? of_bias.to(gradient.scalar_type()) : of_bias};
  }
  if (mask[1] && is_narrow(gradient, input, weight, transposed, groups)) {
    at::Tensor of_input, of_bias;
    if (mask[0]) of_input = std::get<0>(theirs({true, false, false}));
    if (mask[2]) of_bias = gradient.sum({0, 2, 3, 4});
    const auto wide = at::native::convolution_backward(widened(gradient, 1), input, widened(weight, 0), std::nullopt, stride, padding,
                                                       dilation, transposed, output_padding, groups, {false, true, false});
    return {of_input, std::get<1>(wide).narrow(0, 0, weight.size(0)).contiguous(), of_bias};
  }
  WeightGradientShape shape;
  if (!mask[1] || !fits(gradient, input, weight, stride, padding, dilation, transposed, groups, shape)) return theirs(mask);
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

TORCH_LIBRARY_IMPL(aten, CPU, library) { library.impl("convolution_backward", ctorch::convolution_backward); }
