#include <gradus/autograd/ops/regression_loss.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

using elementwise::From;

struct SmoothL1 {
  static constexpr std::string_view name = "smooth_l1_loss";
  static constexpr From from = From::input;
  double beta;
  auto value(auto d) const { return where(abs(d) < beta, d * d / (2 * beta), abs(d) - beta / 2); }
  auto slope(const auto& d) const { return where(abs(d) < beta, d / beta, sign(d)); }
};

struct Huber {
  static constexpr std::string_view name = "huber_loss";
  static constexpr From from = From::input;
  double delta;
  auto value(auto d) const { return where(abs(d) < delta, d * d / 2, delta * (abs(d) - delta / 2)); }
  auto slope(const auto& d) const { return where(abs(d) < delta, d, delta * sign(d)); }
};

}  // namespace

Tensor mse_loss(const Tensor& input, const Tensor& target, const RegressionLossOptions& options,
                SourceLocation at) {
  const OpScope scope("mse_loss", at);
  require_same(input, target);
  return reduce_losses(square(input - target), options.reduction);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, const RegressionLossOptions& options,
               SourceLocation at) {
  const OpScope scope("l1_loss", at);
  require_same(input, target);
  return reduce_losses(abs(input - target), options.reduction);
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, const SmoothL1LossOptions& options,
                      SourceLocation at) {
  const OpScope scope("smooth_l1_loss", at);
  require(options.beta >= 0, "beta is {}; it must not be negative", options.beta);
  require_same(input, target);
  const Tensor d = input - target;
  return reduce_losses(options.beta == 0 ? abs(d) : elementwise::pointwise(SmoothL1{options.beta}, d, at),
                       options.reduction);
}

Tensor huber_loss(const Tensor& input, const Tensor& target, const HuberLossOptions& options,
                  SourceLocation at) {
  const OpScope scope("huber_loss", at);
  require(options.delta > 0, "delta is {}; it must be positive", options.delta);
  require_same(input, target);
  return reduce_losses(elementwise::pointwise(Huber{options.delta}, input - target, at), options.reduction);
}

}  // namespace gradus
