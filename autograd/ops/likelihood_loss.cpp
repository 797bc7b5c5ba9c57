#include <gradus/autograd/ops/likelihood_loss.hpp>

#include <cmath>
#include <numbers>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

/// log(t!) by Stirling's formula where t > 1, else 0.
Tensor stirling(const Tensor& target) {
  const Tensor large = target > 1;
  const Tensor t = where(large, target, 1);  // away from log 0, whose slope would be infinity times 0
  return where(large, t * log(t) - t + 0.5 * log(2 * std::numbers::pi * t), 0);
}

/// A variance as one that broadcasts to the input.
Tensor spread(const Tensor& var, const Tensor& input) {
  require<DTypeError>(var.dtype() == input.dtype(), "var is {} but input is {}; use var.to({})", var.dtype(),
                      input.dtype(), input.dtype());
  Shape one = input.shape();
  if (!one.empty()) one.back() = 1;
  Shape none = input.shape();
  if (!none.empty()) none.erase(none.size() - 1);
  require<ShapeError>(var.shape() == input.shape() || var.shape() == one || var.shape() == none,
                      "var is {} but input is {}; needs {}, {} or {}", var.shape(), input.shape(),
                      input.shape(), one, none);
  return var.shape() == none && !input.shape().empty() ? unsqueeze(var, -1) : var;
}

}  // namespace

Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, const PoissonNLLLossOptions& options,
                        SourceLocation at) {
  const OpScope scope("poisson_nll_loss", at);
  require(options.eps >= 0, "eps is {}; it must not be negative", options.eps);
  require_same(input, target);
  const Tensor losses =
      options.log_input ? exp(input) - target * input : input - target * log(input + options.eps);
  return reduce_losses(options.full ? losses + stirling(target) : losses, options.reduction);
}

Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var,
                         const GaussianNLLLossOptions& options, SourceLocation at) {
  const OpScope scope("gaussian_nll_loss", at);
  require(options.eps > 0, "eps is {}; it must be positive", options.eps);
  require_same(input, target);
  require(!any(var.detach() < 0).item<bool>(), "var has an element below 0");
  const Tensor v = clamp(spread(var, input), options.eps);
  const Tensor losses = 0.5 * (log(v) + square(input - target) / v);
  const double constant = options.full ? 0.5 * std::log(2 * std::numbers::pi) : 0;
  return reduce_losses(losses + constant, options.reduction);
}

}  // namespace gradus
