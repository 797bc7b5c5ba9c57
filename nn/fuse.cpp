#include <gradus/nn/fuse.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::nn {

namespace {

void check(const Tensor& weight, const detail::BatchNorm& norm) {
  require(!norm.training, "the batch norm is in training, by the statistics of each batch; call eval first");
  require(norm.running_mean.defined(), "the batch norm has no running statistics");
  require<ShapeError>(weight.size(0) == norm.num_features,
                      "the layer gives {} channels, the batch norm takes {}", weight.size(0),
                      norm.num_features);
  require<DTypeError>(weight.dtype() == norm.running_mean.dtype(), "the layer is {}, the batch norm {}",
                      weight.dtype(), norm.running_mean.dtype());
}

template <class L>
L fused(const L& layer, const detail::BatchNorm& norm, const SourceLocation& at) {
  const OpScope scope("fuse", at);
  check(layer.weight, norm);
  const NoGrad guard;
  Tensor scale = rsqrt(norm.running_var + norm.eps);
  if (norm.weight.defined()) scale = scale * norm.weight;
  Tensor bias = (layer.bias.defined() ? layer.bias - norm.running_mean : -norm.running_mean) * scale;
  if (norm.bias.defined()) bias = bias + norm.bias;
  Shape rows = Shape::filled(layer.weight.rank(), 1);  // [out, 1, ..]
  rows[0] = layer.weight.size(0);

  L result = layer;
  result.weight = Parameter(layer.weight * reshape(scale, rows));
  result.bias = Parameter(bias);
  for (Parameter* p : {&result.weight, &result.bias}) p->requires_grad_(layer.weight.requires_grad());
  if constexpr (requires { result.options; }) result.options.bias = true;
  return result;
}

}  // namespace

Conv1d fuse(const Conv1d& conv, const BatchNorm1d& norm, SourceLocation at) { return fused(conv, norm, at); }
Conv2d fuse(const Conv2d& conv, const BatchNorm2d& norm, SourceLocation at) { return fused(conv, norm, at); }
Conv3d fuse(const Conv3d& conv, const BatchNorm3d& norm, SourceLocation at) { return fused(conv, norm, at); }
Linear fuse(const Linear& linear, const BatchNorm1d& norm, SourceLocation at) {
  return fused(linear, norm, at);
}

}  // namespace gradus::nn
