#include <gradus/autograd/ops/batch_norm.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/normalization.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

struct BatchNorm {
  static constexpr std::string_view name = "batch_norm";
};

/// Throws unless `parameter`, if any, has one value for each channel of x and its dtype.
void check_parameter(const Tensor& x, const Tensor& parameter, std::string_view role) {
  if (!parameter.defined()) return;
  const std::string name = named(parameter, role);
  require<ShapeError>(parameter.shape() == Shape(x.size(1)),
                      "input is {} but {} is {}; needs [{}], one value for each channel (dimension 1)",
                      x.shape(), name, parameter.shape(), x.size(1));
  require_same_dtype(x, parameter, name);
}

/// [C] as [1, C, 1, ...], as wide as x; undefined stays.
Tensor per_channel(const Tensor& parameter, const Tensor& x, const SourceLocation& at) {
  if (!parameter.defined()) return {};
  Shape shape = Dims::filled(x.rank(), 1);
  shape[1] = x.size(1);
  return reshape(parameter, shape, at);
}

/// running = (1 - momentum) * running + momentum * batch, in place.
void update(Tensor running, const Tensor& batch, double momentum, const SourceLocation& at) {
  if (!running.defined()) return;
  const NoGrad guard;
  running.copy_(running * (1 - momentum) + reshape(batch, running.shape()) * momentum, at);
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias, const BatchNormOptions& options,
                  SourceLocation at) {
  const OpScope scope("batch_norm", at);
  require<ShapeError>(x.rank() >= 2, "the input is {}; needs [N, C, ...]", x.shape());
  check_parameter(x, running_mean, "running_mean");
  check_parameter(x, running_var, "running_var");
  check_parameter(x, weight, "weight");
  check_parameter(x, bias, "bias");
  require(options.momentum >= 0 && options.momentum <= 1, "a momentum of {} was given; it must lie in [0, 1]",
          options.momentum);
  require(options.eps >= 0, "eps = {} was given; it must not be negative", options.eps);
  const Tensor w = per_channel(weight, x, at), b = per_channel(bias, x, at);

  if (!options.training) {
    require(running_mean.defined() && running_var.defined(),
            "needs running_mean and running_var unless training; one of them is undefined");
    const Tensor scale = rsqrt(per_channel(running_var, x, at).detach() + options.eps);
    const Tensor y =
        (x - per_channel(running_mean, x, at).detach()) * (w.defined() ? Tensor(w * scale) : scale);
    return b.defined() ? Tensor(y + b) : y;
  }
  const std::int64_t count = x.size(1) == 0 ? 0 : x.numel() / x.size(1);
  require<ShapeError>(x.size(1) == 0 || count > 1,
                      "the input is {}: {} value(s) for each channel; training needs at least 2, for there "
                      "is no variance otherwise",
                      x.shape(), count);
  Dims dims;
  for (std::size_t d = 0; d < x.rank(); ++d)
    if (d != 1) dims.push_back(static_cast<std::int64_t>(d));
  const auto [y, mean, variance] =
      record(normalization::Normalize<BatchNorm>{dims, options.eps}, at, x, w, b);
  const NoGrad guard;
  const double unbiased =
      static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(count - 1, 1));
  update(running_mean, mean, options.momentum, at);
  update(running_var, variance * unbiased, options.momentum, at);
  return y;
}

}  // namespace gradus
