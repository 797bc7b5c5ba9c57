#pragma once

#include <gradus/autograd/ops/loss.hpp>

namespace gradus {

struct CrossEntropyOptions {
  /// One factor per class; ones when undefined.
  Tensor weight = {};
  /// Elements with this target add nothing to the loss and get no gradient; for targets that are class
  /// numbers.
  std::int64_t ignore_index = -100;
  Reduction reduction = Reduction::mean;
  /// The share of the target that is spread evenly over all classes, 0 to 1 (Szegedy et al. 2016, section 7).
  double label_smoothing = 0;
};

/// Cross-entropy between softmax(logits) over the classes and the target: nll_loss(log_softmax(logits),
/// target), whose gradient is (softmax(logits) - onehot(target)) / n. `logits` is [n, classes, ..] (or
/// [classes]). The target is either int64 class numbers of the same shape without the class dimension, or
/// probabilities in the shape of the logits: -sum_c p_c log q_c, where the mean divides by n and the target
/// is differentiable too. Throws IndexError for a target that is no class, ValueError for a probability
/// outside [0, 1] or a label_smoothing outside [0, 1], ShapeError, DTypeError.
Tensor cross_entropy(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options = {},
                     SourceLocation at = SourceLocation::current());

}  // namespace gradus
