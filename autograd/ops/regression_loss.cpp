#include <gradus/autograd/ops/regression_loss.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduction.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

using elementwise::From;

// Rules of d = input - target.

struct SquaredError {
  static constexpr std::string_view name = "mse_loss";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = elementwise::cheap;
  auto value(auto d) const { return d * d; }
  auto slope(const auto& d) const { return 2 * d; }
};

struct AbsoluteError {
  static constexpr std::string_view name = "l1_loss";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = elementwise::cheap;
  auto value(auto d) const { return abs(d); }
  auto slope(const auto& d) const { return sign(d); }
};

struct SmoothL1 {
  static constexpr std::string_view name = "smooth_l1_loss";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = elementwise::cheap;
  double beta;
  auto value(auto d) const { return where(abs(d) < beta, d * d / (2 * beta), abs(d) - beta / 2); }
  auto slope(const auto& d) const { return where(abs(d) < beta, d / beta, sign(d)); }
};

struct Huber {
  static constexpr std::string_view name = "huber_loss";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = elementwise::cheap;
  double delta;
  auto value(auto d) const { return where(abs(d) < delta, d * d / 2, delta * (abs(d) - delta / 2)); }
  auto slope(const auto& d) const { return where(abs(d) < delta, d, delta * sign(d)); }
};

/// Adds up the values of a rule in double.
template <class Rule, class T>
struct LossFold {
  using State = double;
  Rule rule;
  T* out;
  double divisor;

  State start() const { return 0; }
  State map(std::int64_t, std::int64_t, T x, T t) const {
    return static_cast<double>(kernels::Real<T>(rule.value(kernels::Real<T>(x - t))).value);
  }
  State merge(State a, State b) const { return a + b; }
  void finish(std::int64_t, State sum) const { *out = static_cast<T>(sum / divisor); }
};

/// The sum or mean of a rule's values, in one pass over input and target.
template <class Rule>
struct ReducedLoss {
  static constexpr std::string_view name = Rule::name;
  static constexpr Keep keep = keep_inputs(0, 1);
  Rule rule;
  bool mean;

  double divisor(const Tensor& input) const { return mean ? static_cast<double>(input.numel()) : 1; }
  Tensor forward(const Tensor& input, const Tensor& target) const {
    return dispatch_floating(input.dtype(), [&]<class T>() {
      Tensor y = empty({}, input.dtype());
      kernels::reduce(
          LossFold<Rule, T>{rule, y.mutable_data<T>(), divisor(input)},
          reduction::plan(input.shape(), wrap_dims({}, input.rank()), input.strides(), target.strides()),
          Rule::cost, input.data<T>(), target.data<T>());
      return y;
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return times_slope(d.grad() / divisor(d.input(0)), d.input(0), d.input(1)); });
    d.wrt(1, [&] { return times_slope(-d.grad() / divisor(d.input(0)), d.input(0), d.input(1)); });
  }

 private:
  /// g slope(x - t) for a single g.
  Tensor times_slope(const Tensor& g, const Tensor& x, const Tensor& t) const {
    if (is_recording()) return g * rule.slope(x - t);
    return dispatch_floating(x.dtype(), [&]<class T>() {
      return elementwise::apply_to<T, T, T>(
          x.shape(), Rule::cost,
          [rule = rule](T a, T b, T up) -> T {
            return up * kernels::Real<T>(rule.slope(kernels::Real<T>(a - b))).value;
          },
          x, t, g);
    });
  }
};

template <class Rule>
Tensor loss(const Rule& rule, const Tensor& input, const Tensor& target, Reduction reduction,
            const SourceLocation& at) {
  if (reduction == Reduction::mean || reduction == Reduction::sum)
    return record(ReducedLoss<Rule>{rule, reduction == Reduction::mean}, at, input, target);
  return reduce_losses(elementwise::pointwise(rule, input - target, at), reduction);
}

}  // namespace

Tensor mse_loss(const Tensor& input, const Tensor& target, const RegressionLossOptions& options,
                SourceLocation at) {
  const OpScope scope("mse_loss", at);
  require_same(input, target);
  return loss(SquaredError{}, input, target, options.reduction, at);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, const RegressionLossOptions& options,
               SourceLocation at) {
  const OpScope scope("l1_loss", at);
  require_same(input, target);
  return loss(AbsoluteError{}, input, target, options.reduction, at);
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, const SmoothL1LossOptions& options,
                      SourceLocation at) {
  const OpScope scope("smooth_l1_loss", at);
  require(options.beta >= 0, "beta is {}; it must not be negative", options.beta);
  require_same(input, target);
  if (options.beta == 0) return loss(AbsoluteError{}, input, target, options.reduction, at);
  return loss(SmoothL1{options.beta}, input, target, options.reduction, at);
}

Tensor huber_loss(const Tensor& input, const Tensor& target, const HuberLossOptions& options,
                  SourceLocation at) {
  const OpScope scope("huber_loss", at);
  require(options.delta > 0, "delta is {}; it must be positive", options.delta);
  require_same(input, target);
  return loss(Huber{options.delta}, input, target, options.reduction, at);
}

}  // namespace gradus
