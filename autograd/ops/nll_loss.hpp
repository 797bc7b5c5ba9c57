#pragma once

#include <gradus/autograd/ops/loss.hpp>

namespace gradus {

struct NLLLossOptions {
  /// One factor per class; ones when undefined.
  Tensor weight = {};
  /// Elements with this target add nothing to the loss and get no gradient.
  std::int64_t ignore_index = -100;
  Reduction reduction = Reduction::mean;
};

/// Negative log-likelihood: -weight[t] log_probs[.., t, ..] where t is the target of each element.
/// `log_probs` is [n, classes, ..] (or [classes]) and `target`, int64, the same without the class dimension.
/// The mean divides by the sum of the weights of the targets, so it is NaN when all are ignored. Throws
/// IndexError for a target that is no class, ShapeError, DTypeError.
Tensor nll_loss(const Tensor& log_probs, const Tensor& target, const NLLLossOptions& options = {},
                SourceLocation at = SourceLocation::current());

}  // namespace gradus
