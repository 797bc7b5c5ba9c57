#include <gradus/autograd/ops/interpolate.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

/// One axis to be resampled: `step` elements of x lie between two of the result.
struct Axis {
  std::int64_t from, to;
  double step;
};

/// For each element of the result the elements of x it is a sum of: places[k][i] with weights[k][i]. No
/// weights stand for 1.
struct Taps {
  std::vector<std::vector<std::int64_t>> places;
  std::vector<std::vector<double>> weights;
};

Taps nearest(const Axis& axis, double offset) {
  Taps taps{{{}}, {}};
  for (std::int64_t i = 0; i < axis.to; ++i) {
    const double position = std::floor((static_cast<double>(i) + offset) * axis.step);
    taps.places[0].push_back(std::min(static_cast<std::int64_t>(position), axis.from - 1));
  }
  return taps;
}

/// Keys' kernel at distances 1 + t, t, 1 - t and 2 - t.
std::array<double, 4> cubic_weights(double t) {
  constexpr double a = -0.75;
  const auto near = [](double x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
  const auto far = [](double x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
  return {far(1 + t), near(t), near(1 - t), far(2 - t)};
}

Taps smooth(const Axis& axis, bool align_corners, bool cubic) {
  const std::size_t count = cubic ? 4 : 2;
  Taps taps{std::vector<std::vector<std::int64_t>>(count), std::vector<std::vector<double>>(count)};
  for (std::int64_t i = 0; i < axis.to; ++i) {
    const auto place = static_cast<double>(i);
    double position = align_corners ? place * axis.step : (place + 0.5) * axis.step - 0.5;
    if (!cubic) position = std::max(position, 0.0);
    const auto first = static_cast<std::int64_t>(std::floor(position));
    const double t = position - static_cast<double>(first);
    const auto four = cubic_weights(t);
    for (std::size_t k = 0; k < count; ++k) {
      const std::int64_t at = first + static_cast<std::int64_t>(k) - (cubic ? 1 : 0);
      taps.places[k].push_back(std::clamp<std::int64_t>(at, 0, axis.from - 1));
      taps.weights[k].push_back(cubic ? four[k] : k == 0 ? 1 - t : t);
    }
  }
  return taps;
}

Tensor resample(const Tensor& x, std::int64_t dim, const Taps& taps) {
  Shape along = Dims::filled(x.rank(), 1);
  along[static_cast<std::size_t>(dim)] = static_cast<std::int64_t>(taps.places[0].size());
  Tensor y;
  for (std::size_t k = 0; k < taps.places.size(); ++k) {
    Tensor part = index_select(x, dim, from_vector(taps.places[k], along[static_cast<std::size_t>(dim)]));
    if (!taps.weights.empty()) part = part * from_vector(taps.weights[k], along).to(x.dtype());
    y = y.defined() ? y + part : part;
  }
  return y;
}

Axis axis_of(const Tensor& x, std::size_t i, std::size_t axes, const InterpolateOptions& options) {
  const auto from = x.shape()[i + 2];
  require<ShapeError>(from >= 1, "the input is {}; dimension {} must not be empty", x.shape(), i + 2);
  const bool by_size = !options.size.empty();
  const std::size_t given = by_size ? options.size.size() : options.scale_factor.size();
  require<ShapeError>(given == 1 || given == axes, "{} sizes or factors were given for the {} axes of {}",
                      given, axes, x.shape());
  const std::size_t mine = given == 1 ? 0 : i;
  const double factor = by_size ? 1 : options.scale_factor[mine];
  require(factor > 0 && std::isfinite(factor), "a factor of {} was given; it must be above 0 and finite",
          factor);
  const auto to = by_size ? options.size[mine]
                          : static_cast<std::int64_t>(std::floor(static_cast<double>(from) * factor));
  require(to >= 1, "the result would have {} elements along dimension {}; needs at least 1", to, i + 2);
  const bool smooth_mode = options.mode == Interpolation::linear || options.mode == Interpolation::cubic;
  double step = by_size ? static_cast<double>(from) / static_cast<double>(to) : 1 / factor;
  if (options.align_corners && smooth_mode)
    step = to > 1 ? static_cast<double>(from - 1) / static_cast<double>(to - 1) : 0;
  return {from, to, step};
}

/// Throws unless x has channels, height and width.
void check_image(const Tensor& x, std::int64_t factor) {
  require<ShapeError>(x.rank() >= 3, "given {}; needs [.., C, H, W]", x.shape());
  require(factor >= 1, "a factor of {} was given; it must be at least 1", factor);
}

}  // namespace

Tensor interpolate(const Tensor& x, const InterpolateOptions& options, SourceLocation at) {
  const OpScope scope("interpolate", at);
  require<ShapeError>(x.rank() >= 3, "given {}; needs [N, C, ..]", x.shape());
  require(options.size.empty() != options.scale_factor.empty(), "needs either a size or a scale factor");
  const std::size_t axes = x.rank() - 2;
  const bool cubic = options.mode == Interpolation::cubic;
  if (cubic || options.mode == Interpolation::linear) check_floating(x.dtype());
  Tensor y = x;
  for (std::size_t i = 0; i < axes; ++i) {
    const Axis axis = axis_of(x, i, axes, options);
    const bool exact = options.mode == Interpolation::nearest_exact;
    const Taps taps = exact || options.mode == Interpolation::nearest
                          ? nearest(axis, exact ? 0.5 : 0)
                          : smooth(axis, options.align_corners, cubic);
    y = resample(y, static_cast<std::int64_t>(i + 2), taps);
  }
  return y;
}

Tensor pixel_shuffle(const Tensor& x, std::int64_t r, SourceLocation at) {
  const OpScope scope("pixel_shuffle", at);
  check_image(x, r);
  const std::int64_t c = x.size(-3), h = x.size(-2), w = x.size(-1);
  require<ShapeError>(c % (r * r) == 0, "the {} channels of {} do not divide into blocks of {} x {}", c,
                      x.shape(), r, r);
  Shape shape(std::span(x.shape().begin(), x.shape().end() - 3));
  std::int64_t images = 1;
  for (const std::int64_t size : shape) images *= size;
  for (const std::int64_t size : {c / (r * r), h * r, w * r}) shape.push_back(size);
  const Tensor blocks = reshape(x, {images, c / (r * r), r, r, h, w});
  return reshape(permute(blocks, {0, 1, 4, 2, 5, 3}), shape);
}

Tensor pixel_unshuffle(const Tensor& x, std::int64_t r, SourceLocation at) {
  const OpScope scope("pixel_unshuffle", at);
  check_image(x, r);
  const std::int64_t c = x.size(-3), h = x.size(-2), w = x.size(-1);
  require<ShapeError>(h % r == 0 && w % r == 0, "the planes of {} do not divide into blocks of {} x {}",
                      x.shape(), r, r);
  Shape shape(std::span(x.shape().begin(), x.shape().end() - 3));
  std::int64_t images = 1;
  for (const std::int64_t size : shape) images *= size;
  for (const std::int64_t size : {c * r * r, h / r, w / r}) shape.push_back(size);
  const Tensor blocks = reshape(x, {images, c, h / r, r, w / r, r});
  return reshape(permute(blocks, {0, 1, 3, 5, 2, 4}), shape);
}

Tensor channel_shuffle(const Tensor& x, std::int64_t groups, SourceLocation at) {
  const OpScope scope("channel_shuffle", at);
  require<ShapeError>(x.rank() >= 2, "given {}; needs [N, C, ..]", x.shape());
  require(groups >= 1, "{} groups were given; there must be at least 1", groups);
  require<ShapeError>(x.size(1) % groups == 0, "the {} channels of {} do not divide into {} groups",
                      x.size(1), x.shape(), groups);
  return reshape(transpose(unflatten(x, 1, {groups, x.size(1) / groups}), 1, 2), x.shape());
}

}  // namespace gradus
