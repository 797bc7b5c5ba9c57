#include <gradus/autograd/ops/group_norm.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/batch_norm.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/normalization.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

struct GroupNorm {
  static constexpr std::string_view name = "group_norm";
};
struct InstanceNorm {
  static constexpr std::string_view name = "instance_norm";
};

/// Throws unless `parameter`, if any, has one value for each channel of x and its dtype.
void check_parameter(const Tensor& x, const Tensor& parameter, std::string_view role) {
  if (!parameter.defined()) return;
  require<ShapeError>(parameter.shape() == Shape(x.size(1)), "input is {} but {} is {}; needs [{}]",
                      x.shape(), named(parameter, role), parameter.shape(), x.size(1));
  require_same_dtype(x, parameter, named(parameter, role));
}

void check(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  require<ShapeError>(x.rank() >= 2, "the input is {}; needs [n, c, ..]", x.shape());
  check_parameter(x, weight, "weight");
  check_parameter(x, bias, "bias");
  require(eps >= 0, "eps = {} was given; it must not be negative", eps);
}

Tensor shaped(const Tensor& parameter, const Shape& shape) {
  return parameter.defined() ? reshape(parameter, shape) : parameter;
}

/// Dimensions `from` and all behind it.
Dims trailing(std::size_t from, std::size_t rank) {
  Dims dims;
  for (std::size_t d = from; d < rank; ++d) dims.push_back(static_cast<std::int64_t>(d));
  return dims;
}

/// running = (1 - momentum) * running + momentum * mean of `each` [n, c, 1, ..] over n, in place.
void update(Tensor running, const Tensor& each, double momentum, const SourceLocation& at) {
  if (!running.defined()) return;
  const NoGrad guard;
  const Tensor now = reshape(mean(each.detach(), 0), running.shape());
  running.copy_(running * (1 - momentum) + now * momentum, at);
}

}  // namespace

Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight, const Tensor& bias, double eps,
                  SourceLocation at) {
  const OpScope scope("group_norm", at);
  check(x, weight, bias, eps);
  const std::int64_t channels = x.size(1);
  require(groups > 0 && channels % groups == 0, "groups = {} must divide the {} channels of {}", groups,
          channels, x.shape());
  const std::int64_t area = numel(Shape(std::span(x.shape().begin() + 2, x.shape().end())));
  const Shape split{x.size(0), groups, channels / groups, area}, own{1, groups, channels / groups, 1};
  const auto results = record(normalization::Normalize<GroupNorm>{{2, 3}, eps}, at, reshape(x, split),
                              shaped(weight, own), shaped(bias, own));
  return reshape(results[0], x.shape());
}

Tensor instance_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                     const Tensor& weight, const Tensor& bias, const InstanceNormOptions& options,
                     SourceLocation at) {
  const OpScope scope("instance_norm", at);
  check(x, weight, bias, options.eps);
  if (!options.use_input_stats)
    return batch_norm(x, running_mean, running_var, weight, bias, {.training = false, .eps = options.eps},
                      at);
  require<ShapeError>(x.rank() >= 3, "the input is {}; needs [n, c, l, ..]", x.shape());
  check_parameter(x, running_mean, "running_mean");
  check_parameter(x, running_var, "running_var");
  const std::int64_t count = numel(Shape(std::span(x.shape().begin() + 2, x.shape().end())));
  require<ShapeError>(count > 1,
                      "the input is {}: {} value(s) for each channel; needs at least 2, for there is no "
                      "variance otherwise",
                      x.shape(), count);
  Shape own = Dims::filled(x.rank(), 1);
  own[1] = x.size(1);
  const auto results = record(normalization::Normalize<InstanceNorm>{trailing(2, x.rank()), options.eps}, at,
                              x, shaped(weight, own), shaped(bias, own));
  update(running_mean, results[1], options.momentum, at);
  const double unbiased = static_cast<double>(count) / static_cast<double>(count - 1);
  if (running_var.defined()) update(running_var, results[2].detach() * unbiased, options.momentum, at);
  return results[0];
}

}  // namespace gradus
