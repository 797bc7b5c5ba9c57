#include <gradus/autograd/ops/batch_norm.hpp>

#include <gradus/autograd/kernels/moments.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/normalization.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/reduction.hpp>
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
Tensor per_channel(const Tensor& parameter, const Tensor& x, const SourceLocation& at = {}) {
  if (!parameter.defined()) return {};
  Shape shape = Dims::filled(x.rank(), 1);
  shape[1] = x.size(1);
  return reshape(parameter, shape, at);
}

/// All dimensions but that of the channels.
Dims other_dims(const Tensor& x) {
  Dims dims;
  for (std::size_t d = 0; d < x.rank(); ++d)
    if (d != 1) dims.push_back(static_cast<std::int64_t>(d));
  return dims;
}

/// By a mean and a variance that are given. Inputs: x, mean, variance, and perhaps weight and bias.
struct FixedBatchNorm {
  static constexpr std::string_view name = "batch_norm_eval";
  static constexpr Keep keep = keep_inputs(0, 3);
  double eps;
  Tensor centre = {}, unit = {};  ///< mean and 1 / sqrt(variance + eps), as wide as x and of their own

  Tensor forward(const Tensor& x, const Tensor& mean, const Tensor& variance, const Tensor& weight,
                 const Tensor& bias) {
    centre = per_channel(mean, x).clone();
    unit = rsqrt(per_channel(variance, x) + eps);
    const Tensor shift = per_channel(bias, x);
    return dispatch_floating(x.dtype(), [&]<class T>() {
      return normalization::apply<T, 3>(
          x.shape(), [](T v, T m, T s, T b) { return (v - m) * s + b; }, x, centre, factor(weight, x),
          shift.defined() ? shift : zeros({}, {.dtype = x.dtype()}));
    });
  }
  void backward(Backward& d) const {
    const Tensor x = d.input(0);
    d.wrt(0, [&] { return d.grad() * factor(d.input(3), x); });
    if (d.wants(3) && !is_recording()) {
      const auto [plain, weighted] = sums(d.grad(), x);
      d.set(3, weighted);
      return d.wrt(4, [&, sum = plain] { return sum; });
    }
    d.wrt(3, [&] { return sum(d.grad() * (x - centre) * unit, other_dims(x)); });
    d.wrt(4, [&] { return sum(d.grad(), other_dims(x)); });
  }

 private:
  /// The sums of g and of g times the normalised x for each channel, in one pass.
  std::array<Tensor, 2> sums(const Tensor& g, const Tensor& x) const {
    const std::array<Tensor, 2> out{empty({x.size(1)}, x.dtype()), empty({x.size(1)}, x.dtype())};
    dispatch_floating(x.dtype(), [&]<class T>() {
      kernels::reduce(kernels::GradientFold<T>{centre.data<T>(), unit.data<T>(), out[0].mutable_data<T>(),
                                               out[1].mutable_data<T>()},
                      reduction::plan(x.shape(), other_dims(x), g.strides(), x.strides()), 2, g.data<T>(),
                      x.data<T>());
    });
    return out;
  }
  Tensor factor(const Tensor& weight, const Tensor& x) const {
    return weight.defined() ? per_channel(weight, x) * unit : unit;
  }
};

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

  if (!options.training) {
    require(running_mean.defined() && running_var.defined(),
            "needs running_mean and running_var unless training; one of them is undefined");
    return record(FixedBatchNorm{options.eps}, at, x, running_mean.detach(), running_var.detach(), weight,
                  bias);
  }
  const std::int64_t count = x.size(1) == 0 ? 0 : x.numel() / x.size(1);
  require<ShapeError>(x.size(1) == 0 || count > 1,
                      "the input is {}: {} value(s) for each channel; training needs at least 2, for there "
                      "is no variance otherwise",
                      x.shape(), count);
  const auto [y, mean, variance] = record(normalization::Normalize<BatchNorm>{other_dims(x), options.eps}, at,
                                          x, per_channel(weight, x, at), per_channel(bias, x, at));
  const NoGrad guard;
  const double unbiased =
      static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(count - 1, 1));
  update(running_mean, mean, options.momentum, at);
  update(running_var, variance * unbiased, options.momentum, at);
  return y;
}

}  // namespace gradus
