#include <gradus/nn/group_norm.hpp>

#include <fmt/format.h>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/group_norm.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

GroupNorm::GroupNorm(std::int64_t num_groups, std::int64_t num_channels, const GroupNormOptions& options)
    : num_groups(num_groups), num_channels(num_channels), eps(options.eps) {
  require(num_groups > 0 && num_channels > 0 && num_channels % num_groups == 0,
          "GroupNorm: num_groups = {} must divide num_channels = {}", num_groups, num_channels);
  if (!options.affine) return;
  weight = ones({num_channels}, {.dtype = options.dtype});
  bias = zeros({num_channels}, {.dtype = options.dtype});
}

Tensor GroupNorm::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, group_norm(x, num_groups, weight, bias, eps, at));
}

std::string GroupNorm::describe() const {
  return fmt::format("{}, {}, eps={}, affine={}", num_groups, num_channels, eps, weight.defined());
}

namespace detail {

InstanceNorm::InstanceNorm(std::int64_t num_features, const InstanceNormOptions& o)
    : num_features(num_features), eps(o.eps), momentum(o.momentum) {
  require(num_features >= 0 && eps >= 0 && momentum >= 0 && momentum <= 1,
          "InstanceNorm: num_features = {}, eps = {}, momentum = {}; needs 0 or more, 0 or more, 0 to 1",
          num_features, eps, momentum);
  if (o.affine) {
    weight = ones({num_features}, {.dtype = o.dtype});
    bias = zeros({num_features}, {.dtype = o.dtype});
  }
  if (o.track_running_stats) {
    running_mean = zeros({num_features}, {.dtype = o.dtype});
    running_var = ones({num_features}, {.dtype = o.dtype});
    num_batches_tracked = zeros({}, {.dtype = int64});
  }
}

Tensor InstanceNorm::normalise(const Tensor& x, std::size_t space, const SourceLocation& at) const {
  require<ShapeError>(x.rank() == space + 1 || x.rank() == space + 2,
                      "input is {}; needs {} dimensions, or {}", x.shape(), space + 2, space + 1);
  if (x.rank() == space + 1) return squeeze(normalise(unsqueeze(x, 0), space, at), 0);
  require<ShapeError>(x.size(1) == num_features, "input is {}; needs {} channels (dimension 1)", x.shape(),
                      num_features);
  const bool own = training || !running_mean.defined();
  return instance_norm(x, running_mean, running_var, weight, bias,
                       {.use_input_stats = own, .momentum = momentum, .eps = eps}, at);
}

std::string InstanceNorm::describe() const {
  return fmt::format("{}, eps={}, momentum={}, affine={}, track_running_stats={}", num_features, eps,
                     momentum, weight.defined(), running_mean.defined());
}

}  // namespace detail

Tensor InstanceNorm1d::operator()(const Tensor& x, SourceLocation at) const {
  const OpScope scope("InstanceNorm1d", at);
  return observed(*this, x, normalise(x, 1, at));
}
Tensor InstanceNorm2d::operator()(const Tensor& x, SourceLocation at) const {
  const OpScope scope("InstanceNorm2d", at);
  return observed(*this, x, normalise(x, 2, at));
}
Tensor InstanceNorm3d::operator()(const Tensor& x, SourceLocation at) const {
  const OpScope scope("InstanceNorm3d", at);
  return observed(*this, x, normalise(x, 3, at));
}

RMSNorm::RMSNorm(const Shape& normalized_shape, const RMSNormOptions& options)
    : normalized_shape(normalized_shape), eps(options.eps) {
  if (options.elementwise_affine) weight = ones(normalized_shape, {.dtype = options.dtype});
}

Tensor RMSNorm::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, rms_norm(x, normalized_shape, weight, eps, at));
}

std::string RMSNorm::describe() const {
  return fmt::format("{}, eps={}, elementwise_affine={}", normalized_shape,
                     eps ? fmt::format("{}", *eps) : "none", weight.defined());
}

Tensor LocalResponseNorm::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, local_response_norm(x, size, options, at));
}

}  // namespace gradus::nn
