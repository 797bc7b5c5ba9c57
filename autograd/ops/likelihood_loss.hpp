#pragma once

#include <gradus/autograd/ops/loss.hpp>

namespace gradus {

struct PoissonNLLLossOptions {
  /// Whether the input is the logarithm of the rate, or the rate itself.
  bool log_input = true;
  /// Adds Stirling's approximation of log(target!), t log t - t + log(2 pi t) / 2, where the target is above
  /// 1.
  bool full = false;
  /// Added to the rate before its logarithm is taken; used unless log_input.
  double eps = 1e-8;
  Reduction reduction = Reduction::mean;
};
/// The negative log-likelihood of a count t under a Poisson distribution with rate r, less log(t!): r - t log
/// r, that is e^x - t x for the input x = log r, or x - t log(x + eps) for x = r. Input and target are
/// floating and of one shape. Throws ShapeError or DTypeError otherwise, ValueError for a negative eps.
Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, const PoissonNLLLossOptions& options = {},
                        SourceLocation at = SourceLocation::current());

struct GaussianNLLLossOptions {
  /// Adds log(2 pi) / 2, which does not depend on anything.
  bool full = false;
  /// What variances below are raised to.
  double eps = 1e-6;
  Reduction reduction = Reduction::mean;
};
/// The negative log-likelihood of a target under a normal distribution with mean `input` and variance v
/// (Nix and Weigend 1994): (log v + (input - target)^2 / v) / 2. `var` has the shape of the input, or 1 in
/// place of its last size, or lacks that dimension; it is raised to eps where it is below, and its gradient
/// is 0 there (in PyTorch the gradient passes through). Throws ShapeError or DTypeError unless all fit,
/// ValueError for a negative variance or unless eps > 0.
Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var,
                         const GaussianNLLLossOptions& options = {},
                         SourceLocation at = SourceLocation::current());

}  // namespace gradus
