#include <gradus/autograd/ops/layer_norm.hpp>

#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/normalization.hpp>

namespace gradus {

namespace {

struct LayerNorm {
  static constexpr std::string_view name = "layer_norm";
};

/// Throws unless `parameter`, if any, has the normalised shape and the dtype of x.
void check_parameter(const Tensor& x, const Tensor& parameter, const Shape& shape, std::string_view role) {
  if (!parameter.defined()) return;
  const std::string name = named(parameter, role);
  require<ShapeError>(parameter.shape() == shape, "{} is {}; needs the normalized shape {}", name,
                      parameter.shape(), shape);
  require_same_dtype(x, parameter, name);
}

}  // namespace

Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight, const Tensor& bias,
                  double eps, SourceLocation at) {
  const OpScope scope("layer_norm", at);
  const std::size_t count = normalized_shape.size();
  require<ShapeError>(
      count >= 1 && count <= x.rank() &&
          std::equal(normalized_shape.begin(), normalized_shape.end(),
                     x.shape().end() - static_cast<std::ptrdiff_t>(std::min(count, x.rank()))),
      "the input is {}; its last dimensions must be the normalized shape {}", x.shape(), normalized_shape);
  check_parameter(x, weight, normalized_shape, "weight");
  check_parameter(x, bias, normalized_shape, "bias");
  require(eps >= 0, "eps = {} was given; it must not be negative", eps);
  Dims dims;
  for (std::size_t d = x.rank() - count; d < x.rank(); ++d) dims.push_back(static_cast<std::int64_t>(d));
  return record(normalization::Normalize<LayerNorm>{dims, eps}, at, x, weight, bias)[0];
}

}  // namespace gradus
