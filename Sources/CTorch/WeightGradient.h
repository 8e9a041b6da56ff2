#pragma once

#include <cstdint>

namespace ctorch {

// Shape of a convolution with stride 1 whose maps keep their size; 3 taps along the last axis.
struct WeightGradientShape {
  int64_t images, inputs, outputs;
  int64_t depth, height, width;
  // Taps along the first two axes: 1 or 3.
  int64_t kernel_depth, kernel_height;
};

// Whether the kernel is for this machine and for this shape: with AVX2 alone libtorch's own library has no direct kernel and unrolls the
// image into a matrix, and with AVX-512 its direct kernel works on blocks of 16 channels, whether they are there or not; with few
// channels either takes two to seven times as long (Benchmarks/Training).
bool weight_gradient_serves(const WeightGradientShape &shape);

// Parts that the work falls into, whatever the number of threads.
int64_t weight_gradient_parts(const WeightGradientShape &shape);

// Gradient of the weights [outputs, inputs, kernel_depth, kernel_height, 3] from `input` [images, inputs, …] and the gradient `output`
// of the result [images, outputs, …], all dense. Computes part `part`, which owns the weights that it writes.
void weight_gradient(const WeightGradientShape &shape, const float *input, const float *output, float *weights, int64_t part);

} // namespace ctorch
