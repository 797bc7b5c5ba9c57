#include <gradus/autograd/ops/rms_norm.hpp>

#include <algorithm>
#include <limits>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/pad.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/power.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

Tensor rms_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight,
                std::optional<double> eps, SourceLocation at) {
  const OpScope scope("rms_norm", at);
  const std::size_t count = normalized_shape.size();
  require<ShapeError>(
      count >= 1 && count <= x.rank() &&
          std::equal(normalized_shape.begin(), normalized_shape.end(),
                     x.shape().end() - static_cast<std::ptrdiff_t>(std::min(count, x.rank()))),
      "the input is {}; its last dimensions must be the normalized shape {}", x.shape(), normalized_shape);
  if (weight.defined()) {
    require<ShapeError>(weight.shape() == normalized_shape, "{} is {}; needs the normalized shape {}",
                        named(weight, "weight"), weight.shape(), normalized_shape);
    require_same_dtype(x, weight, named(weight, "weight"));
  }
  Dims dims;
  for (std::size_t d = 1; d <= count; ++d) dims.push_back(-static_cast<std::int64_t>(d));
  const double floor =
      eps.value_or(x.dtype() == float64 ? std::numeric_limits<double>::epsilon()
                                        : static_cast<double>(std::numeric_limits<float>::epsilon()));
  const Tensor y = x * rsqrt(mean(square(x), dims, true) + floor);
  return weight.defined() ? y * weight : y;
}

Tensor local_response_norm(const Tensor& x, std::int64_t size, const LocalResponseNormOptions& options,
                           SourceLocation at) {
  const OpScope scope("local_response_norm", at);
  require<ShapeError>(x.rank() >= 3, "the input is {}; needs [n, c, l, ..]", x.shape());
  require(size >= 1, "size is {}; it must be at least 1", size);
  const std::int64_t channels = x.size(1);
  const Tensor rows = unsqueeze(flatten(square(x), 2), 1);  // [n, 1, c, rest]
  const Tensor padded = squeeze(pad(rows, {0, 0, size / 2, (size - 1) / 2}), 1);
  Tensor total = narrow(padded, 1, 0, channels);
  for (std::int64_t i = 1; i < size; ++i) total = total + narrow(padded, 1, i, channels);
  const Tensor scale = options.k + options.alpha / static_cast<double>(size) * reshape(total, x.shape());
  return x * pow(scale, -options.beta);
}

}  // namespace gradus
