#include <gradus/autograd/ops/layer_norm.hpp>

#include <gradus/autograd/ops/normalization.hpp>

namespace gradus {

namespace {

struct LayerNorm {
  static constexpr std::string_view name = "layer_norm";
};

}  // namespace

Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight, const Tensor& bias,
                  double eps, SourceLocation at) {
  const OpScope scope("layer_norm", at);
  const Dims dims = normalization::trailing_dims(x, normalized_shape);
  normalization::check_parameter(x, weight, normalized_shape, "weight");
  normalization::check_parameter(x, bias, normalized_shape, "bias");
  require(eps >= 0, "eps = {} was given; it must not be negative", eps);
  return record(normalization::Normalize<LayerNorm>{dims, eps}, at, x, weight, bias)[0];
}

}  // namespace gradus
