#include <gradus/autograd/ops/rms_norm.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/normalization.hpp>
#include <gradus/autograd/ops/pad.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/power.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

Tensor rms_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight,
                std::optional<double> eps, SourceLocation at) {
  const OpScope scope("rms_norm", at);
  const Dims dims = normalization::trailing_dims(x, normalized_shape);
  normalization::check_parameter(x, weight, normalized_shape, "weight");
  const double floor = eps.value_or(epsilon(x.dtype()));
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
