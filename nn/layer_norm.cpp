#include <gradus/nn/layer_norm.hpp>

#include <fmt/format.h>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/layer_norm.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

LayerNorm::LayerNorm(const Shape& normalized_shape, const LayerNormOptions& options)
    : normalized_shape(normalized_shape), eps(options.eps) {
  if (!options.elementwise_affine) return;
  weight = ones(normalized_shape, {.dtype = options.dtype});
  bias = zeros(normalized_shape, {.dtype = options.dtype});
}

Tensor LayerNorm::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, layer_norm(x, normalized_shape, weight, bias, eps, at));
}

std::string LayerNorm::describe() const {
  return fmt::format("{}, eps={}, elementwise_affine={}", normalized_shape, eps, weight.defined());
}

}  // namespace gradus::nn
