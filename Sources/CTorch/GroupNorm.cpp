#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/native_group_norm_backward_native.h>
#include <ATen/ops/native_group_norm_native.h>
#include <c10/util/Exception.h>
#include <torch/library.h>

// Normalisation of groups of channels on the CPU for maps whose channels lie side by side. libtorch's own backward pass takes ten times as long
// for them as for maps whose channels lie one after the other, and its forward pass several times with few channels (Benchmarks/Training).

namespace ctorch {

static_assert(sizeof(c10::BFloat16) == 2);

static inline float load(const c10::BFloat16 *from) {
  uint16_t half;
  std::memcpy(&half, from, 2);
  const uint32_t bits = static_cast<uint32_t>(half) << 16;
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}
static inline float load(const float *from) { return *from; }
static inline double load(const double *from) { return *from; }

// To the nearest, of two the even one; what is not a number stays so.
static inline void store(c10::BFloat16 *to, float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  const uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const uint16_t half = static_cast<uint16_t>(value != value ? 0x7fc0u : rounded);
  std::memcpy(to, &half, 2);
}
static inline void store(float *to, float value) { *to = value; }
static inline void store(double *to, double value) { *to = value; }

namespace {

// What sums are made in, and what factors are kept in.
template <typename T> using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;

// Voxels are divided into parts whose number depends on the shape alone, so that results do not depend on the number of threads.
struct Division {
  int64_t images, channels, voxels, parts;

  Division(int64_t images, int64_t channels, int64_t voxels)
      : images(images), channels(channels), voxels(voxels), parts(std::clamp<int64_t>(voxels * channels / 65536, 1, 64)) {}

  // Calls `body` with image, part, first voxel and end.
  template <typename Body> void each(const Body &body) const {
    at::parallel_for(0, images * parts, 1, [&](int64_t begin, int64_t end) {
      for (int64_t index = begin; index < end; ++index) {
        const int64_t image = index / parts, part = index % parts;
        body(image, part, voxels * part / parts, voxels * (part + 1) / parts);
      }
    });
  }
};

// Two sums per image and channel, over voxels: of `first(offset, image, channel)` and of `second`. Short runs are added up in T's own precision
// and those in double.
constexpr int64_t run = 32;

template <typename A, typename Terms> std::vector<double> sums(const Division &division, const Terms &terms) {
  const int64_t channels = division.channels;
  std::vector<double> of_parts(division.images * division.parts * 2 * channels, 0.0);
  division.each([&](int64_t image, int64_t part, int64_t begin, int64_t end) {
    double *total = of_parts.data() + (image * division.parts + part) * 2 * channels;
    std::vector<A> local(2 * channels);
    A *first = local.data(), *second = local.data() + channels;
    for (int64_t at = begin; at < end; at += run) {
      std::fill(local.begin(), local.end(), A(0));
      const int64_t stop = std::min(end, at + run);
      for (int64_t voxel = at; voxel < stop; ++voxel) {
        terms(image, (image * division.voxels + voxel) * channels, first, second);
      }
      for (int64_t index = 0; index < 2 * channels; ++index) total[index] += local[index];
    }
  });
  std::vector<double> result(division.images * 2 * channels, 0.0);
  for (int64_t image = 0; image < division.images; ++image) {
    for (int64_t part = 0; part < division.parts; ++part) {
      const double *from = of_parts.data() + (image * division.parts + part) * 2 * channels;
      for (int64_t index = 0; index < 2 * channels; ++index) result[image * 2 * channels + index] += from[index];
    }
  }
  return result;
}

std::vector<double> numbers(const std::optional<at::Tensor> &tensor, int64_t count, double otherwise) {
  if (!tensor || !tensor->defined()) return std::vector<double>(count, otherwise);
  const auto values = tensor->to(at::kDouble).contiguous();
  const auto *from = static_cast<const double *>(values.const_data_ptr());
  return {from, from + count};
}

template <typename T>
void forward(const Division &division, int64_t groups, double epsilon, const T *x, T *y, const std::vector<double> &weight,
             const std::vector<double> &bias, double *mean, double *rstd) {
  using A = Wide<T>;
  const int64_t channels = division.channels, in_group = channels / groups;
  // Differences from one voxel, so that a large mean does not hide the deviations.
  std::vector<A> origin(division.images * channels);
  for (int64_t image = 0; image < division.images; ++image) {
    for (int64_t c = 0; c < channels; ++c) origin[image * channels + c] = load(x + image * division.voxels * channels + c);
  }
  const auto totals = sums<A>(division, [=, &origin](int64_t image, int64_t offset, A *__restrict first, A *__restrict second) {
    const T *__restrict from = x + offset;
    const A *__restrict shift = origin.data() + image * channels;
    for (int64_t c = 0; c < channels; ++c) {
      const A value = load(from + c) - shift[c];
      first[c] += value;
      second[c] += value * value;
    }
  });
  std::vector<A> factor(division.images * channels), offset(division.images * channels);
  const double voxels = static_cast<double>(division.voxels), count = voxels * static_cast<double>(in_group);
  for (int64_t image = 0; image < division.images; ++image) {
    const double *first = totals.data() + image * 2 * channels, *second = first + channels;
    for (int64_t group = 0; group < groups; ++group) {
      double sum = 0;
      for (int64_t c = group * in_group; c < (group + 1) * in_group; ++c) sum += first[c] + voxels * origin[image * channels + c];
      const double middle = sum / count;
      double squares = 0;
      for (int64_t c = group * in_group; c < (group + 1) * in_group; ++c) {
        const double shift = origin[image * channels + c] - middle;
        squares += second[c] + 2 * shift * first[c] + voxels * shift * shift;
      }
      const double scale = 1 / std::sqrt(std::max(squares / count, 0.0) + epsilon);
      mean[image * groups + group] = middle;
      rstd[image * groups + group] = std::isnan(squares) ? squares : scale;
      for (int64_t c = group * in_group; c < (group + 1) * in_group; ++c) {
        const double by = rstd[image * groups + group] * weight[c];
        factor[image * channels + c] = static_cast<A>(by);
        offset[image * channels + c] = static_cast<A>(bias[c] - middle * by);
      }
    }
  }
  division.each([&](int64_t image, int64_t, int64_t begin, int64_t end) {
    const A *__restrict by = factor.data() + image * channels, *__restrict plus = offset.data() + image * channels;
    for (int64_t voxel = begin; voxel < end; ++voxel) {
      const int64_t at = (image * division.voxels + voxel) * channels;
      const T *__restrict from = x + at;
      T *__restrict to = y + at;
      for (int64_t c = 0; c < channels; ++c) store(to + c, load(from + c) * by[c] + plus[c]);
    }
  });
}

template <typename T>
void backward(const Division &division, int64_t groups, const T *dy, const T *x, const std::vector<double> &mean, const std::vector<double> &rstd,
              const std::vector<double> &weight, T *dx, double *of_weight, double *of_bias) {
  using A = Wide<T>;
  const int64_t channels = division.channels, in_group = channels / groups;
  std::vector<A> middle(division.images * channels), scale(division.images * channels);
  for (int64_t image = 0; image < division.images; ++image) {
    for (int64_t c = 0; c < channels; ++c) {
      middle[image * channels + c] = static_cast<A>(mean[image * groups + c / in_group]);
      scale[image * channels + c] = static_cast<A>(rstd[image * groups + c / in_group]);
    }
  }
  // Of the gradient, and of the gradient times the normalised value.
  const auto totals = sums<A>(division, [=, &middle, &scale](int64_t image, int64_t offset, A *__restrict first, A *__restrict second) {
    const A *__restrict shift = middle.data() + image * channels, *__restrict by = scale.data() + image * channels;
    const T *__restrict g = dy + offset, *__restrict from = x + offset;
    for (int64_t c = 0; c < channels; ++c) {
      const A gradient = load(g + c);
      first[c] += gradient;
      second[c] += gradient * ((load(from + c) - shift[c]) * by[c]);
    }
  });
  for (int64_t image = 0; image < division.images; ++image) {
    for (int64_t c = 0; c < channels; ++c) {
      of_bias[c] += totals[image * 2 * channels + c];
      of_weight[c] += totals[image * 2 * channels + channels + c];
    }
  }
  if (!dx) return;
  std::vector<A> by(division.images * channels), slope(division.images * channels), offset(division.images * channels);
  const double count = static_cast<double>(division.voxels) * static_cast<double>(in_group);
  for (int64_t image = 0; image < division.images; ++image) {
    const double *first = totals.data() + image * 2 * channels, *second = first + channels;
    for (int64_t group = 0; group < groups; ++group) {
      double plain = 0, normalised = 0;
      for (int64_t c = group * in_group; c < (group + 1) * in_group; ++c) {
        plain += weight[c] * first[c];
        normalised += weight[c] * second[c];
      }
      const double r = rstd[image * groups + group];
      for (int64_t c = group * in_group; c < (group + 1) * in_group; ++c) {
        by[image * channels + c] = static_cast<A>(r * weight[c]);
        slope[image * channels + c] = static_cast<A>(-r * r * normalised / count);
        offset[image * channels + c] = static_cast<A>(-r * plain / count);
      }
    }
  }
  division.each([&](int64_t image, int64_t, int64_t begin, int64_t end) {
    const A *__restrict factor = by.data() + image * channels, *__restrict k = slope.data() + image * channels;
    const A *__restrict plus = offset.data() + image * channels, *__restrict shift = middle.data() + image * channels;
    for (int64_t voxel = begin; voxel < end; ++voxel) {
      const int64_t at = (image * division.voxels + voxel) * channels;
      const T *__restrict g = dy + at, *__restrict from = x + at;
      T *__restrict to = dx + at;
      for (int64_t c = 0; c < channels; ++c) store(to + c, load(g + c) * factor[c] + (load(from + c) - shift[c]) * k[c] + plus[c]);
    }
  });
}

constexpr auto side_by_side = at::MemoryFormat::ChannelsLast3d;

bool serves(const at::Tensor &x) {
  const auto type = x.scalar_type();
  return x.dim() == 5 && x.numel() > 0 && x.is_contiguous(side_by_side) && !x.is_contiguous() &&
         (type == at::kFloat || type == at::kDouble || type == at::kBFloat16);
}

// Calls `body` with a null pointer of the element type.
template <typename Body> void typed(at::ScalarType type, const Body &body) {
  if (type == at::kDouble) return body(static_cast<double *>(nullptr));
  if (type == at::kFloat) return body(static_cast<float *>(nullptr));
  body(static_cast<c10::BFloat16 *>(nullptr));
}

std::tuple<at::Tensor, at::Tensor, at::Tensor>
group_norm(const at::Tensor &x, const std::optional<at::Tensor> &weight, const std::optional<at::Tensor> &bias, int64_t images, int64_t channels,
           int64_t voxels, int64_t groups, double epsilon) {
  if (!serves(x)) return at::native::native_group_norm(x, weight, bias, images, channels, voxels, groups, epsilon);
  const auto wide = x.options().dtype(at::kDouble).memory_format(std::nullopt);
  auto mean = at::empty({images, groups}, wide), rstd = at::empty({images, groups}, wide);
  auto y = at::empty_like(x, side_by_side);
  const auto scale = numbers(weight, channels, 1), shift = numbers(bias, channels, 0);
  typed(x.scalar_type(), [&](auto *type) {
    using T = std::remove_pointer_t<decltype(type)>;
    forward<T>({images, channels, voxels}, groups, epsilon, static_cast<const T *>(x.const_data_ptr()),
               static_cast<T *>(y.mutable_data_ptr()), scale, shift, static_cast<double *>(mean.mutable_data_ptr()),
               static_cast<double *>(rstd.mutable_data_ptr()));
  });
  return {y, mean, rstd};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor>
group_norm_backward(const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &mean, const at::Tensor &rstd,
                    const std::optional<at::Tensor> &weight, int64_t images, int64_t channels, int64_t voxels, int64_t groups,
                    std::array<bool, 3> mask) {
  if (!serves(x)) return at::native::native_group_norm_backward(gradient, x, mean, rstd, weight, images, channels, voxels, groups, mask);
  const auto dy = gradient.to(x.scalar_type()).contiguous(side_by_side);
  at::Tensor dx;
  if (mask[0]) dx = at::empty_like(x, side_by_side);
  std::vector<double> of_weight(channels, 0.0), of_bias(channels, 0.0);
  const auto scale = numbers(weight, channels, 1), middle = numbers(mean, images * groups, 0), deviation = numbers(rstd, images * groups, 0);
  typed(x.scalar_type(), [&](auto *type) {
    using T = std::remove_pointer_t<decltype(type)>;
    backward<T>({images, channels, voxels}, groups, static_cast<const T *>(dy.const_data_ptr()), static_cast<const T *>(x.const_data_ptr()),
                middle, deviation, scale, mask[0] ? static_cast<T *>(dx.mutable_data_ptr()) : nullptr, of_weight.data(), of_bias.data());
  });
  const auto parameter = [&](bool wanted, const std::vector<double> &values) {
    if (!wanted) return at::Tensor();
    auto result = at::empty({channels}, x.options().dtype(at::kDouble).memory_format(std::nullopt));
    std::copy(values.begin(), values.end(), static_cast<double *>(result.mutable_data_ptr()));
    return weight && weight->defined() ? result.to(weight->scalar_type()) : result.to(x.scalar_type());
  };
  return {dx, parameter(mask[1], of_weight), parameter(mask[2], of_bias)};
}

// libtorch warns of a kernel that takes the place of one of its own; this one is meant to.
struct Silent : c10::WarningHandler {
  void process(const c10::Warning &) override {}
};

torch::Library registered() {
  Silent silent;
  c10::WarningUtils::WarningHandlerGuard guard(&silent);
  auto library = MAKE_TORCH_LIBRARY_IMPL(aten, CPU);
  library.impl("native_group_norm", group_norm);
  library.impl("native_group_norm_backward", group_norm_backward);
  return library;
}

const torch::Library library = registered();

} // namespace

} // namespace ctorch
