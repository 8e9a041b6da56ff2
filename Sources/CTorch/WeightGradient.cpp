#include "WeightGradient.h"

#include <algorithm>
#include <cstring>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2,fma")))
#define AVX2_INLINE __attribute__((target("avx2,fma"), always_inline)) inline
#endif

namespace ctorch {

// Outputs and inputs of a part, and rows that are worked on at once: what the innermost loops read stays in the first cache.
static constexpr int64_t output_block = 4, input_block = 8, row_block = 8, lanes = 8, taps = 3;

int64_t weight_gradient_parts(const WeightGradientShape &shape) {
  return ((shape.outputs + output_block - 1) / output_block) * ((shape.inputs + input_block - 1) / input_block);
}

#if defined(__x86_64__)

bool weight_gradient_serves(const WeightGradientShape &shape) {
  static const bool is_machine = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  static const bool is_wide = __builtin_cpu_supports("avx512f");
  const int64_t channels = shape.inputs * shape.outputs;
  if (!is_machine) return false;
  // Measured: registers of 16 numbers win as soon as there are 16 channels for them.
  if (is_wide) return channels < 16 * 16;
  // Measured: matrices win with many channels, the more so on small maps.
  return channels <= 32 * 32 || (channels <= 64 * 64 && shape.width >= 24);
}

namespace {

// A register per output and tap.
template <int outputs> struct Sums { __m256 of[outputs][taps]; };

// sums += Σ over rows and columns of gradient · input, the input shifted by the tap.
template <int outputs>
AVX2_INLINE void accumulate(Sums<outputs> &sums, const float *gradient, int64_t plane, const float *input, int64_t rows, int64_t stride) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < stride - lanes; column += lanes) {
      const float *shifted = input + row * stride + column;
      const __m256 a = _mm256_loadu_ps(shifted), b = _mm256_loadu_ps(shifted + 1), c = _mm256_loadu_ps(shifted + 2);
      for (int o = 0; o < outputs; ++o) {
        const __m256 g = _mm256_loadu_ps(gradient + o * plane + row * (stride - lanes) + column);
        sums.of[o][0] = _mm256_fmadd_ps(g, a, sums.of[o][0]);
        sums.of[o][1] = _mm256_fmadd_ps(g, b, sums.of[o][1]);
        sums.of[o][2] = _mm256_fmadd_ps(g, c, sums.of[o][2]);
      }
    }
  }
}

AVX2 float total(__m256 v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

// Rows of one plane with a zero before and zeros behind, so that every tap reads within the row; zeros where there are no rows.
void pack_rows(float *target, const float *plane, int64_t first, int64_t rows, int64_t height, int64_t width, int64_t stride) {
  for (int64_t row = 0; row < rows; ++row, target += stride) {
    const int64_t source = first + row;
    if (!plane || source < 0 || source >= height) {
      std::memset(target, 0, stride * sizeof(float));
      continue;
    }
    target[0] = 0;
    std::memcpy(target + 1, plane + source * width, width * sizeof(float));
    std::memset(target + 1 + width, 0, (stride - 1 - width) * sizeof(float));
  }
}

template <int outputs>
AVX2 void part(const WeightGradientShape &s, const float *input, const float *gradient, float *weights, int64_t first_output,
               int64_t first_input) {
  const int64_t inputs = std::min(input_block, s.inputs - first_input);
  const int64_t columns = (s.width + lanes - 1) / lanes * lanes, stride = columns + lanes;
  const int64_t volume = s.depth * s.height * s.width, plane = s.height * s.width;
  const int64_t places = s.kernel_depth * s.kernel_height, border = s.kernel_height / 2;
  const bool is_whole = columns == s.width;
  std::vector<Sums<outputs>> all(inputs * places);
  std::memset(static_cast<void *>(all.data()), 0, all.size() * sizeof(Sums<outputs>));
  std::vector<float> packed(s.kernel_depth * (row_block + 2 * border) * stride);
  std::vector<float> gradients(is_whole ? 0 : outputs * row_block * columns);
  for (int64_t image = 0; image < s.images; ++image) {
    const float *own = gradient + (image * s.outputs + first_output) * volume;
    for (int64_t d = 0; d < s.depth; ++d) {
      for (int64_t h = 0; h < s.height; h += row_block) {
        const int64_t rows = std::min(row_block, s.height - h);
        const float *g = own + d * plane + h * s.width;
        int64_t between = volume;
        if (!is_whole) {
          between = row_block * columns;
          for (int o = 0; o < outputs; ++o) {
            for (int64_t row = 0; row < rows; ++row) {
              float *target = gradients.data() + o * between + row * columns;
              std::memcpy(target, g + o * volume + row * s.width, s.width * sizeof(float));
              std::memset(target + s.width, 0, (columns - s.width) * sizeof(float));
            }
          }
          g = gradients.data();
        }
        for (int64_t i = 0; i < inputs; ++i) {
          const float *x = input + (image * s.inputs + first_input + i) * volume;
          for (int64_t kd = 0; kd < s.kernel_depth; ++kd) {
            const int64_t source = d + kd - s.kernel_depth / 2;
            if (source < 0 || source >= s.depth) continue;
            float *rows_of = packed.data() + kd * (row_block + 2 * border) * stride;
            pack_rows(rows_of, x + source * plane, h - border, rows + 2 * border, s.height, s.width, stride);
            for (int64_t kh = 0; kh < s.kernel_height; ++kh) {
              Sums<outputs> &known = all[i * places + kd * s.kernel_height + kh];
              Sums<outputs> sums = known;
              accumulate<outputs>(sums, g, between, rows_of + kh * stride, rows, stride);
              known = sums;
            }
          }
        }
      }
    }
  }
  for (int o = 0; o < outputs; ++o) {
    for (int64_t i = 0; i < inputs; ++i) {
      float *target = weights + ((first_output + o) * s.inputs + first_input + i) * places * taps;
      for (int64_t place = 0; place < places; ++place) {
        for (int tap = 0; tap < taps; ++tap) target[place * taps + tap] = total(all[i * places + place].of[o][tap]);
      }
    }
  }
}

} // namespace

void weight_gradient(const WeightGradientShape &shape, const float *input, const float *output, float *weights, int64_t index) {
  const int64_t blocks = (shape.inputs + input_block - 1) / input_block;
  const int64_t first_output = index / blocks * output_block, first_input = index % blocks * input_block;
  switch (std::min(output_block, shape.outputs - first_output)) {
  case 1: return part<1>(shape, input, output, weights, first_output, first_input);
  case 2: return part<2>(shape, input, output, weights, first_output, first_input);
  case 3: return part<3>(shape, input, output, weights, first_output, first_input);
  default: return part<4>(shape, input, output, weights, first_output, first_input);
  }
}

#else

bool weight_gradient_serves(const WeightGradientShape &) { return false; }
void weight_gradient(const WeightGradientShape &, const float *, const float *, float *, int64_t) {}

#endif

} // namespace ctorch
